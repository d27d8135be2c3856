"""`answer`: the reference beside the learner's own."""

from __future__ import annotations

import click

from autograder import lesson, overview, state
from autograder.commands.group import NOT_PASSED, PASSED, graded, leave, plain_option, told_to_wait
from autograder.judging.grade import experiment


@click.command()
@click.argument("name", required=False)
@click.option("--give-up", is_flag=True, help="Show it although yours does not pass yet.")
@plain_option
def answer(name: str | None, give_up: bool, as_plain: bool) -> None:
    """Show the reference answer to NAME, or to the exercise where you are, beside your own, once yours passes or you
    give up."""
    exercise = lesson.find(name) if name else overview.last()
    name = exercise.name
    with told_to_wait(f"Checking {name}", not as_plain):
        shown = give_up or graded(exercise).passed
    if not shown:
        click.echo(f"{name} does not pass yet, so its answer stays hidden.")
        if state.exercise(state.read(), name).get("hints", 0) < len(exercise.hints):
            click.echo(f"One more hint:        make hint exercise={name}")
        click.echo(f"Show it all the same: make answer exercise={name} give_up=1")
        leave(NOT_PASSED)
    lines = experiment(exercise) if exercise.experiment_function else None
    if as_plain:
        from autograder.report import plain

        click.echo("\n".join(plain.answer(exercise, lines)))
    else:
        from autograder.report import pages

        pages.show_answer(exercise, lines)
    leave(PASSED)
