"""course.toml: what is wrong in it is told with its line; and two weeks of one lesson follow it."""

from __future__ import annotations

import json
import os
import re
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import started
from course import Course, answered
from nbgrader.api import Gradebook
from traitlets.config import PyFileConfigLoader

from autograder import course as courses
from autograder import lesson, places, source
from autograder.classroom import release, rosters, term

WEEKS = """\
name = "minibatches"
roster = "roster.csv"

[assignments.week1]
due = 2026-09-08
sections = ["setup"]
points = { hyperparameters = 10 }

[assignments.week2]
exercises = ["evaluate_batch", "evaluate"]
due = 2020-01-10T12:00:00+00:00
extensions = { ada = 2020-01-12T12:00:00+00:00 }
feedback = ["checks"]

[late]
percent_per_day = 10
floor = 50
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{Path(sys.prefix, 'bin')}{os.pathsep}{os.environ['PATH']}")  # has alembic
    return tmp_path


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name = week\n", "course.toml, line 1, cannot be read: name = week (Invalid value). Write KEY = VALUE"),
        ("name = 'week\n", '(Expected "\'"). Something that was opened above is not closed: a quote, [ or {.'),
        (
            "name = 'x'\na = ['b'\n",
            "line 2, cannot be read: a = ['b' (Unclosed array). Something that was opened above",
        ),
        ("[assignments.week 1]\n", "line 1, cannot be read: [assignments.week 1]"),
        ("[assignments.a]\ndue = 15.09.2026\n", "line 2, cannot be read: due = 15.09.2026 (Expected newline or end"),
        ("[assignments.a]\ndue = 2026-9-15\n", "Write a date as 2026-09-15, with a time as 2026-09-15T18:00:00."),
        ("[assignments.a]\ndue = 18:00:00\n", "line 2, assignments.a.due: '18:00:00' is no date. due = 2026-09-15"),
        ("[assignments.a]\ndue = 0001-01-01\n", "line 2, assignments.a.due: the year 1 is none of a course"),
        ("[assignments.a]\nrelease = 2026-09-15\ndue = 2026-09-08\n", "line 3, assignments.a.due: it is due before it"),
        (
            "[assignments.a]\ndue = 2026-09-15\nextensions = { ada = 2026-09-10 }\n",
            "line 3, assignments.a.extensions.ada: ada would not have longer than the others. Write when ada",
        ),
        ("[assignments.a]\nextensions = ['ada']\n", "stands where a table: { ada = 2026-09-20 } is wanted."),
        ("[assignments.a]\n[late]\npercent_per_day = 10%\n", "line 3, cannot be read: percent_per_day = 10% ("),
        ("[assignments.a]\n[late]\npercent_per_day = 200\n", "line 3, late.percent_per_day: there are no more than"),
        ("[assignments.a]\n[late]\ngrace_hours = inf\n", "line 3, late.grace_hours: inf is no number from 0"),
        (
            "[assignments.a]\nfloor = 50\n",
            "line 2, assignments.a.floor: 'floor' is not known here. Write it under [late]",
        ),
        (
            "[assignments.a]\nroster = 'r.csv'\n",
            "line 2, assignments.a.roster: 'roster' is not known here. Write it at",
        ),
        ("[assignments.a]\nlimits = { memory_mb = '2GB' }\n", "'2GB' is no such limit. memory_mb = 2048."),
        (
            "[assignments.a]\nlimits = { sets = 0 }\n",
            "line 2, assignments.a.limits.sets: 0 is no such limit. sets = 4.",
        ),
        ("[assignments.a]\nexercises = ['setup']\n", "'setup' is not an exercise. It is a section: sections = ["),
        ("[assignments.a]\nsections = ['softmax']\n", "'softmax' is not a section. It is an exercise: exercises = ["),
        (
            "[assignments.a]\nsections = ['setup']\nwithout = ['softmax']\n",
            "line 3, assignments.a.without: softmax would not be in it anyway. Leave it out here.",
        ),
        ("[assignments.a]\n[nbgrader]\nExchange = 3\n", "line 3, nbgrader.Exchange: 3 stands where a table"),
        ("[assignments.a]\npoints = { nll = 1 }\npoints = { nll = 2 }\n", "was told above already: put both into one"),
        ("nam = 'x'\n", "line 1, nam: 'nam' is not known here. Did you mean name?"),
        (
            "[assignments.a]\ndue = 2026-09-08\nextensions = { zoé = 2026-09-12 }\n",
            'Put a name with other letters than a to z in quotes: "zoé" = ...',
        ),
        ("[assignments.a]\nextensions = { b@c.org = 2026-09-12 }\n", 'a to z in quotes: "b@c.org" = ...'),
        (
            "[assignments.a]\ndue = 2026-09-08\nextensions = { ada.b = 2026-09-12 }\n",
            'line 3, assignments.a.extensions.ada: ada.b is read as 2 names. Put it in quotes: "ada.b".',
        ),
        ("[assignments.a]\nextensions = { ada = 12-09-2026 }\n", "Write a date as 2026-09-15, with a time as"),
        ("[assignments.a]\ndue = 2026-09-12T25:00:00\n", "Write a date as 2026-09-15, with a time as 2026"),
        ("[assignments.a]\n[assignment.b]\n", "line 2, assignment: 'assignment' is not known here. Did you mean"),
        ("name = 'x'\n", "has no assignment. Write a table for each:   [assignments.week1]"),
        ("[assignments.week1]\ndew = 2026-01-01\n", "line 2, assignments.week1.dew: 'dew' is not known here."),
        (
            "[assignments.a]\nsections = ['setpu']\n",
            "line 2, assignments.a.sections: 'setpu' is not a section. Did you",
        ),
        ("[assignments.a]\n\nwithout = ['sofmax']\n", "line 3, assignments.a.without: 'sofmax' is not an exercise"),
        ("[assignments.a]\ndue = 'monday'\n", "line 2, assignments.a.due: 'monday' is no date. due = 2026-09-15"),
        ("[assignments.a]\nsections = ['setup']\npoints = { nll = 3 }\n", "line 3, assignments.a.points.nll"),
        ("[assignments.a]\n[assignments.a.points]\nsoftmax = -1\n", "line 3, assignments.a.points.softmax: -1 is no"),
        ("[assignments.a]\nextensions = { ada = 2026-01-01 }\n", "line 2, assignments.a.extensions: nothing is due"),
        ("[assignments.a]\nfeedback = ['marks']\n", "line 2, assignments.a.feedback: 'marks' is not something that"),
        ("[assignments.a]\n[late]\npercent_per_day = 'ten'\n", "line 3, late.percent_per_day: 'ten' is no number"),
        ("own = 'mine'\n[assignments.a]\n", "line 1, own: there is no folder mine/solutions. Make it: make new"),
        ("roster = 'who.csv'\n[assignments.a]\n", "line 1, roster: there is no file who.csv"),
    ],
)
def test_what_is_wrong_is_told_with_its_line_and_what_to_write(here: Path, text: str, says: str) -> None:
    (here / "course.toml").write_text(text)
    with pytest.raises(courses.BadCourse, match=re.escape(says)):
        courses.here()


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
def test_a_file_that_is_not_utf_8_is_told_with_its_line(here: Path, encoding: str) -> None:
    (here / "course.toml").write_bytes("# ohne\nname = 'Übung'\n[assignments.a]\n".encode(encoding))
    with pytest.raises(courses.BadCourse, match=r"course.toml, line \d, is not UTF-8 text. Save it as UTF-8"):
        courses.here()


def test_the_file_to_begin_with_is_the_course_without_one_and_is_never_overwritten(here: Path) -> None:
    assert courses.here() is None
    assert term.begin(here)
    found = courses.assignment(lesson.current().name)
    assert found is not None
    assert list(found.exercises) == [exercise.name for exercise in lesson.exercises()]
    shown = (here / "course.toml").read_text()
    assert not term.begin(here)
    # Every line that is offered can be used as it is.
    (here / "roster.csv").write_text("id\n")
    (here / "questions" / "solutions").mkdir(parents=True)
    (here / "course.toml").write_text(re.sub(r"^# (?=\[|\w+ = )", "", shown, flags=re.M))
    told = courses.here()
    assert told is not None
    assert told.late.floor == 50


def test_an_assignment_that_is_not_there_is_told_with_one_that_is(here: Path) -> None:
    (here / "course.toml").write_text(WEEKS, encoding="utf-8-sig")  # as some editors save it
    (here / "roster.csv").write_text("id\n")
    with pytest.raises(courses.BadCourse, match="Did you mean week1"):
        courses.assignment("weak1")


def test_which_assignment_is_asked_where_none_was_named_and_the_file_has_several(here: Path) -> None:
    Course(here, [])
    (here / "course.toml").write_text(WEEKS)
    (here / "roster.csv").write_text("id\n")
    says = "course.toml has week1, week2: say which. Type the same once more with assignment=week1"
    for command in ("assign", "grade", "report", "feedback", "export", "collect --zip of.zip"):
        verb, *words = command.split()
        assert run(here, verb, lesson.current().name, *words, code=2) == f"{says}\n"
    says = "course.toml has week1, week2, and no 'tests'. Type the same once more with assignment=week1"
    assert run(here, "grade", "tests", code=2) == f"{says}\n"


def test_no_step_goes_on_without_a_file_that_cannot_be_read_and_none_shows_a_traceback(here: Path) -> None:
    made = Course(here, [])
    (here / "course.toml").write_text("[assignments.a]\ndue = 5.10.2026\n")
    for command in ("course", "assign a", "grade a", "report a", "feedback a", "export a", "collect a --zip of.zip"):
        assert re.fullmatch(r"course.toml, line 2, cannot be read.*\n", run(here, *command.split(), code=2)), command
    for step in ("generate_assignment", "autograde", "generate_feedback", "release_assignment"):
        done = made.nbgrader(step, "a", check=False)
        assert done.returncode == 1
        assert re.fullmatch(r"course.toml, line 2, cannot be read.*\n", done.stdout + done.stderr), step


def test_in_jupyter_what_the_kit_sets_holds_also_without_the_file(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Course(here, [])
    (here / "course.toml").write_text("[assignments.a]\ndue = 5.10.2026\n")
    monkeypatch.setattr(sys, "argv", ["/bin/jupyter-lab"])
    config = PyFileConfigLoader("nbgrader_config.py", str(here)).load_config()
    assert config.Autograde.autograde_preprocessors[0] == "autograder.classroom.plugin.Grade"


def test_who_has_longer_and_is_not_in_the_roster_is_told_with_who_may_be_meant(here: Path) -> None:
    (here / "roster.csv").write_text(
        'Student,ID,SIS Login ID\n"Lovelace, Ada",12345,ada@example.org\n"Ali, Ben",777,\n'
    )
    longer = "due = 2026-09-08\nextensions = { ada = 2026-09-12, aliben_77 = 2026-09-12, aliben_777 = 2026-09-12 }"
    (here / "course.toml").write_text(WEEKS.replace("due = 2026-09-08", longer))
    told = courses.here()
    assert told
    assert term.unknown(told) == [
        "week1: ada has longer, and is not in roster.csv. Did you mean lovelaceada_12345?",
        "week1: aliben_77 has longer, and is not in roster.csv. Did you mean aliben_777?",
        "week2: ada has longer, and is not in roster.csv. Did you mean lovelaceada_12345?",
    ]


def test_lateness_costs_a_share_for_each_day_begun_down_to_the_floor() -> None:
    late = courses.Late(percent=10, grace=timedelta(hours=2), floor=60)
    hours = [late.penalty(50, hour * 3600) for hour in (0, 2, 3, 26, 27, 1000)]
    assert hours == [0, 0, 5, 5, 10, 20]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("id,last_name\nada,Lovelace\n", ("ada", "Lovelace")),
        (
            "Student,ID,SIS Login ID,Section,week1\n    Points Possible,,,,10\n"
            '"Lovelace, Ada",12345,ada@example.org,A,\n"Student, Test",1,,A,\n',
            ("lovelaceada_12345", "Lovelace"),
        ),
        ("id;first_name;last_name\nada;Ada;Lovelace\n", ("ada", "Lovelace")),
        ("Identifier,Full name,Email address\nParticipant 77,Ada Lovelace,a@b.c\n", ("ada_lovelace_77", "Lovelace")),
    ],
    ids=["own", "canvas", "semicolons", "moodle"],
)
def test_a_roster_is_read_as_canvas_and_moodle_export_it(here: Path, text: str, first: tuple[str, str]) -> None:
    (here / "roster.csv").write_text(text)
    (student,) = rosters.read(here / "roster.csv").enrolled()
    assert (student["id"], student["last_name"]) == first


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("id\nada\n\nada\n", "roster.csv, line 4: ada is in line 2 already. Take one of the two out"),
        ("id,first_name\n,Ada\n", "roster.csv, line 2: there is no id. Write what the student's folder in submitted/"),
        ("id\nada/b\n", "roster.csv, line 2: 'ada/b' can be no folder's name."),
        ("", "roster.csv is empty: export it once more, or write a line id,first_name,last_name,email."),
    ],
)
def test_what_is_wrong_in_ones_own_roster_is_told_with_its_line(here: Path, text: str, says: str) -> None:
    (here / "roster.csv").write_text(text)
    with pytest.raises(courses.BadCourse, match=re.escape(says)):
        list(rosters.read(here / "roster.csv").enrolled())


@pytest.mark.filterwarnings("ignore:Object of type <Submitted")  # nbgrader's own add_submission
def test_who_is_taken_out_of_the_roster_is_counted_no_more_unless_something_came_in(here: Path) -> None:
    told = courses.Course("course", {}, roster=here / "roster.csv")
    (here / "roster.csv").write_text("id\nada\nben\ncleo\n")
    with Gradebook(f"sqlite:///{here}/gradebook.db") as gradebook:
        gradebook.add_student("by_hand")
        term.enrol(gradebook, told)
        gradebook.add_assignment("week1")
        gradebook.add_submission("week1", "ben")
        (here / "roster.csv").write_text("id\nada\n")
        term.enrol(gradebook, told)
        assert {student.id for student in gradebook.students} == {"ada", "ben", "by_hand"}


def test_two_weeks_of_one_lesson_follow_the_file(tmp_path: Path) -> None:
    made = Course(tmp_path, [])
    (tmp_path / "course.toml").write_text(WEEKS)
    (tmp_path / "roster.csv").write_text("id,email\nada,\nben,\ncleo,\n")
    assert "Next: make assign assignment=week1" in run(tmp_path, "course")
    week1 = json.loads((tmp_path / "source" / "week1" / "setup.ipynb").read_text())
    points = [cell["metadata"].get("nbgrader", {}).get("points") for cell in week1["cells"]]
    assert [one for one in points if one is not None] == [4, 10, 4]
    made.nbgrader("generate_assignment", "week2", "--create", "--force")
    assert [path.stem for path in (tmp_path / "release" / "week2").glob("*.ipynb")] == ["training_loop"]
    released = json.loads((tmp_path / "release" / "week2" / "training_loop.ipynb").read_text())
    assert any("`accuracy` may be called" in "".join(cell["source"]) for cell in released["cells"])

    answers = {name: answer.text for name, answer in source.answers("training_loop").items()}
    wrong = answers | {"evaluate": "def evaluate(*given):\n    return 0.125\n"}
    for student, texts in (("ada", answers), ("ben", wrong)):
        place = tmp_path / "submitted" / student / "week2"
        place.mkdir(parents=True)
        (place / "training_loop.ipynb").write_text(json.dumps(answered(released, texts)))
        (place / "timestamp.txt").write_text("2020-01-12 11:00:00 UTC")
    told = run(tmp_path, "grade", "week2")
    assert "Handed in nothing: cleo." in told

    with Gradebook(f"sqlite:///{tmp_path}/gradebook.db") as gradebook:
        assert gradebook.find_assignment("week2").duedate == datetime(2020, 1, 10, 12)
        ada, ben = (gradebook.find_submission("week2", who) for who in ("ada", "ben"))
        assert ada.score and ben.score and ben.max_score  # noqa: PT018
        # accuracy, which both call, is lent; ada has longer; ben is two days late.
        assert ada.score == ada.max_score == 3 + 4
        assert ada.late_submission_penalty is None or ada.late_submission_penalty == 0
        assert ben.late_submission_penalty == pytest.approx(0.2 * ben.score)
        assert 0 < ben.score < ben.max_score
    made.nbgrader("generate_feedback", "week2")
    page = (tmp_path / "feedback" / "ben" / "week2" / "training_loop.html").read_text()
    assert "evaluate does not pass yet" in page
    assert "✗" in page
    assert "differs" not in page
    assert "is expected" not in page

    (tmp_path / "course.toml").write_text(WEEKS.replace("{ ada =", "{ adda ="))
    assert "week2: adda has longer, and is not in roster.csv. Did you mean ada?" in run(tmp_path, "course")
    (tmp_path / "course.toml").write_text(WEEKS)
    rows = run(tmp_path, "course").splitlines()
    assert rows[0].split() == ["assignment", "exercises", "out", "due", "in", "graded"]
    assert re.match(r"week1 +3 +no +2026-09-0\d .* +0 of 3 +0$", rows[1])
    assert re.match(r"week2 +2 +yes +2020-01-10 .*, 1 later +2 of 3 +2$", rows[2])
    assert "did you mean week2" in run(tmp_path, "grade", "weeek2", code=2).lower()
    # Other points are asked about once more, in every command that is typed meanwhile.
    (tmp_path / "course.toml").write_text(WEEKS.replace("[late]", "points = { evaluate = 8 }\n\n[late]"))
    says = (
        "evaluate: 4 points become 8 in week2. 2 students have handed in; the make grade after that changes the scores"
    )
    assert says in (told := run(tmp_path, "course"))
    assert "\nNothing is changed yet. To go on: make assign assignment=week2 yes=1\n" in told
    told = run(tmp_path, "grade", "week2")
    assert (
        "evaluate got other points in course.toml, by which nothing is graded yet. To see what that changes: " in told
    )
    with Gradebook(f"sqlite:///{tmp_path}/gradebook.db") as gradebook:
        assert gradebook.find_submission("week2", "ada").score == 3 + 4
    # Another late rule moves scores without anything being run, and that is said.
    (tmp_path / "course.toml").write_text(WEEKS.replace("percent_per_day = 10", "percent_per_day = 20"))
    told = run(tmp_path, "grade", "week2")
    assert ": 0 graded, 2 were graded already" in told
    assert f"or a later hand-in):\n  ben: {0.2 * ben.score:g} -> {0.4 * ben.score:g}\n" in told
    assert "  ada:" not in told


def test_a_notebook_of_ones_own_stays_in_the_source_folder(here: Path) -> None:
    (here / "roster.csv").write_text("id\n")
    (here / "course.toml").write_text(WEEKS)
    folder = here / "source" / "week1"
    folder.mkdir(parents=True)
    (folder / "mine.ipynb").write_text("{}")
    (folder / "notes.ipynb").write_text("{}")
    list(release.write(release.change("week1", f"sqlite:///{here}/gradebook.db"), here))
    assert (folder / "mine.ipynb").read_text() == "{}"
    assert not (folder / "notes.ipynb").exists(), "of a section that week1 does not have"


@pytest.mark.filterwarnings("ignore:Object of type <Submitted")  # nbgrader's own add_submission
def test_what_was_handed_in_keeps_its_exercises_and_points_that_change_are_told(here: Path) -> None:
    (here / "roster.csv").write_text("id\n")
    (here / "course.toml").write_text(WEEKS.replace("due = 2026-09-08", 'without = ["ListModel"]'))
    url = f"sqlite:///{here}/gradebook.db"
    assert release.change("week1", url).exercises == {"get_data": 4, "hyperparameters": 10}
    with Gradebook(url) as gradebook:
        gradebook.add_assignment("week1")
        gradebook.add_notebook("setup", "week1")
        for name in ("hyperparameters", "ListModel", "of_before"):
            cell: Any = {"max_score": 4, "cell_type": "code"}
            gradebook.add_grade_cell(name, "setup", "week1", **cell)
        gradebook.add_student("ada")
        gradebook.add_submission("week1", "ada")
    told = release.Change("week1", {}, 2, kept={"b": (1, 2)}, own={"a": 1.5})
    assert told.lines()[0].endswith(": points = { a = 1.5, b = 2 } (or 1, and this is not said again)")
    told = release.Change("week1", {}, 2, added=[*"abcdefgh"])
    assert told.lines() == [
        "a, b, c, d, e, f and 2 more stay out of week1: 2 students have handed in without them. "
        'To have them in another assignment: exercises = ["a", "b", "c", "d", "e", "f", ...]'
    ]
    told = release.change("week1", url)
    assert told.own == {"hyperparameters": 10}
    assert told.exercises == {"hyperparameters": 10, "ListModel": 4, "of_before": 4}
    assert told.lines() == [
        "hyperparameters: 4 points become 10 in week1. 1 student has handed in; the make grade after that changes "
        "the scores of 0, who have points for it.",
        "get_data stays out of week1: 1 student has handed in without it. To have it in another assignment: "
        'exercises = ["get_data"]',
        "ListModel stays in week1: 1 student has handed in, and it is graded as released.",
        "of_before is no longer in the kit. 1 student has handed in: its notebook stays as released, and keeps the "
        "scores that it has.",
    ]


def run(folder: Path, *words: str, code: int = 0) -> str:
    done = started.run("autograder", words, folder, os.environ | {"PYTHONPATH": str(places.KIT)})
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr
