"""Answers that hide a torch function from what watches; and right answers, which have nothing to hide."""

from __future__ import annotations

import inspect
import re
import textwrap

import pytest

from autograder import lesson, source
from autograder.classroom import confirm, run
from autograder.classroom.confirm import EVERYDAY
from autograder.classroom.grading import grade_cells

SECTION = "cross_entropy"
BUILT = [e for e in lesson.load(SECTION).values() if e.shortcut]
IMPORTS = "import math\nimport torch\nimport torch.nn.functional as F\nimport numpy as np\n"
ANSWERS = {name: answer.text for name, answer in source.answers(SECTION).items()}

IN_A_THREAD = """
from concurrent.futures import ThreadPoolExecutor

def {name}({parameters}):
    return ThreadPoolExecutor(1).submit({torchs}, {arguments}).result()
"""
BLIND = """
import contextlib
import autograder.beside.observe

@contextlib.contextmanager
def nothing(names):
    yield set()

autograder.beside.observe.watching = nothing
{name} = lambda {parameters}: {torchs}({arguments})
"""
TORCHS = {
    "softmax": ("x", "torch.softmax", "x, -1"),
    "log_softmax_naive": ("x", "torch.log_softmax", "x, -1"),
    "log_softmax": ("x", "F.log_softmax", "x, -1"),
    "logsumexp": ("x", "torch.logsumexp", "x, -1"),
    "nll": ("log_probs, target", "F.nll_loss", "log_probs, target"),
    "cross_entropy": ("scores, target", "F.cross_entropy", "scores, target"),
}


def outcome(name: str, text: str) -> str:
    answers = ANSWERS | {name: text}
    return grade_cells([IMPORTS, *answers.values()], SECTION, seed=5)["exercises"][name]["outcome"]


def test_every_function_that_can_be_unplugged_is_tried() -> None:
    assert TORCHS.keys() == {e.name for e in BUILT if not set(e.shortcut) & EVERYDAY}


@pytest.mark.parametrize("name", TORCHS)
@pytest.mark.parametrize("way", [IN_A_THREAD, BLIND], ids=["in_a_thread", "blind"])
def test_hiding_the_function_does_not_help(way: str, name: str) -> None:
    parameters, torchs, arguments = TORCHS[name]
    text = way.format(name=name, parameters=parameters, torchs=torchs, arguments=arguments)
    assert outcome(name, text) == "shortcut"


def test_a_formula_in_plain_python_is_confirmed_too() -> None:
    text = BLIND.format(
        name="softmax_formula", parameters="z", torchs="torch.Tensor.tolist", arguments="T(z).exp() / T(z).exp().sum()"
    )
    assert outcome("softmax_formula", "T = torch.DoubleTensor\n" + text) == "shortcut"


def test_the_references_are_confirmed() -> None:
    graded = grade_cells([IMPORTS, *ANSWERS.values()], SECTION, seed=6)
    outcomes = {name: graded["exercises"][name]["outcome"] for name in ANSWERS}
    assert outcomes == dict.fromkeys(ANSWERS, "passed")
    assert not graded["out_of_time"], "a probe draws its inputs with what is unplugged, and goes on drawing"


@pytest.mark.parametrize("which", range(max(len(e.rights) for e in BUILT)))
def test_right_answers_are_confirmed(which: int) -> None:
    """One right answer of every exercise at a time."""
    texts = dict(ANSWERS)
    for exercise in BUILT:
        right = [*exercise.rights.values()][which % len(exercise.rights)]
        text = textwrap.dedent(inspect.getsource(right.function))
        texts[exercise.name] = re.sub(r"^@.*\n", "", text, flags=re.MULTILINE) + f"\n{exercise.name} = {right.name}"
    graded = grade_cells([IMPORTS, *texts.values()], SECTION, seed=7)["exercises"]
    assert {e.name: graded[e.name]["outcome"] for e in BUILT} == {e.name: "passed" for e in BUILT}


def test_the_probes_that_confirm_an_answer_bring_nothing_that_could_stand_for_it() -> None:
    together, alone = run._probes("data"), run._probes("data", "Dataset", "Sampler", "collate")
    assert "HiddenRows" in together.co_names
    assert "HiddenRows" not in alone.co_names
    assert [confirm._brings("data", name) for name in ("Dataset", "Sampler", "collate", "SliceLoader")] == [
        False
    ] * 3 + [True]


def test_a_cell_that_compares_with_torchs_own_is_no_shortcut() -> None:
    look = "x = torch.randn(2, 3)\nwanted = F.softmax(x, -1)\n"
    text = f"{look}{ANSWERS['softmax']}\nassert torch.allclose(softmax(x), wanted)\n"
    assert outcome("softmax", text) == "passed"
