"""The learner's file as a tree, reduced to what the answer uses. A text that is no small program is left alone."""

from __future__ import annotations

import ast
from collections.abc import Set

from autograder.repair.edit import inside, number
from autograder.trees import walk

#: What right answers call modules by, and how they get them: an edit may bring in a call of theirs.
MODULES = {
    "torch": "import torch",
    "math": "import math",
    "F": "import torch.nn.functional as F",
    "nn": "from torch import nn",
    "np": "import numpy as np",
    "random": "import random",
    "optim": "from torch import optim",
    "plt": "import matplotlib.pyplot as plt",
}

#: Beyond these a text is left alone: no answer to an exercise comes near.
MOST_BYTES, MOST_NODES, MOST_DEPTH = 100_000, 1_500, 60

Definition = ast.FunctionDef | ast.ClassDef


def read(text: str, name: str, also: Set[str] = frozenset()) -> ast.Module | None:
    """The file's statements that the answer `name` uses, numbered, without prompts; None where it is to be left alone.

    `also` names what a repair might bring in, so that it stays even where the answer does not use it; a module among it
    that the file does not import is imported.
    """
    if len(text) > MOST_BYTES:
        return None
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    tree.body = _needed(tree, {name, *also})
    if not any(name in binds(node) for node in tree.body) or not is_small(tree):
        return None
    for node in list(_walk(tree)):
        _without_prompt(node)
    number(tree)
    bound = {name for node in tree.body for name in binds(node)}
    lacking = [line for name, line in MODULES.items() if name in also and name not in bound]
    tree.body = [*ast.parse("\n".join(lacking)).body, *tree.body]
    return tree


def _needed(tree: ast.Module, wanted: set[str]) -> list[ast.stmt]:
    bound = [(node, binds(node)) for node in tree.body]
    waiting, reached = set(wanted), set()
    while waiting:
        name = waiting.pop()
        reached.add(name)
        for node, names in bound:
            if name in names:
                waiting |= {n.id for n in _walk(node) if isinstance(n, ast.Name)} - reached
    modules = reached | MODULES.keys() | {"*"}  # other imports take their time in every run, and may be of anything
    return [node for node, names in bound if names & (modules if _is_import(node) else reached)]


def _is_import(node: ast.stmt) -> bool:
    return isinstance(node, ast.Import | ast.ImportFrom)


def imports(tree: ast.Module) -> list[ast.stmt]:
    return [node for node in tree.body if _is_import(node)]


def binds(node: ast.stmt) -> set[str]:
    """The names that a statement of the top level gives a value."""
    if isinstance(node, Definition | ast.AsyncFunctionDef):
        return {node.name}
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {(alias.asname or alias.name).split(".")[0] for alias in node.names}
    return {n.id for n in _walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


def _walk(node: ast.AST) -> list[ast.AST]:
    return list(walk(node))


def is_small(tree: ast.AST) -> bool:
    level, count, depth = [tree], 0, 0
    while level:
        count, depth = count + len(level), depth + 1
        if count > MOST_NODES or depth > MOST_DEPTH:
            return False
        level = [child for node in level for child in ast.iter_child_nodes(node)]
    return True


def _without_prompt(node: ast.AST) -> None:
    body = getattr(node, "body", None)
    if isinstance(node, Definition) and isinstance(body, list) and len(body) > 1 and is_text(body[0]):
        del body[0]


def is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def editable(tree: ast.Module, apart: Set[str] = frozenset()) -> list[ast.stmt]:
    """The statements of the top level that edits may touch: not imports, and not what the kit stands in for."""
    return [
        node for node in tree.body if not isinstance(node, ast.Import | ast.ImportFrom) and not (binds(node) & apart)
    ]


def scope(function: ast.AST) -> set[str]:
    """The names that are given a value inside a function, its parameters among them."""
    found = {n.id for n in walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    for node in walk(function):
        if isinstance(node, ast.arguments):
            every = [*node.posonlyargs, *node.args, *node.kwonlyargs, *filter(None, [node.vararg, node.kwarg])]
            found |= {argument.arg for argument in every}
    return found


def reads(node: ast.AST) -> Set[str]:
    known: Set[str] | None = node.__dict__.get("names_read")
    if known is None:
        known = node.__dict__["names_read"] = frozenset(n.id for n in inside(node) if isinstance(n, ast.Name))
    return known
