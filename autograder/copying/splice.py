"""One definition put in the place of another: the prompt stays, what the learner wrote comes."""

from __future__ import annotations

import ast
from typing import Any

from autograder.workspace import lines_of

MARKERS = ("### BEGIN SOLUTION", "### END SOLUTION")
#: Lines that IPython understands and Python does not.
MAGIC = ("%", "!", "?")


def tree(text: str) -> ast.Module:
    """The syntax tree of a file or a cell; lines of magic count as empty ones. SyntaxError where it is not Python."""
    return ast.parse("\n".join("pass" if line.startswith(MAGIC) else line for line in text.split("\n")))


def same(one: str, other: str) -> bool:
    """Whether two definitions do the same: prompts, comments and layout do not count."""
    return bare(one) == bare(other)


def bare(text: str) -> str:
    """What a definition does, as text: without its prompt, comments and layout."""
    node: Any = ast.parse(text).body[0]
    if ast.get_docstring(node) is not None:
        node.body = node.body[1:]
    return ast.dump(node)


def splice(written: str, replaced: str) -> str:
    """`written` with the docstring of `replaced`, where that has one."""
    header, rest = _parts(written)
    prompt = _docstring(replaced)
    own = _docstring(written)
    rest = [line for line in rest if line.strip() not in MARKERS]
    first = next((line for line in rest if line.strip() and not line.lstrip().startswith("#")), "    ")
    indent = first[: len(first) - len(first.lstrip())]
    kept = prompt or own
    if kept:
        kept = [indent + kept[0].lstrip(), *kept[1:]]
    return "\n".join([*header, *kept, *rest]) + "\n"


def _parts(text: str) -> tuple[list[str], list[str]]:
    """(the lines as far as the colon, the lines after the docstring)."""
    node: Any = ast.parse(text).body[0]
    lines = lines_of(text)
    start = node.body[0]
    line = lines[start.lineno - 1].encode()
    before = line[: start.col_offset].decode()
    if before.strip():  # def f(x): return x
        return [*lines[: start.lineno - 1], before.rstrip()], [
            "    " + line[start.col_offset :].decode(),
            *lines[start.lineno :],
        ]
    if ast.get_docstring(node) is None:
        return lines[: start.lineno - 1], lines[start.lineno - 1 :]
    return lines[: start.lineno - 1], lines[start.end_lineno :]


def _docstring(text: str) -> list[str]:
    node: Any = ast.parse(text).body[0]
    if ast.get_docstring(node) is None:
        return []
    prompt = node.body[0]
    lines = lines_of(text)[prompt.lineno - 1 : prompt.end_lineno]
    lines[-1] = lines[-1].encode()[: prompt.end_col_offset].decode()
    lines[0] = lines[0].encode()[prompt.col_offset :].decode() if len(lines) > 1 else lines[0].lstrip()
    return lines


def used(text: str) -> set[str]:
    """The names that a statement reads."""
    return {
        node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }


def bound(node: ast.stmt) -> set[str]:
    """The names that a top-level statement defines."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {(alias.asname or alias.name).split(".")[0] for alias in node.names}
    stores = (n for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store))
    return {name.id for name in stores}
