"""One edit: which of them makes every probe pass; what else they show is remembered for where none does."""

from __future__ import annotations

import contextlib
import math

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
        trials = self.sets.trials
        most = {"statement_extra": MOST_TAKEN_OUT}
        # What puts something in says little of where, as long as most is amiss.
        small = [
            e for e in edits if e.cost <= most.get(e.kind, MOST_OF_A_PART) and e.kind not in PUT_IN | {"method_missing"}
        ]
        # In place of a mere number anything of the right kind is nearer.
        small = [e for e in small if e.kind != "expression" or any(label[0] != "=" for label in e.gone)]
        small = [edit for edit in small[:MOST_NEARER] if self.sets.is_fair((edit,))]
        texts = {text: edit for edit in reversed(small) if (text := self.sets.text((edit,)))}
        with contextlib.suppress(OutOfBudget):
            trials.run([*reversed(texts)], None)
        before = {name: trials.stage(self.sets.base, name) for name in trials.exercise.probes}
        gains = {
            t: [self._gain(edit, trials.known(t), n, stage) for n, stage in before.items()] for t, edit in texts.items()
        }
        harmless = {text: gained for text, gained in gains.items() if min(gained) > -ROUNDING}
        for least in (A_STAGE, A_SHARE):
            many = {text: sum(g >= least for g in gained) for text, gained in harmless.items()}
            needed = {text: len(self.sets.failing) if texts[text].kind in ORDER else 1 for text in many}
            many = {text: count for text, count in many.items() if count >= needed[text]}
            order = sorted(many, key=lambda t: (-many[t], -round(sum(gains[t]), 1), cost([texts[t]])))
            if order:
                best, *others = order
                near: list[tuple[Edit, ...]] = [
                    (texts[t],) for t in others if texts[t].lines == texts[best].lines and many[t] == many[best]
                ]
                nearer = tuple(n for n, gain in zip(before, gains[best], strict=True) if gain >= least)
                after = trials.known(best)
                return Found((texts[best],), self.sets.base, [self.sets.base], [True], near, after, nearer=nearer)
        return None

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
