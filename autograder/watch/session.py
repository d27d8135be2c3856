"""Where one is in the lesson, and what each key does, apart from any screen."""

from __future__ import annotations

from dataclasses import dataclass

from autograder import lesson, source, state, workspace
from autograder.exercise import Exercise
from autograder.judging.verdict import Verdict
from autograder.report.pointers import following
from autograder.watch import editor


@dataclass
class Progress:
    passed: int
    total: int
    earned: float
    points: int

    @property
    def done(self) -> bool:
        return self.passed == self.total

    def __str__(self) -> str:
        return f"{self.passed} of {self.total} passed, {self.earned:g} of {self.points} points"


class Session:
    """The current exercise. It changes when the learner asks for it and at no other time."""

    def __init__(self, name: str | None = None):
        self.exercises = lesson.exercises()
        self.names = [exercise.name for exercise in self.exercises]
        self.current = lesson.find(name) if name else self._remembered()
        self._remember()

    def _remembered(self) -> Exercise:
        """Where one was; the first that does not pass for somebody who starts."""
        where = state.at(state.read())
        if where in self.names:
            return lesson.find(where)
        outcomes = self.outcomes()
        return next((e for e in self.exercises if outcomes[e.name] != "passed"), self.exercises[0])

    def _remember(self) -> None:
        with state.change() as remembered:
            remembered["at"] = self.current.name

    @property
    def position(self) -> int:
        return self.names.index(self.current.name)

    def move(self, by: int) -> bool:
        """Go `by` exercises on; False at the end, where one stays."""
        there = self.position + by
        if not 0 <= there < len(self.names):
            return False
        self.go(self.names[there])
        return True

    def go(self, name: str) -> None:
        self.current = lesson.find(name)
        self._remember()

    def outcomes(self) -> dict[str, str]:
        """The outcome of every exercise as of its last check."""
        remembered = state.exercises()
        return {name: remembered.get(name, {}).get("outcome", "not_started") for name in self.names}

    def progress(self) -> Progress:
        remembered = state.exercises()
        entries = [remembered.get(name, {}) for name in self.names]
        return Progress(
            sum(entry.get("outcome") == "passed" for entry in entries),
            len(self.names),
            sum(entry.get("points", 0) for entry in entries),
            sum(exercise.points for exercise in self.exercises),
        )

    def open_ones(self) -> list[str]:
        return [name for name, outcome in self.outcomes().items() if outcome != "passed"]

    def passed(self) -> bool:
        return self.outcomes()[self.current.name] == "passed"

    def prompt(self) -> str:
        return source.answers(self.current.section)[self.current.name].prompt

    def hint(self, verdict: Verdict | None) -> str:
        """The next hint, counted as on the command line; first about the place that the verdict tells."""
        with state.change() as remembered:
            entry = state.exercise(remembered, self.current.name)
            found = verdict.diagnosis if verdict and verdict.exercise == self.current.name else None
            if pointer := following(entry, found):
                return f"Hint on your answer: {pointer}"
            given = entry.get("hints", 0)
            number = min(given + 1, len(self.current.hints))
            entry["hints"] = number
        told = f"Hint {number} of {len(self.current.hints)}: {self.current.hints[number - 1]}"
        return told + (" (That was the last one; a shows the answer.)" if given >= len(self.current.hints) else "")

    def reset(self) -> str:
        """Restore the stub and say where the text is kept that was there."""
        section = self.current.section
        try:
            kept = workspace.reset(section, self.current.name)
        except workspace.Unparsable as error:
            return f"exercises/{section}.py has a syntax error ({error}), so this answer cannot be found in it."
        backup = f" What was there is in .autograder/backups/{kept.name}." if kept else ""
        return f"{self.current.name} is a stub again.{backup}"

    def line(self) -> int | None:
        """The line of the learner's file where the exercise starts."""
        try:
            place = workspace.span(source.exercises_path(self.current.section).read_text("utf-8"), self.current.name)
        except (OSError, UnicodeDecodeError, workspace.Unparsable):
            return None
        return place[0] if place else None

    def edit_command(self) -> list[str] | None:
        words = editor.editor()
        path = source.exercises_path(self.current.section)
        return editor.command(words, path, self.line()) if words else None

    def closing(self) -> str:
        """What is said after the last exercise: that all is done, or what is still open."""
        left = self.open_ones()
        if not left:
            return f"Everything is done: all {len(self.names)} exercises pass. See them on one page: make progress"
        first = ", ".join(left[:3]) + (" ..." if len(left) > 3 else "")
        return f"This is the last exercise. Still open: {len(left)} ({first}). l lists them."
