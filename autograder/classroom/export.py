"""grades.csv, as `nbgrader export` writes it, without a number where nothing was graded.

nbgrader's own exporter writes 0.0 for who handed in nothing, and a sum without what could not be read: both look like
grades. Here the score stays empty until there is one. No cell runs anything in a spreadsheet.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.plugins import CsvExportPlugin

from autograder.classroom import outcome, results

COLUMNS = ["assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email"]
COLUMNS += ["raw_score", "late_submission_penalty", "score", "max_score"]


class GradesCsv(CsvExportPlugin):
    """nbgrader's columns, in its order."""

    def export(self, gradebook: Gradebook) -> None:
        to = self.to or "grades.csv"
        self.log.info("Exporting grades to %s", to)
        try:
            with open(to, "w", newline="", encoding="utf-8") as file:
                lines = csv.DictWriter(file, COLUMNS, lineterminator="\n")
                lines.writeheader()
                lines.writerows(self._rows(gradebook))
        except OSError as error:
            print(outcome.reason(error), file=sys.stderr)
            raise SystemExit(3) from None

    def _rows(self, gradebook: Gradebook) -> Iterator[dict[str, Any]]:
        for assignment in gradebook.assignments:
            if self.assignment and str(assignment.name) not in map(str, self.assignment):
                continue
            without = results.without_score(Path.cwd(), str(assignment.name))
            for student in gradebook.students:
                if not self.student or str(student.id) in map(str, self.student):
                    row = _row(gradebook, assignment, student, str(student.id) in without)
                    yield {name: harmless(value) for name, value in row.items()}


def _row(gradebook: Gradebook, assignment: Any, student: Any, without: bool) -> dict[str, Any]:
    row: dict[str, Any] = {"assignment": assignment.name, "duedate": assignment.duedate}
    row |= {"max_score": assignment.max_score, "student_id": student.id, "email": student.email}
    row |= {"last_name": student.last_name, "first_name": student.first_name}
    try:
        found: Any = gradebook.find_submission(assignment.name, student.id)
    except MissingEntry:
        return row
    row["timestamp"] = found.timestamp
    if not without:
        score, penalty = found.score, found.late_submission_penalty or 0.0
        row |= {"raw_score": score, "late_submission_penalty": penalty, "score": max(0.0, score - penalty)}
    return row


def harmless(value: Any) -> Any:
    """A text that a spreadsheet would take for a formula gets an apostrophe in front, which it shows as text.

    A carriage return becomes a blank: the csv module does not quote it, and what is behind it would begin a row.
    """
    if not isinstance(value, str):
        return "" if value is None else value
    runs = value.startswith(("=", "+", "-", "@", "\t", "\r"))
    return ("'" if runs else "") + value.replace("\r", " ")
