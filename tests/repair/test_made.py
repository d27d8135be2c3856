"""What is told of made answers is true: rights spoiled in one, two and three known places, the same ones each time."""

from __future__ import annotations

import pytest

from autograder import lesson
from autograder.judging import observing
from autograder.repair import measure


@pytest.mark.parametrize("name", ["softmax", "logsumexp", "nll"])
def test_every_place_that_is_told_of_a_spoiled_right_is_one_that_was_spoiled(name: str) -> None:
    exercise = lesson.find(name)
    rows = [measure.measured(exercise, made, 4.0) for made in measure.sample(exercise, 1, 0)]
    assert {row["count"] for row in rows} == {1, 2, 3}
    assert all(row["true"] for row in rows if row["told"]), rows
    assert any(row["told"] for row in rows)


def test_of_the_seconds_of_a_search_those_that_its_jobs_compute_are_counted() -> None:
    exercise, before = lesson.find("softmax"), measure.computed()
    busy = "def softmax(x):\n    sum(range(10**6))\n    return x\n"
    outcome = observing.observe(exercise, [{"file": busy, "path": "answer.py"}], [{"seed": 0}])
    assert measure.computed() - before >= outcome.seconds > 0


@pytest.mark.parametrize("name", ["softmax", "accuracy"])
def test_no_known_mistake_is_named_that_was_not_made(name: str) -> None:
    exercise = lesson.find(name)
    made = measure.sample(exercise, 1, 2, slips=True)
    assert [len(one.what) for one in made] == [1, 2, 3]
    assert {word for one in made for word in one.what} <= exercise.mistakes.keys()
    named = [measure.names_of(exercise, one) for one in made]
    assert sum(count for count, _ in named) > 1
    assert [wrong for _, wrong in named] == [[], [], []]
