"""A known mistake as an edit of a right answer: `@exercise.slip("opt.zero_grad()", "")`. Pure `ast`, no torch.

A *slip* is one or more *edits* of the reference (or of the right that `of=` names), one after the other:

    change(old, new)          code that stands there once, replaced; "" as new code drops the statement, or takes the
                              header of a loop or a `with` off its body
    everywhere(old, new)      the same at each place where it stands, at least one
    swap(one, other)          two pieces of code exchanged
    outdent(code)             a statement moved out of its loop, to behind it
    indent(code)              a statement moved to the end of the loop before it
    before(code, new)         new statements in front of a statement
    after(code, new)          new statements behind it
    first(new), last(new)     new statements at the beginning or the end of the whole function
    body(new)                 other statements instead of all
    without(name)             a method left out
    method(text)              a method put in, or in place of one of the same name
    inside(name, edit, ...)   edits that look into this method or inner function alone

Each edit is data: a frozen dataclass with `apply(tree) -> tree`, which leaves the tree it is given alone and takes any
function, class or module, a learner's too; and `inverse() -> edit or None`, which turns the mistake back into right
code where the edit alone says how. Code is written as in autograder/authoring/patterns.py: a single capital letter
stands for any expression, the same letter for equal ones. Nodes keep the lines where they stood; what is put in has the
line of what it replaces. `Mismatch` says that there is nothing to edit, or that it is not clear where.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import Any

from autograder.authoring.edits import (
    Body,
    Change,
    Edit,
    Indent,
    Insert,
    Inside,
    Method,
    Mismatch,
    Missing,
    Outdent,
    Several,
    Swap,
    Without,
    composed,
)
from autograder.authoring.patterns import expressions, places
from autograder.declaring import near_to
from autograder.exercise import Variant
from autograder.proofread import AuthorsError
from autograder.trees import walk

__all__ = ["Edit", "Mismatch", "Slip", "after", "before", "body", "change", "everywhere", "first", "indent", "inside"]
__all__ += ["last", "method", "outdent", "slip_of", "swap", "without"]


class Misfit(AuthorsError, Mismatch):
    """The edits of a known mistake do not fit what they are edits of."""


@dataclass(frozen=True)
class Slip:
    """The edits that make a known mistake, what they are edits of, and where they are declared."""

    edits: tuple[Edit, ...]
    #: The right (or mistake) that is edited; the reference when empty.
    of: str = ""
    file: str = ""
    line: int = 0

    def apply(self, tree: ast.AST) -> Any:
        try:
            return composed(self.edits, tree)
        except Mismatch as error:
            instead = _instead(error.code, tree) if isinstance(error, Missing) else ""
            instead = _more(error.code, tree) if isinstance(error, Several) else instead
            raise Misfit(self.file, self.line, f"{error}{instead}") from None
        except SyntaxError as error:
            code = (error.text or "").strip()
            told = f"{code!r} is no Python: {error.msg}{_around(code, _texts(tree))}"
            raise Misfit(self.file, self.line, told) from None

    def inverse(self) -> Slip | None:
        """What turns the mistake back; None where an edit has lost something."""
        turned = [edit.inverse() for edit in reversed(self.edits)]
        if None in turned:
            return None
        return Slip(tuple(edit for edit in turned if edit is not None), self.of, self.file, self.line)


def _more(code: str, tree: ast.AST) -> str:
    """What tells one of several places from the others: the line beside it, or the method that it is in."""
    for place in places(tree, code):
        for first, last in ((place.first - 1, place.last), (place.first, place.last + 1)):
            both = [ast.unparse(statement) for statement in place.block[max(first, 0) : last]]
            if len(both) > 1 and all("\n" not in line for line in both) and len(places(tree, "\n".join(both))) == 1:
                return f", with a line beside it: {chr(10).join(both)!r}"
    methods = [node for node in getattr(tree, "body", ()) if isinstance(node, ast.FunctionDef)]
    once = [node.name for node in methods if len(places(node, code) or expressions(node, code)) == 1]
    look = f", or look into one method: inside({once[0]!r}, change(...))" if once else ""
    return f"{look}, or change each: everywhere({code!r}, ...)"


def _instead(code: str, tree: ast.AST) -> str:
    """What to write for a pattern that is a part of an expression only, or nearly what stands there."""
    if header := re.fullmatch(r"((?:for|while|with|if|def|class) .*:)\s*[A-Z]", code):
        return f". Its first line stands for it, whatever its body is: {header[1]!r}"
    texts = _texts(tree)
    return _around(code, texts) or near_to(code, texts)


def _texts(tree: ast.AST) -> list[str]:
    """The expressions and simple statements of a tree, the shortest first."""
    called = {id(node.func) for node in walk(tree) if isinstance(node, ast.Call)}
    whole = [n for n in walk(tree) if isinstance(n, ast.expr | ast.stmt) and id(n) not in called]
    simple = [node for node in whole if isinstance(node, ast.IfExp | ast.Lambda) or not hasattr(node, "body")]
    return sorted({ast.unparse(node) for node in simple}, key=lambda text: (len(text), text))


def _around(code: str, texts: list[str]) -> str:
    """What to write for code that is cut out of the middle of an expression."""
    around = next((text for text in texts if code and code in text), "")
    told = f". It is a part of `{around}`: write all of that; a capital letter stands for any expression in it"
    return told if around else ""


def slip_of(variant: Variant) -> Slip:
    """The slip that was declared by `@exercise.slip(...)`, with two texts or any number of edits."""
    edits = variant.edits
    if len(edits) == 2 and all(isinstance(edit, str) for edit in edits):
        edits = (Change(*edits),)
    if not all(isinstance(edit, Edit) for edit in edits):
        told = "a slip is old code and new code, or edits: change(old, new), swap(one, other)"
        raise Misfit(*variant.declared, told)
    return Slip(edits, variant.of, *variant.declared)


def change(old: str, new: str) -> Edit:
    return Change(old, new)


def everywhere(old: str, new: str) -> Edit:
    return Change(old, new, every=True)


def swap(one: str, other: str) -> Edit:
    return Swap(one, other)


def outdent(code: str) -> Edit:
    return Outdent(code)


def indent(code: str) -> Edit:
    return Indent(code)


def before(code: str, new: str) -> Edit:
    return Insert(new, "before", code)


def after(code: str, new: str) -> Edit:
    return Insert(new, "after", code)


def first(new: str) -> Edit:
    return Insert(new, "first")


def last(new: str) -> Edit:
    return Insert(new, "last")


def body(new: str) -> Edit:
    return Body(new)


def without(name: str) -> Edit:
    return Without(name)


def method(text: str) -> Edit:
    return Method(text)


def inside(name: str, *edits: Edit) -> Edit:
    return Inside(name, edits)
