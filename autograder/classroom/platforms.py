"""Grades as learning platforms take them: their own table of the class, with our column filled in.

Canvas   Gradebook > Export: Student (or LastName, FirstName), ID, SIS User ID, SIS Login ID, Section, then a column for
         each assignment; lines above the first student tell how grades are posted and the points possible. Grades >
         Import takes the columns that tell who somebody is and those of assignments; others of theirs are left out
         here, or an old grade of another assignment would be written back. An empty cell removes a grade, and EX, for
         excused, is one: what stands there stays where there is no score here.
Moodle   Assignment > Download grading worksheet: Identifier ("Participant 12345"), Full name, Grade, Maximum Grade,
         Grade can be changed, Last modified (grade), ..., without names where these are hidden from who grades. All
         columns go back as they are but the feedback comments, which an upload would write over those in Moodle, and
         which it does without; it reads them by name, in the language of who uploads. Or Grades > Export > Plain
         text, with First name, Email address and the like: Grades > Import > CSV takes a column more.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from pathlib import Path

from autograder.classroom import rosters
from autograder.classroom.export import harmless
from autograder.classroom.rosters import BadRoster, Match, Roster
from autograder.classroom.whose import student_id

#: Columns that tell who a Canvas row is about.
WHO: tuple[str, ...] = ("Student", "LastName", "FirstName", "ID", "SIS User ID", "SIS Login ID")
WHO += ("Integration ID", "Root Account", "Section")
#: The column of its worksheet that Moodle writes back where it is there (assignfeedback_offline, importgradeslib.php).
COMMENTS = "Feedback comments"
#: Columns of Moodle's table of grades that hold a grade, or when it was taken.
NOT_WHO = re.compile(r"\((Real|Percentage|Letter)\)|total|downloaded")


@dataclass
class Filled:
    """A platform's table with the grades in it, and what is to be said about it."""

    platform: str
    text: str
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Grades:
    """`scores`: by student, None where there is none yet."""

    assignment: str
    scores: dict[str, float | None]
    most: float

    def scaled(self, student: str, most: float | None) -> str:
        score = self.scores.get(student)
        if score is None:
            return ""
        return f"{round(score * (most / self.most if most and self.most else 1.0), 4):g}"

    def notes(self, match: Match, most: float | None = None) -> list[str]:
        """What is to be said when all rows are filled; `most`: what the platform counts."""
        rest = sorted(name for name, score in self.scores.items() if score is not None and name not in match.found)
        found = []
        if most and most != self.most:
            found += [f"The assignment has {most:g} points there and {self.most:g} here: grades are scaled."]
        found += [f"Not in the gradebook, so left empty: {', '.join(match.unknown)}."] if match.unknown else []
        return found + ([f"Graded, and not in the roster: {', '.join(rest)}."] if rest else [])


def encoding(name: str) -> str:
    """Marked as UTF-8 for spreadsheets, which Moodle's importer (csv_import_reader) takes off; Canvas's does not."""
    return "utf-8" if name == "canvas.csv" else "utf-8-sig"


def fill(path: Path, grades: Grades) -> Filled:
    """The roster at `path`, exported by the platform, with the grades of one assignment."""
    roster = rosters.read(path)
    if roster.is_canvas and roster.has(("Section",)):
        return _canvas(roster, grades)
    if roster.has(("Identifier", "Grade")):
        return _worksheet(roster, grades)
    if roster.is_of_grades:
        return _gradebook(roster, grades)
    raise BadRoster(
        f"{path} is a table of neither platform: its columns are {', '.join(roster.header[:6])}. Canvas: Grades > "
        "Export. Moodle, in English: the assignment's Download grading worksheet, or Grades > Export > Plain text file."
    )


def _canvas(roster: Roster, grades: Grades) -> Filled:
    header = roster.header
    kept = [i for i, name in enumerate(header) if name in WHO]
    column = next((i for i, name in enumerate(header) if _is_column(name, grades.assignment)), None)
    title = grades.assignment if column is None else header[column]
    notes = (
        [] if column is not None else [f"Canvas will ask whether {title} is a new assignment: it has no such column."]
    )
    possible = next((row for row in roster.rows if roster.sortable(row) == "Points Possible"), None)
    most = _number(possible[column]) if possible is not None and column is not None else None
    match, told = Match(roster, grades.scores), []
    for row in roster.rows:
        value = row[column] if column is not None else ""
        if not roster.is_student(row):
            value = value or (f"{grades.most:g}" if row is possible else "")
        elif score := grades.scaled(match.of(row), most):
            excused = value.strip() == "EX"
            notes += [f"{roster.called(row)}: excused in Canvas, and stays so."] if excused else []
            value = value if excused else score
        told.append([*(_safe(row[i]) for i in kept), value])
    return Filled("Canvas", _text([[*(header[i] for i in kept), title], *told]), notes + grades.notes(match, most))


def _worksheet(roster: Roster, grades: Grades) -> Filled:
    header, column = roster.header, roster.header.index("Grade")
    kept = [i for i, name in enumerate(header) if name != COMMENTS]
    match, notes, told = Match(roster, grades.scores), [], []
    maximum = {row[i] for row in roster.rows for i, name in enumerate(header) if name.lower() == "maximum grade"}
    most = _number(maximum.pop()) if len(maximum) == 1 else None
    for row in roster.rows:
        value = grades.scaled(match.of(row), most)
        if roster.cell(row, "Grade can be changed").lower() == "no":
            notes += [f"{roster.called(row)}: Moodle does not let the grade be changed."] if value else []
            value = row[column]
        told.append([value or row[i] if i == column else _safe(row[i]) for i in kept])
    return Filled("Moodle", _text([[header[i] for i in kept], *told]), notes + grades.notes(match, most))


def _gradebook(roster: Roster, grades: Grades) -> Filled:
    """Moodle's table of all grades: who somebody is, and one column more."""
    kept = [i for i, name in enumerate(roster.header) if not NOT_WHO.search(name)]
    match = Match(roster, grades.scores)
    told = [[*(_safe(row[i]) for i in kept), grades.scaled(match.of(row), None)] for row in roster.rows]
    table = [[*(roster.header[i] for i in kept), grades.assignment], *told]
    return Filled("Moodle", _text(table), grades.notes(match))


def _is_column(name: str, assignment: str) -> bool:
    """Whether a column is the assignment's: "week1 (4711)", as Canvas has it, is that of week1."""
    plain = re.sub(r"\s*\(\d+\)$", "", name)
    return student_id(plain) == student_id(assignment)


def _number(text: str) -> float | None:
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        return None


def _safe(cell: str) -> str:
    return cell if cell == "-" else str(harmless(cell))  # as Moodle has it where there is no time: it runs nothing


def _text(table: list[list[str]]) -> str:
    to = io.StringIO()
    csv.writer(to, lineterminator="\n").writerows(table)
    return to.getvalue()
