"""The search: which smallest set of edits makes every probe pass. What rights suggest first, then edits, then sets."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable, Iterable

from autograder.repair import twins, undoing
from autograder.repair.edit import Edit
from autograder.repair.meeting import Meeting
from autograder.repair.sets import WHOLESALE, Found, Sets, cost
from autograder.repair.several import SHARE, Several
from autograder.repair.single import WHOLE_PROBE, Single
from autograder.repair.steps import Agreement
from autograder.repair.trial import OutOfBudget

ENDLESS = re.compile(r"\b(inf|nan)\b")
LIKELIEST, FIRST, NEXT, MOST_UNDOING, MOST_LIKELY, MOST_CHEAPER, MOST_SINGLES = 36, 48, 100, 48, 100, 100, 400
#: So many probes are asked, if there is time, what steps give.
MOST_PROBES = 4
#: Of the time, so much for the likeliest pairs, before the search follows what came nearer.
SHARE_OF_PAIRS = 0.25
#: What costs more replaces so much that the search goes on as if nothing had been found.
DEAR = 14.0
#: One edit that costs no more, and replaces little, is not compared with others.
CHEAP = 8.0
#: Of a difference to a right: its edits, the sets of some of them, that are tried, and how many it may come to.
MOST_DIFFERENT, MOST_SETS, MOST_PLACES = 14, 60, 4


class Search:
    def __init__(self, sets: Sets, meeting: Meeting, agreement: Agreement, undone: list[Edit]):
        #: What undoes the known mistake that the whole answer behaves like, in the author's text of it.
        self.undone = undone
        self.sets = sets
        self.single = Single(sets, meeting)
        self.several = Several(sets, self.single, agreement)
        #: The probes that fail; where all comes to infinity or to no number, steps tell nothing: these last.
        self.telling = sorted(sets.failing, key=lambda name: bool(ENDLESS.search(repr(sets.base.get(name)))))

    def best(self, differences: list[list[Edit]], others: Callable[[], list[Edit]]) -> Found | None:
        """First what the nearest rights suggest, one edit or several; then the likeliest single edits; then all."""
        if len(self.undone) > 1 and (found := self._undoing(others())):
            return found
        suggested = sorted((e for d in differences for e in d), key=lambda edit: edit.rank)
        self._ahead(suggested[:LIKELIEST], differences)
        if alone := self.single.best(suggested, LIKELIEST):
            return self._likelier(alone, others)
        twin_edits = twins.pairs(self.sets.tree, others())
        if found := self._one(twin_edits, others()):
            return found
        every = sorted([*suggested, *others()], key=lambda edit: edit.rank)
        if found := self._few(twin_edits, every):
            return found
        to_rights = [d for d in differences if self._is_right(d)]
        if found := self._two(to_rights, others(), every):
            return found
        found = _least(self._part_of(d, 3) or self._reduced(tuple(d)) for d in to_rights)
        return self._cheaper(found, every) if found else self._further(every)

    def _likelier(self, alone: Found, others: Callable[[], list[Edit]]) -> Found:
        """The one edit that a right suggests, or another that costs less, where the first replaces much."""
        if alone.cost <= CHEAP and alone.edits[0].kind not in WHOLESALE:
            return alone
        self.single.most = alone.cost
        try:
            return self.single.best(others(), MOST_LIKELY) or alone
        except OutOfBudget:
            return alone

    def _one(self, twin_edits: list[tuple[Edit, ...]], others: list[Edit]) -> Found | None:
        """The same edit in two lines, or one of the likeliest; of more where a known mistake says what to undo."""
        if found := self.sets.best(self.sets.all_pass(twin_edits)):
            return found
        if self.undone and (found := self.single.best(others, MOST_UNDOING)):
            return found
        return self.single.best(others, FIRST)

    def _few(self, twin_edits: list[tuple[Edit, ...]], every: list[Edit]) -> Found | None:
        """An edit more where one mends a probe, what steps of the answer ask for, or the likeliest two."""
        if self._mends_a_probe() and (found := self.several.in_turn(every, beam=1, rounds=1, most=NEXT)):
            return found
        return self.several.by_steps(every, self.telling[:1]) or self.several.likeliest(every, twin_edits)

    def _two(self, to_rights: list[list[Edit]], others: list[Edit], every: list[Edit]) -> Found | None:
        """Two edits that lead to a right, unless one costs less, or two others where these cost much; else any two."""
        found = _least(self._part_of(d, 2) for d in to_rights)
        self.single.most = found.cost if found else math.inf
        found = self.single.best(others, MOST_LIKELY) or found
        if found and len(found.edits) > 1 and found.cost > DEAR:
            return self._pair_instead(found, every)
        if not found and self._mends_a_probe():
            found = self.several.in_turn(every, beam=2, rounds=1)
        return found or self.several.pair(every, SHARE_OF_PAIRS)

    def _mends_a_probe(self) -> bool:
        """Whether with one edit a probe passes that did not, and none less."""
        return any(gain >= WHOLE_PROBE for gain, _ in self.single.progress)

    def _further(self, edits: list[Edit]) -> Found | None:
        """From where an edit brought the answer nearer, and what else is left to try."""
        found = self.several.by_steps(edits, self.telling[1:MOST_PROBES])
        found = found or self.several.after_meeting(edits) or self.several.together(edits)
        found = found or (self.several.in_turn(edits, beam=1, rounds=1) if self.single.progress else None)
        found = found or self.several.pair(edits) or self.several.in_turn(edits)
        found = found or self.single.best(edits, MOST_SINGLES) or self.several.after_meeting(edits)
        return found or self.several.in_turn(edits)

    def _undoing(self, edits: list[Edit]) -> Found | None:
        """An edit of theirs for each of those that undo the known mistake."""
        sets = undoing.counterparts(self.undone, edits)
        return self.sets.best(self.sets.all_pass(sets)) if sets else None

    def _ahead(self, edits: list[Edit], differences: list[list[Edit]]) -> None:
        """Run in one job what is going to be asked for one after the other: the edits, and the differences."""
        sets: list[tuple[Edit, ...]] = [(edit,) for edit in edits]
        sets += [tuple(difference) for difference in differences if 1 < len(difference) <= MOST_DIFFERENT]
        self.sets.all_pass(sets, careful=False)

    def _cheaper(self, found: Found, edits: list[Edit]) -> Found:
        """A part of a difference may be an odd way to say it: fewer edits of another sort are better."""
        self.single.most = found.cost
        try:
            better = self.single.best(edits, MOST_CHEAPER)
            if not better and found.cost > DEAR:
                better = self._further(edits)
            if not better and not self.sets.trials.exhausted(SHARE):
                better = self.several.pair(edits)
            if not better and len(found.edits) > 2 and not self.sets.trials.exhausted(SHARE):
                better = self.several.in_turn(edits)
        except OutOfBudget:
            if found.cost > DEAR:
                raise
            return found
        return better if better and better.cost < found.cost else found

    def _pair_instead(self, found: Found, edits: list[Edit]) -> Found:
        """Of a right that is written in another way two edits may mend all, and yet say little: two likelier ones do
        as well."""
        try:
            better = self.several.pair(edits, SHARE_OF_PAIRS)
        except OutOfBudget:
            return found
        return better if better and better.cost < found.cost else found

    def _is_right(self, difference: list[Edit]) -> bool:
        """Whether a difference, made as a whole, gives a right answer: renaming may have gone wrong."""
        return 0 < len(difference) <= MOST_DIFFERENT and bool(self.sets.all_pass([tuple(difference)], careful=False))

    def _part_of(self, difference: list[Edit], count: int) -> Found | None:
        """The best part of a difference to a right, of so many edits, with which every probe passes."""
        sets = list(itertools.combinations(difference, count))
        passing = self.sets.all_pass(sets) if len(sets) <= MOST_SETS else []
        return self.sets.best(passing)

    def _reduced(self, chosen: tuple[Edit, ...]) -> Found | None:
        """What is left of a difference when everything is taken out that need not be in it."""
        while len(chosen) > 1:
            fewer = [tuple(e for e in chosen if e is not edit) for edit in chosen]
            passing = self.sets.all_pass(fewer, careful=False)
            if not passing:
                break
            needed = tuple(e for e in chosen if all(e in part for part in passing))
            if len(passing) > 1 and needed and self.sets.all_pass([needed], careful=False):
                chosen = needed
            else:
                chosen = min(passing, key=cost)
        return self.sets.best([chosen]) if len(chosen) <= MOST_PLACES and self.sets.is_fair(chosen) else None


def _least(parts: Iterable[Found | None]) -> Found | None:
    return min((part for part in parts if part), key=lambda part: part.cost, default=None)
