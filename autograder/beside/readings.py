"""What a probe reads off a journal (spies.py), and off what an answer gave back, whatever form was chosen for it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import torch

from autograder.beside.spies import Journal
from autograder.exercise import Complaint


def rows_of(batch: torch.Tensor, data: torch.Tensor) -> list[int]:
    """Which rows of `data` a batch consists of, by their values; -1 for a row that is not among them."""
    flat, known = (rows.flatten(1) if rows.dim() > 1 else rows.reshape(-1, 1) for rows in (batch, data))  # or none
    if flat.shape[1:] != known.shape[1:]:
        return [-1] * len(flat)
    if not len(known):
        return [-1] * len(flat)
    found, first = (flat[:, None] == known[None]).all(-1).int().max(1)
    return [row if there else -1 for there, row in zip(found.tolist(), first.tolist(), strict=True)]


def learnt_from(journal: Journal, targets: Any = None, *, inputs: Any = None) -> list[list[int]]:
    """The batches whose loss was followed back by backward(), in order, as rows of `targets` or of `inputs`.

    Whichever is given must be all different for this to tell the rows apart; `inputs` needs a watched model.
    """
    learnt = journal.of("backward")
    if inputs is not None:
        return [rows_of(event.inputs, inputs) for event in learnt if event.inputs is not None]
    return [rows_of(event.batch, targets) for event in learnt]


def gradients_left(parameters: Iterable[torch.Tensor]) -> list[float]:
    """The largest absolute value of each parameter's gradient; 0.0 for a zeroed one and for None."""
    return [0.0 if p.grad is None else float(p.grad.abs().max()) for p in parameters]


def draws_afterwards(one: int, other: int, run: Callable[[], object]) -> dict[str, Any]:
    """Whether torch's, Python's and NumPy's generators still follow the seed that was set before `run`.

    The seeds `one`, `one` and `other` give two different draws. Each has 53 bits or more: alike by chance in 1 of 1e15.
    """
    import random

    import numpy

    after: dict[str, set[Any]] = {"torch": set(), "random": set(), "numpy": set()}
    for seed in (one, one, other):
        torch.default_generator.manual_seed(seed)
        random.seed(seed)
        numpy.random.seed(seed)
        run()
        after["torch"].add(tuple(torch.rand(4, dtype=torch.float64).tolist()))
        after["random"].add(random.random())
        after["numpy"].add(float(numpy.random.random()))
    return {
        "different draws after seeds one, one, other": {name: len(drawn) for name, drawn in after.items()},
        "the seeds": [one, other],
    }


def run_through(value: Any) -> Any:
    """A list of what an iterator yields, since a generator has done nothing before; anything else as it is."""
    return list(value) if isinstance(value, Iterator) else value


def as_number(value: Any, what: str) -> float:
    """A float from a number or a 0-d tensor (with a graph or without). Complaint names `what` when it is neither."""
    if isinstance(value, torch.Tensor) or type(value).__module__ == "numpy":
        if tuple(value.shape):
            raise Complaint(f"{what} should be one number or a 0-d tensor; its shape is {tuple(value.shape)}")
        value = value.item()
    if value is None:
        raise Complaint(f"{what} is None: is there a `return`?")
    if isinstance(value, (str, bool, complex)) or not isinstance(value, (int, float)):
        raise Complaint(f"{what} should be a number, not {_kind_of(value)}")
    return float(value)


def as_pair(value: Any, what: str, names: tuple[str, str] = ("loss", "accuracy")) -> list[float]:
    """Two floats from a tuple, list or tensor of two numbers or 0-d tensors."""
    told = f"({names[0]}, {names[1]})"
    if value is None:
        raise Complaint(f"{what} is None: return {told}")
    if isinstance(value, (str, dict)) or not hasattr(value, "__getitem__") or getattr(value, "ndim", 1) == 0:
        raise Complaint(f"{what} should be the two numbers {told}, not {_kind_of(value)}")
    if len(value) != 2:
        raise Complaint(f"{what} should be the two numbers {told}; it has {len(value)} entries")
    return [as_number(part, f"the {name} in {what}") for part, name in zip(value, names, strict=True)]


def as_pairs(value: Any, what: str, epochs: int) -> list[list[float]]:
    """One [loss, accuracy] an epoch, from a list, tuple, tensor or generator of pairs."""
    if value is None:
        raise Complaint(f"{what} is None: return a list with one (loss, accuracy) for each epoch")
    if isinstance(value, (str, dict)) or not hasattr(value, "__iter__") or getattr(value, "ndim", 1) == 0:
        raise Complaint(f"{what} should be a list with one (loss, accuracy) for each epoch, not {_kind_of(value)}")
    entries = list(value)
    if entries and len(entries) != epochs:
        told = f"with epochs = {epochs} its length is {len(entries)}"
        raise Complaint(f"{what} should have one pair for each epoch: {told}")
    return [as_pair(entry, f"entry {i} of {what}") for i, entry in enumerate(entries)]


def _kind_of(value: Any) -> str:
    if isinstance(value, torch.Tensor):
        return f"a tensor of shape {tuple(value.shape)}"
    if inspect.isroutine(value):
        return f"the function {value.__name__} itself, which nobody called"
    return f"{value!r:.60}" if isinstance(value, (int, float, str)) else f"a {type(value).__name__}"
