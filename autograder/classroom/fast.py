"""nbgrader's gradebook, opened once for a whole class and saved once per student; in `nbgrader autograde`, for each
notebook. The results are nbgrader's own.

By itself nbgrader opens the database some fifteen times per notebook, commits after each cell, asks for each cell in a
query of its own, and reads a JSON schema anew for each notebook. Here every Gradebook object of the process is the
same session; what does not change while grading is asked for once; a student's grades come in one query.
"""

from __future__ import annotations

import contextlib
import functools
import json
import types
from collections.abc import Callable, Iterator
from typing import Any

import fastjsonschema
import jsonschema  # type: ignore[import-untyped]
from nbgrader import api
from nbgrader.api import BaseCell, Comment, Grade, Gradebook, Notebook, SubmittedAssignment, SubmittedNotebook
from nbgrader.nbgraderformat import common

from autograder.classroom import plugin

#: Asked for again and again, and the same for all students.
_SAME_FOR_ALL = ("find_assignment", "find_notebook", "find_source_cell", "find_graded_cell", "check_course")


class Session:
    """The one session: `save` or `undo` what has been written since the last time."""

    def __init__(self, db_url: str):
        self.gradebook = Gradebook(db_url)
        self._session = self.gradebook.db()
        self._session.expire_on_commit = False
        self._of_students: dict[tuple[type, str, str], dict[tuple[str, str], Any]] = {}

    def commit(self) -> None:
        """What nbgrader's commits do meanwhile: new rows get their numbers, the rest waits."""
        if self._session.new:
            self._session.flush()

    def save(self) -> None:
        self._session.commit()
        self._of_students.clear()

    def undo(self) -> None:
        self._session.rollback()
        self._session.expire_all()
        self._of_students.clear()

    def of_student(self, kind: type, assignment: str, student: str) -> dict[tuple[str, str], Any]:
        """Every Grade or Comment of one submission, by notebook and cell."""
        key = (kind, assignment, student)
        if key not in self._of_students:
            rows: Any = (
                self._session.query(kind, Notebook.name, BaseCell.name)
                .join(BaseCell, BaseCell.id == kind.cell_id)  # type: ignore[attr-defined]
                .join(SubmittedNotebook, SubmittedNotebook.id == kind.notebook_id)  # type: ignore[attr-defined]
                .join(Notebook, Notebook.id == SubmittedNotebook.notebook_id)
                .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
                .join(api.Assignment, api.Assignment.id == SubmittedAssignment.assignment_id)
                .filter(api.Assignment.name == assignment, SubmittedAssignment.student_id == student)
            )
            found = {(notebook, cell): one for one, notebook, cell in rows}
            if not found:  # there is no submission yet
                return found
            self._of_students[key] = found
        return self._of_students[key]

    def forget(self, db_url: str, assignment: str, student: str, notebooks: set[str]) -> None:
        """As plugin.forget."""
        for (notebook, _), grade in self.of_student(Grade, assignment, student).items():
            if notebook in notebooks:
                grade.auto_score, grade.needs_manual_grade = None, True


class ReadAnything(plugin.ReadAnything):
    """The same, with one session for a notebook: what nbgrader writes of it is saved together, or not at all."""

    def from_filename(self, filename: str, resources: Any = None, **kw: Any) -> Any:
        if _open:  # for a whole class
            return super().from_filename(filename, resources, **kw)
        with gradebook(resources["nbgrader"]["db_url"]) as session:
            made = super().from_filename(filename, resources, **kw)
            session.save()
            return made


#: The session that all Gradebook objects are at the moment.
_open: list[Session] = []


@contextlib.contextmanager
def gradebook(db_url: str) -> Iterator[Session]:
    """Meanwhile all Gradebook objects of this process are one session, for one thread."""
    session = Session(db_url)
    with contextlib.ExitStack() as changed:
        _open.append(session)
        changed.callback(_open.clear)

        def change(owner: Any, name: str, value: Any) -> None:
            changed.callback(setattr, owner, name, getattr(owner, name))
            setattr(owner, name, value)

        def init(self: Gradebook, url: str, course_id: str = "default_course", authenticator: Any = None) -> None:
            self.__dict__.update(session.gradebook.__dict__)
            self.check_course(course_id=course_id)
            self.course_id, self.authenticator = course_id, authenticator

        close = session.gradebook.close
        change(session.gradebook.db, "commit", session.commit)
        for name in _SAME_FOR_ALL:
            change(Gradebook, name, _once(getattr(Gradebook, name)))
        change(Gradebook, "__init__", init)
        change(Gradebook, "close", lambda self: None)
        change(Gradebook, "find_grade", _from(session, Grade, Gradebook.find_grade))
        change(Gradebook, "find_comment", _from(session, Comment, Gradebook.find_comment))
        change(Gradebook, "find_submission_notebook", _fresh(Gradebook.find_submission_notebook))
        change(plugin, "forget", session.forget)
        change(common, "jsonschema", types.SimpleNamespace(validate=_validate))
        try:
            yield session
        finally:
            close()


def _once(method: Callable[..., Any]) -> Callable[..., Any]:
    answers: dict[Any, Any] = {}

    @functools.wraps(method)
    def remembered(self: Gradebook, *args: Any, **kwargs: Any) -> Any:
        key = (args, tuple(sorted(kwargs.items())))
        if key not in answers:
            answers[key] = method(self, *args, **kwargs)
        return answers[key]

    return remembered


def _from(session: Session, kind: type, method: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(method)
    def find(self: Gradebook, cell: str, notebook: str, assignment: str, student: str) -> Any:
        found = session.of_student(kind, assignment, student).get((notebook, cell))
        return found if found is not None else method(self, cell, notebook, assignment, student)

    return find


def _fresh(method: Callable[..., Any]) -> Callable[..., Any]:
    """Late penalties are computed from the sum of the scores, which the database adds up."""

    @functools.wraps(method)
    def find(self: Gradebook, *args: Any, **kwargs: Any) -> Any:
        found = method(self, *args, **kwargs)
        self.db.flush()
        self.db.expire(found)
        return found

    return find


def _validate(instance: Any, schema: dict[str, Any]) -> None:
    """jsonschema.validate without reading the schema again; what is not valid gets jsonschema's own words."""
    try:
        _compiled(json.dumps(schema))(instance)
    except fastjsonschema.JsonSchemaException:
        jsonschema.validate(instance, schema)


@functools.cache
def _compiled(schema: str) -> Callable[[Any], Any]:
    return fastjsonschema.compile(json.loads(schema))
