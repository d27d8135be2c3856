"""`reset`: a stub again; what was written is kept."""

from __future__ import annotations

import sys

import click

from autograder import lesson
from autograder.commands.group import USAGE, leave
from autograder.judging.answer_file import short


@click.command()
@click.argument("name", required=False)
@click.option("--section", help="Restore the whole file of this section.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def reset(name: str | None, section: str | None, yes: bool) -> None:
    """Restore the stub of the exercise NAME, or the file of a section. What you wrote is kept in a backup."""
    from autograder import source, workspace

    if section is None and name is None:
        raise click.UsageError("Name an exercise, as in: make reset exercise=softmax")
    exercise = lesson.find(name) if name and not lesson.is_section(name) else None
    section = exercise.section if exercise else lesson.select([], section or name)[0].section
    name = exercise.name if exercise else section
    path = short(source.exercises_path(section))
    if exercise and workspace.is_unwritten(section, exercise.name):
        click.echo(f"{name} is a stub already in {path}.")
        return
    if not yes and sys.stdin.isatty():
        click.confirm(f"Restore {name} in {path}? Your text is kept in a backup.", abort=True)
    try:
        kept = workspace.reset(section, exercise.name if exercise else None)
    except workspace.Unparsable as error:
        click.echo(f"{path} has a syntax error ({error}), so {name} cannot be found in it.", err=True)
        click.echo(f"Mend that line, or restore the whole file: make reset section={section}", err=True)
        leave(USAGE)
    click.echo(f"{name} is a stub again in {path}." + (f" What was there is in {short(kept)}" if kept else ""))
