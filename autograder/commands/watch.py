"""`watch`: check at every save."""

from __future__ import annotations

import sys

import click

from autograder.commands.group import USAGE, leave, needs, plain_option


@click.command()
@click.argument("name", required=False)
@plain_option
def watch(name: str | None, as_plain: bool) -> None:
    """Check again at every save, beside your editor; starts at the exercise NAME, or where you were."""
    needs("watch", *(["watchfiles"] if as_plain else ["watchfiles", "textual"]))
    if as_plain:
        from autograder.watch.plain import run
    elif sys.stdin.isatty() and sys.stdout.isatty() and sys.stderr.isatty():
        from autograder.watch.app import run
    else:
        click.echo("watch needs a terminal. Without one: watch --plain, or `make check` after a save.", err=True)
        leave(USAGE)
    run(name)
    leave(0)
