"""course.toml taken apart. Whatever is wrong in it is told with its line and what to write; nothing is left unread."""

from __future__ import annotations

import functools
import re
import tomllib
from datetime import time, timedelta
from pathlib import Path
from typing import Any

from autograder import lesson, section_files
from autograder.course.decided import FEEDBACK, LIMITS, NAME, Assignment, BadCourse, Course, Late, Table
from autograder.course.lines import LATE, TOP, Lines, no_toml

#: Limits that are whole numbers, with an example of each.
WHOLE = {"memory_mb": 2048, "sets": 4}


@functools.lru_cache(maxsize=4)
def read(path: Path, changed: int) -> Course:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise BadCourse(f"{NAME}, line {line}, is not UTF-8 text. Save it as UTF-8 in your editor.") from None
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise no_toml(str(error), text.splitlines()) from None
    return _Reader(path, text).course(told)


class _Reader(Lines):
    """Takes the tables apart."""

    def __init__(self, path: Path, text: str):
        super().__init__(text)
        self.path = path

    def course(self, told: Table) -> Course:
        self.known(told, TOP)
        name = self.get(told, "name", str, lesson.current().name)
        tables = self.get(told, "assignments", dict, {})
        if not tables:
            raise BadCourse(f"{NAME} has no assignment. Write a table for each:   [assignments.week1]")
        own = self.get(told, "own", str, "")
        if own and not (self.path.parent / own / "solutions").is_dir():
            remedy = "Make it: make new exercise=NAME section=SECTION. Or leave this line out"
            raise self.wrong(["own"], f"there is no folder {own}/solutions", remedy)
        roster = self.get(told, "roster", str, "")
        if roster and not (self.path.parent / roster).is_file():
            raise self.wrong(["roster"], f"there is no file {roster}", "Put it there, or leave this line out")
        return Course(
            name,
            {key: self._assignment(key, tables) for key in tables},
            self._late(self.get(told, "late", dict, {})),
            self.path.parent / roster if roster else None,
            self._nbgrader(self.get(told, "nbgrader", dict, {})),
        )

    def _nbgrader(self, told: Table) -> Table:
        for key in told:
            self.get(told, key, dict, {}, ["nbgrader"])
        return told

    def _assignment(self, name: str, tables: Table) -> Assignment:
        at = ["assignments", name]
        told = self.get(tables, name, dict, {}, at[:1])
        keys = ("release", "due", "sections", "exercises", "without", "points", "extensions", "feedback", "limits")
        self.known(told, keys, at)
        if not re.fullmatch(r"[\w-]+", name):
            raise self.wrong(at, f"{name!r} names folders", "Use letters, digits, - and _")
        chosen = self._exercises(told, at)
        points = self.get(told, "points", dict, {}, at)
        for key, value in points.items():
            self._exercise(key, chosen, [*at, "points", key], "an exercise of this assignment")
            if not _is_number(value) or not 0 <= value < 1e6:
                raise self.wrong([*at, "points", key], f"{value!r} is no number of points", f"{key} = 8")
        due = self.moment(told, "due", at, time(23, 59, 59))
        extensions = self.get(told, "extensions", dict, {}, at)
        if extensions and due is None:
            raise self.wrong([*at, "extensions"], "nothing is due, so nobody needs longer", "due = 2026-09-15")
        until = {who: self.moment(extensions, who, [*at, "extensions"], time(23, 59, 59)) for who in extensions}
        for who, moment in until.items():
            if moment and due and moment <= due:
                remedy = f"Write when {who} has to hand in, or leave it out"
                raise self.wrong([*at, "extensions", who], f"{who} would not have longer than the others", remedy)
        release = self.moment(told, "release", at, time())
        if release and due and due <= release:
            raise self.wrong([*at, "due"], "it is due before it is out", "Exchange release and due, or mend one")
        feedback = self.words(told, "feedback", at, list(FEEDBACK))
        for word in feedback:
            self.one_of(word, FEEDBACK, [*at, "feedback"], "something that feedback shows")
        limits = self.get(told, "limits", dict, {}, at)
        self.known(limits, LIMITS, [*at, "limits"])
        for key, value in limits.items():
            if not _is_number(value) or value <= 0 or (key in WHOLE and value != int(value)):
                raise self.wrong([*at, "limits", key], f"{value!r} is no such limit", f"{key} = {WHOLE.get(key, 20)}")
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
        sections = self.words(told, "sections", at)
        gone = [one for one in sections if one not in by_section and section_files.was_released(one, at[1])]
        for section in (one for one in sections if one not in gone):
            wanted |= set(by_section[self.one_of(section, by_section, [*at, "sections"], "a section")])
        for name in self.words(told, "exercises", at):
            wanted.add(self._exercise(name, every, [*at, "exercises"]))
        if not (told.get("sections") or told.get("exercises")):
            wanted = set(every)
        for name in self.words(told, "without", at):
            left_out = self._exercise(name, every, [*at, "without"])
            if left_out not in wanted and not section_files.is_out(left_out, assignment=at[1]):
                raise self.wrong([*at, "without"], f"{name} would not be in it anyway", "Leave it out here")
            wanted.discard(left_out)
        if not (wanted or gone or any(map(lesson.broken, sections))):
            raise self.wrong(at, "no exercise is left", 'sections = ["setup"]')
        return [name for name in every if name in wanted]

    def _exercise(self, name: str, known: list[str], at: list[str], what: str = "an exercise") -> str:
        """What students have from this assignment may have left the kit since; it stops nobody's grading."""
        return name if section_files.is_out(name, assignment=at[1]) else self.one_of(name, known, at, what)

    def _late(self, told: Table) -> Late:
        self.known(told, LATE, ["late"])
        for key, value in told.items():
            if not _is_number(value) or value < 0:
                raise self.wrong(["late", key], f"{value!r} is no number from 0", f"{key} = 10")
            if key != "grace_hours" and value > 100:
                raise self.wrong(["late", key], "there are no more than 100 per cent", f"{key} = 50")
        if "percent_per_day" in told and "percent_per_hour" in told:
            raise self.wrong(["late", "percent_per_hour"], "there is a percent_per_day too", "Leave one of them out")
        hourly = "percent_per_hour" in told
        percent = float(told.get("percent_per_hour", 0.0) or told.get("percent_per_day", 0.0))
        unit = timedelta(hours=1) if hourly else timedelta(days=1)
        return Late(percent, unit, timedelta(hours=told.get("grace_hours", 0)), told.get("floor", 0.0))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < float("inf")
