"""Edits of one statement: adding for setting, in place or not, a result that is dropped, a `return` for a `yield`."""

# Nodes are told apart by what they have, and a default binds a loop's variable in a lambda: mypy follows neither.
# mypy: disable-error-code="misc, attr-defined, assignment"

from __future__ import annotations

import ast
import dataclasses
import itertools
from collections import Counter
from collections.abc import Iterator
from typing import Any

from autograder.repair.edit import Change, Edit, having, labels, number_of, place_of, renamed, same
from autograder.repair.kinds import called, text
from autograder.repair.reading import is_text
from autograder.trees import walk

SIMPLE = (ast.Assign, ast.AugAssign, ast.Expr, ast.Return)
#: Of so many names in a statement, two may have been taken for each other.
MOST_EXCHANGED = 5


#: Calls that are made for what they do.
EFFECTS = {
    "train", "eval", "step", "zero_grad", "backward", "append", "extend", "insert", "add", "update", "shuffle", "pop",
    "__init__", "__setattr__", "add_module", "register_module", "manual_seed", "requires_grad_", "print", "setattr",
    "imshow", "set_title", "title", "close", "show", "sort", "reverse",
}  # fmt: skip


def edits(statement: ast.stmt, last: bool, local: list[str]) -> Iterator[Edit]:
    """`last` in its function, perhaps: what it works out may be what is to be given back."""
    yield from _rewritten(statement, last)
    yield from _kept(statement, local)
    if isinstance(statement, SIMPLE):
        yield from _everywhere(statement)


def _rewritten(statement: ast.stmt, last: bool) -> Iterator[Edit]:
    match statement:
        case ast.Assign(targets=[ast.Name() | ast.Attribute() as target], value=ast.BinOp() as value):
            if text(target) and text(target) == text(value.left):
                yield _edit(statement, "not_in_place", lambda n: _accumulating(n))
            yield from _building(statement)
        case ast.Assign(targets=[ast.Name() | ast.Attribute()]):
            yield from _building(statement)
            yield _edit(statement, "not_in_place", _in_parts)
        case ast.Assign(targets=[ast.Tuple(elts=[_, _])]) if not keeps_names(statement):
            yield _edit(statement, "order", _targets_exchanged)
        case ast.AugAssign():
            yield _edit(statement, "accumulates", lambda n: ast.Assign([n.target], n.value, lineno=0))
            if isinstance(statement.target, ast.Name | ast.Attribute):
                yield _edit(statement, "in_place", _separate)
            for operator in (ast.Add, ast.Sub, ast.Mult, ast.Div):
                if not isinstance(statement.op, operator):
                    both = isinstance(statement.op, ast.Add | ast.Sub) and operator in (ast.Add, ast.Sub)
                    yield _edit(statement, "sign" if both else "operator", _operator(operator))
        case ast.For(target=ast.Tuple(elts=[first, _])) if not _counts(first):
            yield _edit(statement, "order", _loop_exchanged)
        case ast.Expr() if last:
            value = statement.value
            if isinstance(value, ast.Call) and text(value.func) == "print" and value.args:
                yield _edit(statement, "return_missing", lambda n: ast.Return(n.value.args[0]))
            elif not is_text(statement):
                yield _edit(statement, "return_missing", lambda n: ast.Return(n.value))
                if isinstance(value, ast.Yield | ast.YieldFrom) and value.value:
                    yield _edit(statement, "yield_not_return", lambda n: ast.Return(n.value.value))
        case ast.Return(value=ast.expr()):
            yield _edit(statement, "return_not_yield", lambda n: ast.Expr(ast.Yield(n.value)))


def keeps_names(statement: ast.Assign) -> bool:
    """Whether it is like `self.x, self.y = x, y`: each thing goes under its own name, none into another one's place."""
    target, value = statement.targets[0], statement.value
    if not isinstance(target, ast.Tuple) or not isinstance(value, ast.Tuple):
        return False
    names = [v.id if isinstance(v, ast.Name) else "" for v in value.elts]
    return [text(t).split(".")[-1] for t in target.elts] == names


def _counts(name: ast.expr) -> bool:
    """Whether it is named like what enumerate() gives first."""
    return isinstance(name, ast.Name) and name.id in ("i", "j", "k", "n", "idx", "index", "row", "pos", "epoch", "step")


def kind_of_building(old: ast.Assign, new: ast.AugAssign) -> str:
    """The kind of x = y -> x -= z: an x = x - z builds on what was there, and is at most no change of it."""
    if not _reads_itself(old):
        return "overwrites"
    return "not_in_place" if same(_accumulating(old), new) else "statement"


def _reads_itself(statement: ast.Assign) -> bool:
    """Whether its value is made of the very thing that it is given to, and not of something that belongs to that."""
    owners = {id(node.value) for node in walk(statement.value) if isinstance(node, ast.Attribute)}
    return any(same(n, statement.targets[0]) and id(n) not in owners for n in walk(statement.value))


def _building(statement: ast.Assign) -> Iterator[Edit]:
    """x = y becomes x += y, or x -= y."""
    if _reads_itself(statement):
        return
    for operator in (ast.Add(), ast.Sub()):
        yield _edit(statement, "overwrites", lambda n, o=operator: ast.AugAssign(n.targets[0], o, n.value))


def _everywhere(statement: ast.stmt) -> Iterator[Edit]:
    """Two names take each other's places in the statement, or one that stands there twice has the other sign."""
    read = [n.id for n in walk(statement) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)]
    count = Counter(name for name in read if name != "self")
    for name in (name for name, times in count.items() if times > 1):
        yield _edit(statement, "sign", _renamer({name: ast.UnaryOp(ast.USub(), ast.Name(name, ast.Load()))}))
    for a, b in itertools.combinations(list(count)[:MOST_EXCHANGED], 2):
        exchanged: dict[str, ast.expr] = {a: ast.Name(b, ast.Load()), b: ast.Name(a, ast.Load())}
        edit = _edit(statement, "names_exchanged", _renamer(exchanged))
        yield dataclasses.replace(edit, cost=2, said={"what": a, "other": b})


def _renamer(names: dict[str, ast.expr]) -> Change:
    return lambda statement: renamed(statement, names)


def _kept(statement: ast.stmt, local: list[str]) -> Iterator[Edit]:
    """f(x), whose result is dropped, becomes x = f(x) for a name in reach; and x.f_() becomes x = x.f()."""
    if not isinstance(statement, ast.Expr) or not isinstance(statement.value, ast.Call):
        return
    function = statement.value.func
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name) and _is_in_place(function.attr):
        yield _edit(statement, "in_place", _on_a_copy)
    elif called(statement.value) not in EFFECTS:
        for name in local:
            yield _edit(
                statement,
                "result_dropped",
                lambda n, name=name: ast.Assign([ast.Name(name, ast.Store())], n.value, lineno=0),
            )


def _is_in_place(method: str) -> bool:
    return method.endswith("_") and not method.endswith("__")


def _on_a_copy(node: Any) -> ast.AST:
    """x.f_() becomes x = x.f()."""
    call = node.value
    changed = having(call, func=having(call.func, attr=call.func.attr[:-1]))
    return ast.Assign([ast.Name(call.func.value.id, ast.Store())], changed, lineno=0)


def _edit(statement: ast.stmt, kind: str, change: Change) -> Edit:
    old, new = labels(statement), labels(change(statement))
    gone, come = old - new, new - old
    cost = max(1, gone.total(), come.total())
    parts = ((number_of(statement), change),)
    return Edit(kind, parts, *place_of([statement]), cost, gone, come, said={"what": text(statement)})


def _accumulating(node: Any) -> ast.AST | None:
    """x = x - y becomes x -= y."""
    value = node.value
    return ast.AugAssign(node.targets[0], value.op, value.right) if isinstance(value, ast.BinOp) else None


def _separate(node: Any) -> ast.AST:
    """x -= y becomes x = x - y."""
    target = node.target
    return ast.Assign([target], ast.BinOp(having(target, ctx=ast.Load()), node.op, node.value), lineno=0)


def _in_parts(node: Any) -> ast.AST:
    """x = y becomes x[:] = y."""
    target = having(node.targets[0], ctx=ast.Load())
    part = ast.Subscript(target, ast.Slice(), ast.Store())
    return having(node, targets=[part])


def _operator(operator: type[ast.operator]) -> Change:
    return lambda node: having(node, op=operator())


def _targets_exchanged(node: Any) -> ast.AST:
    first = node.targets[0]
    return having(node, targets=[having(first, elts=first.elts[::-1])])


def _loop_exchanged(node: Any) -> ast.AST:
    target = node.target
    return having(node, target=having(target, elts=target.elts[::-1]))
