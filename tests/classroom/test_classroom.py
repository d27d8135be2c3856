"""A class from release to feedback, on real nbgrader: partial credit, words, regrading, and nothing stale."""

from __future__ import annotations

import csv
import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
import started
from course import ASSIGNMENT, SETS, Course, answered
from nbgrader.api import Gradebook

from autograder import lesson, places, source
from autograder.classroom import fast, plugin
from autograder.notebooks import build

SECTION = "cross_entropy"
POINTS = {exercise.name: exercise.points for exercise in lesson.load(SECTION).values()}
HALF = (
    "def softmax(x):\n    print('my own print')\n    if x.dim() != 2:\n        return x\n"
    "    return x.exp() / x.exp().sum(1, keepdim=True)\n"
)
TWO = (
    "# mine\n\ndef softmax(x):\n    e = x.exp()  # all\n    total = e.sum(\n        0, keepdim=True)\n"
    "    return total / e\n"
)
TWO_AGAIN = "def softmax(x):\n    e = x.exp()\n    total = e.sum(0, keepdim=True)  # <i>\n    return total / e\n"
COLUMNS = "def softmax(x):\n    return x.exp() / x.exp().sum(0, keepdim=True)\n"
RAISES = "def softmax(x):\n    total = x.sum()\n    return x[total]\n"
PLOT = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\n"


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    made = Course(tmp_path_factory.mktemp("course"), [SECTION])
    made.release()
    released = made.released(SECTION)
    right = {name: answer.text for name, answer in source.answers(SECTION).items()}
    made.submit("all_right", SECTION, answered(released, right))
    made.submit("columns", SECTION, answered(released, {"softmax": COLUMNS}))
    made.submit("two", SECTION, answered(released, {"softmax": TWO}))
    made.submit("two_again", SECTION, answered(released, {"softmax": TWO_AGAIN}))
    made.submit("half", SECTION, in_words(answered(released, {"softmax": HALF + PLOT}), "why_softmax"))
    made.submit("raises", SECTION, answered(released, {"softmax": RAISES}))
    made.submit("unread", SECTION, b"not a notebook")
    made.submit("nothing", SECTION, released)
    made.nbgrader("autograde", ASSIGNMENT)
    with Gradebook(f"sqlite:///{made.folder}/gradebook.db") as gradebook:
        grade: Any = gradebook.find_grade("softmax", SECTION, ASSIGNMENT, "columns")
        grade.manual_score = 1.5
        gradebook.db.commit()
    made.nbgrader("generate_feedback", ASSIGNMENT)
    return made


def in_words(notebook: dict, name: str) -> dict:
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == f"{name}-words":
            cell["source"] = "It turns scores into a distribution. <script>alert(1)</script>"
    return notebook


def feedback(course: Course, student: str) -> str:
    page = course.folder / "feedback" / student / ASSIGNMENT / f"{SECTION}.html"
    return page.read_text(encoding="utf-8")


def test_right_answers_earn_all_points(course: Course) -> None:
    scores = course.scores()["all_right"]
    assert {name: scores[name] for name in POINTS} == POINTS


def test_untouched_and_unreadable_notebooks_earn_nothing(course: Course) -> None:
    for student in ("nothing", "unread"):
        assert set(course.scores()[student].values()) == {0.0}


def test_a_half_right_answer_earns_the_share_of_its_probes(course: Course) -> None:
    score = course.scores()["half"]["softmax"]
    assert score is not None
    assert 0 < score < POINTS["softmax"]


def test_a_written_answer_waits_for_a_person_and_no_answer_does_not(course: Course) -> None:
    assert course.scores()["half"]["why_softmax-words"] is None
    assert course.scores()["half"]["why_log_softmax-words"] == 0.0


def test_who_grades_sees_prints_pictures_and_the_rubric(course: Course) -> None:
    text = json.dumps(course.autograded("half", SECTION))
    assert "image/png" in text
    exercise = lesson.find("why_softmax")
    assert json.dumps(exercise.model_answer)[1:-1] in text
    assert all(json.dumps(line)[1:-1] in text for line in exercise.rubric)


def test_feedback_says_what_failed_and_why(course: Course) -> None:
    page = feedback(course, "columns")
    diagnosis = lesson.find("softmax").mistakes["over_the_first_dimension"].message
    assert re.sub(r"`(.*?)`", r"<code>\1</code>", diagnosis).split(";")[0].split("<")[0] in page
    assert "does not pass yet" in page
    assert "normalises each row" in page
    page = feedback(course, "raises")
    assert "x[total]" in page
    assert "IndexError" in page
    assert feedback(course, "unread").count("is not a notebook") == 1


def test_feedback_shows_the_line_to_look_at_and_looks_once_for_the_same_answer(course: Course) -> None:
    pages = {student: feedback(course, student) for student in ("columns", "two", "two_again", "all_right", "nothing")}
    lines = {student: re.findall(r"your cell \[\d+\], line (\d+)", page) for student, page in pages.items()}
    assert lines["all_right"] == lines["nothing"] == []
    assert lines["columns"] == ["2"]
    assert "The line to look at:" in pages["columns"]  # what it does is said above
    assert (lines["two"], lines["two_again"]) == (["6"], ["3"])
    assert "There is 1 more place." in pages["two"]
    assert 'sum(<b class="text-danger">0</b>, keepdim=True)' in pages["columns"]
    assert '<b class="text-danger">0</b>, keepdim=True)' in pages["two"]
    assert "</b>, keepdim=True)  # &lt;i&gt;</pre>" in pages["two_again"]
    kept = [path.read_text() for path in (course.folder / ".autograder" / "places").rglob("*.json")]
    assert sum("total = e" in told for told in kept) == 1


def test_the_report_marks_the_lines_that_feedback_shows(course: Course) -> None:
    here = os.environ | {"PYTHONPATH": str(places.KIT)}
    told = started.run("autograder", ["report", ASSIGNMENT, "--json"], course.folder, here)
    assert not told.returncode, told.stderr
    softmax = next(row for row in json.loads(told.stdout)["exercises"] if row["name"] == "softmax")
    assert [(group["example"], group["lines"]) for group in softmax["mistakes"]] == [(COLUMNS, [2])]


def test_an_instructor_decides_what_is_shown_of_lines(course: Course) -> None:
    def page(*shows: str) -> str:
        told = course.folder / "course.toml"
        told.write_text(f"[assignments.{ASSIGNMENT}]\nfeedback = {json.dumps(shows)}\n", encoding="utf-8")
        course.nbgrader("generate_feedback", ASSIGNMENT, "--force", "--student", "two_again")
        told.unlink()
        return feedback(course, "two_again")

    assert "your cell [" not in page("checks", "diagnoses")
    assert "The line to look at: There is 1 more place." in page("checks", "lines")


def test_feedback_calls_questions_by_their_names_and_shows_no_bare_number(course: Course) -> None:
    page = feedback(course, "columns")
    contents = page[page.index('id="toc"') : page.index("</ol>")]
    assert re.findall(r'<a href="#([^"]*)">\1</a>', contents)[:1] == ["softmax_formula"]
    assert '<a href="#why_softmax-words">why_softmax, in words</a>' in contents
    assert "Test cell" not in contents
    assert "Out[" not in page


def test_feedback_says_that_a_person_changed_the_points(course: Course) -> None:
    assert "changed the points: 1.5, where the checks gave 1." in feedback(course, "columns")
    assert "changed the points" not in feedback(course, "half")


def test_feedback_keeps_expected_values_and_rubrics_back(course: Course) -> None:
    from autograder.classroom import results
    from autograder.judging.observing import expected

    seed = results.inputs_of(results.secret(course.folder), [], "cross_entropy", SETS)
    for student in ("columns", "half", "raises"):
        page = feedback(course, student)
        assert lesson.find("why_softmax").model_answer not in page
        for frame in expected(lesson.find("softmax"), seed).values():
            for number in re.findall(r"0\.\d{4,}", json.dumps(frame.get("value"))):
                assert number[:7] not in page, student


def test_a_written_answer_is_shown_and_runs_nothing(course: Course) -> None:
    page = feedback(course, "half")
    assert "It turns scores into a distribution." in page
    assert "<script>alert(1)" not in page


def test_a_second_run_with_nothing_new_grades_nothing_again(course: Course) -> None:
    kept = {path: path.stat().st_mtime_ns for path in (course.folder / ".autograder" / "results").rglob("*.json")}
    before = course.scores()
    course.nbgrader("autograde", ASSIGNMENT, "--force")
    assert course.scores() == before
    assert kept == {
        path: path.stat().st_mtime_ns for path in (course.folder / ".autograder" / "results").rglob("*.json")
    }


def test_a_failed_regrade_leaves_no_old_score(course: Course) -> None:
    # Nothing may be known of it already, or it would not be graded at all.
    course.submit("regraded", SECTION, answered(course.released(SECTION), {"softmax": COLUMNS + "# 1\n"}))
    course.nbgrader("autograde", ASSIGNMENT, "--student", "regraded")
    first = course.scores()["regraded"]["softmax"]
    assert first is not None
    course.submit("regraded", SECTION, answered(course.released(SECTION), {"softmax": COLUMNS + "# 2\n"}))
    done = course.nbgrader(
        "autograde", ASSIGNMENT, "--force", "--student", "regraded", check=False, AUTOGRADER_SANDBOX="nonsense"
    )
    assert done.returncode != 0
    assert "AUTOGRADER_SANDBOX is 'nonsense'" in done.stderr
    assert course.scores()["regraded"]["softmax"] is None
    course.nbgrader("autograde", ASSIGNMENT, "--force", "--student", "regraded")
    assert course.scores()["regraded"]["softmax"] == first


def test_without_a_sandbox_it_says_so_in_every_notebook(course: Course) -> None:
    course.submit("weak", SECTION, answered(course.released(SECTION), {}))
    course.nbgrader("autograde", ASSIGNMENT, "--student", "weak", AUTOGRADER_SANDBOX="off")
    assert "GRADED WITHOUT A SANDBOX" in json.dumps(course.autograded("weak", SECTION))


def test_a_grade_given_by_hand_survives_a_regrade_and_is_exported(course: Course) -> None:
    with Gradebook(f"sqlite:///{course.folder}/gradebook.db") as gradebook:
        grade: Any = gradebook.find_grade("why_softmax-words", SECTION, ASSIGNMENT, "half")
        grade.manual_score, grade.needs_manual_grade = 2, False
        gradebook.db.commit()
    course.nbgrader("autograde", ASSIGNMENT, "--force", "--student", "half")
    with Gradebook(f"sqlite:///{course.folder}/gradebook.db") as gradebook:
        assert gradebook.find_grade("why_softmax-words", SECTION, ASSIGNMENT, "half").score == 2
    course.nbgrader("export")
    with open(course.folder / "grades.csv", encoding="utf-8") as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    assert float(rows["all_right"]["score"]) == sum(POINTS.values())
    assert float(rows["half"]["score"]) == (course.scores()["half"]["softmax"] or 0) + 2


def test_what_nbgrader_writes_of_a_notebook_is_saved_together_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    db_url = f"sqlite:///{tmp_path}/gradebook.db"

    def write(self: Any, filename: str, resources: Any) -> None:
        for name in ("one", "two"):
            with Gradebook(db_url) as gradebook:
                gradebook.add_student(f"{name} in {filename}")
        if filename == "fails":
            raise ZeroDivisionError

    monkeypatch.setattr(plugin.ReadAnything, "from_filename", write)
    fast.ReadAnything().from_filename("works", {"nbgrader": {"db_url": db_url}})
    with pytest.raises(ZeroDivisionError):
        fast.ReadAnything().from_filename("fails", {"nbgrader": {"db_url": db_url}})
    with Gradebook(db_url) as gradebook:
        assert [student.id for student in gradebook.students] == ["one in works", "two in works"]


def test_a_late_penalty_is_taken_off(course: Course) -> None:
    place = course.submit("late", SECTION, answered(course.released(SECTION), {"softmax": HALF}))
    (place / "timestamp.txt").write_text("2020-01-02 00:00:00 UTC")
    with Gradebook(f"sqlite:///{course.folder}/gradebook.db") as gradebook:
        due: Any = "2020-01-01 00:00:00 UTC"
        gradebook.update_or_create_assignment(ASSIGNMENT, duedate=due)
    extra = "--AssignLatePenalties.plugin_class=nbgrader.plugins.LateSubmissionPlugin"
    course.nbgrader("autograde", ASSIGNMENT, "--student", "late", extra, "--LateSubmissionPlugin.penalty_method=zero")
    with Gradebook(f"sqlite:///{course.folder}/gradebook.db") as gradebook:
        notebook: Any = gradebook.find_submission_notebook(SECTION, ASSIGNMENT, "late")
        assert notebook.late_submission_penalty == notebook.score > 0
        never: Any = None
        gradebook.update_or_create_assignment(ASSIGNMENT, duedate=never)


def test_the_instructors_notebooks_pass_as_submissions() -> None:
    from autograder.classroom.grading import grade_notebook

    for section in build.sections():
        graded = grade_notebook(build.build(section).encode(), section, seed=12345)
        outcomes = {name: told["outcome"] for name, told in graded["exercises"].items()}
        assert set(outcomes.values()) == {"passed"}, {n: o for n, o in outcomes.items() if o != "passed"}
        errors = [out for cell in graded["cells"] for out in cell if out["output_type"] == "error"]
        assert not errors, (section, errors[:1])
