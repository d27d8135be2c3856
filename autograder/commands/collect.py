"""`collect`: a platform's zip of everybody's notebooks, put into submitted/."""

from __future__ import annotations

from pathlib import Path

import click

from autograder.commands.group import PASSED, USAGE, leave


@click.command()
@click.argument("assignment")
@click.option("--zip", "path", type=click.Path(path_type=Path), required=True, help="What the platform gave you.")
@click.option(
    "--times",
    type=click.Path(path_type=Path),
    help="A CSV with the columns student and time, or Moodle's grading worksheet.",
)
def collect(assignment: str, path: Path, times: Path | None) -> None:
    """Put the notebooks of a zip from Moodle, Canvas, Gradescope or anywhere where `grade ASSIGNMENT` finds them.

    Says what was taken for whom, and what was left out; exits with 2 when that is all. Files that were there before are
    kept in .autograder/replaced/.
    """
    from autograder import course
    from autograder.classroom import rosters
    from autograder.classroom.collect import CannotCollect
    from autograder.classroom.collect import collect as unpack

    try:
        course.assignment(assignment)
        told = course.here()
        enrolled = rosters.read(told.roster).enrolled() if told and told.roster else []
        found = unpack(path, assignment, Path.cwd() / "submitted", times, [student["id"] for student in enrolled])
    except (CannotCollect, course.BadCourse) as error:
        click.echo(str(error), err=True)
        leave(USAGE)
    click.echo("\n".join(found.lines()))
    if not found.taken:
        leave(USAGE)
    click.echo(f"Then: {course.typed('grade', assignment)}")
    leave(PASSED)
