"""nbgrader's steps, student after student: what fails for one stays with that one, and is kept as the error it is."""

from __future__ import annotations

import logging
import os
import shutil
from pathlib import Path
from typing import Any

from nbgrader.converters import Autograde
from nbgrader.converters.base import BaseConverter

from autograder.classroom import results


def log_to_file(app: Any, folder: Path, mode: str) -> None:
    """What nbgrader says of each notebook is kept beside the results, and printed by nobody."""
    for handler in app.log.handlers:
        handler.close()
    to_file = logging.FileHandler(results.folder(folder) / "nbgrader.log", mode=mode, encoding="utf-8")
    app.log.handlers, app.log.propagate = [to_file], False
    app.log.setLevel(logging.INFO)


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
