"""Where two encoded observations differ first: by kind, dtype, shape, graph, and only then by value."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Difference:
    """`fault` is "kind", "dtype", "shape", "graph", "length", "keys", "value" or "too_large".

    `where` is the path inside the observation ("losses", 2); `got` and `expected` are the encoded parts that differ;
    `count` and `total` say how many of a tensor's elements do; `index` is the first of them.
    """

    fault: str
    where: tuple[str | int, ...]
    got: Any
    expected: Any
    index: tuple[int, ...] = ()
    count: int = 0
    total: int = 0


def difference(got: Any, expected: Any, rtol: float, atol: float, where: tuple = ()) -> Difference | None:
    """The first difference, or None where the two agree."""
    if _kind(got) != _kind(expected):
        return Difference("kind", where, got, expected)
    kind = _kind(expected)
    if kind in ("tensor", "array"):
        return _tensors(got, expected, rtol, atol, where)
    if kind == "number":
        same = close(got, expected, rtol, atol) and isinstance(got, bool) >= isinstance(expected, bool)
        return None if same else Difference("value", where, got, expected)
    if kind == "list":
        if len(got) != len(expected):
            return Difference("length", where, got, expected)
        pairs = enumerate(zip(got, expected, strict=True))
        return _first(difference(a, b, rtol, atol, (*where, i)) for i, (a, b) in pairs)
    if kind == "dict":
        mine, theirs = dict(map(_entry, got["dict"])), dict(map(_entry, expected["dict"]))
        if mine.keys() != theirs.keys():
            return Difference("keys", where, list(mine), list(theirs))
        return _first(difference(mine[key], theirs[key], rtol, atol, (*where, key)) for key in theirs)
    return None if got == expected else Difference("value", where, got, expected)


def only_form(got: Any, expected: Any, rtol: float, atol: float) -> bool:
    """Whether values agree, their form left aside: a dtype, dimensions of size 1, a graph, a number for a tensor."""
    return difference(_formless(got), _formless(expected), rtol, atol) is None


def _formless(value: Any) -> Any:
    kind = _kind(value)
    if kind in ("tensor", "array"):
        return {"tensor": "", "shape": [n for n in value["shape"] if n != 1], "values": value["values"], "grad": False}
    if kind == "number":
        return {"tensor": "", "shape": [], "values": [value], "grad": False}
    if kind == "list":
        return [_formless(item) for item in value]
    return {"dict": [[key, _formless(item)] for key, item in value["dict"]]} if kind == "dict" else value


def numbers(value: Any) -> Iterator[float]:
    """All numbers of an observation, or of a part of one."""
    if isinstance(value, int | float):
        yield float(value)
    elif isinstance(value, list):
        for item in value:
            yield from numbers(item)
    elif isinstance(value, dict):
        yield from numbers(value.get("values", list(value.values())))


def close(got: float, expected: float, rtol: float, atol: float) -> bool:
    """Equal within the tolerance; nan equals nan, an infinity equals itself alone."""
    if got == expected or (math.isnan(got) and math.isnan(expected)):
        return True
    gap = abs(got - expected)
    return gap <= atol + rtol * abs(expected) and gap != math.inf


def _first(found: Any) -> Difference | None:
    return next((item for item in found if item), None)


def _entry(pair: list[Any]) -> tuple[Any, Any]:
    key, value = pair
    return (key if isinstance(key, str | int | float) else repr(key)), value


def _kind(value: Any) -> str:
    if isinstance(value, bool | int | float):
        return "number"
    if isinstance(value, dict):
        kind = next(iter(value), "")
        return "array" if kind == "tensor" and value[kind].startswith("numpy.") else kind
    return "list" if isinstance(value, list) else type(value).__name__


def _tensors(got: Any, expected: Any, rtol: float, atol: float, where: tuple) -> Difference | None:
    if got["shape"] != expected["shape"]:
        return Difference("shape", where, got, expected)
    if got["tensor"] != expected["tensor"]:
        return Difference("dtype", where, got, expected)
    if expected["grad"] and not got["grad"]:
        return Difference("graph", where, got, expected)
    if got["values"] is None or expected["values"] is None:
        same = got["values"] is expected["values"]
        return None if same else Difference("too_large", where, got, expected)
    if got["values"] == expected["values"]:  # most are, to the last digit
        return None
    flat = list(zip(got["values"], expected["values"], strict=True))
    wrong = [i for i, (a, b) in enumerate(flat) if not _close(a, b, rtol, atol)]
    if wrong:
        index = _unravel(wrong[0], expected["shape"])
        return Difference("value", where, got, expected, index, len(wrong), len(flat))
    return None


def _close(got: Any, expected: Any, rtol: float, atol: float) -> bool:
    if isinstance(expected, list):  # complex numbers
        return all(close(a, b, rtol, atol) for a, b in zip(got, expected, strict=True))
    return close(got, expected, rtol, atol)


def _unravel(position: int, shape: list[int]) -> tuple[int, ...]:
    index = []
    for size in reversed(shape):
        position, rest = divmod(position, size)
        index.append(rest)
    return tuple(reversed(index))
