"""What is told of a set of edits: for each its lines, and the known mistake that it undoes where there is one.

With all edits made but one, the answer holds that one mistake alone. When it then behaves like a known mistake on every
probe, it is that mistake, and its sentence is said at the edit's place.
"""

from __future__ import annotations

import ast
import dataclasses
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from autograder.authoring.relations import RELATIONS
from autograder.judging.diagnosis import REST_IS_RIGHT
from autograder.judging.verdict import Diagnosis
from autograder.repair import undoing
from autograder.repair.edit import Edit
from autograder.repair.sets import Found
from autograder.repair.trial import Frames

#: (frames of an answer, the probes that fail) -> the one known mistake that behaves so.
Named = Callable[[Frames, list[str]], Diagnosis | None]

#: Kinds that put something in, and kinds that may stand for another statement in the same place.
PUT_IN = {"statement_missing", "return_missing"}
#: Kinds that can be seen in the line itself, whatever the answer behaves like.
EVIDENT = {"result_dropped"}
#: Kinds that say nothing of what stands there.
WHOLE = PUT_IN | {"statement", "method_missing"}
REPLACED = {"statement", "expression", "statement_extra", "moved", "outdent", "indent", "argument", "call_extra"}
#: Edits that change no more are told together as the lines of one known mistake.
SMALL = 6
#: Kinds of a whole statement that leave what it is about.
EFFECTS = {
    "statement_extra",
    "moved",
    "outdent",
    "indent",
    "sign",
    "in_place",
    "not_in_place",
    "overwrites",
    "accumulates",
}
#: What an edit may bring in, a statement and anything else, where a known mistake is told beside it.
MOST_STATEMENT, MOST_NEW = 9, 4
#: A line that holds a condition and nothing else.
CONDITION = re.compile(r"(if|elif|while)\b.*:\s*(#.*)?")
#: So many edits are believed only while they are small.
MANY, MOST_OF_MANY = 3, 9
#: What is put round lines may reach further than it must: its first line is the place.
WRAPS = {"no_grad_missing", "condition_missing"}
#: What makes a plain number of one.
PLAIN = ("int({})", "float({})", "{}.item()", "int({}.item())")
#: A place that spreads over more lines than this is told by its first one.
MOST_LINES = 3


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
    at = _earliest(found, lines) if len(found.edits) == 1 else found.edits[0]
    if alone is not None and at is None:
        return [alone]  # another line would do as well
    if alone is not None and at and len({edit.lines for edit in found.edits}) == 1 and at.kind not in EVIDENT:
        if at.kind in PUT_IN and alone.said.get("by"):
            at = _standing(alone.said["by"], text, at)
        return [_placed(dataclasses.replace(alone, probes=tuple(failing(found.base))), at, lines)]
    made = []
    shown: set[tuple[int, ...]] = set()
    joined = _joined(found.edits)
    changes, first = _changed(found.base), failing(found.base)[0]
    for edit, without, theirs in zip(found.edits, found.without, found.theirs, strict=True):
        if any(_hangs_on(edit, other, lines) for other in found.edits):
            continue
        fails = failing(without)
        apart = theirs and not joined & {edit.lines[0]} and changes <= _changed(without)
        hung_on = any(_hangs_on(other, edit, lines) for other in found.edits)
        apart = apart and not hung_on and not _is_of_another_number(edit, found.edits)
        apart = apart and all(_is_small(other, lines) for other in found.edits if other is not edit)
        name = named(without, fails) if len(found.edits) > 1 and fails and apart else None
        if name and _speaks_of_all(name):
            name = None
        kind = "statement" if hung_on and edit.kind == "statement_extra" else _kind(edit, found, lines)
        base = name or Diagnosis(kind, said=edit.said, known=False)
        if edit.kind in PUT_IN:
            edit = _beside_its_like(edit, found, lines)
        if name and edit.kind in PUT_IN and name.said.get("by"):
            edit = _standing(name.said["by"], text, edit)
        made.append(_placed(dataclasses.replace(base, probes=tuple(fails)), edit, lines))
        if fails[:1] == [first] and _stops_alike(found.base, without, first):
            shown.add(made[-1].lines)
    made = _as_one(made, joined)
    if len(found.edits) > MANY - 1 and sum(edit.cost for edit in found.edits) > MOST_OF_MANY:
        believed = {edit.lines[0] for edit in found.edits if edit.cost <= MOST_STATEMENT}
        made = [diagnosis for diagnosis in made if diagnosis.known and diagnosis.lines[0] in believed]
    if alone is not None and hints.stopped is not None and not any(diagnosis.known for diagnosis in made):
        made = _where_it_stopped(made, alone, hints, found.edits)
    if alone is not None and not {alone.mistake, *EVIDENT} & {diagnosis.mistake for diagnosis in made}:
        # what one mistake did is spread over several places; small changes of them show that they are its lines
        small = len(found.edits) <= MOST_LINES and all(e.cost <= SMALL and e.kind not in WHOLE for e in found.edits)
        if not small or hints.stopped is not None:  # of what comes after an error nothing was seen yet
            return [alone]
        spread = tuple(sorted({edit.lines[0] for edit in found.edits}))
        return [_placed(alone, dataclasses.replace(found.edits[0], lines=spread, columns=None), lines)]
    return sorted(
        _one_a_line(made, first), key=lambda d: (d.lines not in shown, first not in d.probes, not d.known, d.lines)
    )


def _is_of_another_number(edit: Edit, edits: tuple[Edit, ...]) -> bool:
    """Whether it rounds what another edit of its line changes: without it that line is neither theirs nor right."""
    return edit.kind == "rounding" and any(other.lines == edit.lines for other in edits if other is not edit)


def _stops_alike(base: Frames, without: Frames, probe: str) -> bool:
    """Whether with this edit alone not made the answer stops as it does: what is shown of it comes from there."""
    mine, theirs = base.get(probe, {}), without.get(probe, {})
    if "complaint" in mine:
        return mine["complaint"] == theirs.get("complaint")
    return "raised" in mine and mine["raised"]["message"] == theirs.get("raised", {}).get("message")


def _standing(by: str, text: str, edit: Edit) -> Edit:
    """Of a known mistake that is the wrong statement and no missing one: it, rather than the line before the right."""
    found = [node for node in ast.walk(ast.parse(text)) if type(node).__name__ == by and isinstance(node, ast.stmt)]
    return dataclasses.replace(edit, kind="statement", lines=(found[0].lineno,)) if len(found) == 1 else edit


def _beside_its_like(edit: Edit, found: Found, lines: list[str]) -> Edit:
    """Of the places where the same may be put in, the one behind a line that does something with the same things."""
    every = [edit, *(e for other in found.others for e in other if e.kind == edit.kind and e.come == edit.come)]
    return max(every, key=lambda e: len(edit.come.keys() & set(re.findall(r"\w+", lines[e.lines[0] - 1]))))


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


def _is_small(edit: Edit, lines: list[str]) -> bool:
    """Whether so little comes in by an edit that what is said of the rest is said of the learner's own text."""
    line = lines[edit.lines[0] - 1].strip() if 0 < edit.lines[0] <= len(lines) else ""
    whole = edit.said.get("what") == line and bool(edit.gone) and edit.kind not in EFFECTS
    if edit.kind == "statement" or whole:
        return False
    return edit.come.total() <= (MOST_STATEMENT if edit.kind in PUT_IN else MOST_NEW)


def _earliest(found: Found, lines: list[str]) -> Edit | None:
    """Of the single edits that do it the one whose line all are in, or read what it gives; None where there is none."""
    every = [found.edits[0], *(edit for (edit,) in _singles(found))]
    return next((e for e in every if all(o.lines == e.lines or _reads(o, e, lines) for o in every)), None)


def _reads(edit: Edit, first: Edit, lines: list[str]) -> bool:
    """Whether it is made where a name is read that the first edit's line gives its value: the same place, later.

    That the name is made a plain number there, as in `int(c)`, changes nothing of it.
    """
    what = re.match(r"\s*(\w+) = ", lines[first.lines[0] - 1])
    return bool(what and edit.said.get("what") in (what[1], *(form.format(what[1]) for form in PLAIN)))


def _hangs_on(edit: Edit, other: Edit, lines: list[str]) -> bool:
    """Whether it takes a name away where it is read that the other takes out, or takes away, where it is given."""
    name = re.match(r"\s*(\w+) = ", lines[other.lines[0] - 1]) if 0 < other.lines[0] <= len(lines) else None
    taken = other.kind == "statement_extra" or (other.kind == edit.kind == "name" and name and name[1] in other.gone)
    return bool(taken and edit is not other and name and name[1] in edit.gone)


def _singles(found: Found) -> list[tuple[Edit, ...]]:
    return [other for other in found.others if len(other) == 1]


def _joined(edits: tuple[Edit, ...]) -> set[int]:
    """Lines where something is put in beside something that is replaced: together they are one change of one place."""
    put = [e for e in edits if e.kind in PUT_IN]
    replaced = [e for e in edits if e.kind in REPLACED]
    pairs = [(a, b) for a in put for b in replaced if abs(a.lines[0] - b.lines[0]) <= 1]
    return {line for pair in pairs for edit in pair for line in edit.lines[:1]}


def _as_one(made: list[Diagnosis], joined: set[int]) -> list[Diagnosis]:
    """What is joined is told as one place: the line that is replaced."""
    found = []
    for diagnosis in made:
        if diagnosis.lines[0] in joined and diagnosis.mistake in PUT_IN:
            continue
        if diagnosis.lines[0] in joined:
            found.append(dataclasses.replace(diagnosis, mistake="statement", said={}, columns=None))
        else:
            found.append(diagnosis)
    return found


def _changed(frames: Frames) -> set[tuple[str, str]]:
    """Which arguments an answer changed, under which probe: what comes after it does not see what was given."""
    return {(probe, str(name)) for probe, frame in frames.items() for name in frame.get("changed", ())}


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
            return [_placed(alone, found.edits[0], lines), found.met]  # what hid another mistake is undone there
        alone = None  # what it behaves like is not its mistake, or this edit would not mend anything
    if alone is not None:
        return [alone]
    still = failing(found.after or {})
    if found.met is not None and not _speaks_of_all(found.met) and all(_is_small(e, lines) for e in found.edits):
        made = [
            _placed(
                Diagnosis(_kind(e, found, lines), said=e.said, known=False, probes=tuple(failing(found.base))), e, lines
            )
            for e in found.edits
        ]
        return [*made, dataclasses.replace(found.met, probes=tuple(still))]
    apart = all(_is_small(e, lines) and e.kind not in PUT_IN for e in found.edits)
    rest = named(found.after, still) if found.after and still and apart else None
    rest = None if rest and _speaks_of_all(rest) else rest
    mended = tuple(name for name in failing(found.base) if name not in still)
    first = failing(found.base)[0]
    if rest is None and first not in mended:
        return []  # what is shown is not what the edits alone mend, if they mend anything that could be seen
    made = [
        _placed(Diagnosis(e.kind, said=e.said, known=False, probes=mended, whole=rest is not None), e, lines)
        for e in found.edits
    ]
    made = _one_a_line(made, first)
    if rest:
        made = [dataclasses.replace(rest, probes=tuple(still)), *made]
    return sorted(made, key=lambda d: first not in d.probes)


def _one_a_line(made: list[Diagnosis], first: str) -> list[Diagnosis]:
    """Of several edits in one line, the known mistakes; where there is none, one place without its kind. Those that the
    first check sees are told apart from those that it does not."""
    found: dict[tuple[int, ...], Diagnosis] = {}
    for diagnosis in made:
        key = (*diagnosis.lines[:1], first in diagnosis.probes)
        other = found.get(key)
        if other is None or (diagnosis.known and not other.known):
            found[key] = diagnosis
        elif diagnosis.known:
            found[(*key, len(found))] = diagnosis
        elif not other.known:
            probes = tuple(dict.fromkeys([*other.probes, *diagnosis.probes]))
            found[key] = dataclasses.replace(other, mistake="expression", probes=probes, columns=None, said={})
    return list(found.values())


def _kind(edit: Edit, found: Found, lines: list[str]) -> str:
    """The kind of the edit, unless another one of another kind in the same line does as well: then, what the line is.

    That something else could be put in, or stand there, says nothing against what is proved of the line.
    """
    kind = _kind_of_all(edit, found)
    line = lines[edit.lines[0] - 1].strip() if 0 < edit.lines[0] <= len(lines) else ""
    return "condition" if kind == "expression" and edit.columns and CONDITION.fullmatch(line) else kind


def _kind_of_all(edit: Edit, found: Found) -> str:
    if edit.kind not in PUT_IN | {"method_missing"} and edit.come.total() > MOST_STATEMENT:
        return "expression"
    kinds = {e.kind for other in found.others for e in other if len(other) == 1 and e.lines == edit.lines}
    kinds = (kinds | {edit.kind}) - PUT_IN - {"expression"}
    if kinds == {"constant", "index"}:
        return "index"
    return edit.kind if len(found.edits) > 1 or kinds <= {edit.kind} else "expression"


def _placed(diagnosis: Diagnosis, edit: Edit, lines: list[str]) -> Diagnosis:
    line = lines[edit.lines[0] - 1] if 0 < edit.lines[0] <= len(lines) else ""
    indent = len(line) - len(line.lstrip())
    columns = None
    if edit.columns:
        first, last = (len(line.encode()[:column].decode("utf-8", "ignore")) for column in edit.columns)
        if indent <= first < last <= len(line) and (first, last) != (indent, len(line.rstrip())):
            columns = (first - indent, last - indent)
    most = 1 if edit.kind in WRAPS else MOST_LINES
    return dataclasses.replace(
        diagnosis, lines=tuple(dict.fromkeys(edit.lines))[:most], source=line.strip(), columns=columns
    )
