"""Several edits: two at once, and one after the other, where an edit brings the answer nearer."""

from __future__ import annotations

import contextlib
import itertools

from autograder.judging.verdict import Frame
from autograder.repair.edit import Edit
from autograder.repair.related import PUT_IN
from autograder.repair.sets import Found, Sets, cost
from autograder.repair.single import WHOLE_PROBE, Single
from autograder.repair.steps import Agreement
from autograder.repair.trial import OutOfBudget, behaviour

#: Of so many single edits, so many are put together in pairs, so many of one place, and so many pairs at a time.
MOST_SEEN, MOST_PAIRED, IN_ONE_PLACE, PAIRS = 160, 60, 3, 120
#: Of so many edits so many are put together before all else.
FEW, MOST_LIKELIEST, MOST_TWINS = 60, 15, 4
#: Of the time, so much is spent on pairs.
SHARE = 0.6
#: So many sets are gone on from, with so many edits more; and probes that an edit may mend by itself.
BEAM, MOST_SECOND, STEP, FIRST_PROBES = 4, 150, 100, 3
#: An edit after which the answer behaves like a known mistake: where the search for several goes on first.
MEETS, MOST_MET, MOST_SECOND_AFTER = 40.0, 3, 400

#: So many edits are seen by all probes; so many that mend a probe are put together, and so many sets of them are tried.
MOST_APART, MOST_USEFUL, MOST_TOGETHER = 80, 48, 60
#: So many edits one after the other are chosen by what steps give.
MOST_STEPPED = 3
#: So many other probes are asked whether they see it, too.
MOST_SURE = 3

Gained = list[tuple[float, tuple[Edit, ...]]]


class Several:
    def __init__(self, sets: Sets, single: Single, agreement: Agreement):
        self.sets, self.single, self.agreement = sets, single, agreement
        #: Edits that make steps of the answer right, in lines where alone that is done; and under which probe.
        self.stepped: tuple[tuple[Edit, ...], str] = ((), "")
        self._gone_on: set[tuple[tuple[int, ...], str]] = set()

    def likeliest(self, edits: list[Edit], both: list[tuple[Edit, ...]]) -> Found | None:
        """Two of the few that are likeliest by far, or one with one of those that are made in two lines: one job."""
        halves = self._halves(edits[:FEW], self.sets.failing[0])[:MOST_LIKELIEST]
        texts: dict[str | None, tuple[Edit, ...]] = {}
        for twins in both:
            texts.setdefault(self.sets.text(twins), twins)
        likely = [twins for text, twins in texts.items() if text and self.sets.is_fair(twins)][:MOST_TWINS]
        more = [(*twins, e) for twins in likely for e in halves if all(_place(e) != _place(t) for t in twins)]
        return self.sets.best(self.sets.all_pass(_pairs(halves)) or self.sets.all_pass(more))

    def pair(self, edits: list[Edit], share: float = 1.0) -> Found | None:
        """Two of the likeliest edits, in different places; the likeliest pairs first, for this share of the time."""
        until = self.sets.trials.left() - share * self.sets.trials.whole
        likely = self._halves(edits, self.sets.failing[-1])  # with few numbers, more of them do the same
        sets = [pair for pair in _pairs(likely) if cost(pair) < self.single.most]
        for start in range(0, len(sets), PAIRS):
            if self.sets.trials.exhausted(SHARE) or self.sets.trials.left() < until:
                break
            if passing := self.sets.all_pass(sets[start : start + PAIRS]):
                return self.sets.best(passing)
        return None

    def _halves(self, edits: list[Edit], most: str) -> list[Edit]:
        """The likeliest edits that may be one of two: none of them stops an answer that ran through, and what they
        change is seen to be something else for each. Of those of which nothing is seen, a few in each place."""
        part = [(edit, text) for edit in edits[:MOST_SEEN] if (text := self.sets.text((edit,)))]
        before = self.sets.base.get(most, {})
        kept: list[Edit] = []
        seen: list[Frame] = []
        for (edit, _), frames in zip(part, self.sets.trials.run([t for _, t in part], [most]), strict=True):
            frame = frames.get(most, {"raised": None})
            if "raised" in frame and "raised" not in before:
                continue
            if behaviour(frame) != behaviour(before):
                if behaviour(frame) in seen:
                    continue
                seen.append(behaviour(frame))
            elif sum(_place(edit) == _place(other) for other in kept) >= IN_ONE_PLACE:
                continue
            kept.append(edit)
            if len(kept) == MOST_PAIRED:
                break
        return kept

    def by_steps(self, edits: list[Edit], probes: list[str]) -> Found | None:
        """One after the other the edit with which most steps more are right, and what else is needed then."""
        for probe in probes:
            chosen, sure = self.stepped[0], True
            for _ in range(MOST_STEPPED):
                rest = [e for e in edits[:MOST_APART] if not any(_overlap(e, c) for c in chosen)]
                rest = [e for e in rest if not self._stops((*chosen, e), probe)]
                gains = self.agreement.gains(chosen, rest, probe)
                gains = [(gain, e) for gain, e in gains if self.sets.is_fair((*chosen, e))]
                if not gains:
                    break
                most, best = min(gains, key=lambda entry: (-entry[0], cost([entry[1]])))
                sure &= all(e.lines[:1] == best.lines[:1] for gain, e in gains if gain == most)
                sure = sure and best.kind not in PUT_IN and self._is_sure(chosen, best, most, probe)
                if sure:
                    self.stepped = ((*self.stepped[0], best), probe)
                chosen = (*chosen, best)
                passing = self.sets.all_pass([chosen]) or self._one_more(chosen, 0.0, edits)[0]
                if passing:
                    return self.sets.best(passing)
        return None

    def _stops(self, edits: tuple[Edit, ...], probe: str) -> bool:
        """Whether it has been seen to hang, or to raise under this probe where the answer has a value."""
        text = self.sets.text(edits) or ""
        seen = self.sets.trials.known(text).get(probe, {})
        raises = "raised" in seen and "raised" not in self.sets.base.get(probe, {})
        return raises or self.sets.trials.hangs(text, probe)

    def _is_sure(self, chosen: tuple[Edit, ...], best: Edit, gain: int, probe: str) -> bool:
        """Whether another probe that fails sees more steps right as well; of one alone, two steps."""
        others = [name for name in self.sets.failing if name != probe][:MOST_SURE]
        return any(self.agreement.gains(chosen, [best], name) for name in others) if others else gain > 1

    def part(self) -> Found | None:
        """What was chosen by what steps give, where nothing was found that mends all."""
        edits, probe = self.stepped
        text = self.sets.text(edits) if edits else None
        if text is None:
            return None
        with contextlib.suppress(OutOfBudget):
            self.sets.trials.run([text], None)
        after = self.sets.trials.known(text)
        return Found(edits, self.sets.base, [self.sets.base], after=after, nearer=(probe,), stepped=True)

    def together(self, edits: list[Edit]) -> Found | None:
        """Edits of which each mends other probes, and that mend all of them together."""
        failing = self.sets.failing
        if len(failing) < 2 or all("raised" in self.sets.base.get(name, {}) for name in failing):
            return None  # an error hides what else there is
        likely = [(edit, text) for edit in edits[:MOST_APART] if (text := self.sets.text((edit,)))]
        mends: dict[int, set[str]] = {}
        for name in failing:
            seen = self.sets.trials.run([text for _, text in likely], [name])
            for (edit, _), frames in zip(likely, seen, strict=True):
                if self.sets.trials.agrees(frames, name):
                    mends.setdefault(id(edit), set()).add(name)
        useful = sorted((e for e, _ in likely if id(e) in mends), key=lambda edit: cost([edit]))
        sets: list[tuple[Edit, ...]] = []
        for count in (2, 3):
            few = useful[: MOST_USEFUL // count]
            for some in itertools.combinations(few, count):
                if set().union(*(mends[id(e)] for e in some)) >= set(failing):
                    sets.append(some)
        sets = sorted((s for s in sets if cost(s) < self.single.most), key=cost)[:MOST_TOGETHER]
        return self.sets.best(self.sets.all_pass(sets)) if sets else None

    def after_meeting(self, edits: list[Edit]) -> Found | None:
        """Where one edit leaves a known mistake, one more may leave none."""
        self.single.meet()
        self.single.met.sort(key=lambda entry: cost([entry[0]]))
        for edit, _, _ in self.single.met[:MOST_MET]:
            if (edit.lines, edit.kind) not in self._gone_on:
                self._gone_on.add((edit.lines, edit.kind))
                found, _ = self._one_more((edit,), MEETS, edits, MOST_SECOND_AFTER)
                if found:
                    return self.sets.best(found)
        return None

    def in_turn(self, edits: list[Edit], beam: int = BEAM, rounds: int = 2, most: int = MOST_SECOND) -> Found | None:
        """Two or three edits: those that bring a probe nearer are kept, and the search goes on from there."""
        if not any(gain >= WHOLE_PROBE for gain, _ in self.single.progress):
            self._by_other_probes(edits)
        self.single.progress.sort(key=lambda entry: (-entry[0], entry[1].rank))
        kept: Gained = [(gain, (edit,)) for gain, edit in _distinct(self.single.progress)[:beam]]
        for _ in range(rounds):
            following: Gained = []
            for gain, chosen in kept:
                found, more = self._one_more(chosen, gain, edits, most)
                if found:
                    return self.sets.best(found)
                following += more
            following.sort(key=lambda entry: (-entry[0], cost(entry[1])))
            kept = [entry for entry in following if entry[0] > 0][: BEAM - 1]
        return None

    def _by_other_probes(self, edits: list[Edit]) -> None:
        """A mistake may show by itself only in a probe that is not the first."""
        part = [(edit, text) for edit in edits[:MOST_SECOND] if (text := self.sets.text((edit,)))]
        for name in self.sets.failing[1:FIRST_PROBES]:
            seen = self.sets.trials.run([text for _, text in part], [name])
            better = [entry for entry, frames in zip(part, seen, strict=True) if self.sets.trials.agrees(frames, name)]
            whole = self.sets.trials.run([text for _, text in better], None)
            for (edit, _), frames in zip(better, whole, strict=True):
                failing = self.sets.trials.failing(frames)
                if self.sets.is_fair((edit,)):
                    self.single.kept(WHOLE_PROBE * (len(self.sets.failing) - len(failing)), edit, failing)

    def _one_more(
        self, chosen: tuple[Edit, ...], gain: float, edits: list[Edit], most: int = MOST_SECOND
    ) -> tuple[list[tuple[Edit, ...]], Gained]:
        text = self.sets.text(chosen)
        assert text is not None
        (whole,) = self.sets.trials.run([text], None)
        failing = self.sets.trials.failing(whole)
        first = [name for name in self.sets.failing if name in failing][:1] or failing[:1]
        before = sum(self.sets.trials.stage(whole, n) for n in first)
        found: list[tuple[Edit, ...]] = []
        more: Gained = []
        rest = [e for e in edits if not any(_overlap(e, c) for c in chosen)]
        for start in range(0, min(len(rest), most), STEP):
            sets = [(*chosen, e) for e in rest[start : start + STEP]]
            part = [(s, t) for s in sets if (t := self.sets.text(s))]
            seen = self.sets.trials.run([t for _, t in part], first)
            hopeful = []
            for (s, t), frames in zip(part, seen, strict=True):
                if not self.sets.trials.failing(frames, first):
                    hopeful.append((s, t))
                nearer = sum(self.sets.trials.stage(frames, n) for n in first) - before
                if nearer > 0:
                    more.append((gain + nearer, s))
            frames_of = self.sets.trials.run([t for _, t in hopeful], None)
            for (s, _), frames in zip(hopeful, frames_of, strict=True):
                still = self.sets.trials.failing(frames)
                if self.sets.is_fair(s):
                    if not still:
                        found.append(s)
                    elif len(still) < len(failing):
                        more.append((gain + WHOLE_PROBE * (len(failing) - len(still)), s))
            if found:
                break
        return found, more


def _pairs(edits: list[Edit]) -> list[tuple[Edit, ...]]:
    """Two of them in different places, or statements that are put in at the same one; the likeliest first."""
    pairs = itertools.combinations(edits, 2)
    apart = [p for p in pairs if _place(p[0]) != _place(p[1]) or {e.kind for e in p} == {"statement_missing"}]
    return sorted(apart, key=cost)


def _place(edit: Edit) -> tuple[int, tuple[int, ...]]:
    """What it is a change of, and where: what is put in or moved is a change of the block, at one of its lines."""
    return edit.parts[0][0], edit.lines


def _overlap(a: Edit, b: Edit) -> bool:
    return (
        {place for place, _ in a.parts} == {place for place, _ in b.parts} and a.kind == b.kind and a.lines == b.lines
    )


def _distinct(entries: list[tuple[float, Edit]]) -> list[tuple[float, Edit]]:
    """Of edits that bring just as much in the same line, the likeliest."""
    seen: set[tuple[float, tuple[int, ...]]] = set()
    found = []
    for gain, edit in entries:
        if (gain, edit.lines) not in seen:
            seen.add((gain, edit.lines))
            found.append((gain, edit))
    return found
