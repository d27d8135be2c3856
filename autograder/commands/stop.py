"""`stop`: end the process that a check leaves behind."""

from __future__ import annotations

import click

from autograder.process import resident


@click.command()
def stop() -> None:
    """End the process that a check leaves behind for the next one. It also ends by itself, after some idle minutes."""
    stopped = resident.ask("stop") is not None
    click.echo("Stopped. The next check starts it again." if stopped else "Nothing is running.")
