from __future__ import annotations

from typing import Any

import pytest

from autograder.concept import normalise, probes
from autograder.exercise import Complaint

LETTERS = ["a", "b", "c", "d"]


@pytest.mark.parametrize("answer", [{"a", "c"}, ["C", "A"], ("a", "c", "a"), "ac", "a, c", "A C", frozenset("ac")])
def test_any_honest_way_to_give_letters_is_one_answer(answer: Any) -> None:
    assert normalise(answer, LETTERS, ordered=False) == ["a", "c"]


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (None, "nothing was returned"),
        (3, "not int"),
        ({"a", "x"}, "'x' is not one of"),
        (set(), "at least one of the statements is true"),
        (set(LETTERS), "at least one of the statements is false"),
        (print, "return a set of letters"),
    ],
)
def test_what_is_no_answer_is_said(answer: Any, says: str) -> None:
    with pytest.raises(Complaint, match=says):
        normalise(answer, LETTERS, ordered=False)


@pytest.mark.parametrize(
    ("answer", "says"), [({"a", "b"}, "no order"), (["a"], "exactly once"), (["a", "a", "b", "c"], "exactly once")]
)
def test_an_order_needs_each_letter_once(answer: Any, says: str) -> None:
    with pytest.raises(Complaint, match=says):
        normalise(answer, LETTERS, ordered=True)
    assert normalise("badc", LETTERS, ordered=True) == ["b", "a", "d", "c"]


def test_there_is_a_probe_for_each_statement_or_step() -> None:
    judged = dict(probes(LETTERS, ordered=False))
    assert judged["statement_b"](lambda: {"b", "d"}, None) is True
    assert judged["statement_a"](lambda: {"b", "d"}, None) is False
    steps = dict(probes(LETTERS, ordered=True))
    assert [steps[f"step_{i}"](lambda: "dcba", None) for i in (1, 2, 3, 4)] == ["d", "c", "b", "a"]
