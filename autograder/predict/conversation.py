"""The conversation of `make predict`: a few predictions, then "which of these three is wrong?"."""

from __future__ import annotations

import random
from collections.abc import Callable

from autograder import state
from autograder.exercise import Exercise
from autograder.predict import questions as predict
from autograder.predict.questions import Choice, Question, Unreadable
from autograder.report import values

Say = Callable[[str], None]
Ask = Callable[[str], str]


class NothingToPredict(Exception):
    """The exercise does not invite a prediction; the text says so."""


def converse(exercise: Exercise, say: Say, ask: Ask, rng: random.Random, most: int = 2) -> tuple[int, int]:
    """Ask, tell, and return (right answers, questions answered). Enter skips a question."""
    known = predict.questions(exercise)
    if not known:
        raise NothingToPredict(
            f"No input that the checks of {exercise.name} draw is short enough to ask about. "
            f"Start writing: make check exercise={exercise.name}"
        )
    say("Two digits are enough, and arithmetic will do, as in 2 / 3 or exp(0.4): no calculator is needed.\n")
    score = []
    for question in predict.pick(known, most, rng):
        score.append(_predict(question, say, ask))
    if made := predict.choice(exercise, known, rng):
        score.append(_choose(made, say, ask))
    answered = [right for right in score if right is not None]
    _remember(exercise.name, sum(answered), len(answered))
    return sum(answered), len(answered)


def _predict(question: Question, say: Say, ask: Ask) -> bool | None:
    say(f"{question.exercise} with {question.call}")
    while True:
        typed = ask("gives what? (Enter skips)").strip()
        if not typed:
            say(f"It gives {values.line(question.result, 200)}\n")
            return None
        try:
            found = predict.compare(predict.read(typed, question.result), question.result)
        except Unreadable as error:
            say(str(error))
            continue
        exactly = values.line(question.result, 200)
        say(f"Right: {exactly}\n" if found is None else f"Not quite: {_why(found)}It gives {exactly}\n")
        return found is None


def _why(found: predict.Difference) -> str:
    where = "".join(f" [{part}]" for part in found.where)
    yours = f"at{where} yours" if where else "yours"
    if found.fault == "shape":
        return f"{yours} has the shape {values.shape(found.got)}, not {values.shape(found.expected)}. "
    if found.fault == "length":
        many = "1 part" if len(found.got) == 1 else f"{len(found.got)} parts"
        return f"{yours} has {many}, not {len(found.expected)}. "
    if found.fault == "kind":
        return f"{yours} is {values.kind(found.got)}. "
    return ""


def _choose(made: Choice, say: Say, ask: Ask) -> bool | None:
    say("Which of these three is wrong?")
    for number, call in enumerate(made.calls, 1):
        say(f"  {number}) {call.exercise} with {call.call}\n     gives {values.line(call.result, 200)}")
    while (typed := ask("1, 2 or 3? (Enter skips)").strip()) not in ("", "1", "2", "3"):
        say("Type 1, 2 or 3.")
    right = typed == str(made.wrong + 1)
    opening = "Right" if right else "Not that one" if typed else "It was"
    say(f"{opening}: number {made.wrong + 1} is wrong. It should give {values.line(made.right, 200)}")
    say(f"What went wrong there: {made.message}\n")
    return right if typed else None


def _remember(name: str, right: int, asked: int) -> None:
    """Kept as {"right", "asked"} beside the exercise's other entries."""
    if not asked:
        return
    with state.change() as remembered:
        entry = state.exercise(remembered, name)
        before = entry.get("predictions")
        before = before if isinstance(before, dict) else {}
        entry["predictions"] = {
            "right": before.get("right", 0) + right,
            "asked": before.get("asked", 0) + asked,
        }
