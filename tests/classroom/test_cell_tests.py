"""Plain nbgrader cells, asserts behind an answer: whatever students do, each has a fair outcome and fitting words."""

from __future__ import annotations

import copy
import json
import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest
import started
from course import ASSIGNMENT, Course

from autograder.classroom import cell_tests, rehearsal, releasable
from autograder.classroom.cell_tests import CellTest
from autograder.classroom.grading import grade_cells
from autograder.classroom.run import Budget
from autograder.course import BadCourse
from autograder.process import sandbox

RIGHT = "def best(xs):\n    return max(xs)"
PARTS = "score = 0\nscore += best([1, 2]) == 2\nscore + 3 * (best([-1, -2]) == -1)"


def answer(body: str, before: str = "") -> str:
    return f"{before}\ndef best(xs):\n    {body}".strip()


STOPPED = "The cell that defines best stopped"
#: What is answered; the share that it has, and what is told.
ANSWERS = {
    "right": (RIGHT, 1.0, "parts passes"),
    "in part": (answer("return xs[0]"), 0.75, "These tests give 3 of 4 points."),
    "not started": (answer("raise NotImplementedError()"), 0.0, "parts is not started"),
    "raises": (answer("return xs[9]"), 0.0, "In line 2 of these tests, `score += best([1, 2]) == 2`: IndexError"),
    "raises above it": (answer("return 1", "a = [1][3]"), 0.0, f"{STOPPED} in its line 1 (`a = [1][3]`): IndexError"),
    "no Python": ("def best(xs)\n    return 1", 0.0, f"{STOPPED} in its line 1 (`def best(xs)`): SyntaxError"),
    "a module that is not here": (f"import google.colab\n{RIGHT}", 1.0, "parts passes"),
    "ends the process": (answer("os._exit(0)", "import os"), 0.0, "The process ended while these tests ran"),
    "ends it at once": (f"import os\n{RIGHT}\nos._exit(0)", 0.0, f"{STOPPED}: This cell ended the whole process"),
    "ends it later": (
        answer(
            "return [threading.Thread(target=os._exit, args=[1]).start(), time.sleep(9)]", "import os, threading, time"
        ),
        0.0,
        "The process ended while these tests ran",
    ),
    "leaves": (answer("exit()"), 0.0, "parts does not pass yet"),
    "goes on for ever": (answer("while True: pass"), 0.0, "OutOfTime: stopped after 1 seconds"),
    "prints for ever above it": (f"{RIGHT}\nwhile True: print('more')", 1.0, "parts passes"),
    "prints a lot": (answer("print('x' * 10 ** 7)\n    return max(xs)"), 1.0, "parts passes"),
    "forks": (answer("while True: os.fork()", "import os"), 0.0, "parts does not pass yet"),
    "warns": (answer("warnings.warn('careful')\n    return max(xs)", "import warnings"), 1.0, "parts passes"),
    "is no number": (
        answer("return Y()", "class Y(int):\n    def __eq__(self, other): return float('nan')"),
        0.0,
        "These tests give 0 of 4 points.",
    ),
}


@pytest.fixture(scope="module", autouse=True)
def _there_is_a_sandbox() -> None:
    try:
        sandbox.require(sandbox.layers())
    except sandbox.SandboxUnavailable as error:
        pytest.skip(str(error))


@pytest.mark.parametrize("case", ANSWERS)
def test_every_answer_gets_its_share_and_its_words_and_no_other_is_disturbed(case: str) -> None:
    text, share, says = ANSWERS[case]
    tests = [CellTest("parts", PARTS, 1, 4), CellTest("other", "assert other() == 1", 2, 1)]
    budget = Budget(cell=1.0, process=6.0, whole=20.0)
    told = grade_cells([text, "def other(): return 1"], "", 1, budget=budget, tests=[vars(test) for test in tests])
    assert (told["tests"]["parts"]["share"], says in told["tests"]["parts"]["text"]) == (share, True), told["tests"]
    assert told["tests"]["other"]["outcome"] == "passed", told["tests"]


def test_tests_for_which_no_time_is_left_say_so() -> None:
    tests = [vars(CellTest(name, "while True: pass", 0, 1)) for name in "abcd"]
    told = grade_cells(["pass"], "", 1, budget=Budget(cell=1.0, process=1.5, whole=2.0), tests=tests)["tests"]
    assert "used up the time that a notebook has" in told["d"]["text"]


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("3", 3),
        ("2.5", 2.5),
        ("np.float64(2.0)", 2),
        ("tensor(3.)", 3),
        ("tensor(3, dtype=torch.int32)", 3),
        ("True", 4),
        ("np.False_", 0),
        ("tensor(False)", 0),
        ("inf", 0),
        ("'3'", None),
        ("tensor([1, 2])", None),
    ],
)
def test_what_a_value_gives(value: str, number: float | None) -> None:
    assert cell_tests._number({"output_type": "execute_result", "data": {"text/plain": value}}, 4) == number


# ------------------------------------------------------------------------------------------------------ a course


def cell(name: str, source: str, kind: str = "code", **meta: Any) -> dict[str, Any]:
    told = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3} | meta
    made: dict[str, Any] = {"cell_type": kind, "id": name.replace("_", "-"), "source": source}
    made["metadata"] = {"nbgrader": told | {"grade_id": name, "cell_type": kind}}
    return made | ({"outputs": [], "execution_count": None} if kind == "code" else {})


def solution(name: str, line: str) -> dict[str, Any]:
    text = f"def {name}(xs):\n    ### BEGIN SOLUTION\n    {line}\n    ### END SOLUTION"
    return cell(name, text, solution=True)


CELLS = [
    cell("helpers", "def same(a, b):\n    assert a == b", locked=True),
    solution("best", "return max(xs)"),
    cell("best_test", "same(best([1, 2]), 2)", grade=True, locked=True, points=2),
    solution("sum_of", "return sum(xs)"),
    cell("sum_test", "same(sum_of([1, 2]), 3)", grade=True, locked=True, points=1),
    cell("style", "same(best.__name__, 'best')", grade=True, locked=True, points=0),
    cell("why", "Why?", "markdown", grade=True, solution=True, points=3),
    cell("plot", "### BEGIN SOLUTION\n1\n### END SOLUTION", grade=True, solution=True, points=2),
    cell("project", "Do something.", "markdown", task=True, locked=True, points=4),
]


def notebook(*cells: dict[str, Any]) -> dict[str, Any]:
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return {"cells": [*cells], "metadata": {"kernelspec": spec}, "nbformat": 4, "nbformat_minor": 5}


ANSWERED = {"best": "def best(xs):\n    return max(xs)", "sum_of": "def sum_of(xs):\n    return sum(xs)"}


class Handed:
    """A released notebook as a student leaves it."""

    def __init__(self, released: dict[str, Any], **answers: str):
        self.notebook = copy.deepcopy(released)
        for name, text in answers.items():
            self[name]["source"] = text

    def __getitem__(self, name: str) -> dict[str, Any]:
        cells = self.notebook["cells"]
        return next(one for one in cells if one["metadata"].get("nbgrader", {}).get("grade_id") == name)

    def move(self, name: str, to: int) -> Handed:
        self.notebook["cells"].insert(to, self.without(name))
        return self

    def without(self, *names: str) -> Any:
        for name in names:
            gone = self[name]
            self.notebook["cells"].remove(gone)
        return gone

    def add(self, text: str) -> Handed:
        self.notebook["cells"].append(cell("mine", text) | {"metadata": {}})
        return self


def command(course: Course, *words: str, codes: tuple[int, ...] = (0, 1)) -> str:
    done = started.run("autograder", words, course.folder, os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)})
    assert done.returncode in codes, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    made = Course(tmp_path_factory.mktemp("class"), [])
    (made.source / "warmup.ipynb").write_text(json.dumps(notebook(*CELLS)))
    made.nbgrader("generate_assignment", ASSIGNMENT, "--create", "--force")
    released = made.released("warmup")
    blank = {name: Handed(released)[name]["source"] for name in ANSWERED}
    students = {name: Handed(released, **ANSWERED) for name in ("moved", "gone", "bare", "twice", "edited", "nothing")}
    students |= {"right": Handed(released, **ANSWERED, why="So.", plot="2"), "blank": Handed(released)}
    students["moved"].move("best", 6)
    students["gone"].without("best_test", "helpers", "why", "plot", "project")
    students["end"] = Handed(released, **(ANSWERED | {"best": blank["best"]})).add(ANSWERED["best"])
    students["inside"] = Handed(released, **(ANSWERED | {"best": blank["best"], "best_test": ANSWERED["best"]}))
    students["twice"].notebook["cells"].insert(3, copy.deepcopy(students["twice"]["best_test"]))
    students["edited"]["best"]["source"] = "def best(xs):\n    return 0"
    students["edited"]["best_test"]["source"] = "assert True"
    for one in students["bare"].notebook["cells"]:
        one["metadata"] = {}
    students["nothing"].without("best", "sum_of")
    for student, handed in students.items():
        made.submit(student, "warmup", handed.notebook)
    command(made, "grade", ASSIGNMENT)
    return made


def test_what_students_do_to_the_cells_costs_them_nothing(course: Course) -> None:
    scores = course.scores()
    both = {who: (told["best_test"], told["sum_test"]) for who, told in scores.items()}
    assert both.pop("edited") == (0, 1), "a test is the one that was released"
    assert both.pop("blank") == both.pop("nothing") == (0, 0)
    assert set(both) == {"right", "moved", "gone", "bare", "twice", "end", "inside"}
    assert set(both.values()) == {(2, 1)}
    assert {told["style"] for told in scores.values()} == {0}


def test_a_person_is_asked_for_what_only_a_person_can_grade(course: Course) -> None:
    waits = {}
    with course._gradebook() as gradebook:
        for who in ("right", "blank"):
            (told,) = gradebook.find_submission(ASSIGNMENT, who).notebooks
            waits[who] = {grade.name for grade in told.grades if grade.needs_manual_grade}
    assert waits == {"right": {"why", "plot", "project"}, "blank": {"project"}}


def test_what_is_graded_by_hand_lacks_no_score(course: Course) -> None:
    """So that a second hand-in which cannot be graded leaves the score of the first, as it does for everybody."""
    place = course.folder / "submitted" / "right" / ASSIGNMENT / "warmup.ipynb"
    kept = place.read_bytes()
    course.submit("right", "warmup", b"cut off in the midd")
    rows = json.loads(command(course, "grade", ASSIGNMENT, "--json"))["rows"]
    assert next(row for row in rows if row["student"] == "right").get("keeps")
    course.submit("right", "warmup", kept)


def test_report_feedback_and_export_have_it_all(course: Course) -> None:
    told = json.loads(command(course, "report", ASSIGNMENT, "--json"))
    row = next(one for one in told["tests"] if one["name"] == "best_test")
    assert (row["passed"], row["failed"], row["not_started"]) == (7, 2, 1)
    assert told["stands_out"] == "best_test: 3 of 10 did not pass it; 1 of them did not start."
    helped = {one["student"]: one["why"] for one in told["help"]}
    assert helped["blank"] == ["started nothing"], "style passes by itself, and has no points"
    assert set(helped) == {"blank", "nothing", "edited"}
    pages = course.folder / "feedback"
    (pages / "blank" / ASSIGNMENT).mkdir(parents=True)  # without a page, as what failed leaves it
    (pages / "edited").touch()
    said = command(course, "feedback", ASSIGNMENT, codes=(3,))
    assert "\nedited: no new pages. feedback/edited is a file, where there should be a folder: mv " in said
    assert {page.parent.parent.name for page in pages.glob(f"*/{ASSIGNMENT}/*.html")} == {*course.scores()} - {"edited"}
    (pages / "edited").unlink()
    command(course, "feedback", ASSIGNMENT)
    page = (pages / "edited" / ASSIGNMENT / "warmup.html").read_text()
    assert "best_test does not pass yet" in page
    assert "same(best([1, 2]), 2)" in re.sub("<[^>]+>", "", page)
    command(course, "export", ASSIGNMENT)
    table = (course.folder / "export" / ASSIGNMENT / "exercises.csv").read_text("utf-8-sig").splitlines()
    assert table[0] == "student,best_test,sum_test,style,why,plot,project"
    assert "edited,0.0,1.0,0.0,0.0,0.0," in table


def test_points_that_a_person_gave_for_a_test_stand_until_an_answer_changes(course: Course) -> None:
    def waits(give: bool = False) -> list[bool]:
        with course._gradebook() as gradebook:
            grades = [gradebook.find_grade(name, "warmup", ASSIGNMENT, "edited") for name in ("best_test", "project")]
            for grade in grades if give else []:
                grade.manual_score, grade.needs_manual_grade = 1, False
            gradebook.db.commit()
            return [bool(grade.needs_manual_grade) for grade in grades]

    waits(give=True)
    handed = Handed(course.released("warmup"), best="def best(xs):\n    return 0", sum_of="")
    course.submit("edited", "warmup", handed.notebook)
    command(course, "grade", ASSIGNMENT)
    assert waits() == [True, True]
    waits(give=True)
    command(course, "grade", ASSIGNMENT, "--again", "--student", "edited")
    assert waits() == [False, False]


# ---------------------------------------------------------------------------------------------- before it is released


def test_tests_are_tried_before_students_have_them(tmp_path: Path) -> None:
    tests = {
        "right": "assert best([1, 2]) == 2",
        "lucky": "assert best",
        "wrong": "assert best([1, 2]) == 1",
        "worth_nothing": "assert best",
    }
    cells = [cell(n, text, grade=True, locked=True, points=int(n != "worth_nothing")) for n, text in tests.items()]
    path = tmp_path / "warmup.ipynb"
    path.write_text(json.dumps(notebook(solution("best", "return max(xs)"), *cells)))
    assert list(rehearsal.lines(path)) == [
        "lucky passes where nothing is answered, so that everybody has its points.",
        "your own answers do not pass wrong. In line 1 of these tests, `assert best([1, 2]) == 1`: AssertionError",
    ]


def test_what_nobody_could_tell_apart_or_grade_is_refused(tmp_path: Path) -> None:
    place = tmp_path / "source" / "week1"
    place.mkdir(parents=True)
    test = cell("best_test", "assert best", grade=True, locked=True, points=1)
    like_one = cell("softmax", "assert softmax", grade=True, locked=True, points=1)
    loose = cell("project", "Do something.", "markdown", task=True, points=1)
    (place / "a.ipynb").write_text(json.dumps(notebook(test, like_one)))
    (place / "b.ipynb").write_text(json.dumps(notebook(test, loose)))
    (place / "c.ipynb").write_text(json.dumps(notebook(loose | {"id": "c"})))
    with pytest.raises(BadCourse) as refused:
        releasable.refuse("week1", [], [], tmp_path)
    told = str(refused.value)
    for says in (
        "a.ipynb: the tests in softmax would not run, since an exercise is called so.",
        "b.ipynb: a.ipynb has a question best_test too.",
        "b.ipynb: the task project is not locked",
        "c.ipynb: it has answers to be read, and no exercise.",
    ):
        assert f"source/week1/{says}" in told
