"""The text of an answer in a running kernel: the cell that defines it, below whatever else of the cells it may use."""

from __future__ import annotations

import ast
import inspect
import linecache
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from autograder.notebooks import place


@dataclass(frozen=True)
class Written:
    """`text` ends with the answer's own cell, whose first line is the one after `above`."""

    text: str
    above: int
    #: What the cell is called.
    path: str


def written(answer: Any) -> Written | None:
    """None for what no cell defines."""
    file = _cell(answer)
    own = _source(file) if file else ""
    if not own:
        return None
    others = [name for name, _ in sorted(place.cells().items(), key=lambda item: item[1]) if name != file]
    kept: dict[str, str] = {}
    for text in map(_source, others):
        for name, definition in _definitions(text):
            if name != definition:
                kept.pop(name, None)  # defined once more
            kept[name] = definition
    mine = {name for name, _ in _definitions(own)}
    above = "".join(f"{definition}\n" for name, definition in kept.items() if name not in mine)
    return Written(above + own, above.count("\n"), place.label(file))


def _source(file: str) -> str:
    return "".join(linecache.getlines(file))


def _cell(answer: Any) -> str:
    """The file name of the cell that a function or class is from, "" for anything else."""
    methods = list(vars(answer).values()) if isinstance(answer, type) else [answer]
    functions = [inspect.unwrap(method) for method in methods if inspect.isfunction(method)]
    return next((f.__code__.co_filename for f in functions if place.is_cell(f.__code__.co_filename)), "")


def _definitions(text: str) -> Iterator[tuple[str, str]]:
    """(name, text) of what can be run again without doing anything: imports, functions, classes, plain constants."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return
    for node in tree.body:
        match node:
            case ast.ImportFrom(module="autograder"):
                pass  # `check` is of no use in an answer, and takes a while to import
            case ast.Import() | ast.ImportFrom() | ast.Assign(value=ast.Constant()):
                yield ast.unparse(node), ast.unparse(node)
            case ast.FunctionDef() | ast.ClassDef():
                yield node.name, ast.unparse(node)
