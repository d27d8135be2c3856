"""Observations as plain data: what a probe saw, in a form that JSON carries and that cannot execute.

None, bool, int, float, str, list (also for tuples)     themselves
tensor           {"tensor": "float32", "shape": [2, 3], "values": [flat list], "grad": whether it has a graph}
NumPy array      the same, with "numpy.float32" for its dtype: it is no tensor
dict             {"dict": [[key, value], ...]}
set              {"set": [sorted values]}
anything else    {"object": type name, "repr": shortened repr}; of a module also {"unseen": True}, for its weights
"""

from __future__ import annotations

import re
import reprlib
from typing import Any

import torch

#: A tensor with more elements travels as its dtype and shape alone; no probe draws anything near.
MOST_VALUES = 200_000
MOST_DEPTH = 20

# Taken now: learner code that replaces a torch function must not change what is reported.
_tolist, _detach, _flatten, _to = torch.Tensor.tolist, torch.Tensor.detach, torch.Tensor.flatten, torch.Tensor.to
_Tensor = torch.Tensor

_short = reprlib.Repr()
_short.maxstring = _short.maxother = 160


def encode(value: Any, most: int = MOST_VALUES, depth: int = 0) -> Any:
    """The plain form of any value; never raises, whatever the value's own methods do.

    A tensor of more than `most` elements goes without its values.
    """
    try:
        return _encode(value, most, depth)
    except Exception as failure:  # a learner's class may break any protocol
        return {"object": type(value).__name__, "repr": f"(cannot be read: {type(failure).__name__})"}


def _encode(value: Any, most: int, depth: int) -> Any:
    if value is None or type(value) in (bool, int, str):
        return value if type(value) is not str else value[:10_000]
    if type(value) is float:
        return value
    if depth > MOST_DEPTH:
        return {"object": type(value).__name__, "repr": "(nested too deeply)"}
    if isinstance(value, _Tensor):
        return _tensor(value, most)
    if isinstance(value, dict):
        return {"dict": [[encode(k, most, depth + 1), encode(v, most, depth + 1)] for k, v in value.items()]}
    if isinstance(value, (list, tuple)):
        return [encode(item, most, depth + 1) for item in value]
    if isinstance(value, (set, frozenset)):
        return {"set": sorted((encode(item, most, depth + 1) for item in value), key=repr)}
    if isinstance(value, (bool, int, float, str)):  # subclasses, numpy's among them
        base = next(kind for kind in (bool, int, float, str) if isinstance(value, kind))
        return base(value)
    if type(value).__module__ == "numpy":
        if not getattr(value, "ndim", 0):
            return value.item()
        return _tensor(torch.as_tensor(value), most) | {"tensor": f"numpy.{value.dtype}"}
    # Without the address, so that two objects that look alike are alike.
    told = {"object": type(value).__name__, "repr": re.sub(r" at 0x[0-9a-fA-F]+", "", _short.repr(value))}
    return told | {"unseen": True} if isinstance(value, torch.nn.Module) else told


def _tensor(value: torch.Tensor, most: int) -> dict[str, Any]:
    plain = _detach(value)
    if plain.layout is not torch.strided:
        plain = plain.to_dense()
    values = None
    if plain.numel() <= most:
        wide = _to(plain, torch.float32) if plain.dtype in (torch.bfloat16, torch.float16) else plain
        values = _tolist(_flatten(wide))
        if values and isinstance(values[0], complex):
            values = [[number.real, number.imag] for number in values]
    return {
        "tensor": str(value.dtype).removeprefix("torch."),
        "shape": list(value.shape),
        "values": values,
        "grad": bool(value.requires_grad),
    }


def describe(value: Any) -> str:
    """One line about a value: shape, dtype and device of a tensor, the length of a collection, else a short repr."""
    try:
        if isinstance(value, _Tensor):
            shape = "x".join(map(str, value.shape)) or "0-d"
            kind = "" if type(value) in (_Tensor, torch.nn.Parameter) else f"{type(value).__name__}, "
            line = f"tensor {shape}, {kind}{str(value.dtype).removeprefix('torch.')}, {value.device}"
            if value.numel() == 1:
                line += f", = {_detach(value).item():.6g}"
            return line
        if isinstance(value, torch.nn.Module) or callable(value):
            return getattr(value, "__name__", "") or f"{type(value).__name__}(...)"
        if isinstance(value, (list, tuple)) and len(value) > 6:
            return f"{type(value).__name__} of {len(value)}"
        if isinstance(value, (list, tuple)) and any(isinstance(item, _Tensor) for item in value):
            kind = repr(type(value)).split("'")[1]  # "torch.return_types.max" says what to do about it
            return f"{kind} of {len(value)}, the first: {describe(value[0])}"
        return re.sub(r"<(?:[\w.]|<locals>)*?(\w+) object at 0x[0-9a-fA-F]+>", r"\1 object", _short.repr(value))
    except Exception as failure:
        return f"{type(value).__name__} (its repr raised {type(failure).__name__})"
