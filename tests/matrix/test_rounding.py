"""Right answers whose last digits are their own: they pass, and a tolerance that refuses them is a finding."""

from __future__ import annotations

import dataclasses
import subprocess
import sys

import pytest

from autograder import lesson
from autograder.authoring.variants import rounded
from autograder.judging.observing import expected
from autograder.matrix.seen import observe_all
from autograder.matrix.selfcheck import examine
from autograder.places import KIT

NAMES = ["logsumexp", "fit_optimizer", "Optimizer"]


@pytest.mark.parametrize("name", NAMES)
def test_other_last_digits_pass_and_a_tolerance_of_nothing_is_a_finding(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    exercise = lesson.find(name)
    strict = {n: dataclasses.replace(probe, rtol=0, atol=0) for n, probe in exercise.probes.items()}
    monkeypatch.setattr(exercise, "probes", strict)
    told = [finding for finding in examine(exercise, with_mutants=False).findings if "too strict" in finding]
    assert any("the reference, its sums rounded in another way, fails" in finding for finding in told), told
    assert all("give the probe a larger rtol or atol" in finding for finding in told)


def test_what_is_exact_stays_exact() -> None:
    exercise = lesson.find("Dataset")
    ((noisy,),) = observe_all(exercise, [rounded(exercise)], [0])
    reference = expected(exercise, 0)
    assert {name: frame["value"] for name, frame in noisy.items()} == {name: reference[name]["value"] for name in noisy}


def test_to_round_or_to_watch_imports_no_compiler() -> None:
    """A second of computing, in a child that has its own for each exercise."""
    script = """
import sys, torch
from autograder.beside.rounding import rounded
from autograder.beside.shortcut import watching
with watching(["exp"]):
    rounded(lambda x: x.exp().sum())(torch.ones(3))
print("torch._dynamo" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=KIT, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
