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
    text = path.read_text(encoding="utf-8-sig")
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        twice = "overwrite" in str(error) or "twice" in str(error)
        remedy = (
            "What stands there was told above already: put both into one"
            if twice
            else "Texts stand in quotes, lists in [ ]"
        )
        raise BadCourse(f"{NAME} is no TOML: {error}. {remedy}.") from None
    return _Reader(path, text).course(told)


class _Reader:
    """Takes the tables apart, and knows on which line each key stands."""

    def __init__(self, path: Path, text: str):
        self.path, self.lines = path, text.splitlines()

    def course(self, told: Table) -> Course:
        self._known(told, ("name", "roster", "own", "assignments", "late", "nbgrader"))
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
            self._get(told, "nbgrader", dict, {}),
        )

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
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e6:
                raise self._wrong([*at, "points", key], f"{value!r} is no number of points", f"{key} = 8")
        due = self._moment(told, "due", at, time(23, 59, 59))
        extensions = self._get(told, "extensions", dict, {}, at)
        if extensions and due is None:
            raise self._wrong([*at, "extensions"], "nothing is due, so nobody needs longer", "due = 2026-09-15")
        until = {who: self._moment(extensions, who, [*at, "extensions"], time(23, 59, 59)) for who in extensions}
        feedback = self._words(told, "feedback", at, list(FEEDBACK))
        for word in feedback:
            self._one_of(word, FEEDBACK, [*at, "feedback"], "something that feedback shows")
        limits = self._get(told, "limits", dict, {}, at)
        self._known(limits, LIMITS, [*at, "limits"])
        return Assignment(
            name,
            tuple(chosen),
            points,
            self._moment(told, "release", at, time()),
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
            wanted.discard(self._exercise(name, every, [*at, "without"]))
        if not wanted and not any(map(lesson.broken, told.get("sections", ()))):
            raise self._wrong(at, "no exercise is left", 'sections = ["setup"]')
        return [name for name in every if name in wanted]

    def _exercise(self, name: str, known: list[str], at: list[str], what: str = "an exercise") -> str:
        """What students have from this assignment may have left the kit since; it stops nobody's grading."""
        return name if section_files.is_out(name, assignment=at[1]) else self._one_of(name, known, at, what)

    def _late(self, told: Table) -> Late:
        self._known(told, ("percent_per_day", "percent_per_hour", "grace_hours", "floor"), ["late"])
        for key, value in told.items():
            if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
                raise self._wrong(["late", key], f"{value!r} is no number from 0", f"{key} = 10")
        if "percent_per_day" in told and "percent_per_hour" in told:
            raise self._wrong(["late", "percent_per_hour"], "there is a percent_per_day too", "Leave one of them out")
        if told.get("floor", 0) > 100:
            raise self._wrong(["late", "floor"], "nobody keeps more than 100 per cent", "floor = 50")
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
            raise self._wrong([*at, key], f"{value!r} is no date", f"{key} = 2026-09-15 or 2026-09-15T18:00:00")
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
            wanted = {str: 'a text in quotes: "..."', list: "a list: [...]", dict: f"a table: [{key}]"}[kind]
            raise self._wrong([*(at or []), key], f"{value!r} stands where {wanted} is wanted", "Write it so")
        return value

    def _known(self, told: Table, known: tuple[str, ...], at: list[str] | None = None) -> None:
        for key in told:
            if key not in known:
                near = _nearest(key, known)
                remedy = f"Did you mean {near}?" if near else f"There are {', '.join(known)}"
                raise self._wrong([*(at or []), key], f"{key!r} is not known here", remedy)

    def _one_of(self, word: str, known: Any, at: list[str], what: str) -> str:
        if word not in known:
            near = _nearest(word, known)
            few = [*known][:FEW] == [*known]
            remedy = f"There are {', '.join(known)}" if few else "`make list` shows them all"
            remedy = f"Did you mean {near}?" if near else remedy
            if what == "a section" and not near:
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


def _parts(dotted: str) -> list[str]:
    return [part.strip().strip("\"'") for part in dotted.split(".")]


def _nearest(word: str, known: Any) -> str:
    return next(iter(difflib.get_close_matches(word, list(known), 1, 0.6)), "")
