"""One edit: which of them makes every probe pass; what else they show is remembered for where none does."""

from __future__ import annotations

import contextlib
import math
from dataclasses import dataclass

from autograder.judging.verdict import Diagnosis
from autograder.repair.edit import Edit
from autograder.repair.meeting import Meeting
from autograder.repair.related import PUT_IN
from autograder.repair.sets import Found, Sets, cost
from autograder.repair.trial import Frames, OutOfBudget

BATCH = 48
#: After one is found, the search goes on to those that are nearly as likely, and may be as good.
RANK_BEYOND, AS_GOOD, AS_GOOD_IN_PART = 4.0, 1.0, 5.0
#: Kinds that put what is there in another order or place: by luck they mend a probe that looks at little.
ORDER = {"operands_swapped", "order", "arguments_swapped", "names_exchanged", "name"}
#: What counts as progress: each probe that agrees. A part is told only where its edits are this small.
WHOLE_PROBE, MOST_OF_A_PART = 10.0, 6
#: Where none is mended: what is nearer (trial.stage), what is no step back, and how many edits are seen by all probes.
A_STAGE, A_SHARE, ROUNDING, MOST_NEARER, MOST_TAKEN_OUT = 0.9, 0.1, 0.02, 100, 12


@dataclass(frozen=True)
class Move:
    """An edit, what is seen then, and how much nearer each probe is."""

    edit: Edit
    after: Frames
    gains: dict[str, float]

    def nearer(self, least: float) -> tuple[str, ...]:
        return tuple(name for name, gain in self.gains.items() if gain >= least)


class Single:
    def __init__(self, sets: Sets, meeting: Meeting):
        self.sets, self.meeting = sets, meeting
        #: A set that costs more is not wanted any more.
        self.most = math.inf
        #: Edits after which the answer behaves like a known mistake, with what is seen then.
        self.met: list[tuple[Edit, Diagnosis, Frames]] = []
        #: Edits that bring a probe nearer, with how much, for the search for several.
        self.progress: list[tuple[float, Edit]] = []
        #: Edits after which fewer probes fail, and no other ones: (how many still, edit).
        self.partial: list[tuple[int, Edit]] = []
        self._tried: set[str] = set()
        #: Edits with which the first probe still fails, with their text: they may meet a known mistake.
        self._left: list[tuple[Edit, str]] = []
        #: Edits that mend some probes, with what is seen then and what fails still.
        self._nearly: list[tuple[Edit, Frames, list[str]]] = []

    def best(self, edits: list[Edit], most: int) -> Found | None:
        """The best single edit, by cost and likelihood, of those that pass; `most` are tried that were not before."""
        passing: list[Edit] = []
        best = self.most
        waiting: list[tuple[Edit, str]] = []
        tried = 0
        for edit in edits:
            if tried >= most or (passing and edit.rank > RANK_BEYOND + min(e.rank for e in passing)):
                break
            if cost([edit]) > best + AS_GOOD or not (text := self.sets.text((edit,))) or text in self._tried:
                continue
            self._tried.add(text)
            waiting.append((edit, text))
            if len(waiting) == BATCH:
                passing += self._passing(waiting)
                best = min((cost([e]) for e in passing), default=self.most)
                tried, waiting = tried + BATCH, []
        if waiting:
            passing += self._passing(waiting)
        return self.sets.best([(e,) for e in passing])

    def _passing(self, part: list[tuple[Edit, str]]) -> list[Edit]:
        """The edits of these with which every probe passes. Only what the first probe lets through meets the others."""
        first = self.sets.failing[:1]
        seen = self.sets.trials.run([t for _, t in part], first)
        hopeful = []
        before = self.sets.trials.stage(self.sets.base, first[0])
        for (edit, text), frames in zip(part, seen, strict=True):
            if self.sets.trials.agrees(frames, first[0]):
                hopeful.append((edit, text))
                continue
            self._left.append((edit, text))
            if (gain := self.sets.trials.stage(frames, first[0]) - before) > 0 and self.sets.is_fair((edit,)):
                self.progress.append((gain, edit))
        return self._whole(hopeful)

    def meet(self) -> None:
        """Look for known mistakes among what was seen: not before it is needed, since these have to be observed."""
        first = self.sets.failing[0]
        left, self._left = self._left, []
        self._whole([(e, t) for e, t in left if self.meeting.may(self.sets.trials.known(t), first)])
        self._meet_nearly()

    def _meet_nearly(self) -> None:
        # An edit that mends no probe may only have put another mistake in the place of theirs.
        nearly, self._nearly = self._nearly, []
        for edit, frames, failing in nearly:
            if known := self.meeting.of(frames, failing):
                self.met.append((edit, known, frames))

    def _whole(self, part: list[tuple[Edit, str]]) -> list[Edit]:
        """The edits of these with which every probe passes; of the others, how near they come is remembered."""
        found = []
        whole = self.sets.trials.run([t for _, t in part], None)
        for (edit, _), frames in zip(part, whole, strict=True):
            failing = self.sets.trials.failing(frames)
            if not self.sets.is_fair((edit,)):
                continue
            if not failing:
                found.append(edit)
                continue
            self.kept(WHOLE_PROBE * (len(self.sets.failing) - len(failing)), edit, failing)
            if set(failing) < set(self.sets.failing):
                self._nearly.append((edit, frames, failing))
        return found

    def kept(self, gain: float, edit: Edit, failing: list[str]) -> None:
        """Remember an edit that brings some probe to agree and none away from it."""
        if set(failing) < set(self.sets.failing):
            self.partial.append((len(failing), edit))
            self.progress.append((gain, edit))

    def part(self) -> Found | None:
        """What brings the answer nearer, where nothing was found that mends all: one place, or silence.

        An edit after which the answer behaves like a known mistake explains all of it; else one that mends a probe.
        """
        self._meet_nearly()
        if self.met and (found := self._met()):
            return found
        if not self.partial:
            return None
        partial = sorted(self.partial, key=lambda entry: (entry[0], cost([entry[1]])))
        fewest, best = partial[0]
        near = [e for n, e in partial if n == fewest and cost([e]) <= cost([best]) + AS_GOOD_IN_PART]
        if best.cost > MOST_OF_A_PART or any(e.lines != best.lines for e in near):
            return None
        if best.kind in ORDER and 2 * fewest >= len(self.sets.failing):
            return None
        text = self.sets.text((best,))
        after = self.sets.trials.known(text) if text else {}
        return Found((best,), self.sets.base, [self.sets.base], after=after)

    def nearer(self, edits: list[Edit]) -> Found | None:
        """The small edit that brings most probes nearer and none away: by a stage (an error gone, the right length), or
        else by a share of their values. With the other edits of its line that do as much."""
        moves = self._moves([edit for edit in edits if _tells_where(edit)][:MOST_NEARER])
        harmless = [move for move in moves if min(move.gains.values()) > -ROUNDING]
        return self._furthest(harmless, A_STAGE) or self._furthest(harmless, A_SHARE)

    def _moves(self, edits: list[Edit]) -> list[Move]:
        """What each of these edits alone does, of those that give one text the likeliest."""
        trials = self.sets.trials
        fair = [edit for edit in edits if self.sets.is_fair((edit,))]
        texts = {text: edit for edit in reversed(fair) if (text := self.sets.text((edit,)))}
        with contextlib.suppress(OutOfBudget):
            trials.run([*reversed(texts)], None)
        before = {name: trials.stage(self.sets.base, name) for name in trials.exercise.probes}
        known = [(edit, trials.known(text)) for text, edit in texts.items()]
        return [
            Move(e, after, {n: self._gain(e, after, n, stage) for n, stage in before.items()}) for e, after in known
        ]

    def _furthest(self, moves: list[Move], least: float) -> Found | None:
        """The move by which most probes gain so much; all that fail, where only an order changes."""
        needed = {kind: len(self.sets.failing) for kind in ORDER}
        moves = [move for move in moves if len(move.nearer(least)) >= needed.get(move.edit.kind, 1)]
        if not moves:
            return None
        moves.sort(key=lambda m: (-len(m.nearer(least)), -round(sum(m.gains.values()), 1), cost([m.edit])))
        best, most = moves[0], moves[0].nearer(least)
        alike = [m.edit for m in moves[1:] if m.edit.lines == best.edit.lines and len(m.nearer(least)) == len(most)]
        near: list[tuple[Edit, ...]] = [(edit,) for edit in alike]
        return Found((best.edit,), self.sets.base, [self.sets.base], [True], near, best.after, nearer=most)

    def _gain(self, edit: Edit, after: Frames, name: str, before: float) -> float:
        """How much nearer a probe is. An error that is gone counts where it was raised: elsewhere it is got round."""
        gain = self.sets.trials.stage(after, name) - before
        raised = self.sets.base.get(name, {}).get("raised")
        if gain <= 0 or raised is None or self.sets.trials.agrees(after, name):
            return gain
        return gain if {line["line"] for line in raised["frames"]} & {*edit.lines} else 0.0

    def _met(self) -> Found | None:
        """The cheapest edit that meets a known mistake, if no other line leads to one as well."""
        self.met.sort(key=lambda entry: cost([entry[0]]))
        edit, known, frames = self.met[0]
        near = [e for e, _, _ in self.met if cost([e]) <= cost([edit]) + AS_GOOD_IN_PART]
        if edit.kind == "name" or edit.cost > MOST_OF_A_PART or any(e.lines != edit.lines for e in near):
            return None  # another name may take the place of what they compute with
        return Found((edit,), self.sets.base, [self.sets.base], after=frames, met=known)


def _tells_where(edit: Edit) -> bool:
    """Whether an answer that is nearer by it is wrong there: it is small, and no luck."""
    if edit.cost > (MOST_TAKEN_OUT if edit.kind == "statement_extra" else MOST_OF_A_PART):
        return False
    if edit.kind in PUT_IN | {"method_missing"}:
        return False  # what puts something in says little of where, as long as most is amiss
    # In place of a mere number anything of the right kind is nearer.
    return edit.kind != "expression" or any(label[0] != "=" for label in edit.gone)
