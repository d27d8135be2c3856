"""`list`: every exercise with its outcome."""

from __future__ import annotations

import json

import click

from autograder.commands.group import PASSED, leave, plain_option, told_broken


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print the exercises as JSON.")
@plain_option
def list_(as_json: bool, as_plain: bool) -> None:
    """Show sections, exercises, outcomes and points."""
    from autograder import overview

    rows = overview.rows()
    if as_json:
        click.echo(json.dumps(rows, indent=1))
    elif as_plain:
        from autograder.report import plain

        click.echo("\n".join(plain.rows(rows)))
    else:
        from autograder.report import pages

        pages.show_list(rows)
    told_broken()
    leave(PASSED)
