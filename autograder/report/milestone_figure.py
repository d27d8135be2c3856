"""The picture of a milestone: loss and accuracy of both runs, and digits that the model took for others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from autograder import mnist
from autograder.report.plots import draw_curves
from autograder.report.training import whose

ROWS, COLUMNS = 2, 10


def save(path: Path, title: str, result: dict[str, Any], mistaken: list[tuple[int, int, int]]) -> Path:
    """Save it as a PNG. `result` is as in milestones/results.py; `mistaken` has (position, label, taken for)."""
    import matplotlib as mpl
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    with mpl.rc_context({"font.size": 10, "axes.spines.top": False, "axes.spines.right": False}):
        figure = Figure(figsize=(10, 6.4), layout="constrained")
        figure.suptitle(title, fontsize=13)
        curves, digits = figure.subfigures(2, 1, height_ratios=[3, 2], squeeze=False).flat
        left, right = curves.subplots(1, 2)
        mine = whose({name: by == "yours" for name, by in result["pieces"].items()})
        losses = {mine: result["batch_losses"], "reference": result["reference_batch_losses"]}
        draw_curves(left, losses, "batch", "training loss", log=True, smooth=80)
        accuracies = {
            name: [epoch["accuracy"] for epoch in result[key]]
            for name, key in ((mine, "epochs"), ("reference", "reference"))
        }
        draw_curves(right, accuracies, "epoch", "validation accuracy", marker="o")
        right.xaxis.set_major_locator(MaxNLocator(integer=True))
        _digits(digits, mistaken)
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, dpi=110)
    return path


def _digits(figure: Any, mistaken: list[tuple[int, int, int]]) -> None:
    import numpy

    if not mistaken:
        return
    figure.suptitle(
        f"{len(mistaken):,} of 10,000 digits taken for another: some of them, label → prediction", fontsize=11
    )
    raw = numpy.frombuffer(mnist.unpack(mnist.FOLDER, "train-images-idx3-ubyte"), numpy.uint8, offset=16)
    images = raw.reshape(-1, 28, 28)[-10_000:]
    for axes, (position, label, guess) in zip(
        figure.subplots(ROWS, COLUMNS).flat, spread(mistaken, ROWS * COLUMNS), strict=False
    ):
        axes.imshow(images[position], cmap="gray_r")
        axes.set_title(f"{label} → {guess}", fontsize=9)
    for axes in figure.axes:
        axes.axis("off")


def spread(items: list[Any], n: int) -> list[Any]:
    """At most n of the items, evenly spread over them."""
    return items if len(items) <= n else [items[i * len(items) // n] for i in range(n)]
