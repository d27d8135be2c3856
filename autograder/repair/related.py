"""How the edits of a set hang together: which are one change of one place, and which can be told apart."""

from __future__ import annotations

import re

from autograder.repair.edit import Edit
from autograder.repair.sets import Found

#: Kinds that put something in, and kinds that may stand for another statement in the same place.
PUT_IN = {"statement_missing", "return_missing"}
REPLACED = {"statement", "expression", "statement_extra", "moved", "outdent", "indent", "argument", "call_extra"}
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
HEADER = re.compile(r":\s*(#.*)?$")
#: What an edit may bring in, a statement and anything else, where a known mistake is told beside it.
MOST_STATEMENT, MOST_NEW = 9, 4
#: What makes a plain number of one.
PLAIN = ("int({})", "float({})", "{}.item()", "int({}.item())")


def is_of_another_number(edit: Edit, edits: tuple[Edit, ...]) -> bool:
    """Whether it rounds what another edit of its line changes: without it that line is neither theirs nor right."""
    return edit.kind == "rounding" and any(other.lines == edit.lines for other in edits if other is not edit)


def is_small(edit: Edit, lines: list[str]) -> bool:
    """Whether so little comes in by an edit that what is said of the rest is said of the learner's own text."""
    line = lines[edit.lines[0] - 1].strip() if 0 < edit.lines[0] <= len(lines) else ""
    whole = edit.said.get("what") == line and bool(edit.gone) and edit.kind not in EFFECTS
    if edit.kind == "statement" or whole:
        return False
    return edit.come.total() <= (MOST_STATEMENT if edit.kind in PUT_IN else MOST_NEW)


def earliest(found: Found, lines: list[str]) -> Edit | None:
    """Of the single edits that do it the one whose line all are in, or read what it gives; None where there is none."""
    every = [found.edits[0], *(edit for (edit,) in _singles(found))]
    return next((e for e in every if all(o.lines == e.lines or _reads(o, e, lines) for o in every)), None)


def _reads(edit: Edit, first: Edit, lines: list[str]) -> bool:
    """Whether it is made where a name is read that the first edit's line gives its value: the same place, later.

    That the name is made a plain number there, as in `int(c)`, changes nothing of it.
    """
    what = re.match(r"\s*(\w+) = ", lines[first.lines[0] - 1])
    return bool(what and edit.said.get("what") in (what[1], *(form.format(what[1]) for form in PLAIN)))


def hangs_on(edit: Edit, other: Edit, lines: list[str]) -> bool:
    """Whether it takes a name away where it is read that the other takes out, or takes away, where it is given."""
    name = re.match(r"\s*(\w+) = ", lines[other.lines[0] - 1]) if 0 < other.lines[0] <= len(lines) else None
    taken = other.kind == "statement_extra" or (other.kind == edit.kind == "name" and name and name[1] in other.gone)
    return bool(taken and edit is not other and name and name[1] in edit.gone)


def joined_lines(edits: tuple[Edit, ...], lines: list[str]) -> set[int]:
    """Lines where something is put in beside something that is replaced: together they are one change of one place.

    A part of the header of a block is one place, and what is put into the block another.
    """
    put = [e for e in edits if e.kind in PUT_IN]
    replaced = [e for e in edits if e.kind in REPLACED and not (e.columns and HEADER.search(lines[e.lines[0] - 1]))]
    pairs = [(a, b) for a in put for b in replaced if abs(a.lines[0] - b.lines[0]) <= 1]
    return {line for pair in pairs for edit in pair for line in edit.lines[:1]}


def _singles(found: Found) -> list[tuple[Edit, ...]]:
    return [other for other in found.others if len(other) == 1]
