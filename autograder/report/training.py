"""A milestone in the terminal while it runs: what it is made of, bars, and a row for each epoch that is done."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator, Mapping

from rich.padding import Padding
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from autograder.milestones.pieces import REASONS, Piece
from autograder.milestones.run import Run
from autograder.milestones.training import Pair
from autograder.report.plots import averaged
from autograder.report.terminal import GOOD, QUIET, STRONG, console, page

NAMES = ["yours", "reference"]
HEADER = """\
       {:>19}           reference
  epoch     loss  accuracy      loss  accuracy"""


class Screen:
    """What is shown of two runs. A row is printed when both have finished that epoch, or one of them never will."""

    def __init__(self) -> None:
        self.out = console()
        self.progress: Progress | None = None
        self.tasks: list[TaskID] = []
        self.rows = 0

    def choosing(self) -> contextlib.AbstractContextManager[object]:
        """Said while pieces that have not been checked since they were changed are checked."""
        return self.out.status("Checking your pieces") if self.out.is_terminal else contextlib.nullcontext()

    def pieces(self, section: str, pieces: list[Piece], examples: int, epochs: int) -> None:
        table = Table.grid(padding=(0, 2))
        mine, others = grouped(pieces)
        table.add_row("yours", Text(mine or "nothing yet", style=GOOD if mine else ""))
        for whose, reason, names in others:
            table.add_row(whose, Text(f"{reason}: ", style=QUIET).append(names, style="default"))
        with page() as out:
            out.print(Text(title(section, examples, epochs), style=STRONG))
            out.print(Padding(table, (0, 0, 1, 2), expand=False))

    @contextlib.contextmanager
    def live(self) -> Iterator[None]:
        """Bars, where there is a terminal to draw them on."""
        if not self.out.is_terminal:
            yield
            return
        columns = [TextColumn("  {task.description:<9}"), BarColumn(28), TextColumn("{task.fields[loss]:<11}")]
        with Progress(*columns, TimeRemainingColumn(), console=self.out, transient=True) as self.progress:
            self.tasks = [self.progress.add_task(name, total=None, loss="starting") for name in NAMES]
            yield
        self.progress = None

    def watch(self, pair: Pair) -> None:
        """Show what is new."""
        for task, run in zip(self.tasks, pair.runs, strict=False):
            if self.progress and run.batches:
                done, total = len(run.batch_losses), run.batches * run.job["epochs"]
                recent = averaged(run.batch_losses[-50:], 1)
                loss = f"loss {recent[0]:.3f}" if recent and recent[0] is not None else ""
                self.progress.update(task, completed=min(done, total), total=total, loss=loss)
        while self._row(pair):
            self.rows += 1

    def _row(self, pair: Pair) -> bool:
        """Print the next row if there is one to print."""
        found = [figures(run, self.rows) for run in pair.runs]
        if found[0] is None or (found[1] is None and not pair.reference.outcome):
            return False
        if self.rows == 0:
            mine = "yours" if any(piece.yours for piece in pair.pieces) else "the kit's"
            self.out.print(Text(HEADER.format(mine), style=QUIET))
        cells = ["" if pair is None else f"{pair['loss']:>9.4f}{pair['accuracy']:>10.4f}" for pair in found]
        self.out.print(Text(f"  {self.rows or 'start':<5}{cells[0]} {cells[1]}".rstrip()))
        return True


def title(section: str, examples: int, epochs: int) -> str:
    many = f"{epochs} epoch" + ("" if epochs == 1 else "s")
    return f"Milestone {section}: {many} on {examples:,} real digits"


def grouped(pieces: list[Piece]) -> tuple[str, list[tuple[str, str, str]]]:
    """The names of the learner's pieces that pass, and of the others (whose, why, names)."""
    mine = ", ".join(piece.name for piece in pieces if piece.yours and piece.outcome == "passed")
    others: dict[tuple[str, str], list[str]] = {}
    for piece in sorted(pieces, key=lambda piece: not piece.yours):
        if piece.outcome != "passed":
            whose = "yours" if piece.yours else "the kit's"
            others.setdefault((whose, REASONS.get(piece.outcome, piece.outcome)), []).append(piece.name)
    return mine, [(whose, reason, ", ".join(names)) for (whose, reason), names in others.items()]


def whose(pieces: Mapping[str, bool]) -> str:
    """The name of a run in a legend, by which of its pieces are the learner's."""
    lent = [name for name, yours in pieces.items() if not yours]
    if not lent:
        return "yours"
    if len(lent) == len(pieces):
        return "the kit's"
    return f"yours, with the kit's {' and '.join(lent)}" if len(lent) < 3 else f"yours, with {len(lent)} of the kit's"


def figures(run: Run, row: int) -> dict[str, float] | None:
    """Loss and accuracy before training (row 0) or after an epoch; None where there is none (yet)."""
    if row == 0:
        return run.untrained
    return run.epochs[row - 1] if row <= len(run.epochs) else None


def where(run: Run) -> str:
    """How far a run has come, for a sentence."""
    done = len(run.epochs)
    if not run.batch_losses:
        return "before the first batch"
    batch = len(run.batch_losses) - done * run.batches
    return f"after epoch {done}" if batch == 0 else f"in epoch {done + 1}, at batch {batch} of {run.batches}"


def first_broken(run: Run) -> str:
    """The first batch whose loss is no number."""
    at = next(i for i, loss in enumerate(run.batch_losses) if not math.isfinite(loss))
    return f"batch {at % run.batches + 1} of epoch {at // run.batches + 1}"
