"""What keeps an answer from counting is told, and one slip costs once."""

from __future__ import annotations

from typing import Any

import pytest

from autograder.classroom.grading import grade_cells

CELLS = [
    "import google.colab\nimport math\nimport torch",
    "x = 1\ny = 1 / 0\ndef softmax(x): return x",
    "def log_softmax(x): return x - x.logsumexp(-1, keepdim=True)",
    "def log_softmax(x):\n    raise NotImplementedError",
    "def softmax_formula(xs:\n    return xs",
    "def logsumexp(x):\n    m = x.amax(-1, keepdim=True)\n    return m + (x - m).exp().sum(-1, True).log()",
    "def nll(log_probs, target): return -log_probs[range(len(target)), target].sum()",
    "def cross_entropy(input, target): return nll(log_softmax(input), target).double()",
    "def max_abs_diff(a, b):\n    if a.shape != b.shape: raise ValueError\n"
    "    return float(abs(a - b).max()) * math.exp(0)",
]


@pytest.fixture(scope="module")
def graded() -> dict[str, Any]:
    return grade_cells(CELLS, "cross_entropy", seed=1)["exercises"]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("softmax", "stopped in its line 2 (`y = 1 / 0`): ZeroDivisionError: division by zero"),
        ("softmax_formula", "in its line 1 (`def softmax_formula(xs:`): SyntaxError"),
        ("log_softmax", "There is an answer above, and the cell below it is as it was handed out"),
        ("logsumexp", "keepdim"),
        ("cross_entropy", "in float64"),
    ],
)
def test_the_reason_is_told(name: str, says: str, graded: dict[str, Any]) -> None:
    assert says in graded[name]["text"]


def test_a_formal_slip_costs_one_check(graded: dict[str, Any]) -> None:
    assert graded["logsumexp"]["outcome"] == "failed"
    assert not any(probe["passed"] for probe in graded["logsumexp"]["probes"])
    assert 0.5 < graded["logsumexp"]["share"] < 1.0
    assert "together cost the points of one" in graded["logsumexp"]["text"]


def test_a_mistake_is_told_where_earlier_answers_are_broken_too(graded: dict[str, Any]) -> None:
    assert graded["cross_entropy"]["diagnosis"]["mistake"] == "in_float64"
    assert "Checked with the kit's log_softmax and nll" in graded["cross_entropy"]["text"]


def test_with_a_lent_answer_nothing_that_is_raised_is_told() -> None:
    told = "type(f'{logsumexp(x).shape}', (Exception,), {})"
    cells = [
        "import torch\ndef logsumexp(x): return x",
        f"def log_softmax(x):\n    raise {told}(str(logsumexp(x)))",
    ]
    text = grade_cells(cells, "cross_entropy", seed=1)["exercises"]["log_softmax"]["text"]
    assert "it stops with an error, also with right answers in place of logsumexp" in text
    assert "raises Exception" in text
    assert "torch.Size" not in text


def test_an_import_that_is_not_there_does_not_cost_the_others_of_its_cell(graded: dict[str, Any]) -> None:
    assert graded["max_abs_diff"]["outcome"] == "passed"
