"""Predict first: an input is shown, and the learner says what comes out before writing any code.

Questions are made from the probes that grade the exercise, drawn as small as they go: the first call of each, when its
arguments and its result are plain enough to be read in one line. "Which of these three is wrong?" puts the result of a
known mistake among right ones. An exercise without such calls invites no prediction, and says so.
"""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from autograder.exercise import Exercise
from autograder.judging import observing
from autograder.judging.difference import Difference, difference
from autograder.judging.verdict import Frame
from autograder.predict.arithmetic import evaluated
from autograder.report import values

#: Longest line of arguments, and most numbers in a result: what one can hold in one's head.
MOST_WIDTH, MOST_NUMBERS = 76, 8
#: Rounding to two digits is close enough, where the result is not whole.
RTOL, ATOL = 0.05, 0.02


class Unreadable(Exception):
    """What was typed is not a value; the text says what would be."""


@dataclass(frozen=True)
class Question:
    """One call of the exercise: its arguments by name and its result, encoded as in autograder/beside/encode.py."""

    exercise: str
    arguments: dict[str, Any]
    result: Any

    @property
    def call(self) -> str:
        return ", ".join(f"{name} = {values.line(value, 1000)}" for name, value in self.arguments.items())


@dataclass(frozen=True)
class Choice:
    """Three calls with results, of which the one at `wrong` (from 0) is what the mistake `message` gives."""

    calls: list[Question]
    wrong: int
    right: Any
    message: str


def questions(exercise: Exercise) -> list[Question]:
    """Calls to predict, simplest first; none where the exercise does not invite it."""
    if exercise.kind != "code" or exercise.is_class:
        return []
    found: dict[str, Question] = {}
    for frame in observing.small_runs(exercise, []).frames:
        for question in _of(exercise, frame):
            if _is_plain(question.result) and 0 < _count(question.result) <= MOST_NUMBERS:
                found.setdefault(question.call, question)
    return sorted(found.values(), key=lambda q: _count(q.result) + len(q.call) / 100)


def pick(asked: list[Question], number: int, rng: random.Random) -> list[Question]:
    """A few questions, different in what comes out as far as they are, from the simpler half."""
    simple = asked[: max(number * 2, len(asked) // 2)]
    chosen: list[Question] = []
    for question in rng.sample(simple, len(simple)):
        if all(question.result != other.result for other in chosen):
            chosen.append(question)
    return chosen[:number]


def choice(exercise: Exercise, asked: list[Question], rng: random.Random) -> Choice | None:
    """Three calls, one with the result of a known mistake; None where no mistake shows on small inputs."""
    by_call = {question.call: question for question in asked}
    wrong: list[tuple[Question, str]] = []
    mistakes = list(exercise.mistakes.values())
    frames = observing.small_runs(exercise, list(exercise.mistakes)).frames if mistakes and len(asked) >= 3 else []
    for frame in frames:
        for question in _of(exercise, frame):
            right = by_call.get(question.call)
            if right and _is_plain(question.result) and compare(question.result, right.result):
                wrong.append((question, mistakes[frame["implementation"]].message))
    if not wrong:
        return None
    mistaken, message = rng.choice(wrong)
    others = rng.sample([question for question in asked if question.call != mistaken.call], 2)
    place = rng.randrange(3)
    return Choice([*others[:place], mistaken, *others[place:]], place, by_call[mistaken.call].result, message)


def read(text: str, like: Any) -> Any:
    """What was typed, as an encoded value of the kind of `like`; between numbers a blank is enough."""
    plain = re.sub(r",\s*dtype\s*=\s*[\w.]+", "", re.sub(r"\b(?:torch\.)?tensor\s*\(", "(", text.strip()))
    apart = re.sub(r"(?<=[\d.\]])\s+(?=[-+.\d\[])", ", ", plain)
    known, troubles = [], []
    for reading, written in ((ast.literal_eval, plain), (ast.literal_eval, apart), (evaluated, plain)):
        try:
            known.append(_as(_listed(reading(written)), like))
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            continue
        except Unreadable as error:
            troubles.append(error)
    if not known:
        raise (troubles or [Unreadable("Type a value as Python writes it, like 0.5, 2 / 3 or [[1, 2], [3, 4]].")])[0]
    return next((value for value in known if _outline(value) == _outline(like)), known[0])


def _outline(value: Any) -> Any:
    """Its shape, however it is nested: 1 - 0.5 is one number where one is expected, else two."""
    if isinstance(value, dict):
        return value["shape"]
    return [_outline(item) for item in value] if isinstance(value, list) else []


def _as(value: Any, like: Any) -> Any:
    if isinstance(like, dict) and "tensor" in like:
        shape = _shape(value)
        return like | {"shape": shape, "values": list(_numbers(value))}
    if isinstance(like, list) and isinstance(value, list) and len(like) == len(value):
        return [_as(item, other) for item, other in zip(value, like, strict=True)]
    return value


def _shape(value: Any) -> list[int]:
    if not isinstance(value, list):
        return []
    inner = [_shape(item) for item in value]
    if any(shape != inner[0] for shape in inner):
        raise Unreadable("The rows of a tensor are all of the same length.")
    return [len(value), *(inner[0] if inner else [])]


def compare(got: Any, expected: Any) -> Difference | None:
    whole = all(isinstance(number, int) for number in _numbers(expected))
    return difference(got, expected, 0 if whole else RTOL, 0 if whole else ATOL)


def _of(exercise: Exercise, frame: Frame) -> Iterator[Question]:
    """The first call that a probe made, if one line shows its arguments and chance has no part in it."""
    for call in frame.get("calls", [])[:1]:
        question = Question(exercise.name, call["arguments"], call.get("result"))
        shown = all(_is_plain(value) for value in call["arguments"].values()) and len(question.call) <= MOST_WIDTH
        if shown and call["arguments"].get("shuffle") is not True and not frame.get("changed"):
            yield question


def _is_plain(value: Any) -> bool:
    if isinstance(value, dict):
        return "tensor" in value and value["values"] is not None
    return all(map(_is_plain, value)) if isinstance(value, list) else isinstance(value, bool | int | float | str)


def _count(value: Any) -> int:
    return sum(1 for _ in _numbers(value))


def _numbers(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        yield from value["values"] or []
    elif isinstance(value, list):
        for item in value:
            yield from _numbers(item)
    else:
        yield value


def _listed(value: Any) -> Any:
    return [_listed(item) for item in value] if isinstance(value, list | tuple) else value
