"""Nothing of the learner's may die by an edit: what they wrote still matters afterwards, or is what was taken out.

A repair that computes the answer anew beside the learner's lines, or returns before they run, passes every probe and
says nothing about them.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Set

from autograder.repair.edit import inside, is_theirs, labels, number_of

Dead = int | tuple[int, str]
LEAVES = (ast.Return, ast.Raise, ast.Break, ast.Continue)


def dead(tree: ast.AST) -> set[Dead]:
    """The learner's statements that have no effect, never reached or giving a name nobody reads: their numbers.

    Of one that gives several names those that nobody reads are (number, name).
    """
    found: set[Dead] = set()
    for function in inside(tree):
        if isinstance(function, ast.FunctionDef | ast.ClassDef):
            for block in _blocks(function):
                found |= _unreached(block)
        if isinstance(function, ast.ClassDef):
            found |= _defined_anew(function)
        if isinstance(function, ast.FunctionDef):
            found |= _unread(function)
    return found | _uncalled(tree)


def _uncalled(tree: ast.AST) -> set[int]:
    """Functions that stand in a function, or in the file beside the answer, and that nothing names."""
    read = {n.id for n in inside(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    owners = [n for n in inside(tree) if isinstance(n, ast.FunctionDef | ast.Module)]
    inner = [s for owner in owners for s in owner.body if isinstance(s, ast.FunctionDef) and is_theirs(s)]
    return {number_of(s) for s in inner if s.name not in read}


def kills(before: set[Dead], after: ast.Module, removed: Set[int] = frozenset()) -> bool:
    died = dead(after) - before
    return (
        _returns_at_once(after)
        or _builds_anew(after)
        or any((d[0] if isinstance(d, tuple) else d) not in removed for d in died)
    )


def never(tree: ast.Module) -> bool:
    """Whether there are conditions that were put round the learner's statements; they are never met from now on."""
    found = [n for n in inside(tree) if isinstance(n, ast.If) and not is_theirs(n)]
    found = [condition for condition in found if any(map(is_theirs, condition.body))]
    for condition in found:
        condition.test = ast.copy_location(ast.Constant(False), condition.test)
    return bool(found)


def _returns_at_once(tree: ast.AST) -> bool:
    """Whether a `return` was put into a loop, which then ends in its first round, or sooner than their own `return`."""
    for function in inside(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        loops = [n for n in inside(function) if isinstance(n, ast.For | ast.While)]
        returns = any(isinstance(n, ast.Return) and is_theirs(n) for n in inside(function))
        put_in = [s for loop in loops for s in (inside(loop) if returns else loop.body) if not is_theirs(s)]
        if any(isinstance(s, ast.Return) for s in put_in):
            return True
    return False


def _blocks(node: ast.AST) -> list[list[ast.stmt]]:
    found = []
    for inner in inside(node):
        for name in ("body", "orelse", "finalbody"):
            block = getattr(inner, name, None)
            if isinstance(block, list) and block and isinstance(block[0], ast.stmt):
                found.append(block)
    return found


def _leaves(statement: ast.stmt) -> bool:
    """Whether what stands behind it in its block never runs: also behind a `with` whose block ends in a `return`."""
    if isinstance(statement, ast.With):
        return any(map(_leaves, statement.body))
    return isinstance(statement, LEAVES)


def _unreached(block: list[ast.stmt]) -> set[int]:
    for i, statement in enumerate(block):
        if _leaves(statement):
            return {number_of(inner) for later in block[i + 1 :] for inner in inside(later) if is_theirs(inner)}
    return set()


def _defined_anew(owner: ast.ClassDef) -> set[int]:
    """Methods that another one of the same name replaces, a `forward` that a `__call__` leaves out, and a `__next__`
    where `__iter__` is a generator."""
    every = [s for s in owner.body if isinstance(s, ast.FunctionDef)]
    last = {method.name: method for method in every}
    found = {number_of(method) for method in every if last[method.name] is not method}
    if "__call__" in last and "forward" in last and ".forward" not in labels(last["__call__"]):
        found.add(number_of(last["forward"]))
    if "__next__" in last and "__iter__" in last and "Yield" in labels(last["__iter__"]):
        found.add(number_of(last["__next__"]))
    return found


def _unread(function: ast.FunctionDef) -> set[Dead]:
    """Assignments to plain names that are not read before they are given another value, and such names of several.

    To print a name is no use of it.
    """
    read = Counter(n.id for n in inside(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load))
    read -= Counter(n.id for s in inside(function) if prints(s) for n in inside(s) if isinstance(n, ast.Name))
    built = _built_up(function)
    for n in inside(function):
        if isinstance(n, ast.AugAssign) and isinstance(n.target, ast.Name) and n.target.id not in built:
            read[n.target.id] += 1
        elif isinstance(n, ast.Expr) and (name := added_to(n)) in built:
            read[name] -= 1
    found: set[Dead] = {*_given_last(function)}
    for block in _blocks(function):
        for i, statement in enumerate(block):
            names = given(statement)
            if len(names) > 1 and is_theirs(statement):
                found |= {(number_of(statement), name) for name in names if not read[name]}
            if names and is_theirs(statement) and all(not read[name] or _given_anew(name, block, i) for name in names):
                found.add(number_of(statement))
    return found


def _built_up(function: ast.FunctionDef) -> set[str]:
    """Names that begin as a number or an empty list: to add to them is not yet to use them."""
    first: dict[str, bool] = {}
    for n in inside(function):
        for name in given(n) if isinstance(n, ast.stmt) else ():
            value = _value_of(name, n) if isinstance(n, ast.Assign) else None
            first[name] = first.get(name, True) and _is_empty(value)
    return {name for name, empty in first.items() if empty}


def _is_empty(value: ast.expr | None) -> bool:
    if isinstance(value, ast.Call) and not value.args:
        return ast.unparse(value.func) in ("list", "dict", "set")
    return isinstance(value, ast.Constant | ast.List | ast.Dict | ast.Set)


def _builds_anew(tree: ast.AST) -> bool:
    """Whether what was put in gives a name that they build up a value of its own."""
    for function in inside(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        theirs = [n for n in inside(function) if isinstance(n, ast.Expr) and is_theirs(n)]
        built = {name for n in theirs if (name := added_to(n))}
        for n in inside(function):
            if isinstance(n, ast.Assign) and not is_theirs(n):
                read = {m.id for m in inside(n.value) if isinstance(m, ast.Name)}
                if any(name in built - read and not _is_empty(_value_of(name, n)) for name in given(n)):
                    return True
    return False


def _value_of(name: str, given: ast.Assign) -> ast.expr:
    """What the name is given, also as one of several: `a, b = 0, []`."""
    match given:
        case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)) if len(names) == len(values):
            return next((v for n, v in zip(names, values, strict=True) if ast.unparse(n) == name), given.value)
    return given.value


def added_to(statement: ast.Expr) -> str:
    """The name in `name.append(...)` as a statement."""
    match statement.value:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="append" | "extend" | "insert" | "add")):
            return name
    return ""


def _given_last(function: ast.FunctionDef) -> set[int]:
    """Assignments of the function's own block, outside of loops, whose names no later statement reads."""
    found: set[int] = set()
    later: set[str] = set()
    for statement in reversed(function.body):
        if is_theirs(statement) and (names := given(statement)) and not names & later:
            found.add(number_of(statement))
        if not prints(statement):
            later |= {n.id for n in inside(statement) if isinstance(n, ast.Name) and _is_used(n, statement)}
    return found


def prints(node: ast.AST) -> bool:
    match node:
        case ast.Expr(value=ast.Call(func=ast.Name(id="print"))):
            return True
    return False


def _is_used(name: ast.Name, within: ast.stmt) -> bool:
    return isinstance(name.ctx, ast.Load) or isinstance(within, ast.AugAssign) or not isinstance(within, ast.Assign)


def given(statement: ast.stmt) -> set[str]:
    if isinstance(statement, ast.Assign) and all(_is_plain(target) for target in statement.targets):
        return {n.id for target in statement.targets for n in inside(target) if isinstance(n, ast.Name)}
    return set()


def _is_plain(target: ast.expr) -> bool:
    return isinstance(target, ast.Name) or (
        isinstance(target, ast.Tuple | ast.List) and all(_is_plain(element) for element in target.elts)
    )


def _given_anew(name: str, block: list[ast.stmt], i: int) -> bool:
    """Whether a later statement of the block gives the name a value before any statement reads it."""
    for later in block[i + 1 :]:
        reads = any(isinstance(n, ast.Name) and n.id == name and isinstance(n.ctx, ast.Load) for n in inside(later))
        if reads or isinstance(later, ast.AugAssign):
            return False
        if name in given(later):
            return True
    return False
