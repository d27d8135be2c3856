"""`build`: the stubs and the notebooks, from solutions/."""

from __future__ import annotations

import click

from autograder.commands.group import NOT_PASSED, PASSED, leave, told_broken


@click.command()
def build() -> None:
    """Generate what is generated: the stubs in exercises/ and the notebooks in source/ and open/.

    An answer that somebody wrote is left alone, and an exercise that its author has to mend is left out.
    """
    from autograder import workspace
    from autograder.notebooks import elsewhere
    from autograder.notebooks.build import ASSIGNMENT, build_all

    for section, (renewed, edited) in workspace.refresh_all().items():
        told = f"{len(renewed)} renewed" if renewed else "up to date"
        click.echo(f"exercises/{section}.py: {told}" + (f", left as written: {', '.join(edited)}" if edited else ""))
    for section, changed in build_all().items():
        click.echo(f"source/{ASSIGNMENT}/{section}.ipynb: {'renewed' if changed else 'up to date'}")
    for section, changed in elsewhere.build_all().items():
        click.echo(f"open/{section}.ipynb: {'renewed' if changed else 'up to date'}")
    leave(NOT_PASSED if told_broken() else PASSED)
