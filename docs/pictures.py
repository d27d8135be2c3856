"""Make docs/pictures/: what a learner sees, as it is, in light and dark.   .venv/bin/python -m docs.pictures

The answers are checked by the kit, and what it says is drawn; nothing in the pictures is written by hand.
"""

from __future__ import annotations

import io
import os
import re
from pathlib import Path

from rich.console import Console, RenderableType
from rich.terminal_theme import DEFAULT_TERMINAL_THEME, DIMMED_MONOKAI

from autograder import lesson
from autograder.api import check_text
from autograder.report import terminal

FOLDER = Path(__file__).parent / "pictures"
#: What would be fetched from elsewhere.
FONTS = re.compile(r"@font-face \{.*?\}\n?", re.DOTALL)
THEMES = {"light": DEFAULT_TERMINAL_THEME, "dark": DIMMED_MONOKAI}
ANSWERS = {
    "two-places": (
        "log_softmax_naive",
        "import torch\n\n\ndef log_softmax_naive(x):\n    exps = x.exp()\n    sums = exps.sum(0, keepdim=True)\n"
        "    return (sums / exps).log()\n",
    ),
    "loop": (
        "fit_layers",
        "import torch\n\n\ndef fit_layers(model, loss_func, x, y, bs, lr, epochs=1):\n    for epoch in range(epochs):\n"
        "        for i in range((len(x) - 1) // bs):\n            rows = slice(i * bs, i * bs + bs)\n"
        "            loss_func(model(x[rows]), y[rows]).backward()\n            with torch.no_grad():\n"
        "                for layer in model.layers:\n                    if hasattr(layer, 'weight'):\n"
        "                        layer.weight -= layer.weight.grad * lr\n"
        "                        layer.bias -= layer.bias.grad * lr\n"
        "                        layer.weight.grad.zero_()\n",
    ),
}


def draw(name: str, shown: RenderableType, title: str) -> dict[str, str]:
    """{file name: SVG} of what is shown in a terminal, light and dark."""
    made = {}
    for theme, colours in THEMES.items():
        out = Console(record=True, width=96, file=io.StringIO(), force_terminal=True, highlight=False, emoji=False)
        out.print(shown)
        svg = out.export_svg(title=title, theme=colours, unique_id=f"{name}-{theme}")
        made[f"{name}-{theme}.svg"] = FONTS.sub("", svg)
    return made


def pictures() -> dict[str, str]:
    made: dict[str, str] = {}
    for file, (name, answer) in ANSWERS.items():
        exercise = lesson.find(name)
        verdict = check_text(answer, f"exercises/{exercise.section}.py", exercise)
        made |= draw(file, terminal.render(verdict), f"make check exercise={name}")
    return made


if __name__ == "__main__":
    os.environ.setdefault("AUTOGRADER_EXPLAIN", "20")
    FOLDER.mkdir(exist_ok=True)
    for file, svg in pictures().items():
        (FOLDER / file).write_text(svg, encoding="utf-8")
        print(f"docs/pictures/{file}")
