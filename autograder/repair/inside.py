"""Edits of what stands in a block: into a loop, a `with` or an `if`, out of it, or one round lines that have none."""

# Nodes are told apart by what they have, and a default binds a loop's variable in a lambda: mypy follows neither.
# mypy: disable-error-code="misc, attr-defined, assignment"

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from autograder.repair.edit import Edit, having, is_theirs, labels, number_of, place_of
from autograder.repair.kinds import text
from autograder.repair.reading import is_text
from autograder.repair.vocabulary import Vocabulary, in_reach

INNER = (ast.For, ast.While, ast.With, ast.If)
NO_GRAD = ast.parse("with torch.no_grad():\n    pass").body[0]


def header(node: ast.AST) -> str:
    """ "loop", "with" or "if": what a block belongs to."""
    return {ast.With: "with", ast.If: "if"}.get(type(node), "loop")


def edits(owner: ast.AST, name: str, block: list[ast.stmt], reach: set[str], known: Vocabulary) -> Iterator[Edit]:
    yield from _in_and_out(owner, name, block)
    yield from _wrapped(owner, name, block, reach, known)


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
            if isinstance(inner.body[-1], ast.For | ast.While):
                yield _shift("indent", owner, name, inner, block[i + 1 : last + 1], True, kind, deep=True)
        for first in range(i - 1, -1, -1):
            yield _shift("indent", owner, name, inner, block[first:i], False, kind)


def _shift(
    kind: str,
    owner: ast.AST,
    name: str,
    inner: ast.stmt,
    moved: list[ast.stmt],
    after: bool,
    of: str,
    deep: bool = False,
) -> Edit:
    """Statements leave the block of `inner` for behind or before it, or come into it, or into its last loop."""
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
        if deep:
            coming = [having(body[-1], body=[*body[-1].body, *coming])]
            body = body[:-1]
        rest[at] = having(rest[at], body=[*body, *coming] if after else [*coming, *body])
        return having(node, **{name: rest})

    change = out if kind == "outdent" else into
    said = {"what": text(moved[0]) if len(moved) == 1 else "", "of": of}
    return Edit(kind, ((number_of(owner), change),), *place_of(moved), 1 + len(moved), said=said)


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

    said = {"what": text(inside[0]) if len(inside) == 1 else ""}
    come = labels(having(top, body=[]))
    cost = 2 + len(inside) // 2
    return Edit(kind, ((number_of(owner), change),), *place_of(inside), cost, come=come, said=said)
