"""What `nbgrader autograde` and `nbgrader generate_feedback` are told to use, in nbgrader_config.py.

A submission's code never runs in this process nor in a Jupyter kernel: `Grade` has it run in the sandbox, judges what
comes out, and writes the scores where nbgrader reads them.
"""

from __future__ import annotations

import math
import os
from collections.abc import Collection
from pathlib import Path
from typing import Any

import sqlalchemy
from nbconvert.exporters import NotebookExporter
from nbformat.notebooknode import NotebookNode, from_dict
from nbgrader import utils
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.plugins import BasePlugin, LateSubmissionPlugin
from nbgrader.preprocessors import AssignLatePenalties, NbGraderPreprocessor
from traitlets import Float, Integer, Type

from autograder import course, lesson
from autograder.classroom import cell_tests, released, results, submission, term
from autograder.classroom import told as words
from autograder.classroom.grading import CannotGrade
from autograder.classroom.run import Budget
from autograder.process.box import box

#: Metadata by which cells that we put in are known again; they do not go back to students.
OURS = "autograder"


class ReadAnything(NotebookExporter):
    """Reads what was handed in as submission.py does, and so never fails on a file that a student can produce."""

    def from_filename(self, filename: str, resources: Any = None, **kw: Any) -> Any:
        if not getattr(self.parent, "_sanitizing", False):
            return super().from_filename(filename, resources, **kw)
        here = resources["nbgrader"]
        forget(here["db_url"], here["assignment"], here["student"], {here["notebook"]})
        found = submission.read(read_bytes(filename))
        nb = {"cells": found.cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
        trouble = found.trouble
        if not trouble and found.language not in ("python", "ipython"):
            trouble = f"The notebook says that it is written in {found.language[:40]}; its cells were run as Python."
            nb["metadata"] = {OURS: {"remark": trouble}}
        elif trouble:
            nb["metadata"] = {OURS: {"trouble": trouble}}
        resources["metadata"] = {"name": Path(filename).stem, "path": str(Path(filename).parent)}
        return self.from_notebook_node(from_dict(nb), resources=resources, **kw)


def read_bytes(filename: str) -> bytes:
    """What is in the file; nothing when it is a folder, a pipe or a link to what is not the student's."""
    path = Path(filename)
    if path.is_symlink() or not path.is_file():
        return b""
    with open(path, "rb") as file:
        return file.read(submission.MOST_BYTES + 1)


def forget(db_url: str, assignment: str, student: str, notebooks: set[str]) -> None:
    """Take away the scores of notebooks that are about to be graded: if grading fails, none must be left standing."""
    with Gradebook(db_url) as gradebook:
        try:
            found = gradebook.find_submission(assignment, student)
        except MissingEntry:
            return
        for notebook in found.notebooks:
            if notebook.name in notebooks:
                for grade in notebook.grades:
                    grade.auto_score = None
                    grade.needs_manual_grade = True
        gradebook.db.commit()


def before(assignment: str, student: str, notebooks: list[str]) -> None:
    """nbgrader's pre_convert_hook, called in the course's folder before anything of a submission is looked at."""
    where = nothing_else(assignment, student, notebooks)
    db_url = where.db_url if where else f"sqlite:///{os.path.abspath('gradebook.db')}"
    _leave_out_links(notebooks)
    paths = [Path(notebook) for notebook in notebooks]
    for folder in {path.parent for path in paths}:
        names = {path.stem for path in paths if path.parent == folder}
        try:
            forget(db_url, folder.name, folder.parent.name, names)
        except sqlalchemy.exc.OperationalError:
            return  # no gradebook yet, so no score in it


def nothing_else(assignment: str, student: str, notebooks: list[str]) -> Any:
    """Have nbgrader copy no file along that lies beside the notebooks: a link would bring out what it leads to.

    A pre_convert_hook too, for feedback. Returns the course.
    """
    from traitlets.config import Application

    app = Application.instance() if Application.initialized() else None
    where = getattr(app, "coursedir", None)
    if where is not None:
        where.ignore = ["*"]
    return where


#: What nbgrader's exchange writes beside a submission and asks for when feedback goes back.
OF_THE_EXCHANGE = ("timestamp.txt", "submission_secret.txt")


def keep_exchange(assignment: str, student: str, notebooks: list[str]) -> None:
    """nbgrader's post_convert_hook: what its exchange needs goes along, from submission to feedback."""
    from traitlets.config import Application

    app = Application.instance() if Application.initialized() else None
    where: Any = getattr(app, "coursedir", None)
    for folder in {Path(notebook).parent for notebook in notebooks if where is not None}:
        who = folder.parent.name
        handed_in = Path(where.format_path(where.submitted_directory, who, folder.name))
        is_submitted = folder.resolve() == handed_in.resolve()
        to = where.autograded_directory if is_submitted else where.feedback_directory
        place = Path(where.format_path(to, who, folder.name))
        for path in map(folder.joinpath, OF_THE_EXCHANGE if place.is_dir() else ()):
            if not path.is_symlink() and path.is_file():
                (place / path.name).write_bytes(path.read_bytes()[:200])


def _leave_out_links(notebooks: list[str]) -> None:
    """Take what is a link, or lies behind one, off nbgrader's own list, which then says that there is nothing."""
    for notebook in list(notebooks):
        path = Path(notebook)
        stamp = path.with_name("timestamp.txt")
        behind = [path, path.parent, path.parent.parent]
        if any(place.is_symlink() for place in behind) or not path.is_file() or stamp.is_symlink():
            notebooks.remove(notebook)


class Grade(NbGraderPreprocessor):
    """In place of nbgrader's Execute: outputs of the student's cells, and for each locked cell a text and a score."""

    cell_seconds = Float(Budget.cell, help="Seconds that one cell may run.").tag(config=True)
    exercise_seconds = Float(Budget.exercise, help="Seconds that the checks of one exercise may run.").tag(config=True)
    process_seconds = Float(Budget.process, help="Seconds that the cells and checks may run together.").tag(config=True)
    whole_seconds = Float(Budget.whole, help="Seconds for one notebook, repeats included.").tag(config=True)
    memory_mb = Float(Budget.memory_bytes / 2**20, help="Megabytes of memory for one notebook.").tag(config=True)

    sets = Integer(
        Budget.sets, min=1, help="Sets of hidden inputs; which one is used depends on what was handed in."
    ).tag(config=True)

    def budget(self, assignment: str) -> Budget:
        """The limits, and those of them that the course sets for this assignment."""
        told = course.assignment(assignment)
        traits = {name: getattr(self, name) for name in course.LIMITS} | (told.limits if told else {})
        seconds = (
            traits["cell_seconds"],
            traits["exercise_seconds"],
            traits["process_seconds"],
            traits["whole_seconds"],
        )
        return Budget(*seconds, int(traits["memory_mb"] * 2**20), traits["sets"])

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        notebook, assignment = resources["nbgrader"]["notebook"], resources["nbgrader"]["assignment"]
        told = nb.metadata.get(OURS, {})
        graded, tests = cell_tests.locked(nb.cells)
        section = section_of(graded - tests.keys(), notebook) if graded - tests.keys() else ""
        ran = [cell for cell in nb.cells if submission.runs(cell, graded)]
        sources = [cell.source for cell in ran]
        placed = cell_tests.found(nb.cells, graded, tests)
        found = results.get(
            Path.cwd(), sources, section, told.get("trouble", ""), budget=self.budget(assignment), tests=placed
        )
        planned = course.assignment(assignment)
        shows = planned.feedback if planned else course.FEEDBACK
        for number, cell in enumerate(ran):
            cell.execution_count = number + 1
            cell.outputs = [from_dict(item) for item in found["cells"][number]] if found["cells"] else []
        for cell in nb.cells:
            if cell.cell_type != "code":
                cell.source = submission.harmless(cell.source, cell.get("attachments", {}))
            if submission.grade_id(cell) in graded:
                _write(cell, (found["exercises"] | found["tests"]).get(submission.grade_id(cell)), shows)
        nb.cells = _notices(told) + [more for cell in nb.cells for more in (*_rubric(cell), cell)]
        return nb, resources


def section_of(graded: set[str], notebook: str) -> str:
    if gone := released.gone(notebook, graded):
        raise CannotGrade(f"{notebook}: {'; '.join(gone.values())}")
    return released.section_of(notebook, graded)


def _write(cell: NotebookNode, told: dict[str, Any] | None, shows: Collection[str]) -> None:
    """The text for the student, then the score in the one place where nbgrader reads it."""
    name, most = submission.grade_id(cell), float(cell.metadata.nbgrader["points"])
    if told is None:
        raise CannotGrade(f"{name}: there is no result")
    score = round(float(told["share"]) * most, 4)
    if not (math.isfinite(score) and 0.0 <= score <= most):
        raise CannotGrade(f"{name}: a score of {score} out of {most}")
    plain, rich = words.shown(told, shows)
    shown = {"text/plain": plain, "text/html": rich}
    cell.execution_count = None
    cell.outputs = [
        from_dict({"output_type": "display_data", "data": shown, "metadata": {}}),
        from_dict(
            {
                "output_type": "execute_result",
                "data": {"text/plain": repr(score)},
                "execution_count": None,
                "metadata": {},
            }
        ),
    ]
    if utils.determine_grade(cell)[0] != score:
        raise CannotGrade(f"{name}: nbgrader reads {utils.determine_grade(cell)[0]} where {score} was written")


def _notices(told: Any) -> list[NotebookNode]:
    says = [f"**{told[key]}**" for key in ("trouble", "remark") if told.get(key)]
    says += [f"**{line.strip()}**" for line in box().ruling.notice.splitlines() if line]
    return [_note("notice", "\n\n".join(says))] if says else []


def _rubric(cell: NotebookNode) -> list[NotebookNode]:
    """For whoever grades a written answer: what each point is given for, and an answer in words."""
    name = submission.grade_id(cell)
    if not name.endswith("-words") or not (utils.is_grade(cell) and utils.is_solution(cell)):
        return []
    try:
        exercise = lesson.find(name.removesuffix("-words"))
    except lesson.UnknownName:
        return []
    lines = [f"- {line}" for line in exercise.rubric]
    says = ["**For the grader.** What earns points:", "\n".join(lines), f"**For example:** {exercise.model_answer}"]
    return [_note(f"rubric-{name}", "\n\n".join(says), rubric=True)]


def _note(name: str, source: str, **told: Any) -> NotebookNode:
    return from_dict({"cell_type": "markdown", "id": name[:64], "metadata": {OURS: told}, "source": source})


class LateRule(LateSubmissionPlugin):
    """What lateness costs by course.toml; what nbgrader's own configuration says, where that tells nothing."""

    def late_submission_penalty(self, student_id: str, score: float, total_seconds_late: float) -> float | None:
        told = course.here()
        if told is None or told.late == course.Late():
            return super().late_submission_penalty(student_id, score, total_seconds_late)
        return round(told.late.penalty(score, total_seconds_late), 4)


class Lateness(AssignLatePenalties):
    """nbgrader's own, once the gradebook has the due date and the extensions of course.toml."""

    plugin_class = Type(LateRule, klass=BasePlugin, help="What lateness costs.").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        here = resources["nbgrader"]
        with Gradebook(here["db_url"]) as gradebook:
            term.synchronise(gradebook, here["assignment"])
        return super().preprocess(nb, resources)
