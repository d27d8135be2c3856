"""The term: a course.toml to begin with, roster and dates in nbgrader's gradebook, and how everything stands."""

from __future__ import annotations

import contextlib
import difflib
import sys
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry

from autograder import course, lesson
from autograder.classroom import results, rosters

TEMPLATE = """\
# This course, as you decide it. Every line is optional; # makes one a comment. After a change: make course
name = "{name}"

# The students: a CSV with the columns id, first_name, last_name, email; or what Canvas or Moodle exports.
# roster = "roster.csv"

# The folder of questions of your own (make new); own/ where nothing is told. Their sections are named like the others.
# own = "questions"

# A table for each assignment. Sections: {sections}.
[assignments.{name}]
# release = 2026-09-01
# due = 2026-09-08                         # the end of that day, or a time: 2026-09-08T18:00:00
# sections = ["{first}"]                     # all of them, where neither sections nor exercises are told
# exercises = ["{example}"]                 # single ones, beside the sections
# without = ["{other}"]                  # left out
# points = {{ {example} = 10 }}              # instead of the lesson's
# extensions = {{ ada = 2026-09-12 }}        # who may hand in later
# feedback = ["checks", "diagnoses", "lines"]    # what students see beside the score; [] for nothing
# limits = {{ cell_seconds = 60 }}

# What lateness costs, of what the answers are worth. Without it: nothing.
# [late]
# percent_per_day = 10                     # or percent_per_hour, for each that has begun
# grace_hours = 2                          # nothing is taken off so long
# floor = 50                               # per cent that are kept, however late

# Anything of nbgrader's own configuration.
# [nbgrader.CourseDirectory]
# groupshared = true
"""


def begin(folder: Path) -> bool:
    """Write a course.toml to begin with; whether there was none."""
    first = lesson.sections()[0]
    text = TEMPLATE.format(
        name=lesson.current().name,
        sections=", ".join(lesson.sections()),
        first=first,
        example=lesson.names(first)[0],
        other=lesson.names(first)[-1],
    )
    try:
        with open(folder / course.NAME, "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        return False
    return True


def configure(config: Any) -> None:
    """Have nbgrader follow course.toml; called by nbgrader_config.py.

    nbgrader prints what a configuration raises as a traceback, and then goes on without it: also without the sandbox.
    """
    try:
        told = course.here()
    except course.BadCourse as error:
        if any(Path(part).stem == "nbgrader" for part in Path(sys.argv[0]).parts[-2:]):
            raise SystemExit(str(error)) from None
        return  # in Jupyter: what the kit sets holds, and each step that needs the file tells it
    if told is None:
        return
    config.CourseDirectory.course_id = told.name
    for name, options in told.nbgrader.items():
        for option, value in options.items():
            setattr(config[name], option, value)


def synchronise(gradebook: Gradebook, assignment: str) -> None:
    """Write the due date and the extensions into the gradebook, where nbgrader and formgrader look for them."""
    told = course.assignment(assignment)
    if told is None:
        return
    due: Any = told.due
    for submission in gradebook.update_or_create_assignment(assignment, duedate=due).submissions:
        submission.extension = told.extension(str(submission.student.id))
    gradebook.db.commit()


def enrol(gradebook: Gradebook, told: course.Course) -> None:
    """Write the roster into the gradebook. Who came by it and left it is taken out, unless something was handed in."""
    if not told.roster:
        return
    students = {student.pop("id"): student for student in rosters.read(told.roster).enrolled()}
    for name, student in students.items():
        gradebook.update_or_create_student(name, **student)
    kept = results.folder(Path.cwd()) / "enrolled.json"
    ever = {*(results.load(kept) or [])}
    for name in ever - students.keys():
        with contextlib.suppress(MissingEntry):
            if not gradebook.find_student(name).submissions:
                gradebook.remove_student(name)
    if not students.keys() <= ever:
        results.write(kept, sorted(ever | students.keys()))


def unknown(told: course.Course) -> list[str]:
    """What is to be said of those who have longer and are not in the roster: nobody would have it."""
    if not told.roster:
        return []
    roster = [dict(student) for student in rosters.read(told.roster).enrolled()]
    names = {student["id"] for student in roster}
    return [
        f"{one.name}: {who} has longer, and is not in {told.roster.name}{_near(who, roster)}"
        for one in told.assignments.values()
        for who in one.extensions
        if who not in names
    ]


def _near(who: str, roster: list[dict[str, Any]]) -> str:
    """Somebody who is called so in another way, or nearly so."""
    alike = [
        one["id"] for one in roster if who.lower() in (str(value).partition("@")[0].lower() for value in one.values())
    ]
    alike = alike or difflib.get_close_matches(who, [one["id"] for one in roster], 1, 0.6)
    return f". Did you mean {alike[0]}?" if alike else "."


def standing(folder: Path, db_url: str, told: course.Course, exercises: dict[str, int]) -> list[dict[str, Any]]:
    """A row for each assignment: what is out, due, in and graded. `exercises`: how many each has."""
    rows = []
    with Gradebook(db_url) as gradebook:
        enrol(gradebook, told)
        for one in told.assignments.values():
            handed = {path.parent.name for path in folder.glob(f"submitted/*/{one.name}")}
            row: dict[str, Any] = {
                "name": one.name,
                "exercises": exercises[one.name],
                "release": one.release,
                "due": one.due,
            }
            row |= {"out": (folder / "release" / one.name).is_dir(), "in": len(handed), "of": len(gradebook.students)}
            row |= {"graded": 0, "waiting": 0, "extensions": len(one.extensions)}
            try:
                synchronise(gradebook, one.name)
                found = gradebook.find_assignment(one.name)
            except MissingEntry:
                rows.append(row)
                continue
            without = results.without_score(folder, one.name)
            graded = [s for s in found.submissions if str(s.student.id) not in without]
            row |= {"graded": len(graded), "waiting": sum(bool(s.needs_manual_grade) for s in graded)}
            rows.append(row)
    return rows
