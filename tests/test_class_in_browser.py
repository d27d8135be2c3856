"""A class as people see it: a student in JupyterLab with the released files alone, an instructor in formgrader."""

from __future__ import annotations

import json
import re
import shutil
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import browser
import pytest
from course import ASSIGNMENT, Course
from nbgrader.api import Gradebook

from autograder import lesson
from autograder.lesson import ROOT
from autograder.notebooks import build, wheel

SECTION = "cross_entropy"
PICTURES = ROOT / ".autograder" / "screenshots" / "class"
COLUMNS = "def softmax(x):\n    return x.exp() / x.exp().sum(0, keepdim=True)"
RIGHT = "def softmax(x):\n    return x.exp() / x.exp().sum(-1, keepdim=True)"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(bool(browser.missing()), reason=browser.missing()),
]


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    made = Course(tmp_path_factory.mktemp("course"), [SECTION])
    made.release()
    return made


def place_of(grade_id: str, course: Course) -> int:
    """The position of a cell in the released notebook."""
    ids = [c["metadata"].get("nbgrader", {}).get("grade_id") for c in course.released(SECTION)["cells"]]
    return ids.index(grade_id)


def test_a_student_answers_and_an_instructor_grades(course: Course, tmp_path: Path) -> None:
    desk = tmp_path / "desk"
    shutil.copytree(course.folder / "release" / ASSIGNMENT, desk)
    installed = tmp_path / "installed"
    zipfile.ZipFile(desk / wheel.NAME).extractall(installed)
    with browser.browser() as opened:
        _student(course, desk, installed, tmp_path / "student", opened)
        handed_in = course.folder / "submitted" / "ada" / ASSIGNMENT
        handed_in.mkdir(parents=True)
        shutil.copy(desk / f"{SECTION}.ipynb", handed_in)
        course.nbgrader("autograde", ASSIGNMENT)
        assert course.scores()["ada"]["softmax"] == lesson.find("softmax").points
        assert course.scores()["ada"]["why_softmax-words"] is None
        _instructor(course, tmp_path / "instructor", opened)
        course.nbgrader("generate_feedback", ASSIGNMENT)
        page = course.folder / "feedback" / "ada" / ASSIGNMENT / f"{SECTION}.html"
        with browser.page(opened, PICTURES / "feedback") as shown:
            shown.goto(page.as_uri())
            shown.get_by_text("softmax passed").first.wait_for()
            assert "For the grader" not in shown.content()


def _student(course: Course, desk: Path, installed: Path, home: Path, opened: Any) -> None:
    with (
        browser.lab(desk, home, PYTHONPATH=str(installed)) as server,
        browser.page(opened, PICTURES / "student") as page,
    ):
        notebook = browser.Notebook(page, server, f"{SECTION}.ipynb")
        cells = course.released(SECTION)["cells"]
        page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()
        page.wait_for_timeout(5000)  # a cell that is run while the kernel connects can be lost
        notebook.run(next(i for i, c in enumerate(cells) if c["id"] == "imports"))
        answer, check = place_of("softmax-answer", course), place_of("softmax", course)
        notebook.write(answer, COLUMNS)
        notebook.run(answer)
        wrong = notebook.run(check)
        wrong.get_by_text("softmax does not pass yet").wait_for()
        wrong.get_by_text("The smallest failing case found").wait_for()
        heat = wrong.locator("td[style*='background:rgba'], td[style*='background: rgba']")
        assert heat.count() > 4, "the tensors are heat maps"
        notebook.write(answer, RIGHT)
        notebook.run(answer)
        notebook.run(check).get_by_text("softmax passed").wait_for()
        words = place_of("why_softmax-words", course)
        notebook.write(words, "It makes a distribution out of scores.")
        notebook.run(words)
        page.keyboard.press("Control+s")
        _until(page, lambda: "keepdim=True" in _answer(desk / f"{SECTION}.ipynb", answer))


def _instructor(course: Course, home: Path, opened: Any) -> None:
    with Gradebook(f"sqlite:///{course.folder}/gradebook.db") as gradebook:
        submission = gradebook.find_submission_notebook(SECTION, ASSIGNMENT, "ada").id
    exercise = lesson.find("why_softmax")
    command = [sys.executable, "-m", "jupyter", "server"]
    with (
        browser.lab(course.folder, home, command) as server,
        browser.page(opened, PICTURES / "instructor") as page,
    ):
        server.enter(page, "formgrader")
        page.get_by_role("link", name=ASSIGNMENT).first.wait_for()
        server.enter(page, f"formgrader/submissions/{submission}/")
        page.get_by_text("It makes a distribution out of scores.").wait_for()
        page.get_by_text("For the grader.").first.wait_for()
        assert page.get_by_text(re.sub("`", "", exercise.rubric[0])[:30]).count()
        score = page.locator("#why_softmax-words")
        score.fill(str(build.written_points(exercise)))
        score.press("Tab")
        _until(page, lambda: _given(course) == build.written_points(exercise))


def _until(page: Any, true: Callable[[], bool]) -> None:
    until = time.monotonic() + browser.PATIENCE / 1000
    while not true():
        assert time.monotonic() < until, "it was not saved"
        page.wait_for_timeout(200)


def _answer(path: Path, position: int) -> str:
    """The source of a cell on the disk; empty while the file is being written."""
    try:
        return "".join(json.loads(path.read_text(encoding="utf-8"))["cells"][position]["source"])
    except ValueError:
        return ""


def _given(course: Course) -> float | None:
    with Gradebook(f"sqlite:///{course.folder}/gradebook.db") as gradebook:
        grade: Any = gradebook.find_grade("why_softmax-words", SECTION, ASSIGNMENT, "ada")
        return grade.manual_score
