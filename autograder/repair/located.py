"""Where edits are told, and as what: a line, the part of it that is marked, and a kind; one place for each line."""

from __future__ import annotations

import ast
import dataclasses
import re

from autograder.judging.verdict import Diagnosis
from autograder.repair.edit import Edit
from autograder.repair.related import MOST_STATEMENT, PUT_IN
from autograder.repair.sets import Found
from autograder.trees import walk

#: A line that holds a condition and nothing else.
CONDITION = re.compile(r"(if|elif|while)\b.*:\s*(#.*)?")
#: What is put round lines may reach further than it must: its first line is the place.
WRAPS = {"no_grad_missing", "condition_missing"}
#: A place that spreads over more lines than this is told by its first one.
MOST_LINES = 3


def kind_told(edit: Edit, found: Found, lines: list[str]) -> str:
    """The kind of the edit, unless another one of another kind in the same line does as well: then, what the line is.

    That something else could be put in, or stand there, says nothing against what is proved of the line.
    """
    kind = _kind_of_all(edit, found)
    line = lines[edit.lines[0] - 1].strip() if 0 < edit.lines[0] <= len(lines) else ""
    return "condition" if kind == "expression" and edit.columns and CONDITION.fullmatch(line) else kind


def _kind_of_all(edit: Edit, found: Found) -> str:
    if edit.kind not in PUT_IN | {"method_missing"} and edit.come.total() > MOST_STATEMENT:
        return "expression"
    if edit.kind == "sign" and re.search(r"[-+] \d+$", edit.said.get("what", "")):
        return "expression"  # another number may be needed there, or none
    kinds = {e.kind for other in found.others for e in other if len(other) == 1 and e.lines == edit.lines}
    kinds = (kinds | {edit.kind}) - PUT_IN - {"expression"}
    if kinds == {"constant", "index"}:
        return "index"
    return edit.kind if len(found.edits) > 1 or kinds <= {edit.kind} else "expression"


def placed(diagnosis: Diagnosis, edit: Edit, lines: list[str]) -> Diagnosis:
    line = lines[edit.lines[0] - 1] if 0 < edit.lines[0] <= len(lines) else ""
    indent = len(line) - len(line.lstrip())
    columns = None
    if edit.columns:
        first, last = (len(line.encode()[:column].decode("utf-8", "ignore")) for column in edit.columns)
        if indent <= first < last <= len(line) and (first, last) != (indent, len(line.rstrip())):
            columns = (first - indent, last - indent)
    if columns and diagnosis.mistake == "constant":  # as it is written there: 1e-7, and not 1e-07
        diagnosis = dataclasses.replace(diagnosis, said=diagnosis.said | {"what": line.strip()[slice(*columns)]})
    most = 1 if edit.kind in WRAPS else MOST_LINES
    return dataclasses.replace(
        diagnosis, lines=tuple(dict.fromkeys(edit.lines))[:most], source=line.strip(), columns=columns
    )


def standing(by: str, text: str, edit: Edit) -> Edit:
    """Of a known mistake that is the wrong statement and no missing one: it, rather than the line before the right."""
    found = [node for node in walk(ast.parse(text)) if type(node).__name__ == by and isinstance(node, ast.stmt)]
    return dataclasses.replace(edit, kind="statement", lines=(found[0].lineno,)) if len(found) == 1 else edit


def beside_its_like(edit: Edit, found: Found, lines: list[str]) -> Edit:
    """Of the places where the same may be put in, the one behind a line that does something with the same things."""
    every = [edit, *(e for other in found.others for e in other if e.kind == edit.kind and e.come == edit.come)]
    return max(every, key=lambda e: len(edit.come.keys() & set(re.findall(r"\w+", lines[e.lines[0] - 1]))))


def as_one(made: list[Diagnosis], joined: set[int]) -> list[Diagnosis]:
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


def one_a_line(made: list[Diagnosis], first: str) -> list[Diagnosis]:
    """Of several edits in one line, the known mistakes; where there is none, one place without its kind. Those that the
    first check sees are told apart from those that it does not."""
    found: dict[tuple[int, ...], Diagnosis] = {}
    for diagnosis in made:
        key = (*diagnosis.lines[:1], first in diagnosis.probes)
        other = found.get(key)
        if other is None or (diagnosis.known and not other.known):
            found[key] = diagnosis
        elif diagnosis.known and diagnosis.mistake != other.mistake:
            found[(*key, len(found))] = diagnosis
        elif not diagnosis.known and not other.known:
            probes = tuple(dict.fromkeys([*other.probes, *diagnosis.probes]))
            found[key] = dataclasses.replace(other, mistake="expression", probes=probes, columns=None, said={})
    return list(found.values())
