"""The first event in which a training loop differs is told, where it is certain; of a right loop there is none."""

from __future__ import annotations

import pytest
from loops import RIGHT, WRONG

from autograder import lesson
from autograder.authoring.variants import implementation
from autograder.classroom import frames, told
from autograder.exercise import Exercise
from autograder.judging import observing
from autograder.judging.judge import by_probe
from autograder.judging.story import first_turn
from autograder.report.words import feedback
from conftest import Check

FOLLOWED = ["training_step", "fit_layers", "fit_parameters", "fit_optimizer", "fit_dataset", "fit_loader", "fit"]
NUMBERED = [f"{name}-{number}" for number, (name, *_) in enumerate(WRONG)]


@pytest.mark.parametrize(("name", "text", "says"), WRONG, ids=NUMBERED)
def test_the_first_event_that_differs_is_told_and_no_table(name: str, text: str, says: str, check: Check) -> None:
    verdict = check(name, text)
    assert verdict.diagnosis is None
    found = feedback(verdict)
    assert found.says == [says]
    assert found.case is None or not found.case.compared


@pytest.mark.parametrize(("name", "text"), RIGHT, ids=[f"{name}-{i}" for i, (name, _) in enumerate(RIGHT)])
def test_a_right_loop_in_an_odd_style_tells_the_story_of_the_reference(name: str, text: str, check: Check) -> None:
    assert check(name, text).passed
    assert _turns(lesson.find(name), {"file": text, "path": "answer.py"}) == []


@pytest.mark.parametrize("name", FOLLOWED)
def test_every_right_tells_the_story_of_the_reference(name: str) -> None:
    exercise = lesson.find(name)
    for right in exercise.rights:
        assert _turns(exercise, implementation(exercise, "right", right)) == [], right


def _turns(exercise: Exercise, spec: dict[str, str]) -> list[str]:
    reference = observing.expected(exercise, 0)
    seen = by_probe(observing.observe(exercise, [spec], [{"seed": 0}], timeout=observing.PATIENT))
    assert any(frame["story"] for frame in seen.values())
    return [name for name, frame in seen.items() if first_turn(frame["story"], reference[name]["story"])]


LEARNS_FROM_ALL = """import torch
def fit(epochs, model, loss_func, opt, train_dl, valid_dl):
    history = []
    for _ in range(epochs):
        model.train()
        for dl in (train_dl, valid_dl):
            for xb, yb in dl:
                loss = loss_func(model(xb), yb)
                loss.backward()
                opt.step()
                opt.zero_grad()
        history.append((loss.item(), 2.0))
    return history
"""


def test_what_cannot_be_told_apart_gets_no_story(check: Check) -> None:
    """It gives the model validation data in training mode, but not to validate."""
    verdict = check("fit", LEARNS_FROM_ALL)
    assert not verdict.passed
    assert "Validation begins" not in " ".join(feedback(verdict).says)


SHIFTED = """def fit_optimizer(model, opt, loss_func, x, y, bs, epochs=1):
    for _ in range(epochs):
        for i in range(0, len(x), bs):
            xb, yb = x[i:i + bs], y[i + 1:i + bs + 1]
            if len(yb):
                loss_func(model(xb[:len(yb)]), yb).backward()
                opt.step()
                opt.zero_grad()
"""


def test_no_rows_are_told_where_inputs_and_targets_are_of_different_ones(check: Check) -> None:
    verdict = check("fit_optimizer", SHIFTED)
    assert not verdict.passed
    assert "learns from" not in " ".join(feedback(verdict).says)


def test_a_class_is_told_the_event_too(check: Check) -> None:
    name, text, says = next(one for one in WRONG if one[0] == "fit_loader")
    verdict = check(name, text)
    assert told.words(verdict).says[0] == says
    assert told.words(verdict).case is None


@pytest.mark.parametrize(
    "story",
    [
        7,
        [7],
        [[7]],
        [[{"what": "end"}]],
        [[]],
        [[{"what": "end", "updates": 1, "batches": False}] * 2],
        [[{"what": "end", "updates": "1", "batches": False}]],
        [[{"what": "look", "rows": ["<b>"], "training": True, "graph": True, "updates": 1}]],
        [[{"what": "end", "updates": 10**15, "batches": False}]],
    ],
)
def test_a_story_that_a_submission_made_up_is_dropped(story: object) -> None:
    frame = frames.observation({"probe": "p", "value": 1, "story": story})
    assert frame is not None
    assert frame["story"] == []


def test_a_story_of_the_form_that_is_promised_is_kept() -> None:
    exercise = lesson.find("fit")
    for frame in observing.expected(exercise, 0).values():
        kept = frames.observation(frame)
        assert kept is not None
        assert kept["story"] == frame["story"] != []


STOPS = """import torch
def fit_parameters(model, loss_func, x, y, bs, lr, epochs=1):
    for _ in range(epochs):
        for i in range(0, len(x), bs):
            xb, yb = x[i:i + bs], y[i:i + bs]
            {first}
            loss_func(model(xb), yb).backward()
            for p in model.parameters():
                {step}
                p.grad = None
"""


@pytest.mark.parametrize(
    ("first", "step", "says"),
    [
        ("batch = xb @ yb @ xb @ xb", "p.data -= lr * p.grad", "It stops before the first backward()."),
        ("pass", "p -= lr * p.grad", "It stops after backward() for rows 0 to 3, before a parameter moves."),
        ("assert len(xb) == bs", "p.data -= lr * p.grad", "It stops after the step for rows 16 to 19."),
    ],
)
def test_of_a_loop_that_raises_it_is_told_how_far_it_came(
    first: str, step: str, says: str, check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUTOGRADER_EXPLAIN", "0")
    verdict = check("fit_parameters", STOPS.format(first=first, step=step))
    assert verdict.outcome == "error"
    assert feedback(verdict).says[-1].endswith(says)
