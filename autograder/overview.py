"""Every exercise with its outcome. What has not changed since its last check is not graded again."""

from __future__ import annotations

from typing import Any

from autograder import lesson, source, state, workspace
from autograder.exercise import Exercise
from autograder.judging.answer_file import UnreadableFile, read
from autograder.judging.grade import check_text
from autograder.proofread import AuthorsError


def rows() -> list[dict[str, Any]]:
    """{"name", "section", "kind", "ids", "points", "outcome", "earned"} of each exercise, in lesson order.

    What is not started in exercises/ and passes in a notebook has passed.

    One whose reference or probe raises is no learner's affair: it is left out, and `check` says what is wrong with it.
    """
    everything, remembered = state.read(), state.exercises()
    table, fresh = [], []
    for exercise in lesson.exercises():
        entry = remembered.get(exercise.name, {})
        seen = state.fingerprint(exercise.name, exercise.section)
        if entry.get("seen") != seen:
            try:
                outcome, points = quietly(exercise)
            except AuthorsError:
                continue
            entry = {"outcome": outcome, "points": points}
            fresh.append((exercise.name, outcome, points, seen))
        elsewhere = state.passed_elsewhere(everything, exercise.name)
        if entry["outcome"] == "not_started" and elsewhere is not None:
            entry = entry | {"outcome": "passed", "points": elsewhere}
        table.append(
            {
                "name": exercise.name,
                "section": exercise.section,
                "kind": exercise.kind,
                "ids": exercise.ids,
                "points": exercise.points,
                "outcome": entry["outcome"],
                "earned": entry["points"],
            }
        )
    if fresh:
        state.record(fresh, attempt=False)
    return table


def here(name: str | None = None) -> Exercise:
    """The exercise of this name; without one where the learner is: checked or watched last, or the next to pass."""
    if name:
        return lesson.find(name)
    remembered, names = state.exercises(), [exercise.name for exercise in lesson.exercises()]
    last = state.at(state.read())
    start = names.index(last) if last in names else 0
    todo = (n for n in names[start:] + names[:start] if remembered.get(n, {}).get("outcome") != "passed")
    return lesson.find(next(todo, names[start]))


def last() -> Exercise:
    """The exercise that was checked or watched last, passed or not; the first one before any was."""
    remembered = state.at(state.read())
    return next((exercise for exercise in lesson.exercises() if exercise.name == remembered), lesson.exercises()[0])


def stale() -> list[Exercise]:
    """The exercises whose outcome is not known for the files as they are now."""
    remembered = state.exercises()
    return [
        exercise
        for exercise in lesson.exercises()
        if remembered.get(exercise.name, {}).get("seen") != state.fingerprint(exercise.name, exercise.section)
    ]


def quietly(exercise: Exercise) -> tuple[str, float]:
    """(outcome, points) without feedback; an untouched stub is known without running it."""
    path = source.exercises_path(exercise.section)
    try:
        text = read(path)
        present = workspace.definition(text, exercise.name)
    except (UnreadableFile, workspace.Unparsable):
        return "error", 0
    if present is not None and workspace.is_stub(present):
        return "not_started", 0
    verdict = check_text(text, f"exercises/{path.name}", exercise)
    return verdict.outcome, verdict.points
