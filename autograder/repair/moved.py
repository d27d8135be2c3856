"""Edits that together are one: the same statement taken out here and put in there, two calls in the wrong order."""

from __future__ import annotations

import ast

from autograder.repair.edit import Edit
from autograder.trees import walk


def with_moves(edits: list[Edit]) -> list[Edit]:
    """The same statement taken out here and put in there is one edit: it moved."""
    gone = {e.said["statement"]: e for e in edits if e.kind == "statement_extra"}
    found: list[Edit] = []
    moved: set[int] = set()
    for edit in edits:
        other = gone.get(edit.said.get("statement", ""))
        if edit.kind in ("statement_missing", "return_missing") and other is not None and id(other) not in moved:
            moved.add(id(other))
            parts = (*other.parts, *edit.parts)
            said = {"what": other.said["what"]}
            if other.said["owner"] == str(edit.parts[0][0]) and ".zero_grad" not in other.gone:
                said["when"] = "too late" if other.lines[0] > edit.lines[0] else "too early"
            found.append(Edit("moved", parts, other.lines, other.columns, 2, said=said))
        else:
            found.append(edit)
    return [edit for edit in found if id(edit) not in moved]


def with_exchanges(edits: list[Edit], theirs: ast.stmt) -> list[Edit]:
    """Two calls beside each other of which each is to be the other one are one edit: the first is to come later."""
    calls = {n.lineno for n in walk(theirs) if isinstance(n, ast.Expr) and isinstance(n.value, ast.Call)}
    found: list[Edit] = []
    for edit in edits:
        last = found[-1] if found else None
        beside = last is not None and {*last.lines, *edit.lines} <= calls and edit.lines[0] - last.lines[0] == 1
        if last is not None and beside and last.kind == edit.kind == "attribute" and last.gone == edit.come:
            found[-1] = Edit("moved", (*last.parts, *edit.parts), last.lines, None, 2, said={"when": "too early"})
        else:
            found.append(edit)
    return found
