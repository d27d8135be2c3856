"""What other programs call: a verdict, with its words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from autograder import lesson
from autograder.exercise import Exercise
from autograder.judging import answer_file, grade
from autograder.judging.verdict import Diagnosis, Verdict
from autograder.process.frames import Outcome
from autograder.repair import patience


def check_file(path: str | Path, name: str, seed: int = 0) -> Verdict:
    """Grade the exercise `name` as the file at `path` defines it.

    Raises lesson.UnknownName for a name that the lesson does not have, answer_file.UnreadableFile for a file that
    cannot be read. The learner's code runs in a child process; many calls in one process share one with torch imported.
    """
    exercise, path = lesson.find(name), Path(path)
    return check_text(answer_file.read(path), answer_file.short(path), exercise, seed)


def check_text(text: str, path: str, exercise: Exercise, seed: int = 0) -> Verdict:
    """Grade `exercise` as `text`, the content of a learner's file, defines it. `path` names it in feedback."""
    from autograder.report.places import worded  # while torch is imported elsewhere
    from autograder.report.words import summary

    verdict = grade.check_text(text, path, exercise, seed, _places if patience() else None)
    worded(verdict)
    verdict.message = summary(verdict)
    return verdict


def _places(exercise: Exercise, own: dict[str, Any], observed: Outcome, verdict: Verdict, seed: int) -> list[Diagnosis]:
    from autograder.repair.places import places  # an answer that passes need not wait for it

    return places(exercise, own, observed, verdict, seed, patience())
