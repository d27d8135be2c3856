"""Edits of a call: an argument too many, too few, another one or in another place, and two calls exchanged."""

# Nodes are told apart by what they have, and a default binds a loop's variable in a lambda: mypy follows neither.
# mypy: disable-error-code="misc, attr-defined, assignment"

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import Any

from autograder.repair.edit import having
from autograder.repair.kinds import AFTER_TENSORS, ALONG, called, is_of_torch, operand
from autograder.repair.vocabulary import Vocabulary, in_reach

#: Makes of an expression another one.
Make = Callable[[Any], Any]


def ways(node: ast.Call, names: set[str], known: Vocabulary) -> Iterator[Make]:
    if isinstance(node.func, ast.Attribute):
        yield lambda n: n.func.value
        if node.func.attr == "sum" and not node.args:
            yield _share
    for i in range(len(node.args)):
        yield lambda n, i=i: n.args[i] if i < len(n.args) else None
        yield lambda n, i=i: having(n, args=[*n.args[:i], *n.args[i + 1 :]])
        if i:
            yield lambda n, i=i: _swapped(n, i)
    for keyword in node.keywords:
        yield lambda n, k=keyword.arg: having(n, keywords=[q for q in n.keywords if q.arg != k])
    yield from _more_arguments(node, names, known)
    if isinstance(operand(node), ast.Call):
        yield _calls_exchanged


def _more_arguments(node: ast.Call, names: set[str], known: Vocabulary) -> Iterator[Make]:
    name = called(node)
    given = {keyword.arg for keyword in node.keywords}
    if name in ALONG and "keepdim" not in given:
        keep = ast.keyword("keepdim", ast.Constant(True))
        yield lambda n: having(n, keywords=[*n.keywords, keep])
    first = 1 if name in AFTER_TENSORS or is_of_torch(node.func) else 0
    if name in ALONG and len(node.args) == first and not given & {"dim", "axis"}:
        for dim in (-1, 0, 1):
            put = ast.parse(str(dim), mode="eval").body
            yield lambda n, put=put: having(n, args=[*n.args, put])
    for call in known.by_name.get(name, ()):
        for keyword in call.keywords:
            if keyword.arg and in_reach(keyword.value, names):
                yield lambda n, k=keyword: _with_keyword(n, k)
        for i, argument in enumerate(call.args):
            if in_reach(argument, names):
                if i < len(node.args):
                    yield lambda n, i=i, a=argument: _with_argument(n, i, a)
                elif i == len(node.args):
                    yield lambda n, a=argument: having(n, args=[*n.args, a])
        if in_reach(ast.Tuple([*call.args, *(k.value for k in call.keywords)], ast.Load()), names):
            yield lambda n, c=call: having(n, args=[*c.args], keywords=[*c.keywords])


def _share(node: Any) -> Any:
    """(a == b).sum() becomes (a == b).float().mean()."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return None
    numbers = ast.Call(ast.Attribute(node.func.value, "float", ast.Load()), [], [])
    return ast.Call(ast.Attribute(numbers, "mean", ast.Load()), [], [])


def _swapped(call: Any, i: int) -> ast.AST | None:
    args = list(call.args)
    if i >= len(args):
        return None
    args[i - 1], args[i] = args[i], args[i - 1]
    return having(call, args=args)


def _with_keyword(call: Any, keyword: ast.keyword) -> ast.AST:
    kept = [k for k in call.keywords if k.arg != keyword.arg]
    return having(call, keywords=[*kept, keyword])


def _with_argument(call: Any, i: int, argument: ast.expr) -> ast.AST | None:
    args = list(call.args)
    if i >= len(args):
        return None
    args[i] = argument
    return having(call, args=args)


def _calls_exchanged(node: Any) -> ast.AST | None:
    """a.f().g() becomes a.g().f(), and f(g(a)) becomes g(f(a))."""
    inner = operand(node)
    innermost = operand(inner) if inner is not None else None
    if not isinstance(inner, ast.Call) or innermost is None:
        return None
    return _with_operand(inner, _with_operand(node, innermost))


def _with_operand(call: ast.Call, new: ast.expr) -> ast.Call:
    if operand(call) in call.args[:1]:
        return ast.Call(call.func, [new, *call.args[1:]], call.keywords)
    assert isinstance(call.func, ast.Attribute)
    return ast.Call(ast.Attribute(new, call.func.attr, ast.Load()), call.args, call.keywords)
