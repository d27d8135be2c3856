"""`nbgrader autograde` for a whole class in one process, student after student, as their results come in."""

from __future__ import annotations

import contextlib
import json
import logging
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nbgrader.api import Grade
from nbgrader.apps import AutogradeApp
from nbgrader.converters import Autograde, NbGraderException
from nbgrader.coursedir import CourseDirectory

from autograder import course
from autograder.classroom import fast, plugin, results, submission, term
from autograder.classroom.intake import Handed
from autograder.classroom.plan import Plan
from autograder.classroom.run import Budget


def application(assignment: str, folder: Path, log: str = "w") -> AutogradeApp:
    """nbgrader with this course's configuration, writing its log to a file. `log`: "a" leaves what is in it."""
    warnings.filterwarnings("ignore", "Object of type <Submitted")  # nbgrader's own, whenever somebody is new
    app = AutogradeApp.instance()
    app.initialize([assignment])
    directory(app).assignment_id = assignment
    to_file = logging.FileHandler(results.folder(folder) / "nbgrader.log", mode=log, encoding="utf-8")
    app.log.handlers, app.log.propagate = [to_file], False
    app.log.setLevel(logging.INFO)
    app.config.Exporter.optimistic_validation = True  # a notebook is validated after all steps, not after each
    return app


def directory(app: AutogradeApp) -> CourseDirectory:
    assert app.coursedir is not None  # it is set in initialize
    return app.coursedir


def budget(app: AutogradeApp) -> Budget:
    """The limits that nbgrader_config.py and course.toml set."""
    return plugin.Grade(parent=app).budget(directory(app).assignment_id)


def dates(app: AutogradeApp, assignment: str) -> str:
    """What a grade depends on beside the answers: due date, extensions, what lateness costs and feedback shows."""
    from nbgrader.api import Gradebook, MissingEntry

    told = course.here()
    with Gradebook(directory(app).db_url) as gradebook:
        try:
            if told:
                term.enrol(gradebook, told)
            due = gradebook.find_assignment(assignment).duedate
        except MissingEntry:
            due = None
    if told:
        one = told.assignment(assignment)
        return f"{one.due} {one.extensions} {one.feedback} {told.late} {told.nbgrader}"
    return f"{due} {app.config.get('AssignLatePenalties')} {app.config.get('LateSubmissionPlugin')}"


def waiting(db_url: str, assignment: str) -> int:
    """How many students have written an answer that nobody has read yet."""
    from nbgrader.api import Assignment, Gradebook, SubmittedAssignment, SubmittedNotebook

    with Gradebook(db_url) as gradebook:
        rows: Any = (
            gradebook.db.query(SubmittedAssignment.student_id)
            .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
            .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
            .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
            .filter(Assignment.name == assignment, Grade.needs_manual_grade)
        )
        return int(rows.distinct().count())


def pattern(app: AutogradeApp, assignment: str) -> str:
    """Where students' folders are, with {student} for the name."""
    where = directory(app)
    return where.format_path(where.submitted_directory, "{student}", assignment)


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
        #: By student, what was written: (a digest of all that the grades depend on, the kit that is part of it).
        self._digests = dict(_lines(self._written))
        self._unscored = unscored(session, plan.assignment)

    def is_written(self, handed: Handed, held: set[str]) -> bool:
        """Whether the gradebook already has what this student's present notebooks are worth."""
        return self._is_there(handed, held) and self._digests.get(handed.student, ("",))[0] == self.plan.digest(handed)

    def is_of_another_kit(self, handed: Handed, held: set[str]) -> bool:
        """Whether it has what they were worth by another version of the kit, and nothing else has changed."""
        digest, kit = self._digests.get(handed.student, ("", ""))
        return kit != self.plan.kit and self._is_there(handed, held) and digest == self.plan.digest(handed, kit)

    def _is_there(self, handed: Handed, held: set[str]) -> bool:
        there = all((self._autograded(handed) / f"{name}.ipynb").exists() for name in handed.notebooks)
        return there and self._unscored.get(handed.student, set(self.plan.notebooks)) <= held

    def change(self, handed: Handed) -> tuple[float, float] | None:
        """The points of the checks in the gradebook and by this kit, where they differ; else this kit is noted."""
        new, now = self.plan.worth(handed), self._session.of_student(Grade, self.plan.assignment, handed.student)
        old = {place: now[place].auto_score or 0.0 for place in new if place in now}
        if old.keys() == new.keys() and all(abs(old[place] - new[place]) < 1e-3 for place in new):
            self._note(handed, final=True)
            return None
        return round(sum(old.values()), 4), round(sum(new.values()), 4)

    def write(self, handed: Handed, held: set[str], final: bool = True) -> str:
        """Have nbgrader autograde this student; why it failed, or nothing.

        What was graded before stays where grading fails, and for the notebooks that are `held`: something of theirs is
        there that cannot be graded. What a person decided stays decided where the answer is the same. What is not
        `final` is graded again by the next run.
        """
        before = Before(
            self._session, self.plan.assignment, handed.student, self._autograded(handed), self.plan.by_all_cells
        )
        self._converter.assignments = {str(handed.folder): [str(path) for path in handed.notebooks.values()]}
        self._converter.why = ""
        try:
            self._converter.start()
            before.restore(held)
        except NbGraderException as error:
            self._session.undo()
            return self._converter.why or str(error)
        except BaseException:
            self._session.undo()
            raise
        self._session.save()
        self._note(handed, final)
        return ""

    def _note(self, handed: Handed, final: bool) -> None:
        digest = self.plan.digest(handed) if final else ""
        with open(self._written, "a", encoding="utf-8") as file:
            file.write(json.dumps([handed.student, digest, self.plan.kit]) + "\n")

    def _autograded(self, handed: Handed) -> Path:
        place = self._course.format_path(self._course.autograded_directory, handed.student, self.plan.assignment)
        return Path(place)


#: Stands for all cells of a notebook; no cell can be called so.
ALL = "*"


class Before:
    """A student's grades as they were: kept, to be put back where nothing that they are for has changed."""

    def __init__(
        self, session: fast.Session, assignment: str, student: str, autograded: Path, by_all: set[tuple[str, str]]
    ):
        """`by_all`: the cells of notebooks, (notebook, cell), that all others answer."""
        self._session, self._assignment, self._student, self._folder = session, assignment, student, autograded
        self._by_all = by_all
        self._grades = {
            place: (grade.auto_score, grade.manual_score, grade.extra_credit, grade.needs_manual_grade)
            for place, grade in self._now().items()
        }
        self._answers = self._read()
        self._files = {path: path.read_bytes() for path in autograded.glob("*.ipynb")}

    def restore(self, held: set[str]) -> None:
        for path, data in self._files.items():
            if path.stem in held and not path.exists():
                path.write_bytes(data)  # its feedback is made of it
        answers = self._read()
        for (notebook, cell), grade in self._now().items():
            auto, manual, extra, waiting = self._grades.get((notebook, cell), (None, None, None, True))
            if notebook in held:
                grade.auto_score, grade.manual_score = auto, manual
                grade.extra_credit, grade.needs_manual_grade = extra, waiting
            elif manual is not None and not waiting and self._same(answers, notebook, cell):
                grade.needs_manual_grade = False

    def _same(self, answers: dict[tuple[str, str], str], notebook: str, cell: str) -> bool:
        """Whether the answer that this cell is graded by is what it was."""
        answer = (notebook, ALL if (notebook, cell) in self._by_all else f"{cell}-answer")
        place = answer if answer in answers else (notebook, cell)
        return place in answers and answers[place] == self._answers.get(place)

    def _now(self) -> dict[tuple[str, str], Any]:
        return self._session.of_student(Grade, self._assignment, self._student)

    def _read(self) -> dict[tuple[str, str], str]:
        """The sources of the cells that have an id, and of all together, in what was graded last."""
        found = {}
        for path in self._folder.glob("*.ipynb") if self._folder.is_dir() else []:
            cells = submission.read(path.read_bytes()).cells
            for cell in cells:
                found[path.stem, submission.grade_id(cell)] = cell["source"]
            found[path.stem, ALL] = "\0".join(cell["source"] for cell in cells)
        return found


def _lines(path: Path) -> Iterator[tuple[str, tuple[str, str]]]:
    with contextlib.suppress(FileNotFoundError), open(path, encoding="utf-8") as lines:
        for line in lines:
            with contextlib.suppress(ValueError):  # the last one may be cut off
                student, digest, *kit = json.loads(line)
                yield student, (digest, kit[0] if kit else "")


def unscored(session: fast.Session, assignment: str) -> dict[str, set[str]]:
    """By student, the notebooks that lack an automatic score; students whom the gradebook has a submission of."""
    from nbgrader.api import Assignment, GradeCell, Notebook, SubmittedAssignment, SubmittedNotebook

    rows: Any = (
        session.gradebook.db.query(SubmittedAssignment.student_id, Notebook.name, Grade.auto_score)
        .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Notebook, Notebook.id == SubmittedNotebook.notebook_id)
        .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
        .join(GradeCell, GradeCell.id == Grade.cell_id)
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .filter(Assignment.name == assignment, GradeCell.cell_type == "code")
    )
    found: dict[str, set[str]] = {}
    for student, notebook, score in rows:
        found.setdefault(student, set()).update({notebook} if score is None else ())
    return found
