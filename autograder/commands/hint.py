"""`hint`: one about what keeps the learner's answer from passing, else the exercise's next, a little stronger."""

from __future__ import annotations

import click

from autograder import overview, state
from autograder.commands.group import PASSED, graded, leave, plain_option, told_to_wait
from autograder.exercise import Exercise
from autograder.judging.answer_file import UnreadableFile
from autograder.judging.verdict import Diagnosis


@click.command()
@click.argument("name", required=False)
@plain_option
def hint(name: str | None, as_plain: bool) -> None:
    """Give the next hint, a little stronger at each call: for NAME, or for the exercise where you are."""
    exercise = overview.here(name)
    found = _found(exercise)
    from autograder.report.pointers import following

    with state.change() as remembered:
        entry = state.exercise(remembered, exercise.name)
        pointer = following(entry, found)
        given = entry.get("hints", 0)
        number = min(given + 1, len(exercise.hints))
        if not pointer:
            entry["hints"] = number
    repeated = given >= len(exercise.hints)
    if as_plain:
        from autograder.report import plain

        click.echo("\n".join(plain.pointer(exercise, pointer) if pointer else plain.hint(exercise, number, repeated)))
    else:
        from autograder.report import pages

        if pointer:
            pages.show_pointer(exercise, pointer)
        else:
            pages.show_hint(exercise, number, repeated)
    leave(PASSED)


def _found(exercise: Exercise) -> Diagnosis | None:
    """The first thing to mend in the learner's file as it is, where a check has told of it."""
    if state.exercises().get(exercise.name, {}).get("outcome") not in ("failed", "error"):
        return None
    try:
        with told_to_wait(f"Looking at your {exercise.name}"):
            return graded(exercise).diagnosis
    except UnreadableFile:  # a check tells of it
        return None
