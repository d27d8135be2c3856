"""`list`: every exercise with its outcome."""

from __future__ import annotations

import json

import click

from autograder.commands.group import PASSED, leave, plain_option, told_broken, told_to_wait


@click.command("list")
@click.argument("section", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the exercises as JSON.")
@plain_option
def list_(section: str | None, as_json: bool, as_plain: bool) -> None:
    """Show sections, exercises, outcomes and points: of all, or of SECTION."""
    from autograder import lesson, overview

    wanted = {exercise.name for exercise in lesson.select([], section)}
    with told_to_wait("Checking what has changed", not as_plain):
        rows = [row for row in overview.rows() if row["name"] in wanted]
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
