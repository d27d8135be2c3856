"""Mistakes that are a relation to the right answer, so that one entry serves many exercises.

Each takes the result of the reference, and the arguments, and returns what is wrong in one way. The docstring is what a
learner reads; `{name}` stands for the exercise. They run as text (autograder/authoring/variants.py), beside nothing.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

Change = Callable[..., Any]

RELATIONS: dict[str, Change] = {}


def relation(change: Change) -> Change:
    """Register a change (result, arguments...) -> result as a relation."""
    change.__doc__ = " ".join((change.__doc__ or "").split())
    RELATIONS[change.__name__] = change
    return change


def related(change: Change, reference: Callable[..., Any]) -> Callable[..., Any]:
    """An implementation that is wrong in this way."""

    @functools.wraps(reference)
    def answer(*args: Any, **kwargs: Any) -> Any:
        return change(reference(*args, **kwargs), *args)

    return answer


@relation
def returns_nothing(result: Any, *args: Any) -> None:
    """{name} returns None. If you print the result, put `return` in front of it instead: print shows, return gives."""


@relation
def negated(result: Any, *args: Any) -> Any:
    """Every value is the negative of what it should be: its size is right, its sign is not."""
    return [-value for value in result] if isinstance(result, list) else -result


@relation
def transposed(result: torch.Tensor, *args: Any) -> torch.Tensor:
    """The result is transposed: rows stand where columns should."""
    return result.mT if result.dim() > 1 else result


@relation
def times_n(result: Any, first: Any, *args: Any) -> Any:
    """The result is n times too large, n being the number of rows: a sum, where the mean is asked for."""
    return result * len(first)


@relation
def per_row(result: torch.Tensor, first: torch.Tensor, *args: Any) -> Any:
    """The result is n times too small, n being the number of rows: it is divided by n once too often."""
    return result / len(first)


@relation
def detached(result: torch.Tensor, *args: Any) -> torch.Tensor:
    """The values are right, but no gradient can flow: the graph is cut by .detach(), .data, .item(), numpy or no_grad
    on the way."""
    return result.detach()


@relation
def in_float64(result: torch.Tensor, *args: Any) -> torch.Tensor:
    """The values are right, in float64: something on the way made the tensor double. Keep the dtype of the input."""
    return result.double()


@relation
def as_number(result: torch.Tensor, *args: Any) -> Any:
    """A Python number comes back where a tensor should: .item() or float() cuts the graph, so no gradient flows."""
    return result.item()


@relation
def still_two_dimensional(result: torch.Tensor, *args: Any) -> torch.Tensor:
    """The values are right, but a dimension of size 1 is left at the end. Does keepdim, or an index with None, keep it
    there?"""
    return result.unsqueeze(-1)
