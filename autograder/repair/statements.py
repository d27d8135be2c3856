"""Edits of statements: one missing, one too many, moved, in or out of a loop or a `with`, adding for setting."""

# Nodes are told apart by what they have, and a default binds a loop's variable in a lambda: mypy follows neither.
# mypy: disable-error-code="misc, attr-defined, assignment"

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from autograder.repair.edit import (
    Change,
    Edit,
    blocks,
    end_line,
    having,
    is_theirs,
    labels,
    number_of,
)
from autograder.repair.expressions import BUILT_IN
from autograder.repair.kinds import text
from autograder.repair.reading import is_text, reads, scope
from autograder.repair.vocabulary import Vocabulary, in_reach

INNER = (ast.For, ast.While, ast.With, ast.If)
NO_GRAD = ast.parse("with torch.no_grad():\n    pass").body[0]


def edits(function: ast.AST, names: set[str], known: Vocabulary) -> Iterator[Edit]:
    reach = names | BUILT_IN
    local = sorted(scope(function) & reads(function))
    for owner, name, block in blocks(function):
        yield from _without(owner, name, block)
        yield from _moved(owner, name, block)
        yield from _in_and_out(owner, name, block)
        yield from _wrapped(owner, name, block, reach, known)
        yield from _inserted(owner, name, block, reach, known)
        for statement in block:
            yield from _rewritten(statement, owner, name, block)
            yield from _kept(statement, local)


def header(node: ast.AST) -> str:
    """ "loop", "with" or "if": what a block belongs to."""
    return {ast.With: "with", ast.If: "if"}.get(type(node), "loop")


def _said(statement: ast.stmt) -> dict[str, str]:
    return {"what": text(statement)}


def _without(owner: ast.AST, name: str, block: list[ast.stmt]) -> Iterator[Edit]:
    for statement in block:
        if isinstance(statement, ast.FunctionDef | ast.ClassDef) or is_text(statement):
            continue
        number = number_of(statement)
        if len(block) > 1 or name != "body":
            yield _of(statement, "statement_extra", lambda n: [])
        if isinstance(statement, ast.With | ast.If | ast.For) and not getattr(statement, "orelse", None):
            kind = {"with": "with_extra", "if": "condition_extra"}.get(header(statement), "loop_extra")
            yield Edit(kind, ((number, lambda n: n.body),), (statement.lineno,), None, 2, said=_said(statement))


def _of(statement: ast.stmt, kind: str, change: Change) -> Edit:
    lines = (statement.lineno,)
    columns = (statement.col_offset, statement.end_col_offset or 0) if end_line(statement) == lines[0] else None
    bag = labels(statement)
    said = _said(statement)
    return Edit(kind, ((number_of(statement), change),), lines, columns, bag.total(), gone=bag, said=said)


def _moved(owner: ast.AST, name: str, block: list[ast.stmt]) -> Iterator[Edit]:
    numbers = [number_of(s) for s in block]
    for i, statement in enumerate(block):
        if not is_theirs(statement) or isinstance(statement, ast.Return | ast.FunctionDef | ast.ClassDef):
            continue
        for j in range(len(block) + 1):
            if j in (i, i + 1) or (j == i + 2 and i + 1 < len(block) and not isinstance(block[i + 1], INNER)):
                continue  # that is the next statement's move upwards
            before = numbers[j] if j < len(block) else None
            lines = (statement.lineno,)
            change = _mover(name, numbers[i], before)
            columns = (statement.col_offset, statement.end_col_offset or 0)
            columns_or = columns if end_line(statement) == statement.lineno else None
            cost = 1 + abs(j - i - (j > i))
            yield Edit("moved", ((number_of(owner), change),), lines, columns_or, cost, said=_said(statement))


def _mover(name: str, moved: int, before: int | None) -> Change:
    def change(node: Any) -> ast.AST | None:
        block: list[ast.stmt] = getattr(node, name)
        found = [s for s in block if number_of(s) == moved]
        rest = [s for s in block if number_of(s) != moved]
        place = (
            next((k for k, s in enumerate(rest) if number_of(s) == before), None) if before is not None else len(rest)
        )
        if not found or place is None:
            return None
        return having(node, **{name: [*rest[:place], *found, *rest[place:]]})

    return change


def _in_and_out(owner: ast.AST, name: str, block: list[ast.stmt]) -> Iterator[Edit]:
    for i, inner in enumerate(block):
        if not isinstance(inner, INNER) or not is_theirs(inner):
            continue
        kind = header(inner)
        for count in range(1, len(inner.body)):
            yield _shift("outdent", owner, name, inner, inner.body[-count:], True, kind)
            yield _shift("outdent", owner, name, inner, inner.body[:count], False, kind)
        for last in range(i + 1, len(block)):
            if isinstance(block[last], ast.Return | ast.FunctionDef) and kind == "loop":
                break
            yield _shift("indent", owner, name, inner, block[i + 1 : last + 1], True, kind)
        for first in range(i - 1, -1, -1):
            yield _shift("indent", owner, name, inner, block[first:i], False, kind)


def _shift(kind: str, owner: ast.AST, name: str, inner: ast.stmt, moved: list[ast.stmt], after: bool, of: str) -> Edit:
    """Statements leave the block of `inner` for behind or before it, or come into it from there."""
    numbers = {number_of(s) for s in moved}

    def out(node: Any) -> ast.AST | None:
        block: list[ast.stmt] = getattr(node, name)
        at = next((k for k, s in enumerate(block) if number_of(s) == number_of(inner)), None)
        if at is None:
            return None
        body: list[ast.stmt] = block[at].body
        going = [s for s in body if number_of(s) in numbers]
        staying = [s for s in body if number_of(s) not in numbers]
        if not going or not staying:
            return None
        pair = [having(block[at], body=staying), *going] if after else [*going, having(block[at], body=staying)]
        return having(node, **{name: [*block[:at], *pair, *block[at + 1 :]]})

    def into(node: Any) -> ast.AST | None:
        block: list[ast.stmt] = getattr(node, name)
        coming = [s for s in block if number_of(s) in numbers]
        rest = [s for s in block if number_of(s) not in numbers]
        at = next((k for k, s in enumerate(rest) if number_of(s) == number_of(inner)), None)
        if at is None or not coming:
            return None
        body: list[ast.stmt] = rest[at].body
        rest[at] = having(rest[at], body=[*body, *coming] if after else [*coming, *body])
        return having(node, **{name: rest})

    change = out if kind == "outdent" else into
    lines = tuple(s.lineno for s in moved)
    first = moved[0]
    columns = (first.col_offset, first.end_col_offset or 0) if end_line(first) == first.lineno else None
    said = {"what": text(first) if len(moved) == 1 else "", "of": of, "count": str(len(moved))}
    return Edit(kind, ((number_of(owner), change),), lines, columns, 1 + len(moved), said=said)


def _wrapped(owner: ast.AST, name: str, block: list[ast.stmt], reach: set[str], known: Vocabulary) -> Iterator[Edit]:
    headers: list[tuple[str, ast.stmt]] = []
    if "torch" in reach:
        headers.append(("no_grad_missing", NO_GRAD))
    for test in known.conditions.values():
        if in_reach(test, reach):
            headers.append(("condition_missing", ast.If(test, [ast.Pass()], [])))
    for kind, top in headers:
        for first in range(len(block)):
            for last in range(first + 1, len(block) + 1):
                inside = block[first:last]
                if any(isinstance(s, ast.FunctionDef | ast.ClassDef) or is_text(s) for s in inside):
                    break
                if kind == "condition_missing" and isinstance(inside[-1], ast.Return):
                    break
                yield wrap(kind, owner, name, inside, top)


def wrap(kind: str, owner: ast.AST, name: str, inside: list[ast.stmt], top: ast.stmt) -> Edit:
    numbers = {number_of(s) for s in inside}

    def change(node: Any) -> ast.AST | None:
        block: list[ast.stmt] = getattr(node, name)
        within = [k for k, s in enumerate(block) if number_of(s) in numbers]
        if not within:
            return None
        low, high = within[0], within[-1] + 1
        new = having(top, body=block[low:high])
        return having(node, **{name: [*block[:low], new, *block[high:]]})

    lines = tuple(s.lineno for s in inside)
    first = inside[0]
    columns = (first.col_offset, first.end_col_offset or 0) if end_line(first) == first.lineno else None
    said = {"what": text(first) if len(inside) == 1 else "", "count": str(len(inside))}
    come = labels(having(top, body=[]))
    return Edit(kind, ((number_of(owner), change),), lines, columns, 2 + len(inside) // 2, come=come, said=said)


def _inserted(owner: ast.AST, name: str, block: list[ast.stmt], reach: set[str], known: Vocabulary) -> Iterator[Edit]:
    for statement in known.statements.values():
        if not in_reach(statement, reach | _written(statement)):
            continue
        for i in range(len(block) + 1):
            if i < len(block) and is_text(block[i]):
                continue
            if isinstance(statement, ast.Return | ast.Raise) and i < len(block):
                continue  # what stands behind it would never run
            yield insert(owner, name, block, i, statement)


def _written(statement: ast.stmt) -> set[str]:
    return {n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


def insert(owner: ast.AST, name: str, block: list[ast.stmt], i: int, statement: ast.stmt) -> Edit:
    """A statement before the one numbered i of the block. Its line is the line before."""
    after = number_of(block[i - 1]) if i else None

    def change(node: Any) -> ast.AST | None:
        now: list[ast.stmt] = getattr(node, name)
        at = 0 if after is None else next((k + 1 for k, s in enumerate(now) if number_of(s) == after), None)
        if at is None:
            return None
        while at < len(now) and not is_theirs(now[at]):
            at += 1  # what was put in before stays before
        return having(node, **{name: [*now[:at], statement, *now[at:]]})

    line = end_line(block[i - 1]) if i else getattr(owner, "lineno", 1)
    bag = labels(statement)
    kind = "return_missing" if isinstance(statement, ast.Return) else "statement_missing"
    of = header(owner) if isinstance(owner, INNER) else ""
    return Edit(kind, ((number_of(owner), change),), (line,), None, bag.total(), come=bag, said={"of": of})


def _rewritten(statement: ast.stmt, owner: ast.AST, name: str, block: list[ast.stmt]) -> Iterator[Edit]:
    match statement:
        case ast.Assign(targets=[ast.Name() | ast.Attribute() as target], value=ast.BinOp() as value):
            if text(target) and text(target) == text(value.left):
                yield _of_target(statement, "not_in_place", lambda n: _accumulating(n))
            yield _of_target(statement, "overwrites", lambda n: ast.AugAssign(n.targets[0], ast.Add(), n.value))
        case ast.Assign(targets=[ast.Name() | ast.Attribute()]):
            yield _of_target(statement, "overwrites", lambda n: ast.AugAssign(n.targets[0], ast.Add(), n.value))
            yield _of_target(statement, "not_in_place", _in_parts)
        case ast.Assign(targets=[ast.Tuple(elts=[_, _])]):
            yield _of_target(statement, "order", _targets_exchanged)
        case ast.AugAssign():
            yield _of_target(statement, "accumulates", lambda n: ast.Assign([n.target], n.value, lineno=0))
            if isinstance(statement.target, ast.Name | ast.Attribute):
                yield _of_target(statement, "in_place", _separate)
            for operator in (ast.Add, ast.Sub, ast.Mult, ast.Div):
                if not isinstance(statement.op, operator):
                    both = isinstance(statement.op, ast.Add | ast.Sub) and operator in (ast.Add, ast.Sub)
                    yield _of_target(statement, "sign" if both else "operator", _operator(operator))
        case ast.For(target=ast.Tuple(elts=[_, _])):
            yield _of_target(statement, "order", _loop_exchanged)
        case ast.Expr() if name == "body" and block[-1] is statement:
            value = statement.value
            if isinstance(value, ast.Call) and text(value.func) == "print" and value.args:
                yield _of_target(statement, "return_missing", lambda n: ast.Return(n.value.args[0]))
            elif not is_text(statement):
                yield _of_target(statement, "return_missing", lambda n: ast.Return(n.value))
                if isinstance(value, ast.Yield | ast.YieldFrom) and value.value:
                    yield _of_target(statement, "yield_not_return", lambda n: ast.Return(n.value.value))
        case ast.Return(value=ast.expr()):
            yield _of_target(statement, "return_not_yield", lambda n: ast.Expr(ast.Yield(n.value)))
    if isinstance(owner, ast.FunctionDef) and block[-1] is statement and not isinstance(statement, ast.Return):
        for local in sorted(_written(owner) & reads(owner) | {a.arg for a in owner.args.args}):
            yield insert(owner, name, block, len(block), ast.Return(ast.Name(local, ast.Load())))


def _kept(statement: ast.stmt, local: list[str]) -> Iterator[Edit]:
    """f(x), whose result is dropped, becomes x = f(x) for a name in reach; and x.f_() becomes x = x.f()."""
    if not isinstance(statement, ast.Expr) or not isinstance(statement.value, ast.Call):
        return
    function = statement.value.func
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name) and _is_in_place(function.attr):
        yield _of_target(statement, "in_place", _on_a_copy)
    elif not isinstance(function, ast.Name) or function.id != "print":
        for name in local:
            yield _of_target(
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


def _of_target(statement: ast.stmt, kind: str, change: Change) -> Edit:
    columns = (statement.col_offset, statement.end_col_offset or 0)
    one = end_line(statement) == statement.lineno
    new = change(statement)
    old_bag, new_bag = labels(statement), labels(new)
    gone, come = old_bag - new_bag, new_bag - old_bag
    cost = max(1, gone.total(), come.total())
    said = _said(statement)
    return Edit(
        kind,
        ((number_of(statement), change),),
        (statement.lineno,),
        columns if one else None,
        cost,
        gone,
        come,
        said=said,
    )


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
