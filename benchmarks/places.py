"""How long a warm verdict on a wrong answer takes, and how long to find its places, beside a plain fork and observe."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import TypeVar

from autograder import lesson
from autograder.judging import grade, known_mistakes, observing
from autograder.repair import measure

#: Formulas, a class, loops: rights of these are spoiled in one, two and three places.
EXERCISES = ["softmax", "nll", "accuracy", "Dataset", "fit_optimizer", "fit_layers"]
SECONDS = 2.0
T = TypeVar("T")


def explained(rounds: int) -> dict[str, float]:
    """`rounds` does not matter: every answer is new to the kit once."""
    plain, verdicts, searches, runs = [], [], [], []
    for exercise in map(lesson.find, EXERCISES):
        made = measure.sample(exercise, 2, rounds)
        known_mistakes.known(exercise, 0)  # what a warm process knows already
        for one in made:
            spec = {"file": one.text, "path": "answer.py"}
            plain.append(_timed(lambda s=spec, e=exercise: observing.observe(e, [s], [{"seed": 0}]))[0])
            verdicts.append(_timed(lambda t=one.text, e=exercise: grade.check_text(t, "answer.py", e, 0, None))[0])
            seconds, looked = _timed(lambda t=one.text, e=exercise: measure.look(e, t, SECONDS))
            searches.append(seconds)
            runs.append(looked.runs)
    floor = statistics.median(plain)
    return {
        "verdict on a wrong answer / fork and observe": statistics.median(verdicts) / floor,
        "its places, too / fork and observe": statistics.median(searches) / floor,
        "verdict on a wrong answer (s)": statistics.median(verdicts),
        "its places (s)": statistics.median(searches),
        "its places, 95th percentile (s)": sorted(searches)[int(len(searches) * 0.95)],
        "candidates run for its places": statistics.median(runs),
    }


def _timed(work: Callable[[], T]) -> tuple[float, T]:
    started = time.perf_counter()
    result = work()
    return time.perf_counter() - started, result
