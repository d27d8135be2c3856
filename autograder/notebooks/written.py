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
    """`text` ends with the answer's own cell. Each line above that is from another cell: (what it is called, line)."""

    text: str
    above: list[tuple[str, int]]
    #: What the answer's own cell is called.
    path: str

    def place(self, line: int) -> tuple[str, int]:
        """What the cell is called that a line of `text` is from, and its line there."""
        return self.above[line - 1] if line <= len(self.above) else (self.path, line - len(self.above))


def written(answer: Any) -> Written | None:
    """None for what no cell defines."""
    file = _cell(answer)
    own = _source(file) if file else ""
    if not own:
        return None
    others = [name for name, _ in sorted(place.cells().items(), key=lambda item: item[1]) if name != file]
    kept: dict[str, list[tuple[str, int, str]]] = {}
    for other in others:
        for name, first, definition in _definitions(_source(other)):
            if name != definition:
                kept.pop(name, None)  # defined once more
            kept[name] = [(place.label(other), n, line) for n, line in enumerate(definition.split("\n"), first)]
    mine = {name for name, _, _ in _definitions(own)}
    above = [line for name, lines in kept.items() if name not in mine for line in lines]
    text = "".join(f"{line}\n" for _, _, line in above)
    return Written(text + own, [(cell, n) for cell, n, _ in above], place.label(file))


def _source(file: str) -> str:
    return "".join(linecache.getlines(file))


def _cell(answer: Any) -> str:
    """The file name of the cell that a function or class is from, "" for anything else."""
    methods = list(vars(answer).values()) if isinstance(answer, type) else [answer]
    functions = [inspect.unwrap(method) for method in methods if inspect.isfunction(method)]
    return next((f.__code__.co_filename for f in functions if place.is_cell(f.__code__.co_filename)), "")


def _definitions(text: str) -> Iterator[tuple[str, int, str]]:
    """(name, first line, text) of what can be run again without doing anything: imports, functions, classes, plain
    constants."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return
    for node in tree.body:
        match node:
            case ast.ImportFrom(module="autograder"):
                pass  # `check` is of no use in an answer, and takes a while to import
            case ast.Import() | ast.ImportFrom() | ast.Assign(value=ast.Constant()):
                yield ast.unparse(node), node.lineno, ast.unparse(node)
            case ast.FunctionDef() | ast.ClassDef():
                first = min(inner.lineno for inner in [node, *node.decorator_list])
                yield node.name, first, "\n".join(text.split("\n")[first - 1 : node.end_lineno])
