"""Edits of statements: one missing, one too many, moved; with those of blocks and of assignments."""

# Nodes are told apart by what they have, and a default binds a loop's variable in a lambda: mypy follows neither.
# mypy: disable-error-code="misc, attr-defined, assignment"

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from autograder.repair import assignments, inside
from autograder.repair.edit import Change, Edit, blocks, end_line, having, is_theirs, labels, number_of, place_of
from autograder.repair.expressions import BUILT_IN
from autograder.repair.inside import INNER, header
from autograder.repair.kinds import text
from autograder.repair.reading import is_text, reads, scope
from autograder.repair.vocabulary import Vocabulary, in_reach
from autograder.trees import walk


def edits(function: ast.AST, names: set[str], known: Vocabulary) -> Iterator[Edit]:
    reach = names | BUILT_IN
    local = sorted(scope(function) & reads(function))
    for owner, name, block in blocks(function):
        yield from _without(owner, name, block)
        yield from _moved(owner, name, block)
        yield from inside.edits(owner, name, block, reach, known)
        yield from _inserted(owner, name, block, reach, known)
        yield from _given_back(owner, name, block)
        for statement in block:
            last = name == "body" and block[-1] is statement
            yield from assignments.edits(statement, last, local)


def _without(owner: ast.AST, name: str, block: list[ast.stmt]) -> Iterator[Edit]:
    for statement in block:
        if isinstance(statement, ast.FunctionDef | ast.ClassDef) or is_text(statement):
            continue
        if len(block) > 1 or name != "body":
            yield taken_out(statement)
        if isinstance(statement, ast.With | ast.If | ast.For) and not getattr(statement, "orelse", None):
            kind = {"with": "with_extra", "if": "condition_extra"}.get(header(statement), "loop_extra")
            parts: tuple[tuple[int, Change], ...] = ((number_of(statement), lambda n: n.body),)
            yield Edit(
                kind,
                parts,
                (statement.lineno,),
                None,
                1 if kind == "condition_extra" else 2,
                said={"what": text(statement)},
            )


def taken_out(statement: ast.stmt) -> Edit:
    bag, said = labels(statement), {"what": text(statement)}
    parts: tuple[tuple[int, Change], ...] = ((number_of(statement), lambda n: []),)
    return Edit("statement_extra", parts, *place_of([statement]), bag.total(), gone=bag, said=said)


def _moved(owner: ast.AST, name: str, block: list[ast.stmt]) -> Iterator[Edit]:
    numbers = [number_of(s) for s in block]
    for i, statement in enumerate(block):
        if not is_theirs(statement) or isinstance(statement, ast.Return | ast.FunctionDef | ast.ClassDef):
            continue
        for j in range(len(block) + 1):
            if j in (i, i + 1) or (j == i + 2 and i + 1 < len(block) and not isinstance(block[i + 1], INNER)):
                continue  # that is the next statement's move upwards
            before = numbers[j] if j < len(block) else None
            change = _mover(name, numbers[i], before)
            cost = 1 + abs(j - i - (j > i))
            said = {"what": text(statement), "when": "too early" if j > i else "too late"}
            if ".zero_grad" in labels(statement):
                del said["when"]  # before backward() is as right as after step()
            if cost == 2 and all(isinstance(s, ast.Expr) for s in (statement, block[j - 1 if j > i else j])):
                said["past"] = "call"
            yield Edit("moved", ((number_of(owner), change),), *place_of([statement]), cost, said=said)


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


def _inserted(owner: ast.AST, name: str, block: list[ast.stmt], reach: set[str], known: Vocabulary) -> Iterator[Edit]:
    for statement in known.statements.values():
        if not in_reach(statement, reach | _written(statement)):
            continue
        for i in range(len(block) + 1):
            if i < len(block) and is_text(block[i]):
                continue
            if isinstance(statement, ast.Return | ast.Raise) and i < len(block):
                continue  # what stands behind it would never run
            yield insert(owner, name, block[i - 1] if i else None, statement)


def _written(statement: ast.stmt) -> set[str]:
    return {n.id for n in walk(statement) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


def insert(owner: ast.AST, name: str, after: ast.stmt | None, new: ast.stmt) -> Edit:
    """A statement behind this one of the block, or at its beginning. Its line is the line before."""
    anchor = number_of(after) if after is not None else None

    def change(node: Any) -> ast.AST | None:
        now: list[ast.stmt] = getattr(node, name)
        at = 0 if anchor is None else next((k + 1 for k, s in enumerate(now) if number_of(s) == anchor), None)
        if at is None:
            return None
        while at < len(now) and not is_theirs(now[at]):
            at += 1  # what was put in before stays before
        return having(node, **{name: [*now[:at], new, *now[at:]]})

    line = end_line(after) if after is not None else getattr(owner, "lineno", 1)
    bag = labels(new)
    said = {"of": header(owner) if isinstance(owner, INNER) else ""}
    kind = "return_missing" if isinstance(new, ast.Return) else "statement_missing"
    if isinstance(new, ast.FunctionDef):
        kind, line = "method_missing", getattr(owner, "lineno", 1)
    return Edit(kind, ((number_of(owner), change),), (line,), None, bag.total(), come=bag, said=said)


def _given_back(owner: ast.AST, name: str, block: list[ast.stmt]) -> Iterator[Edit]:
    """A function whose last statement is no `return` gives back one of its names."""
    if isinstance(owner, ast.FunctionDef) and name == "body" and not isinstance(block[-1], ast.Return):
        for local in sorted(_written(owner) & reads(owner) | {a.arg for a in owner.args.args}):
            yield insert(owner, name, block[-1], ast.Return(ast.Name(local, ast.Load())))
