"""`nbgrader autograde` for a whole class in one process, student after student, as their results come in."""

from __future__ import annotations

import contextlib
import glob
import json
import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nbgrader.apps import AutogradeApp
from nbgrader.converters import Autograde, NbGraderException
from nbgrader.coursedir import CourseDirectory

from autograder.classroom import fast, plugin, results
from autograder.classroom.plan import Handed, Plan
from autograder.classroom.run import Budget


def application(assignment: str, course: Path) -> AutogradeApp:
    """nbgrader with this course's configuration, writing its log to a file."""
    app = AutogradeApp.instance()
    app.initialize([assignment])
    directory(app).assignment_id = assignment
    to_file = logging.FileHandler(results.folder(course) / "nbgrader.log", mode="w", encoding="utf-8")
    app.log.handlers, app.log.propagate = [to_file], False
    app.log.setLevel(logging.INFO)
    app.config.Exporter.optimistic_validation = True  # a notebook is validated after all steps, not after each
    return app


def directory(app: AutogradeApp) -> CourseDirectory:
    assert app.coursedir is not None  # it is set in initialize
    return app.coursedir


def budget(app: AutogradeApp) -> Budget:
    """The limits that nbgrader_config.py sets."""
    return plugin.Grade(parent=app).budget()


def pattern(app: AutogradeApp, assignment: str) -> str:
    """Where students' folders are, with {student} for the name."""
    course = directory(app)
    return course.format_path(course.submitted_directory, "{student}", assignment)


class _Converter(Autograde):
    """nbgrader's own, which remembers why a notebook failed."""

    why = ""

    def init_notebooks(self) -> None:
        """Which are to be converted has been set already."""

    def convert_single_notebook(self, notebook_filename: str) -> None:
        try:
            super().convert_single_notebook(notebook_filename)
        except Exception as error:
            self.why = f"{Path(notebook_filename).stem}: {type(error).__name__}: {error}"
            raise


class Writer:
    """Writes students' results into the gradebook; the only one who does."""

    def __init__(self, app: AutogradeApp, plan: Plan, session: fast.Session):
        self.plan, self._course, self._session = plan, directory(app), session
        self._converter = _Converter(coursedir=self._course, parent=app, force=True)
        self._written = results.folder(plan.course) / f"written-{plan.assignment}.jsonl"
        self._digests = dict(_lines(self._written))
        self._scored = _scored(session, plan.assignment)

    def is_written(self, handed: Handed) -> bool:
        """Whether the gradebook already has what this student's present notebooks are worth."""
        place = self._course.format_path(self._course.autograded_directory, handed.student, self.plan.assignment)
        there = all(os.path.exists(os.path.join(place, f"{name}.ipynb")) for name in handed.notebooks)
        known = self._digests.get(handed.student)
        return there and handed.student in self._scored and known == self.plan.digest(handed)

    def write(self, handed: Handed) -> str:
        """Have nbgrader autograde this student; why it failed, or nothing."""
        digest = self.plan.digest(handed)
        paths = glob.glob(os.path.join(glob.escape(str(handed.folder)), "*.ipynb"))
        self._converter.assignments = {str(handed.folder): paths}
        self._converter.why = ""
        try:
            self._converter.start()
        except NbGraderException as error:
            self.forget(handed)
            return self._converter.why or str(error)
        except BaseException:
            self._session.undo()
            raise
        self._session.save()
        with open(self._written, "a", encoding="utf-8") as file:
            file.write(json.dumps([handed.student, digest]) + "\n")
        return ""

    def forget(self, handed: Handed) -> None:
        """No score may be left of a student whose grading failed."""
        self._session.undo()
        plugin.forget(self._course.db_url, self.plan.assignment, handed.student, set(self.plan.notebooks))
        self._session.save()


def _lines(path: Path) -> Iterator[tuple[str, str]]:
    with contextlib.suppress(FileNotFoundError), open(path, encoding="utf-8") as lines:
        for line in lines:
            with contextlib.suppress(ValueError):  # the last one may be cut off
                student, digest = json.loads(line)
                yield student, digest


def _scored(session: fast.Session, assignment: str) -> set[str]:
    """Students none of whose automatic scores is missing from the gradebook."""
    from nbgrader.api import Assignment, Grade, GradeCell, SubmittedAssignment, SubmittedNotebook

    rows: Any = (
        session.gradebook.db.query(SubmittedAssignment.student_id, Grade.auto_score)
        .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
        .join(GradeCell, GradeCell.id == Grade.cell_id)
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .filter(Assignment.name == assignment, GradeCell.cell_type == "code")
    )
    found: dict[str, bool] = {}
    for student, score in rows:
        found[student] = found.get(student, True) and score is not None
    return {student for student, complete in found.items() if complete}
