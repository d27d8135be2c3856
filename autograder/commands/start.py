"""`start`: a folder to work in, where the kit is installed."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from autograder import lesson, source
from autograder.commands.group import USAGE, leave

#: Makes `pytest exercises/` find the exercises.
PYTEST = "[pytest]\naddopts = -p autograder.pytest_plugin\n"


@click.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option("--notebooks", is_flag=True, help="Make a notebook of each section, too.")
def start(folder: Path | None, notebooks: bool) -> None:
    """Make a FOLDER to work in: a file of stubs for each section. What is there already stays as it is."""
    folder = folder or Path("" if Path("exercises").is_dir() else lesson.current().name)
    try:
        (folder / "exercises").mkdir(parents=True, exist_ok=True)
        texts = {f"exercises/{section}.py": source.stubs(section) for section in lesson.sections()}
        if notebooks:
            (folder / "notebooks").mkdir(exist_ok=True)
            texts |= _notebooks()
        made = [path for path, text in {**texts, "pytest.ini": PYTEST}.items() if _written(folder / path, text)]
    except OSError as error:
        click.echo(
            f"{error.filename or folder} cannot be written ({error.strerror}): autograder start OTHER_FOLDER", err=True
        )
        leave(USAGE)
    here = folder.resolve() == Path.cwd()
    place = "this folder" if here else f"{folder}/"
    click.echo(f"{len(made)} files are new in {place}." if made else f"Everything was there already, in {place}.")
    if not here:
        click.echo(f"Go there:     cd {shlex.quote(str(folder))}")
    click.echo("To see all:   autograder list\nA first one:  autograder check softmax")
    click.echo(
        "Write your answers in exercises/. `autograder watch` checks at every save; `pytest exercises/` works too."
    )


def _notebooks() -> dict[str, str]:
    from autograder.notebooks import build, learner

    return {f"notebooks/{section}.ipynb": learner.text(section) for section in build.sections()}


def _written(path: Path, text: str) -> bool:
    if path.exists():
        return False
    path.write_text(text, encoding="utf-8")
    return True
