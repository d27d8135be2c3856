"""What the steps of an answer gave, each told in a few numbers: for its explanation alone, never for a verdict.

`autograder/repair/steps.py` writes the answer so that each of its steps hands what it gave to a function: this one.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import torch

from autograder.beside.encode import encode

#: So many results are told in all, so many of one step, each of so many numbers.
MOST, MOST_OF_ONE, MOST_NUMBERS = 600, 3, 1000
#: Of fewer different numbers too many things consist.
RICH = 3


class Steps:
    """Called with a step's number and with what it gave, which it gives back."""

    def __init__(self) -> None:
        self.told: dict[int, list[str]] = {}
        self._left = MOST

    def __call__(self, number: int, value: Any) -> Any:
        if self._left and len(seen := self.told.setdefault(number, [])) < MOST_OF_ONE:
            self._left -= 1
            if told := in_short(value):
                seen.append(told)
        return value

    def taken(self) -> dict[int, list[str]]:
        """What was told since this was asked for last."""
        told, self.told, self._left = self.told, {}, MOST
        return told


def in_short(value: Any) -> str:
    """The same for values that are alike but for rounding; "" for what is of too few numbers to be known by them."""
    try:
        if isinstance(value, torch.nn.Module):
            value = list(value.parameters())
        if not isinstance(value, torch.Tensor | float | list | tuple) and type(value).__module__ != "numpy":
            return ""
        parts = list(_parts(encode(value, MOST_NUMBERS)))
    except Exception:  # an answer's own classes may do anything
        return ""
    numbers = [part for part in parts if not isinstance(part, str)]
    if not all(map(math.isfinite, numbers)):
        return ""
    if len({*numbers}) < RICH and (len(numbers) != 1 or numbers[0] == int(numbers[0])):
        return ""
    total = sum((0.5 + i * 0.7548776662 % 1) * number for i, number in enumerate(numbers))
    return f"{' '.join(part for part in parts if isinstance(part, str))} {len(numbers)} {total:.4g}"


def _parts(plain: Any) -> Iterator[str | float]:
    """What an encoded value is made of: numbers, and words for their kind and shape.

    A tensor, an array, a list and a plain number of the same numbers are alike: rights have them as they like.
    """
    if isinstance(plain, list) and plain and all(isinstance(item, int | float) for item in plain):
        plain = {"tensor": type(plain[0]).__name__, "shape": [len(plain)], "values": plain}
    elif isinstance(plain, int | float):
        plain = {"tensor": type(plain).__name__, "shape": [], "values": [plain]}
    if isinstance(plain, dict):
        yield f"{plain['tensor'].removeprefix('numpy.').rstrip('0123456789')}{plain['shape']}"
        yield from map(float, plain["values"])
    else:
        for item in plain:
            yield from _parts(item)
