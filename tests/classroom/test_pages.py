"""`make feedback`: whose pages are made anew, and what it says."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
import started
from course import ASSIGNMENT, Course, answered
from nbgrader.api import Gradebook

from autograder import places
from autograder.classroom.feedback import UNREAD

SECTION = "training_loop"


WEEK = """\
[assignments.minibatch_training]
sections = ["training_loop"]
due = 2020-01-10T12:00:00+00:00

[late]
percent_per_day = {percent}
"""


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """ada wrote an answer that is read by a person, ben left it empty; both are graded."""
    made = Course(tmp_path, [SECTION])
    (tmp_path / "course.toml").write_text(WEEK.format(percent=10))
    made.release()
    notebook = made.released(SECTION)
    made.submit("ben", SECTION, notebook)
    written = answered(
        notebook, {"accuracy": "def accuracy(out, yb):\n    return (out.argmax(1) == yb).float().mean()"}
    )
    for cell in written["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "training_steps-words":
            cell["source"] = "First the prediction."
    (made.submit("ada", SECTION, written) / "timestamp.txt").write_text("2020-01-12 11:00:00 UTC")
    command(made, "grade")
    return made


def test_pages_are_made_anew_when_a_written_answer_was_read_and_no_others(course: Course) -> None:
    said = command(course, "feedback")
    assert "Written answers of 1 student are not read yet, which their pages say. When they are" in said
    assert "INFO" not in said
    assert "WARNING" not in said
    page, other = (course.folder / "feedback" / who / ASSIGNMENT / f"{SECTION}.html" for who in ("ada", "ben"))
    assert shows(page, UNREAD.strip("*"))
    assert not shows(other, UNREAD.strip("*"))
    made = other.stat().st_mtime_ns
    was = costs(course) / 0.2
    assert was > 0
    with Gradebook(f"sqlite:///{course.folder}/gradebook.db") as gradebook:
        grade: Any = gradebook.find_grade("training_steps-words", SECTION, ASSIGNMENT, "ada")
        grade.manual_score, grade.needs_manual_grade = 2.5, False
        gradebook.db.commit()
    (course.folder / "course.toml").write_text(WEEK.format(percent=30))
    command(course, "feedback")
    assert costs(course) == pytest.approx(0.2 * was), "by another rule only once make grade has said so"
    (course.folder / "course.toml").write_text(WEEK.format(percent=10))
    assert "read yet" not in command(course, "feedback")
    assert costs(course) == pytest.approx(0.2 * (was + 2.5))
    assert shows(page, "training_steps, in words (Score: 2.5 / 3.0)")
    assert not shows(page, UNREAD.strip("*"))
    made_again = page.stat().st_mtime_ns
    command(course, "feedback")
    assert (page.stat().st_mtime_ns, other.stat().st_mtime_ns) == (made_again, made)


def costs(course: Course) -> float:
    """What ada's two days of lateness cost."""
    with Gradebook(f"sqlite:///{course.folder}/gradebook.db") as gradebook:
        return float(gradebook.find_submission(ASSIGNMENT, "ada").late_submission_penalty or 0)


def shows(page: Path, words: str) -> bool:
    return words in " ".join(re.sub(r"<[^>]+>", " ", page.read_text()).split())


def command(course: Course, verb: str) -> str:
    environment = os.environ | {"PYTHONPATH": str(places.KIT)}
    done = started.run("autograder", [verb, ASSIGNMENT], course.folder, environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr
