"""Concept questions: how one is declared, what counts as an answer in letters, and the probes that look at it.

A set, list, tuple or string of letters is accepted, in either case: {"a", "c"}, ["A", "C"] and "a, c" are the same
answer. Where the order matters a set is not an answer, since it has none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from autograder import declaring
from autograder.exercise import Complaint, Exercise, Probe, Statement


def concept(
    name: str,
    *,
    ids: Iterable[str],
    hints: Iterable[str],
    explanations: dict[str, str],
    model_answer: str,
    rubric: Iterable[str],
    ordered: bool = False,
) -> Exercise:
    """Declare a question whose answer is a set of letters or, when `ordered`, a list of them.

    `explanations` has one text a letter, in the order of the statements in the prompt. There is a probe for each
    letter (whether it was judged true) or, in an ordered question, for each position. `model_answer` and `rubric` (one
    line for each point) are for the person who grades the written answer of a class.
    """

    exercise = Exercise(name, kind="concept", ids=declaring.ids(ids), ordered=ordered)
    exercise.hints, exercise.rubric = declaring.texts("hints", hints), declaring.texts("rubric", rubric)
    exercise.model_answer = declaring.text("model_answer", model_answer)
    told = declaring.table("explanations", explanations)
    exercise.statements = {letter: Statement(letter, text) for letter, text in told.items()}
    for probe_name, function in probes(list(explanations), ordered):
        exercise.probes[probe_name] = Probe(probe_name, function)
    return exercise


def normalise(answer: Any, letters: list[str], ordered: bool) -> list[str]:
    """The letters of an answer, lower case; sorted unless the order matters. Complaint says what is wrong."""
    what = "a list of letters in order" if ordered else "a set of letters"
    example = f"[{letters[1]!r}, {letters[0]!r}, ...]" if ordered else f"{{{letters[0]!r}, {letters[-1]!r}}}"
    if answer is None:
        raise Complaint(f"nothing was returned: return {what}, like {example}")
    if isinstance(answer, str):
        answer = re.findall(r"[^\s,;]", answer)
    elif isinstance(answer, dict):
        answer = [letter for letter, judged in answer.items() if judged]
    elif not isinstance(answer, (set, frozenset, list, tuple)):
        raise Complaint(f"return {what}, like {example}, not {type(answer).__name__}")
    elif ordered and isinstance(answer, (set, frozenset)):
        raise Complaint(f"a set has no order: return {what}, like {example}")
    found = [str(letter).strip().lower() for letter in answer]
    unknown = [letter for letter in found if letter not in letters]
    if unknown:
        raise Complaint(f"{unknown[0]!r} is not one of the statements {letters[0]} to {letters[-1]}")
    if ordered and sorted(found) != sorted(letters):
        raise Complaint(f"put each of {', '.join(letters)} into the list exactly once")
    if not ordered and not found:
        raise Complaint("at least one of the statements is true")
    if not ordered and set(found) == set(letters):
        raise Complaint("at least one of the statements is false")
    return found if ordered else sorted(set(found))


def probes(letters: list[str], ordered: bool) -> Iterator[tuple[str, Callable[..., Any]]]:
    """(name, probe) for each statement or, where the order matters, for each position."""
    for position, letter in enumerate(letters):
        if ordered:

            def place(question: Any, draw: Any, position: int = position) -> str:
                return normalise(question(), letters, True)[position]

            yield f"step_{position + 1}", place
        else:

            def judged(question: Any, draw: Any, letter: str = letter) -> bool:
                return letter in normalise(question(), letters, False)

            yield f"statement_{letter}", judged
