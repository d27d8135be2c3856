"""`lab`: the exercises as notebooks in JupyterLab."""

from __future__ import annotations

import click

from autograder.commands.group import leave, needs


@click.command()
@click.argument("name", required=False)
@click.option("--no-browser", is_flag=True, help="Serve, and print the address instead of opening a browser.")
def lab(name: str | None, no_browser: bool) -> None:
    """Open the exercises as notebooks in JupyterLab: those of the section NAME, or of the exercise NAME.

    Makes what is missing in notebooks/, and leaves alone what you wrote there.
    """
    from autograder import lesson
    from autograder.notebooks import build, learner
    from autograder.notebooks import lab as notebooks
    from autograder.places import WORKSPACE

    section = name if name in lesson.sections() else lesson.find(name).section if name else build.sections()[0]
    for renewed in learner.refresh_all().values():
        click.echo(f"{renewed.path.relative_to(WORKSPACE)}: {renewed}")
    needs("lab", "jupyterlab")
    leave(notebooks.run(section, browser=not no_browser))
