"""Edits of expressions: the small changes that are general to all programs, and those that a right suggests."""

# Nodes are told apart by what they have, and a default binds a loop's variable in a lambda: mypy follows neither.
# mypy: disable-error-code="misc, attr-defined, assignment"

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Iterator
from typing import Any

from autograder.repair import calls, operators
from autograder.repair.assignments import keeps_names
from autograder.repair.calls import Make
from autograder.repair.edit import Change, Edit, having, is_theirs, labels, number_of, same
from autograder.repair.kinds import is_dimension, is_number, is_of_torch, kind_in, place, said_of
from autograder.repair.vocabulary import Vocabulary, in_reach, role, wrapped
from autograder.trees import walk

BUILT_IN = set(dir(builtins))
SIGNED = (ast.BinOp, ast.Call, ast.Subscript, ast.Name, ast.Attribute)

#: What is taken for one another.
TAKEN_FOR = [
    ("sum", "mean"), ("max", "amax", "argmax", "min"), ("min", "amin", "argmin"), ("argmax", "argmin"),
    ("exp", "log"), ("log", "log2", "log10", "log1p"), ("exp", "exp2", "expm1"), ("cat", "stack", "vstack"),
    ("train", "eval"), ("view", "reshape"), ("children", "modules", "named_children", "named_modules"),
    ("children", "parameters"), ("parameters", "named_parameters"), ("randperm", "arange"), ("append", "extend"),
    ("item", "tolist"), ("values", "keys", "items"), ("enumerate", "range"), ("ceil", "floor"), ("add", "sub"),
    ("mul", "div"),
]  # fmt: skip
IN_PLACE = {"exp", "sub", "add", "div", "mul", "log", "neg", "abs", "squeeze", "unsqueeze", "clamp", "square"}
#: Calls that are often forgotten or made too often, whether a right makes them or not.
OFTEN = [".detach()", ".item()", ".clone()", ".float()", ".mean()", ".sum()", "list(_)", "len(_)", "int(_)", "float(_)"]


def edits(function: ast.AST, names: set[str], imported: set[str], known: Vocabulary) -> Iterator[Edit]:
    """The edits of every expression of theirs inside `function`, which may read `names`, some of them `imported`."""
    fresh = Fresh(names | BUILT_IN, imported, known, _parameters(function))
    idle = {id(s.value) for s in walk(function) if isinstance(s, ast.Expr) and _is_of_torch(s.value)}
    for parent in walk(function):
        if not is_theirs(parent):
            continue
        for name, value in ast.iter_fields(parent):
            for item in value if isinstance(value, list) else [value]:
                if isinstance(item, ast.expr) and is_theirs(item) and not _is_written(item) and name != "func":
                    yield from fresh.of(item, parent)
                elif isinstance(item, ast.expr) and name == "func" and is_theirs(item) and id(parent) not in idle:
                    yield from fresh.of_function(item)


def _parameters(function: ast.AST) -> set[str]:
    return {argument.arg for argument in walk(function) if isinstance(argument, ast.arg)}


def _is_written(node: ast.expr) -> bool:
    return isinstance(getattr(node, "ctx", None), ast.Store | ast.Del)


def _is_idle(node: ast.expr) -> bool:
    """Whether a statement that is this alone does nothing: it would be taken out, and that is an edit of its own."""
    return isinstance(node, ast.Constant | ast.Name | ast.Attribute) or _is_of_torch(node)


def _is_of_torch(node: ast.expr) -> bool:
    """Whether it calls a function of torch's, most of which do nothing but return: another one takes it out."""
    return isinstance(node, ast.Call) and is_of_torch(node.func)


class Fresh:
    """Makes the edits of one expression."""

    def __init__(self, names: set[str], imported: set[str], known: Vocabulary, given: set[str]):
        self.names, self.imported, self.known, self.given = names, imported, known, given
        #: What may be taken for a value: no module, no class of torch's.
        self.values = sorted(names - BUILT_IN - imported)

    def of(self, node: ast.expr, parent: ast.AST) -> Iterator[Edit]:
        for make in self._ways(node, parent):
            new = make(node)
            if new is None or same(new, node) or (isinstance(parent, ast.Expr) and _is_idle(new)):
                continue
            if not isinstance(new, ast.Name) or new.id not in self.imported or isinstance(node, ast.Name):
                yield _edit(node, make, new, parent)

    def of_function(self, node: ast.expr) -> Iterator[Edit]:
        """Another name for what is called."""
        if isinstance(node, ast.Attribute):
            for other in self._instead(node.attr):
                new = having(node, attr=other)
                yield _edit(node, _set(attr=other), new, node, "in_place" if node.attr == other + "_" else "function")
        elif isinstance(node, ast.Name):
            for other in sorted(self._instead(node.id) | (self.known.by_name.keys() & self.names)):
                if other != node.id and other in self.names:
                    yield _edit(node, _set(id=other), having(node, id=other), node, "function")

    def _instead(self, name: str) -> set[str]:
        plain = name.rstrip("_")
        found = {other for group in TAKEN_FOR if plain in group for other in group}
        found |= {plain} if name != plain and not name.startswith("_") else set()
        return found - {name}

    def _ways(self, node: ast.expr, parent: ast.AST) -> Iterator[Make]:
        if not _stays(node, parent):
            yield from self._by_type(node, parent)
            yield from self._by_place(node, parent)
        if isinstance(node, ast.Starred | ast.JoinedStr | ast.FormattedValue) or isinstance(parent, ast.Expr):
            return  # of a call that is a statement nothing comes
        if isinstance(node, SIGNED) and not _is_no_number(parent) and not self._is_given(node):
            yield lambda n: ast.UnaryOp(ast.USub(), n)
        if isinstance(
            node, ast.BinOp | ast.Call | ast.Subscript | ast.Name | ast.Attribute | ast.Compare | ast.ListComp
        ):
            yield from self._wrapped(node)
            if role(node, parent) != "iterable":
                yield from self._calculated(node)

    def _by_type(self, node: ast.expr, parent: ast.AST) -> Iterator[Make]:
        """Another one of its type, or a part of it."""
        match node:
            case ast.Constant(value=bool()):
                yield _set(value=not node.value)
            case ast.Constant() | ast.UnaryOp(op=ast.USub()) if is_number(node):
                yield from self._numbers(node, parent)
            case ast.Constant(value=str()):
                yield from (_put(c) for c in self.known.constants.values() if isinstance(c.value, str))
            case ast.UnaryOp() | ast.BinOp() | ast.Compare() | ast.BoolOp() | ast.IfExp():
                yield from operators.ways(node)
            case ast.Call():
                yield from calls.ways(node, self.names, self.known)
            case ast.Name():
                yield from (_set(id=n) for n in (sorted(self.imported) if node.id in self.imported else self.values))
            case ast.Attribute():
                yield lambda n: ast.Call(n, [], [])
                yield lambda n: n.value
                yield from (_set(attr=other) for other in sorted(self.known.attributes - {node.attr}))
            case ast.Tuple() | ast.List():
                elements = [e for e in self.known.elements.values() if not isinstance(parent, ast.Subscript)]
                yield from operators.of_elements(node, list(self._reachable(elements)))
            case ast.Subscript():
                yield lambda n: n.value
                yield from (_slice(put) for put in self._reachable(s.slice for s in self.known.subscripts.values()))
            case ast.Slice():
                bounds = ("lower", "upper", "step")
                yield from (_set(**{bound: None}) for bound in bounds if getattr(node, bound) is not None)
            case ast.ListComp() | ast.GeneratorExp():
                for i, generator in enumerate(node.generators):
                    for j in range(len(generator.ifs)):
                        yield lambda n, i=i, j=j: _without_if(n, i, j)

    def _by_place(self, node: ast.expr, parent: ast.AST) -> Iterator[Make]:
        """What may stand where it stands: a length to divide by, a condition, what rights have in the same role."""
        if isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Div) and parent.right is node:
            yield from map(_put, self._lengths())
        if _is_condition(node, parent):
            yield lambda n: ast.UnaryOp(ast.Not(), n)
            yield from map(_put, self._reachable(self.known.conditions.values()))
        alike = self._in_role(node, parent)
        if not isinstance(node, ast.Constant | ast.Name) or _is_condition(node, parent):
            alike = [e for e in alike if type(e) is type(node) or len(self.known.bags) < 3]
        elif isinstance(node, ast.Name) and node.id not in self.imported:
            alike = [e for e in alike if len(ast.unparse(e)) < 16 and not _is_part(e, node)]
        else:
            return
        yield from map(_put, self._reachable(alike))

    def _numbers(self, node: ast.expr, parent: ast.AST) -> Iterator[Make]:
        value = ast.literal_eval(node)
        numbers: set[float] = {0, 1, -1, 2} if type(value) is int else {0, 1, 0.5, 2}
        numbers |= {value + 1, value - 1, -value}
        numbers |= {c.value for c in self.known.constants.values() if not isinstance(c.value, str)}
        yield from (_put(ast.parse(repr(number), mode="eval").body) for number in sorted(numbers - {value}))
        if is_dimension(node, parent):
            return
        yield from map(_put, self._reachable(e for e in self._in_role(node, parent) if not is_number(e)))
        yield from (_put(ast.Name(name, ast.Load())) for name in self.values)

    def _in_role(self, node: ast.expr, parent: ast.AST) -> list[ast.expr]:
        return list(self.known.expressions.get(role(node, parent), {}).values())

    def _wrapped(self, node: ast.expr) -> Iterator[Make]:
        """Something more is done with the expression: a call, an index."""
        often = {text: ast.parse("_" + text if text[0] == "." else text, mode="eval").body for text in OFTEN}
        for call in (often | self.known.calls).values():
            assert isinstance(call, ast.Call)
            rest = ast.Tuple([*call.args[(not isinstance(call.func, ast.Attribute)) :]], ast.Load())
            if in_reach(rest, self.names) and all(in_reach(k.value, self.names) for k in call.keywords):
                yield lambda n, c=call: wrapped(c, n)
        for subscript in self.known.subscripts.values():
            if in_reach(subscript.slice, self.names):
                yield lambda n, s=subscript: ast.Subscript(n, s.slice, ast.Load())

    def _calculated(self, node: ast.expr) -> Iterator[Make]:
        """The expression gets an operand."""
        for binary in self.known.binary.values():
            if in_reach(binary.right, self.names):
                yield lambda n, b=binary: ast.BinOp(n, b.op, b.right)
            if in_reach(binary.left, self.names):
                yield lambda n, b=binary: ast.BinOp(b.left, b.op, n)
        for length in self._lengths():
            yield lambda n, s=length: ast.BinOp(n, ast.Div(), s)
            yield lambda n, s=length: ast.BinOp(n, ast.Mult(), s)

    def _is_given(self, node: ast.expr) -> bool:
        """Whether it is what a function that was handed in gives, as a loss is: its sign is right as it is."""
        return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in self.given

    def _lengths(self) -> list[ast.expr]:
        return [ast.parse(f"len({name})", mode="eval").body for name in self.values[:10]]

    def _reachable(self, nodes: Iterable[ast.expr]) -> Iterator[ast.expr]:
        for node in nodes:
            if in_reach(node, self.names):
                yield node


def _edit(node: ast.expr, make: Make, new: ast.AST, parent: ast.AST, kind: str = "") -> Edit:
    line, columns = place(node)
    kind = kind or kind_in(node, new, parent)
    change: Change = lambda n: make(n)  # noqa: E731
    old_bag, new_bag = labels(node), labels(new)
    gone, come = old_bag - new_bag, new_bag - old_bag
    cost = max(1, gone.total(), come.total())
    said = said_of(node, parent, kind)
    return Edit(kind, ((number_of(node), change),), (line,), columns, cost, gone, come, said=said)


def _is_no_number(parent: ast.AST) -> bool:
    """Whether a sign before it would say nothing: an index, what is looped over, what a method belongs to."""
    return isinstance(parent, ast.Subscript | ast.Slice | ast.For | ast.comprehension | ast.Attribute)


def _is_part(new: ast.expr, name: ast.Name) -> bool:
    """Whether this is name.part: of what a probe hands over, it may be something that the prompt does not promise."""
    return isinstance(new, ast.Attribute) and isinstance(new.value, ast.Name) and new.value.id == name.id != "self"


def _stays(node: ast.expr, parent: ast.AST) -> bool:
    """Whether no other is tried for it: it is `self`, or each of its names is where it belongs."""
    if isinstance(node, ast.Tuple):
        return isinstance(parent, ast.Assign) and keeps_names(parent)
    return isinstance(node, ast.Name) and node.id == "self"


def _is_condition(node: Any, parent: ast.AST) -> bool:
    return isinstance(parent, ast.If | ast.While | ast.IfExp) and parent.test is node


def _set(**fields: object) -> Make:
    return lambda node: having(node, **fields)


def _put(new: ast.expr) -> Make:
    return lambda node: new


def _slice(new: ast.expr) -> Make:
    return lambda node: having(node, slice=new)


def _without_if(node: Any, i: int, j: int) -> ast.AST:
    generators = list(node.generators)
    ifs = generators[i].ifs
    generators[i] = having(generators[i], ifs=[*ifs[:j], *ifs[j + 1 :]])
    return having(node, generators=generators)
