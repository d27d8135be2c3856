"""What a step gave is told in short: alike for what is alike but for rounding, and not where it may be anything."""

from __future__ import annotations

import pytest
import torch

from autograder.beside.steps import MOST_OF_ONE, Steps, in_short

ROW = torch.tensor([0.5, 1.25, -3.0])


def test_values_that_are_alike_but_for_rounding_are_told_alike() -> None:
    assert in_short(ROW) == in_short(ROW * (1 + 1e-7)) == in_short(ROW.double())
    assert in_short([ROW, 2 * ROW]) == in_short((ROW, 2 * ROW))


def test_it_does_not_matter_what_numbers_are_held_in() -> None:
    assert in_short(ROW) == in_short(ROW.tolist()) == in_short(ROW.numpy())
    assert in_short(ROW[1]) == in_short(ROW[1].item()) != ""


@pytest.mark.parametrize("other", [ROW.flip(0), ROW[None], -ROW, ROW + 0.01, ROW.long(), 2.5 * ROW])
def test_other_values_shapes_and_kinds_are_told_otherwise(other: object) -> None:
    assert in_short(other) != in_short(ROW)


@pytest.mark.parametrize(
    "value", [None, 3, 2.0, "text", True, torch.zeros(4), torch.tensor(3.0), ROW / 0, [1, 2], range(9)]
)
def test_of_what_many_things_consist_nothing_is_told(value: object) -> None:
    assert not in_short(value)


def test_a_module_is_known_by_its_parameters() -> None:
    one, other = torch.nn.Linear(2, 3), torch.nn.Linear(2, 3)
    assert in_short(one) == in_short(torch.nn.Sequential(one)) != in_short(other)


def test_what_cannot_be_read_is_given_back_untold() -> None:
    class Strange(list[float]):
        def __iter__(self) -> None:  # type: ignore[override]
            raise OSError

    steps, strange = Steps(), Strange()
    assert steps(1, strange) is strange
    assert steps.taken() == {1: []}


def test_a_loop_is_told_by_its_first_rounds_and_each_observation_begins_anew() -> None:
    steps = Steps()
    for number in range(10):
        steps(7, ROW + number)
    assert steps.taken() == {7: [in_short(ROW + number) for number in range(MOST_OF_ONE)]}
    assert steps.taken() == {}
