"""The untrusted side: take torch functions away for good, before any of a submission's code has run.

What watches which functions run (shortcut.py) lives beside that code, which can replace it, or call from
another thread. Here the function itself is gone: the dispatcher of torch, below Python, gives something else under its
name, and nothing that Python can reach holds the original.
"""

from __future__ import annotations

import ctypes
import warnings
from collections.abc import Callable, Iterable
from typing import Any

import torch

from autograder.beside.shortcut import base_name


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


def unplug(names: Iterable[str]) -> list[str]:
    """Replace every operation of torch with one of these base names (as in shortcut.py); the operations replaced."""
    wanted, replaced = set(names), []
    if not wanted:
        return []
    library = torch._C._dispatch_library("IMPL", "aten", "")
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(library))  # letting go of it would bring the functions back
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch warns of what is intended here
        for operation in torch._C._dispatch_get_all_op_names():
            plain = operation.removeprefix("aten::").split(".")[0]
            if operation.startswith("aten::") and "backward" not in plain and base_name(f"aten.{plain}") in wanted:
                whole = torch._C._dispatch_has_kernel_for_dispatch_key(operation, "CompositeImplicitAutograd")
                stand_in = STAND_INS.get(plain.lstrip("_"), _zeros)
                library.impl(
                    operation.removeprefix("aten::"), "CompositeImplicitAutograd" if whole else "CPU", stand_in
                )
                replaced.append(operation)
    return replaced
