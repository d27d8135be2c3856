"""What rights are written with: the vocabulary that repairs are made of, and by which likely ones are told.

All of it is taken from the reference and the rights with their own names replaced by the learner's, so that a call of
theirs can be put into the learner's text as it stands.
"""

from __future__ import annotations

import ast
from collections import Counter
from dataclasses import dataclass, field

from autograder.repair.edit import labels
from autograder.repair.kinds import called
from autograder.repair.reading import MODULES, is_text, reads
from autograder.trees import walk

#: The roles of which something comes.
VALUES = {"value", "iterable"}
SIMPLE = (ast.Expr, ast.Assign, ast.AugAssign, ast.Return, ast.Raise)


@dataclass
class Vocabulary:
    """Parts of rights by what can be done with them, each once."""

    #: The text of a call without its receiver or only argument -> the call.
    calls: dict[str, ast.Call] = field(default_factory=dict)
    by_name: dict[str, list[ast.Call]] = field(default_factory=dict)
    binary: dict[str, ast.BinOp] = field(default_factory=dict)
    #: What stands in lists, tuples and calls, and is worked out there.
    elements: dict[str, ast.expr] = field(default_factory=dict)
    subscripts: dict[str, ast.Subscript] = field(default_factory=dict)
    #: What stands in a role (`role`) -> its text -> the expression.
    expressions: dict[str, dict[str, ast.expr]] = field(default_factory=dict)
    statements: dict[str, ast.stmt] = field(default_factory=dict)
    conditions: dict[str, ast.expr] = field(default_factory=dict)
    constants: dict[str, ast.expr] = field(default_factory=dict)
    attributes: set[str] = field(default_factory=set)
    #: The bag of what each right is made of.
    bags: list[Counter[str]] = field(default_factory=list)


def vocabulary(rights: list[ast.stmt]) -> Vocabulary:
    found = Vocabulary()
    for right in rights:
        found.bags.append(labels(right))
        for parent in walk(right):
            for node in ast.iter_child_nodes(parent):
                _take(found, node, role(node, parent))
    return found


def role(node: ast.AST, parent: ast.AST) -> str:
    """What an expression is there for: its effect, to be entered, gone through or called; else its value."""
    match parent:
        case ast.Expr():
            return "effect"
        case ast.withitem():
            return "context"
        case ast.For(iter=it) | ast.comprehension(iter=it) if it is node:
            return "iterable"
        case ast.Call(func=function) if function is node:
            return "function"
    return "value"


def _take(found: Vocabulary, node: ast.AST, of: str) -> None:
    if isinstance(node, ast.expr) and isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
        text = ast.unparse(node)
        if isinstance(node, ast.Constant) and type(node.value) in (int, float, str):
            found.constants.setdefault(text, node)
        elif not isinstance(node, ast.Name | ast.Starred) and text not in ("True", "False"):
            found.expressions.setdefault(of, {}).setdefault(text, node)
    match node:
        case ast.Tuple() | ast.List():
            found.elements |= {ast.unparse(e): e for e in node.elts if isinstance(e, ast.Call)}
        case ast.Call():
            found.elements |= {ast.unparse(a): a for a in node.args if isinstance(a, ast.Call)}
            found.by_name.setdefault(called(node), []).append(node)
            if isinstance(node.func, ast.Attribute) and of in VALUES:
                found.calls.setdefault("." + ast.unparse(wrapped(node, ast.Name("_"))).removeprefix("_."), node)
            elif len(node.args) == 1 and of in VALUES:
                found.calls.setdefault(ast.unparse(wrapped(node, ast.Name("_"))), node)
        case ast.BinOp():
            found.binary.setdefault(ast.unparse(node), node)
        case ast.Subscript():
            found.subscripts.setdefault(ast.unparse(node.slice), node)
        case ast.Attribute():
            found.attributes.add(node.attr)
        case ast.If() | ast.While():
            found.conditions.setdefault(ast.unparse(node.test), node.test)
    if isinstance(node, SIMPLE) and not is_text(node):
        found.statements.setdefault(ast.unparse(node), node)


def wrapped(call: ast.Call, inner: ast.expr) -> ast.Call:
    """The call made of `inner`: as its receiver, or as its only argument."""
    others = list(call.args)
    keywords = list(call.keywords)
    if isinstance(call.func, ast.Attribute) and not _is_module(call.func.value):
        return ast.Call(ast.Attribute(inner, call.func.attr, ast.Load()), others, keywords)
    return ast.Call(call.func, [inner, *others[1:]], keywords)


def _is_module(node: ast.expr) -> bool:
    """Whether what stands before the dot is a library, or the object itself: its function gets what it is about as an
    argument."""
    return isinstance(node, ast.Name) and node.id in {"self", *MODULES}


def in_reach(node: ast.AST, names: set[str]) -> bool:
    """Whether everything that the node reads has one of these names."""
    return reads(node) <= names
