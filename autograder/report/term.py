"""How the term stands, in a table: what is out, due, in and graded."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any


def table(rows: list[dict[str, Any]]) -> str:
    cells = [["assignment", "exercises", "out", "due", "in", "graded"], *map(_row, rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in cells]
    todo = next((row for row in rows if not row["out"]), None)
    ungraded = next((row for row in rows if row["graded"] < row["in"]), None)
    if ungraded:
        lines += ["", f"Next: make grade assignment={ungraded['name']}"]
    elif todo:
        lines += ["", f"Next: make assign assignment={todo['name']}"]
    return "\n".join(lines)


def _row(row: dict[str, Any]) -> list[str]:
    out = "yes" if row["out"] else _moment(row["release"]) or "no"
    due = _moment(row["due"]) or "-"
    due += f", {row['extensions']} later" if row["extensions"] else ""
    handed_in = f"{row['in']} of {row['of']}" if row["of"] else str(row["in"])
    graded = str(row["graded"]) + (f", {row['waiting']} to read" if row["waiting"] else "")
    return [row["name"], str(row["exercises"]), out, due, handed_in, graded]


def _moment(utc: datetime | None) -> str:
    """A time of the gradebook, on the clock of this machine."""
    return utc.replace(tzinfo=UTC).astimezone().strftime("%Y-%m-%d %H:%M") if utc else ""
