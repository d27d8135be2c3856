"""Wrong answers whose wrong places are known: rights with one, two or three small changes, for measuring.

The changes are written apart from the edits that repair makes, so that the one does not vouch for the other.
"""

# Nodes are told apart by what they have, and a default binds a loop's variable in a lambda: mypy follows neither.
# mypy: disable-error-code="misc, attr-defined, assignment"

from __future__ import annotations

import ast
import difflib
import functools
import itertools
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from autograder.authoring.slips import Misfit, Slip, slip_of
from autograder.exercise import Exercise
from autograder.matrix.mutants import OPERATORS
from autograder.trees import copied

#: Changes a tree of its own in one place, or says that it cannot.
Spoil = Callable[[ast.AST, random.Random], bool]


@dataclass(frozen=True)
class Made:
    text: str
    #: Lines of the text that were changed, or that stand beside something left out or moved.
    lines: frozenset[int]
    #: For each change, the lines that are right to name for it.
    places: tuple[frozenset[int], ...]
    what: tuple[str, ...]


def slips_of(exercise: Exercise) -> list[tuple[str, Spoil]]:
    """The known mistakes that are edits of the reference, as changes that are made wherever they fit."""
    known = exercise.mistakes.items()
    return [(name, functools.partial(_slip, slip_of(one))) for name, one in known if one.edits and not one.of]


def _slip(slip: Slip, tree: ast.AST, _: random.Random) -> bool:
    try:
        tree.__dict__.update(slip.apply(tree).__dict__)
    except Misfit:
        return False
    return True


def spoiled(
    definition: ast.stmt, header: str, count: int, rng: random.Random, spoils: Sequence[tuple[str, Spoil]] = ()
) -> Made | None:
    """A right with `count` changes, each in lines of its own; None where it did not come about."""
    trees = [definition]
    what: list[str] = []
    for _ in range(count * 12):
        if len(what) == count:
            break
        made = copied(trees[-1])
        name, spoil = rng.choice(spoils or SPOILS)
        try:
            done = spoil(made, rng) and ast.unparse(made) not in {ast.unparse(t) for t in trees}
        except (IndexError, ValueError):
            done = False
        if done:
            trees.append(made)
            what.append(name)
    if len(what) < count:
        return None
    texts = [header + ast.unparse(ast.fix_missing_locations(t)) + "\n" for t in trees]
    places = tuple(_changed(a, b, texts[-1]) for a, b in itertools.pairwise(texts))
    return Made(texts[-1], frozenset().union(*places), places, tuple(what))


def _changed(before: str, after: str, last: str) -> frozenset[int]:
    """The lines of `last` that the step from `before` to `after` changed, or that are next to what it left out."""
    a, b, c = before.splitlines(), after.splitlines(), last.splitlines()
    found = set()
    for tag, _, _, start, stop in difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if tag == "delete":
            found |= {start, start + 1}
        elif tag != "equal":
            found |= set(range(start + 1, stop + 1))
    to_last = {}
    for tag, start, stop, there, end in difflib.SequenceMatcher(None, b, c, autojunk=False).get_opcodes():
        for k in range(start, stop):
            to_last[k + 1] = there + 1 + min(k - start, max(0, end - there - 1)) if tag != "delete" else there
    return frozenset(to_last.get(line, line) for line in found)


def _pick(tree: ast.AST, rng: random.Random, kind: type | tuple[type, ...]) -> ast.AST:
    return rng.choice([n for n in ast.walk(tree) if isinstance(n, kind)])


def _blocks(tree: ast.AST) -> list[list[ast.stmt]]:
    found = [getattr(n, name, None) for n in ast.walk(tree) for name in ("body", "orelse")]
    return [b for b in found if isinstance(b, list) and b and isinstance(b[0], ast.stmt)]


def _operator(tree: ast.AST, rng: random.Random) -> bool:
    node = _pick(tree, rng, (ast.BinOp, ast.AugAssign, ast.Compare))
    if isinstance(node, ast.Compare):
        node.ops[0] = rng.choice(OPERATORS[type(node.ops[0])])()
    else:
        node.op = rng.choice(OPERATORS[type(node.op)])()
    return True


def _constant(tree: ast.AST, rng: random.Random) -> bool:
    node = _pick(tree, rng, ast.Constant)
    assert isinstance(node, ast.Constant)
    if isinstance(node.value, bool):
        node.value = not node.value
    elif isinstance(node.value, int | float):
        node.value = rng.choice([node.value + 1, node.value - 1, 0, 1])
    return not isinstance(node.value, str)


def _left_out(tree: ast.AST, rng: random.Random) -> bool:
    block = rng.choice([b for b in _blocks(tree) if len(b) > 1])
    at = rng.randrange(len(block))
    if isinstance(block[at], ast.FunctionDef | ast.For | ast.ClassDef):
        return False
    del block[at]
    return True


def _exchanged(tree: ast.AST, rng: random.Random) -> bool:
    block = rng.choice([b for b in _blocks(tree) if len(b) > 1])
    at = rng.randrange(len(block) - 1)
    if isinstance(block[at + 1], ast.Return | ast.FunctionDef):
        return False
    block[at], block[at + 1] = block[at + 1], block[at]
    return True


def _outdented(tree: ast.AST, rng: random.Random) -> bool:
    block = rng.choice(_blocks(tree))
    inner = rng.choice([s for s in block if isinstance(s, ast.For | ast.With | ast.If) and len(s.body) > 1])
    at = block.index(inner)
    block.insert(at + 1, inner.body.pop())
    return True


def _indented(tree: ast.AST, rng: random.Random) -> bool:
    block = rng.choice(_blocks(tree))
    at = rng.choice([i for i, s in enumerate(block[:-1]) if isinstance(s, ast.For | ast.With | ast.If)])
    block[at].body.append(block.pop(at + 1))
    return True


def _unwrapped(tree: ast.AST, rng: random.Random) -> bool:
    block = rng.choice(_blocks(tree))
    at = rng.choice(
        [i for i, s in enumerate(block) if isinstance(s, ast.With | ast.If) and not getattr(s, "orelse", 0)]
    )
    block[at : at + 1] = block[at].body
    return True


def _arguments(tree: ast.AST, rng: random.Random) -> bool:
    node = rng.choice([n for n in ast.walk(tree) if isinstance(n, ast.Call) and len(n.args) > 1])
    at = rng.randrange(len(node.args) - 1)
    node.args[at], node.args[at + 1] = node.args[at + 1], node.args[at]
    return True


def _fewer_arguments(tree: ast.AST, rng: random.Random) -> bool:
    node = rng.choice([n for n in ast.walk(tree) if isinstance(n, ast.Call) and (n.keywords or len(n.args) > 1)])
    (node.keywords or node.args).pop()
    return True


def _call_dropped(tree: ast.AST, rng: random.Random) -> bool:
    for parent in rng.sample(list(ast.walk(tree)), len(list(ast.walk(tree)))):
        for name, value in ast.iter_fields(parent):
            if (
                isinstance(value, ast.Call)
                and isinstance(value.func, ast.Attribute)
                and not isinstance(parent, ast.Expr)
            ):
                setattr(parent, name, value.func.value)
                return True
    return False


def _call_added(tree: ast.AST, rng: random.Random) -> bool:
    for parent in rng.sample(list(ast.walk(tree)), len(list(ast.walk(tree)))):
        if isinstance(parent, ast.Assign | ast.Return | ast.BinOp):
            name = "left" if isinstance(parent, ast.BinOp) else "value"
            method = ast.Attribute(getattr(parent, name), rng.choice(["detach", "item", "mean", "log", "float"]))
            setattr(parent, name, ast.Call(method, [], []))
            return True
    return False


def _function(tree: ast.AST, rng: random.Random) -> bool:
    pairs = {"sum": "mean", "mean": "sum", "exp": "log", "log": "exp", "train": "eval", "eval": "train"}
    pairs |= {"amax": "amin", "max": "min", "argmax": "argmin", "randperm": "arange", "arange": "randperm"}
    node = rng.choice([n for n in ast.walk(tree) if isinstance(n, ast.Attribute) and n.attr in pairs])
    node.attr = pairs[node.attr]
    return True


def _name(tree: ast.AST, rng: random.Random) -> bool:
    names = {a.arg for n in ast.walk(tree) if isinstance(n, ast.arguments) for a in n.args} - {"self"}
    names |= {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    node = rng.choice(
        [n for n in ast.walk(tree) if isinstance(n, ast.Name) and n.id in names and isinstance(n.ctx, ast.Load)]
    )
    node.id = rng.choice(sorted(names - {node.id}))
    return True


def _sign(tree: ast.AST, rng: random.Random) -> bool:
    node = rng.choice([n for n in ast.walk(tree) if isinstance(n, ast.Return) and n.value is not None])
    assert node.value is not None
    node.value = node.value.operand if isinstance(node.value, ast.UnaryOp) else ast.UnaryOp(ast.USub(), node.value)
    return True


def _order(tree: ast.AST, rng: random.Random) -> bool:
    node = _pick(tree, rng, ast.Tuple)
    assert isinstance(node, ast.Tuple)
    node.elts[0], node.elts[1] = node.elts[1], node.elts[0]
    return True


SPOILS: list[tuple[str, Spoil]] = [
    ("operator", _operator), ("constant", _constant), ("left_out", _left_out), ("exchanged", _exchanged),
    ("outdented", _outdented), ("indented", _indented), ("unwrapped", _unwrapped), ("arguments", _arguments),
    ("fewer_arguments", _fewer_arguments), ("call_dropped", _call_dropped), ("call_added", _call_added),
    ("function", _function), ("name", _name), ("sign", _sign), ("order", _order),
]  # fmt: skip
