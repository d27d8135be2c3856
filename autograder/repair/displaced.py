"""What is found, told better: at the statement of theirs whose work it does, and by an edit that says more."""

from __future__ import annotations

import ast
import contextlib
import dataclasses
from collections.abc import Iterator

from autograder.repair.edit import Edit, is_theirs, labels, number_of, place_of
from autograder.repair.kinds import text
from autograder.repair.reading import is_text
from autograder.repair.sets import WHOLESALE, Found, Sets
from autograder.repair.trial import OutOfBudget
from autograder.trees import walk

SIMPLE = (ast.Assign, ast.AugAssign, ast.Expr)
#: So much of what is put in stands in a statement of theirs that is the same but for its mistake.
ALIKE = 0.5
#: What says least of what is wrong in a line; so many others of the line are tried, which put in so much more at most.
REPLACED, MOST_FINER, MORE = {"statement", "expression"}, 24, 2


def displaced(sets: Sets, found: Found) -> Found:
    """The same edits, one that puts a statement in being told at the statement of theirs whose work it does."""
    with contextlib.suppress(OutOfBudget):
        for edit in found.edits:
            if edit.kind == "statement_missing":
                return _at_theirs(sets, found, edit) or found
    return found


def finer(sets: Sets, found: Found, edits: list[Edit]) -> Found:
    """Where a statement or expression is replaced as a whole, an edit of that line which says more and does as well."""
    with contextlib.suppress(OutOfBudget):
        for edit in found.edits:
            if edit.kind in REPLACED:
                less = [
                    e for e in edits if e.lines == edit.lines and e.kind not in WHOLESALE and e.cost <= edit.cost + MORE
                ]
                instead = [tuple(one if e is edit else e for e in found.edits) for one in less[:MOST_FINER]]
                passing = sets.all_pass(instead)
                return sets.best(passing) or found
    return found


def one_by_one(sets: Sets, found: Found, differences: list[list[Edit]]) -> Found:
    """Where one edit gives a call other arguments, a difference that changes two of them, each in its line."""
    if len(found.edits) > 1 or found.edits[0].kind != "argument":
        return found
    pairs: list[tuple[Edit, ...]] = [tuple(d) for d in differences if len(d) == 2 and d[0].lines != d[1].lines]
    pairs = [pair for pair in pairs if not any(edit.kind in WHOLESALE for edit in pair)]
    with contextlib.suppress(OutOfBudget):
        return sets.best(sets.all_pass(pairs)) or found
    return found


def _at_theirs(sets: Sets, found: Found, edit: Edit) -> Found | None:
    near = sorted(_instead(sets.tree, edit), key=lambda other: abs(other.lines[0] - edit.lines[0]))
    pairs = [(other, tuple(other if e is edit else e for e in found.edits)) for other in near]
    passing = sets.all_pass([edits for _, edits in pairs], careful=False)
    for other, edits in pairs:
        if edits in passing and (_is_alike(other, edit) or _does_something(sets, other)):
            return sets.best([edits])
    return None


def _instead(tree: ast.Module, edit: Edit) -> Iterator[Edit]:
    """The edit, with a statement of theirs taken out besides."""
    for node in walk(tree):
        if isinstance(node, SIMPLE) and is_theirs(node) and not is_text(node):
            parts = (*edit.parts, (number_of(node), lambda n: ast.Pass()))
            lines, columns = place_of([node])
            changed = {"kind": "statement", "parts": parts, "lines": lines, "columns": columns, "gone": labels(node)}
            yield dataclasses.replace(edit, **changed, said={"what": text(node)})  # type: ignore[arg-type]


def _is_alike(other: Edit, edit: Edit) -> bool:
    return (other.gone & edit.come).total() >= ALIKE * max(other.gone.total(), edit.come.total())


def _does_something(sets: Sets, other: Edit) -> bool:
    """Whether what is seen of the answer as it is hangs on the statement."""
    alone = sets.text((dataclasses.replace(other, parts=other.parts[-1:]),))
    if alone is None:
        return False
    (frames,) = sets.trials.run([alone], None)
    return sets.behaviour(frames) != sets.behaviour(sets.base)
