"""`course`: the file that an instructor decides in, and how the term stands."""

from __future__ import annotations

from pathlib import Path

import click

from autograder.commands.group import FAILED, PASSED, USAGE, leave


@click.command()
def course() -> None:
    """Write course.toml, in which a course is decided; where there is one, show how the term stands.

    The roster and the dates go into the gradebook, and the instructor's notebooks into source/. Exits with 2 when
    course.toml cannot be used.
    """
    from sqlalchemy.exc import SQLAlchemyError

    from autograder import course as courses
    from autograder.classroom import gradebook, release, term
    from autograder.report.term import table

    if term.begin(Path.cwd()):
        click.echo("course.toml is written. Change what you like in it, then: make course")
        leave(PASSED)
    try:
        told = courses.here()
        assert told is not None
        name = next(iter(told.assignments))
        db_url = gradebook.directory(gradebook.application(name, Path.cwd())).db_url
        changes = {name: release.change(name, db_url) for name in told.assignments}
        for change in changes.values():
            list(release.write(change, Path.cwd()))
        exercises = {name: len(change.exercises) for name, change in changes.items()}
        click.echo(table(term.standing(Path.cwd(), db_url, told, exercises)))
        for line in (*term.unknown(told), *(line for change in changes.values() for line in change.lines())):
            click.echo(line)
    except courses.BadCourse as error:
        click.echo(str(error), err=True)
        leave(USAGE)
    except (OSError, SQLAlchemyError) as error:
        click.echo(f"The gradebook could not be read: {error}", err=True)
        leave(FAILED)
    leave(PASSED)
