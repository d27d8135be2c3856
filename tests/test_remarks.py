"""A remark is said after the pass and keeps no answer from passing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import small_kit

REMARK = '''

@total.remark
def of_nothing(total, draw):
    """An empty list stops it with an error; whoever starts from 0 gets 0."""
    return total([])


@total.right(remarks=["of_nothing"])
def from_the_first(xs):
    result = xs[0]
    for x in xs[1:]:
        result = result + x
    return result


@total.right
def from_nothing(xs):
    result = 0
    for x in xs:
        result = result + x
    return result
'''

STARTS_AT_THE_FIRST = (
    "def total(xs):\n    result = xs[0]\n    for x in xs[1:]:\n        result += x\n    return result\n"
)


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = small_kit.make(tmp_path_factory.mktemp("made") / "kit")
    checks = next(p for p in (folder / "autograder" / "checks").rglob("*.py") if "total = code(" in p.read_text())
    checks.write_text(checks.read_text() + REMARK)
    return folder


def test_it_is_said_and_costs_nothing(kit: Path) -> None:
    small_kit.answer(kit, "setup", total=STARTS_AT_THE_FIRST)
    told = json.loads(small_kit.run(kit, "-m", "autograder", "check", "total", "--json").stdout)
    assert (told["outcome"], told["points"]) == ("passed", told["max_points"])
    assert told["remarks"] == ["An empty list stops it with an error; whoever starts from 0 gets 0."]
    assert "One thing to know" in small_kit.run(kit, "-m", "autograder", "check", "total").stdout


def test_there_is_none_where_there_is_no_reason(kit: Path) -> None:
    small_kit.answer(kit, "setup", total=small_kit.RIGHT["total"])
    assert json.loads(small_kit.run(kit, "-m", "autograder", "check", "total", "--json").stdout)["remarks"] == []


def test_an_answer_that_does_not_pass_hears_of_its_mistake_alone(kit: Path) -> None:
    small_kit.answer(kit, "setup", total="def total(xs):\n    return xs[0]\n")
    told = json.loads(small_kit.run(kit, "-m", "autograder", "check", "total", "--json", check=False).stdout)
    assert (told["outcome"], told["remarks"]) == ("failed", [])


def test_the_matrix_asks_for_a_right_answer_that_gets_it(kit: Path) -> None:
    told = json.loads(small_kit.run(kit, "-m", "autograder", "matrix", "total", "--json", check=False).stdout)
    assert not [finding for finding in told[0]["findings"] if "remark" in finding]
    checks = next(p for p in (kit / "autograder" / "checks").rglob("*.py") if "total = code(" in p.read_text())
    checks.write_text(checks.read_text().replace('@total.right(remarks=["of_nothing"])', "@total.right"))
    told = json.loads(small_kit.run(kit, "-m", "autograder", "matrix", "total", "--json", check=False).stdout)
    assert [finding for finding in told[0]["findings"] if "from_the_first gets the remark of_nothing" in finding]
