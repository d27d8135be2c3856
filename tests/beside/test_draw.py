from __future__ import annotations

import pytest
import torch

from autograder.beside.draw import Draw


def test_the_same_seed_draws_the_same_and_another_draws_something_else() -> None:
    assert torch.equal(Draw(3).normal(4, 4), Draw(3).normal(4, 4))
    assert not torch.equal(Draw(3).normal(4, 4), Draw(4).normal(4, 4))


def test_what_there_is_not_is_told_with_what_there_is() -> None:
    with pytest.raises(AttributeError, match=r"there is no draw\.randn\. There are note, .*, normal, .*labels"):
        _ = Draw(3).randn


def test_small_draws_have_small_sizes_and_round_values() -> None:
    draw = Draw(0, level=0)
    assert draw.size(2, 9) == 2
    values = draw.normal(5, 5) * 10
    assert torch.allclose(values, values.round(), atol=1e-5)
    assert Draw(0, level=3).size(2, 9) <= 5


def test_labels_leave_no_class_out() -> None:
    for seed in range(20):
        assert set(Draw(seed).labels(5, 4).tolist()) == {0, 1, 2, 3}


def test_a_network_does_not_touch_the_global_generator() -> None:
    before = torch.random.get_rng_state()
    Draw(0).network(3, 4, 2)
    assert torch.equal(before, torch.random.get_rng_state())


def test_probabilities_sum_to_one() -> None:
    assert abs(sum(Draw(1).probabilities(7)) - 1) < 1e-12


def test_small_draws_have_no_row_twice_as_far_as_their_values_go() -> None:
    """By its rows a loop is followed: row 4 of a small case must not be told as row 3."""
    for seed in range(50):
        assert len(Draw(seed, level=0).uniform(5, 1).unique()) == 5
        assert len(Draw(seed, level=1).uniform(6).unique()) == 6
        assert len(Draw(seed, level=1).uniform(12).unique()) == 12
    assert Draw(0, level=0).uniform().shape == ()
