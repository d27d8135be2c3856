"""What an author gets for nothing: a reference and two probes, without a right or a mistake, and places are found."""

from __future__ import annotations

import json
from pathlib import Path

import small_kit

CHECKS = '''"""Checks."""

from autograder.exercise import code

double = code("double", ids=["R1.1"], hints=["What is twice one?", "Which operator multiplies?"])


@double.probe
def doubles_each_value(double, draw):
    return double(draw.normal(draw.size(2, 4), draw.size(1, 3)))


@double.probe
def doubles_a_single_value(double, draw):
    return double(draw.normal(1))
'''

WRONG = """def double(x):
    three = 3
    y = x * three
    return -y
"""


def test_an_exercise_with_a_reference_and_two_probes_alone_gets_places_and_kinds(tmp_path: Path) -> None:
    kit = small_kit.make(tmp_path / "kit")
    (kit / "autograder" / "checks" / "setup" / "double.py").write_text(CHECKS)
    small_kit.answer(kit, "setup", double=WRONG)
    looking = small_kit.environment(AUTOGRADER_EXPLAIN="4")
    done = small_kit.run(kit, "-m", "autograder", "check", "double", "--json", check=False, env=looking)
    told = json.loads(done.stdout)["diagnoses"]
    lines = (kit / "exercises" / "setup.py").read_text().splitlines()
    assert {lines[line - 1].strip() for found in told for line in found["lines"]} <= {
        "three = 3",
        "y = x * three",
        "return -y",
    }
    assert len(told) == 2
    assert all(found["message"] and found["whole"] for found in told), told
