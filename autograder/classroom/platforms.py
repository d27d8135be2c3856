"""Grades as learning platforms take them: their own table of the class, with our column filled in.

Canvas   Gradebook > Export: Student, ID, SIS User ID, SIS Login ID, Section, then a column for each assignment; lines
         above the first student tell how grades are posted and the points possible. Grades > Import takes the columns
         that tell who somebody is and those of assignments; others of theirs are left out here, or an old grade of
         another assignment would be written back.
Moodle   Assignment > Download grading worksheet: Identifier ("Participant 12345"), Full name, Grade, Maximum Grade,
         Grade can be changed, Last modified (grade), ... All columns go back as they are. Or Grades > Export > Plain
         text, with First name, Email address and the like: Grades > Import > CSV takes a column more.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from pathlib import Path

from autograder.classroom.collect import student_id
from autograder.classroom.export import harmless

CANVAS = ("Student", "ID", "Section")
WORKSHEET = ("Identifier", "Grade")
MOODLE = ("First name", "Email address")
#: Columns that tell who a Canvas row is about.
WHO = ("Student", "ID", "SIS User ID", "SIS Login ID", "Integration ID", "Root Account", "Section")
#: Columns by which students may be called in the gradebook, of any of the three.
NAMES: tuple[str, ...] = ("SIS Login ID", "SIS User ID", "Integration ID", "ID", "Username", "ID number")
NAMES += ("Email address", "Identifier", "Full name", "Student")


class BadRoster(Exception):
    """The roster cannot be used; the text names it and says what to do."""


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


def fill(path: Path, grades: Grades) -> Filled:
    """The roster at `path`, exported by the platform, with the grades of one assignment."""
    header, rows = _read(path)
    if all(name in header for name in CANVAS):
        return _canvas(path, header, rows, grades)
    if all(name in header for name in WORKSHEET):
        return _moodle(path, header, rows, grades)
    if any(name in header for name in MOODLE):
        return _gradebook(header, rows, grades)
    raise BadRoster(
        f"{path} is a table of neither platform: its columns are {', '.join(header[:6])}. Canvas: Grades > Export. "
        "Moodle: the assignment's Download grading worksheet, or Grades > Export > Plain text file."
    )


def students(path: Path, known: list[str]) -> list[str]:
    """Those of the gradebook's students whom the table has, in its order."""
    header, rows = _read(path)
    match = _Match(known)
    found = [match.of(header, row) for row in rows if _is_student(header, row)]
    return list(dict.fromkeys(filter(None, found)))


def _read(path: Path) -> tuple[list[str], list[list[str]]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise BadRoster(f"There is no file {path}.") from None
    except UnicodeDecodeError:
        raise BadRoster(f"{path} is not UTF-8 text: export it once more, or save it as CSV (UTF-8).") from None
    except OSError as error:
        raise BadRoster(f"{path} cannot be read ({error.strerror}).") from None
    dialect = ";" if text.partition("\n")[0].count(";") > text.partition("\n")[0].count(",") else ","
    table = [row for row in csv.reader(io.StringIO(text), delimiter=dialect) if any(cell.strip() for cell in row)]
    if not table:
        raise BadRoster(f"{path} is empty: export it once more.")
    width = len(table[0])
    return [name.strip() for name in table[0]], [(row + [""] * width)[:width] for row in table[1:]]


def _canvas(path: Path, header: list[str], rows: list[list[str]], grades: Grades) -> Filled:
    kept = [i for i, name in enumerate(header) if name in WHO]
    column = next((i for i, name in enumerate(header) if _is_column(name, grades.assignment)), None)
    title = grades.assignment if column is None else header[column]
    notes = (
        [] if column is not None else [f"Canvas will ask whether {title} is a new assignment: it has no such column."]
    )
    possible = next((row for row in rows if row[header.index("Student")].strip() == "Points Possible"), None)
    most = _number(possible[column]) if possible is not None and column is not None else None
    match, told = _Match(list(grades.scores)), []
    for row in rows:
        if _is_student(header, row):
            value = _scaled(grades, match.of(header, row), most)
        else:
            value = row[column] if column is not None else ""
            value = value or (f"{grades.most:g}" if row is possible else "")
        told.append([*(_safe(row[i]) for i in kept), value])
    notes += _scale(grades, most) + match.notes(grades)
    return Filled("Canvas", _text([[*(header[i] for i in kept), title], *told]), notes)


def _moodle(path: Path, header: list[str], rows: list[list[str]], grades: Grades) -> Filled:
    column = header.index("Grade")
    match, notes, told = _Match(list(grades.scores)), [], []
    maximum = {row[i] for row in rows for i, name in enumerate(header) if name.lower() == "maximum grade"}
    most = _number(maximum.pop()) if len(maximum) == 1 else None
    locked = next((i for i, name in enumerate(header) if name == "Grade can be changed"), None)
    for row in rows:
        value = _scaled(grades, match.of(header, row), most)
        if locked is not None and row[locked].strip().lower() == "no":
            notes += [f"{_called(header, row)}: Moodle does not let the grade be changed."] if value else []
            value = row[column]
        told.append([value or row[column] if i == column else _safe(cell) for i, cell in enumerate(row)])
    notes += _scale(grades, most) + match.notes(grades)
    return Filled("Moodle", _text([header, *told]), notes)


def _gradebook(header: list[str], rows: list[list[str]], grades: Grades) -> Filled:
    """Moodle's table of all grades: who somebody is, and one column more."""
    kept = [i for i, name in enumerate(header) if not re.search(r"\((Real|Percentage|Letter)\)|total|downloaded", name)]
    match = _Match(list(grades.scores))
    told = [[*(_safe(row[i]) for i in kept), _scaled(grades, match.of(header, row), None)] for row in rows]
    table = [[*(header[i] for i in kept), grades.assignment], *told]
    return Filled("Moodle", _text(table), match.notes(grades))


def _is_student(header: list[str], row: list[str]) -> bool:
    """Not one of the lines of Canvas above the first student, nor the student whom it makes up for tests."""
    if "Student" not in header:
        return True
    name, number = row[header.index("Student")].strip(), row[header.index("ID")].strip() if "ID" in header else ""
    return bool(name and number) and name not in ("Points Possible", "Student, Test")


def _is_column(name: str, assignment: str) -> bool:
    """Whether a column is the assignment's: "week1 (4711)", as Canvas has it, is that of week1."""
    plain = re.sub(r"\s*\(\d+\)$", "", name)
    return student_id(plain) == student_id(assignment)


def _called(header: list[str], row: list[str]) -> str:
    names = ("Full name", "Student", "Email address", "Identifier")
    return next((row[header.index(name)].strip() for name in names if name in header), row[0])


class _Match:
    """Finds the gradebook's student for a row: by login, number or name, or by the number behind a folder's name."""

    def __init__(self, known: list[str]):
        self._known = {student_id(name): name for name in known}
        self._numbers = {found[1]: name for name in known if (found := re.search(r"_(\d+)$", name))}
        self._found: set[str] = set()
        self._unknown: list[str] = []

    def of(self, header: list[str], row: list[str]) -> str:
        cells = [row[header.index(name)].strip() for name in NAMES if name in header]
        cells += [cell.partition("@")[0] for cell in cells if "@" in cell]
        for cell in filter(None, cells):
            number = re.fullmatch(r"(?:Participant\s+)?(\d+)", cell)
            found = self._known.get(student_id(cell)) or (self._numbers.get(number[1]) if number else None)
            if found:
                self._found.add(found)
                return found
        self._unknown.append(_called(header, row))
        return ""

    def notes(self, grades: Grades) -> list[str]:
        rest = sorted(name for name, score in grades.scores.items() if score is not None and name not in self._found)
        notes = [f"Not in the gradebook, so left empty: {', '.join(self._unknown)}."] if self._unknown else []
        return notes + ([f"Graded, and not in the roster: {', '.join(rest)}."] if rest else [])


def _scaled(grades: Grades, student: str, most: float | None) -> str:
    score = grades.scores.get(student)
    if score is None:
        return ""
    return f"{round(score * (most / grades.most if most and grades.most else 1.0), 4):g}"


def _scale(grades: Grades, most: float | None) -> list[str]:
    if not most or most == grades.most:
        return []
    return [f"The assignment has {most:g} points there and {grades.most:g} here: grades are scaled."]


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
