"""A right answer whose last digits are its own, as another order of summing, fused operations or threads give them.

`rounded` runs an implementation so that every operation that rounds comes out one step of its dtype off, up or down at
random, and float32 sums are done in float64. Whatever is exact (a copy, an index, a comparison) stays as it is.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import torch

from autograder.beside.shortcut import Dispatched

SUMS = {"sum", "mean", "mm", "addmm", "bmm", "baddbmm", "mv", "dot", "cumsum"}
ROUNDED = SUMS | {"add", "sub", "rsub", "mul", "div", "exp", "exp2", "expm1", "log", "log1p", "log2", "pow", "sqrt"}
ROUNDED |= {"logsumexp", "_softmax", "_log_softmax", "sigmoid", "tanh", "lerp", "addcmul", "addcdiv", "logaddexp"}
ROUNDED |= {"_softmax_backward_data", "_log_softmax_backward_data", "mse_loss", "mse_loss_backward"}


class Rounding(Dispatched):
    def __init__(self, seed: int):
        super().__init__()
        self.generator = torch.Generator().manual_seed(seed)  # the answer's own random numbers stay what they are

    def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        name, kwargs = function.overloadpacket.__name__, kwargs or {}
        if name in SUMS and "dtype" not in kwargs:
            result = function(*map(_double, args), **kwargs)
            single = any(getattr(arg, "dtype", None) == torch.float32 for arg in args)
            result = result.float() if single and result.dtype == torch.float64 else result
        else:
            result = function(*args, **kwargs)
        if (
            name.removesuffix("_") in ROUNDED
            and isinstance(result, torch.Tensor)
            and result.dtype in (torch.float32, torch.float64)
        ):
            self._step(result)
        return result

    def _step(self, result: torch.Tensor) -> None:
        """Move each finite element other than 0 to a neighbour, or leave it, in place."""
        steps = torch.randint(-1, 2, result.shape, generator=self.generator)
        to = torch.where(steps < 0, -torch.inf, torch.inf).to(result.dtype)
        kept = (steps == 0) | (result == 0) | ~torch.isfinite(result)
        result.copy_(torch.where(kept, result, torch.nextafter(result, to)))


def _double(arg: Any) -> Any:
    return arg.double() if isinstance(arg, torch.Tensor) and arg.dtype == torch.float32 else arg


def rounded(implementation: Any) -> Any:
    """The function, or the class with its methods, whose results end in other digits; iterators are left alone."""
    if isinstance(implementation, type):
        for name, member in list(vars(implementation).items()):
            if inspect.isfunction(member) and not inspect.isgeneratorfunction(member):
                setattr(implementation, name, _within(member))
        return implementation
    return implementation if inspect.isgeneratorfunction(implementation) else _within(implementation)


def _within(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def answer(*args: Any, **kwargs: Any) -> Any:
        with Rounding(1):
            return function(*args, **kwargs)

    return answer
