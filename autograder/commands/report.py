"""`report`: what a class did; what it counts stands in autograder/classroom/summary.py."""

from __future__ import annotations

import json

import click

from autograder.commands.group import FAILED, PASSED, USAGE, leave


@click.command()
@click.argument("assignment", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option("--anonymous", is_flag=True, help="Without names, and without what students wrote.")
def report(assignment: str | None, as_json: bool, anonymous: bool) -> None:
    """Tell what the class did not understand in ASSIGNMENT, from the results that `grade` kept.

    Nothing is run again. Exits with 2 when there are no results yet.
    """
    from sqlalchemy.exc import SQLAlchemyError

    from autograder.classroom import summary
    from autograder.classroom.plan import NoAssignment

    try:
        made = summary.report(assignment, anonymous)
    except NoAssignment as error:
        click.echo(str(error), err=True)
        leave(USAGE)
    except (OSError, SQLAlchemyError) as error:
        click.echo(f"The report could not be made: {error}", err=True)
        leave(FAILED)
    click.echo(json.dumps(made, indent=1))
    leave(PASSED)
