"""The kinds of edits that slips are made of; autograder/authoring/slips.py says what each is for.

Each is data, so that an edit can be applied to any tree, composed with others, and turned round.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Any

from autograder.authoring import patterns
from autograder.authoring.patterns import (
    Block,
    Place,
    definition,
    exchange,
    expression,
    expressions,
    places,
    statements,
)
from autograder.declaring import near_to
from autograder.trees import copied, walk


class Mismatch(Exception):
    """An edit does not fit the code: what it looks for is not there, or stands more than once."""


class Missing(Mismatch):
    """What it looks for is not there."""

    def __init__(self, code: str):
        super().__init__(f"{code!r} stands nowhere in the code that is to be edited")
        self.code = code.strip()


class Several(Mismatch):
    """What it looks for stands at more places than one."""

    def __init__(self, code: str, times: int):
        super().__init__(f"{code!r} stands {times} times in the code that is to be edited; say more of it")
        self.code = code.strip()


class Edit:
    """One edit; the kinds of it say how."""

    def apply(self, tree: ast.AST) -> Any:
        """The edited tree. The one that is given stays as it is."""
        made = copied(tree)
        whole = made if isinstance(made, ast.Module) else ast.Module([made], [])  # type: ignore[list-item]
        self.edit(whole, whole.body if whole is made else getattr(made, "body", whole.body))
        return made if whole is made else whole.body[0]

    def edit(self, whole: ast.Module, body: Block) -> None:
        """Change the tree itself; `body` is that of the function, class or module that was given."""
        raise NotImplementedError

    def inverse(self) -> Edit | None:
        """The edit that takes this one back; None where it lost something."""
        return None


@dataclass(frozen=True)
class Change(Edit):
    old: str
    new: str
    #: At all places, instead of the only one.
    every: bool = False

    def edit(self, whole: ast.Module, body: Block) -> None:
        if expression(self.old) is not None and self.new and expression(self.new) is not None:
            self._expressions(whole)
            return
        found = _some(places(whole, self.old), self.old, self.every)
        for place in reversed(found):  # later ones first, so that the numbers of earlier ones still hold
            place.replace(self._statements(place))

    def _expressions(self, whole: ast.Module) -> None:
        found = _some(expressions(whole, self.old), self.old, self.every)
        new = expression(self.new)
        exchange(whole, {id(node): copied(patterns.filled(new, b)) for node, b in found})  # type: ignore[misc, arg-type]

    def _statements(self, place: Place) -> Block:
        new = [patterns.filled(statement, place.bindings) for statement in statements(self.new)]
        if patterns.is_header(self.old):
            old = place.block[place.first]
            if not self.new:
                return old.body  # type: ignore[attr-defined]
            if patterns.is_header(self.new):
                new[0].body = old.body  # type: ignore[attr-defined]
                for name in ("orelse", "decorator_list"):
                    if hasattr(new[0], name) and hasattr(old, name):
                        setattr(new[0], name, getattr(old, name))
        return new  # type: ignore[return-value]

    def inverse(self) -> Edit | None:
        lost = _letters(self.old) - _letters(self.new)
        return None if lost or not self.new else Change(self.new, self.old, self.every)


@dataclass(frozen=True)
class Swap(Edit):
    one: str
    other: str

    def edit(self, whole: ast.Module, body: Block) -> None:
        if places(whole, self.one) and places(whole, self.other):
            (a,), (b,) = _some(places(whole, self.one), self.one), _some(places(whole, self.other), self.other)
            a.block[a.first], b.block[b.first] = b.block[b.first], a.block[a.first]
            return
        (a, _), (b, _) = (_some(expressions(whole, text), text)[0] for text in (self.one, self.other))
        exchange(whole, {id(a): b, id(b): a})

    def inverse(self) -> Edit:
        return self


@dataclass(frozen=True)
class Outdent(Edit):
    code: str

    def edit(self, whole: ast.Module, body: Block) -> None:
        (place,) = _some(places(whole, self.code), self.code)
        around = None if place.block is body else patterns.around(whole, place.block)
        if around is None:
            raise Mismatch(f"nothing stands around {self.code!r}")
        moved = place.block[place.first : place.last]
        around.block[around.last : around.last] = moved
        place.replace([])

    def inverse(self) -> Edit:
        return Indent(self.code)


@dataclass(frozen=True)
class Indent(Edit):
    code: str

    def edit(self, whole: ast.Module, body: Block) -> None:
        (place,) = _some(places(whole, self.code), self.code)
        into = getattr(place.block[place.first - 1], "body", None) if place.first else None
        if into is None:
            raise Mismatch(f"no loop or block ends before {self.code!r}")
        into += place.block[place.first : place.last]
        place.replace([])

    def inverse(self) -> Edit:
        return Outdent(self.code)


@dataclass(frozen=True)
class Insert(Edit):
    new: str
    #: "before" or "after" the statement `code`; "first" or "last" in the whole body.
    where: str
    code: str = ""

    def edit(self, whole: ast.Module, body: Block) -> None:
        if self.code:
            (place,) = _some(places(whole, self.code), self.code)
            bindings, block = place.bindings, place.block
            at = place.first if self.where == "before" else place.last
        else:
            bindings, block = {}, body
            at = int(patterns.has_docstring(block)) if self.where == "first" else len(block)
        if at and isinstance(block[at - 1], ast.Return | ast.Raise | ast.Break | ast.Continue):
            last = ast.unparse(block[at - 1])
            raise Mismatch(
                f"{self.new!r} would stand behind `{last}`, where nothing runs: put it before({last!r}, ...)"
            )
        new = [patterns.filled(statement, bindings) for statement in statements(self.new)]
        Place(block, at, at, {}).replace(new)  # type: ignore[arg-type]

    def inverse(self) -> Edit:
        return Change(self.new, "")


@dataclass(frozen=True)
class Body(Edit):
    new: str

    def edit(self, whole: ast.Module, body: Block) -> None:
        Place(body, int(patterns.has_docstring(body)), len(body), {}).replace(statements(self.new))


def named(whole: ast.Module, name: str) -> Place:
    """Where the method or function of this name stands."""
    if place := definition(whole, name):
        return place
    if name.isidentifier():
        known = [node.name for node in walk(whole) if isinstance(node, ast.FunctionDef | ast.ClassDef)]
        raise Mismatch(f"there is no {name}" + (near_to(name, known) or f". There are {', '.join(known)}"))
    raise Mismatch(f'{name!r} is no name of a method. A statement is dropped by "" as its new code')


@dataclass(frozen=True)
class Without(Edit):
    name: str

    def edit(self, whole: ast.Module, body: Block) -> None:
        named(whole, self.name).replace([])


@dataclass(frozen=True)
class Method(Edit):
    text: str

    def edit(self, whole: ast.Module, body: Block) -> None:
        (new,) = statements(self.text)
        place = definition(whole, new.name)  # type: ignore[attr-defined]
        if place is None:
            kind = next(node for node in walk(whole) if isinstance(node, ast.ClassDef))
            place = Place(kind.body, len(kind.body), len(kind.body), {})
        place.replace([new])


@dataclass(frozen=True)
class Inside(Edit):
    name: str
    edits: tuple[Edit, ...]

    def edit(self, whole: ast.Module, body: Block) -> None:
        place = named(whole, self.name)
        place.block[place.first] = composed(self.edits, place.block[place.first])

    def inverse(self) -> Edit | None:
        turned = [edit.inverse() for edit in reversed(self.edits)]
        return None if None in turned else Inside(self.name, tuple(edit for edit in turned if edit is not None))


def composed(edits: tuple[Edit, ...], tree: ast.AST) -> Any:
    """All edits, one after the other."""
    for edit in edits:
        tree = edit.apply(tree)
    return tree


def _some(found: list[Any], code: str, every: bool = False) -> list[Any]:
    if not found:
        raise Missing(code)
    if len(found) > 1 and not every:
        raise Several(code, len(found))
    return found


def _letters(text: str) -> set[str]:
    return {n.id for s in statements(text) for n in walk(s) if isinstance(n, ast.Name) and patterns.is_letter(n.id)}
