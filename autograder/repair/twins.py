"""Twins: two statements beside each other that do the same to two things, and the same edit made in both."""

from __future__ import annotations

import ast
import difflib
import itertools
from collections import defaultdict

from autograder.repair.edit import Edit, blocks

SIMPLE = (ast.Assign, ast.AugAssign, ast.Expr)
#: Two statements are twins when they are as alike as this.
ALIKE = 0.7
#: So many pairs of edits are tried.
MOST = 40


def pairs(tree: ast.Module, edits: list[Edit]) -> list[tuple[Edit, ...]]:
    """`layer.weight += ...` and `layer.bias += ...`: the same edits of both, likeliest first."""
    by_line: defaultdict[int, list[Edit]] = defaultdict(list)
    for edit in edits:
        by_line[edit.lines[0]].append(edit)
    found: list[tuple[Edit, ...]] = []
    for first, second in _twins(tree):
        other = {_what(edit): edit for edit in reversed(by_line[second])}
        found += [(edit, other[_what(edit)]) for edit in by_line[first] if _what(edit) in other]
    return sorted(found, key=lambda pair: pair[0].rank + pair[1].rank)[:MOST]


def _twins(tree: ast.Module) -> list[tuple[int, int]]:
    found = []
    for _, _, block in blocks(tree):
        for a, b in itertools.pairwise(block):
            if isinstance(a, SIMPLE) and type(a) is type(b):
                alike = difflib.SequenceMatcher(None, ast.unparse(a), ast.unparse(b)).ratio()
                if alike > ALIKE:
                    found.append((a.lineno, b.lineno))
    return found


def _what(edit: Edit) -> tuple[str, frozenset[tuple[str, int]], frozenset[tuple[str, int]]]:
    return edit.kind, frozenset(edit.gone.items()), frozenset(edit.come.items())
