"""What came of a milestone: how it ended, the curves, the digits taken for others, and what to type next."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from autograder.milestones.results import MILESTONES
from autograder.milestones.run import SILENCE
from autograder.milestones.training import EPOCHS, EXAMPLES, Pair
from autograder.report.plots import printable, sparkline, text_plot
from autograder.report.terminal import BAD, GOOD, QUIET, STRONG, WIDTH, failing_lines, paged
from autograder.report.training import first_broken, where, whose

#: The validation accuracy that the lesson reaches.
TARGET = 0.95


def message(pair: Pair) -> str:
    """How the learner's run ended, in a sentence or two; "" if it finished."""
    run = pair.mine
    match run.outcome:
        case "interrupted":
            return f"Stopped {where(run)}."
        case "timeout" if run.seconds >= run.limit:
            return f"Stopped {where(run)}: the time was up after {run.seconds:.0f} seconds. {slow(pair)}".rstrip()
        case "timeout":
            return f"Stopped {where(run)}: no batch was finished for {SILENCE:.0f} seconds{_within(pair)}."
        case "diverged":
            return (
                f"Stopped: from {first_broken(run)} on the loss is no number. The parameters have grown beyond all"
                f" bounds: look at the sign and the size of the step, and at gradients that pile up{_within(pair)}."
            )
        case "error" if run.failure:
            told = f"{run.failure['type']}: {run.failure['message']}".strip().rstrip(":").split("\n")[0]
            return f"It stopped {where(run)}{_within(pair)} with {told}"
        case "error":
            reason = "; too much memory is the usual reason" if run.code == -9 else ""
            return f"The process of the run ended {where(run)}{_within(pair)} (exit code {run.code}){reason}."
    return ""


def _within(pair: Pair) -> str:
    run = pair.mine
    if not run.piece:
        return ""
    yours = any(piece.name == run.piece and piece.yours for piece in pair.pieces)
    return f", in {'your' if yours else 'the kit' + chr(39) + 's'} {run.piece}"


def slow(pair: Pair) -> str:
    """A remark on a run that took several times as long as the reference's, batch by batch."""
    mine, reference = pair.mine, pair.reference
    if not mine.batch_losses or not reference.batch_losses or not reference.seconds:
        return ""
    times = (mine.seconds / len(mine.batch_losses)) / (reference.seconds / len(reference.batch_losses))
    return f"A batch takes {times:.0f} times as long as with the kit's pieces." if times >= 4 else ""


def confusions(mistaken: list[tuple[int, int, int]]) -> str:
    often = Counter((label, guess) for _, label, guess in mistaken).most_common(3)
    return ", ".join(f"{label} for {guess} ({n} times)" for (label, guess), n in often)


@paged
def show(
    out: Any, pair: Pair, told: str, mistaken: list[tuple[int, int, int]], figure: Path | None, kept: bool
) -> None:
    """Everything that is said after the run."""
    mine, reference = pair.mine, pair.reference
    if told:
        out.print(Padding(Text(told, style=QUIET if mine.outcome == "interrupted" else BAD), (1, 0, 0, 0)))
    if mine.failure and mine.failure["frames"]:
        out.print(Padding(failing_lines(mine.failure), (1, 0, 0, 0), expand=False))
    if len(mine.batch_losses) > 1:
        curves: dict[str, Any] = {
            whose({piece.name: piece.yours for piece in pair.pieces}): mine.batch_losses,
            "reference": reference.batch_losses,
        }
        plot = text_plot(curves, width=WIDTH - 10, height=9, x_label="batches")
        out.print(Padding(Text("Training loss", style=STRONG), (1, 0, 0, 0)))
        out.print(Text(printable(plot)))
    if mine.printed:
        out.print(Padding(Text("Your code printed:", style=QUIET), (1, 0, 0, 0)))
        out.print(Padding(Text("\n".join(mine.printed[:8])), (0, 0, 0, 2)))
    if mine.epochs:
        out.print(Padding(accuracy(pair), (1, 0, 0, 0)))
        out.print(Text(f"Most often taken for another: {confusions(mistaken)}" if mistaken else ""))
    if mine.outcome == "finished" and (remark := slow(pair)):
        out.print(Text(remark))
    if reference.outcome == "error":
        failed = reference.failure or {"type": f"exit code {reference.code}", "message": ""}
        out.print(Text(f"The reference could not be trained: {failed['type']}: {failed['message']}", style=BAD))
    out.print()
    for word, rest in next_steps(pair, figure, kept):
        out.print(Text(f"{word:<8}", style=QUIET).append(rest))


def accuracy(pair: Pair) -> Text:
    mine, reference = pair.mine, pair.reference
    reached = mine.epochs[-1]["accuracy"]
    text = Text(f"{reached:.2%} of the 10,000 validation digits are right", style=STRONG)
    if len(reference.epochs) >= len(mine.epochs):
        there = reference.epochs[len(mine.epochs) - 1]["accuracy"]
        same = f"{there:.2%}" == f"{reached:.2%}"
        text.append(", as with the reference" if same else f" (reference: {there:.2%})")
    whole = mine.outcome == "finished" and mine.job["examples"] >= EXAMPLES and len(mine.epochs) >= EPOCHS
    above = next((number for number, epoch in enumerate(mine.epochs, 1) if epoch["accuracy"] > TARGET), None)
    if not any(piece.yours for piece in pair.pieces):
        text.append("\nThat was the kit's code alone. Write a piece of it, and train again.")
    elif whole and above:
        text.append(f"\nMilestone reached: above {TARGET:.0%} after {_epochs(above)}{_lent(pair)}", style=GOOD)
    elif whole:
        text.append(f"\nThe kit's own pieces get above {TARGET:.0%} in {_epochs(len(mine.epochs))}", style=BAD)
    return text


def _lent(pair: Pair) -> str:
    """Whose the pieces are that the learner did not write, or not yet rightly."""
    lent = [piece.name for piece in pair.pieces if not piece.yours]
    if not lent:
        return ""
    if len(lent) > 2:
        return f", with {len(lent)} pieces of the kit's and {len(pair.pieces) - len(lent)} of yours"
    return f", with the kit's {' and '.join(lent)}"


def _epochs(n: int) -> str:
    return "one epoch" if n == 1 else f"{n} epochs"


def next_steps(pair: Pair, figure: Path | None, kept: bool) -> list[tuple[str, str]]:
    """(word, what is there or what to type)."""
    lines = []
    if figure:
        lines.append(("Picture", str(figure)))
    if not kept:
        lines.append(("Kept", "the result of an earlier run, which came further"))
    missing = next((piece.name for piece in pair.pieces if piece.outcome != "passed"), None)
    following = MILESTONES[MILESTONES.index(pair.section) + 1 :]
    if pair.mine.outcome != "finished":
        lines.append(("Again", f"make train section={pair.section}"))
    elif missing:
        lines.append(("Next", f"make check exercise={missing}"))
    elif following:
        lines.append(("Next", f"make train section={following[0]}"))
    return lines


@paged
def summarise(out: Any, results: list[dict[str, Any]]) -> None:
    """A line for each milestone: the validation accuracy, epoch by epoch."""
    table = Table.grid(padding=(0, 2))
    table.add_column(min_width=max(map(len, MILESTONES)))
    for result in results:
        accuracies = [epoch["accuracy"] for epoch in result["epochs"]]
        last = f"{accuracies[-1]:.2%}" if accuracies else ""
        ended = "" if result["outcome"] == "finished" else result["outcome"]
        table.add_row(result["section"], Text(printable(sparkline(accuracies, 20))), last, Text(ended, style=BAD))
    out.print(Padding(Text("Validation accuracy", style=STRONG), (1, 0, 0, 0)))
    out.print(Padding(table, (0, 0, 0, 2), expand=False))
