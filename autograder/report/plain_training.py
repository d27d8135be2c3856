"""A milestone as plain lines: what it is made of, a line for each epoch that is done, and what came of it."""

from __future__ import annotations

import contextlib
from pathlib import Path

import click

from autograder.milestones.pieces import Piece
from autograder.milestones.training import Pair
from autograder.report import outcome
from autograder.report.plain import failing_lines
from autograder.report.training import figures, grouped, title


class Lines:
    """Used like training.Screen."""

    def __init__(self) -> None:
        self.rows = 0

    def choosing(self) -> contextlib.AbstractContextManager[object]:
        return contextlib.nullcontext()

    def pieces(self, section: str, pieces: list[Piece], examples: int, epochs: int) -> None:
        mine, others = grouped(pieces)
        click.echo(f"{title(section, examples, epochs)}.\nYours: {mine or 'nothing yet'}.")
        for whose, reason, names in others:
            click.echo(f"{whose[0].upper()}{whose[1:]}, {reason}: {names}.")

    def live(self) -> contextlib.AbstractContextManager[object]:
        return contextlib.nullcontext()

    def watch(self, pair: Pair) -> None:
        while self._row(pair):
            self.rows += 1

    def _row(self, pair: Pair) -> bool:
        mine, theirs = (figures(run, self.rows) for run in pair.runs)
        if mine is None or (theirs is None and not pair.reference.outcome):
            return False
        when = f"After epoch {self.rows}" if self.rows else "Before training"
        other = f"; the reference: {_figures(theirs)}" if theirs else ""
        click.echo(f"{when}: {_figures(mine)}{other}.")
        return True


def _figures(told: dict[str, float]) -> str:
    return f"loss {told['loss']:.4f}, accuracy {told['accuracy']:.2%}"


def show(pair: Pair, told: str, mistaken: list[tuple[int, int, int]], figure: Path | None, kept: bool) -> None:
    """Everything that is said after the run."""
    mine = pair.mine
    lines = [told] if told else []
    if mine.failure:
        for frame in mine.failure["frames"]:
            lines += failing_lines({"frames": [frame]}, frame.get("file") or "your code")
    lines += ["Your code printed:", *mine.printed[:8]] if mine.printed else []
    if mine.epochs:
        lines += [f"{line.rstrip('.')}." for line in outcome.accuracy(pair).plain.splitlines()]
        lines += [f"Most often taken for another: {outcome.confusions(mistaken)}."] if mistaken else []
    if mine.outcome == "finished" and (remark := outcome.slow(pair)):
        lines.append(remark)
    lines += [f"{word}: {rest}" for word, rest in outcome.next_steps(pair, figure, kept)]
    click.echo("\n".join(lines))
