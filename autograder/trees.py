"""Copies of syntax trees."""

from __future__ import annotations

import ast
from typing import TypeVar

Node = TypeVar("Node", bound=ast.AST)


def copied(node: Node) -> Node:
    """A copy of all that Python's grammar says of a tree, and of where it stands.

    Not copy.deepcopy: there is one `Load` for all trees of a process, and whoever hangs something at it (IPython, as
    soon as it shows an error: the whole file where it happened) has deepcopy copy that for every name.
    """
    if not node._fields:  # Load, Add, Pass: shared, or nothing to change
        return type(node)(**_place(node))
    return type(node)(**{name: _copied(value) for name, value in ast.iter_fields(node)}, **_place(node))


def _copied(value: object) -> object:
    if isinstance(value, list):
        return [_copied(item) for item in value]
    return copied(value) if isinstance(value, ast.AST) else value


def _place(node: ast.AST) -> dict[str, int]:
    return {name: getattr(node, name) for name in node._attributes if hasattr(node, name)}
