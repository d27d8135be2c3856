"""Which answers are mended alike: what feedback found of their lines, in a form that is the same for all of them.

Two repairs are the same where they are of the same kinds, at the same places of code in which names that an answer
gives are numbered: what stands round the statement does not count, nor what is written in the place itself.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Sequence
from pathlib import Path

from autograder.classroom import results
from autograder.judging.verdict import Diagnosis
from autograder.repair.reading import Definition, scope

#: For each thing to mend its kind, its place and its words: ["dimension", "return v0 / v0.sum(_)", ""]. A known mistake
#: has words and no place.
Repair = list[list[str]]

HOLE = "_"


def of(found: Sequence[Diagnosis], text: str) -> Repair:
    """The repair that these diagnoses of `text` tell of; [] where one of them has no place."""
    tree = ast.parse(text)
    told = [[one.mistake, *(["", one.message] if one.known else [_place(one, tree, text), ""])] for one in found]
    return told if all(place or words for _, place, words in told) else []


def _place(one: Diagnosis, tree: ast.Module, text: str) -> str:
    """The statement with a hole where something is to be mended, in one line; "" where it cannot be told."""
    if not one.lines:
        return ""
    line = one.lines[0]
    statements = [n for n in ast.walk(tree) if isinstance(n, ast.stmt) and n.lineno <= line <= (n.end_lineno or 0)]
    if not statements:
        return ""
    inner = max(statements, key=lambda node: (node.lineno, node.col_offset))
    function = next((n for n in tree.body if isinstance(n, Definition) and inner in ast.walk(n)), None)
    shown = text.split("\n")[line - 1]
    indent = len(shown) - len(shown.lstrip())
    first, last = (column + indent for column in one.columns or (-1, -1))
    for node in ast.walk(inner):
        if isinstance(node, ast.expr) and (node.lineno, node.col_offset, node.end_col_offset) == (line, first, last):
            node.__dict__["hole"] = True
    plain = _Plain(scope(function) if function else set()).visit(inner)
    return ast.unparse(plain).split("\n")[0] if hasattr(plain, "body") else " ".join(ast.unparse(plain).split())


class _Plain(ast.NodeTransformer):
    """Numbers the names that are the answer's own, in the order in which they come, and leaves out what is a hole."""

    def __init__(self, own: set[str]):
        self.own, self.names = own, dict[str, str]()

    def visit(self, node: ast.AST) -> ast.AST:
        if hasattr(node, "hole"):
            return ast.Name(HOLE, ast.Load())
        if isinstance(node, ast.Name) and node.id in self.own:
            return ast.Name(self.names.setdefault(node.id, f"v{len(self.names)}"), node.ctx)
        changed: ast.AST = super().visit(node)
        return changed


def note(folder: Path, exercise: str, cells: str, repair: Repair) -> None:
    """Keep the repair of an answer in these cells (their submission.fingerprint), where a report looks for it."""
    results.write(_kept(folder, exercise, cells), repair)


def noted(folder: Path, exercise: str, cells: str) -> Repair:
    """What was noted; [] where nothing was."""
    return results.load(_kept(folder, exercise, cells)) or []


def _kept(folder: Path, exercise: str, cells: str) -> Path:
    name = hashlib.sha256(f"{exercise}\0{cells}".encode()).hexdigest()[:40]
    return folder / "repairs" / name[:2] / f"{name}.json"
