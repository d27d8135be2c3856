"""Without an edit that mends all: a known mistake is told where it reads so, a changed argument where it is changed."""

from __future__ import annotations

import pytest

from autograder.judging.verdict import Diagnosis
from conftest import Check

ROWS = """def get_data(images, labels, n_valid):
    x = images.reshape(len(images), 28 * 28).float() / 255
    y = labels.long()
    x_valid, x_train = x[:n_valid], x[n_valid:]
    y_valid, y_train = y[:n_valid], y[n_valid:]
    return x_train, y_train, x_valid, y_valid
"""
NAIVE = """import torch

def cross_entropy(input, target):
    n = input.shape[0]
    probs = input.exp() / input.exp().sum(dim=1, keepdim=True)
    right = probs[torch.arange(n), target]
    return -right.log().mean()
"""
DICT = "def unzip(pairs):\n    d = dict(pairs)\n    return list(d.keys()), list(d.values())\n"
POP = """def unzip(pairs):
    firsts, seconds = [], []
    while len(pairs) > 0:
        a, b = pairs.pop(0)
        firsts.append(a)
        if b not in seconds:
            seconds.append(b)
    return firsts, seconds
"""
STORE = """import math

def softmax_formula(xs):
    for i in range(len(xs)):
        xs[i] = math.exp(xs[i])
    total = 0
    for i in range(1, len(xs)):
        total = total + xs[i]
    return [e / total for e in xs]
"""


def _first(check: Check, monkeypatch: pytest.MonkeyPatch, name: str, text: str) -> Diagnosis:
    monkeypatch.setenv("AUTOGRADER_EXPLAIN", "0.3")
    return check(name, text).diagnoses[0]


@pytest.mark.parametrize(
    ("name", "text", "mistake", "lines"),
    [
        ("get_data", ROWS, "the_first_rows_validate", {4, 5}),
        ("cross_entropy", NAIVE, "naive", {5}),
        ("unzip", DICT, "through_a_dict", {2, 3}),
    ],
)
def test_a_known_mistake_in_other_words_has_its_lines(
    name: str, text: str, mistake: str, lines: set[int], check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = _first(check, monkeypatch, name, text)
    assert (found.mistake, found.known) == (mistake, True)
    assert found.lines
    assert set(found.lines) <= lines
    assert found.source == text.split("\n")[found.lines[0] - 1].strip()


@pytest.mark.parametrize(("name", "text", "line"), [("unzip", POP, 4), ("softmax_formula", STORE, 5)])
def test_an_argument_that_is_changed_is_told_at_the_line_that_does_it(
    name: str, text: str, line: int, check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = _first(check, monkeypatch, name, text)
    assert found.lines == (line,)
    assert found.mistake in ("in_place", "empties_the_list")


def test_where_a_copy_has_the_arguments_name_no_line_is_said_to_change_it(
    check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "def unzip(pairs):\n    rest, pairs = pairs, list(pairs)\n    return [rest.pop(0) for _ in pairs], pairs\n"
    monkeypatch.setenv("AUTOGRADER_EXPLAIN", "0.3")
    assert not [found for found in check("unzip", text).diagnoses if found.lines == (3,)]
