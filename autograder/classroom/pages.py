"""The pages that students get back: which are made anew, which could not be made, and who is still to be read."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbgrader.api import Assignment, Comment, Grade, Gradebook, SubmittedAssignment, SubmittedNotebook
from nbgrader.apps import GenerateFeedbackApp
from nbgrader.converters import GenerateFeedback

from autograder.classroom import feedback, gradebook, late, results
from autograder.classroom.converters import Each, log_to_file
from autograder.classroom.outcome import reason


class Pages(Each, GenerateFeedback):
    #: By student, a digest of what the gradebook tells now, and of what it told when their pages were made.
    marks: dict[str, str]
    shown: dict[str, str]

    def init_destination(self, assignment: str, student: str) -> bool:
        folder = self.made(student, assignment)
        there = any(folder.glob("*.html"))  # else it was left by what failed; nbgrader would take it for done
        if folder.exists() and not (there and self.shown.get(student) == self.marks.get(student)):
            shutil.rmtree(folder)
        return super().init_destination(assignment, student)

    def _convert(self, student: str, assignment: str) -> None:
        super()._convert(student, assignment)
        self.shown[student] = self.marks.get(student, "")


@dataclass(frozen=True)
class Made:
    #: Why some pages could not be made, and whose.
    failed: dict[str, list[str]]
    #: How many have written an answer that nobody has read yet.
    unread: int
    #: That not all lines were looked for, in words.
    notes: list[str]


def make(assignment: str) -> Made:
    """Make the pages in the course that is the working folder."""
    folder = Path.cwd()
    app = GenerateFeedbackApp.instance()
    app.initialize([assignment])
    where = gradebook.directory(app)
    where.assignment_id = assignment
    log_to_file(app, folder, "a")
    late.settle(app, assignment)
    kept = results.folder(folder) / f"pages-{assignment}.json"
    pages = Pages(coursedir=where, parent=app)
    pages.marks, pages.shown = marks(where.db_url, assignment), results.load(kept) or {}
    try:
        pages.start()
    finally:
        results.write(kept, pages.shown)
    failed: dict[str, list[str]] = {}
    for student, error in pages.failed.items():
        failed.setdefault(reason(error, pages.made(student, assignment)), []).append(student)
    return Made(failed, gradebook.waiting(app, assignment), feedback.notes)


def marks(db_url: str, assignment: str) -> dict[str, str]:
    """By student, a digest of all that their pages show of the gradebook: a person may change it at any time."""
    told: dict[str, list[str]] = defaultdict(list)
    with Gradebook(db_url) as book:
        points = (Grade.auto_score, Grade.manual_score, Grade.extra_credit, Grade.needs_manual_grade)
        of_cells: Any = [(Grade, points), (Comment, (Comment.auto_comment, Comment.manual_comment))]
        queries: list[Any] = [
            book.db.query(SubmittedAssignment.student_id, kind.notebook_id, kind.cell_id, *columns).join(
                SubmittedNotebook, SubmittedNotebook.id == kind.notebook_id
            )
            for kind, columns in of_cells
        ]
        late = (SubmittedNotebook.id, SubmittedNotebook.late_submission_penalty)
        queries.append(book.db.query(SubmittedAssignment.student_id, *late))
        for query in queries:
            query = query.join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
            query = query.join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
            for student, *rest in query.filter(Assignment.name == assignment):
                told[student].append(json.dumps(rest))
    return {who: hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()[:16] for who, lines in told.items()}
