"""Edits of a class: what one method sets once has to be set by another one, each time."""

from __future__ import annotations

import ast
import difflib
from collections import Counter
from collections.abc import Iterator
from typing import Any

from autograder.repair.edit import Change, Edit, having, is_theirs, number_of, place_of, renamed
from autograder.repair.kinds import text
from autograder.repair.reading import reads
from autograder.trees import walk

#: How alike the name of a method must be to one that is asked for.
ALIKE = 0.75


def edits(owner: ast.ClassDef, asked: set[str]) -> Iterator[Edit]:
    """A method gets the name that is asked for, which is nearly its own; and a statement of `__init__` that sets an
    attribute moves to the beginning of a method that reads it."""
    methods = [s for s in owner.body if isinstance(s, ast.FunctionDef) and is_theirs(s)]
    yield from _renamed(methods, asked)
    for first in (method for method in methods if method.name == "__init__" and len(method.body) > 1):
        kept = _kept(first)
        parameters = {argument.arg for argument in first.args.args[1:]}
        for statement in first.body:
            name = _attribute(statement)
            if not name:
                continue
            missing = sorted(reads(statement) & parameters - set(kept))
            keeping = [ast.parse(f"self.{parameter} = {parameter}").body[0] for parameter in missing]
            attributes = kept | {p: ast.parse(f"self.{p}", mode="eval").body for p in missing}
            for method in methods:
                if method is not first and any(isinstance(n, ast.Attribute) and n.attr == name for n in walk(method)):
                    moved = renamed(statement, {p: e for p, e in attributes.items() if p in parameters})
                    change = _mover(number_of(statement), number_of(method), moved, keeping)
                    yield Edit(
                        "moved",
                        ((number_of(owner), change),),
                        *place_of([statement]),
                        2,
                        said={"what": text(statement)},
                    )


def _renamed(methods: list[ast.FunctionDef], asked: set[str]) -> Iterator[Edit]:
    named = {method.name for method in methods}
    for method in methods:
        for name in sorted(asked - named) if method.name not in asked else ():
            same = method.name.strip("_").lower() == name.strip("_").lower()
            if same or difflib.SequenceMatcher(None, method.name, name).ratio() > ALIKE:
                gone, come = Counter([f"def {method.name}"]), Counter([f"def {name}"])
                parts: tuple[tuple[int, Change], ...] = ((number_of(method), _calling_it(name)),)
                said = {"what": method.name}
                yield Edit("method_name", parts, (method.lineno,), gone=gone, come=come, said=said)


def _calling_it(name: str) -> Change:
    return lambda method: having(method, name=name)


def asked_for(rights: list[ast.stmt]) -> set[str]:
    """The names of methods that some right has."""
    inner = (node for right in rights if isinstance(right, ast.ClassDef) for node in right.body)
    return {node.name for node in inner if isinstance(node, ast.FunctionDef)}


def _attribute(statement: ast.stmt) -> str:
    """The one attribute of self that the statement sets."""
    match statement:
        case ast.Assign(targets=[ast.Attribute(value=ast.Name(id="self"), attr=name)]):
            return name
    return ""


def _kept(method: ast.FunctionDef) -> dict[str, ast.expr]:
    """Parameters that are kept as attributes -> the attribute."""
    found: dict[str, ast.expr] = {}
    for statement in method.body:
        match statement:
            case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=values)):
                pairs = list(zip(targets, values, strict=False))
            case ast.Assign(targets=[target], value=value):
                pairs = [(target, value)]
            case _:
                continue
        for target, value in pairs:
            if isinstance(target, ast.Attribute) and isinstance(value, ast.Name):
                found[value.id] = ast.Attribute(target.value, target.attr, ast.Load())
    return found


def _mover(statement: int, method: int, moved: ast.stmt, keeping: list[ast.stmt]) -> Change:
    def change(owner: Any) -> Any:
        methods: list[Any] = []
        for node in owner.body:
            if number_of(node) == method:
                node = having(node, body=[moved, *node.body])
            elif any(number_of(s) == statement for s in getattr(node, "body", ())):
                rest = [*keeping, *(s for s in node.body if number_of(s) != statement)]
                if not rest:
                    return None
                node = having(node, body=rest)
            methods.append(node)
        return having(owner, body=methods)

    return change
