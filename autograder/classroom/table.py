"""What a class did as a table: a row for each student and exercise, for a spreadsheet or pandas."""

from __future__ import annotations

import csv
import io
import random
from typing import Any

from autograder import lesson
from autograder.classroom.export import harmless
from autograder.classroom.kept import Told
from autograder.classroom.summary import Class, points_of, tests_of

COLUMNS = ["student", "section", "exercise", "kind", "outcome", "points", "max_points", "mistake", "message"]
COLUMNS += ["failed_checks"]
MISSING, UNGRADED = "missing", "not_graded"


def rows(of: Class, anonymous: bool = False) -> list[dict[str, Any]]:
    """In the order of the students' names and of the lesson; who handed in nothing is there too, without points.

    `outcome`: that of a check, or "missing", or "not_graded" where something stands in the way. `anonymous`: numbers
    in place of names, drawn anew each time.
    """
    exercises = [(lesson.find(name), most) for name, most in points_of(of.plan).items()]
    results = {paper.student: paper.results for paper in of.papers}
    tests = {paper.student: paper.tests for paper in of.papers}
    students = sorted({*results, *(notice.student for notice in of.notices)})
    missing = {notice.student for notice in of.notices if notice.kind == "missing"}
    told = dict(zip(students, random.sample(range(1, len(students) + 1), len(students)), strict=True))
    found = []
    for student in sorted(students, key=lambda name: told[name]) if anonymous else students:
        none = MISSING if student in missing else UNGRADED
        for exercise, most in exercises:
            row: dict[str, Any] = {"student": told[student] if anonymous else student, "section": exercise.section}
            row |= {"exercise": exercise.name, "kind": exercise.kind, "max_points": most}
            found.append(row | _result(results.get(student, {}).get(exercise.name), most, none))
        for test, most in tests_of(of.plan).items():
            row = {"student": told[student] if anonymous else student, "section": "", "exercise": test, "kind": "test"}
            found.append(row | {"max_points": most} | _result(tests.get(student, {}).get(test), most, none))
    return found


def _result(told: Told | None, most: float, none: str) -> dict[str, Any]:
    if told is None:
        return {"outcome": none, "points": None, "mistake": "", "message": "", "failed_checks": ""}
    diagnosis = told["diagnosis"] or {"mistake": "", "message": ""}
    failed = [probe["name"] for probe in told["probes"] if not probe["passed"]]
    return {
        "outcome": told["outcome"],
        "points": round(told["share"] * most, 4),
        "mistake": diagnosis["mistake"],
        "message": diagnosis["message"],
        "failed_checks": "; ".join(failed) if told["outcome"] != "not_started" else "",
    }


def as_csv(table: list[dict[str, Any]]) -> str:
    to = io.StringIO()
    lines = csv.DictWriter(to, COLUMNS, lineterminator="\n")
    lines.writeheader()
    lines.writerows({name: harmless(value) for name, value in row.items()} for row in table)
    return to.getvalue()
