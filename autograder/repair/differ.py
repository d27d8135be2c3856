"""The difference between the learner's definition and a right, as edits that can be made each by itself."""

# Nodes are told apart by what they have, and a default binds a loop's variable in a lambda: mypy follows neither.
# mypy: disable-error-code="misc, attr-defined, assignment"

from __future__ import annotations

import ast
import dataclasses
import difflib
from collections import Counter
from typing import Any

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
from autograder.repair.statements import insert, taken_out

#: Fields whose difference means nothing.
IGNORED = {"ctx", "type_comment", "type_params", "name", "returns", "annotation", "kind", "decorator_list"}
#: Statements may be another form of one another when they are as alike as this.
FORMS = (ast.Assign, ast.Expr, ast.Return, ast.AugAssign)
ALIKE, ANOTHER_FORM, ALIKE_INSIDE = 0.1, 0.6, 0.6


def difference(theirs: ast.stmt, right: ast.stmt) -> list[Edit]:
    """The edits that make the right of the learner's definition, in order."""
    found = _Difference()
    found.nodes(theirs, right, theirs)
    return _with_exchanges(_with_moves(found.edits), theirs)


class _Difference:
    def __init__(self) -> None:
        self.edits: list[Edit] = []
        #: Statement put in or taken out, by the number of its edit: to see what only moved.

    def nodes(self, old: ast.AST, new: ast.AST, within: ast.AST) -> None:
        """Edits that turn `old`, which is theirs, into `new`; both stand in the same field."""
        if same(old, new) or _commuted(old, new):
            return
        saved = len(self.edits)
        if (
            (isinstance(old, ast.Call) and classify(old, new) == "arguments_swapped")
            or type(old) is not type(new)
            or not self._fields(old, new)
            or (isinstance(old, ast.expr) and len(self.edits) - saved > 3 and _ratio(old, new) < 0.5)
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
        out = max(range(len(longer)), key=lambda k: _agreeing([*longer[:k], *longer[k + 1 :]], shorter) + k / 1000)
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
        lines = _lines_apart(old, new) if isinstance(old, ast.Call) and end_line(old) > old.lineno else []
        lines, columns = (lines, None) if lines else ([line], columns)
        self.edits.append(Edit(kind, ((number_of(old), change),), tuple(lines), columns, cost, gone, come, said=said))

    def statements(self, owner: ast.AST, name: str, a: list[ast.stmt], b: list[ast.stmt]) -> None:
        outer, unwrapped = _unwrapped(b, a)
        inside: dict[int, list[ast.stmt]] = {id(statement): [] for statement in outer.values()}
        last: ast.stmt | None = None
        for old, new in _aligned(a, unwrapped):
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


def _commuted(a: ast.AST, b: ast.AST) -> bool:
    """Whether one is the other with the two sides of a sum or a product exchanged."""
    return (
        isinstance(a, ast.BinOp)
        and isinstance(b, ast.BinOp)
        and type(a.op) is type(b.op)
        and isinstance(a.op, ast.Mult | ast.Add)
        and same(a.left, b.right)
        and same(a.right, b.left)
    )


def _unwrapped(block: list[ast.stmt], like: list[ast.stmt]) -> tuple[dict[int, ast.stmt], list[ast.stmt]]:
    """The block without the `with`s and `if`s that the other block has not, and which of them stood round what."""
    outer: dict[int, ast.stmt] = {}
    found: list[ast.stmt] = []
    for statement in block:
        if isinstance(statement, ast.With | ast.If) and not getattr(statement, "orelse", None):
            alone = not any(type(other) is type(statement) for other in like)
            inside = any(_likeness(other, inner) > ALIKE_INSIDE for other in like for inner in statement.body)
            if alone and inside:
                outer |= {id(inner): statement for inner in statement.body}
                found += statement.body
                continue
        found.append(statement)
    return outer, found


def _aligned(a: list[ast.stmt], b: list[ast.stmt]) -> list[tuple[ast.stmt | None, ast.stmt | None]]:
    """The statements of two blocks side by side, in order, so that as much as possible stands beside its like."""
    alike = [[_likeness(x, y) for y in b] for x in a]
    best = [[0.0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i in range(len(a) - 1, -1, -1):
        for j in range(len(b) - 1, -1, -1):
            both = best[i + 1][j + 1] + alike[i][j] if alike[i][j] > ALIKE else 0.0
            best[i][j] = max(best[i + 1][j], best[i][j + 1], both)
    pairs: list[tuple[ast.stmt | None, ast.stmt | None]] = []
    i = j = 0
    while i < len(a) or j < len(b):
        both = i < len(a) and j < len(b) and alike[i][j] > ALIKE
        if both and abs(best[i][j] - best[i + 1][j + 1] - alike[i][j]) < 1e-9:
            pairs.append((a[i], b[j]))
            i, j = i + 1, j + 1
        elif j < len(b) and (i == len(a) or abs(best[i][j] - best[i][j + 1]) < 1e-9):
            pairs.append((None, b[j]))
            j += 1
        else:
            pairs.append((a[i], None))
            i += 1
    return _together(pairs)


def _together(pairs: list[tuple[ast.stmt | None, ast.stmt | None]]) -> list[tuple[ast.stmt | None, ast.stmt | None]]:
    """One statement taken out where one is put in, and nothing more round it, is one that is replaced."""
    gone, come = [a for a, b in pairs if b is None and a], [b for a, b in pairs if a is None and b]
    found: list[tuple[ast.stmt | None, ast.stmt | None]] = []
    k = 0
    while k < len(pairs):
        run = next((n for n in range(k, len(pairs)) if pairs[n][0] is not None and pairs[n][1] is not None), len(pairs))
        old = [a for a, b in pairs[k:run] if a is not None]
        new = [b for a, b in pairs[k:run] if b is not None]
        if len(old) == len(new) == 1 and type(old[0]) in FORMS and type(new[0]) in FORMS:
            moves = any(same(old[0], other) for other in come) or any(same(new[0], other) for other in gone)
            found += pairs[k:run] if moves else [(old[0], new[0])]
        else:
            found += pairs[k:run]
        found += pairs[run : run + 1]
        k = run + 1
    return found


def _likeness(a: ast.stmt, b: ast.stmt) -> float:
    if same(a, b):
        return 1.0
    if isinstance(a, ast.FunctionDef) and isinstance(b, ast.FunctionDef):
        return 0.9 if a.name == b.name else 0.0
    if type(a) is type(b):
        return 0.2 + 0.7 * _ratio(a, b)
    return 0.15 if isinstance(a, FORMS) and isinstance(b, FORMS) and _ratio(a, b) > ANOTHER_FORM else 0.0


def _agreeing(a: list[ast.expr], b: list[ast.expr]) -> float:
    return sum(_ratio(old, new) for old, new in zip(a, b, strict=True))


def _ratio(a: ast.AST, b: ast.AST) -> float:
    return difflib.SequenceMatcher(None, ast.unparse(a), ast.unparse(b)).ratio()


def _with_moves(edits: list[Edit]) -> list[Edit]:
    """The same statement taken out here and put in there is one edit: it moved."""
    gone = {e.said["statement"]: e for e in edits if e.kind == "statement_extra"}
    found: list[Edit] = []
    moved: set[int] = set()
    for edit in edits:
        other = gone.get(edit.said.get("statement", ""))
        if edit.kind in ("statement_missing", "return_missing") and other is not None and id(other) not in moved:
            moved.add(id(other))
            parts = (*other.parts, *edit.parts)
            said = {"what": other.said["what"]}
            if other.said["owner"] == str(edit.parts[0][0]) and ".zero_grad" not in other.gone:
                said["when"] = "too late" if other.lines[0] > edit.lines[0] else "too early"
            found.append(Edit("moved", parts, other.lines, other.columns, 2, said=said))
        else:
            found.append(edit)
    return [edit for edit in found if id(edit) not in moved]


def _lines_apart(old: ast.Call, new: ast.AST) -> list[int]:
    """Where the arguments of a call stand that goes over several lines, and has another one of them afterwards."""
    if not isinstance(new, ast.Call) or not same(old.func, new.func):
        return []
    left, apart = [*new.args, *new.keywords], []
    for argument in [*old.args, *old.keywords]:
        kept = next((other for other in left if same(argument, other)), None)
        if kept is None:
            apart.append(place(argument)[0])
        else:
            left.remove(kept)
    return apart


def _with_exchanges(edits: list[Edit], theirs: ast.stmt) -> list[Edit]:
    """Two calls beside each other of which each is to be the other one are one edit: the first is to come later."""
    calls = {n.lineno for n in ast.walk(theirs) if isinstance(n, ast.Expr) and isinstance(n.value, ast.Call)}
    found: list[Edit] = []
    for edit in edits:
        last = found[-1] if found else None
        beside = last is not None and {*last.lines, *edit.lines} <= calls and edit.lines[0] - last.lines[0] == 1
        if last is not None and beside and last.kind == edit.kind == "attribute" and last.gone == edit.come:
            found[-1] = Edit("moved", (*last.parts, *edit.parts), last.lines, None, 2, said={"when": "too early"})
        else:
            found.append(edit)
    return found
