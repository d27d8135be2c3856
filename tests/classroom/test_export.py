"""Grades and feedback as Canvas and Moodle take them; the tables are made here, in the shapes that these export."""

from __future__ import annotations

import codecs
import csv
import os
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import started
from nbgrader.api import Gradebook

from autograder.classroom import hand_back, results, rosters
from autograder.classroom.collect import collect
from autograder.classroom.platforms import Grades, encoding, fill
from autograder.classroom.rosters import BadRoster

# nbgrader's own way of adding a submission makes SQLAlchemy warn.
pytestmark = pytest.mark.filterwarnings("ignore:Object of type <Submitted")

CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,Essay (11),week1 (4711),Essay Final Score
,,,,,Manual Posting,Manual Posting,(read only)
    Points Possible,,,,,10,20,(read only)
"Lovelace, Ada",12345,s-1,ada@uni.example,One,7,,70
"Turing, Alan",777,s-2,alan@uni.example,One,,,
"Hopper, Grace",888,s-3,grace@uni.example,Two,,,
"=HYPERLINK(1), Eve",999,s-4,eve@uni.example,Two,,,
"Student, Test",1,,,One,,,
"""
WORKSHEET = """\
Identifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,Last modified (grade),\
Feedback comments
Participant 12345,Ada Lovelace,ada@uni.example,Submitted,,100.00,Yes,-,- ok
Participant 777,Alan Turing,alan@uni.example,No submission,,100.00,Yes,-,
Participant 888,Grace Hopper,grace@uni.example,Submitted,55.00,100.00,No,-,
"""
ADA = "Ada Lovelace_12345_assignsubmission_file_"
GRADES = Grades("week1", {"lovelaceada_12345": 8.5, "alan": None, "grace@uni.example": 3.0, "zoe": 1.0}, 10.0)


def table(text: str) -> list[list[str]]:
    return list(csv.reader(text.splitlines()))


def filled(tmp_path: Path, text: str, grades: Grades = GRADES) -> Any:
    path = tmp_path / "roster.csv"
    path.write_text(text, encoding="utf-8")
    return fill(path, grades)


def test_canvas_gets_its_own_columns_ids_and_first_lines_back(tmp_path: Path) -> None:
    found = filled(tmp_path, CANVAS)
    rows = table(found.text)
    assert rows[0] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "week1 (4711)"]
    assert rows[1] == ["", "", "", "", "", "Manual Posting"]
    assert rows[2] == ["    Points Possible", "", "", "", "", "20"]
    assert rows[3] == ["Lovelace, Ada", "12345", "s-1", "ada@uni.example", "One", "17"]  # of 20 there, of 10 here
    assert [row[-1] for row in rows[4:]] == ["", "6", "", ""]
    assert rows[6][0] == "'=HYPERLINK(1), Eve"
    notes = "\n".join(found.notes)
    assert "20 points there and 10 here: grades are scaled" in notes
    assert "Not in the gradebook, so left empty: =HYPERLINK(1), Eve." in notes
    assert "Graded, and not in the roster: zoe." in notes


def test_canvas_keeps_what_stands_there_where_there_is_no_score_and_whom_it_excuses(tmp_path: Path) -> None:
    graded = CANVAS.replace("uni.example,One,,,", "uni.example,One,,15,").replace("example,Two,,,", "example,Two,,EX,")
    found = filled(tmp_path, graded)
    assert [row[-1] for row in table(found.text)[3:]] == ["17", "15", "EX", "EX", ""]
    assert "Hopper, Grace: excused in Canvas, and stays so." in found.notes


def test_canvas_may_have_first_and_last_names_apart(tmp_path: Path) -> None:
    apart = CANVAS.replace("Student,ID", "LastName,FirstName,ID").replace(",,,,,Manual", ",,,,,,Manual")
    apart = apart.replace("Possible,", "Possible,,").replace('"', "").replace(", ", ",")
    rows = table(filled(tmp_path, apart).text)
    assert rows[0][:3] == ["LastName", "FirstName", "ID"]
    assert [row[-1] for row in rows] == ["week1 (4711)", "Manual Posting", "20", "17", "", "6", "", ""]
    enrolled = [one["id"] for one in rosters.read(tmp_path / "roster.csv").enrolled()]
    assert enrolled[:2] == ["lovelaceada_12345", "turingalan_777"]
    assert len(enrolled) == 4


def test_moodles_worksheet_may_hide_the_names(tmp_path: Path) -> None:
    hidden = "\n".join(",".join(row[:1] + row[3:]) for row in table(WORKSHEET))
    assert [row[2] for row in table(filled(tmp_path, hidden).text)[1:]] == ["85", "", "55.00"]


def test_canvas_is_told_of_a_new_assignment_with_its_points(tmp_path: Path) -> None:
    found = filled(tmp_path, CANVAS.replace("week1 (4711)", "week2 (5)"))
    rows = table(found.text)
    assert rows[0][-1] == "week1"
    assert rows[2][-1] == "10"
    assert rows[3][-1] == "8.5"
    assert "has no such column" in found.notes[0]


def test_moodles_worksheet_comes_back_without_comments_and_what_is_locked_stays(tmp_path: Path) -> None:
    """An upload would write a comment over the one in Moodle: "- ok" must not become "'- ok"."""
    found = filled(tmp_path, WORKSHEET)
    before, after = [row[:-1] for row in table(WORKSHEET)], table(found.text)
    assert after[0] == before[0]
    assert [row[4] for row in after[1:]] == ["85", "", "55.00"]
    assert [row[:4] + row[5:] for row in after] == [row[:4] + row[5:] for row in before]
    assert "Grace Hopper: Moodle does not let the grade be changed." in found.notes


def test_moodles_table_of_grades_gets_one_column_more(tmp_path: Path) -> None:
    text = "First name,Last name,ID number,Email address,Assignment: Essay (Real),Course total (Real)\n"
    found = filled(tmp_path, text + "Grace,Hopper,,grace@uni.example,3,4\n")
    assert table(found.text) == [
        ["First name", "Last name", "ID number", "Email address", "week1"],
        ["Grace", "Hopper", "", "grace@uni.example", "3"],
    ]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "is empty"),
        (b"a,b\n1,2\n", "of neither platform: its columns are a, b"),
        (b"\xff\xfe", "not UTF-8"),
        (None, "There is no file"),
    ],
)
def test_a_table_of_another_kind_is_refused(data: bytes | None, says: str, tmp_path: Path) -> None:
    path = tmp_path / "roster.csv"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(BadRoster, match=says):
        fill(path, GRADES)


def export(course: Path, *words: str, code: int = 0) -> str:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = started.run("autograder", ["export", *words], course, environment)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A gradebook of one assignment: one student has 8.5 of 10, 2.5 of them by hand, another handed in nothing."""
    monkeypatch.setenv("PATH", f"{Path(sys.prefix, 'bin')}:{os.environ['PATH']}")  # nbgrader calls alembic
    with Gradebook(f"sqlite:///{tmp_path}/gradebook.db") as book:
        book.add_assignment("week1")
        book.add_notebook("loss", "week1")
        cells: Any = [("nll", {"max_score": 6, "cell_type": "code"})]
        cells += [("why-words", {"max_score": 4, "cell_type": "markdown"})]
        for name, told in cells:
            book.add_grade_cell(name, "loss", "week1", **told)
        for name in ("lovelaceada_12345", "alan_777"):
            book.add_student(name)
        book.add_submission("week1", "lovelaceada_12345")
        for cell, auto, manual in (("nll", 6.0, None), ("why-words", None, 2.5)):
            grade: Any = book.find_grade(cell, "loss", "week1", "lovelaceada_12345")
            grade.auto_score, grade.manual_score, grade.needs_manual_grade = auto, manual, False
        book.db.commit()
    page = tmp_path / "feedback" / "lovelaceada_12345" / "week1" / "loss.html"
    page.parent.mkdir(parents=True)
    page.write_text("<p>well done</p>")
    return tmp_path


def rows(path: Path) -> list[dict[str, str]]:
    assert path.read_bytes().startswith(codecs.BOM_UTF8), "spreadsheets tell by it that it is UTF-8"
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_tables_have_everybody_in_the_rosters_order(course: Path) -> None:
    (course / "roster.csv").write_text(CANVAS, encoding="utf-8-sig")  # as Canvas exports it for who wants it so
    said = export(course, "week1", "--roster", "roster.csv")
    made = course / "export" / "week1"
    told = [(row["student"], row["state"], row["score"], row["max_score"]) for row in rows(made / "grades.csv")]
    assert told[:2] == [("lovelaceada_12345", "graded", "8.5", "10.0"), ("alan_777", "missing", "", "10.0")]
    assert told[2:] == [("hoppergrace_888", "missing", "", "10.0"), ("hyperlink1eve_999", "missing", "", "10.0")]
    assert rows(made / "grades.csv")[2]["email"] == "grace@uni.example"
    assert rows(made / "exercises.csv")[0] == {"student": "lovelaceada_12345", "nll": "6.0", "why-words": "2.5"}
    assert rows(made / "exercises.csv")[2] == {"student": "hoppergrace_888", "nll": "", "why-words": ""}
    assert [row["student"] for row in rows(made / "tidy.csv")][4:6] == ["hoppergrace_888"] * 2
    assert "Not in the gradebook, so left empty: Hopper, Grace, =HYPERLINK(1), Eve." in said
    canvas = (made / "canvas.csv").read_text(encoding="utf-8")
    assert table(canvas)[3][-1] == "17"
    assert canvas.startswith("Student,"), "Canvas takes no mark away"
    assert encoding("moodle.csv") == "utf-8-sig"


@pytest.mark.parametrize(
    ("platform", "member", "page"),
    [
        ("moodle", f"{ADA}/loss.ipynb", f"{ADA}/loss.html"),
        ("canvas", "lovelaceada_LATE_12345_998877_loss-1.ipynb", "lovelaceada_LATE_12345_998877_loss.html"),
    ],
)
def test_feedback_goes_back_under_the_names_that_the_platform_gave(
    platform: str, member: str, page: str, course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with zipfile.ZipFile(course / "all.zip", "w") as archive:
        archive.writestr(member, "{}")
    taken = collect(course / "all.zip", "week1", course / "submitted")
    (student,) = taken.taken
    (course / "feedback" / "lovelaceada_12345").rename(course / "feedback" / student)
    said = export(course, "week1")
    assert f"feedback-{platform}.zip" in said
    with zipfile.ZipFile(course / "export" / "week1" / f"feedback-{platform}.zip") as archive:
        assert archive.namelist() == [page]
    assert "MB" not in said
    monkeypatch.chdir(course)
    monkeypatch.setattr(hand_back, "LARGE", 0)
    assert "what the platform takes at once may be less" in hand_back._feedback("week1", course)[0]


def test_without_a_table_of_a_platform_the_order_is_that_of_the_courses_own_roster(course: Path) -> None:
    """By name where there is none: nbgrader's order of students without names is that of no roster."""

    def order() -> list[str]:
        return [row["student"] for row in rows(course / "export" / "week1" / "tidy.csv")][::2]

    export(course, "week1")
    assert order() == ["alan_777", "lovelaceada_12345"]
    (course / "roster.csv").write_text("id,first_name\nlovelaceada_12345,Ada\nalan_777,Alan\n", encoding="utf-8-sig")
    told = 'name = "c"\nroster = "roster.csv"\n[assignments.week1]\nsections = ["setup"]\n'
    (course / "course.toml").write_text(told)
    export(course, "week1")
    assert order() == ["lovelaceada_12345", "alan_777"]


@pytest.mark.parametrize(
    ("header", "of_ada", "of_grace", "called"),
    [
        ("id", "lovelaceada_12345", "grace", "grace"),
        ("Identifier,Full name,Grade", "Participant 12345,Ada,", "Participant 888,Grace Hopper,", "grace_hopper_888"),
        ("Identifier,Status,Grade", "Participant 12345,Submitted,", "Participant 888,,", "888"),
        ("First name,Last name,ID number", "Ada,Lovelace,12345", "Grace,Hopper,s-8", "s-8"),
        ("First name,Surname,Email address", "Ada,L,lovelaceada_12345@x.example", "G,H,g@x.example", "g@x.example"),
    ],
)
def test_who_is_in_the_roster_alone_is_in_all_tables_with_empty_cells(
    header: str, of_ada: str, of_grace: str, called: str, course: Path
) -> None:
    """Grace is in no gradebook, and stands where the roster has her; Zoe is in neither, and handed in."""
    (course / "roster.csv").write_text("\n".join([header, of_grace, of_ada, ""]), encoding="utf-8")
    (course / "submitted" / "zoe" / "week1").mkdir(parents=True)
    results.write(results.folder(course) / "no-score-week1.json", ["alan_777", "zoe"])
    export(course, "week1", "--roster", "roster.csv")
    made = course / "export" / "week1"
    everybody = [called, "lovelaceada_12345", "alan_777", "zoe"]
    assert [row["student"] for row in rows(made / "exercises.csv")] == everybody
    assert [row["student"] for row in rows(made / "tidy.csv")][::2] == everybody
    told = [(row["student"], row["state"], row["score"]) for row in rows(made / "grades.csv")]
    assert told == list(
        zip(everybody, ["missing", "graded", "missing", "not graded"], ["", "8.5", "", ""], strict=True)
    )


def test_an_assignment_that_is_not_there_is_an_error(course: Path) -> None:
    assert "has no assignment 'week2' (it has: week1)" in export(course, "week2", code=2)


def test_no_score_shows_the_last_bits_of_a_sum() -> None:
    handed = SimpleNamespace(
        score=28.0, late_submission_penalty=0.6 + 4.2 + 0.8000000000000001, needs_manual_grade=False
    )
    assert hand_back._score(handed, True, False) == {"state": "graded", "score": 22.4, "late_penalty": 5.6}
