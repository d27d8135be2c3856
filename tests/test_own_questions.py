"""Questions of one's own stand in a folder that no upgrade touches, and everything serves them like the lesson's."""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest
import small_kit
from course import answered
from nbgrader.api import Gradebook
from test_second_lesson import run

from autograder import places
from autograder.classroom import releasable
from autograder.course import BadCourse

WRONG = "def clip(x):\n    return 2 * x + 1\n"


@pytest.fixture(scope="module")
def lesson(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lesson of one section, and a first question of one's own."""
    folder = tmp_path_factory.mktemp("own") / "sums"
    (folder / "solutions").mkdir(parents=True)
    (folder / "solutions" / "lesson.toml").write_text('name = "sums"\ntitle = "Sums"\nsections = ["setup"]\n')
    (folder / "solutions" / "setup.py").write_text(small_kit.SOLUTIONS["setup"])
    for name in ("double", "total"):
        path = folder / "checks" / "setup" / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(small_kit.CHECKS[f"setup/{name}"])
    here = repr(str(places.KIT))
    config = (places.KIT / "nbgrader_config.py").read_text().replace("os.path.dirname(os.path.abspath(__file__))", here)
    (folder / "nbgrader_config.py").write_text(config)
    (folder / "course.toml").write_text('own = "my questions"\n[assignments.week1]\nexercises = ["double", "clip"]\n')
    told = run(folder, "-m", "autograder", "new", "clip", "--section", "mine")
    assert "make matrix exercise=clip" in told
    return folder


def test_a_new_question_is_examined_and_its_mistakes_are_told(lesson: Path) -> None:
    printed = run(lesson, "-m", "autograder", "matrix", "clip", code=1)
    lacks = [line.strip() for line in printed.splitlines() if line.startswith("  ! ")]
    assert [line.partition(":")[0] for line in lacks] == ["! 1 right answers", "! 2 mistakes"]
    rows = json.loads(run(lesson, "-m", "autograder", "list", "--json"))
    assert [(row["section"], row["name"]) for row in rows][1:] == [("setup", "total"), ("mine", "clip")]
    assert "raise NotImplementedError" in (lesson / "exercises" / "mine.py").read_text()
    (lesson / "answer.py").write_text(WRONG)
    told = json.loads(run(lesson, "-m", "autograder", "check", "clip", "--file", "answer.py", "--json", code=1))
    assert told["diagnosis"]["mistake"] == "adds_one"
    assert "Hint 1 of 2 for clip" in run(lesson, "-m", "autograder", "hint", "clip", "--plain")
    assert "return 2 * x" in run(lesson, "-m", "autograder", "answer", "clip", "--give-up", "--plain")


def test_a_name_with_a_capital_letter_begins_a_class(lesson: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(lesson, tmp_path / "sums")
    run(folder, "-m", "autograder", "new", "Gathers", "--section", "mine")
    printed = run(folder, "-m", "autograder", "matrix", "Gathers", code=1)
    lacks = [line.strip() for line in printed.splitlines() if line.startswith("  ! ")]
    assert [line.partition(":")[0] for line in lacks] == ["! 1 right answers", "! 1 mistakes"], printed
    assert "survives" not in printed


def test_new_overwrites_nothing(lesson: Path) -> None:
    before = {path: path.read_bytes() for path in lesson.rglob("*.py")}
    for words, says in {
        (): "Say what it is to be called, as in: make new exercise=clip section=mine",
        ("clip",): "There is an exercise clip already",
        ("double", "--section", "mine"): "There is an exercise double already",
        ("other", "--section", "setup"): "setup is a section of the lesson",
        ("two-words",): "two-words is no name in Python",
    }.items():
        assert says in run(lesson, "-m", "autograder", "new", *words, code=2, says=True)
    assert {path: path.read_bytes() for path in lesson.rglob("*.py")} == before


@pytest.mark.parametrize(
    ("file", "text", "says"),
    [
        ("checks/mine/clip.py", "clip = 1 +\n", "my questions/checks/mine/clip.py:1: Python cannot read this"),
        ("solutions/mine.py", "def clip(x:\n", "my questions/solutions/mine.py:1: Python cannot read this"),
        ("solutions/setup.py", '"""Mine."""\n', "setup.py:1: the lesson has a section setup too."),
        (
            "solutions/setup.py",
            'def half(x):\n    """Half."""\n    return x / 2\n',
            "setup.py:1: the lesson has a section setup too. Call this file something else, to ask `half`.",
        ),
        ("checks/lost/found.py", "", "there is no my questions/solutions/lost.py, in which `found` would be asked."),
    ],
)
def test_one_that_is_broken_stops_itself_alone(lesson: Path, tmp_path: Path, file: str, text: str, says: str) -> None:
    folder = shutil.copytree(lesson, tmp_path / "sums")
    path = folder / "my questions" / file
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    assert says in run(folder, "-m", "autograder", "list", "--plain", says=True)
    (folder / "answer.py").write_text(small_kit.RIGHT["double"])
    run(folder, "-m", "autograder", "check", "double", "--file", "answer.py")


@pytest.mark.slow
def test_a_class_is_released_it_and_graded_on_it(lesson: Path) -> None:
    put_tests(lesson)
    assert "tests.ipynb: the tests in 2 cells run beside" in run(lesson, "-m", "autograder", "assign", "week1")
    released = lesson / "release" / "week1"
    assert sorted(path.name for path in released.glob("*.ipynb")) == ["mine.ipynb", "setup.ipynb", "tests.ipynb"]
    assert "half(-4)" not in (released / "tests.ipynb").read_text(), "hidden"
    with zipfile.ZipFile(next(released.glob("*.whl"))) as wheel:
        texts = {name: wheel.read(name).decode() for name in wheel.namelist()}
    assert "def works_on_any_shape" in texts["autograder/checks/mine/clip.py"]
    assert not any("adds_one" in text for text in texts.values())
    assert "2 * x" not in "".join(text for name, text in texts.items() if "/mine" in name)
    blank = json.loads((released / "mine.ipynb").read_text())
    for student, text in {"ada": "def clip(x):\n    return x + x\n", "ben": WRONG}.items():
        place = lesson / "submitted" / student / "week1"
        place.mkdir(parents=True)
        (place / "mine.ipynb").write_text(json.dumps(answered(blank, {"clip": text})))
        tests = json.loads((released / "tests.ipynb").read_text())
        tests["cells"][0]["source"] = f"def half(x):\n    return {'x' if student == 'ada' else 'abs(x)'} / 2"
        (place / "tests.ipynb").write_text(json.dumps(tests))
    run(lesson, "-m", "autograder", "grade", "week1")
    with Gradebook(f"sqlite:///{lesson}/gradebook.db") as gradebook:
        assert [gradebook.find_submission("week1", who).score for who in ("ada", "ben")] == [2 + 2 + 1, 1 + 0 + 1]
    told = run(lesson, "-m", "autograder", "report", "week1", "--json")
    assert "You add one as well" in told
    tests = json.loads(told)["tests"]
    assert [(row["name"], row["passed"], row["failed"], row["mean"]) for row in tests] == [
        ("half_tests", 1, 1, 1),
        ("some_tests", 0, 2, 1),
    ]
    assert json.loads(told)["max_score"] == 1 + 2 + 2 + 2
    assert "not recognized" not in run(lesson, "-m", "autograder", "feedback", "week1", says=True)
    page = (lesson / "feedback" / "ben" / "week1" / "tests.html").read_text()
    assert "half_tests does not pass yet" in page
    assert "In line 4 of these tests, <code>assert half(-4) == -2</code>: AssertionError" in page
    assert "These tests give 1 of 2 points." in page
    run(lesson, "-m", "autograder", "report", "week1")
    assert "some_<wbr>tests" in (lesson / "reports" / "week1.html").read_text()
    assert ",some_tests,test,failed,1.0,2.0," in (table := (lesson / "reports" / "week1.csv").read_text())
    assert table.startswith("\N{BOM}student,"), "spreadsheets tell by it that it is UTF-8"
    again = run(lesson, "-m", "autograder", "assign", "week1")
    assert "kit" not in again, "the tests are no exercises that are gone"

    before = version(lesson)
    checks = lesson / "my questions" / "checks" / "mine" / "clip.py"
    checks.write_text(checks.read_text() + "# changed\n")
    assert version(lesson) != before


def version(lesson: Path) -> str:
    """What results in this folder are kept under."""
    asked = "from autograder.classroom.grading import kit_version; print(kit_version())"
    return small_kit.run(lesson, "-c", asked, env=small_kit.environment(PYTHONPATH=str(places.KIT))).stdout


def cell(grade_id: str, source: str = "", **meta: Any) -> dict[str, Any]:
    meta = {"grade": True, "solution": False, "locked": True, "points": 1, "schema_version": 3, "task": False} | meta
    return {
        "cell_type": "code",
        "id": grade_id.replace("_", "-"),
        "metadata": {"nbgrader": meta | {"grade_id": grade_id, "cell_type": "code"}},
        "source": source,
        "outputs": [],
        "execution_count": None,
    }


def put_tests(course: Path) -> None:
    """A notebook of plain nbgrader cells: an answer, tests of which some are hidden, and one that gives a part."""
    answer = cell("half", "### BEGIN SOLUTION\nhalf = lambda x: x / 2\n### END SOLUTION", solution=True, locked=False)
    answer["metadata"]["nbgrader"] |= {"grade": False}
    del answer["metadata"]["nbgrader"]["points"]
    hidden = "### BEGIN HIDDEN TESTS\nassert half(-4) == -2\n### END HIDDEN TESTS"
    made: dict[str, Any] = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}}
    made["cells"] = [
        answer,
        cell("half_tests", f"assert half(2) == 1\n\n{hidden}", points=2),
        cell("some_tests", "1 + (half(3) == 2)", points=2),
    ]
    (course / "source" / "week1").mkdir(parents=True)
    (course / "source" / "week1" / "tests.ipynb").write_text(json.dumps(made))


def put_notebook(course: Path, cells: list[str], language: str = "python") -> None:
    made: dict[str, Any] = {"cells": [cell(name) for name in cells], "nbformat": 4, "nbformat_minor": 5}
    made["metadata"] = {"kernelspec": {"name": language, "display_name": language, "language": language}}
    place = course / "source" / "week1" / "extra.ipynb"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(json.dumps(made))


@pytest.mark.parametrize(
    ("cells", "language", "says"),
    [
        (
            ["softamx"],
            "python",
            "the grade cell softamx belongs to no exercise and has no tests",
        ),
        (["softmax", "get_data"], "python", "extra.ipynb: it has exercises of cross_entropy and setup."),
        (["softmax", "softmax"], "python", "extra.ipynb: two cells have the id softmax."),
        (["softmax"], "R", "extra.ipynb: its kernel is R"),
    ],
)
def test_what_could_not_be_graded_is_refused(tmp_path: Path, cells: list[str], language: str, says: str) -> None:
    put_notebook(tmp_path, cells, language)
    with pytest.raises(BadCourse, match=re.escape(says)):
        releasable.refuse("week1", [], [], tmp_path)


def test_it_is_refused_before_anything_is_released(lesson: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(lesson, tmp_path / "sums")
    before = folder / "release" / "week1" / "of_before.ipynb"
    before.parent.mkdir(parents=True, exist_ok=True)
    before.write_text("{}")
    put_notebook(folder, ["momentum_test"])
    told = run(folder, "-m", "autograder", "assign", "week1", code=2, says=True)
    assert "make new exercise=momentum" in told
    assert "Nothing is released" in told
    assert before.exists()


def test_a_question_whose_reference_raises_is_refused_too(lesson: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(lesson, tmp_path / "sums")
    (folder / "gradebook.db").unlink(missing_ok=True)  # nobody has handed in
    shutil.rmtree(folder / "source", ignore_errors=True)
    run(folder, "-m", "autograder", "assign", "week1")
    path = folder / "my questions" / "solutions" / "mine.py"
    path.write_text(path.read_text().replace("return 2 * x", "return 2 * y"))
    told = run(folder, "-m", "autograder", "assign", "week1", code=2, says=True)
    assert "my questions/solutions/mine.py:" in told
    assert "NameError" in told
