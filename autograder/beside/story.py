"""What a training loop did, batch by batch, as plain facts: told beside an observation, never compared for a verdict.

A story is a list, in order, of

{"what": "learn", ...}  a loss of a batch was followed back: "rows", its rows; "held", whether gradients were there
                        when backward() began, of no parameter (0), of some (1), of all (2); "run", which backward()
                        it was; "training", the model's mode; "loss", its value; "predicted" and "updates", how often
                        the parameters had changed when the loss was worked out, and when backward() began
{"what": "look", ...}   rows that are for looking at went through the model: "rows", "training", "graph", "updates"
{"what": "end", ...}    "updates" in all; "batches", whether batches have numbers, since no rows are known; "by_y",
                        whether rows are known by the targets alone; "asked", whether loss_func was called at all

What is done in another order and comes to the same, such as clearing the gradients before or after, gives the same.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import torch

from autograder.beside.readings import rows_of
from autograder.beside.spies import Event, Journal

#: So many entries are told; no probe trains on more.
MOST = 200


@dataclass(frozen=True)
class Followed:
    """A journal, and what its batches are rows of: inputs of a watched model, or targets that are all different."""

    journal: Journal
    inputs: Any = None
    targets: Any = None
    #: Inputs that are for looking at alone.
    looked_at: Any = None
    batches: bool = False

    @functools.cached_property
    def distinct_inputs(self) -> bool:
        return _is_distinct(self.inputs)

    @functools.cached_property
    def distinct_targets(self) -> bool:
        return _is_distinct(self.targets)


def stories(followed: list[Followed]) -> list[list[dict[str, Any]]]:
    """One for each journal; none at all where something in one cannot be told."""
    try:
        return [_story(one) for one in followed] if all(map(_tells_rows_apart, followed)) else []
    except Exception:  # an answer may hand anything to a spy
        return []


def _tells_rows_apart(of: Followed) -> bool:
    """In small draws two rows are easily the same."""
    apart = of.distinct_inputs or of.distinct_targets
    return apart and (of.looked_at is None or _is_distinct(of.looked_at))


def _is_distinct(data: Any) -> bool:
    """Labels are not, even if these happen to differ."""
    return data is not None and data.is_floating_point() and len(data.unique(dim=0)) == len(data)


def _rows(of: Followed, event: Event) -> list[int]:
    """The rows that a loss was made of; [-1] where its targets and the inputs before it are not of the same rows.

    These inputs may be others: whoever predicts for several batches first has all losses after the last of them.
    """
    if of.distinct_inputs and event.inputs is not None:
        rows = rows_of(event.inputs, of.inputs)
        if -1 not in rows:
            together = of.targets is None or torch.equal(of.targets[rows].flatten(), event.batch.flatten())
            return rows if together else [-1]
    return rows_of(event.batch, of.targets) if of.distinct_targets else [-1]


def _story(of: Followed) -> list[dict[str, Any]]:
    of.journal.look()
    told: list[dict[str, Any]] = []
    predicted = 0
    for event in of.journal.events:
        if event.what == "loss":
            predicted = event.updates
        elif event.what == "backward":
            entry = {
                "what": "learn",
                "rows": _rows(of, event),
                "held": event.held,
                "run": event.run,
                "training": event.training,
            }
            told.append(entry | {"loss": event.value, "predicted": predicted, "updates": event.updates})
        elif event.what == "forward" and event.who == "model" and of.looked_at is not None:
            rows = rows_of(event.batch, of.looked_at)
            if -1 not in rows:
                mode = {"training": event.training, "graph": bool(event.graph)}
                told.append({"what": "look", "rows": rows, **mode, "updates": event.updates})
    end = {"what": "end", "updates": len(of.journal.states) - 1, "batches": of.batches, "by_y": of.inputs is None}
    return [*told[:MOST], end | {"asked": any(event.what == "loss" for event in of.journal.events)}]
