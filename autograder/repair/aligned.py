"""Two blocks of statements side by side: which statement of one is which of the other, written otherwise."""

from __future__ import annotations

import ast
import difflib

from autograder.repair.edit import same
from autograder.repair.kinds import place

#: Statements may be another form of one another when they are as alike as this.
FORMS = (ast.Assign, ast.Expr, ast.Return, ast.AugAssign)
ALIKE, ANOTHER_FORM, ALIKE_INSIDE = 0.1, 0.6, 0.6


def commuted(a: ast.AST, b: ast.AST) -> bool:
    """Whether one is the other with the two sides of a sum or a product exchanged."""
    return (
        isinstance(a, ast.BinOp)
        and isinstance(b, ast.BinOp)
        and type(a.op) is type(b.op)
        and isinstance(a.op, ast.Mult | ast.Add)
        and same(a.left, b.right)
        and same(a.right, b.left)
    )


def lines_apart(old: ast.Call, new: ast.AST) -> list[int]:
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


def unwrap(block: list[ast.stmt], like: list[ast.stmt]) -> tuple[dict[int, ast.stmt], list[ast.stmt]]:
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


def aligned(a: list[ast.stmt], b: list[ast.stmt]) -> list[tuple[ast.stmt | None, ast.stmt | None]]:
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
        return 0.2 + 0.7 * ratio(a, b)
    return 0.15 if isinstance(a, FORMS) and isinstance(b, FORMS) and ratio(a, b) > ANOTHER_FORM else 0.0


def agreeing(a: list[ast.expr], b: list[ast.expr]) -> float:
    return sum(ratio(old, new) for old, new in zip(a, b, strict=True))


def ratio(a: ast.AST, b: ast.AST) -> float:
    return difflib.SequenceMatcher(None, ast.unparse(a), ast.unparse(b)).ratio()
