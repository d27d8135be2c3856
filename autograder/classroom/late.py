"""What lateness costs of points that a person gave after `make grade`: nbgrader takes it off what there was before."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook
from nbgrader.apps import NbGrader

from autograder import course
from autograder.classroom import gradebook as books
from autograder.classroom import plugin, results


def note(assignment: str, dates: str) -> None:
    """By which dates and rules everybody is graded now."""
    results.write(_place(assignment), dates)


def settle(app: NbGrader, assignment: str) -> None:
    """Take off what lateness costs of the scores as they are now.

    Where dates or rules changed since, nothing is done: that is the affair of `make grade`, which says whom it changes.
    """
    try:
        if results.load(_place(assignment)) != books.dates(app, assignment):
            return
    except course.BadCourse:  # an assignment that course.toml has no more
        return
    rule = plugin.Lateness(parent=app)
    rule.init_plugin()
    with Gradebook(books.directory(app).db_url) as gradebook:
        for submission in gradebook.assignment_submissions(assignment):
            if seconds := submission.total_seconds_late:
                for notebook in submission.notebooks:
                    _settle(rule.plugin_inst, str(submission.student_id), notebook, seconds)
        gradebook.db.commit()


def _settle(rule: Any, student: str, notebook: Any, seconds: float) -> None:
    costs = rule.late_submission_penalty(student, notebook.score, seconds)
    if costs is not None:
        notebook.late_submission_penalty = min(max(costs, 0.0), notebook.score)


def _place(assignment: str) -> Path:
    return results.folder(Path.cwd()) / f"dates-{assignment}.json"
