"""`export`: grades and feedback for the platform that they go to."""

from __future__ import annotations

from pathlib import Path

import click

from autograder.commands.group import FAILED, PASSED, USAGE, leave


@click.command()
@click.argument("assignment")
@click.option("--roster", type=click.Path(path_type=Path), help="The table of the class that Canvas or Moodle exports.")
@click.option("--to", type=click.Path(path_type=Path), help="The folder to write to. By default export/ASSIGNMENT.")
def export(assignment: str, roster: Path | None, to: Path | None) -> None:
    """Write the grades of ASSIGNMENT, and the feedback pages in a zip.

    In all tables a student is a row, in the order of the roster that is given here or in course.toml, else by name; who
    handed in nothing is there, with an empty score. grades.csv has a score each, exercises.csv a column for each
    exercise, tidy.csv a row for each student and exercise. With --roster the same table comes back with the grades in
    it: canvas.csv or moodle.csv.
    """
    from sqlalchemy.exc import SQLAlchemyError

    from autograder.classroom import hand_back
    from autograder.classroom.outcome import reason
    from autograder.classroom.plan import NoAssignment
    from autograder.course import BadCourse

    try:
        lines = hand_back.export(assignment, to or Path("export") / assignment, roster)
    except (NoAssignment, BadCourse) as error:
        click.echo(str(error), err=True)
        leave(USAGE)
    except (OSError, SQLAlchemyError) as error:
        click.echo(f"The grades could not be written: {reason(error)}", err=True)
        leave(FAILED)
    click.echo("\n".join(lines))
    leave(PASSED)
