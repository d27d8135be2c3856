"""What undoes a known mistake, in the author's text of it: by that, likely edits of the learner's text are known."""

from __future__ import annotations

import ast
import difflib
import itertools
from collections import Counter
from collections.abc import Sequence

from autograder.authoring import variants
from autograder.authoring.families import complete
from autograder.exercise import Exercise
from autograder.repair import differ, rights
from autograder.repair.edit import Edit, number
from autograder.trees import walk

#: A known mistake that is another program says nothing about places.
MOST = 4
#: Edits of theirs for each, how like they must be, and how many sets of them are tried.
EACH, ALIKE, MOST_SETS = 3, 0.5, 40


def edits(exercise: Exercise, mistake: str, theirs: ast.stmt) -> list[Edit]:
    """The edits of a known mistake that make what it is an edit of, in the learner's names."""
    variant = exercise.mistakes.get(mistake) or complete(exercise).get(mistake)
    if variant is None:
        return []
    wrong, right = variants.tree(exercise, mistake)[0], variants.tree(exercise, variant.of)[0]
    if type(wrong) is not type(theirs) or type(right) is not type(theirs):
        return []
    mine = rights.renamed(rights.cleaned(wrong, exercise.name), theirs)
    for node in walk(mine):
        if isinstance(node, ast.stmt | ast.expr):
            node.lineno, node.end_lineno, node.col_offset, node.end_col_offset = 1, 1, 0, 0
    number(mine)
    found = differ.difference(mine, rights.renamed(rights.cleaned(right, exercise.name), theirs))
    return found if len(found) <= MOST else []


def stands_by(exercise: Exercise, mistake: str) -> str:
    """The kind of the one statement that a known mistake has and what it is an edit of has not; "" where none is."""
    variant = exercise.mistakes.get(mistake)
    if variant is None:
        return ""
    wrong, right = (_statements(variants.tree(exercise, name)[0]) for name in (mistake, variant.of))
    kinds = wrong.keys() - right.keys()
    return kinds.pop() if len(kinds) == 1 else ""


def _statements(tree: ast.AST) -> Counter[str]:
    return Counter(type(node).__name__ for node in walk(tree) if isinstance(node, ast.stmt))


def counterparts(undone: Sequence[Edit], edits: list[Edit]) -> list[tuple[Edit, ...]]:
    """Sets of edits of theirs, one for each of these, each in another place."""
    like: list[list[Edit]] = []
    for other in undone:
        alike = [(likeness(e, [other]) + _same_text(e, other), e) for e in edits if likeness(e, [other]) > ALIKE]
        alike.sort(key=lambda entry: (-entry[0], entry[1].rank))
        like.append([edit for _, edit in alike[:EACH]])
    sets = itertools.product(*like)
    return [some for some in sets if len({edit.parts[0][0] for edit in some}) == len(some)][:MOST_SETS]


def _same_text(a: Edit, b: Edit) -> float:
    return difflib.SequenceMatcher(None, a.said.get("what", ""), b.said.get("what", "")).ratio()


def likeness(edit: Edit, undone: Sequence[Edit]) -> float:
    """How much an edit is like one of these, from 0 to 1: by what it takes out and what it brings in."""
    return max((_alike(edit.gone, other.gone) * _alike(edit.come, other.come) for other in undone), default=0.0)


def _alike(a: Counter[str], b: Counter[str]) -> float:
    both = sum(min(count, b[label]) for label, count in a.items())
    either = a.total() + b.total() - both
    return both / either if either else 1.0
