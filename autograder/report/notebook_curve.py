"""The loss of a short training run as a notebook shows it: a picture, and the same in letters where there are none."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING

from autograder.report.plots import draw_curves, text_plot

if TYPE_CHECKING:
    from autograder.notebooks.curve import Curve


def bundle(name: str, curve: Curve) -> dict[str, str]:
    """By MIME type, as IPython publishes it."""
    title = f"Training loss with your {name}, on {curve.on}" + (f"\n({curve.ended})" if curve.ended else "")
    losses = {"yours": curve.yours, "reference": curve.reference}
    told = {"text/plain": f"{title}\n{text_plot(losses, x_label='batches')}"}
    try:
        return told | {"image/png": base64.b64encode(_png(title, losses)).decode()}
    except ImportError:  # matplotlib is not needed for anything else here
        return told


def _png(title: str, losses: dict[str, list[float]]) -> bytes:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 3), layout="constrained")
    axes = figure.add_subplot()
    draw_curves(axes, losses, "batch", "loss", log=True)
    axes.set_title(title, fontsize=10)
    made = io.BytesIO()
    figure.savefig(made, format="png", dpi=100)
    return made.getvalue()
