"""`check NAME --plot`: what an answer does to the loss of a short training run, right or wrong, beside the reference's.

Everything else in the run is the reference's. The digits are few, so that the picture is there in a moment.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.padding import Padding
from rich.text import Text

from autograder.milestones import pieces, training
from autograder.milestones.composition import COMPOSED, DRAWN
from autograder.milestones.pieces import Piece
from autograder.places import WORKSPACE
from autograder.report import outcome
from autograder.report.plots import printable, save_curves, text_plot
from autograder.report.terminal import BAD, QUIET, STRONG, WIDTH, failing_lines, paged
from autograder.state import FOLDER

EXAMPLES, EPOCHS, LIMIT = 6_000, 2, 60.0


def draw(name: str, text: str, path: str) -> None:
    """Train with the answer `name` as `text`, a learner's file, defines it; show both losses and save a PNG."""
    recipe = DRAWN.get(name)
    if recipe is None:
        _show_none(name)
        return
    chosen = [Piece(part, source or "", "", part == name) for part, source in _homes(recipe)]
    files = pieces.files_with(recipe, name, text, path)
    pair = training.train(recipe, chosen, EPOCHS, EXAMPLES, LIMIT, files=files)
    figure = None
    if pair.mine.batch_losses:
        figure = save_curves(FOLDER / "plots" / f"{name}.png", losses(pair))
    _show(name, pair, figure)


def losses(pair: training.Pair) -> dict[str, Any]:
    return {"yours": pair.mine.batch_losses, "reference": pair.reference.batch_losses}


def _homes(recipe: str) -> list[tuple[str, str | None]]:
    from autograder.source import section_of

    return [(name, section_of(name)) for name in COMPOSED[recipe]]


@paged
def _show(out: Any, name: str, pair: training.Pair, figure: Path | None) -> None:
    told = f"Training loss with your {name} on {EXAMPLES:,} digits, {EPOCHS} times"
    out.print(Padding(Text(told, style=STRONG), (1, 0, 0, 0)))
    if len(pair.mine.batch_losses) > 1:
        out.print(Text(printable(text_plot(losses(pair), width=WIDTH - 10, height=9, x_label="batches"))))
    if ended := outcome.message(pair):
        out.print(Text(ended, style=BAD))
    if pair.mine.failure and pair.mine.failure["frames"]:
        out.print(failing_lines(pair.mine.failure))
    if figure:
        out.print(Text("Picture ", style=QUIET).append(figure.relative_to(WORKSPACE).as_posix()))


@paged
def _show_none(out: Any, name: str) -> None:
    out.print(Padding(Text(f"{name} takes no part in a training run, so it has no curve.", style=QUIET), (1, 0, 0, 0)))
