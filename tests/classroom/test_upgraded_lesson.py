"""The lesson changes while an assignment is out: no score, comment or release is lost, and what waits is said."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
import small_kit
import started
from course import answered
from nbgrader.api import Gradebook, MissingEntry

from autograder import places

MINUS = "def negate(x):\n    return -x\n"
NEGATE = '''

def negate(x):
    """Minus `x`, a float tensor of any shape.

    Return a new tensor.
    """
    return -x
'''


class Lesson:
    """Two sections, `first` with double and total, and `second` with negate."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.write("solutions/lesson.toml", 'name = "sums"\ntitle = "Sums"\nsections = ["first", "second"]\n')
        self.write("solutions/first.py", small_kit.SOLUTIONS["setup"])
        self.write("solutions/second.py", f'"""Section 2."""\n\nimport torch\n{NEGATE}')
        for name in ("double", "total"):
            self.write(f"checks/first/{name}.py", small_kit.CHECKS[f"setup/{name}"])
        self.write("checks/second/negate.py", like_double("negate"))
        here = repr(str(places.KIT))
        config = (places.KIT / "nbgrader_config.py").read_text()
        self.write("nbgrader_config.py", config.replace("os.path.dirname(os.path.abspath(__file__))", here))
        self.autograder("build")

    def write(self, place: str, text: str) -> None:
        path = self.folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def autograder(self, *words: str, code: int = 0) -> str:
        environment = small_kit.environment(PYTHONPATH=str(places.KIT), PATH=os.environ["PATH"])
        done = started.run("autograder", words, self.folder, environment)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def hand_in(self, student: str, section: str, answers: dict[str, str]) -> None:
        blank = json.loads((self.folder / "release" / "sums" / f"{section}.ipynb").read_text())
        self.write(f"submitted/{student}/sums/{section}.ipynb", json.dumps(answered(blank, answers)))

    def gradebook(self) -> Any:
        return Gradebook(f"sqlite:///{self.folder}/gradebook.db")

    def scores(self, student: str) -> dict[str, tuple[float | None, float]]:
        with self.gradebook() as gradebook:
            found = gradebook.find_submission("sums", student)
            return {g.name: (g.auto_score, g.max_score) for n in found.notebooks for g in n.grades}

    def released(self) -> dict[str, list[str]]:
        """The exercises in each notebook of release/."""
        files = (self.folder / "release" / "sums").glob("*.ipynb")
        cells = {file.stem: json.loads(file.read_text())["cells"] for file in files}
        told = {name: [cell["metadata"].get("nbgrader", {}) for cell in those] for name, those in cells.items()}
        return {name: [one["grade_id"] for one in those if one.get("grade")] for name, those in told.items()}


def like_double(name: str, points: int = 1) -> str:
    return f'''"""Checks."""

from autograder.exercise import code

{name} = code("{name}", ids=["R1.1"], hints=["What is minus one?", "Which operator?"])


@{name}.probe(points={points})
def on_each_value({name}, draw):
    return {name}(draw.normal(draw.size(2, 4), draw.size(1, 3)))


@{name}.slip("-x", "x")
def nothing():
    """You return `x` itself."""
'''


@pytest.mark.slow
def test_an_upgrade_in_mid_term_loses_no_score_comment_or_release(tmp_path: Path) -> None:
    lesson = Lesson(tmp_path)
    lesson.autograder("assign", "sums")
    right = {**small_kit.RIGHT, "negate": MINUS}
    for section in ("first", "second"):
        lesson.hand_in("ada", section, right)
    lesson.hand_in("ben", "second", right)
    lesson.autograder("grade", "sums")
    before = lesson.scores("ada")
    assert before == {"double": (1, 1), "total": (1, 1), "negate": (1, 1)}
    with lesson.gradebook() as gradebook:
        gradebook.find_submission_notebook("first", "sums", "ada").comments[0].manual_comment = "Short and clear."
        gradebook.db.commit()

    # The upgrade: total is gone, minus is new, and negate is worth three.
    text = small_kit.SOLUTIONS["setup"]
    lesson.write("solutions/first.py", text[: text.index("def total")].rstrip() + "\n")
    (tmp_path / "checks/first/total.py").unlink()
    minus = NEGATE.replace("negate", "minus")
    lesson.write("solutions/second.py", f'"""Section 2."""\n\nimport torch\n{NEGATE}{minus}')
    lesson.write("checks/second/negate.py", like_double("negate", points=3))
    lesson.write("checks/second/minus.py", like_double("minus"))
    lesson.autograder("build")
    was = lesson.released()
    told = lesson.autograder("assign", "sums")
    assert "negate is worth 3 points in the kit now, and stays at 1 in sums: 2 students have handed in." in told
    assert "minus stays out of sums: 2 students have handed in without it. To have it in another assignment" in told
    assert "total is no longer in the kit. 2 students have handed in: its notebook stays as released" in told
    assert lesson.released() == was == {"first": ["double", "total"], "second": ["negate"]}

    # Who hands in what can be graded is graded; who hands in what cannot is named.
    lesson.hand_in("ben", "first", right)
    lesson.hand_in("cleo", "second", {"negate": "def negate(x):\n    return x\n"})
    told = lesson.autograder("grade", "sums", code=1)
    assert "first keeps the scores that it has: total is no longer in the kit." in told
    assert "ben: first cannot be graded: total is no longer in the kit" in told
    assert "make grade assignment=sums" in told
    assert "ada:" not in told
    assert lesson.scores("ada") == before
    assert lesson.scores("cleo")["negate"] == (0, 1)
    lesson.hand_in("ada", "second", {"negate": "def negate(x):\n    return -1 * x\n"})
    lesson.autograder("grade", "sums", code=1)
    assert lesson.scores("ada") == before
    with lesson.gradebook() as gradebook:
        assert gradebook.find_submission_notebook("first", "sums", "ada").comments[0].comment == "Short and clear."
    started.run("nbgrader", ["generate_feedback", "sums"], tmp_path, dict(os.environ) | {"PYTHONPATH": str(places.KIT)})
    pages = tmp_path / "feedback" / "ada" / "sums"
    assert {page.name for page in pages.glob("*.html")} == {"first.html", "second.html"}


def flipped(answer: str) -> str:
    return f'"""Mine."""\n\nimport torch\n{NEGATE.replace("negate", "flip").replace("-x", answer)}'


@pytest.mark.slow
def test_a_name_that_is_taken_meanwhile_stops_nobodys_grading(tmp_path: Path) -> None:
    """The lesson gets a `flip` of another kind, as a question of one's own and a cell with asserts are called."""
    lesson = Lesson(tmp_path)
    lesson.write("course.toml", '[assignments.sums]\nexercises = ["total", "flip"]\n[assignments.next]\n')
    lesson.write("own/solutions/mine.py", flipped("-x"))
    lesson.write("own/checks/mine/flip.py", like_double("flip"))
    tests: dict[str, Any] = {
        "nbgrader": {"grade": True, "solution": False, "locked": True, "points": 2, "grade_id": "sign"}
    }
    tests["nbgrader"] |= {"cell_type": "code", "schema_version": 3, "task": False}
    cell: dict[str, Any] = {"cell_type": "code", "id": "sign", "metadata": tests, "source": "assert sign(-2) == -1"}
    cell |= {"outputs": [], "execution_count": None}
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]}
    lesson.write("source/sums/tests.ipynb", json.dumps(notebook))
    lesson.autograder("assign", "sums")
    for student, answer in {"ada": "-x", "ben": "2 * x"}.items():
        lesson.hand_in(student, "mine", {"flip": f"def flip(x):\n    return {answer}\n"})
        released = json.loads((tmp_path / "release/sums/tests.ipynb").read_text())
        released["cells"].insert(0, {**cell, "id": "mine", "metadata": {}, "source": "sign = lambda x: x / abs(x)"})
        lesson.write(f"submitted/{student}/sums/tests.ipynb", json.dumps(released))
    lesson.autograder("grade", "sums")
    before = [lesson.scores(student) for student in ("ada", "ben")]
    assert [{**one}.get("flip") for one in before] == [(1, 1), (0, 1)]
    assert [one["sign"] for one in before] == [(2, 2), (2, 2)]

    lesson.write("solutions/second.py", flipped("2 * x") + NEGATE + NEGATE.replace("negate", "sign"))
    for name in ("flip", "sign"):
        lesson.write(
            f"checks/second/{name}.py", like_double(name).replace('"-x"', '"x"').replace('"x", "x"', '"x", "1"')
        )
    (tmp_path / "checks/first/total.py").unlink()  # course.toml names it still
    lesson.write("own/solutions/mine.py", flipped("-x") + NEGATE.replace("negate", "half").replace("-x", "written"))
    lesson.write("own/checks/mine/half.py", like_double("half"))
    rename = "own/checks/mine/flip.py:5: the section second has an exercise `flip` too. It is left out: students have"
    told = lesson.autograder("course")
    assert rename in told
    assert "own/solutions/mine.py:19: the reference raises NameError: name 'written' is not defined." in told
    lesson.hand_in("cleo", "mine", {"flip": "def flip(x):\n    return 0 - x\n"})
    lesson.autograder("grade", "sums")
    assert [lesson.scores(student) for student in ("ada", "ben")] == before
    assert lesson.scores("cleo")["flip"] == (1, 1)
    assert rename in lesson.autograder("assign", "sums")
    assert lesson.released() == {"first": ["total"], "mine": ["flip"], "tests": ["sign"]}

    # Renamed at once: what was handed in is not graded by the lesson's.
    (tmp_path / "own/checks/mine/flip.py").unlink()
    lesson.hand_in("dora", "mine", {"flip": "def flip(x):\n    return -1 * x\n"})
    told = lesson.autograder("grade", "sums", code=1)
    assert "mine keeps the scores that it has: own/checks/mine/flip.py is gone, by which flip was released." in told
    assert "dora: mine cannot be graded: own/checks/mine/flip.py is gone, by which flip was released\n" in told
    assert "      make grade assignment=sums released=1\n" in told
    lesson.autograder("grade", "sums", "--released")
    assert lesson.scores("dora")["flip"] == (1, 1)
    assert [lesson.scores(student) for student in ("ada", "ben")] == before

    # So it is when the whole section is called otherwise.
    for kind in ("solutions/{}.py", "checks/{}"):
        (tmp_path / "own" / kind.format("mine")).rename(tmp_path / "own" / kind.format("ours"))
    lesson.write("own/checks/ours/flip.py", like_double("flip"))
    lesson.hand_in("eve", "mine", {"flip": "def flip(x):\n    return 2 * x\n"})  # right in the lesson's
    told = lesson.autograder("grade", "sums", code=1)
    assert "eve: mine cannot be graded: flip was released in your section mine, and ours has it now: call that" in told
    with pytest.raises(MissingEntry):
        lesson.scores("eve")


@pytest.mark.slow
def test_own_questions_that_are_broken_or_gone_stop_their_own_notebook_alone(tmp_path: Path) -> None:
    lesson = Lesson(tmp_path)
    lesson.write("course.toml", '[assignments.sums]\nsections = ["first", "mine"]\n')
    lesson.write("own/solutions/mine.py", flipped("-x"))
    broken = like_double("flip").replace('slip("-x"', 'slip("1 - x"')
    lesson.write("own/checks/mine/flip.py", broken)
    says = "own/checks/mine/flip.py:13: '1 - x' stands nowhere in the code that is to be edited"
    assert f"{says}\nNothing is released" in lesson.autograder("assign", "sums", code=2)
    lesson.write("own/checks/mine/flip.py", like_double("flip"))
    lesson.autograder("assign", "sums")
    lesson.hand_in("ada", "first", small_kit.RIGHT)
    lesson.hand_in("ada", "mine", {"flip": "def flip(x):\n    return -x\n"})
    lesson.autograder("grade", "sums")
    before = lesson.scores("ada")
    assert before["flip"] == (1, 1)

    lesson.write("own/checks/mine/flip.py", broken)
    assert lesson.autograder("course").count(says) == 1
    lesson.hand_in("ben", "first", small_kit.RIGHT)
    assert f"mine keeps the scores that it has: {says}.\n" in lesson.autograder("grade", "sums")
    assert lesson.scores("ben")["double"] == (1, 1)
    shutil.rmtree(tmp_path / "own")
    lesson.hand_in("cleo", "first", small_kit.RIGHT)
    assert "mine keeps the scores that it has: " in lesson.autograder("grade", "sums")
    assert lesson.scores("cleo")["double"] == (1, 1)
    assert lesson.scores("ada") == before


@pytest.mark.slow
def test_what_nbgrader_fails_to_release_leaves_the_release_that_was_there(tmp_path: Path) -> None:
    lesson = Lesson(tmp_path)
    assert "INFO" not in lesson.autograder("assign", "sums")
    was = lesson.released()
    lesson.write("course.toml", '[assignments.sums]\n[nbgrader.ClearSolutions]\nend_solution_delimeter = "never"\n')
    assert "GenerateAssignmentApp | ERROR" in lesson.autograder("assign", "sums", code=3)
    assert lesson.released() == was
