"""Edits of operators and of sequences: the other operation, one side alone, the sides or the elements exchanged."""

# Nodes are told apart by what they have, and a default binds a loop's variable in a lambda: mypy follows neither.
# mypy: disable-error-code="misc, attr-defined, assignment"

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from autograder.repair.calls import Make
from autograder.repair.edit import having


def ways(node: ast.expr) -> Iterator[Make]:
    """Another operator, the sides exchanged, one side alone."""
    match node:
        case ast.UnaryOp():
            yield lambda n: n.operand
        case ast.BinOp():
            yield from _of_operation(node)
        case ast.Compare(ops=[operator]):
            for other in (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq, ast.Is, ast.IsNot):
                if not isinstance(operator, other):
                    yield lambda n, o=other: having(n, ops=[o()])
            yield lambda n: having(n, left=n.comparators[0], comparators=[n.left])
        case ast.BoolOp():
            other = ast.Or if isinstance(node.op, ast.And) else ast.And
            yield lambda n: having(n, op=other())
            for i in range(len(node.values)):
                yield lambda n, i=i: n.values[i]
        case ast.IfExp():
            yield lambda n: having(n, body=n.orelse, orelse=n.body)
            yield lambda n: n.body
            yield lambda n: n.orelse


def _of_operation(node: ast.BinOp) -> Iterator[Make]:
    for operator in (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Pow, ast.MatMult, ast.Mod):
        if not isinstance(node.op, operator) and not _changes_nothing(operator, node.right):
            yield lambda n, o=operator: having(n, op=o())
    yield lambda n: n.left
    yield lambda n: n.right
    yield lambda n: having(n, left=n.right, right=n.left)
    if isinstance(node.op, ast.FloorDiv):
        yield _rounded_up
    if isinstance(node.left, ast.BinOp):
        yield _regrouped_right
    if isinstance(node.right, ast.BinOp):
        yield _regrouped_left


def _rounded_up(node: Any) -> ast.AST:
    """a // b becomes -(-a // b)."""
    return ast.UnaryOp(ast.USub(), having(node, left=ast.UnaryOp(ast.USub(), node.left)))


def _regrouped_right(node: Any) -> ast.AST | None:
    """(a - b) / c becomes a - b / c."""
    left = node.left
    if not isinstance(left, ast.BinOp):
        return None
    return ast.BinOp(left.left, left.op, ast.BinOp(left.right, node.op, node.right))


def _regrouped_left(node: Any) -> ast.AST | None:
    """a - b / c becomes (a - b) / c."""
    right = node.right
    if not isinstance(right, ast.BinOp):
        return None
    return ast.BinOp(ast.BinOp(node.left, node.op, right.left), right.op, right.right)


def _changes_nothing(operator: type[ast.operator], right: ast.expr) -> bool:
    """`x * 1` and `x + 0` are x, and what is meant then is that the operand is too much."""
    if not isinstance(right, ast.Constant):
        return False
    by_one = operator in (ast.Mult, ast.Div, ast.FloorDiv, ast.Pow)
    return (by_one and right.value == 1) or (operator in (ast.Add, ast.Sub) and right.value == 0)


def of_elements(node: ast.Tuple | ast.List, others: list[ast.expr]) -> Iterator[Make]:
    """The elements exchanged, one of them left out, or one of `others` put in."""
    count = len(node.elts)
    for i in range(count):
        for j in range(i + 1, count):
            yield lambda n, i=i, j=j: _exchanged(n, i, j)
    if count == 1:
        yield lambda n: n.elts[0]
    for i in range(count if count > 1 else 0):
        yield lambda n, i=i: having(n, elts=[*n.elts[:i], *n.elts[i + 1 :]])
    for other in others:
        for i in range(count + 1):
            yield lambda n, i=i, e=other: having(n, elts=[*n.elts[:i], e, *n.elts[i:]])


def _exchanged(node: Any, i: int, j: int) -> ast.AST:
    elements = list(node.elts)
    elements[i], elements[j] = elements[j], elements[i]
    return having(node, elts=elements)
