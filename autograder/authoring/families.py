"""Families: slips that sister exercises share. Each stands once, in a file of autograder/checks/families/.

One applies to every exercise whose reference, or else one of whose rights, has the code that it changes; a mistake of
the exercise's own that has the same name comes before it. It can do no harm where it makes no difference, since it then
explains no wrong answer; and it is a second choice: where one of the exercise's own mistakes explains an answer, that
one is told (autograder/judging/diagnosis.py). What would be untrue of an exercise it refuses, with a reason:
`code(..., refuses={"tensors_for_numbers": "the number is drawn, and not returned"})`.
"""

from __future__ import annotations

import ast
import dataclasses
import functools
import importlib
import importlib.util
import re
from collections.abc import Callable, Sequence
from typing import Any

from autograder import lesson
from autograder.authoring.edits import Change, Edit, Indent, Insert, Inside, Mismatch, Outdent, Swap, composed
from autograder.authoring.slips import slip_of
from autograder.exercise import Exercise, Variant
from autograder.proofread import AuthorsError, at

_SLIPS: dict[str, Variant] = {}


def slip(*edits: Any, twins: Sequence[str] = ()) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare a slip of a family, as `@exercise.slip` does for one exercise."""

    def declare(function: Callable[..., Any]) -> Callable[..., Any]:
        name, code = function.__name__, function.__code__
        message = " ".join((function.__doc__ or "").split())
        declared = code.co_filename, code.co_firstlineno
        if name in _SLIPS and _SLIPS[name].declared != declared:
            raise AuthorsError(
                *declared, f"`{name}` is declared in {at(*_SLIPS[name].declared)} too. Rename or drop one."
            )
        _SLIPS[name] = Variant(name, function, message, tuple(twins), edits=edits, declared=declared)
        return function

    return declare


def slips() -> dict[str, Variant]:
    """Every slip of a family, by name; a lesson need not have any."""
    families = f"{lesson.current().package}.families"
    if importlib.util.find_spec(families):
        importlib.import_module(families)
    return _SLIPS


def complete(exercise: Exercise) -> dict[str, Variant]:
    """The family slips that apply to the exercise, each with the right that it is an edit of; found once."""
    if exercise.family is None:
        exercise.family = _applying(exercise) if exercise.kind == "code" else {}
    return exercise.family


def _applying(exercise: Exercise) -> dict[str, Variant]:
    from autograder.authoring import variants

    found = {}
    bases = [(name, *variants.with_words(exercise, name)) for name in ["", *exercise.rights]]
    for name, variant in slips().items():
        if name in exercise.mistakes or name in exercise.refuses:
            continue
        slip, needed = slip_of(variant), _words(name)
        for base, tree, words in bases:
            if needed <= words and _fits(slip, tree):
                found[name] = dataclasses.replace(variant, of=base)
                break
    return found


def _fits(slip: Any, tree: Any) -> bool:
    try:
        compile(ast.unparse(ast.fix_missing_locations(composed(slip.edits, tree))), "fits", "exec")
    except (Mismatch, SyntaxError):  # `x.float()` is no name to assign to
        return False
    return True


@functools.cache
def _words(name: str) -> frozenset[str]:
    """The names that must stand in the code, so that most code need not be searched."""
    return frozenset(word for edit in slip_of(_SLIPS[name]).edits[:1] for word in _looked_for(edit))


def _looked_for(edit: Edit) -> set[str]:
    match edit:
        case Change(old=code) | Outdent(code=code) | Indent(code=code) | Insert(code=code):
            return set(re.findall(r"[A-Za-z_]{2,}", code))
        case Swap(one=one, other=other):
            return set(re.findall(r"[A-Za-z_]{2,}", f"{one} {other}"))
        case Inside(name=name, edits=edits):
            return {name}.union(*(_looked_for(inner) for inner in edits[:1]))
    return set()
