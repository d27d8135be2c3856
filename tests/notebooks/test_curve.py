"""The picture under `check` in a notebook: short runs, in the full kit and in the copy for a class."""

from __future__ import annotations

import time
from typing import Any

import pytest
import torch

from autograder.milestones.composition import DRAWN
from autograder.notebooks import curve
from autograder.notebooks.stand_ins import STAND_INS
from autograder.report.notebook_curve import bundle


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine may take longer than a reader waits for a picture."""
    monkeypatch.setattr(curve, "LIMIT", 60.0)


@pytest.fixture(scope="module")
def recorded() -> dict[str, list[float]]:
    return curve.to_record()


@pytest.fixture(scope="module")
def own() -> dict[str, Any]:
    """What only a student can have written: torch has nothing for it."""
    return {n: curve._reference(r)[n] for n, r in DRAWN.items() if n not in STAND_INS}


@pytest.mark.parametrize("name", DRAWN)
def test_the_reference_draws_the_references_curve(name: str) -> None:
    drawn = curve.of_kit(name, curve._reference(DRAWN[name])[name])
    assert drawn is not None
    assert drawn.yours == drawn.reference
    assert not drawn.ended
    assert drawn.yours[-1] < 0.5 * drawn.yours[0]


@pytest.mark.parametrize("name", DRAWN)
def test_in_a_class_torch_stands_in_for_what_is_not_there(
    name: str, own: dict[str, Any], recorded: dict[str, list[float]]
) -> None:
    drawn = curve.of_class(name, own.get(name, STAND_INS.get(name)), own, recorded)
    assert drawn is not None
    assert not drawn.ended
    assert len(drawn.yours) == len(drawn.reference)
    assert drawn.yours[-1] < 0.5 * drawn.yours[0]


def test_in_a_class_there_is_no_picture_where_a_loop_is_still_missing(
    own: dict[str, Any], recorded: dict[str, list[float]]
) -> None:
    assert curve.of_class("Optimizer", STAND_INS["Optimizer"], {}, recorded) is None
    assert curve.of_class("softmax", torch.softmax, own, recorded) is None
    assert curve.of_kit("softmax", torch.softmax) is None


def never_clears(model: Any, loss_func: Any, x: Any, y: Any, bs: int, lr: float, epochs: int = 1) -> None:
    for _ in range(epochs):
        for i in range(0, len(x), bs):
            loss_func(model(x[i : i + bs]), y[i : i + bs]).backward()
            with torch.no_grad():
                for p in model.parameters():
                    p -= lr * p.grad


def raises_in_the_third_batch(model: Any, loss_func: Any, x: Any, y: Any, bs: int, lr: float, epochs: int = 1) -> None:
    for i in range(3):
        loss_func(model(x[i * bs :][:bs]), y[i * bs :][:bs])
    raise KeyError("rows")


def test_a_wrong_answer_draws_another_curve() -> None:
    drawn = curve.of_kit("fit_parameters", never_clears)
    assert drawn is not None
    assert drawn.yours[1:] != drawn.reference[1:]
    assert drawn.yours[0] == drawn.reference[0]


def test_an_answer_that_raises_draws_as_far_as_it_came() -> None:
    drawn = curve.of_kit("fit_parameters", raises_in_the_third_batch)
    assert drawn is not None
    assert drawn.yours[0] == drawn.reference[0]
    assert len(drawn.yours) == 3
    assert drawn.ended == "it ended with KeyError: 'rows'"


def test_an_endless_answer_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(model: Any, loss_func: Any, x: Any, y: Any, *_: Any) -> None:
        while True:
            loss_func(model(x[:2]), y[:2])

    monkeypatch.setattr(curve, "LIMIT", 0.2)
    start = time.monotonic()
    drawn = curve.of_kit("fit_parameters", endless)
    assert drawn is not None
    assert drawn.ended == "stopped after 0.2 seconds"
    assert time.monotonic() - start < 30


def test_it_is_a_picture_and_can_be_read_without_one(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = curve.Curve([2.0, 1.0, float("nan")], [2.0, 0.9, 0.5], "6,000 digits", "stopped by you")
    made = bundle("fit_parameters", drawn)
    assert made["image/png"].startswith("iVBOR")
    assert made["text/plain"].startswith("Training loss with your fit_parameters, on 6,000 digits\n(stopped by you)\n")
    assert "o yours" in made["text/plain"]
    monkeypatch.setattr("autograder.report.notebook_curve._png", _no_matplotlib)
    assert list(bundle("fit_parameters", drawn)) == ["text/plain"]


def _no_matplotlib(*_: Any) -> bytes:
    raise ImportError("matplotlib")
