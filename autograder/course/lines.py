"""The lines of course.toml: a value out of one of its tables, or what is wrong with it, where, and what to write."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from typing import Any

from autograder import lesson
from autograder.course.decided import NAME, BadCourse, Table, nearest

#: The keys at the top of the file, and those of its table of lateness.
TOP = ("name", "roster", "own", "assignments", "late", "nbgrader")
LATE = ("percent_per_day", "percent_per_hour", "grace_hours", "floor")
#: How a table is written of which there is more than one way.
TABLES = {"assignments": "[assignments.week1]", "points": "{ softmax = 8 }", "extensions": "{ ada = 2026-09-20 }"}
TABLES |= {"limits": "{ exercise_seconds = 20 }"}
FIRST_YEAR, LAST_YEAR = 2000, 2200
#: What is meant for a date, outside of quotes, with a time behind it or not.
DATE = r"(?<![\"'\w])\d+[-./]\d+[-./]\d+(?:T[\d:.+Z-]*)?"
#: So many names are told where one is wrong.
FEW = 12


class Lines:
    """Knows on which line each key stands. `at` are the tables around a value, and its key."""

    def __init__(self, text: str):
        self.lines = text.splitlines()

    def moment(self, told: Table, key: str, at: list[str], of_day: time) -> datetime | None:
        """A date means that day's start or end, here; a time without a zone is this machine's."""
        value = told.get(key)
        if value is None:
            return None
        if isinstance(value, dict):
            name = ".".join([key, *value])
            raise self.wrong([*at, key], f"{name} is read as {len(value) + 1} names", f'Put it in quotes: "{name}"')
        if not isinstance(value, date):
            raise self.wrong([*at, key], f"{str(value)!r} is no date", f"{key} = 2026-09-15 or 2026-09-15T18:00:00")
        if not FIRST_YEAR <= value.year <= LAST_YEAR:
            raise self.wrong([*at, key], f"the year {value.year} is none of a course", f"{key} = 2026-09-15")
        moment = value if isinstance(value, datetime) else datetime.combine(value, of_day)
        return moment.astimezone(UTC).replace(tzinfo=None)

    def words(self, told: Table, key: str, at: list[str], default: list[str] | None = None) -> list[str]:
        """A list of texts."""
        found = self.get(told, key, list, default or [], at)
        if not all(isinstance(word, str) for word in found):
            raise self.wrong([*at, key], "a list of texts is wanted", f'{key} = ["one", "two"]')
        return list(found)

    def get(self, told: Table, key: str, kind: Any, default: Any, at: list[str] | None = None) -> Any:
        """The value of a key, of this kind; `default` where it is not there."""
        value = told.get(key, default)
        if not isinstance(value, kind):
            wanted = {
                str: 'a text in quotes: "..."',
                list: "a list: [...]",
                dict: f"a table: {TABLES.get(key, f'[{key}]')}",
            }[kind]
            raise self.wrong([*(at or []), key], f"{value!r} stands where {wanted} is wanted", "Write it so")
        return value

    def known(self, told: Table, known: tuple[str, ...], at: list[str] | None = None) -> None:
        """Nothing but these keys may stand in a table."""
        for key in told:
            if key not in known:
                near = nearest(key, known)
                remedy = f"Did you mean {near}?" if near else f"There are {', '.join(known)}"
                if key in TOP and at:
                    remedy = "Write it at the top, above the first [...]"
                elif key in LATE:
                    remedy = "Write it under [late]"
                raise self.wrong([*(at or []), key], f"{key!r} is not known here", remedy)

    def one_of(self, word: str, known: Any, at: list[str], what: str) -> str:
        """The word, which has to be one of these."""
        if word not in known:
            near = nearest(word, known)
            few = [*known][:FEW] == [*known]
            remedy = f"There are {', '.join(known)}" if few else "`make list` shows them all"
            remedy = f"Did you mean {near}?" if near else remedy
            if what == "an exercise" and word in lesson.sections():
                remedy = f'It is a section: sections = ["{word}"]'
            elif what == "a section" and word in {name for s in lesson.sections() for name in lesson.names(s)}:
                remedy = f'It is an exercise: exercises = ["{word}"]'
            elif what == "a section" and not near:
                remedy += f". To begin one of your own: make new exercise=NAME section={word}"
            raise self.wrong(at, f"{word!r} is not {what}", remedy)
        return word

    def wrong(self, at: list[str], why: str, remedy: str) -> BadCourse:
        """What is told of a line: why it is wrong, and what to write."""
        return BadCourse(
            f"{NAME}, line {self._line(at)}, {'.'.join(at)}: {why}. {remedy}{'' if remedy[-1] == '?' else '.'}"
        )

    def _line(self, at: list[str]) -> int:
        """Where a key stands, or else the nearest table around it."""
        table: list[str] = []
        found = {0: 1}
        for number, line in enumerate(self.lines, 1):
            if header := re.match(r"\s*\[+\s*([^\]]+?)\s*\]", line):
                table = _parts(header[1])
                place = table
            elif key := re.match(r"\s*([\w.\-\"']+)\s*=", line):
                place = table + _parts(key[1])
            else:
                continue
            short = min(len(place), len(at))
            shared = short if place[:short] == at[:short] else 0
            found.setdefault(shared, number)
        return found[max(found)]


def no_toml(why: str, lines: list[str]) -> BadCourse:
    """What is told of a file that cannot be taken apart: the line, and what is written otherwise there."""
    at = re.search(r" \(at line (\d+).*\)$", why)
    number = int(at[1]) if at else len(lines)
    line = lines[number - 1].strip() if 0 < number <= len(lines) else ""
    remedy = "Write KEY = VALUE, texts in straight quotes, lists in [ ]"
    names = re.findall(r"(?:^|[{,])\s*([^\s\"'={},\[\]]+)\s*=", line)
    odd = next((name for name in names if not re.fullmatch(r"[\w.-]+", name, re.ASCII)), "")
    if any(not _is_moment(told) for told in re.findall(DATE, line)):
        remedy = "Write a date as 2026-09-15, with a time as 2026-09-15T18:00:00"
    elif odd:
        remedy = f'Put a name with other letters than a to z in quotes: "{odd}" = ...'
    elif "overwrite" in why or "twice" in why:
        remedy = "What stands there was told above already: put both into one"
    elif at is None or "Unclosed" in why or "Illegal character" in why:
        remedy = "Something that was opened above is not closed: a quote, [ or {"
    elif line.startswith("["):
        remedy = "Write the name of a table as [assignments.week1]"
    elif re.search(r"\d\s*%", line):
        remedy = "Write the number alone, without %"
    why = re.sub(r" \(at .*\)$", "", why)
    return BadCourse(f"{NAME}, line {number}, cannot be read: {line} ({why}). {remedy}.")


def _is_moment(told: str) -> bool:
    try:
        return bool(datetime.fromisoformat(told))
    except ValueError:
        return False


def _parts(dotted: str) -> list[str]:
    return [part.strip().strip("\"'") for part in dotted.split(".")]
