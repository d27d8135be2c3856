"""What an instructor decides: assignments, their exercises, dates and points, and what lateness costs."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from autograder.description import BadLesson, current

NAME = "course.toml"
#: What feedback may show beside the score, and the limits that may be set (classroom/plugin.py, Grade).
FEEDBACK = ("checks", "diagnoses", "lines")
LIMITS = ("cell_seconds", "exercise_seconds", "process_seconds", "whole_seconds", "memory_mb", "sets")

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
            says = f"{NAME} has {', '.join(known)}"
            near = nearest(name, known)
            if name == current().name:  # what make says where nothing is told
                says, near = f"{says}: say which.", ""
            else:
                says = (
                    f"{NAME} has no assignment {name!r}. Did you mean {near}?" if near else f"{says}, and no {name!r}."
                )
            raise BadCourse(f"{says} Type the same once more with assignment={near or known[0]}")
        return self.assignments[name]


def nearest(word: str, known: Iterable[str]) -> str:
    """The one of these that a misspelt word is most like; "" where none is."""
    return next(iter(difflib.get_close_matches(word, list(known), 1, 0.6)), "")
