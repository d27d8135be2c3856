"""The table of times that an instructor gives where a collection brings none: who handed in when."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path


class CannotCollect(Exception):
    """The file cannot be taken apart; the text says why and what to type."""


#: The columns of Moodle's grading worksheet that tell who handed in when.
WORKSHEET = ("Identifier", "Last modified (submission)")


def when(path: Path) -> dict[str, str]:
    """student -> time, as nbgrader reads it. A time without a zone is that of this machine's clock."""
    try:
        with open(path, newline="", encoding="utf-8-sig") as file:
            rows = csv.DictReader(file)
            columns = WORKSHEET if set(WORKSHEET) <= set(rows.fieldnames or ()) else ("student", "time")
            return dict(_rows(path, rows, *columns))
    except OSError as error:
        raise CannotCollect(f"{path} cannot be read ({error.strerror}).") from None
    except UnicodeDecodeError:
        raise CannotCollect(f"{path} is not UTF-8 text: save it as CSV (UTF-8).") from None


def _rows(path: Path, rows: csv.DictReader[str], who: str, when: str) -> Iterator[tuple[str, str]]:
    from dateutil import parser  # type: ignore[import-untyped]

    for row in rows:
        student, time = str(row.get(who)), row.get(when) or ""
        if who == WORKSHEET[0]:
            student = student.rpartition(" ")[2]
            if time.strip() in ("", "-"):  # nothing was handed in
                continue
        try:
            told = parser.parse(time).astimezone(UTC)
        except (ValueError, OverflowError):
            raise CannotCollect(
                f"{path}, line {rows.line_num}: {time[:40]!r} is no time. A line has a student and a time, such as "
                "ada,2026-10-31 18:00"
            ) from None
        yield student, f"{told:%Y-%m-%d %H:%M:%S} UTC"
