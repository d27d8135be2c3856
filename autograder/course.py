"""course.toml: what an instructor decides. Without the file there is one assignment, which has the whole lesson.

Whatever is wrong in the file is told with its line and what to write instead; nothing is ignored silently.
"""

from __future__ import annotations

import difflib
import functools
import re
import tomllib
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from autograder import lesson, section_files
from autograder.description import BadLesson

NAME = "course.toml"
#: What feedback may show beside the score, and the limits that may be set (classroom/plugin.py, Grade).
FEEDBACK = ("checks", "diagnoses", "lines")
LIMITS = ("cell_seconds", "exercise_seconds", "process_seconds", "whole_seconds", "memory_mb", "sets")

#: The keys at the top of the file, and those of its table of lateness.
TOP = ("name", "roster", "own", "assignments", "late", "nbgrader")
LATE = ("percent_per_day", "percent_per_hour", "grace_hours", "floor")
#: How a table is written of which there is more than one way.
TABLES = {"assignments": "[assignments.week1]", "points": "{ softmax = 8 }", "extensions": "{ ada = 2026-09-20 }"}
TABLES |= {"limits": "{ exercise_seconds = 20 }"}
#: Limits that are whole numbers, and an example of each.
WHOLE = {"memory_mb": 2048, "sets": 4}
FIRST_YEAR, LAST_YEAR = 2000, 2200

#: So many names are told where one is wrong.
FEW = 12

Table = dict[str, Any]


class BadCourse(BadLesson):
    """course.toml cannot be used; the text names the line, says why and what to write."""


@dataclass(frozen=True)
class Late:
    """What lateness costs: per cent of the score for each day or hour begun, behind a time of grace."""

    percent: float = 0.0
    unit: timedelta = timedelta(days=1)
    grace: timedelta = timedelta()
    #: Per cent of the score that are kept, however late.
    floor: float = 0.0

    def penalty(self, score: float, seconds: float) -> float:
        over = seconds - self.grace.total_seconds()
        if over <= 0 or not self.percent:
            return 0.0
        begun = -(-over // self.unit.total_seconds())
        return score * min(self.percent * begun, 100.0 - self.floor) / 100.0


@dataclass(frozen=True)
class Assignment:
    """One assignment: its exercises in lesson order, and when it is out and due (in UTC)."""

    name: str
    exercises: tuple[str, ...]
    #: Those that differ from the lesson's.
    points: dict[str, float] = field(default_factory=dict)
    release: datetime | None = None
    due: datetime | None = None
    extensions: dict[str, datetime] = field(default_factory=dict)
    feedback: tuple[str, ...] = FEEDBACK
    limits: Table = field(default_factory=dict)

    def extension(self, student: str) -> timedelta | None:
        """How much later than the others somebody may hand in."""
        until = self.extensions.get(student)
        return until - self.due if until and self.due and until > self.due else None


@dataclass(frozen=True)
class Course:
    name: str
    assignments: dict[str, Assignment]
    late: Late = Late()
    roster: Path | None = None
    #: For nbgrader's own configuration: {class: {option: value}}.
    nbgrader: dict[str, Table] = field(default_factory=dict)

    def assignment(self, name: str) -> Assignment:
        if name not in self.assignments:
            known = list(self.assignments)
            near = _nearest(name, known)
            says = f"Did you mean {near}?" if near else f"It has {', '.join(known)}."
            example = near or known[0]
            raise BadCourse(f"{NAME} has no assignment {name!r}. {says} Type, say: make assign assignment={example}")
        return self.assignments[name]


def here() -> Course | None:
    """The course whose folder is the working folder, if it has a course.toml."""
    path = Path.cwd() / NAME
    return _read(path, path.stat().st_mtime_ns) if path.is_file() else None


def assignment(name: str) -> Assignment | None:
    """The assignment of this name; None without a course.toml."""
    course = here()
    return course.assignment(name) if course else None


def typed(verb: str, assignment: str, settings: str = "") -> str:
    """What to type to have make do something with this assignment, which it takes by itself if it is the lesson's."""
    named = "" if assignment == lesson.current().name else f"assignment={assignment}"
    return " ".join(filter(None, ["make", verb, named, settings]))


@functools.lru_cache(maxsize=4)
def _read(path: Path, changed: int) -> Course:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise BadCourse(f"{NAME}, line {line}, is not UTF-8 text. Save it as UTF-8 in your editor.") from None
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _no_toml(str(error), text.splitlines()) from None
    return _Reader(path, text).course(told)


def _no_toml(why: str, lines: list[str]) -> BadCourse:
    """What is told of a file that cannot be taken apart: the line, and what is written otherwise there."""
    at = re.search(r" \(at line (\d+).*\)$", why)
    number = int(at[1]) if at else len(lines)
    line = lines[number - 1].strip() if 0 < number <= len(lines) else ""
    remedy = "Write KEY = VALUE, texts in straight quotes, lists in [ ]"
    if "overwrite" in why or "twice" in why:
        remedy = "What stands there was told above already: put both into one"
    elif at is None or "Unclosed" in why or "Illegal character" in why:
        remedy = "Something that was opened above is not closed: a quote, [ or {"
    elif line.startswith("["):
        remedy = "Write the name of a table as [assignments.week1]"
    elif re.match(r"[^\"'#]*\d+[-./]\d+[-./]\d+", line):
        remedy = "Write a date as 2026-09-15, with a time as 2026-09-15T18:00:00"
    elif re.search(r"\d\s*%", line):
        remedy = "Write the number alone, without %"
    why = re.sub(r" \(at .*\)$", "", why)
    return BadCourse(f"{NAME}, line {number}, cannot be read: {line} ({why}). {remedy}.")


class _Reader:
    """Takes the tables apart, and knows on which line each key stands."""

    def __init__(self, path: Path, text: str):
        self.path, self.lines = path, text.splitlines()

    def course(self, told: Table) -> Course:
        self._known(told, TOP)
        name = self._get(told, "name", str, lesson.current().name)
        tables = self._get(told, "assignments", dict, {})
        if not tables:
            raise BadCourse(f"{NAME} has no assignment. Write a table for each:   [assignments.week1]")
        own = self._get(told, "own", str, "")
        if own and not (self.path.parent / own / "solutions").is_dir():
            remedy = "Make it: make new exercise=NAME section=SECTION. Or leave this line out"
            raise self._wrong(["own"], f"there is no folder {own}/solutions", remedy)
        roster = self._get(told, "roster", str, "")
        if roster and not (self.path.parent / roster).is_file():
            raise self._wrong(["roster"], f"there is no file {roster}", "Put it there, or leave this line out")
        return Course(
            name,
            {key: self._assignment(key, tables) for key in tables},
            self._late(self._get(told, "late", dict, {})),
            self.path.parent / roster if roster else None,
            self._nbgrader(self._get(told, "nbgrader", dict, {})),
        )

    def _nbgrader(self, told: Table) -> Table:
        for key in told:
            self._get(told, key, dict, {}, ["nbgrader"])
        return told

    def _assignment(self, name: str, tables: Table) -> Assignment:
        at = ["assignments", name]
        told = self._get(tables, name, dict, {}, at[:1])
        keys = ("release", "due", "sections", "exercises", "without", "points", "extensions", "feedback", "limits")
        self._known(told, keys, at)
        if not re.fullmatch(r"[\w-]+", name):
            raise self._wrong(at, f"{name!r} names folders", "Use letters, digits, - and _")
        chosen = self._exercises(told, at)
        points = self._get(told, "points", dict, {}, at)
        for key, value in points.items():
            self._exercise(key, chosen, [*at, "points", key], "an exercise of this assignment")
            if not _is_number(value) or not 0 <= value < 1e6:
                raise self._wrong([*at, "points", key], f"{value!r} is no number of points", f"{key} = 8")
        due = self._moment(told, "due", at, time(23, 59, 59))
        extensions = self._get(told, "extensions", dict, {}, at)
        if extensions and due is None:
            raise self._wrong([*at, "extensions"], "nothing is due, so nobody needs longer", "due = 2026-09-15")
        until = {who: self._moment(extensions, who, [*at, "extensions"], time(23, 59, 59)) for who in extensions}
        for who, moment in until.items():
            if moment and due and moment <= due:
                remedy = f"Write when {who} has to hand in, or leave it out"
                raise self._wrong([*at, "extensions", who], f"{who} would not have longer than the others", remedy)
        release = self._moment(told, "release", at, time())
        if release and due and due <= release:
            raise self._wrong([*at, "due"], "it is due before it is out", "Exchange release and due, or mend one")
        feedback = self._words(told, "feedback", at, list(FEEDBACK))
        for word in feedback:
            self._one_of(word, FEEDBACK, [*at, "feedback"], "something that feedback shows")
        limits = self._get(told, "limits", dict, {}, at)
        self._known(limits, LIMITS, [*at, "limits"])
        for key, value in limits.items():
            if not _is_number(value) or value <= 0 or (key in WHOLE and value != int(value)):
                raise self._wrong([*at, "limits", key], f"{value!r} is no such limit", f"{key} = {WHOLE.get(key, 20)}")
        return Assignment(
            name,
            tuple(chosen),
            points,
            release,
            due,
            {who: moment for who, moment in until.items() if moment},
            tuple(feedback),
            limits,
        )

    def _exercises(self, told: Table, at: list[str]) -> list[str]:
        by_section = {s: [name for name in lesson.names(s) if lesson.home(name) == s] for s in lesson.sections()}
        every = [name for names in by_section.values() for name in names]
        wanted = set()
        for section in self._words(told, "sections", at):
            wanted |= set(by_section[self._one_of(section, by_section, [*at, "sections"], "a section")])
        for name in self._words(told, "exercises", at):
            wanted.add(self._exercise(name, every, [*at, "exercises"]))
        if not (told.get("sections") or told.get("exercises")):
            wanted = set(every)
        for name in self._words(told, "without", at):
            left_out = self._exercise(name, every, [*at, "without"])
            if left_out not in wanted and not section_files.is_out(left_out, assignment=at[1]):
                raise self._wrong([*at, "without"], f"{name} would not be in it anyway", "Leave it out here")
            wanted.discard(left_out)
        if not wanted and not any(map(lesson.broken, told.get("sections", ()))):
            raise self._wrong(at, "no exercise is left", 'sections = ["setup"]')
        return [name for name in every if name in wanted]

    def _exercise(self, name: str, known: list[str], at: list[str], what: str = "an exercise") -> str:
        """What students have from this assignment may have left the kit since; it stops nobody's grading."""
        return name if section_files.is_out(name, assignment=at[1]) else self._one_of(name, known, at, what)

    def _late(self, told: Table) -> Late:
        self._known(told, LATE, ["late"])
        for key, value in told.items():
            if not _is_number(value) or value < 0:
                raise self._wrong(["late", key], f"{value!r} is no number from 0", f"{key} = 10")
            if key != "grace_hours" and value > 100:
                raise self._wrong(["late", key], "there are no more than 100 per cent", f"{key} = 50")
        if "percent_per_day" in told and "percent_per_hour" in told:
            raise self._wrong(["late", "percent_per_hour"], "there is a percent_per_day too", "Leave one of them out")
        hourly = "percent_per_hour" in told
        percent = float(told.get("percent_per_hour", 0.0) or told.get("percent_per_day", 0.0))
        unit = timedelta(hours=1) if hourly else timedelta(days=1)
        return Late(percent, unit, timedelta(hours=told.get("grace_hours", 0)), told.get("floor", 0.0))

    def _moment(self, told: Table, key: str, at: list[str], of_day: time) -> datetime | None:
        """A date means that day's start or end, here; a time without a zone is this machine's."""
        value = told.get(key)
        if value is None:
            return None
        if not isinstance(value, date):
            raise self._wrong([*at, key], f"{str(value)!r} is no date", f"{key} = 2026-09-15 or 2026-09-15T18:00:00")
        if not FIRST_YEAR <= value.year <= LAST_YEAR:
            raise self._wrong([*at, key], f"the year {value.year} is none of a course", f"{key} = 2026-09-15")
        moment = value if isinstance(value, datetime) else datetime.combine(value, of_day)
        return moment.astimezone(UTC).replace(tzinfo=None)

    def _words(self, told: Table, key: str, at: list[str], default: list[str] | None = None) -> list[str]:
        found = self._get(told, key, list, default or [], at)
        if not all(isinstance(word, str) for word in found):
            raise self._wrong([*at, key], "a list of texts is wanted", f'{key} = ["one", "two"]')
        return list(found)

    def _get(self, told: Table, key: str, kind: Any, default: Any, at: list[str] | None = None) -> Any:
        value = told.get(key, default)
        if not isinstance(value, kind):
            wanted = {
                str: 'a text in quotes: "..."',
                list: "a list: [...]",
                dict: f"a table: {TABLES.get(key, f'[{key}]')}",
            }[kind]
            raise self._wrong([*(at or []), key], f"{value!r} stands where {wanted} is wanted", "Write it so")
        return value

    def _known(self, told: Table, known: tuple[str, ...], at: list[str] | None = None) -> None:
        for key in told:
            if key not in known:
                near = _nearest(key, known)
                remedy = f"Did you mean {near}?" if near else f"There are {', '.join(known)}"
                if key in TOP and at:
                    remedy = "Write it at the top, above the first [...]"
                elif key in LATE:
                    remedy = "Write it under [late]"
                raise self._wrong([*(at or []), key], f"{key!r} is not known here", remedy)

    def _one_of(self, word: str, known: Any, at: list[str], what: str) -> str:
        if word not in known:
            near = _nearest(word, known)
            few = [*known][:FEW] == [*known]
            remedy = f"There are {', '.join(known)}" if few else "`make list` shows them all"
            remedy = f"Did you mean {near}?" if near else remedy
            if what == "an exercise" and word in lesson.sections():
                remedy = f'It is a section: sections = ["{word}"]'
            elif what == "a section" and word in {name for s in lesson.sections() for name in lesson.names(s)}:
                remedy = f'It is an exercise: exercises = ["{word}"]'
            elif what == "a section" and not near:
                remedy += f". To begin one of your own: make new exercise=NAME section={word}"
            raise self._wrong(at, f"{word!r} is not {what}", remedy)
        return word

    def _wrong(self, at: list[str], why: str, remedy: str) -> BadCourse:
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
            shared = len(place) if place == at[: len(place)] else 0
            found.setdefault(shared, number)
        return found[max(found)]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < float("inf")


def _parts(dotted: str) -> list[str]:
    return [part.strip().strip("\"'") for part in dotted.split(".")]


def _nearest(word: str, known: Any) -> str:
    return next(iter(difflib.get_close_matches(word, list(known), 1, 0.6)), "")
