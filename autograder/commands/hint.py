"""`hint`: the next hint, a little stronger each time."""

from __future__ import annotations

import click

from autograder import lesson, state
from autograder.commands.group import plain_option


@click.command()
@click.argument("name")
@plain_option
def hint(name: str, as_plain: bool) -> None:
    """Give the next hint for the exercise NAME, a little stronger at each call."""
    exercise = lesson.find(name)
    with state.change() as remembered:
        entry = state.exercise(remembered, name)
        given = entry.get("hints", 0)
        number = min(given + 1, len(exercise.hints))
        entry["hints"] = number
    repeated = given >= len(exercise.hints)
    if as_plain:
        from autograder.report import plain

        click.echo("\n".join(plain.hint(exercise, number, repeated)))
    else:
        from autograder.report import pages

        pages.show_hint(exercise, number, repeated)
