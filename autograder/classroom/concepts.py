"""Concept questions: the sandbox tells which letters came back, and only here they are held against the statements.

If each statement's probe were observed inside, a forger could say "true" to every one of them, which no honest answer
can, and be right about those that are.
"""

from __future__ import annotations

from typing import Any

from autograder.classroom import frames
from autograder.exercise import Complaint, Exercise
from autograder.judging.verdict import Frame
from autograder.process.frames import Outcome


def observed(exercise: Exercise, outcome: Outcome) -> Outcome:
    """The outcome with a frame for each statement, made from the frame that has the answer."""
    told = next((f for f in outcome.frames if "answer" in f or "raised" in f), None)
    kept = [frame for frame in outcome.frames if "loaded" in frame]
    if told is not None:
        kept += [_frame(exercise, name, told) for name in exercise.probes]
    return Outcome(kept, outcome.ending, outcome.detail)


def _frame(exercise: Exercise, name: str, told: Frame) -> Frame:
    base: Frame = {"implementation": 0, "run": 0, "probe": name, "changed": [], "shortcuts": []}
    if "raised" in told:
        return base | {"raised": told["raised"]}
    try:
        return base | {"value": exercise.probes[name].function(lambda: told["answer"], None)}
    except Complaint as complaint:
        return base | {"complaint": str(complaint)[:500]}


def answer(frame: Frame) -> Frame | None:
    """The frame that has the answer, as plain Python: a set, list, dict, text or whatever else it was."""
    if "answer" not in frame or not frames.is_encoded(frame["answer"]):
        return None
    return {"answer": _plain(frame["answer"])}


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return value[:200]
    if isinstance(value, list):
        return [_letter(item) for item in value[:50]]
    if isinstance(value, dict) and "set" in value:
        return {_letter(item) for item in value["set"][:50]}
    if isinstance(value, dict) and "dict" in value:
        return {_letter(key): bool(judged) for key, judged in value["dict"][:50]}
    return object() if isinstance(value, dict) else value


def _letter(item: Any) -> str:
    return str(item)[:50] if isinstance(item, str | int | float) else "(no letter)"
