"""Every file that is handed in is accounted for, with the command that puts it right."""

from __future__ import annotations

import csv
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import started
from course import ASSIGNMENT, Course, answered

from autograder import places
from autograder.classroom import results
from autograder.classroom.export import harmless
from autograder.classroom.intake import Intake, Notice
from autograder.classroom.mend import ReleasedCell
from autograder.classroom.reception import Reception

RELEASED = {
    "setup": [ReleasedCell("get_data-answer", "code", "raise", "", False, False, True, 0.0)],
    "optim": [ReleasedCell("Optimizer-answer", "code", "raise", "", False, False, True, 0.0)],
}


def notebook(answer: str, source: str = "raise") -> str:
    cell = {"cell_type": "code", "source": source, "metadata": {"nbgrader": {"grade_id": f"{answer}-answer"}}}
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


SETUP, OPTIM = notebook("get_data", "x = 1"), notebook("Optimizer", "x = 1")
ALL = {"setup.ipynb": SETUP, "optim.ipynb": OPTIM, "helper.py": "x = 1", "old.zip": "PK"}
BARE = json.dumps({"cells": [{"cell_type": "code", "source": "def get_data(a, b, c):\n    return 1", "metadata": {}}]})


def look(place: Path, take: bool = False, roster: tuple[str, ...] = ()) -> Intake:
    return Reception(place, "/week1", "week1", RELEASED, take, ("week1", "week2")).look(roster)


#: What lies in ada's folder; the notebooks that are graded, a part of what is told, and a part of what is to be typed.
CASES: dict[str, tuple[dict[str, str], list[str], str, str]] = {
    "as it should be": ({"week1/setup.ipynb": SETUP, "week1/.DS_Store": "x"}, ["setup"], "", ""),
    "renamed": (
        {"week1/ada optim (1).ipynb": OPTIM},
        [],
        "found 'ada optim (1).ipynb', which is optim",
        "mv 'submitted/ada/week1/ada optim (1).ipynb' submitted/ada/week1/optim.ipynb",
    ),
    "other case": ({"week1/Optim.ipynb": OPTIM}, [], "which is optim", "submitted/ada/week1/optim.ipynb"),
    "other ending": ({"week1/optim.IPYNB": OPTIM}, [], "which is optim", "mv submitted/ada/week1/optim.IPYNB"),
    "without metadata": ({"week1/mine.ipynb": BARE}, [], "which is setup", "submitted/ada/week1/setup.ipynb"),
    "a script": ({"week1/setup.py": "x = 1"}, [], "setup.py is no notebook", "ask for the notebook"),
    "a helper beside all": ({f"week1/{n}": t for n, t in ALL.items()}, ["optim", "setup"], "", ""),
    "a helper beside one": ({"week1/setup.ipynb": SETUP, "week1/h.py": "x"}, ["setup"], "no notebook", "ask for the n"),
    "a zip": ({"week1/all.zip": "PK"}, [], "all.zip is no notebook", "unzip -d submitted/ada/week1"),
    "a folder too deep": (
        {"week1/week1/setup.ipynb": SETUP},
        [],
        "a folder too deep",
        "mv submitted/ada/week1/week1/setup.ipynb submitted/ada/week1/setup.ipynb",
    ),
    "an empty folder": ({"week1/": ""}, [], "there is no notebook", "rmdir submitted/ada/week1"),
    "no folder of the assignment": (
        {"setup.ipynb": SETUP},
        [],
        "outside a folder week1",
        "mkdir submitted/ada/week1 && mv submitted/ada/*.ipynb submitted/ada/week1",
    ),
    "a folder of another name": (
        {"hand-in/setup.ipynb": SETUP},
        [],
        "is called hand-in",
        "mv submitted/ada/hand-in submitted/ada/week1",
    ),
    "another assignment's folder": ({"week2/setup.ipynb": SETUP}, [], "there is no folder week1", ""),
    "the folder's case": ({"Week1/setup.ipynb": SETUP}, [], "is called Week1", "mv submitted/ada/Week1"),
    "a download of the blank one": (
        {"week1/optim.ipynb": notebook("Optimizer"), "week1/optim (1).ipynb": OPTIM},
        [],
        "optim.ipynb is as it was released, and 'optim (1).ipynb' beside it is optim too",
        "mv 'submitted/ada/week1/optim (1).ipynb' submitted/ada/week1/optim.ipynb",
    ),
    "a second one": (
        {"week1/optim.ipynb": OPTIM, "week1/optim (1).ipynb": OPTIM},
        ["optim"],
        "optim.ipynb is the one graded. The other one instead: mv 'submitted/ada/week1/optim (1).ipynb' submitted/",
        "",
    ),
    "no bytes": ({"week1/setup.ipynb": ""}, [], "The file is empty", "rm submitted/ada/week1/setup.ipynb"),
    "a merge": ({"week1/setup.ipynb": "<<<<<<< HEAD\n{}"}, [], "its JSON is broken", "ask for the file again"),
    "an odd time": (
        {"week1/setup.ipynb": SETUP, "week1/timestamp.txt": "gestern abend"},
        [],
        "timestamp.txt says 'gestern abend', which is no time",
        "> submitted/ada/week1/timestamp.txt",
    ),
    "a time": ({"week1/setup.ipynb": SETUP, "week1/timestamp.txt": "2026-10-31 18:00:00 UTC"}, ["setup"], "", ""),
    "of another course": ({"week1/essay.ipynb": notebook("essay")}, [], "of no notebook of this assignment", ""),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_there_is_graded_or_told(case: str, tmp_path: Path) -> None:
    files, graded, why, do = CASES[case]
    place = tmp_path / "submitted"
    for name, text in files.items():
        path = place / "ada" / name
        (path if name.endswith("/") else path.parent).mkdir(parents=True, exist_ok=True)
        if not name.endswith("/"):
            path.write_text(text)
    found = look(place)
    assert [name for one in found.handed for name in one.notebooks] == graded
    assert [notice.student for notice in found.notices] == ["ada"] * bool(why)
    for notice in found.notices:
        assert why in notice.why
        assert do in notice.do
        assert bool(do) == bool(notice.do)


@pytest.mark.parametrize("case", [case for case in CASES if CASES[case][3].startswith(("mv", "mkdir"))])
def test_the_command_that_is_told_puts_it_right(case: str, tmp_path: Path) -> None:
    place = tmp_path / "submitted"
    for name, text in CASES[case][0].items():
        path = place / "ada" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (told,) = look(place).notices
    subprocess.run(told.do, shell=True, cwd=tmp_path, check=True)
    found = look(place)
    assert [len(one.notebooks) for one in found.handed] == [1]
    assert not [notice for notice in found.notices if notice.do]


def test_what_its_cells_tell_is_renamed_where_the_instructor_allows_it(tmp_path: Path) -> None:
    folder = tmp_path / "submitted" / "ada" / "week1"
    folder.mkdir(parents=True)
    (folder / "ada optim (1).ipynb").write_text(OPTIM)
    found = look(tmp_path / "submitted", take=True)
    assert [one.notebooks for one in found.handed] == [{"optim": folder / "optim.ipynb"}]
    assert not found.notices


def test_links_pipes_and_swapped_folders_are_left_out_and_told(tmp_path: Path) -> None:
    place = tmp_path / "submitted"
    folder = place / "ada" / "week1"
    folder.mkdir(parents=True)
    (folder / "setup.ipynb").symlink_to(tmp_path / "secret")
    (folder / "data.bin").symlink_to("/dev/zero")
    os.mkfifo(folder / "optim.ipynb")
    (place / "eve").symlink_to(place / "ada")
    (place / "bob").mkdir()
    (place / "bob" / "week1").symlink_to(folder)
    (place / "week1" / "carl").mkdir(parents=True)
    found = look(place, roster=("ada", "dora"))
    assert not found.handed
    told = {(notice.student, notice.kind) for notice in found.notices}
    assert told == {
        ("ada", "link"),
        ("eve", "misplaced"),
        ("bob", "misplaced"),
        ("week1", "misplaced"),
        ("dora", "missing"),
    }
    assert found.held == {("ada", "setup"), ("ada", "optim")}


def test_no_cell_of_the_grades_is_a_formula() -> None:
    for text in ("=cmd|' /C calc'!A0", "+1", "-1", "@x", "\tx", "\rx"):
        assert harmless(text) == "'" + text.replace("\r", " ")
    assert [harmless(value) for value in ("ada", 3.0, None)] == ["ada", 3.0, ""]


# In a real course


SOFTMAX = "def softmax(x):\n    return x.exp() / x.exp().sum(-1, keepdim=True)"


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    course = Course(tmp_path_factory.mktemp("intake") / "course", ["cross_entropy"])
    course.release()
    right = answered(course.released("cross_entropy"), {"softmax": SOFTMAX})
    for student in ("ada", "ben", "cleo"):
        course.submit(student, "cross_entropy", right)
    renamed = course.submit("cleo", "cross_entropy", right)
    (renamed / "cross_entropy.ipynb").rename(renamed / "cleo cross_entropy.ipynb")
    secret = course.folder / "secret.txt"
    secret.write_text("the instructor's own")
    (course.folder / "submitted" / "ada" / ASSIGNMENT / "notes.txt").symlink_to(secret)
    (course.folder / "submitted" / "eve").mkdir()
    (course.folder / "submitted" / "eve" / ASSIGNMENT).symlink_to(course.folder / "submitted" / "ada" / ASSIGNMENT)
    return course


def grade(course: Course, *words: str) -> tuple[int, dict[str, Any]]:
    words = ("grade", ASSIGNMENT, "--json", *words)
    done = started.run("autograder", words, course.folder, os.environ | {"PYTHONPATH": str(places.KIT)})
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def grades(course: Course) -> dict[str, str]:
    course.nbgrader("export")
    with open(course.folder / "grades.csv", encoding="utf-8") as file:
        return {row["student_id"]: row["score"] for row in csv.DictReader(file)}


def test_who_was_graded_before_keeps_that_score_and_a_look_at_one_forgets_nobody(tmp_path: Path) -> None:
    broken = Intake(notices=[Notice(name, "unreadable", "", "", "setup") for name in ("ann", "ben", "cat")])
    before: dict[str, set[str]] = {"ann": set(), "ben": {"setup"}, "dan": set()}
    assert results.attention(tmp_path, "week1", broken, before) == {"ann"}
    assert results.without_score(tmp_path, "week1") == {"ben", "cat"}
    assert results.attention(tmp_path, "week1", Intake(), before, "cat") == set()
    assert results.without_score(tmp_path, "week1") == {"ben"}
    away = Intake(notices=[Notice(name, "missing", "handed in nothing") for name in ("ben", "dan", "eve")])
    assert results.attention(tmp_path, "week1", away, before) == {"dan"}


@pytest.mark.slow
def test_what_cannot_be_written_leaves_no_half_of_it(tmp_path: Path) -> None:
    (tmp_path / "kept.json").mkdir()
    with pytest.raises(OSError, match="kept"):
        results.write(tmp_path / "kept.json", {})
    assert [path.name for path in tmp_path.iterdir()] == ["kept.json"]


def test_a_course_accounts_for_everybody(course: Course) -> None:
    code, told = grade(course)
    assert code == 1
    assert {row["student"]: row["state"] for row in told["rows"]} == {
        "ada": "graded",
        "ben": "graded",
        "cleo": "renamed",
        "eve": "misplaced",
    }
    assert {(one["student"], one["kind"]) for one in told["not_graded"]} == {
        ("ada", "link"),
        ("cleo", "renamed"),
        ("eve", "misplaced"),
    }
    autograded = course.folder / "autograded" / "ada" / ASSIGNMENT
    assert [path.name for path in autograded.iterdir()] == ["cross_entropy.ipynb"]
    assert grades(course)["ada"] == "4.0"
    # A second hand-in that cannot be read changes nothing: the score of the first stays, also in the list of grades.
    kept = (course.folder / "submitted" / "ben" / ASSIGNMENT / "cross_entropy.ipynb").read_bytes()
    course.submit("ben", "cross_entropy", b"<<<<<<< HEAD\n")
    code, told = grade(course)
    assert code == 1
    assert course.scores()["ben"]["softmax"] == 4.0
    assert grades(course)["ben"] == "4.0"
    assert {row["student"]: row.get("keeps") for row in told["rows"] if row["state"] != "graded"} == {
        "ben": True,
        "cleo": None,
        "eve": None,
    }
    course.submit("ben", "cross_entropy", kept)
    # What its cells tell is taken where that is allowed.
    code, told = grade(course, "--take")
    assert {row["student"]: row["state"] for row in told["rows"]}["cleo"] == "graded"
    assert grades(course)["cleo"] == "4.0"
    assert grades(course)["ben"] == "4.0"
    # Where nobody has handed in, that is said, and everybody has a row all the same.
    away = (course.folder / "submitted").rename(course.folder / "away")
    code, told = grade(course)
    away.rename(course.folder / "submitted")
    assert code == 1
    assert f"Nobody has handed in: there is nothing to grade in submitted/STUDENT/{ASSIGNMENT}." in told["notice"]
    assert {row["student"]: row["state"] for row in told["rows"]} == dict.fromkeys(("ada", "ben", "cleo"), "missing")


def test_only_who_has_something_to_be_read_waits_for_a_reader(tmp_path: Path) -> None:
    course = Course(tmp_path / "course", ["setup", "notes"])
    course.release()
    written = course.released("notes")
    for cell in written["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("solution"):
            cell["source"] = "What I think."
    for student in ("ann", "ben"):
        course.submit(student, "setup", course.released("setup"))
    course.submit("ann", "notes", written)
    course.submit("ben", "notes", b"cut off in the midd")
    assert grade(course)[1]["waiting"] == 1
    with course._gradebook() as gradebook:
        assert gradebook.find_submission_notebook("notes", ASSIGNMENT, "ben").needs_manual_grade, "of what it never saw"


@pytest.mark.slow
def test_nbgrader_itself_copies_nothing_that_a_link_leads_to(course: Course) -> None:
    course.nbgrader("autograde", ASSIGNMENT, "--force", check=False)
    there = [path.name for path in (course.folder / "autograded").rglob("*") if path.is_file()]
    assert set(there) <= {"cross_entropy.ipynb"}
    assert not any(course.scores().get("eve", {}).values())
