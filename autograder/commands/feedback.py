"""`feedback`: the pages that students get back."""

from __future__ import annotations

import subprocess
from pathlib import Path

import click

from autograder import process
from autograder.commands.group import FAILED, PASSED, leave


@click.command()
@click.argument("assignment")
def feedback(assignment: str) -> None:
    """Make the pages that students get back for ASSIGNMENT, as nbgrader generate_feedback does.

    Pages that are there stay; `grade` has removed those of whoever it graded anew. Exits with 3 when nbgrader failed.
    """
    from autograder import course

    done = subprocess.run(process.nbgrader("generate_feedback", assignment), check=False)
    if done.returncode:
        leave(FAILED)
    pages = list(Path("feedback").glob(f"*/{assignment}/*.html"))
    students = len({page.parent for page in pages})
    told = f"{len(pages)} page{'s' * (len(pages) != 1)} for {students} student{'s' * (students != 1)}"
    export = course.typed("export", assignment)
    click.echo(f"{told}, in feedback/STUDENT/{assignment}. With the grades, for a platform: {export}")
    leave(PASSED)
