"""The difference between the learner's definition and a right, as edits that can be made each by itself."""

# Nodes are told apart by what they have, and a default binds a loop's variable in a lambda: mypy follows neither.
# mypy: disable-error-code="misc, attr-defined, assignment"

from __future__ import annotations

import ast
import dataclasses
from collections import Counter
from typing import Any

from autograder.repair.aligned import agreeing, aligned, commuted, lines_apart, ratio, unwrap
from autograder.repair.alive import added_to
from autograder.repair.assignments import EFFECTS, kind_of_building
from autograder.repair.edit import (
    Change,
    Edit,
    end_line,
    having,
    labels,
    number_of,
    same,
)
from autograder.repair.inside import wrap
from autograder.repair.kinds import called, classify, kind_in, place, said_of, text
from autograder.repair.moved import with_exchanges, with_moves
from autograder.repair.statements import insert, taken_out

#: Fields whose difference means nothing.
IGNORED = {"ctx", "type_comment", "type_params", "name", "returns", "annotation", "kind", "decorator_list"}


def difference(theirs: ast.stmt, right: ast.stmt) -> list[Edit]:
    """The edits that make the right of the learner's definition, in order."""
    found = _Difference()
    found.nodes(theirs, right, theirs)
    return with_exchanges(with_moves(found.edits), theirs)


class _Difference:
    def __init__(self) -> None:
        self.edits: list[Edit] = []

    def nodes(self, old: ast.AST, new: ast.AST, within: ast.AST) -> None:
        """Edits that turn `old`, which is theirs, into `new`; both stand in the same field."""
        if same(old, new) or commuted(old, new):
            return
        saved = len(self.edits)
        if (
            (isinstance(old, ast.Call) and classify(old, new) == "arguments_swapped")
            or type(old) is not type(new)
            or not self._fields(old, new)
            or (isinstance(old, ast.expr) and len(self.edits) - saved > 3 and ratio(old, new) < 0.5)
        ):
            del self.edits[saved:]
            self._replaced(old, new, within)

    def _fields(self, old: ast.AST, new: ast.AST) -> bool:
        for name in old._fields:
            a, b = getattr(old, name, None), getattr(new, name, None)
            if name in IGNORED:
                continue
            if isinstance(a, list) and isinstance(b, list):
                if not self._lists(old, name, a, b):
                    return False
            elif isinstance(a, ast.operator | ast.unaryop | ast.boolop):
                if type(a) is not type(b):
                    return False
            elif isinstance(a, ast.AST) and isinstance(b, ast.AST):
                self.nodes(a, b, old)
            elif a != b:
                return False
        return True

    def _lists(self, owner: ast.AST, name: str, a: list, b: list) -> bool:
        if any(isinstance(item, ast.stmt) for item in [*a[:1], *b[:1]]):
            self.statements(owner, name, a, b)
            return True
        if name == "ops":
            return len(a) == len(b) and all(type(x) is type(y) for x, y in zip(a, b, strict=True))
        if name == "args" and isinstance(owner, ast.Call) and abs(len(a) - len(b)) == 1 < min(len(a), len(b)):
            self._arguments(owner, a, b)
            return True
        if len(a) != len(b) or not all(isinstance(item, ast.AST) for item in [*a, *b]):
            return a == b
        for old, new in zip(a, b, strict=True):
            self.nodes(old, new, owner)
        return True

    def _arguments(self, owner: ast.Call, a: list[ast.expr], b: list[ast.expr]) -> None:
        """One of several arguments is too many or missing: the one beside which most of the others stay as they are."""
        longer, shorter = (a, b) if len(a) > len(b) else (b, a)
        out = max(range(len(longer)), key=lambda k: agreeing([*longer[:k], *longer[k + 1 :]], shorter) + k / 1000)
        rest = [*longer[:out], *longer[out + 1 :]]
        for old, new in zip(*((rest, b) if longer is a else (a, rest)), strict=True):
            self.nodes(old, new, owner)
        theirs = a[out] if longer is a else a[max(out - 1, 0)]
        line, columns = place(theirs)
        numbered, said = number_of(theirs), {"what": text(theirs), "call": called(owner)}
        bag, parts = labels(longer[out]), [e for e in b[out : out + 1] if longer is b]

        def change(node: Any) -> ast.AST | None:
            at = next((k for k, e in enumerate(node.args) if number_of(e) == numbered), None)
            if at is None:
                return None
            kept = [node.args[at]] if parts else []
            around = [*kept, *parts] if out else [*parts, *kept]
            return having(node, args=[*node.args[:at], *around, *node.args[at + 1 :]])

        kind = "argument_missing" if parts else "argument_extra"
        gone, come = (Counter(), bag) if parts else (bag, Counter())
        edit = Edit(kind, ((number_of(owner), change),), (line,), columns, bag.total(), gone, come, said=said)
        self.edits.append(edit)

    def _replaced(self, old: ast.AST, new: ast.AST, within: ast.AST) -> None:
        if not hasattr(old, "lineno") and not isinstance(old, ast.arguments | ast.comprehension | ast.withitem):
            return
        if isinstance(old, ast.FunctionDef | ast.ClassDef):
            return
        kind = kind_in(old, new, within)
        if isinstance(old, ast.stmt) and kind == "expression":
            kind = _kind_of_statement(old, new)
        located = old if hasattr(old, "lineno") else within
        line, columns = place(located) if isinstance(located, ast.expr | ast.keyword) else (located.lineno, None)
        gone, come = labels(old) - labels(new), labels(new) - labels(old)
        cost = max(1, gone.total(), come.total())
        said = said_of(old, within, kind)
        change: Change = lambda node: new  # noqa: E731
        lines = lines_apart(old, new) if isinstance(old, ast.Call) and end_line(old) > old.lineno else []
        lines, columns = (lines, None) if lines else ([line], columns)
        self.edits.append(Edit(kind, ((number_of(old), change),), tuple(lines), columns, cost, gone, come, said=said))

    def statements(self, owner: ast.AST, name: str, a: list[ast.stmt], b: list[ast.stmt]) -> None:
        outer, unwrapped = unwrap(b, a)
        inside: dict[int, list[ast.stmt]] = {id(statement): [] for statement in outer.values()}
        last: ast.stmt | None = None
        for old, new in aligned(a, unwrapped):
            if old is not None and new is not None:
                self.nodes(old, new, owner)
            elif old is not None:
                self._taken_out(old, owner)
            elif new is not None:
                edit = insert(owner, name, last, new)
                self.edits.append(dataclasses.replace(edit, said=edit.said | {"statement": ast.dump(new)}))
            if old is not None and new is not None and id(new) in outer:
                inside[id(outer[id(new)])].append(old)
            last = old or last
        for top in {id(t): t for t in outer.values()}.values():
            if inside[id(top)]:
                kind = "condition_missing" if isinstance(top, ast.If) else "no_grad_missing"
                self.edits.append(wrap(kind, owner, name, inside[id(top)], top))

    def _taken_out(self, old: ast.stmt, owner: ast.AST) -> None:
        edit = taken_out(old)
        said = edit.said | {"statement": ast.dump(old), "owner": str(number_of(owner))}
        self.edits.append(dataclasses.replace(edit, said=said))


def _kind_of_statement(old: ast.stmt, new: ast.AST) -> str:
    """What is said of a statement in whose place another one is to stand, where it is the same thing done otherwise."""
    match old, new:
        case (ast.Assign(targets=[target]), ast.AugAssign()) if same(target, new.target):
            return kind_of_building(old, new)
        case (ast.Assign(targets=[ast.Name(id=name)]), ast.Expr()) if added_to(new) == name:
            return "overwrites"
        case (ast.AugAssign(), ast.Assign(targets=[target])) if same(old.target, target):
            return "accumulates"
        case (ast.Return(), ast.Expr(value=ast.Yield())):
            return "return_not_yield"
        case (ast.Expr(value=ast.Yield()), ast.Return()):
            return "yield_not_return"
        case (ast.Expr(), ast.Return()) if not isinstance(old.value, ast.Call) or called(old.value) not in EFFECTS:
            return "result_dropped"
        case (ast.Expr(value=ast.BinOp() | ast.Compare() | ast.UnaryOp()), ast.Assign() | ast.AugAssign()):
            return "result_dropped"
    return "statement"
