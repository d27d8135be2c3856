"""`progress`: a page of what has been done."""

from __future__ import annotations

import click

from autograder.commands.group import leave


@click.command()
@click.option("--no-open", is_flag=True, help="Write the page without opening a browser.")
def progress(no_open: bool) -> None:
    """Write progress.html, a page of what you have done, and open it in a browser."""
    import os
    import webbrowser

    from autograder import overview
    from autograder.milestones import results
    from autograder.places import WORKSPACE
    from autograder.report.progress_page import page

    path = WORKSPACE / "progress.html"
    new = path.with_suffix(f".{os.getpid()}.new")
    new.write_text(page(overview.rows(), results.read_all()), encoding="utf-8")
    new.replace(path)
    click.echo(f"Your progress is in {path.name}.")
    if not no_open and not webbrowser.open(path.as_uri()):
        click.echo(f"No browser opened. Open it yourself: {path}")
    leave(0)
