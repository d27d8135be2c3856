"""`report`: what a class did; what it counts stands in autograder/classroom/summary.py."""

from __future__ import annotations

import json
from pathlib import Path

import click

from autograder.commands.group import FAILED, PASSED, USAGE, leave


@click.command()
@click.argument("assignment", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option("--table", "as_table", is_flag=True, help="Print a row for each student and exercise, as CSV.")
@click.option("--anonymous", is_flag=True, help="Without names, and without what students wrote.")
def report(assignment: str | None, as_json: bool, as_table: bool, anonymous: bool) -> None:
    """Tell what the class did not understand in ASSIGNMENT, from the results that `grade` kept.

    Writes reports/ASSIGNMENT.html, and beside it JSON and a table (CSV); without names ASSIGNMENT-anonymous.html and
    so on. Nothing is run again. Exits with 2 when there are no results yet.
    """
    from sqlalchemy.exc import SQLAlchemyError

    from autograder.classroom import summary, table
    from autograder.classroom.outcome import reason
    from autograder.classroom.plan import NoAssignment
    from autograder.report.class_page import page

    try:
        of = summary.of_course(assignment)
        rows = table.as_csv(table.rows(of, anonymous))
        made = {} if as_table else summary.report(of, anonymous)
        told = rows.rstrip() if as_table else json.dumps(made, indent=1)
        if not (as_json or as_table):
            folder = Path("reports")
            folder.mkdir(exist_ok=True)
            place = folder / f"{made['assignment']}{'-anonymous' * anonymous}.html"
            place.write_text(page(made), encoding="utf-8", errors="replace")
            place.with_suffix(".json").write_text(told, encoding="utf-8")
            place.with_suffix(".csv").write_text(rows, encoding="utf-8-sig")  # or spreadsheets show no umlaut
    except NoAssignment as error:
        click.echo(str(error), err=True)
        leave(USAGE)
    except (OSError, SQLAlchemyError) as error:
        click.echo(f"The report could not be made: {reason(error)}", err=True)
        leave(FAILED)
    if as_json or as_table:
        click.echo(told)
    else:
        where = f"The report is in {place}. It opens without a server."
        click.echo("\n".join(filter(None, [made["stands_out"], where])))
    leave(PASSED)
