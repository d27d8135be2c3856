"""`feedback`: the pages that students get back."""

from __future__ import annotations

from pathlib import Path

import click

from autograder.commands.group import FAILED, PASSED, USAGE, leave


@click.command()
@click.argument("assignment")
def feedback(assignment: str) -> None:
    """Make the pages that students get back for ASSIGNMENT, as nbgrader generate_feedback does.

    Pages are made anew where the gradebook tells something else than they do. What nbgrader says of each goes to
    .autograder/nbgrader.log. Exits with 2 when nobody is graded, and with 3 when pages could not be made: it says whose
    and why, and makes all others.
    """
    from nbgrader.converters import NbGraderException

    from autograder import course
    from autograder.classroom import pages as making

    course.assignment(assignment)
    try:
        made = making.make(assignment)
    except NbGraderException:
        click.echo(f"Nobody is graded yet: {course.typed('grade', assignment)}", err=True)
        leave(USAGE)
    pages = list(Path("feedback").glob(f"*/{assignment}/*.html"))
    students = len({page.parent for page in pages})
    told = f"{len(pages)} page{'s' * (len(pages) != 1)} for {students} student{'s' * (students != 1)}"
    export = course.typed("export", assignment)
    click.echo(f"{told}, in feedback/STUDENT/{assignment}. With the grades, for a platform: {export}")
    if made.unread:
        whose = f"{made.unread} student{'s' * (made.unread != 1)}"
        click.echo(
            f"Written answers of {whose} are not read yet, which their pages say. "
            f"When they are, in formgrader: {course.typed('feedback', assignment)}"
        )
    for line in made.notes:
        click.echo(line, err=True)
    for reason, names in made.failed.items():
        click.echo(f"{', '.join(names)}: no new pages. {reason}", err=True)
    if made.failed:
        click.echo(f"Then type the same command again: {course.typed('feedback', assignment)}", err=True)
    leave(FAILED if made.failed else PASSED)
