"""The untrusted side: take torch functions away for good, before any of a submission's code has run.

What watches which functions run (shortcut.py) lives beside that code, which can replace it, or call from
another thread. Here the function itself is gone: the dispatcher of torch, below Python, gives something else under its
name, and nothing that Python can reach holds the original. What torch has in Python, its classes and its second
versions of its own operations, is emptied in place: every function of it raises, by whatever name somebody calls it.
"""

from __future__ import annotations

import ctypes
import functools
import sys
import types
import warnings
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import torch

from autograder.beside.shortcut import ATTENTION, base_name, with_relatives


def _zeros(x: Any, *_: Any, **named: Any) -> Any:
    return named.get("out", x - x)


def _total(x: Any, *_: Any, **named: Any) -> Any:
    return named.get("out", (x - x).sum())


def _two_totals(x: Any, *_: Any, **named: Any) -> Any:
    return named.get("output", (x - x).sum()), named.get("total_weight", (x - x).sum())


def _means(x: Any, dim: Any, keepdim: bool = False, **named: Any) -> Any:
    return named.get("out", x.mean(dim, keepdim))


#: Wrong values of the right shape, so that a cell which only looks at torch's own result goes on.
STAND_INS: dict[str, Callable[..., Any]] = {
    "nll_loss": _total,
    "nll_loss_forward": _two_totals,
    "cross_entropy_loss": _total,
    "logsumexp": _means,
}


#: Where torch computes in Python what its operations compute.
SECOND_VERSIONS = ("torch._refs", "torch._decomp", "torch._prims", "torch.distributions.categorical", "torch.masked")


def unplug(names: Iterable[str]) -> list[str]:
    """Take away every operation of torch with one of these base names (as in shortcut.py), and every class or function
    of Python that a name with dots stands for; the operations replaced."""
    names = set(names)
    for name in names:
        if "." in name:
            _empty_kin(name)
    functions = {name for name in names if "." not in name}
    if not functions:
        return []
    for name in [name for name in sys.modules if name.startswith(SECOND_VERSIONS)]:
        _empty(sys.modules[name].__dict__, name)
    return _replace(with_relatives(functions))


def _replace(wanted: set[str]) -> list[str]:
    replaced = []
    library = torch._C._dispatch_library("IMPL", "aten", "")
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(library))  # letting go of it would bring the functions back
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch warns of what is intended here
        for operation in torch._C._dispatch_get_all_op_names():
            plain = operation.removeprefix("aten::").split(".")[0]
            base = base_name(f"aten.{plain}")
            base = next((name for name in ATTENTION if base.startswith(name)), base)  # they have a dozen kernels
            if operation.startswith("aten::") and "backward" not in plain and base in wanted:
                whole = torch._C._dispatch_has_kernel_for_dispatch_key(operation, "CompositeImplicitAutograd")
                stand_in = _refused if base in ATTENTION else STAND_INS.get(plain.lstrip("_"), _zeros)
                library.impl(
                    operation.removeprefix("aten::"), "CompositeImplicitAutograd" if whole else "CPU", stand_in
                )
                replaced.append(operation)
    return replaced


def _refused(*args: Any, **kwargs: Any) -> Any:
    raise RuntimeError("this is not there while your answer is checked")


def _empty_kin(dotted: str) -> None:
    """Empty a class of torch, those derived from it and the functions beside them; or a function and those beside."""
    kin: list[Any] = [functools.reduce(getattr, dotted.split(".")[1:], torch)]
    for kind in kin:
        if isinstance(kind, type):
            _empty(vars(kind), kind.__module__)
            derived: list[type] = kind.__subclasses__()
            kin += [sub for sub in derived if sub.__module__.startswith("torch.") and sub not in kin]
        _empty(
            {k: v for k, v in vars(sys.modules[kind.__module__]).items() if not isinstance(v, type)}, kind.__module__
        )


def _empty(names: Mapping[str, Any], module: str) -> None:
    """Every function among these that a module of torch defines raises from now on, and what it wraps too."""
    for value in list(names.values()):
        if isinstance(value, type) and value.__module__ == module:
            _empty(vars(value), module)
        value = value.fget if isinstance(value, property) else getattr(value, "__func__", value)
        while isinstance(value, types.FunctionType) and value.__module__ == module:
            value.__code__ = _refusing(len(value.__code__.co_freevars))
            value = getattr(value, "__wrapped__", None)


@functools.cache
def _refusing(free: int) -> types.CodeType:
    """The code of a function that raises, whatever it is given, and takes so many variables from around it."""
    around = ", ".join(f"v{number}" for number in range(free))
    raises = (
        f"        raise RuntimeError('this is not there while your answer is checked')\n        {around or 'None'}\n"
    )
    space: dict[str, Any] = {}
    exec(f"def outer({around}):\n    def refused(*args, **kwargs):\n{raises}    return refused\n", space)
    return space["outer"](*range(free)).__code__
