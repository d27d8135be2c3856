"""A second lesson stands in a folder of its own, and everything serves it without a change to the kit."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import small_kit
import started
from course import answered

from autograder import places

DESCRIPTION = 'name = "sums"\ntitle = "Sums and products"\nsections = ["first", "questions"]\n'
SECTIONS = {"setup": "first", "cross_entropy": "questions"}


def run(lesson: Path, *words: str, code: int = 0, says: bool = False) -> str:
    environment = small_kit.environment(PYTHONPATH=str(places.KIT))
    assert words[0] == "-m"
    done = started.run(words[1], words[2:], lesson, environment)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stderr if says else done.stdout


@pytest.fixture(scope="module")
def lesson(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("second") / "sums"
    (folder / "solutions").mkdir(parents=True)
    (folder / "solutions" / "lesson.toml").write_text(DESCRIPTION)
    for section, text in small_kit.SOLUTIONS.items():
        (folder / "solutions" / f"{SECTIONS[section]}.py").write_text(text)
    for place, text in small_kit.CHECKS.items():
        section, _, name = place.partition("/")
        path = folder / "checks" / SECTIONS[section] / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    here = repr(str(places.KIT))
    config = (places.KIT / "nbgrader_config.py").read_text().replace("os.path.dirname(os.path.abspath(__file__))", here)
    (folder / "nbgrader_config.py").write_text(config)
    run(folder, "-m", "autograder", "build")
    return folder


def test_it_is_listed_checked_and_examined(lesson: Path) -> None:
    rows = json.loads(run(lesson, "-m", "autograder", "list", "--json"))
    assert [(row["section"], row["name"]) for row in rows] == [
        ("first", "double"),
        ("first", "total"),
        ("questions", "which_is_true"),
    ]
    small_kit.answer(lesson, "first", double="def double(x):\n    return x * x\n", total=small_kit.RIGHT["total"])
    told = json.loads(run(lesson, "-m", "autograder", "check", "double", "total", "--json", code=1))
    assert [one["outcome"] for one in told] == ["failed", "passed"]
    assert told[0]["diagnosis"]["mistake"] == "squares"
    assert "has no milestones" in run(lesson, "-m", "autograder", "train", code=2, says=True)
    assert "softmax" not in run(lesson, "-m", "autograder", "list", "--plain")
    assert "squares" in run(lesson, "-m", "autograder", "matrix", "double", code=1)


def test_its_notebooks_stand_in_its_own_folder(lesson: Path) -> None:
    for folder in ("source/sums", "open"):
        assert sorted(path.name for path in (lesson / folder).iterdir()) == ["first.ipynb", "questions.ipynb"]


def test_pytest_shows_its_exercises(lesson: Path) -> None:
    small_kit.answer(lesson, "first", double=small_kit.RIGHT["double"], total=small_kit.RIGHT["total"])
    shown = run(
        lesson, "-m", "pytest", "-p", "autograder.pytest_plugin", "-p", "no:cacheprovider", "exercises/first.py", "-v"
    )
    assert "doubles_each_value PASSED" in shown


@pytest.mark.slow
def test_a_class_works_on_it(lesson: Path) -> None:
    run(lesson, "-m", "nbgrader", "generate_assignment", "sums", "--create", "--force")
    released = lesson / "release" / "sums"
    assert sorted(path.name for path in released.iterdir()) == [
        "first.ipynb",
        "questions.ipynb",
        "sums_checks-0.1.0-py3-none-any.whl",
    ]
    place = lesson / "submitted" / "ada" / "sums"
    place.mkdir(parents=True)
    blank = json.loads((released / "first.ipynb").read_text())
    (place / "first.ipynb").write_text(json.dumps(answered(blank, small_kit.RIGHT)))
    told = json.loads(run(lesson, "-m", "autograder", "grade", "sums", "--json"))
    assert told["rows"] == [{"student": "ada", "state": "graded", "notebooks": ["first"]}]
    shutil.rmtree(lesson / "submitted")
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{lesson}/gradebook.db") as gradebook:
        assert gradebook.find_submission("sums", "ada").score == 2


def test_a_description_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "solutions").mkdir()
    (tmp_path / "solutions" / "lesson.toml").write_text("name = sums\n")
    environment = os.environ | {"PYTHONPATH": str(places.KIT)}
    done = subprocess.run(
        [sys.executable, "-m", "autograder", "list"], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert "lesson.toml does not describe a lesson" in done.stderr
