"""Curves: as one line of text, as a small picture made of letters, and as a PNG. matplotlib is imported when needed."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Values = Sequence[float | None]

BLOCKS = "▁▂▃▄▅▆▇█"
#: What stands for a value that is no finite number.
BROKEN = "?"
#: One mark for each curve; the first is drawn last, on top.
MARKS = "o·+*"
#: For an output that can write nothing but the letters of old.
PLAIN = str.maketrans("▁▂▃▄▅▆▇█│─└·", "_.,-=+*#|-+.")
COLOURS = ["#0b6bcb", "#e07b00", "#2e8540", "#8a3ffc"]


def sparkline(values: Values, width: int = 40, low: float | None = None, high: float | None = None) -> str:
    """The values as a row of blocks, at most `width` of them; `low` and `high` make several rows comparable."""
    means = averaged(values, width)
    known = [value for value in means if value is not None]
    low = min(known, default=0.0) if low is None else low
    high = max(known, default=0.0) if high is None else high
    return "".join(BROKEN if value is None else BLOCKS[_step(value, low, high, len(BLOCKS))] for value in means)


def printable(text: str) -> str:
    """The text as standard output can write it."""
    encoding = (getattr(sys.stdout, "encoding", "") or "utf8").lower().replace("-", "")
    return text if encoding == "utf8" else text.translate(PLAIN)


def averaged(values: Values, width: int) -> list[float | None]:
    """At most `width` means of neighbouring values; None where all of these are missing or not finite."""
    n = len(values)
    columns = min(n, width)
    return [_mean(values[i * n // columns : (i + 1) * n // columns]) for i in range(columns)]


def _mean(values: Values) -> float | None:
    known = [value for value in values if value is not None and math.isfinite(value)]
    return sum(known) / len(known) if known else None


def _step(value: float, low: float, high: float, steps: int) -> int:
    """Which of `steps` equal parts of low to high a value lies in."""
    part = (value - low) / (high - low) if high > low else 0.0
    return max(0, min(steps - 1, int(part * steps)))


def text_plot(curves: Mapping[str, Values], width: int = 60, height: int = 10, x_label: str = "") -> str:
    """Curves over a common x, drawn with letters; the y axis is logarithmic where all values are above zero.

    A column is the mean of the values that fall into it, so that thousands of noisy losses become a line.
    """
    longest = max(map(len, curves.values()), default=0)
    columns = {name: averaged(v, max(1, round(width * len(v) / longest))) if v else [] for name, v in curves.items()}
    known = [value for row in columns.values() for value in row if value is not None]
    if not known:
        return "(nothing to draw)"
    scale, unscale = (math.log, math.exp) if min(known) > 0 else (float, float)
    low, high = scale(min(known)), scale(max(known))
    grid = [[" "] * width for _ in range(height)]
    for mark, row in reversed(list(zip(MARKS, columns.values(), strict=False))):
        stretch = max(1, round(width * len(row) / max(map(len, columns.values())))) / len(row) if row else 1
        for i, value in enumerate(row):
            line = height - 1 if value is None else height - 1 - _step(scale(value), low, high, height)
            grid[line][min(width - 1, int(i * stretch))] = BROKEN if value is None else mark
    ticks = {0: high, height // 2: (low + high) / 2, height - 1: low}
    lines = [f"{_number(unscale(ticks[i])) if i in ticks else '':>6} │{''.join(row)}" for i, row in enumerate(grid)]
    names = "   ".join(f"{mark} {name}" for mark, name in zip(MARKS, curves, strict=False))
    lines += [f"{'':>6} └{'─' * width}", f"{'':>8}{names}{x_label:>{max(1, width - len(names))}}"]
    return "\n".join(line.rstrip() for line in lines)


def _number(value: float) -> str:
    """In at most six letters."""
    size = abs(value)
    return f"{value:.0e}" if size >= 1e5 else f"{value:.0f}" if size >= 100 else f"{value:.{3 if size >= 0.1 else 2}g}"


def save_curves(path: Path, curves: Mapping[str, Values], x_label: str = "batch", y_label: str = "loss") -> Path:
    """Save the curves as a PNG and return its path."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4), layout="constrained")
    draw_curves(figure.add_subplot(), curves, x_label, y_label, log=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=120)
    return path


def draw_curves(
    axes: Axes,
    curves: Mapping[str, Values],
    x_label: str,
    y_label: str,
    log: bool = False,
    smooth: int | None = None,
    marker: str = "",
) -> None:
    """Draw them, each as `smooth` means of neighbours; `log`: a logarithmic y axis, if all values are above zero.

    The first is drawn last and thin over a broad second one, so that both are seen where they are equal.
    """
    from matplotlib.ticker import NullFormatter

    for number, (name, values) in reversed(list(enumerate(curves.items()))):
        means = averaged(values, smooth or len(values))
        stretch = len(values) / len(means) if means else 1.0
        x = [(i + 1) * stretch for i in range(len(means))]
        y = [math.nan if value is None else value for value in means]
        style: dict[str, Any] = {"color": COLOURS[number % len(COLOURS)], "marker": marker}
        axes.plot(x, y, label=name, linewidth=1.3 if number == 0 else 4, alpha=1 if number == 0 else 0.45, **style)
    known = [value for row in curves.values() for value in row if value is not None and math.isfinite(value)]
    if log and known and min(known) > 0:
        axes.set_yscale("log")
        axes.yaxis.set_major_formatter("{x:g}")
        axes.yaxis.set_minor_formatter(NullFormatter())
    axes.set_xlabel(x_label)
    axes.set_ylabel(y_label)
    axes.grid(alpha=0.25, which="both" if log else "major")
    axes.legend(reverse=True)
