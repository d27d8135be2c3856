"""What keeps a learner's answer from passing, and where: what grade.check_text is given as `explain`."""

from __future__ import annotations

import ast
import contextlib
import dataclasses
import logging
import time
from collections.abc import Callable
from typing import Any

from autograder.exercise import Exercise
from autograder.judging import known_mistakes, observing
from autograder.judging.diagnosis import Mistakes, diagnose, in_part
from autograder.judging.judge import by_probe
from autograder.judging.verdict import Diagnosis, Frame, Verdict
from autograder.process.frames import Outcome
from autograder.process.warm import warm
from autograder.proofread import AuthorsError
from autograder.repair import changes, copies, diagnosis, events, undoing
from autograder.repair.edit import end_line
from autograder.repair.trial import Observe

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

        def observe(specs: list[dict[str, Any]], only: list[str] | None, timeout: float, each: float) -> Outcome:
            return observing.observe(exercise, specs, [{"seed": seed}], only, timeout, each, stays=hash(key))

        def named(frames: dict[str, Frame], failing: list[str]) -> Diagnosis | None:
            if not {*failing} <= frames.keys():
                return None  # it was too slow for a check, which has not seen it
            return by(diagnose(exercise, frames, known_mistakes.suspects(exercise, frames, failing[0], seed), failing))

        def by(found: Diagnosis | None) -> Diagnosis | None:
            return found and dataclasses.replace(found, said={"by": undoing.stands_by(exercise, found.mistake)})

        def known(probe: str) -> Mistakes:
            return known_mistakes.known_on(exercise, seed, probe)

        def in_full(names: set[str]) -> Mistakes:
            return known_mistakes.in_full(exercise, seed, names)

        frames, reference, until = by_probe(observed), observing.expected(exercise, seed), clock() + seconds
        looked = None
        try:
            alone = by(verdict.diagnosis)
            copy = _copy(exercise, own, verdict, reference, observe, seconds / 2)
            left = until - clock()
            looked = diagnosis.look(exercise, own, frames, reference, observe, left, known, in_full, alone, clock, copy)
            told = diagnosis.diagnoses(looked, own["file"], alone, named)
            told = copies.told(copy, told, own["file"]) if copy else told
        except UNREADABLE:
            log.debug("no places of this answer to %s", exercise.name, exc_info=True)
            told = [verdict.diagnosis] if verdict.diagnosis else []  # the verdict stands without places
        finally:
            warm().dismiss()
        seen = {name: frames[name] for name in verdict.failing if name in frames}
        if not any(found.whole for found in told):
            told = [*changes.told(own["file"], exercise.name, seen), *told]
        told = events.worded(told, seen) or events.told(own["file"], exercise.name, seen, reference)
        if not told and set(frames) >= set(exercise.probes):
            partly = in_part(exercise, frames, reference, known_mistakes.known(exercise, seed))
            told = [partly] if partly else []
        with contextlib.suppress(*UNREADABLE):
            told = [diagnosis.where_it_stands(looked, own["file"], found) for found in told] if looked else told
        _found[key] = [_where_it_ends(found, own["file"], exercise.name) for found in told]
    return _found[key]


def _copy(
    exercise: Exercise,
    own: dict[str, Any],
    verdict: Verdict,
    reference: dict[str, Frame],
    observe: Observe,
    seconds: float,
) -> copies.Copy | None:
    """An earlier exercise under another name that is at fault; not looked for where all the time went already."""
    if verdict.outcome == "timeout":
        return None
    try:
        return copies.at_fault(exercise, own, verdict.failing[0], reference, observe, seconds)
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
