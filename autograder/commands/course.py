"""`course`: the file that an instructor decides in, and how the term stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from autograder.commands.group import FAILED, PASSED, USAGE, leave
from autograder.proofread import AuthorsError


@click.command()
def course() -> None:
    """Write course.toml, in which a course is decided; where there is one, show how the term stands.

    The roster and the dates go into the gradebook, and the instructor's notebooks into source/. Exits with 2 when
    course.toml cannot be used.
    """
    from sqlalchemy.exc import SQLAlchemyError

    from autograder import course as courses
    from autograder import lesson
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
        changes = {name: change for name in told.assignments if (change := _change(name, db_url))}
        for change in changes.values():
            list(release.write(change, Path.cwd()))
        exercises = {name: len(one.exercises) for name, one in {**told.assignments, **changes}.items()}
        click.echo(table(term.standing(Path.cwd(), db_url, told, exercises)))
        placed = {name for change in changes.values() for name in change.exercises}
        for change in changes.values():
            change.added = [name for name in change.added if name not in placed]
        changed = [line for change in changes.values() for line in (*change.lines(), change.unchanged())]
        for line in filter(None, (*term.unknown(told), *changed)):
            click.echo(line)
        for error in map(str, lesson.broken()):
            if not any(line.startswith(error.rstrip(".")) for line in changed):
                click.echo(error, err=True)
    except courses.BadCourse as error:
        click.echo(str(error), err=True)
        leave(USAGE)
    except (OSError, SQLAlchemyError) as error:
        click.echo(f"The gradebook could not be read: {error}", err=True)
        leave(FAILED)
    leave(PASSED)


def _change(assignment: str, db_url: str) -> Any:
    """What releasing it now would change; None where an exercise of it has to be mended first, which is told of all."""
    from autograder.classroom import release

    try:
        return release.change(assignment, db_url)
    except AuthorsError:
        return None
