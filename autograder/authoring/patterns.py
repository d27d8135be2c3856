"""Patterns of code: where a piece of Python stands in a tree, with single capital letters for any expression.

A pattern is an expression (`x.sum(-1)`), one or more statements (`opt.step()\\nopt.zero_grad()`), or a *header*, the
first line of a compound statement (`for _ in range(epochs):`), which stands for it whatever its body is.
"""

from __future__ import annotations

import ast
import copy
import functools
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from autograder.trees import copied, walk

Bindings = dict[str, ast.expr]
Block = list[ast.stmt]
HEADED = (ast.FunctionDef, ast.ClassDef, ast.For, ast.While, ast.With, ast.If)
#: What the header of a compound statement does not say.
_NOT_OF_THE_HEADER = {"body", "orelse", "decorator_list", "type_params", "type_comment"}


@dataclass(frozen=True)
class Place:
    """A run of statements: block[first:last]. Assigning to that slice changes the tree."""

    block: Block
    first: int
    last: int
    bindings: Bindings

    def replace(self, new: Block) -> None:
        """Put other statements there, at the line where the old ones stood; an emptied block keeps a `pass`."""
        at = self.block[min(self.first, len(self.block) - 1)]
        for statement in new:
            locate(statement, at)
        self.block[self.first : self.last] = new
        if not self.block:
            self.block.append(ast.copy_location(ast.Pass(), at))


@functools.lru_cache(maxsize=10_000)
def _parsed(text: str) -> tuple[ast.stmt, ...]:
    text = textwrap.dedent(text).strip()
    tree = ast.parse(text + " pass" if is_header(text) else text)
    if re.match(r"\*\s*\d", text):  # which ast.parse takes for a starred 2
        raise SyntaxError("invalid syntax", ("", 1, 1, text))
    for node in walk(tree):
        for name in {"lineno", "col_offset"} & set(node._attributes):
            delattr(node, name)  # what has a line is code that was there before
    return tuple(tree.body)


def is_header(text: str) -> bool:
    return text.rstrip().endswith(":") and "\n" not in text.strip()


def statements(text: str) -> Block:
    """The statements that a text says, as a copy of its own."""
    return [copied(statement) for statement in _parsed(text)]


def expression(text: str) -> ast.expr | None:
    """The expression that a text is; None when it is something else."""
    parsed = () if is_header(text) else _parsed(text)
    return parsed[0].value if len(parsed) == 1 and isinstance(parsed[0], ast.Expr) else None


def matches(pattern: object, node: object, bindings: Bindings) -> bool:
    """Whether the node is what the pattern says; `bindings` gets what the letters stand for."""
    if isinstance(pattern, ast.Name) and is_letter(pattern.id) and isinstance(node, ast.expr):
        return _same(bindings.setdefault(pattern.id, node), node)
    if isinstance(pattern, ast.AST):
        return type(pattern) is type(node) and all(
            matches(getattr(pattern, name, None), getattr(node, name, None), bindings)
            for name in pattern._fields
            if name not in ("ctx", "kind", "type_comment")
        )
    if isinstance(pattern, list):
        return (
            isinstance(node, list)
            and len(pattern) == len(node)
            and all(matches(p, n, bindings) for p, n in zip(pattern, node, strict=True))
        )
    return type(pattern) is type(node) and pattern == node


def places(tree: ast.AST, text: str) -> list[Place]:
    """Where these statements, or the statement with this header, stand."""
    pattern, found = _parsed(text), []
    for block in blocks(tree):
        for first in range(len(block) - len(pattern) + 1):
            bindings: Bindings = {}
            run = block[first : first + len(pattern)]
            if all(_stands(p, s, bindings, is_header(text)) for p, s in zip(pattern, run, strict=True)):
                found.append(Place(block, first, first + len(pattern), bindings))
    return found


def expressions(tree: ast.AST, text: str) -> list[tuple[ast.expr, Bindings]]:
    """Where this expression stands, outermost first; what is inside of one that was found is not looked into."""
    pattern = expression(text)
    found, queue = [], [tree]
    while queue:
        node = queue.pop(0)
        bindings: Bindings = {}
        if isinstance(node, ast.expr) and matches(pattern, node, bindings):
            found.append((node, bindings))
        else:
            queue += ast.iter_child_nodes(node)
    return found


def filled(node: ast.AST, bindings: Bindings) -> ast.AST:
    """A copy with the letters that are bound replaced by what they stand for; other letters are names (F, say)."""
    if isinstance(node, ast.Name) and node.id in bindings:
        return _in_context(copied(bindings[node.id]), node.ctx)
    made = copy.copy(node)
    for name, value in ast.iter_fields(node):
        if isinstance(value, ast.AST):
            setattr(made, name, filled(value, bindings))
        elif isinstance(value, list):
            setattr(made, name, [filled(v, bindings) if isinstance(v, ast.AST) else v for v in value])
    return made


def exchange(tree: ast.AST, new: dict[int, ast.expr]) -> None:
    """Put other nodes in the place of those whose id() is given."""
    for node in walk(tree):
        for name, value in ast.iter_fields(node):
            if isinstance(value, list):
                value[:] = [_at(new.get(id(v), v), v) for v in value]
            elif id(value) in new:
                setattr(node, name, _at(new[id(value)], value))


def locate(node: ast.AST, at: ast.AST) -> None:
    """Give what has no line yet, of a node and all that is in it, the place of another."""
    for inner in walk(node):
        if "lineno" in inner._attributes and not hasattr(inner, "lineno"):
            ast.copy_location(inner, at)


def blocks(tree: ast.AST) -> Iterator[Block]:
    """Every list of statements in the tree."""
    for node in walk(tree):
        for name in ("body", "orelse", "finalbody", "handlers"):
            block = getattr(node, name, None)
            if isinstance(block, list) and block and isinstance(block[0], ast.stmt):
                yield block


def definition(tree: ast.AST, name: str) -> Place | None:
    """Where the function, method or class of this name stands, the outermost first."""
    for block in blocks(tree):
        for i, statement in enumerate(block):
            if isinstance(statement, ast.FunctionDef | ast.ClassDef) and statement.name == name:
                return Place(block, i, i + 1, {})
    return None


def around(tree: ast.AST, block: Block) -> Place | None:
    """Where the statement stands whose block this is."""
    for outer in blocks(tree):
        for i, statement in enumerate(outer):
            if any(getattr(statement, name, None) is block for name in ("body", "orelse", "finalbody")):
                return Place(outer, i, i + 1, {})
    return None


def has_docstring(body: Block) -> bool:
    first = body[0] if body else None
    return isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)


def _stands(pattern: ast.stmt, statement: ast.stmt, bindings: Bindings, header: bool) -> bool:
    if not header or type(pattern) is not type(statement):
        return matches(pattern, statement, bindings)
    return all(
        matches(getattr(pattern, name), getattr(statement, name), bindings)
        for name in pattern._fields
        if name not in _NOT_OF_THE_HEADER
    )


def is_letter(name: str) -> bool:
    return re.fullmatch("[A-Z]", name) is not None


def _same(one: ast.AST, other: ast.AST) -> bool:
    return one is other or ast.unparse(one) == ast.unparse(other)


def _in_context(node: ast.expr, ctx: ast.expr_context) -> ast.expr:
    if hasattr(node, "ctx"):
        node.ctx = ctx
    return node


def _at(new: object, old: object) -> object:
    """The new node where the old one stood, and as the old one is used (read, or assigned to)."""
    if new is not old and isinstance(new, ast.expr) and isinstance(old, ast.expr):
        locate(new, old)
        if isinstance(getattr(old, "ctx", None), ast.Store | ast.Del):
            _in_context(new, old.ctx)  # type: ignore[attr-defined]
    return new
