"""The search: which smallest set of edits makes every probe pass. Single edits first, then sets of two and three."""

from __future__ import annotations

import ast
import itertools
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from autograder.judging.judge import Diagnosis
from autograder.repair import alive
from autograder.repair.edit import Edit, apply, labels
from autograder.repair.meeting import Meeting
from autograder.repair.trial import Frames, OutOfBudget, Trials, text_of

LIKELIEST, MOST_LIKELY, MOST_CHEAPER, MOST_SINGLES = 36, 100, 100, 400
#: Of single edits, so many are put together in pairs, so many of them in the same place, so many pairs at a time.
MOST_PAIRED, IN_ONE_PLACE, PAIRS = 60, 3, 120
#: Of the time, so much is spent on looking for a better explanation than the one at hand.
SHARE = 0.6
#: One edit that costs no more is not compared with others.
CHEAP = 8.0
#: After one is found, the search goes on to those that are nearly as likely, and may be as good.
RANK_BEYOND, AS_GOOD, NEARLY_AS_GOOD, AS_GOOD_IN_PART = 4.0, 1.0, 2.0, 5.0
BEAM, MOST_SECOND = 4, 150
#: An edit after which the answer behaves like a known mistake: where the search for several goes on first.
MEETS, MOST_MET, MOST_SECOND_AFTER = 40.0, 3, 400
MOST_PLACES, MOST_COMPARED = 4, 12
#: What counts as progress: each probe that agrees. A part is told only where its edits are this small.
WHOLE_PROBE, MOST_OF_A_PART, FIRST_PROBES = 10.0, 6, 3
#: Of a difference to a right: its edits, and the sets of some of them, that are tried.
MOST_DIFFERENT, MOST_SETS = 14, 60
#: A set that changes more of the answer than this leaves too little of it to speak of "all but".
MOST_CHANGED = 0.5


@dataclass
class Found:
    """Edits with which every probe passes, no part of them being enough."""

    edits: tuple[Edit, ...]
    #: What is seen of the answer as it is.
    base: Frames
    #: What is seen when all of the edits but this one are made.
    without: list[Frames] = field(default_factory=list)
    #: Other sets that are as good.
    others: list[tuple[Edit, ...]] = field(default_factory=list)
    #: What is seen with all edits made, where that does not pass yet.
    after: Frames | None = None
    #: The known mistake that the answer behaves like then.
    met: Diagnosis | None = None

    @property
    def cost(self) -> float:
        return cost(self.edits)


def cost(edits: Iterable[Edit]) -> float:
    return sum(edit.cost + 1.5 + 0.5 * edit.rank for edit in edits)


class Search:
    def __init__(self, tree: ast.Module, trials: Trials, failing: list[str], base: Frames, meeting: Meeting):
        self.tree, self.trials, self.failing, self.base = tree, trials, failing, base
        self.meeting = meeting
        #: Edits after which the answer behaves like a known mistake, with what is seen then.
        self.met: list[tuple[Edit, Diagnosis, Frames]] = []
        self.dead = alive.dead(tree)
        self.size = labels(tree).total()
        #: Edits that bring a probe nearer, with how much, for the search for several.
        self.progress: list[tuple[float, Edit]] = []
        #: Sets that make some more probes agree: (how many fail still, edits).
        self.partial: list[tuple[int, tuple[Edit, ...]]] = []
        self.tried: set[str] = set()
        self._gone_on: set[tuple[tuple[int, ...], str]] = set()
        #: A set that costs more is not wanted any more.
        self.most = math.inf

    def best(self, differences: list[list[Edit]], others: Callable[[], list[Edit]]) -> Found | None:
        """First what the nearest rights suggest, one edit or several; then the likeliest single edits; then all."""
        suggested = sorted((e for d in differences for e in d), key=lambda edit: edit.rank)
        self._ahead(suggested[:LIKELIEST], differences)
        alone = self.single(suggested, LIKELIEST)
        if alone and alone.cost <= CHEAP:
            return alone
        if alone:
            self.most = alone.cost
            try:
                return self.single(others(), MOST_LIKELY) or alone
            except OutOfBudget:
                return alone
        found: Found | None = None
        whole = [d for d in differences if self._is_right(d)]
        for difference in whole:
            part = self.part_of(difference, (2,))
            if part and (found is None or part.cost < found.cost):
                found = part
        edits = others()
        self.most = found.cost if found else math.inf
        found = self.single(edits, MOST_LIKELY) or found
        if found:
            return found
        for difference in whole:
            part = self.part_of(difference, (3,)) or self._reduced(tuple(difference))
            if part and (found is None or part.cost < found.cost):
                found = part
        if found:
            self.most = found.cost
            return self._cheaper(found, edits, suggested)
        every = sorted([*suggested, *edits], key=lambda edit: edit.rank)
        found = self.after_meeting(every)
        found = found or (self.several(every, beam=1, rounds=1) if self.progress else None)
        found = found or self.pair(every) or self.several(every)
        found = found or self.single(edits, MOST_SINGLES) or self.after_meeting(every)
        return found or self.several(every)

    def _ahead(self, edits: list[Edit], differences: list[list[Edit]]) -> None:
        """Run in one job what is going to be asked for one after the other: the edits, the differences, their parts."""
        sets: list[tuple[Edit, ...]] = [(edit,) for edit in edits]
        for difference in differences:
            if 1 < len(difference) <= MOST_DIFFERENT:
                pairs = list(itertools.combinations(difference, 2))
                sets += [tuple(difference), *(pairs if len(pairs) <= MOST_SETS else [])]
        self._all_pass(sets, careful=False)

    def after_meeting(self, edits: list[Edit]) -> Found | None:
        """Where one edit leaves a known mistake, one more may leave none."""
        self.met.sort(key=lambda entry: cost([entry[0]]))
        for edit, _, _ in self.met[:MOST_MET]:
            if (edit.lines, edit.kind) not in self._gone_on:
                self._gone_on.add((edit.lines, edit.kind))
                found, _ = self._one_more((edit,), MEETS, edits, MOST_SECOND_AFTER)
                if found:
                    return self._best(found)
        return None

    def _cheaper(self, found: Found, edits: list[Edit], suggested: list[Edit]) -> Found:
        """A part of a difference may be an odd way to say it: fewer edits of another sort are better."""
        try:
            better = self.single(edits, MOST_CHEAPER)
            if not better and not self.trials.exhausted(SHARE):
                better = self.pair(sorted([*suggested, *edits], key=lambda edit: edit.rank))
            if not better and len(found.edits) > 2 and not self.trials.exhausted(SHARE):
                better = self.several(edits)
        except OutOfBudget:
            return found
        return better if better and better.cost < found.cost else found

    def pair(self, edits: list[Edit]) -> Found | None:
        """Two of the likeliest edits, in different places; the likeliest pairs first, while there is time."""
        likely: list[Edit] = []
        for edit in edits:
            if sum(edit.parts[0][0] == other.parts[0][0] for other in likely) < IN_ONE_PLACE:
                likely.append(edit)
            if len(likely) == MOST_PAIRED:
                break
        sets: list[tuple[Edit, ...]] = [
            p for p in itertools.combinations(likely, 2) if p[0].parts[0][0] != p[1].parts[0][0]
        ]
        sets = sorted((p for p in sets if cost(p) < self.most), key=cost)
        for start in range(0, len(sets), PAIRS):
            if self.trials.exhausted(SHARE):
                break
            if passing := self._all_pass(sets[start : start + PAIRS]):
                return self._best(passing)
        return None

    # -- one edit ---------------------------------------------------------------------------------------------------

    def single(self, edits: list[Edit], most: int) -> Found | None:
        """The best single edit, by cost and likelihood, of those that pass; `most` are tried that were not before."""
        passing: list[Edit] = []
        best = self.most
        waiting: list[tuple[Edit, str]] = []
        batch, tried = 48, 0
        for edit in edits:
            if tried >= most or (passing and edit.rank > RANK_BEYOND + min(e.rank for e in passing)):
                break
            if cost([edit]) > best + AS_GOOD or not (text := self.text((edit,))) or text in self.tried:
                continue
            self.tried.add(text)
            waiting.append((edit, text))
            if len(waiting) == batch:
                passing += self._passing(waiting)
                best = min((cost([e]) for e in passing), default=self.most)
                tried, waiting = tried + batch, []
        if waiting:
            passing += self._passing(waiting)
        return self._best([(e,) for e in passing])

    def _passing(self, part: list[tuple[Edit, str]]) -> list[Edit]:
        """The edits of these with which every probe passes. Only what the first probe lets through meets the others."""
        first = self.failing[:1]
        seen = self.trials.run([t for _, t in part], first)
        hopeful, near = [], []
        before = self.trials.stage(self.base, first[0])
        for (edit, text), frames in zip(part, seen, strict=True):
            if self.trials.agrees(frames, first[0]):
                hopeful.append((edit, text))
                continue
            if self.meeting.may(frames, first[0]):
                near.append((edit, text))
            if (gain := self.trials.stage(frames, first[0]) - before) > 0 and self._is_fair((edit,)):
                self.progress.append((gain, edit))
        whole = self.trials.run([t for _, t in [*hopeful, *near]], None)
        found = []
        for (edit, _), frames in zip([*hopeful, *near], whole, strict=True):
            failing = self.trials.failing(frames)
            if not self._is_fair((edit,)):
                continue
            if not failing:
                found.append(edit)
                continue
            self._kept(WHOLE_PROBE * (len(self.failing) - len(failing)), (edit,), failing)
            # An edit that mends no probe may only have put another mistake in the place of theirs.
            if set(failing) < set(self.failing) and (known := self.meeting.of(frames, failing)):
                self.met.append((edit, known, frames))
        return found

    # -- several ----------------------------------------------------------------------------------------------------

    def several(self, edits: list[Edit], beam: int = BEAM, rounds: int = 2) -> Found | None:
        """Two or three edits: those that bring a probe nearer are kept, and the search goes on from there."""
        if not any(gain >= WHOLE_PROBE for gain, _ in self.progress):
            self._by_other_probes(edits)
        self.progress.sort(key=lambda entry: (-entry[0], entry[1].rank))
        kept: list[tuple[float, tuple[Edit, ...]]] = [
            (gain, (edit,)) for gain, edit in self._distinct(self.progress)[:beam]
        ]
        for _ in range(rounds):
            following: list[tuple[float, tuple[Edit, ...]]] = []
            for gain, chosen in kept:
                found, more = self._one_more(chosen, gain, edits)
                if found:
                    return self._best(found)
                following += more
            following.sort(key=lambda entry: (-entry[0], cost(entry[1])))
            kept = [entry for entry in following if entry[0] > 0][: BEAM - 1]
        return None

    def _by_other_probes(self, edits: list[Edit]) -> None:
        """A mistake may show by itself only in a probe that is not the first."""
        part = [(edit, text) for edit in edits[:MOST_SECOND] if (text := self.text((edit,)))]
        for name in self.failing[1:FIRST_PROBES]:
            seen = self.trials.run([text for _, text in part], [name])
            better = [entry for entry, frames in zip(part, seen, strict=True) if self.trials.agrees(frames, name)]
            whole = self.trials.run([text for _, text in better], None)
            for (edit, _), frames in zip(better, whole, strict=True):
                failing = self.trials.failing(frames)
                if self._is_fair((edit,)):
                    self._kept(WHOLE_PROBE * (len(self.failing) - len(failing)), (edit,), failing)

    def _kept(self, gain: float, edits: tuple[Edit, ...], failing: list[str]) -> None:
        """Remember a set of edits that brings some probe to agree and none away from it."""
        if set(failing) < set(self.failing):
            self.partial.append((len(failing), edits))
            if len(edits) == 1:
                self.progress.append((gain, edits[0]))

    def part(self) -> Found | None:
        """What brings the answer nearer, where nothing was found that mends all: one place, or silence.

        An edit after which the answer behaves like a known mistake explains all of it; else one that mends a probe.
        """
        if self.met and (found := self._met()):
            return found
        partial = sorted((entry for entry in self.partial if len(entry[1]) == 1), key=lambda e: (e[0], cost(e[1])))
        if not partial:
            return None
        fewest, best = partial[0]
        near = [s for n, s in partial if n == fewest and cost(s) <= cost(best) + AS_GOOD_IN_PART]
        if best[0].cost > MOST_OF_A_PART or any(s[0].lines != best[0].lines for s in near):
            return None
        text = self.text(best)
        return Found(best, self.base, [self.base], after=self.trials.known(text) if text else {})

    def _met(self) -> Found | None:
        """The cheapest edit that meets a known mistake, if no other line leads to one as well."""
        self.met.sort(key=lambda entry: cost([entry[0]]))
        edit, known, frames = self.met[0]
        near = [e for e, _, _ in self.met if cost([e]) <= cost([edit]) + AS_GOOD_IN_PART]
        if edit.kind == "name" or edit.cost > MOST_OF_A_PART or any(e.lines != edit.lines for e in near):
            return None  # another name may take the place of what they compute with
        return Found((edit,), self.base, [self.base], after=frames, met=known)

    def _distinct(self, entries: list[tuple[float, Edit]]) -> list[tuple[float, Edit]]:
        """Of edits that bring just as much in the same line, the likeliest."""
        seen: set[tuple[float, tuple[int, ...]]] = set()
        found = []
        for gain, edit in entries:
            if (gain, edit.lines) not in seen:
                seen.add((gain, edit.lines))
                found.append((gain, edit))
        return found

    def _one_more(
        self, chosen: tuple[Edit, ...], gain: float, edits: list[Edit], most: int = MOST_SECOND
    ) -> tuple[list[tuple[Edit, ...]], list[tuple[float, tuple[Edit, ...]]]]:
        text = self.text(chosen)
        assert text is not None
        (whole,) = self.trials.run([text], None)
        failing = self.trials.failing(whole)
        first = [name for name in self.failing if name in failing][:1] or failing[:1]
        before = sum(self.trials.stage(whole, n) for n in first)
        found: list[tuple[Edit, ...]] = []
        more: list[tuple[float, tuple[Edit, ...]]] = []
        rest = [e for e in edits if not any(_overlap(e, c) for c in chosen)]
        step = 100
        for start in range(0, min(len(rest), most), step):
            sets = [(*chosen, e) for e in rest[start : start + step]]
            part = [(s, t) for s in sets if (t := self.text(s))]
            seen = self.trials.run([t for _, t in part], first)
            hopeful = []
            for (s, t), frames in zip(part, seen, strict=True):
                if not self.trials.failing(frames, first):
                    hopeful.append((s, t))
                nearer = sum(self.trials.stage(frames, n) for n in first) - before
                if nearer > 0:
                    more.append((gain + nearer, s))
            frames_of = self.trials.run([t for _, t in hopeful], None)
            for (s, _), frames in zip(hopeful, frames_of, strict=True):
                still = self.trials.failing(frames)
                if self._is_fair(s):
                    if not still:
                        found.append(s)
                    elif len(still) < len(failing):
                        more.append((gain + WHOLE_PROBE * (len(failing) - len(still)), s))
                        self._kept(0.0, s, still)
            if found:
                break
        return found, more

    def _is_right(self, difference: list[Edit]) -> bool:
        """Whether a difference, made as a whole, gives a right answer: renaming may have gone wrong."""
        return 0 < len(difference) <= MOST_DIFFERENT and bool(self._all_pass([tuple(difference)], careful=False))

    def part_of(self, difference: list[Edit], counts: tuple[int, ...]) -> Found | None:
        """The smallest part of a difference to a right, of so many edits, with which every probe passes."""
        for count in counts:
            sets = list(itertools.combinations(difference, count))
            if 0 < len(sets) <= MOST_SETS and (found := self._all_pass(sets)):
                return self._best(found)
        return None

    def _reduced(self, chosen: tuple[Edit, ...]) -> Found | None:
        """What is left of a difference when everything is taken out that need not be in it."""
        while len(chosen) > 1:
            fewer = [tuple(e for e in chosen if e is not edit) for edit in chosen]
            passing = self._all_pass(fewer, careful=False)
            if not passing:
                break
            needed = tuple(e for e in chosen if all(e in part for part in passing))
            if len(passing) > 1 and needed and self._all_pass([needed], careful=False):
                chosen = needed
            else:
                chosen = min(passing, key=cost)
        return self._best([chosen]) if len(chosen) <= MOST_PLACES and self._is_fair(chosen) else None

    def _all_pass(self, sets: list[tuple[Edit, ...]], careful: bool = True) -> list[tuple[Edit, ...]]:
        part = [(s, t) for s in sets if (t := self.text(s))]
        first = self.failing[:1]
        seen = self.trials.run([t for _, t in part], first)
        part = [p for p, frames in zip(part, seen, strict=True) if not self.trials.failing(frames, first)]
        seen = self.trials.run([t for _, t in part], None)
        passing = [s for (s, _), frames in zip(part, seen, strict=True) if not self.trials.failing(frames)]
        return [s for s in passing if not careful or self._is_fair(s)]

    # -- what counts ------------------------------------------------------------------------------------------------

    def text(self, edits: tuple[Edit, ...]) -> str | None:
        """The text with these edits made; None where they cannot be."""
        tree = apply(self.tree, edits)
        return text_of(tree) if tree is not None else None

    def _is_fair(self, edits: tuple[Edit, ...]) -> bool:
        """Whether enough of the learner's answer stays, and nothing of what stays dies by the edits."""
        if sum(e.cost for e in edits if e.kind in WHOLESALE) > MOST_CHANGED * self.size:
            return False
        tree = apply(self.tree, edits)
        gone = {inner for e in edits if e.kind == "statement_extra" for inner, _ in e.parts}
        return tree is not None and not alive.kills(self.dead, tree, gone)

    def _best(self, sets: list[tuple[Edit, ...]]) -> Found | None:
        """The cheapest of these sets, all of which pass, that holds nothing needless; with what else is as good."""
        sets = sorted(sets, key=cost)[:MOST_COMPARED]
        sets = self._minimal(sets)
        if not sets:
            return None
        best = sets[0]
        others = [s for s in sets[1:] if cost(s) <= cost(best) + NEARLY_AS_GOOD and len(s) == len(best)]
        if len(best) == 1:
            return Found(best, self.base, [self.base], others)
        texts = [self.text(tuple(e for e in best if e is not edit)) for edit in best]
        seen = iter(self.trials.run([t for t in texts if t], None))
        return Found(best, self.base, [next(seen) if t else {} for t in texts], others)

    def _minimal(self, sets: list[tuple[Edit, ...]]) -> list[tuple[Edit, ...]]:
        """The sets of which every part leaves a probe failing."""
        parts = [[p for n in range(1, len(s)) for p in itertools.combinations(s, n)] for s in sets]
        enough = {_key(p) for p in self._all_pass([p for some in parts for p in some], careful=False)}
        return [s for s, some in zip(sets, parts, strict=True) if not any(_key(p) in enough for p in some)]


def _key(edits: tuple[Edit, ...]) -> tuple[int, ...]:
    return tuple(map(id, edits))


#: Kinds that replace what stood there, and so say nothing where little else stands.
WHOLESALE = {"expression", "statement", "statement_missing", "method_missing", "return_missing", "argument"}


def _overlap(a: Edit, b: Edit) -> bool:
    return (
        {place for place, _ in a.parts} == {place for place, _ in b.parts} and a.kind == b.kind and a.lines == b.lines
    )


__all__ = ["Found", "OutOfBudget", "Search"]
