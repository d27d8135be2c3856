"""`predict`: say what comes out before it is written."""

from __future__ import annotations

import sys

import click

from autograder.commands.group import USAGE, leave


@click.command()
@click.argument("name", required=False)
@click.option("--seed", type=int, help="Ask the same questions again.")
def predict(name: str | None, seed: int | None) -> None:
    """Say what NAME (or the exercise where you are) gives before you write it.

    Two predictions, and one of three results that is wrong.
    """
    import random

    from autograder import overview
    from autograder.predict import conversation as asking

    exercise = overview.here(name)
    if not sys.stdin.isatty():
        click.echo("predict asks and waits for answers, so it needs a terminal.", err=True)
        leave(USAGE)
    try:
        right, asked = asking.converse(
            exercise, click.echo, lambda text: click.prompt(text, default="", show_default=False), random.Random(seed)
        )
    except asking.NothingToPredict as nothing:
        click.echo(str(nothing))
        leave(0)
    click.echo(f"{right} of {asked} right. " * (asked > 0) + f"Now write it: make check exercise={exercise.name}")
    leave(0)
