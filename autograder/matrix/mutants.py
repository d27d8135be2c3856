"""Mutants: the reference with one small change each, to see whether the probes notice.

The changes are the usual ones of mutation testing: another operator, another constant, a condition turned round, an
argument or a statement left out.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from autograder import source
from autograder.trees import copied, walk

OPERATORS: dict[type, list[type]] = {
    ast.Add: [ast.Sub],
    ast.Sub: [ast.Add],
    ast.Mult: [ast.Div],
    ast.Div: [ast.Mult],
    ast.FloorDiv: [ast.Mult],
    ast.Mod: [ast.Mult],
    ast.Pow: [ast.Mult],
    ast.MatMult: [ast.Mult],
    ast.Lt: [ast.LtE, ast.Gt],
    ast.LtE: [ast.Lt],
    ast.Gt: [ast.GtE, ast.Lt],
    ast.GtE: [ast.Gt],
    ast.Eq: [ast.NotEq],
    ast.NotEq: [ast.Eq],
    ast.Is: [ast.IsNot],
    ast.IsNot: [ast.Is],
    ast.In: [ast.NotIn],
    ast.NotIn: [ast.In],
    ast.And: [ast.Or],
    ast.Or: [ast.And],
    ast.UAdd: [ast.USub],
}


@dataclass(frozen=True)
class Mutant:
    description: str
    text: str


def mutants(section: str, name: str) -> list[Mutant]:
    """Every mutant of one answer, as the text of the whole solutions file with that answer changed."""
    text = source.solutions_path(section).read_text(encoding="utf-8")
    tree = ast.parse(text)
    place = next(i for i, node in enumerate(tree.body) if isinstance(node, source.Definition) and node.name == name)
    answer, texts = tree.body[place], [ast.unparse(node) for node in tree.body]
    made = []
    for changed in _changes(answer):
        text = ast.unparse(ast.fix_missing_locations(changed))
        whole = "\n\n".join([*texts[:place], text, *texts[place + 1 :]])
        made.append(Mutant(_describe(texts[place], text), whole))
    return made


def _changes(definition: ast.stmt) -> Iterator[ast.stmt]:
    """Copies of the definition, each with one node changed in one way."""
    changed = copied(definition)
    for position, node in enumerate(walk(definition)):
        for change in range(_ways(node)):
            target = next(itertools.islice(walk(changed), position, None))
            if _apply(target, change):
                yield changed
                changed = copied(definition)


def _ways(node: ast.AST) -> int:
    return 4 + len(getattr(node, "body", ()) or ()) if hasattr(node, "body") and isinstance(node.body, list) else 4


def _apply(node: ast.AST, change: int) -> bool:
    """Change the node in place, in the way numbered `change`; False where there is no such way."""
    if isinstance(getattr(node, "body", None), list) and change >= 4:
        return _leave_out(node, change - 4)
    match node:
        case ast.BinOp() | ast.BoolOp() | ast.AugAssign():
            others = OPERATORS.get(type(node.op), [])
            if change < len(others):
                node.op = others[change]()
                return True
        case ast.Compare():
            others = OPERATORS.get(type(node.ops[0]), [])
            if change < len(others):
                node.ops[0] = others[change]()
                return True
        case ast.UnaryOp(op=ast.USub()) if change == 0:
            node.op = ast.UAdd()
            return True
        case ast.Constant(value=bool()) if change == 0:
            node.value = not node.value
            return True
        case ast.Constant(value=(int() | float()) as number) if change < 2 and not isinstance(number, bool):
            node.value = number + (1 if change == 0 else -1)
            return True
        case ast.Call(keywords=[_, *_]) if change < len(node.keywords):
            del node.keywords[change]
            return True
        case ast.If() | ast.IfExp() | ast.While() if change == 0:
            node.test = ast.UnaryOp(ast.Not(), node.test)
            return True
        case ast.Attribute(attr="sum" | "mean" | "max" | "min" | "argmax" | "train" | "eval") if change == 0:
            pairs = {"sum": "mean", "max": "min", "train": "eval", "argmax": "argmin"}
            pairs |= {b: a for a, b in pairs.items()}
            node.attr = pairs[node.attr]
            return True
    return False


def _leave_out(node: ast.AST, index: int) -> bool:
    body: list[ast.stmt] = node.body  # type: ignore[attr-defined]
    if index >= len(body) or isinstance(body[index], ast.Pass):
        return False
    statement = body[index]
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return False  # a docstring
    if isinstance(node, ast.With | ast.Module):
        return False
    body[index] = ast.copy_location(ast.Pass(), statement)
    return True


def _describe(before: str, after: str) -> str:
    old, new = before.splitlines(), after.splitlines()
    for a, b in zip(old, new, strict=False):
        if a != b:
            return f"{a.strip()}  ->  {b.strip()}"
    return f"{old[-1].strip()}  ->  (left out)"
