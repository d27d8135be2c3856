"""A known mistake made ready for the author: a student's answer, said as a slip of a right answer.

There is one where the answer is a right one with a single place changed, whatever its locals are called: the slip,
applied, is then that very answer. Where that is not so there is none, since anything else would be a guess.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator
from typing import Any

from autograder.authoring import variants
from autograder.authoring.slips import Edit, Mismatch, after, before, change
from autograder.exercise import Exercise
from autograder.repair.reading import is_small
from autograder.repair.rights import renamed
from autograder.trees import copied

Definition = ast.FunctionDef | ast.ClassDef

#: What is longer than this is another program, and no slip.
MOST_CHARACTERS, MOST_STATEMENTS = 120, 3
#: What the author has yet to write.
TO_WRITE = 'def name():\n    """What the code does, and where to look."""\n'


def slip(exercise: Exercise, cell: str) -> str:
    """The code that declares the mistake, for the file of the exercise's checks; "" where it cannot be said so."""
    theirs = _answer(cell, exercise.name)
    if theirs is None:
        return ""
    found = [made for of in ("", *exercise.rights) for made in _of(exercise, of, theirs)]
    if not found:
        return ""
    told = min(found, key=len)
    needs = re.match(r"(after|before)\(", told)
    imported = f"from autograder.authoring.slips import {needs[1]}\n\n" if needs else ""
    return f"{imported}@{exercise.name}.slip({told})\n{TO_WRITE}"


def _of(exercise: Exercise, of: str, theirs: Definition) -> Iterator[str]:
    """The arguments of a slip of this right (none: the reference) that makes the answer, where there is one."""
    right, module = variants.tree(exercise, of)
    right = copied(right)
    right.name = exercise.name
    if type(right) is not type(theirs) or not _names(theirs) <= _known(right, module):
        return
    ours: Any = renamed(theirs, right)
    if len(_words(ours)) < len(_words(theirs)):  # two of their names became one
        return
    told = next((told for edit, told in _edits(right, ours) if _makes(edit, right, ours)), "")
    if told:
        yield f'{told}, of="{of}"' if of else told


def _answer(cell: str, name: str) -> Definition | None:
    """The definition, where it is all that the cell has."""
    try:
        found = variants.parsed(cell).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    if not all(map(is_small, found)):
        return None
    alone = len(found) == 1 and isinstance(found[0], Definition) and found[0].name == name
    return copied(found[0]) if alone else None  # type: ignore[return-value]


def _edits(right: ast.AST, ours: ast.AST) -> Iterator[tuple[Edit, str]]:
    """Edits of the place where the two differ, each with its code: the smallest first, then with more round it."""
    for a, b in reversed(list(_places(right, ours))):
        if isinstance(a, ast.expr) and isinstance(b, ast.expr):
            yield from _changed(ast.unparse(a), ast.unparse(b))
        for name in ("body", "orelse"):
            old, new = getattr(a, name, None), getattr(b, name, None)
            if isinstance(old, list) and isinstance(new, list) and not (a is right and _all_else(old, new)):
                yield from _statements(old, new)


def _statements(old: list[ast.stmt], new: list[ast.stmt]) -> Iterator[tuple[Edit, str]]:
    first = _alike(old, new)
    last = _alike(old[first:][::-1], new[first:][::-1])
    gone, come = old[first : len(old) - last], new[first : len(new) - last]
    if max(len(gone), len(come)) > MOST_STATEMENTS or not (gone or come):
        return
    text = _text(come)
    if gone:
        yield from _changed(_text(gone), text)
    elif first:
        at = _text(old[first - 1 : first])
        yield after(at, text), f"after({_quoted(at)}, {_quoted(text)})"
    elif last:
        at = _text(old[:1])
        yield before(at, text), f"before({_quoted(at)}, {_quoted(text)})"


def _all_else(old: list[ast.stmt], new: list[ast.stmt]) -> bool:
    """Whether no statement is left at either end: another program."""
    return not (_alike(old, new) or _alike(old[::-1], new[::-1]))


def _alike(old: list[ast.stmt], new: list[ast.stmt]) -> int:
    """How many statements at the beginning are the same."""
    pairs = enumerate(zip(old, new, strict=False))
    return next((i for i, (a, b) in pairs if not _same(a, b)), min(len(old), len(new)))


def _changed(old: str, new: str) -> Iterator[tuple[Edit, str]]:
    if max(len(old), len(new)) <= MOST_CHARACTERS:
        yield change(old, new), f"{_quoted(old)}, {_quoted(new)}"


def _places(a: Any, b: Any) -> Iterator[tuple[ast.AST, ast.AST]]:
    """The pairs of nodes round the one place where the two trees differ, the outermost first."""
    while type(a) is type(b) and isinstance(a, ast.AST):
        yield a, b
        different = [pair for name in a._fields for pair in _parts(getattr(a, name), getattr(b, name))]
        if len(different) != 1:
            return
        ((a, b),) = different
    if isinstance(a, ast.AST) and isinstance(b, ast.AST):
        yield a, b


def _parts(a: Any, b: Any) -> list[tuple[Any, Any]]:
    """What differs in one field of two nodes: two lists of the same length item by item."""
    listed = isinstance(a, list) and isinstance(b, list) and len(a) == len(b)
    return [(x, y) for x, y in (zip(a, b, strict=True) if listed else [(a, b)]) if not _same(x, y)]


def _makes(edit: Edit, right: Definition, ours: ast.AST) -> bool:
    try:
        return _same(edit.apply(right), ours)
    except (Mismatch, SyntaxError):  # a part of an index is no code by itself
        return False


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(_same, a, b))
    if isinstance(a, ast.AST) and isinstance(b, ast.AST):
        return ast.dump(a) == ast.dump(b)
    return type(a) is type(b) and bool(a == b)


def _text(statements: list[ast.stmt]) -> str:
    return "\n".join(map(ast.unparse, statements))


def _quoted(text: str) -> str:
    """A text in double quotes, as the kit's code has them."""
    return '"' + repr("'" + text)[2:-1].replace('\\"', '"').replace('"', '\\"') + '"'


def _names(node: ast.AST) -> set[str]:
    """What is read and not given a value inside."""
    inside = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    return inside - _bound(node)


def _bound(node: ast.AST) -> set[str]:
    found = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)}
    found |= {n.arg for n in ast.walk(node) if isinstance(n, ast.arg)}
    return found | {n.name for n in ast.walk(node) if isinstance(n, Definition)}


def _known(right: ast.AST, module: ast.Module) -> set[str]:
    """What the slip's code may use: names of the module that the right stands in, and Python's own."""
    return {name for node in module.body for name in variants.bound(node)} | _names(right) | set(dir(builtins))


def _words(node: ast.AST) -> set[str]:
    names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)} | _bound(node)
    return names | {f".{n.attr}" for n in ast.walk(node) if isinstance(n, ast.Attribute)}
