"""The exchange of nbgrader, as on a JupyterHub: an assignment goes out, answers come in, feedback goes back."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
import started
from course import ASSIGNMENT, Course, answered

from autograder import lesson, places, source

SECTION = "setup"
SETTING = "c.Exchange.root = {!r}\n"


@pytest.mark.slow
def test_an_assignment_goes_out_and_feedback_comes_back(tmp_path: Path) -> None:
    exchange, home = tmp_path / "exchange", tmp_path / "home"
    exchange.mkdir()
    exchange.chmod(0o777)
    home.mkdir()
    course = Course(tmp_path / "course", [SECTION])
    setting = SETTING.format(str(exchange))
    with (course.folder / "nbgrader_config.py").open("a", encoding="utf-8") as config:
        config.write(setting)
    course_id = "c.CourseDirectory.course_id = 'minibatch_training'\n"
    (home / "nbgrader_config.py").write_text(f"c = get_config()\n{course_id}{setting}", encoding="utf-8")

    def student(*words: str) -> None:
        done = started.run("nbgrader", [*words, ASSIGNMENT], home, os.environ | {"HOME": str(home)})
        assert done.returncode == 0, done.stdout + done.stderr

    course.release()
    course.nbgrader("release_assignment", ASSIGNMENT)
    student("fetch_assignment")
    mine = home / ASSIGNMENT / f"{SECTION}.ipynb"
    right = {name: answer.text for name, answer in source.answers(SECTION).items()}
    mine.write_text(json.dumps(answered(json.loads(mine.read_text(encoding="utf-8")), right)), encoding="utf-8")
    student("submit")
    course.nbgrader("collect", ASSIGNMENT)
    graded = started.run(
        "autograder", ["grade", ASSIGNMENT], course.folder, os.environ | {"PYTHONPATH": str(places.KIT)}
    )
    assert not graded.returncode, graded.stderr
    course.nbgrader("generate_feedback", ASSIGNMENT)
    course.nbgrader("release_feedback", ASSIGNMENT)
    student("fetch_feedback")

    [scores] = course.scores().values()
    assert scores == {name: exercise.points for name, exercise in lesson.load(SECTION).items()}
    [page] = home.rglob("*.html")
    assert "get_data passed: all 4 checks agree" in page.read_text(encoding="utf-8")
