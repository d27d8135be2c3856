"""One thread that checks the newest text of the current exercise.

It is woken at every change and at every key that asks for a check. A check that is running on an older text is stopped
at once, so that a hanging answer never stands between a save and its verdict.
"""

from __future__ import annotations

import ast
import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from autograder import api, overview, source, state
from autograder.exercise import Exercise
from autograder.judging import answer_file, grade, known_mistakes, observing
from autograder.judging.answer_file import UnreadableFile
from autograder.judging.verdict import Verdict
from autograder.process.conversation import Superseded
from autograder.process.warm import warm
from autograder.repair import patience

#: A file that is missing, empty or not Python is looked at again after so many seconds: it may be half saved.
SETTLE = (0.01, 0.03, 0.08, 0.15)
#: A check that takes longer than this says that it is running.
SLOW = 0.25


@dataclass
class Checked:
    """What the engine tells: one of a verdict, a sentence why there is none, or that a check takes its time."""

    exercise: Exercise
    verdict: Verdict | None = None
    trouble: str = ""
    running: bool = False
    experiment: list[str] | None = None
    #: What was checked.
    text: str = ""
    #: The verdict was told before; now the places are known that keep the answer from passing.
    explained: bool = False
    #: They are being looked for.
    looking: bool = False

    def found_nothing(self, before: Checked | None) -> bool:
        """Whether all that is new is that nothing more was found."""
        return before is not None and before.looking and not self.looking and before.verdict is self.verdict


class Engine(threading.Thread):
    """`tell` is called from this thread with everything there is to show."""

    def __init__(self, tell: Callable[[Checked], None]):
        super().__init__(daemon=True, name="check")
        self.tell = tell
        self._changed = threading.Condition()
        self._wanted: tuple[Exercise, str | None] | None = None
        self._exercise: Exercise | None = None
        self._done: tuple[str, str | None] | None = None
        self._stopping = False
        self._experiments: dict[str, list[str]] = {}

    def go(self, exercise: Exercise) -> None:
        """Check this exercise, now and at every change of its file."""
        self._exercise = exercise
        self.again()

    def again(self) -> None:
        """Check although nothing has changed."""
        with self._changed:
            self._done = None
        self.wake()

    def wake(self) -> None:
        """Look whether the file has changed; if so, stop what is being checked and check the new text."""
        exercise = self._exercise
        if exercise is None:
            return
        text = _glance(source.exercises_path(exercise.section))
        with self._changed:
            if self._done == (exercise.name, text):
                return
            self._done = exercise.name, text
            self._wanted = exercise, text
            warm().cancel()
            self._changed.notify()

    def stop(self) -> None:
        with self._changed:
            self._stopping = True
            warm().cancel()
            self._changed.notify()

    def run(self) -> None:
        idle: Iterator[None] | None = None
        backlog: list[Exercise] | None = None
        while True:
            with self._changed:
                while self._wanted is None and not self._stopping and idle is None:
                    self._changed.wait()
                if self._stopping:
                    return
                wanted, self._wanted = self._wanted, None
                warm().superseded.clear()
            try:
                if wanted:
                    self._answer(*wanted)
                    backlog = overview.stale() if backlog is None else backlog
                    idle = self._when_idle(wanted[0], backlog)
                elif idle and next(idle, self) is self:
                    idle = None
            except Superseded:
                idle = None

    def _answer(self, exercise: Exercise, text: str | None) -> None:
        slow = threading.Timer(SLOW, self.tell, [Checked(exercise, running=True)])
        slow.daemon = True
        slow.start()
        try:
            told = self._check(exercise, text)
        finally:
            slow.cancel()
            slow.join()  # it must not speak after the verdict
        with self._changed:
            if self._wanted is not None:
                return
        _remember(told, exercise)
        told.experiment = self._experiments.get(exercise.name)
        told.looking = _can_be_explained(told)
        self.tell(told)
        judged = any(probe.why == "differs" for probe in (told.verdict.probes if told.verdict else []))
        if judged and exercise.experiment_function and told.experiment is None:
            self._experiments[exercise.name] = grade.experiment(exercise)
            self.tell(replace(told, experiment=self._experiments[exercise.name]))
        if told.looking:
            self.tell(_explained(replace(told, looking=False)))

    def _when_idle(self, exercise: Exercise, backlog: list[Exercise]) -> Iterator[None]:
        """Steps that nobody waits for: what the next verdict will need, then answers written while nobody watched."""
        if exercise.kind == "code":
            with contextlib.suppress(RuntimeError):  # told by the check itself
                observing.expected(exercise, 0)
                yield
                known_mistakes.known(exercise, 0)
                yield
                for name in exercise.probes:
                    observing.reference_small(exercise, name)
                    yield
        while backlog:
            self._catch_up(backlog)
            yield

    def _catch_up(self, backlog: list[Exercise]) -> None:
        """Check one answer that was written while nobody watched, so that the progress shown is true."""
        exercise = backlog[0]
        seen = state.fingerprint(exercise.name, exercise.section)
        try:
            outcome, points = overview.quietly(exercise)
        except Superseded:
            raise
        except Exception:  # told when one comes to this exercise
            outcome, points = "error", 0
        backlog.pop(0)
        state.record([(exercise.name, outcome, points, seen)], attempt=False)
        if not backlog or outcome != "not_started":
            self.tell(Checked(exercise))

    def _check(self, exercise: Exercise, first: str | None) -> Checked:
        path = source.exercises_path(exercise.section)
        label = f"exercises/{path.name}"
        text = self._settled(path, first)
        if text is None:
            try:
                text = answer_file.read(path)
            except UnreadableFile as error:
                return Checked(exercise, trouble=str(error).replace("`make reset` brings", "The key x brings"))
        try:
            verdict = grade.check_text(text, label, exercise)
        except Superseded:
            raise
        except Exception as error:  # a fault of the kit must not end the session
            told = f"The kit could not check this: {type(error).__name__}: {error}. `make doctor` looks for the reason."
            return Checked(exercise, trouble=told)
        return Checked(exercise, verdict, text=text)

    def _settled(self, path: Path, text: str | None) -> str | None:
        """The text of the file once it looks whole, or as it stays."""
        for pause in SETTLE:
            if text and _is_python(text):
                return text
            time.sleep(pause)
            with self._changed:
                if self._wanted is not None:
                    raise Superseded
            text = _glance(path)
            with self._changed:
                if self._exercise is not None and self._done is not None and self._wanted is None:
                    self._done = self._done[0], text
        return text


def _can_be_explained(told: Checked) -> bool:
    return bool(told.verdict and patience() and told.verdict.outcome in ("failed", "error"))


def _explained(told: Checked) -> Checked:
    """The verdict once more, with the places that keep the answer from passing where some are found."""
    assert told.verdict is not None
    try:
        verdict = api.check_text(told.text, told.verdict.path, told.exercise)
    except Superseded:
        raise
    except Exception:  # the verdict that was told stands
        return told
    return replace(told, verdict=verdict, explained=True) if any(d.lines for d in verdict.diagnoses) else told


def _glance(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return None


def _is_python(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _remember(told: Checked, exercise: Exercise) -> None:
    """Note the outcome, unless the file has changed since: then the next verdict is on its way."""
    if told.verdict is not None and _glance(source.exercises_path(exercise.section)) == told.text:
        seen = state.fingerprint(exercise.name, exercise.section)
        state.record([(exercise.name, told.verdict.outcome, told.verdict.points, seen)])
