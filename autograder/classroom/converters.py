"""nbgrader's steps, student after student: what fails for one stays with that one, and is kept as the error it is."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from nbgrader.apps import GenerateFeedbackApp
from nbgrader.converters import Autograde, GenerateFeedback
from nbgrader.converters.base import BaseConverter

from autograder.classroom.outcome import reason


class Each(BaseConverter):
    """nbgrader's own loop ends the run where it cannot clear away what failed, and tells the reason in a traceback."""

    #: By student, what went wrong.
    failed: dict[str, Exception]

    def convert_notebooks(self) -> None:
        self.failed = {}
        for folder, notebooks in sorted(self.assignments.items()):
            self.notebooks = sorted(notebooks)
            about = self.init_single_notebook_resources(self.notebooks[0])["nbgrader"]
            student, assignment = about["student"], about["assignment"]
            try:
                self._convert(student, assignment)
            except Exception as error:
                self.log.debug("There was an error processing %s", folder, exc_info=True)
                self.failed[student] = error
                shutil.rmtree(self.made(student, assignment), ignore_errors=True)

    def _convert(self, student: str, assignment: str) -> None:
        if not self.init_destination(assignment, student):
            return
        self.run_pre_convert_hook()
        self.init_assignment(assignment, student)
        for notebook in self.notebooks:
            self.convert_single_notebook(notebook)
        self.set_permissions(assignment, student)
        self.run_post_convert_hook()

    def made(self, student: str, assignment: str) -> Path:
        """The folder that is written, from here."""
        return Path(os.path.relpath(self._format_dest(assignment, student)))


class Grading(Each, Autograde):
    def init_notebooks(self) -> None:
        """Which are to be converted has been set already."""


class Pages(Each, GenerateFeedback):
    """What students get back."""

    def init_destination(self, assignment: str, student: str) -> bool:
        folder = self.made(student, assignment)
        if not any(folder.glob("*.html")):  # left by what failed; nbgrader would take it for done
            shutil.rmtree(folder, ignore_errors=True)
        return super().init_destination(assignment, student)


def feedback(assignment: str) -> dict[str, list[str]]:
    """Make the pages in the course that is the working folder; why some could not be made, and whose."""
    app = GenerateFeedbackApp.instance()
    app.initialize([assignment])
    assert app.coursedir is not None  # it is set in initialize
    app.coursedir.assignment_id = assignment
    pages = Pages(coursedir=app.coursedir, parent=app)
    pages.start()
    failed: dict[str, list[str]] = {}
    for student, error in pages.failed.items():
        failed.setdefault(reason(error, pages.made(student, assignment)), []).append(student)
    return failed
