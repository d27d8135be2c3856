"""Where a training loop's story (beside/story.py) first leaves the reference's: which event was to come, and what came.

True or silent: each turn is a fact that was seen, and one that the reference's loop cannot show. Where batches cannot
be told apart, there is none.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

from autograder.judging.difference import Difference, close

Entry = dict[str, Any]
#: Losses that differ by no more were worked out in the same way, with parameters that differ by rounding.
SAME = 1e-4


@dataclass(frozen=True)
class Batch:
    """What was learnt from: which rows, in which epoch of how many, as the reference's batch with which number or 0."""

    rows: tuple[int, ...]
    number: int
    epoch: int
    epochs: int
    #: Whether it goes by its number, since whoever wrote the loop knows no rows.
    numbered: bool = False


@dataclass(frozen=True)
class Turn:
    """The first event that differs: report/story.py has a sentence for each kind."""

    kind: str
    #: The batch that was to come, the one before it, and what came in its place.
    wanted: Batch | None = None
    before: Batch | None = None
    came: Batch | None = None
    #: Whether it holds of some parameters only.
    partly: bool = False
    #: Whether the model was in training mode.
    training: bool = False
    count: int = 0
    #: Whether training was over by then.
    last: bool = False
    #: Which of the probe's calls it is in, from 0, of how many.
    call: int = 0
    calls: int = 1


def first_turn(mine: list[list[Entry]], reference: list[list[Entry]]) -> Turn | None:
    """Of the stories of one probe, one for each call that it made."""
    for i, (own, wanted) in enumerate(zip(mine, reference, strict=False)):
        if turn := _Both(own, wanted).first():
            return replace(turn, call=i, calls=len(reference))
    return None


def turn_at(found: Difference, parts: list[Any], mine: list[list[Entry]], reference: list[list[Entry]]) -> Turn | None:
    """The step after which the parameters differ first, where all else is as in the reference's story.

    `found` is in a list of tensors, one for each step; `parts` are the names of an observation's parts, as many for
    each of the probe's calls.
    """
    *path, place = found.where or (None,)
    if found.fault != "value" or not isinstance(place, int) or not isinstance(found.expected, dict):
        return None
    if len(mine) != len(reference) or not mine or (len(mine) > 1 and (not path or path[0] not in parts)):
        return None
    call = parts.index(path[0]) * len(mine) // len(parts) if len(mine) > 1 else 0
    both = _Both(mine[call], reference[call])
    if not both.can_be_told or both.first():
        return None
    each_moves = [*range(len(both.theirs) + 1)]
    for entries, end in ((both.own, both.own_end), (both.theirs, both.end)):
        if [entry["updates"] for entry in [*entries, end]] != each_moves:
            return None
    turn = both.step(place)
    return replace(turn, call=call, calls=len(mine)) if turn else None


def where_it_raised(mine: list[list[Entry]], reference: list[list[Entry]]) -> Turn | None:
    """After which batch of its last call a loop raised, where it learnt from the reference's batches until then."""
    if not mine or len(mine) > len(reference):
        return None
    both = _Both(mine[-1], reference[len(mine) - 1])
    k = len(both.own)
    if not both.can_be_told or k > len(both.theirs):
        return None
    if any(own["rows"] != theirs["rows"] for own, theirs in zip(both.own, both.theirs, strict=False)):
        return None
    call, calls = len(mine) - 1, len(reference)
    if not k:
        return Turn("raised", call=call, calls=calls)
    moved = int(both.own_end["updates"]) > int(both.own[-1]["updates"])
    before, last = both.batch(k - 1), k == len(both.theirs)
    return Turn("raised", before=before, last=last, count=int(moved), call=call, calls=calls)


class _Both:
    """One story beside the reference's."""

    def __init__(self, mine: list[Entry], reference: list[Entry]):
        self.mine, self.reference = mine, reference
        self.own = [entry for entry in mine if entry["what"] == "learn"]
        self.theirs = [entry for entry in reference if entry["what"] == "learn"]
        self.at = [i for i, entry in enumerate(mine) if entry["what"] == "learn"]
        self.own_end, self.end = mine[-1] if mine else {}, reference[-1] if reference else {}

    @property
    def can_be_told(self) -> bool:
        whole = self.own_end.get("what") == self.end.get("what") == "end"
        return whole and bool(self.theirs) and all(e["rows"] and -1 not in e["rows"] for e in self.theirs)

    def batch(self, number: int, own: bool = False) -> Batch:
        entries = self.own if own else self.theirs
        rows = tuple(entries[number]["rows"])
        times = [row for entry in self.theirs for row in entry["rows"]].count
        epoch = [row for entry in entries[:number] for row in entry["rows"]].count(rows[0]) + 1
        same = [i for i, entry in enumerate(self.theirs) if tuple(entry["rows"]) == rows]
        number = number if not own else same[0] if same else -1
        return Batch(rows, number + 1, epoch, times(rows[0]), bool(self.end["batches"]))

    def step(self, number: int) -> Turn | None:
        """That the step for this batch, or already its loss, is the first that comes out differently."""
        if number >= len(self.theirs):
            return None
        if close(self.own[number]["loss"], self.theirs[number]["loss"], SAME, SAME):
            return Turn("step", self.batch(number), self.batch(number - 1) if number else None)
        return None if number else Turn("loss", self.batch(0))  # a later one may differ for a step that nobody saw

    def first(self) -> Turn | None:
        if not self.can_be_told:
            return None
        turns = [*self._learning(), *self._looking()]
        return min(turns, key=lambda found: found[0])[1] if turns else None

    def _learning(self) -> list[tuple[float, Turn]]:
        """The first turn of what is learnt from, with its time in the answer's story."""
        for k, want in enumerate(self.theirs):
            wanted, before = self.batch(k), self.batch(k - 1) if k else None
            since = self.at[k - 1] + 0.5 if k and k <= len(self.own) else -0.5
            got = self.own[k] if k < len(self.own) else None
            if got is not None and (not got["rows"] or -1 in got["rows"]):
                strange = not k and self.own_end["by_y"] and set(got["rows"]) == {-1}
                return [(since, Turn("strange", wanted))] if strange else []  # whatever came, it is not known what
            came = self.batch(k, own=True) if got else None
            together = [entry for entry in self.own if got and entry["run"] == got["run"] != -1]
            if len(together) > 1:
                return [(since, Turn("together", count=len(together)))]
            if got and before and got["rows"] == self.own[k - 1]["rows"] != want["rows"] and not self._moves(k):
                return [(since, Turn("repeated", wanted, before, came))]
            if before and (turn := self._step(k, before, wanted)):
                return [(since, turn)]
            if got is None:
                return [(since, Turn("ends" if self.own_end["asked"] else "never", wanted, before))]
            if got["rows"] != want["rows"]:
                skipped = k + 1 < len(self.theirs) and got["rows"] == self.theirs[k + 1]["rows"]
                return [(since, Turn("skipped" if skipped else "rows", wanted, before, came))]
            if before and got["held"] and not want["held"]:
                return [(self.at[k], Turn("held", wanted, before, partly=got["held"] == 1))]
            if got["training"] != want["training"] and None not in (got["training"], want["training"]):
                return [(self.at[k], Turn("mode", wanted, training=got["training"]))]
        k = len(self.theirs)
        before = self.batch(k - 1)
        if turn := self._step(k, before, None):
            return [(self.at[-1] + 0.5 if len(self.own) == k else self.at[k - 1] + 0.5, turn)]
        if len(self.own) > k and self.own[k]["rows"] and -1 not in self.own[k]["rows"]:
            return [(self.at[k], Turn("goes_on", None, before, self.batch(k, own=True)))]
        return []

    def _moves(self, k: int, reference: bool = False) -> int:
        """How often the parameters changed between the batch before the one numbered k and that one, or the end."""
        entries, end = (self.theirs, self.end) if reference else (self.own, self.own_end)
        after = entries[k] if k < len(entries) else end
        return int(after["updates"]) - int(entries[k - 1]["updates"])

    def _step(self, k: int, before: Batch, wanted: Batch | None) -> Turn | None:
        """The turn in the step after the batch before the one numbered k."""
        if self._moves(k, reference=True) != 1:
            return None
        moves = self._moves(k)
        if moves == 0:
            return Turn("still", wanted, before, last=k >= len(self.own))
        if moves > 1:
            return Turn("often", wanted, before, count=moves)
        if k == len(self.own) or wanted is None or self.own[k]["rows"] != self.theirs[k]["rows"]:
            return None
        return Turn("late", wanted, before) if self.own[k]["predicted"] == self.own[k - 1]["updates"] else None

    def _looking(self) -> list[tuple[float, Turn]]:
        """The first turn of what is looked at alone."""
        theirs = [entry for entry in self.reference if entry["what"] == "look"]
        if any(-1 in entry["rows"] for entry in self.own):
            return []  # perhaps it learns from them
        at = {entry["updates"] for entry in theirs}
        learnt = False
        for i, entry in enumerate(self.mine):
            learnt = entry["training"] is True if entry["what"] == "learn" else learnt
            if not theirs or entry["what"] != "look":
                continue
            if entry["training"] and not any(other["training"] for other in theirs):
                return [(i, Turn("looks_in_training", last=learnt))]
            if entry["graph"] and not any(other["graph"] for other in theirs):
                return [(i, Turn("looks_with_graph"))]
            if entry["updates"] not in at:
                following = min((n for n in at if n > entry["updates"]), default=math.inf)
                return [(i, Turn("looks_early", count=entry["updates"]))] if following < math.inf else []
        return []
