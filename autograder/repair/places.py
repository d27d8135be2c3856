"""What keeps a learner's answer from passing, and where: what grade.check_text is given as `explain`."""

from __future__ import annotations

import ast
import contextlib
import dataclasses
import functools
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from autograder.exercise import Exercise
from autograder.judging import known_mistakes, observing
from autograder.judging.diagnosis import diagnose, in_part
from autograder.judging.judge import by_probe
from autograder.judging.verdict import Diagnosis, Frame, Verdict
from autograder.process.frames import Outcome
from autograder.process.warm import warm
from autograder.proofread import AuthorsError
from autograder.repair import changes, copies, diagnosis, events, undoing
from autograder.repair.edit import end_line

#: Told what a learner need not see; the tests fail when it is told anything.
log = logging.getLogger(__name__)
#: What goes wrong where a text, or what was seen of it, is of another form than any answer.
UNREADABLE = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
_found: dict[tuple[str, int, int], list[Diagnosis]] = {}


def places(
    exercise: Exercise,
    own: dict[str, Any],
    observed: Outcome,
    verdict: Verdict,
    seed: int,
    seconds: float = 2.0,
    clock: Callable[[], float] = time.monotonic,
) -> list[Diagnosis]:
    """The diagnoses of a failing answer; looked for once for each text, for about so many seconds of this clock."""
    key = (exercise.name, seed, hash((own["file"], own.get("pieces"))))
    if key not in _found:
        frames, reference, until = by_probe(observed), observing.expected(exercise, seed), clock() + seconds
        failed = Failed(exercise, own, verdict, frames, reference, seed, stays=hash(key))
        _found[key] = failed.completed(*failed.searched(seconds, until, clock))
    return _found[key]


@dataclass(frozen=True)
class Failed:
    """An answer that fails, with what is seen of it and of the reference; `stays`: the child that tries its edits."""

    exercise: Exercise
    own: dict[str, Any]
    verdict: Verdict
    frames: dict[str, Frame]
    reference: dict[str, Frame]
    seed: int
    stays: int

    def searched(
        self, seconds: float, until: float, clock: Callable[[], float]
    ) -> tuple[diagnosis.Looked | None, list[Diagnosis]]:
        """What a search finds, and what is told of it; without places the verdict's known mistake still stands."""
        exercise, own, looked = self.exercise, self.own, None
        known = functools.partial(known_mistakes.known_on, exercise, self.seed)
        in_full = functools.partial(known_mistakes.in_full, exercise, self.seed)
        try:
            alone = self._by(self.verdict.diagnosis)
            copy = self._copy(seconds / 2)
            left, frames, reference, observe = until - clock(), self.frames, self.reference, self._observe
            looked = diagnosis.look(exercise, own, frames, reference, observe, left, known, in_full, alone, clock, copy)
            told = diagnosis.diagnoses(looked, own["file"], alone, self._named)
            return looked, copies.told(copy, told, own["file"]) if copy else told
        except UNREADABLE:
            log.debug("no places of this answer to %s", exercise.name, exc_info=True)
            return looked, [self.verdict.diagnosis] if self.verdict.diagnosis else []
        finally:
            warm().dismiss()

    def completed(self, looked: diagnosis.Looked | None, told: list[Diagnosis]) -> list[Diagnosis]:
        """With what is told whatever a search finds: changed arguments, the first event that differs, in part what is
        known, and the lines where known mistakes stand that have none yet."""
        exercise, frames, text = self.exercise, self.frames, self.own["file"]
        seen = {name: frames[name] for name in self.verdict.failing if name in frames}
        if not any(found.whole for found in told):
            told = [*changes.told(text, exercise.name, seen), *told]
        told = events.worded(told, seen) or events.told(text, exercise.name, seen, self.reference)
        if not told and set(frames) >= set(exercise.probes):
            partly = in_part(exercise, frames, self.reference, known_mistakes.known(exercise, self.seed))
            told = [partly] if partly else []
        with contextlib.suppress(*UNREADABLE):
            told = [diagnosis.where_it_stands(looked, text, found) for found in told] if looked else told
        return [_where_it_ends(found, text, exercise.name) for found in told]

    def _observe(self, specs: list[dict[str, Any]], only: list[str] | None, timeout: float, each: float) -> Outcome:
        return observing.observe(self.exercise, specs, [{"seed": self.seed}], only, timeout, each, stays=self.stays)

    def _named(self, frames: dict[str, Frame], failing: list[str]) -> Diagnosis | None:
        if not {*failing} <= frames.keys():
            return None  # it was too slow for a check, which has not seen it
        suspects = known_mistakes.suspects(self.exercise, frames, failing[0], self.seed)
        return self._by(diagnose(self.exercise, frames, suspects, failing))

    def _by(self, found: Diagnosis | None) -> Diagnosis | None:
        """The known mistake, with the kind of statement that it is known by."""
        return found and dataclasses.replace(found, said={"by": undoing.stands_by(self.exercise, found.mistake)})

    def _copy(self, seconds: float) -> copies.Copy | None:
        """An earlier exercise under another name that is at fault; not looked for where all the time went already."""
        if self.verdict.outcome == "timeout":
            return None
        failing = self.verdict.failing[0]
        try:
            return copies.at_fault(self.exercise, self.own, failing, self.reference, self._observe, seconds)
        except AuthorsError:  # an earlier exercise of an instructor's own that cannot be used
            return None


def _where_it_ends(found: Diagnosis, text: str, name: str) -> Diagnosis:
    """Of an answer that returns nothing the line that it ends with, if nothing is returned anywhere in it."""
    if found.mistake != "returns_nothing" or found.lines:
        return found
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError):
        return found
    answers = [node for node in body if isinstance(node, ast.FunctionDef) and node.name == name]
    if not answers or any(isinstance(node, ast.Return | ast.Yield) for node in ast.walk(answers[-1])):
        return found
    last = answers[-1].body[-1]
    line = end_line(last) if hasattr(last, "body") else last.lineno
    return dataclasses.replace(found, lines=(line,), source=text.split("\n")[line - 1].strip())
