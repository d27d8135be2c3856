"""`assign`: what students get; what it holds is decided in autograder/classroom/release.py."""

from __future__ import annotations

import subprocess
from pathlib import Path

import click

from autograder import process
from autograder.commands.group import FAILED, PASSED, USAGE, leave, told_to_wait
from autograder.proofread import AuthorsError


@click.command()
@click.argument("assignment", required=False)
@click.option("--yes", is_flag=True, help="Change scores of who has handed in without asking.")
def assign(assignment: str | None, yes: bool) -> None:
    """Make the notebooks that students get for ASSIGNMENT, in release/.

    What could not be graded is refused. What would change for students who have handed in is said before, and scores
    are changed only with --yes. Exits with 2 when there is something to decide or to mend, and 3 when nbgrader failed;
    release/ stays as it was then.
    """
    from sqlalchemy.exc import SQLAlchemyError

    from autograder import course, lesson
    from autograder.classroom import gradebook, releasable, release
    from autograder.classroom.outcome import reason
    from autograder.notebooks.build import ASSIGNMENT

    assignment = assignment or ASSIGNMENT
    told = [str(error) for error in lesson.broken()]
    for line in told:
        click.echo(line, err=True)
    try:
        course.assignment(assignment)
        db_url = gradebook.directory(gradebook.application(assignment, Path.cwd())).db_url
        change = release.change(assignment, db_url)
        for line in change.lines():
            click.echo(line)
        if change.points and not yes:
            click.echo(change.unchanged(), err=True)
            leave(USAGE)
        for file, renewed in release.write(change, Path.cwd()):
            click.echo(f"{file.relative_to(Path.cwd())}: {'renewed' if renewed else 'up to date'}")
        releasable.refuse(assignment, change.exercises, change.gone, Path.cwd())
        for line in releasable.remarks(assignment, Path.cwd()):
            click.echo(line)
        released_it = _release(assignment)
    except course.BadCourse as error:
        click.echo(str(error), err=True)
        leave(USAGE)
    except AuthorsError as error:
        told = [] if str(error) in told else [str(error)]  # what shows when it runs only is not told yet
        says = [*told, "Nothing is released, and what was released before is still there."]
        click.echo("\n".join(says), err=True)
        leave(USAGE)
    except (OSError, SQLAlchemyError) as error:
        click.echo(f"{reason(error)}\nNothing is released, and what was released before is still there.", err=True)
        leave(FAILED)
    if released_it:
        click.echo(f"release/{assignment} is what students get. What they hand in belongs in")
        click.echo(f"submitted/STUDENT/{assignment}; then: {course.typed('grade', assignment)}")
    leave(PASSED if released_it else FAILED)


def _release(assignment: str) -> bool:
    """What nbgrader says of each notebook is kept, and shown where it failed."""
    from autograder.classroom import released, results

    words = process.nbgrader("generate_assignment", assignment, "--create", "--force")
    with released.put_back(Path.cwd(), assignment) as failed, told_to_wait(f"Making release/{assignment}"):
        done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        if done.returncode:
            failed()
    (results.folder(Path.cwd()) / "nbgrader.log").write_bytes(done.stdout)
    if done.returncode:
        click.echo(done.stdout.decode(errors="replace"), err=True, nl=False)
    return not done.returncode
