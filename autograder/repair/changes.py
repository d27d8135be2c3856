"""Where an answer changes what it was given: the statements that do so by the argument's own name."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

from autograder.judging.verdict import Diagnosis
from autograder.repair.located import MOST_LINES
from autograder.repair.reading import Definition, read
from autograder.repair.trial import Frames

#: Methods of lists, dicts and sets that change them; those of tensors end in _.
CHANGE = {"add", "append", "clear", "extend", "insert", "pop", "remove", "reverse", "setdefault", "sort", "update"}


def told(text: str, exercise: str, frames: Frames) -> list[Diagnosis]:
    """One place, where the first check that fails saw an argument changed and few lines can have done it."""
    first = next(iter(frames), "")
    tree = read(text, exercise)
    mine = [n for n in tree.body if isinstance(n, Definition) and n.name == exercise] if tree else []
    found = sorted(set(_lines(mine[-1], frames[first].get("changed", ())))) if mine else []
    if not 0 < len(found) <= MOST_LINES:
        return []
    source = text.split("\n")[found[0] - 1].strip()
    probes = tuple(name for name, frame in frames.items() if frame.get("changed"))
    return [Diagnosis("in_place", lines=tuple(found), probes=probes, whole=False, source=source, known=False)]


def _lines(function: ast.AST, names: Collection[str]) -> Iterator[int]:
    anew = {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    added = {n.target.id for n in ast.walk(function) if isinstance(n, ast.AugAssign) and isinstance(n.target, ast.Name)}
    given = set(names) - (anew - added)  # x = x.clone() makes another of it
    for node in ast.walk(function):
        match node:
            case ast.AugAssign(target=target) if _base(target) in given:
                yield node.lineno
            case ast.Subscript(ctx=ast.Store() | ast.Del()) if _base(node) in given:
                yield node.lineno
            case ast.Call(func=ast.Attribute(value=of, attr=method)) if _base(of) in given:
                if method in CHANGE or (method.endswith("_") and not method.endswith("__")):
                    yield node.lineno


def _base(node: ast.AST) -> str:
    while isinstance(node, ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
