"""What is told of a set of edits: for each its lines, and the known mistake that it undoes where there is one.

With all edits made but one, the answer holds that one mistake alone. When it then behaves like a known mistake on every
probe, it is that mistake, and its sentence is said at the edit's place.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from autograder.authoring.relations import RELATIONS
from autograder.judging.diagnosis import REST_IS_RIGHT
from autograder.judging.verdict import Diagnosis
from autograder.repair import undoing
from autograder.repair.edit import Edit
from autograder.repair.located import MOST_LINES, as_one, beside_its_like, kind_told, one_a_line, placed, standing
from autograder.repair.related import (
    MOST_STATEMENT,
    PUT_IN,
    earliest,
    hangs_on,
    is_of_another_number,
    is_small,
    joined_lines,
)
from autograder.repair.sets import Found
from autograder.repair.trial import Frames

#: (frames of an answer, the probes that fail) -> the one known mistake that behaves so.
Named = Callable[[Frames, list[str]], Diagnosis | None]

#: Kinds that can be seen in the line itself, whatever the answer behaves like.
EVIDENT = {"result_dropped"}
#: Kinds that say nothing of what stands there.
WHOLE = PUT_IN | {"statement", "method_missing"}
#: Kinds that say what is done there, and hold though an answer is only nearer by them.
SEEN_WHEN_NEARER = {"dimension", "dimension_missing", "keepdim", "statement_extra", "call_extra", "result_dropped"}
SEEN_WHEN_NEARER |= {"loop_extra", "condition_extra", "with_extra", "no_grad_missing"}
SEEN_WHEN_NEARER |= {"overwrites", "accumulates"}
#: Kinds that may well do so by luck, and say what another thing in their place would be.
BY_LUCK = {"attribute", "name", "function", "outdent", "indent"}
#: Edits that change no more are told together as the lines of one known mistake.
SMALL = 6
#: So many edits are believed only while they are small.
MANY, MOST_OF_MANY = 3, 9


@dataclass(frozen=True)
class Hints:
    """What else is known of an answer: of one that never came to a value the lines where it raised, the innermost last,
    if they are the same under every probe; and what undoes the known mistake that it behaves like."""

    stopped: tuple[int, ...] | None = None
    undone: Sequence[Edit] = ()


NO_HINTS = Hints()


def _speaks_of_all(diagnosis: Diagnosis) -> bool:
    """Whether its sentence is about the whole result, which is not so where something else is wrong as well."""
    return diagnosis.mistake in RELATIONS or bool(REST_IS_RIGHT.match(diagnosis.message))


def told(
    found: Found,
    text: str,
    alone: Diagnosis | None,
    failing: Callable[[Frames], list[str]],
    named: Named,
    hints: Hints = NO_HINTS,
) -> list[Diagnosis]:
    """One diagnosis for each edit: first what an error that is shown comes from, then what the first check that fails
    sees, since its case is shown; then known mistakes, then by lines.

    `alone` is the known mistake that explains the whole answer by itself, where there is one.
    """
    telling = Telling(found, text, alone, failing, named, hints)
    return telling.whole() if found.after is None else telling.in_part()


@dataclass(frozen=True)
class Telling:
    """What is told of these edits of this text."""

    found: Found
    text: str
    alone: Diagnosis | None
    failing: Callable[[Frames], list[str]]
    named: Named
    hints: Hints

    @cached_property
    def lines(self) -> list[str]:
        return self.text.split("\n")

    @cached_property
    def fails(self) -> list[str]:
        return self.failing(self.found.base)

    def whole(self) -> list[Diagnosis]:
        """Of edits that mend all probes: the one known mistake, where it has one place; else each of them."""
        found, alone = self.found, self.alone
        if alone is not None and (one := self._in_one_place(alone)):
            return [one]
        made = []
        shown: set[tuple[int, ...]] = set()
        first = self.fails[0]
        for edit, without, theirs in zip(found.edits, found.without, found.theirs, strict=True):
            if any(hangs_on(edit, other, self.lines) for other in found.edits):
                continue
            made.append(self._of_one(edit, without, theirs))
            if made[-1].probes[:1] == (first,) and _stops_alike(found.base, without, first):
                shown.add(made[-1].lines)
        made = self._believed(as_one(made, joined_lines(found.edits, self.lines)))
        if alone is not None:
            made = self._where_it_stopped(made, alone)
            if not {alone.mistake, *EVIDENT} & {diagnosis.mistake for diagnosis in made}:
                return [self._spread(alone)]
        return sorted(
            one_a_line(made, first), key=lambda d: (d.lines not in shown, first not in d.probes, not d.known, d.lines)
        )

    def _in_one_place(self, alone: Diagnosis) -> Diagnosis | None:
        """The known mistake, where all edits are of the same lines; without them if others would do as well."""
        edits = self.found.edits
        at = earliest(self.found, self.lines) if len(edits) == 1 else edits[0]
        if at is None:
            return alone
        if len({edit.lines for edit in edits}) > 1 or at.kind in EVIDENT:
            return None
        at = self._standing(at, alone)
        if at.kind in PUT_IN and not is_small(at, self.lines):
            return alone  # what is done elsewhere may be done there once more, and right
        return placed(dataclasses.replace(alone, probes=tuple(self.fails)), at, self.lines)

    def _of_one(self, edit: Edit, without: Frames, theirs: bool) -> Diagnosis:
        """The known mistake that the edit undoes, or else its kind, and where."""
        fails = self.failing(without)
        name = self._undone(edit, without, fails) if theirs else None
        kind = kind_told(edit, self.found, self.lines)
        if edit.kind == "statement_extra" and self._others_hang_on(edit):
            kind = "statement"
        base = name or Diagnosis(kind, said=edit.said, known=False)
        if edit.kind in PUT_IN:
            edit = beside_its_like(edit, self.found, self.lines)
        if name:
            edit = self._standing(edit, name)
        return placed(dataclasses.replace(base, probes=tuple(fails)), edit, self.lines)

    def _undone(self, edit: Edit, without: Frames, fails: list[str]) -> Diagnosis | None:
        """The known mistake that the answer holds with all edits made but this one, where what is seen then is about
        the edit alone, and about the learner's own text."""
        edits = self.found.edits
        others = [other for other in edits if other is not edit]
        if (
            not fails
            or not others
            or edit.lines[0] in joined_lines(edits, self.lines)
            or is_of_another_number(edit, edits)
        ):
            return None
        if self._others_hang_on(edit) or not all(is_small(other, self.lines) for other in others):
            return None
        return self._besides(without, fails) if _changed(self.found.base) <= _changed(without) else None

    def _besides(self, frames: Frames, fails: list[str]) -> Diagnosis | None:
        """The known mistake that is seen then: not one whose sentence is untrue since something else is wrong too."""
        name = self.named(frames, fails)
        return None if name and _speaks_of_all(name) else name

    def _others_hang_on(self, edit: Edit) -> bool:
        return any(hangs_on(other, edit, self.lines) for other in self.found.edits)

    def _standing(self, edit: Edit, known: Diagnosis) -> Edit:
        by = known.said.get("by") if edit.kind in PUT_IN else None
        return standing(by, self.text, edit) if by else edit

    def _believed(self, made: list[Diagnosis]) -> list[Diagnosis]:
        """All of it; of many edits that change much together, the known mistakes in lines where little comes in."""
        edits = self.found.edits
        if len(edits) < MANY or sum(edit.cost for edit in edits) <= MOST_OF_MANY:
            return made
        believed = {edit.lines[0] for edit in edits if edit.cost <= MOST_STATEMENT}
        return [diagnosis for diagnosis in made if diagnosis.known and diagnosis.lines[0] in believed]

    def _where_it_stopped(self, made: list[Diagnosis], alone: Diagnosis) -> list[Diagnosis]:
        """Of an answer that raised, the known mistake in place of what is told of the line where it did, or else of the
        edit that is most like what undoes it: of the others nothing was seen yet."""
        if self.hints.stopped is None or any(diagnosis.known for diagnosis in made):
            return made
        line = next((line for line in reversed(self.hints.stopped) if any(line == d.lines[0] for d in made)), None)
        if line is None:
            alike = max(self.found.edits, key=self._likeness)
            line = alike.lines[0] if self._likeness(alike) > undoing.ALIKE else None
        return [
            dataclasses.replace(d, mistake=alone.mistake, message=alone.message, known=True)
            if d.lines[0] == line
            else d
            for d in made
        ]

    def _likeness(self, edit: Edit) -> float:
        return undoing.likeness(edit, self.hints.undone)

    def _spread(self, alone: Diagnosis) -> Diagnosis:
        """The one mistake, which did something in several places, where small changes show that they are its lines."""
        edits = self.found.edits
        small = len(edits) <= MOST_LINES and all(e.cost <= SMALL and e.kind not in WHOLE for e in edits)
        if self.hints.stopped is not None or not (small or _are_put_together(edits)):
            return alone  # of what comes after an error nothing was seen yet
        lines = tuple(sorted({edit.lines[0] for edit in edits}))
        return placed(alone, dataclasses.replace(edits[0], lines=lines, columns=None), self.lines)

    def in_part(self) -> list[Diagnosis]:
        """Edits that mend some of the probes; and the known mistake that the answer holds then, if there is one."""
        found, alone, met = self.found, self.alone, self.found.met
        if alone is not None and (met is None or met.mistake == alone.mistake):
            return [alone]
        if alone is not None and met is not None and self._likeness(found.edits[0]) > undoing.ALIKE:
            return [placed(alone, found.edits[0], self.lines), met]  # what hid another mistake is undone there
        # Else what it behaves like is not its mistake, or these edits would not mend anything.
        still = self.failing(found.after or {})
        small = all(is_small(edit, self.lines) for edit in found.edits)
        if met is not None and small and not _speaks_of_all(met):
            before = self._by_kind(kind_told, Diagnosis("", known=False, probes=tuple(self.fails)))
            return [*before, dataclasses.replace(met, probes=tuple(still))]
        apart = small and not any(edit.kind in PUT_IN for edit in found.edits)
        rest = self._besides(found.after, still) if found.after and still and apart else None
        made = self._mended(still, whole=rest is not None)
        if rest is not None:
            made = [dataclasses.replace(rest, probes=tuple(still)), *made]
        return sorted(made, key=lambda d: self.fails[0] not in d.probes)

    def _by_kind(self, kind_of: Callable[[Edit, Found, list[str]], str], base: Diagnosis) -> list[Diagnosis]:
        kinds = [(edit, kind_of(edit, self.found, self.lines)) for edit in self.found.edits]
        made = [(edit, dataclasses.replace(base, mistake=kind, said=edit.said | base.said)) for edit, kind in kinds]
        return [placed(diagnosis, edit, self.lines) for edit, diagnosis in made]

    def _mended(self, still: list[str], whole: bool) -> list[Diagnosis]:
        """The edits, each by a kind that holds though it does not mend all; `whole`: what is left is told as well."""
        found, first = self.found, self.fails[0]
        mended = found.nearer or tuple(name for name in self.fails if name not in still)
        # The case that is shown is the first check's: of another one the sentence says which.
        of = {"check": mended[0]} if not whole and mended and first not in mended else {}
        if of and not found.stepped and any(e.kind in WHOLE for e in found.edits):
            return []  # what was put in somewhere mended a check that looks at little
        base = Diagnosis("", said=of, known=False, probes=mended, whole=whole)
        return one_a_line(self._by_kind(_kind_in_part, base), first)


def _are_put_together(edits: tuple[Edit, ...]) -> bool:
    """Whether all of them put something in behind the same line, or behind two that follow each other."""
    lines = [edit.lines[0] for edit in edits]
    return max(lines) - min(lines) <= 1 and all(edit.kind in PUT_IN for edit in edits)


def _stops_alike(base: Frames, without: Frames, probe: str) -> bool:
    """Whether with this edit alone not made the answer stops as it does: what is shown of it comes from there."""
    mine, theirs = base.get(probe, {}), without.get(probe, {})
    if "complaint" in mine:
        return mine["complaint"] == theirs.get("complaint")
    return "raised" in mine and mine["raised"]["message"] == theirs.get("raised", {}).get("message")


def _changed(frames: Frames) -> set[tuple[str, str]]:
    """Which arguments an answer changed, under which probe: what comes after it does not see what was given."""
    return {(probe, str(name)) for probe, frame in frames.items() for name in frame.get("changed", ())}


def _kind_in_part(edit: Edit, found: Found, lines: list[str]) -> str:
    """The kind of an edit that does not mend all: that a call is taken out or exchanged may only get out of its way,
    and where no check is mended, with another number or part it may be nearer by luck."""
    kind = kind_told(edit, found, lines)
    if found.nearer and (kind in BY_LUCK or not (found.stepped or kind in SEEN_WHEN_NEARER)):
        return "statement" if edit.said.get("what") == lines[edit.lines[0] - 1].strip() else "expression"
    if kind == "call_extra" and not re.search(r"\.(detach|item)\(\)$", edit.said.get("what", "")):
        return "expression"
    alone = re.fullmatch(r"\s*[\w.]+\(.*\)\s*(#.*)?", lines[edit.lines[0] - 1])
    return "statement" if alone and kind in ("attribute", "function") else kind
