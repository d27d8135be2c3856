"""What is told of a set of edits: for each its lines, and the known mistake that it undoes where there is one.

With all edits made but one, the answer holds that one mistake alone. When it then behaves like a known mistake on every
probe, it is that mistake, and its sentence is said at the edit's place.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

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
    lines = text.split("\n")
    if found.after is not None:
        return _in_part(found, lines, alone, failing, named, hints)
    at = earliest(found, lines) if len(found.edits) == 1 else found.edits[0]
    if alone is not None and at is None:
        return [alone]  # another line would do as well
    if alone is not None and at and len({edit.lines for edit in found.edits}) == 1 and at.kind not in EVIDENT:
        if at.kind in PUT_IN and alone.said.get("by"):
            at = standing(alone.said["by"], text, at)
        if at.kind in PUT_IN and not is_small(at, lines):
            return [alone]  # what is done elsewhere may be done there once more, and right
        return [placed(dataclasses.replace(alone, probes=tuple(failing(found.base))), at, lines)]
    made = []
    shown: set[tuple[int, ...]] = set()
    joined = joined_lines(found.edits)
    changes, first = _changed(found.base), failing(found.base)[0]
    for edit, without, theirs in zip(found.edits, found.without, found.theirs, strict=True):
        if any(hangs_on(edit, other, lines) for other in found.edits):
            continue
        fails = failing(without)
        apart = theirs and not joined & {edit.lines[0]} and changes <= _changed(without)
        hung_on = any(hangs_on(other, edit, lines) for other in found.edits)
        apart = apart and not hung_on and not is_of_another_number(edit, found.edits)
        apart = apart and all(is_small(other, lines) for other in found.edits if other is not edit)
        name = named(without, fails) if len(found.edits) > 1 and fails and apart else None
        if name and _speaks_of_all(name):
            name = None
        kind = "statement" if hung_on and edit.kind == "statement_extra" else kind_told(edit, found, lines)
        base = name or Diagnosis(kind, said=edit.said, known=False)
        if edit.kind in PUT_IN:
            edit = beside_its_like(edit, found, lines)
        if name and edit.kind in PUT_IN and name.said.get("by"):
            edit = standing(name.said["by"], text, edit)
        made.append(placed(dataclasses.replace(base, probes=tuple(fails)), edit, lines))
        if fails[:1] == [first] and _stops_alike(found.base, without, first):
            shown.add(made[-1].lines)
    made = as_one(made, joined)
    if len(found.edits) > MANY - 1 and sum(edit.cost for edit in found.edits) > MOST_OF_MANY:
        believed = {edit.lines[0] for edit in found.edits if edit.cost <= MOST_STATEMENT}
        made = [diagnosis for diagnosis in made if diagnosis.known and diagnosis.lines[0] in believed]
    if alone is not None and hints.stopped is not None and not any(diagnosis.known for diagnosis in made):
        made = _where_it_stopped(made, alone, hints, found.edits)
    if alone is not None and not {alone.mistake, *EVIDENT} & {diagnosis.mistake for diagnosis in made}:
        # what one mistake did is spread over several places; small changes of them show that they are its lines
        small = len(found.edits) <= MOST_LINES and all(e.cost <= SMALL and e.kind not in WHOLE for e in found.edits)
        small = small or _in_one_place(found.edits)
        if not small or hints.stopped is not None:  # of what comes after an error nothing was seen yet
            return [alone]
        spread = tuple(sorted({edit.lines[0] for edit in found.edits}))
        return [placed(alone, dataclasses.replace(found.edits[0], lines=spread, columns=None), lines)]
    return sorted(
        one_a_line(made, first), key=lambda d: (d.lines not in shown, first not in d.probes, not d.known, d.lines)
    )


def _in_one_place(edits: tuple[Edit, ...]) -> bool:
    """Whether all of them put something in behind the same line, or behind two that follow each other."""
    lines = [edit.lines[0] for edit in edits]
    return max(lines) - min(lines) <= 1 and all(edit.kind in PUT_IN for edit in edits)


def _stops_alike(base: Frames, without: Frames, probe: str) -> bool:
    """Whether with this edit alone not made the answer stops as it does: what is shown of it comes from there."""
    mine, theirs = base.get(probe, {}), without.get(probe, {})
    if "complaint" in mine:
        return mine["complaint"] == theirs.get("complaint")
    return "raised" in mine and mine["raised"]["message"] == theirs.get("raised", {}).get("message")


def _where_it_stopped(
    made: list[Diagnosis], alone: Diagnosis, hints: Hints, edits: tuple[Edit, ...]
) -> list[Diagnosis]:
    """The known mistake in place of what is told of the line where it raised, or else of the edit that is most like
    what undoes it: of the others nothing was seen yet."""
    line = next((line for line in reversed(hints.stopped or ()) if any(line == d.lines[0] for d in made)), None)
    if line is None:
        alike = max(edits, key=lambda edit: undoing.likeness(edit, hints.undone))
        line = alike.lines[0] if undoing.likeness(alike, hints.undone) > undoing.ALIKE else None
    return [
        dataclasses.replace(d, mistake=alone.mistake, message=alone.message, known=True) if d.lines[0] == line else d
        for d in made
    ]


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


def _in_part(
    found: Found,
    lines: list[str],
    alone: Diagnosis | None,
    failing: Callable[[Frames], list[str]],
    named: Named,
    hints: Hints,
) -> list[Diagnosis]:
    """Edits that mend some of the probes; and the known mistake that the answer holds then, if there is one."""
    if alone is not None and found.met is not None and found.met.mistake != alone.mistake:
        if undoing.likeness(found.edits[0], hints.undone) > undoing.ALIKE:
            return [placed(alone, found.edits[0], lines), found.met]  # what hid another mistake is undone there
        alone = None  # what it behaves like is not its mistake, or this edit would not mend anything
    if alone is not None:
        return [alone]
    still = failing(found.after or {})
    if found.met is not None and not _speaks_of_all(found.met) and all(is_small(e, lines) for e in found.edits):
        fails = tuple(failing(found.base))
        kinds = [Diagnosis(kind_told(e, found, lines), said=e.said, known=False, probes=fails) for e in found.edits]
        made = [placed(kind, edit, lines) for kind, edit in zip(kinds, found.edits, strict=True)]
        return [*made, dataclasses.replace(found.met, probes=tuple(still))]
    apart = all(is_small(e, lines) and e.kind not in PUT_IN for e in found.edits)
    rest = named(found.after, still) if found.after and still and apart else None
    rest = None if rest and _speaks_of_all(rest) else rest
    mended = found.nearer or tuple(name for name in failing(found.base) if name not in still)
    first = failing(found.base)[0]
    # The case that is shown is the first check's: of another one the sentence says which.
    of = {"check": mended[0]} if rest is None and mended and first not in mended else {}
    if of and not found.stepped and any(e.kind in WHOLE for e in found.edits):
        return []  # what was put in somewhere mended a check that looks at little
    base = Diagnosis("", known=False, probes=mended, whole=rest is not None)
    made = [
        placed(dataclasses.replace(base, mistake=_kind_in_part(e, found, lines), said=e.said | of), e, lines)
        for e in found.edits
    ]
    made = one_a_line(made, first)
    if rest:
        made = [dataclasses.replace(rest, probes=tuple(still)), *made]
    return sorted(made, key=lambda d: first not in d.probes)
