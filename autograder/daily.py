"""The commands of a learner's day, registered in cli.py; what they do stands in the modules that they call."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import click

from autograder.options import plain_option


@click.command()
@click.argument("name", required=False)
@plain_option
def watch(name: str | None, as_plain: bool) -> None:
    """Check again at every save, beside your editor; starts at the exercise NAME, or where you were."""
    from autograder.cli import USAGE, leave

    needed = ["watchfiles"] if as_plain else ["watchfiles", "textual"]
    if missing := [module for module in needed if importlib.util.find_spec(module) is None]:
        click.echo(f"watch needs {' and '.join(missing)}: `make watch` installs what is missing.", err=True)
        leave(USAGE)
    if as_plain:
        from autograder.watch.plain import run
    elif sys.stdin.isatty() and sys.stdout.isatty() and sys.stderr.isatty():
        from autograder.watch.app import run
    else:
        click.echo("watch needs a terminal. Without one: watch --plain, or `make check` after a save.", err=True)
        leave(USAGE)
    run(name)
    leave(0)


@click.command()
@click.argument("name")
@click.option("--seed", type=int, help="Ask the same questions again.")
def predict(name: str, seed: int | None) -> None:
    """Say what NAME gives before you write it: two predictions, and one of three results that is wrong."""
    import random

    from autograder import asking, lesson
    from autograder.cli import USAGE, leave

    exercise = lesson.find(name)
    if not sys.stdin.isatty():
        click.echo("predict asks and waits for answers, so it needs a terminal.", err=True)
        leave(USAGE)
    try:
        right, asked = asking.converse(
            exercise, click.echo, lambda text: click.prompt(text, default="", show_default=False), random.Random(seed)
        )
    except asking.NothingToPredict as nothing:
        click.echo(str(nothing))
        leave(0)
    click.echo(f"{right} of {asked} right. " * (asked > 0) + f"Now write it: make check exercise={name}")
    leave(0)


@click.command()
@click.option("--no-open", is_flag=True, help="Write the page without opening a browser.")
def progress(no_open: bool) -> None:
    """Write progress.html, a page of what you have done, and open it in a browser."""
    import os
    import webbrowser

    from autograder import overview
    from autograder.cli import leave
    from autograder.lesson import ROOT
    from autograder.milestones import results
    from autograder.report.progress_page import page

    path = ROOT / "progress.html"
    new = path.with_suffix(f".{os.getpid()}.new")
    new.write_text(page(overview.rows(), results.read_all()), encoding="utf-8")
    new.replace(path)
    click.echo(f"Your progress is in {path.name}.")
    if not no_open and not webbrowser.open(path.as_uri()):
        click.echo(f"No browser opened. Open it yourself: {path}")
    leave(0)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def doctor(as_json: bool) -> None:
    """Look for what is wrong with the set-up, and say how to mend it. Exits with 1 when there is a fault."""
    import json

    from autograder.cli import leave
    from autograder.doctor import examine

    found = []
    for finding in examine():
        found.append(finding)
        if not as_json:
            click.echo("\n".join(finding.lines()))
    if as_json:
        click.echo(json.dumps([finding.to_dict() for finding in found], indent=1))
    faults = sum(finding.state == "fault" for finding in found)
    if not as_json:
        click.echo(f"\n{faults} faults." if faults else "\nNothing keeps the kit from working.")
    leave(1 if faults else 0)


@click.command()
@click.option("--from", "source", metavar="REMOTE/BRANCH", help="Where from; by default what your branch follows.")
def upgrade(source: str | None) -> None:
    """Bring in new exercises and fixed checks. What you wrote is not touched, and is copied first all the same."""
    from autograder.cli import USAGE, leave
    from autograder.upgrade.command import upgrade as bring_in
    from autograder.upgrade.git import CannotUpgrade

    try:
        bring_in(source, click.echo)
    except CannotUpgrade as error:
        click.echo(str(error), err=True)
        leave(USAGE)
    leave(0)


@click.command()
@click.argument("notebook", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--to-notebook", is_flag=True, help="The other way: from exercises/ into the notebook.")
@click.option("--force", is_flag=True, help="Also where both sides were written; what was there is kept in a backup.")
def copy(notebook: Path, to_notebook: bool, force: bool) -> None:
    """Copy the answers in NOTEBOOK to exercises/, or the other way. Exits with 1 when some were left.

    NOTEBOOK is a file, or the name of a section for its notebook in notebooks/.
    """
    from autograder.cli import leave
    from autograder.copying import transfer

    done = (transfer.to_notebook if to_notebook else transfer.to_exercises)(notebook, force)
    click.echo("\n".join(done.lines(str(notebook) if to_notebook else "exercises/")))
    leave(1 if done.conflicts else 0)


@click.command()
@click.argument("name", required=False)
@click.option("--no-browser", is_flag=True, help="Serve, and print the address instead of opening a browser.")
def lab(name: str | None, no_browser: bool) -> None:
    """Open the exercises as notebooks in JupyterLab: those of the section NAME, or of the exercise NAME.

    Makes what is missing in notebooks/, and leaves alone what you wrote there.
    """
    from autograder import lesson
    from autograder.cli import USAGE, leave
    from autograder.lesson import ROOT
    from autograder.notebooks import build, learner
    from autograder.notebooks import lab as notebooks

    section = name if name in lesson.sections() else lesson.find(name).section if name else build.sections()[0]
    for renewed in learner.refresh_all().values():
        click.echo(f"{renewed.path.relative_to(ROOT)}: {renewed}")
    if importlib.util.find_spec("jupyterlab") is None:
        click.echo("lab needs jupyterlab: `make lab` installs it.", err=True)
        leave(USAGE)
    leave(notebooks.run(section, browser=not no_browser))


COMMANDS = [watch, predict, progress, doctor, upgrade, copy, lab]
