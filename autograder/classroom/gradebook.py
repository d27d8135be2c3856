"""`nbgrader autograde` for a whole class in one process, student after student, as their results come in."""

from __future__ import annotations

import contextlib
import json
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nbgrader.api import Grade
from nbgrader.apps import AutogradeApp, NbGrader
from nbgrader.coursedir import CourseDirectory
from sqlalchemy import and_
from sqlalchemy.orm import aliased

from autograder import course
from autograder.classroom import fast, outcome, plugin, results, term
from autograder.classroom.before import Before
from autograder.classroom.converters import Grading, log_to_file
from autograder.classroom.intake import Handed
from autograder.classroom.plan import Plan
from autograder.classroom.run import Budget


def application(assignment: str, folder: Path, log: str = "w") -> AutogradeApp:
    """nbgrader with this course's configuration, writing its log to a file. `log`: "a" leaves what is in it."""
    course.here()  # what is wrong in it is told before nbgrader meets it
    warnings.filterwarnings("ignore", "Object of type <Submitted")  # nbgrader's own, whenever somebody is new
    app = AutogradeApp.instance()
    app.initialize([assignment])
    directory(app).assignment_id = assignment
    log_to_file(app, folder, log)
    app.config.Exporter.optimistic_validation = True  # a notebook is validated after all steps, not after each
    return app


def directory(app: NbGrader) -> CourseDirectory:
    assert app.coursedir is not None  # it is set in initialize
    return app.coursedir


def budget(app: AutogradeApp) -> Budget:
    """The limits that nbgrader_config.py and course.toml set."""
    return plugin.Grade(parent=app).budget(directory(app).assignment_id)


def dates(app: NbGrader, assignment: str) -> str:
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


def waiting(app: NbGrader, assignment: str) -> int:
    """How many students have written an answer that nobody has read yet.

    nbgrader notes of every notebook of a submission that it waits; of one that could not be graded there is nothing in
    autograded/ to be read.
    """
    from nbgrader.api import Assignment, Gradebook, Notebook, SubmittedAssignment, SubmittedNotebook

    where = directory(app)
    with Gradebook(where.db_url) as gradebook:
        rows: Any = (
            gradebook.db.query(SubmittedAssignment.student_id, Notebook.name)
            .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
            .join(Notebook, Notebook.id == SubmittedNotebook.notebook_id)
            .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
            .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
            .filter(Assignment.name == assignment, Grade.needs_manual_grade)
        )
        folder = where.format_path(where.autograded_directory, "{student}", assignment)
        return len({who for who, name in rows.distinct() if Path(folder.format(student=who), f"{name}.ipynb").exists()})


def penalties(session: fast.Session, assignment: str) -> dict[str, float]:
    """By student of whom the gradebook has something, what lateness costs."""
    from nbgrader.api import Assignment, SubmittedAssignment, SubmittedNotebook

    rows: Any = (
        session.gradebook.db.query(SubmittedAssignment.student_id, SubmittedNotebook.late_submission_penalty)
        .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .filter(Assignment.name == assignment)
    )
    found: dict[str, float] = {}
    for student, penalty in rows:
        found[student] = found.get(student, 0.0) + (penalty or 0.0)
    return found


def pattern(app: AutogradeApp, assignment: str) -> str:
    """Where students' folders are, with {student} for the name."""
    where = directory(app)
    return where.format_path(where.submitted_directory, "{student}", assignment)


class Writer:
    """Writes students' results into the gradebook; the only one who does."""

    def __init__(self, app: AutogradeApp, plan: Plan, session: fast.Session):
        self.plan, self._course, self._session = plan, directory(app), session
        self._converter = Grading(coursedir=self._course, parent=app, force=True)
        #: Students who were written, and whose feedback is of before.
        self.outdated: list[str] = []
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
        """Have nbgrader autograde this student, and take feedback of before away; why it failed, or nothing.

        What was graded before stays where grading fails, and for the notebooks that are `held`: something of theirs is
        there that cannot be graded. What a person decided stays decided where the answer is the same. What is not
        `final` is graded again by the next run. What would fail for everybody is raised.
        """
        made = self._autograded(handed)
        before = None
        try:
            before = Before(self._session, self.plan.assignment, handed.student, made, self.plan.by_all_cells)
            self._convert(handed)
            before.restore(held)
            had = self._clear(self._place(self._course.feedback_directory, handed))
            self._session.save()
        except BaseException as error:
            self._session.undo()
            if before:
                before.put_back()
            if not isinstance(error, Exception) or outcome.is_for_all(error):
                raise
            return outcome.reason(error, made)
        self.outdated += [handed.student] if had else []
        self._note(handed, final)
        return ""

    def _convert(self, handed: Handed) -> None:
        self._converter.assignments = {str(handed.folder): [str(path) for path in handed.notebooks.values()]}
        self._converter.start()
        for error in self._converter.failed.values():
            raise error

    @staticmethod
    def _clear(folder: Path) -> bool:
        """Remove pages of before; nbgrader makes new ones only where there is no folder. Whether there were any."""
        pages = list(folder.glob("*.html"))
        for page in pages:
            page.unlink()
        if pages and not any(folder.iterdir()):
            folder.rmdir()
        return bool(pages)

    def _note(self, handed: Handed, final: bool) -> None:
        digest = self.plan.digest(handed) if final else ""
        with open(self._written, "a", encoding="utf-8") as file:
            file.write(json.dumps([handed.student, digest, self.plan.kit]) + "\n")

    def _autograded(self, handed: Handed) -> Path:
        return self._place(self._course.autograded_directory, handed)

    def _place(self, step: str, handed: Handed) -> Path:
        return Path(self._course.format_path(step, handed.student, self.plan.assignment))


def _lines(path: Path) -> Iterator[tuple[str, tuple[str, str]]]:
    with contextlib.suppress(FileNotFoundError), open(path, encoding="utf-8") as lines:
        for line in lines:
            with contextlib.suppress(ValueError):  # the last one may be cut off
                student, digest, *kit = json.loads(line)
                yield student, (digest, kit[0] if kit else "")


def unscored(session: fast.Session, assignment: str) -> dict[str, set[str]]:
    """By student, the notebooks that lack an automatic score; students whom the gradebook has a submission of.

    An answer that is a grade cell itself is graded by hand: it has none, and lacks none.
    """
    from nbgrader.api import Assignment, GradeCell, Notebook, SolutionCell, SubmittedAssignment, SubmittedNotebook

    by_hand = aliased(SolutionCell)

    rows: Any = (
        session.gradebook.db.query(SubmittedAssignment.student_id, Notebook.name, Grade.auto_score, by_hand.id)
        .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Notebook, Notebook.id == SubmittedNotebook.notebook_id)
        .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
        .join(GradeCell, GradeCell.id == Grade.cell_id)
        .outerjoin(by_hand, and_(by_hand.notebook_id == GradeCell.notebook_id, by_hand.name == GradeCell.name))
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .filter(Assignment.name == assignment, GradeCell.cell_type == "code")
    )
    found: dict[str, set[str]] = {}
    for student, notebook, score, hand in rows:
        found.setdefault(student, set()).update({notebook} if score is None and hand is None else ())
    return found
