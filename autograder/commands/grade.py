"""`grade`: what students handed in; what it does stands in autograder/classroom."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path

import click

from autograder.commands.group import FAILED, NOT_PASSED, PASSED, USAGE, leave


@click.command()
@click.argument("assignment")
@click.option("--jobs", type=click.IntRange(1), help="How many to grade at a time. By default one for each processor.")
@click.option("--dask", metavar="ADDRESS", help="Grade on the Dask cluster whose scheduler is there: tcp://host:8786")
@click.option("--student", metavar="ID", help="Grade this student alone.")
@click.option("--again", is_flag=True, help="Once more for what ran out of time.")
@click.option("--take", is_flag=True, help="Rename notebooks whose cells tell which of the released ones they are.")
@click.option("--accept", is_flag=True, help="Write scores that change because the kit changed since they were given.")
@click.option("--released", is_flag=True, help="By the questions of your own as they were released.")
@click.option("--gradebook/--no-gradebook", default=True, help="Also write the gradebook, as nbgrader autograde does.")
@click.option("--json", "as_json", is_flag=True, help="Print a report as JSON.")
def grade(
    assignment: str,
    jobs: int | None,
    dask: str | None,
    student: str | None,
    again: bool,
    take: bool,
    accept: bool,
    released: bool,
    gradebook: bool,
    as_json: bool,
) -> None:
    """Grade what students handed in for ASSIGNMENT, in the course's folder.

    What has been graded before is not graded again. Stopping loses nothing: call it again to go on. Exits with 0 when
    all is graded, 1 when something needs a look, 2 when there is nothing to grade or no safe place to run it, and 3
    when the grading itself failed, of everybody or of those whom it names: their scores have not changed.
    """
    from sqlalchemy.exc import SQLAlchemyError

    from autograder import course
    from autograder.classroom.command import run
    from autograder.classroom.outcome import trouble, words
    from autograder.classroom.plan import NoAssignment
    from autograder.process.sandbox import SandboxUnavailable

    try:
        if released:
            _as_released(assignment)
        course.assignment(assignment)
        report = run(assignment, jobs, dask, student, again, gradebook, take, accept, shown=not as_json)
    except (NoAssignment, SandboxUnavailable) as error:
        click.echo(str(error), err=True)
        leave(USAGE)
    except (OSError, SQLAlchemyError) as error:
        click.echo(trouble(error, assignment), err=True)
        leave(FAILED)
    except KeyboardInterrupt:
        click.echo("Stopped. What has been graded is kept; the same command goes on with the rest.", err=True)
        leave(130)
    click.echo(json.dumps(asdict(report), indent=1) if as_json else words(report))
    leave(FAILED if report.failed else NOT_PASSED if report.attention else PASSED)


def _as_released(assignment: str) -> None:
    """From here on, in all processes too, the questions of one's own are those of before."""
    from autograder import course, lesson, places
    from autograder.classroom.plan import NoAssignment
    from autograder.classroom.released import own_questions

    kept = own_questions(Path.cwd(), assignment)
    if kept is None:
        grade = course.typed("grade", assignment)
        raise NoAssignment(f"No question of yours was kept when {assignment} was released. Grade without it: {grade}")
    os.environ[places.INSTEAD] = str(kept)
    lesson.forget()
