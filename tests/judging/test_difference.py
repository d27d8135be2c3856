from __future__ import annotations

from typing import Any

import pytest
import torch

from autograder.beside.encode import encode
from autograder.judging.difference import Difference, difference


def compared(got: Any, expected: Any) -> Difference | None:
    return difference(encode(got), encode(expected), 1e-5, 1e-6)


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        3,
        2.5,
        "a",
        [1, [2.0]],
        {"a": 1},
        {1, 2},
        float("nan"),
        float("inf"),
        torch.randn(2, 3),
        torch.ones(0),
    ],
)
def test_a_value_agrees_with_itself(value: Any) -> None:
    assert compared(value, value) is None


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        (1, 1.0),
        ((1, 2), [1, 2]),
        (torch.tensor([1.0]), torch.tensor([1.0 + 1e-7])),
        (torch.ones(1, requires_grad=True), torch.ones(1)),
        (torch.Size([2]), [2]),
    ],
)
def test_differences_of_style_are_none(got: Any, expected: Any) -> None:
    assert compared(got, expected) is None


@pytest.mark.parametrize(
    ("got", "expected", "fault"),
    [
        (None, torch.ones(1), "kind"),
        (1.0, torch.tensor(1.0), "kind"),
        (torch.ones(2).numpy(), torch.ones(2), "kind"),
        (torch.ones(2), torch.ones(2, 1), "shape"),
        (torch.ones(2).double(), torch.ones(2), "dtype"),
        (torch.ones(2), torch.ones(2, requires_grad=True), "graph"),
        (torch.tensor([1.0, 2.0]), torch.tensor([1.0, 2.1]), "value"),
        (torch.tensor(float("nan")), torch.tensor(1.0), "value"),
        (float("inf"), float("-inf"), "value"),
        (1, True, "value"),
        ([1, 2], [1, 2, 3], "length"),
        ({"a": 1}, {"b": 1}, "keys"),
        ({"a": [1, 2]}, {"a": [1, 3]}, "value"),
        ("a", "b", "value"),
    ],
)
def test_faults_have_names(got: Any, expected: Any, fault: str) -> None:
    found = compared(got, expected)
    assert found is not None
    assert found.fault == fault


def test_the_place_of_a_difference_is_told() -> None:
    found = compared({"a": [torch.zeros(2, 3)]}, {"a": [torch.tensor([[0.0, 0, 0], [0, 1, 2]])]})
    assert found is not None
    assert found.where == ("a", 0)
    assert (found.index, found.count, found.total) == ((1, 1), 2, 6)


def test_shape_is_told_before_dtype_before_graph_before_values() -> None:
    right = torch.ones(2, 2, requires_grad=True)
    assert compared(torch.zeros(3, dtype=torch.float64), right).fault == "shape"  # type: ignore[union-attr]
    assert compared(torch.zeros(2, 2, dtype=torch.float64), right).fault == "dtype"  # type: ignore[union-attr]
    assert compared(torch.zeros(2, 2), right).fault == "graph"  # type: ignore[union-attr]
