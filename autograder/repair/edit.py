"""An edit: one small change of a syntax tree, which can be made alone or together with others.

Every node of the learner's tree has a number that stays with it in changed copies, so that an edit finds its place
again after another edit has been made. Nodes that an edit puts in have no number, and no place: an edit is not edited.
Trees are never changed; a changed one shares with the old one what is the same.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from autograder.trees import bare, children, walk

#: What stands in a node's place: another node, several statements, or nothing where the edit cannot be made there.
Change = Callable[[Any], Any]


@dataclass(frozen=True)
class Edit:
    """`parts` are the changes, each of the node with that number. `lines` and `columns` are in the learner's file."""

    kind: str
    parts: tuple[tuple[int, Change], ...]
    lines: tuple[int, ...]
    #: Of the place in its first line, (first, one after the last), where it is less than the line.
    columns: tuple[int, int] | None = None
    #: Nodes that are other ones afterwards.
    cost: int = 1
    #: What the text is made of that goes and that comes.
    gone: Counter[str] = field(default_factory=Counter)
    come: Counter[str] = field(default_factory=Counter)
    #: The smaller, the likelier (autograder/repair/likely.py).
    rank: float = 0.0
    #: Parts of the learner's own text, for the sentence: {"what": "opt.step()"}.
    said: dict[str, str] = field(default_factory=dict)


def number(tree: ast.AST) -> None:
    for i, node in enumerate(walk(tree)):
        node.number = i  # type: ignore[attr-defined]


def number_of(node: ast.AST) -> int:
    return getattr(node, "number", -1)


def is_theirs(node: ast.AST) -> bool:
    """Whether the node stands in the learner's text, and was not put in by an edit."""
    return hasattr(node, "number")


def apply(tree: ast.Module, edits: Iterable[Edit]) -> ast.Module | None:
    """The tree with these edits made; None where one of them finds its place no more, or the result is no program."""
    for edit in edits:
        for place, change in edit.parts:
            try:
                changed = _rewrite(tree, place, change)
            except (_Impossible, AttributeError, IndexError, TypeError):
                return None  # another edit has made something else of what this one is for
            if changed is tree or not isinstance(changed, ast.Module):
                return None
            tree = changed
    return tree


class _Impossible(Exception):
    pass


def _rewrite(node: ast.AST, place: int, change: Change) -> ast.AST | list[ast.stmt]:
    if number_of(node) == place:
        new = change(node)
        if new is None:
            raise _Impossible
        return new
    if place not in _numbers(node):
        return node
    for name, value in ast.iter_fields(node):
        if isinstance(value, ast.AST):
            new = _rewrite(value, place, change)
            if new is not value:
                return having(node, **{name: new})
        elif isinstance(value, list):
            for i, item in enumerate(value):
                if isinstance(item, ast.AST) and (new := _rewrite(item, place, change)) is not item:
                    items = [*value[:i], *(new if isinstance(new, list) else [new]), *value[i + 1 :]]
                    if not items and name == "body":
                        raise _Impossible
                    return having(node, **{name: items})
    return node


def _numbers(node: ast.AST) -> frozenset[int]:
    """The numbers of the node and of all that is in it, kept there."""
    known: frozenset[int] | None = node.__dict__.get("numbers")
    if known is None:
        inner = (child for child in children(node) if child._fields)  # no Load, of which there is one for all trees
        known = node.__dict__["numbers"] = frozenset([number_of(node)]).union(*map(_numbers, inner))
    return known


#: What is kept at a node, since trees do not change: labels(), inside(), reading.reads(), kinds.text() and its numbers.
KEPT = ("bag", "inside", "names_read", "text", "numbers")


def inside(node: ast.AST) -> list[ast.AST]:
    """The node and all that is in it, as ast.walk has them."""
    known = node.__dict__.get("inside")
    if known is None:
        known = node.__dict__["inside"] = list(walk(node))[1:]
    return [node, *known]


def having(node: Any, **fields: object) -> Any:
    """A copy of the node, with its number and place, in which these fields are other ones."""
    new = bare(node)
    new.__dict__.update(node.__dict__)
    for name in KEPT:
        new.__dict__.pop(name, None)
    new.__dict__.update(fields)
    return new


def renamed(node: Any, names: dict[str, ast.expr]) -> Any:
    """A copy of the node in which every read of one of these names is that expression."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        return names.get(node.id, node)
    fields: dict[str, Any] = {}
    for name, value in ast.iter_fields(node):
        if isinstance(value, ast.AST):
            fields[name] = renamed(value, names)
        elif isinstance(value, list):
            fields[name] = [renamed(item, names) if isinstance(item, ast.AST) else item for item in value]
    return having(node, **fields)


def put_in(node: Any) -> Any:
    """A copy of a node from elsewhere: without numbers, so that it is nobody's text."""
    new = having(node)
    for name in ("number", "lineno", "col_offset", "end_lineno", "end_col_offset"):
        new.__dict__.pop(name, None)
    if isinstance(node, ast.stmt):
        new.__dict__["lineno"] = 0  # asked for when a tree is made text
    for name, value in ast.iter_fields(node):
        if isinstance(value, ast.AST):
            setattr(new, name, put_in(value))
        elif isinstance(value, list):
            setattr(new, name, [put_in(item) if isinstance(item, ast.AST) else item for item in value])
    return new


def labels(node: ast.AST | list[ast.stmt] | None) -> Counter[str]:
    """What the node is made of, as a bag: types, names, constants. Kept at the node, since trees do not change."""
    if node is None:
        return Counter()
    if isinstance(node, list):
        return sum((labels(item) for item in node), Counter())
    known = node.__dict__.get("bag")
    if known is not None:
        return known
    bag = Counter((_label(node),))
    for _, value in ast.iter_fields(node):
        if isinstance(value, ast.AST):
            if not isinstance(value, ast.expr_context):
                _add(bag, labels(value))
        elif isinstance(value, list):
            for item in value:
                if isinstance(item, ast.AST):
                    _add(bag, labels(item))
    node.__dict__["bag"] = bag
    return bag


def _add(bag: Counter[str], more: Counter[str]) -> None:
    for label, count in more.items():
        bag[label] += count


def _label(node: ast.AST) -> str:
    match node:
        case ast.Constant():
            return f"={node.value!r}"
        case ast.Name():
            return node.id
        case ast.Attribute():
            return f".{node.attr}"
        case ast.keyword() | ast.arg():
            return f"{node.arg}="
        case ast.FunctionDef() | ast.ClassDef():
            return f"def {node.name}"
    return type(node).__name__


def distance(old: Counter[str], new: Counter[str]) -> int:
    return max(1, max((old - new).total(), (new - old).total()))


def blocks(node: ast.AST) -> Iterator[tuple[ast.AST, str, list[ast.stmt]]]:
    """(owner, field, statements) of every block inside the node that is the learner's."""
    for owner in inside(node):
        for name in ("body", "orelse", "finalbody"):
            block = getattr(owner, name, None)
            if isinstance(block, list) and block and isinstance(block[0], ast.stmt) and is_theirs(owner):
                yield owner, name, block


def place_of(statements: list[ast.stmt]) -> tuple[tuple[int, ...], tuple[int, int] | None]:
    """Their lines, and the columns of the first, where it stands in one line."""
    first = statements[0]
    one = end_line(first) == first.lineno
    return tuple(s.lineno for s in statements), (first.col_offset, first.end_col_offset or 0) if one else None


def end_line(node: ast.AST) -> int:
    return int(getattr(node, "end_lineno", 0) or getattr(node, "lineno", 0))


def same(a: object, b: object) -> bool:
    """Whether two pieces of code say the same, wherever they stand."""
    if a is b:
        return True
    if isinstance(a, ast.AST):
        return type(a) is type(b) and all(
            same(getattr(a, name, None), getattr(b, name, None)) for name in a._fields if name not in ("ctx", "kind")
        )
    if isinstance(a, list):
        return isinstance(b, list) and len(a) == len(b) and all(map(same, a, b))
    return type(a) is type(b) and a == b
