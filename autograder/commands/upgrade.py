"""`upgrade`: new exercises and checks; answers stay."""

from __future__ import annotations

import click

from autograder.commands.group import USAGE, leave


@click.command()
@click.option("--from", "source", metavar="REMOTE/BRANCH", help="Where from; by default what your branch follows.")
def upgrade(source: str | None) -> None:
    """Bring in new exercises and fixed checks. What you wrote is not touched, and is copied first all the same."""
    from autograder.upgrade.command import upgrade as bring_in
    from autograder.upgrade.git import CannotUpgrade

    try:
        bring_in(source, click.echo)
    except CannotUpgrade as error:
        click.echo(str(error), err=True)
        leave(USAGE)
    leave(0)
