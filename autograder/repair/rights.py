"""The right answers as trees: the reference and the rights, with their own names replaced by the learner's."""

from __future__ import annotations

import ast
import difflib
import functools
import inspect
import textwrap
from collections.abc import Callable
from typing import Any

from autograder import source
from autograder.exercise import Exercise
from autograder.repair.edit import put_in
from autograder.repair.reading import Definition, is_text
from autograder.trees import copied, walk

Named = dict[str, str]


@functools.lru_cache(maxsize=64)
def reference_of(section: str, name: str) -> Definition | None:
    """The definition in the solutions of a section."""
    tree = ast.parse(source.solutions_path(section).read_text(encoding="utf-8"))
    return next((node for node in tree.body if isinstance(node, Definition) and node.name == name), None)


def right_answers(exercise: Exercise) -> list[tuple[str, ast.stmt]]:
    """(name, definition) of the reference and of every right whose text can be read, without prompts."""
    node: ast.stmt | None = reference_of(exercise.section, exercise.name)
    found = [("reference", node)] if node else []
    for name, variant in exercise.rights.items():
        if node := _text_of(variant.function, exercise.is_class):
            found.append((name, node))
    return [(name, cleaned(node, exercise.name)) for name, node in found]


@functools.lru_cache(maxsize=4096)
def _text_of(function: Callable[..., Any], is_class: bool) -> ast.stmt | None:
    try:
        node = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    except (OSError, TypeError, SyntaxError, IndentationError):
        return None
    if is_class:
        return next((inner for inner in getattr(node, "body", []) if isinstance(inner, ast.ClassDef)), None)
    return node if isinstance(node, ast.FunctionDef) else None


def cleaned(node: ast.stmt, name: str) -> ast.stmt:
    node = copied(node)
    for inner in walk(node):
        if isinstance(inner, Definition) and len(inner.body) > 1 and is_text(inner.body[0]):
            del inner.body[0]
    if isinstance(node, ast.FunctionDef):
        node.decorator_list = []
    if isinstance(node, Definition):
        node.name = name
    return node


def used_names(rights: list[tuple[str, ast.stmt]]) -> set[str]:
    return {n.id for _, node in rights for n in walk(node) if isinstance(n, ast.Name)}


def as_imported(right: ast.stmt, imports: list[ast.stmt]) -> ast.stmt:
    """The right with what they import from a module, as in `from math import exp`, called by their name for it."""
    names: dict[tuple[str, str], str] = {}
    for node in imports:
        if isinstance(node, ast.ImportFrom):
            names |= {(str(node.module), alias.name): alias.asname or alias.name for alias in node.names}
    return _Imported(names).visit(put_in(right))


class _Imported(ast.NodeTransformer):
    def __init__(self, names: dict[tuple[str, str], str]):
        self.names = names

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        self.generic_visit(node)
        of = ast.unparse(node.value)
        name = self.names.get((LONG.get(of, of), node.attr))
        return ast.Name(name, node.ctx) if name else node


#: What right answers call otherwise than it is imported from.
LONG = {"F": "torch.nn.functional", "nn": "torch.nn", "optim": "torch.optim", "np": "numpy"}


def renamed(right: ast.stmt, theirs: ast.stmt) -> ast.stmt:
    """The right with its parameters, locals and attributes named as the learner named what plays their part."""
    right = put_in(right)
    if not any(_is_double(n) for n in walk(theirs)):
        right = _Single().visit(right)
    names: Named = {}
    names |= _parameters(right, theirs)
    if isinstance(right, ast.ClassDef) and isinstance(theirs, ast.ClassDef):
        names |= _matched(_attributes(right), _attributes(theirs), 0.3, 0.5, names)
    names |= _matched(_locals(right), _locals(theirs), 0.35, 0.6, names)
    return _Rename(names).visit(right)


def _parameters(right: ast.stmt, theirs: ast.stmt) -> Named:
    names: Named = {}
    mine = {n.name: n for n in walk(right) if isinstance(n, ast.FunctionDef)}
    others = {n.name: n for n in walk(theirs) if isinstance(n, ast.FunctionDef)}
    for name, function in mine.items():
        if name in others:
            pairs = zip(function.args.args, others[name].args.args, strict=False)
            names |= {a.arg: b.arg for a, b in pairs}
    return names


#: (name, what kind of statement gives it its first value, the text of that value)
Store = tuple[str, str, str]


def _matched(right: list[Store], theirs: list[Store], least: float, bonus: float, known: Named) -> Named:
    """Each name of the right with the learner's name whose first value is most alike, each of them once."""
    names: Named = dict(known)
    used: set[str] = set(known.values())
    for name, kind, value in right:
        if name in names:
            continue
        value = ast.unparse(_Rename(names).visit(ast.parse(value)))
        best = max(
            (
                (difflib.SequenceMatcher(None, value, text).ratio() + (bonus if name == other else 0), other)
                for other, how, text in theirs
                if other not in used and how[:3] == kind[:3]
            ),
            default=(0.0, ""),
        )
        if best[0] > least:
            names[name] = best[1]
            used.add(best[1])
    return names


def _locals(node: ast.stmt) -> list[Store]:
    found: dict[str, Store] = {}
    for inner in walk(node):
        for target, kind, value in _stores(inner):
            if isinstance(target, ast.Name):
                found.setdefault(target.id, (target.id, kind, value))
    return list(found.values())


def _attributes(node: ast.stmt) -> list[Store]:
    found: dict[str, Store] = {}
    for inner in walk(node):
        for target, _, value in _stores(inner):
            if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
                found.setdefault("." + target.attr, ("." + target.attr, "attribute", value))
    return list(found.values())


def _stores(node: ast.AST) -> list[tuple[ast.expr, str, str]]:
    if isinstance(node, ast.Assign):
        return [found for target in node.targets for found in _spread(target, node.value, "assign")]
    if isinstance(node, ast.For | ast.comprehension):
        return [(e, f"for{i}", v) for i, (e, _, v) in enumerate(_spread(node.target, node.iter, "for"))]
    if isinstance(node, ast.AugAssign):
        return [(node.target, "aug", ast.unparse(node.value))]
    return []


def _spread(target: ast.expr, value: ast.expr, kind: str) -> list[tuple[ast.expr, str, str]]:
    if not isinstance(target, ast.Tuple | ast.List):
        return [(target, kind, ast.unparse(value))]
    values = value.elts if isinstance(value, ast.Tuple | ast.List) else []
    if len(values) == len(target.elts):
        return [(t, kind, ast.unparse(v)) for t, v in zip(target.elts, values, strict=True)]
    return [(t, kind, f"{ast.unparse(value)}[{i}]") for i, t in enumerate(target.elts)]


def _is_double(node: ast.AST) -> bool:
    """Whether this is x, y = a, b, which can be said in two statements."""
    match node:
        case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=values)):
            given = {ast.unparse(target) for target in targets}
            read = {ast.unparse(n) for value in values for n in walk(value) if isinstance(n, ast.expr)}
            return len(targets) == len(values) and not given & read
    return False


class _Single(ast.NodeTransformer):
    """x, y = a, b becomes x = a and y = b, for a learner who writes it so."""

    def visit_Assign(self, node: ast.Assign) -> Any:
        if not _is_double(node):
            return node
        target, value = node.targets[0], node.value
        assert isinstance(target, ast.Tuple)
        assert isinstance(value, ast.Tuple)
        return [ast.Assign([t], v, lineno=0) for t, v in zip(target.elts, value.elts, strict=True)]


class _Rename(ast.NodeTransformer):
    def __init__(self, names: Named):
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.copy_location(ast.Name(self.names.get(node.id, node.id), node.ctx), node)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.arg = self.names.get(node.arg, node.arg)
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        node.attr = self.names.get("." + node.attr, node.attr).removeprefix(".")
        return node
