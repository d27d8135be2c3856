"""Slips that sister exercises share: where they apply, and when they are told."""

from __future__ import annotations

import subprocess
import sys

import pytest

from autograder import lesson
from autograder.api import check_file
from autograder.authoring import families
from autograder.authoring.slips import slip_of
from autograder.exercise import code


@pytest.mark.parametrize("name", sorted(families.slips()))
def test_every_family_slip_applies_to_some_exercise_and_says_something(name: str) -> None:
    variant = families.slips()[name]
    assert slip_of(variant).edits
    assert variant.message
    homes = [e for e in lesson.exercises() if name in families.complete(e) or name in e.mistakes]
    assert homes, "its pattern stands in no exercise"


def test_an_exercise_can_refuse_one_and_its_own_of_the_same_name_comes_first() -> None:
    exercise = lesson.find("fit")
    assert "only_one_epoch" in families.complete(exercise)
    own = code("fit", ids=[], hints=[], refuses={"only_one_epoch": "there is only one here"})
    own.section, own.rights, own.mistakes = exercise.section, {}, {"never_steps": exercise.mistakes["never_steps"]}
    assert "never_clears" in families.complete(own)
    assert not {"only_one_epoch", "never_steps"} & families.complete(own).keys()


def test_twins_of_a_family_give_the_same_advice() -> None:
    known = families.slips()
    pairs = [(variant, known[twin]) for variant in known.values() for twin in variant.twins]
    assert pairs
    assert all(one.message == other.message for one, other in pairs)


ANSWERS = {
    # found with real answers: one exercise named it, its sisters did not
    "fit_loader": (
        "def fit_loader(epochs, model, loss_func, opt, train_dl):\n"
        "    for _ in range(1, epochs):\n        for xb, yb in train_dl:\n"
        "            loss_func(model(xb), yb).backward()\n"
        "            opt.step()\n            opt.zero_grad()\n"
    ),
    # two slips of the family explain it, twins with the same advice
    "fit_optimizer": (
        "def fit_optimizer(model, opt, loss_func, x, y, bs, epochs=1):\n"
        "    for _ in range(epochs):\n        for i in range(len(x) // bs):\n"
        "            loss_func(model(x[i * bs : i * bs + bs]), y[i * bs : i * bs + bs]).backward()\n"
        "            opt.step()\n            opt.zero_grad()\n"
    ),
    "get_model": (
        "def get_model(n_in, nh, n_out, lr):\n"
        "    model = torch.nn.Sequential(torch.nn.Linear(n_in, nh), torch.nn.ReLU(), torch.nn.Linear(nh, 10))\n"
        "    return model, torch.optim.SGD(model.parameters(), lr=lr)\n"
    ),
}


@pytest.mark.parametrize(
    ("name", "mistake"),
    [
        ("fit_loader", "one_epoch_too_few"),
        ("get_model", "always_10_outputs"),
        ("fit_optimizer", "drops_the_short_batch"),
    ],
)
def test_a_family_slip_is_named_where_the_exercise_has_no_word_for_it(
    name: str, mistake: str, tmp_path: object
) -> None:
    path = f"{tmp_path}/answer.py"
    with open(path, "w", encoding="utf-8") as file:
        file.write("import torch\n\n" + ANSWERS[name])
    diagnosis = check_file(path, name).diagnosis
    assert diagnosis is not None
    assert diagnosis.mistake == mistake
    assert diagnosis.message == families.slips()[mistake].message


@pytest.mark.parametrize(
    ("mistake", "line"), [("without_keepdim", "exps.sum(-1)"), ("made_float32", "x.float().exp()")]
)
def test_the_matrix_writes_out_an_edit_of_the_exercise_and_of_a_family(mistake: str, line: str) -> None:
    command = [sys.executable, "-m", "autograder", "matrix", "softmax", "--mistake", mistake]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert shown.startswith("def softmax(x):")
    assert line in shown
