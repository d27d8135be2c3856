"""The table of a class, as Canvas or Moodle exports it or as somebody wrote it: who is in it, which row is whose."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder import course
from autograder.classroom.whose import student_id

#: By these columns tables are told apart: one's own, Canvas's gradebook, Moodle's worksheet, Moodle's table of grades.
OWN = ("id",)
CANVAS = ("Student", "ID")
CANVAS_APART = ("LastName", "FirstName", "ID")  # as an instructor can have it
WORKSHEET = ("Identifier",)  # names may be hidden
GRADES = ("First name", "Email address")
#: Columns by which students may be called in the gradebook, of any of them.
NAMES: tuple[str, ...] = ("id", "SIS Login ID", "SIS User ID", "Integration ID", "ID", "Username", "ID number")
NAMES += ("Email address", "Identifier", "Full name", "Student")

Row = list[str]


class BadRoster(course.BadCourse):
    """The roster cannot be used; the text names it and says what to do."""


@dataclass(frozen=True)
class Roster:
    path: Path
    header: Row
    rows: list[Row]
    #: On which line of the file each row ends.
    lines: list[int]

    def has(self, columns: Iterable[str]) -> bool:
        return set(columns) <= set(self.header)

    def cell(self, row: Row, name: str) -> str:
        """What stands in a column; "" where there is no such column."""
        return row[self.header.index(name)].strip() if name in self.header else ""

    def students(self) -> list[Row]:
        return [row for row in self.rows if self.is_student(row)]

    @property
    def is_canvas(self) -> bool:
        return self.has(CANVAS) or self.has(CANVAS_APART)

    @property
    def is_of_grades(self) -> bool:
        """Moodle's table of all grades."""
        return any(name in self.header for name in GRADES)

    def sortable(self, row: Row) -> str:
        """What Canvas calls somebody: "Lovelace, Ada"."""
        apart = (self.cell(row, "LastName"), self.cell(row, "FirstName"))
        return self.cell(row, "Student") or ", ".join(filter(None, apart))

    def is_student(self, row: Row) -> bool:
        """Not one of the lines of Canvas above the first student, nor the student whom it makes up for tests."""
        if self.is_canvas:
            name = self.sortable(row)
            return bool(name and self.cell(row, "ID")) and name not in ("Points Possible", "Student, Test")
        return True

    def called(self, row: Row) -> str:
        names = ("Full name", "Email address", "Identifier")
        told = (self.cell(row, name) for name in names if name in self.header)
        return self.sortable(row) or next(told, row[0])

    def enrolled(self) -> Iterator[dict[str, Any]]:
        """Students as nbgrader knows them: {"id", "first_name", "last_name", "email"}."""
        return (student for _, student in self.with_rows())

    def with_rows(self) -> Iterator[tuple[Row, dict[str, Any]]]:
        if not (self.is_canvas or self.has(OWN) or self.has(WORKSHEET) or self.is_of_grades):
            raise BadRoster(
                f"{self.path.name}, line 1: there are no columns id (with first_name, last_name, email), Canvas's "
                "Student and ID, or Moodle's Identifier and Full name. Export it again, or rename them."
            )
        if self.has(OWN):
            self._proofread()
        for row in self.students():
            student = self._student(row)
            if student["id"]:
                yield row, student

    def _proofread(self) -> None:
        """Each id is the name of a folder in submitted/, and of one student."""
        seen: dict[str, int] = {}
        for line, row in zip(self.lines, self.rows, strict=True):
            name = self.cell(row, "id")
            if not name:
                why = "there is no id. Write what the student's folder in submitted/ is called"
            elif name in seen:
                why = f"{name} is in line {seen[name]} already. Take one of the two out, or give it another id"
            elif "/" in name or name.startswith("."):
                why = f"{name!r} can be no folder's name. Write an id without / and without a dot in front"
            else:
                seen[name] = line
                continue
            raise BadRoster(f"{self.path.name}, line {line}: {why}.")

    def _student(self, row: Row) -> dict[str, Any]:
        """The names of who comes from a platform are those of the files that it gives away; of its table of all
        grades, which has no such number, their own."""
        told = {key: self.cell(row, key) for key in ("id", "first_name", "last_name", "email")}
        if self.has(OWN):
            return told
        if self.is_canvas:
            last, _, first = self.sortable(row).partition(", ")
            login, who = self.cell(row, "SIS Login ID"), re.sub(r"[\W_]", "", last + first).lower()
            told |= {"id": student_id(f"{who}_{self.cell(row, 'ID')}"), "email": login if "@" in login else ""}
        elif self.is_of_grades and not self.has(WORKSHEET):
            first, last = self.cell(row, "First name"), self.cell(row, "Last name") or self.cell(row, "Surname")
            email = self.cell(row, "Email address")
            names = (self.cell(row, "Username"), self.cell(row, "ID number"), email, f"{first} {last}")
            return {"id": next(filter(None, names)), "first_name": first, "last_name": last, "email": email}
        else:
            name, number = self.cell(row, "Full name"), self.cell(row, "Identifier").rpartition(" ")[2]
            first, _, last = name.partition(" ")
            told |= {"id": student_id(f"{name}_{number}"), "email": self.cell(row, "Email address")}
        return told | {"first_name": first, "last_name": last}


def read(path: Path) -> Roster:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise BadRoster(f"There is no file {path}.") from None
    except UnicodeDecodeError:
        raise BadRoster(f"{path} is not UTF-8 text: export it once more, or save it as CSV (UTF-8).") from None
    except OSError as error:
        raise BadRoster(f"{path} cannot be read ({error.strerror}).") from None
    first = text.partition("\n")[0]
    dialect = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(io.StringIO(text), delimiter=dialect)
    table = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    if not table:
        raise BadRoster(f"{path.name} is empty: export it once more, or write a line id,first_name,last_name,email.")
    header = [name.strip() for name in table[0][1]]
    rows = [(row + [""] * len(header))[: len(header)] for _, row in table[1:]]
    return Roster(path, header, rows, [line for line, _ in table[1:]])


class Match:
    """Finds the gradebook's student for a row: by login, number or name, or by the number behind a folder's name."""

    def __init__(self, roster: Roster, known: Iterable[str]):
        self._roster = roster
        self._known = {student_id(name): name for name in known}
        self._numbers = {found[1]: name for name in known if (found := re.search(r"_(\d+)$", name))}
        self.found: dict[str, None] = {}  # in the order of the roster
        self.unknown: list[str] = []

    def of(self, row: Row) -> str:
        """The student's name in the gradebook; "" where it is not known there."""
        cells = [self._roster.cell(row, name) for name in NAMES]
        cells += [cell.partition("@")[0] for cell in cells if "@" in cell]
        for cell in filter(None, cells):
            number = re.fullmatch(r"(?:Participant\s+)?(\d+)", cell)
            found = self._known.get(student_id(cell)) or (self._numbers.get(number[1]) if number else None)
            if found:
                self.found[found] = None
                return found
        self.unknown.append(self._roster.called(row))
        return ""


def everybody(path: Path, known: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The students of a table in its order, under the gradebook's names where it knows them; what is told of each."""
    roster = read(path)
    match = Match(roster, known)
    found: dict[str, dict[str, Any]] = {}
    for row, told in roster.with_rows():
        name = match.of(row) or told["id"]
        found.setdefault(name, {key: told[key] for key in ("last_name", "first_name", "email")})
    return found
