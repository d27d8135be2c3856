"""`copy`: answers between notebooks and exercises/."""

from __future__ import annotations

from pathlib import Path

import click

from autograder.commands.group import leave


@click.command()
@click.argument("notebook", type=click.Path(path_type=Path, dir_okay=False), required=False)
@click.option("--to-notebook", is_flag=True, help="The other way: from exercises/ into the notebook.")
@click.option("--force", is_flag=True, help="Also where both sides were written; what was there is kept in a backup.")
def copy(notebook: Path | None, to_notebook: bool, force: bool) -> None:
    """Copy the answers in NOTEBOOK to exercises/, or the other way. Exits with 1 when some were left.

    NOTEBOOK is a file, or the name of a section for its notebook in notebooks/.
    """
    from autograder.copying import transfer

    if notebook is None:
        raise click.UsageError("Name a section, as in: make copy section=optim, or a file: make copy notebook=FILE")
    done = (transfer.to_notebook if to_notebook else transfer.to_exercises)(notebook, force)
    click.echo("\n".join(done.lines(str(notebook) if to_notebook else "exercises/")))
    leave(1 if done.conflicts else 0)
