"""`make export`: grades and feedback pages, in the forms in which learning platforms take them. Needs no network."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder import course
from autograder.classroom import platforms, results, rosters
from autograder.classroom.export import harmless
from autograder.classroom.plan import NoAssignment
from autograder.course import typed

#: A zip of more bytes may be more than a platform takes at once, as its administrators have set it.
LARGE = 20_000_000
#: As every entry of a zip is dated, so that the same pages make the same zip.
WHEN = (1980, 1, 1, 0, 0, 0)


@dataclass
class Book:
    """What the gradebook has of one assignment."""

    assignment: str
    most: float
    #: student -> name and address, score after penalties (None where there is none yet), and what lateness cost
    students: dict[str, dict[str, Any]] = field(default_factory=dict)
    #: exercise (or `NAME-words`) -> its points, in the order of the notebooks
    cells: dict[str, float] = field(default_factory=dict)
    #: student -> exercise -> points
    scores: dict[str, dict[str, float | None]] = field(default_factory=dict)

    #: Students of the roster whom the gradebook does not know.
    unknown: set[str] = field(default_factory=set)

    @property
    def grades(self) -> platforms.Grades:
        scores = {name: told["score"] for name, told in self.students.items() if name not in self.unknown}
        return platforms.Grades(self.assignment, scores, self.most)


def export(assignment: str, to: Path, roster: Path | None = None) -> list[str]:
    """Write everything there is into the folder `to`; a line for each file, and for what is to be known."""
    book = read(assignment, roster or _own_roster())
    to.mkdir(parents=True, exist_ok=True)
    columns = ["student", "last_name", "first_name", "email", "state", "score", "max_score", "late_penalty"]
    files = {"grades.csv": _table(columns, ({"student": name, **one} for name, one in book.students.items()))}
    wide = ({"student": name, **book.scores.get(name, {})} for name in book.students)
    files["exercises.csv"] = _table(["student", *book.cells], wide)
    tidy = [
        {"student": name, "exercise": cell, "score": book.scores.get(name, {}).get(cell), "max_score": most}
        for name in book.students
        for cell, most in book.cells.items()
    ]
    files["tidy.csv"] = _table(["student", "exercise", "score", "max_score"], tidy)
    notes = []
    if roster and not rosters.read(roster).has(rosters.OWN):
        filled = platforms.fill(roster, book.grades)
        files[f"{filled.platform.lower()}.csv"] = filled.text
        notes = filled.notes
    for name, text in files.items():
        (to / name).write_text(text, encoding=platforms.encoding(name))
    return [*(f"{to / name}" for name in files), *_feedback(assignment, to), *notes]


def _own_roster() -> Path | None:
    told = course.here()
    return told.roster if told else None


def read(assignment: str, roster: Path | None = None) -> Book:
    """The gradebook of the course that is the working folder; who is in the roster is there too, in its order."""
    from autograder.classroom import gradebook as books

    app = books.application(assignment, Path.cwd(), log="a")
    from nbgrader.api import Gradebook, MissingEntry

    from autograder.classroom import late

    late.settle(app, assignment)
    with Gradebook(books.directory(app).db_url) as gradebook:
        try:
            found = gradebook.find_assignment(assignment)
        except MissingEntry:
            course.assignment(assignment)
            known = ", ".join(str(one.name) for one in gradebook.assignments) or "none"
            first = typed("assign", assignment)
            raise NoAssignment(
                f"The gradebook has no assignment {assignment!r} (it has: {known}). Release it first: {first}"
            ) from None
        book = Book(assignment, float(found.max_score or 0.0))
        without = results.without_score(Path.cwd(), assignment)
        folder = books.pattern(app, assignment)
        handed = {str(one.student_id): one for one in gradebook.assignment_submissions(assignment)}
        people = {str(one.id): _told(one) for one in sorted(gradebook.students, key=_by_name)}
        listed = rosters.everybody(roster, people) if roster else {}
        book.unknown = listed.keys() - people.keys()
        for name in dict.fromkeys([*listed, *people, *sorted(without)]):
            told = listed.get(name, {}) | people.get(name, {})
            there = name in handed or Path(folder.format(student=name)).exists()
            score = _score(handed.get(name), there, name in without)
            book.students[name] = told | {"max_score": book.most} | score
        for notebook in found.notebooks:
            for cell in (*notebook.grade_cells, *notebook.task_cells):
                book.cells[str(cell.name)] = float(cell.max_score)
        _cells(gradebook, book)
    return book


def _told(student: Any) -> dict[str, str]:
    """What the gradebook knows of somebody."""
    told = {"last_name": student.last_name, "first_name": student.first_name, "email": student.email}
    return {key: value for key, value in told.items() if value}


def _by_name(student: Any) -> tuple[str, str, str]:
    return student.last_name or "", student.first_name or "", str(student.id)


def _score(handed: Any, there: bool, without: bool) -> dict[str, Any]:
    """`there`: something of theirs is; `without`: it could not be graded, and nothing was before."""
    if handed is None or without:
        return {"state": "not graded" if there else "missing", "score": None, "late_penalty": None}
    penalty = round(float(handed.late_submission_penalty or 0.0), 4)
    state = "waits for a reader" if handed.needs_manual_grade else "graded"
    return {"state": state, "score": round(max(0.0, float(handed.score) - penalty), 4), "late_penalty": penalty}


def _cells(gradebook: Any, book: Book) -> None:
    from nbgrader.api import Assignment, BaseCell, Grade, Notebook, SubmittedAssignment, SubmittedNotebook

    rows: Any = (
        gradebook.db.query(SubmittedAssignment.student_id, BaseCell.name, Grade.auto_score, Grade.manual_score)
        .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Notebook, Notebook.id == SubmittedNotebook.notebook_id)
        .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
        .join(BaseCell, BaseCell.id == Grade.cell_id)
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .filter(Assignment.name == book.assignment)
    )
    for student, cell, auto, manual in rows:
        if book.students.get(student, {}).get("score") is not None:
            book.scores.setdefault(student, {})[cell] = auto if manual is None else manual


def _table(columns: list[str], rows: Iterable[dict[str, Any]]) -> str:
    to = io.StringIO()
    lines = csv.DictWriter(to, columns, lineterminator="\n")
    lines.writeheader()
    lines.writerows({name: harmless(row.get(name)) for name in columns} for row in rows)
    return to.getvalue()


def _feedback(assignment: str, to: Path) -> list[str]:
    """The feedback pages as a zip that the platform takes from which the notebooks came; else one folder a student.

    Moodle (Upload multiple feedback files in a zip) looks for the participant's number in a folder's name, Canvas
    (Upload submissions) for those of the student and of the upload in a file's name: each as in its own zip.
    """
    pages = sorted(Path("feedback").glob(f"*/{assignment}/*.html"))
    if not pages:
        return [f"No feedback yet: {typed('feedback', assignment)}, then once more."]
    kept = results.load(results.folder(Path.cwd()) / f"collected-{assignment}.json") or {}
    platform, members = kept.get("platform", ""), kept.get("members", {})
    named = {"Moodle": _for_moodle, "Canvas": _for_canvas}.get(platform)
    place, left = to / (f"feedback-{platform.lower()}.zip" if named else "feedback.zip"), []
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as archive:
        for page in pages:
            student = page.parent.parent.name
            member = members.get(student, {}).get(page.stem, "")
            name = named(member, page.name) if named else f"{student}/{page.name}"
            if name:
                archive.writestr(zipfile.ZipInfo(name, WHEN), page.read_bytes(), zipfile.ZIP_DEFLATED)
            else:
                left.append(f"{student}/{page.name}")
    size = place.stat().st_size
    large = f" ({size / 1e6:.1f} MB: what the platform takes at once may be less)" if size > LARGE else ""
    return [f"{place}{large}", *(f"Not in the zip, since {platform} did not hand it out: {name}" for name in left)]


def _for_moodle(member: str, page: str) -> str:
    found = re.search(r"([^/]+?_\d+_assignsubmission_file)_?", member)
    return f"{found[1]}_/{page}" if found else ""


def _for_canvas(member: str, page: str) -> str:
    found = re.search(r"([^/_]+(?:_LATE)?_\d+_\d+_)[^/]+$", member)
    return f"{found[1]}{page}" if found else ""
