"""Make docs/pictures/: what a learner sees, as it is, in light and dark.   .venv/bin/python -m docs.pictures

The answers are checked by the kit, and what it says is drawn; nothing in the pictures is written by hand. With a
word, `watch` or `train`, what that command shows in the working folder's workspace is drawn alone.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest.mock
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path

from rich.console import Console, RenderableType
from rich.terminal_theme import DEFAULT_TERMINAL_THEME, DIMMED_MONOKAI

from autograder import lesson
from autograder.api import check_text
from autograder.places import KIT
from autograder.report import html, terminal
from autograder.report.words import feedback

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


WATCHED = "def softmax(x):\n    exps = x.exp()\n    return exps / exps.sum(0, keepdim=True)\n"
SHADES = {
    "light": {"paper": "#fff", "ink": "#1f2328", "cell": "#f5f5f5"},
    "dark": {"paper": "#111", "ink": "#e6edf3", "cell": "#1f1f1f"},
}
PAGE = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 960 460">
<foreignObject width="960" height="460"><div xmlns="http://www.w3.org/1999/xhtml"
 style="box-sizing:border-box;height:460px;padding:14px;background:{paper};color:{ink};font:15px sans-serif">
<style>.cell {{ display:flex;gap:12px;background:{cell};padding:8px 12px;margin:0 0 10px;font:14px monospace }}
pre {{ margin:0 }}</style>
{boxes}{shown}</div></foreignObject></svg>
"""


def draw(name: str, shown: RenderableType, title: str) -> dict[str, str]:
    """{file name: SVG} of what is shown in a terminal, light and dark."""
    made = {}
    for theme, colours in THEMES.items():
        out = Console(record=True, width=96, file=io.StringIO(), force_terminal=True, highlight=False, emoji=False)
        out.print(shown)
        svg = out.export_svg(title=title, theme=colours, unique_id=f"{name}-{theme}")
        made[f"{name}-{theme}.svg"] = FONTS.sub("", svg)
    return made


@contextlib.contextmanager
def workspace(**written: str) -> Iterator[Callable[[str], str]]:
    """A learner's folder with these files in exercises/; the function has a word of this module run there."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("solutions", "autograder/checks", "autograder/data"):
            link = Path(folder) / name
            link.parent.mkdir(exist_ok=True)
            link.symlink_to(KIT / name)
        (Path(folder) / "exercises").mkdir()
        for name, text in written.items():
            (Path(folder) / "exercises" / f"{name}.py").write_text(text, encoding="utf-8")
        settings = {"cwd": folder, "env": os.environ | {"PYTHONPATH": str(KIT)}, "stdout": subprocess.PIPE}
        yield lambda word: subprocess.run([sys.executable, __file__, word], check=True, text=True, **settings).stdout


async def screen() -> dict[str, str]:
    """Once the verdict and the place are there."""
    from autograder.watch.app import WatchApp
    from autograder.watch.session import Session

    app, made = WatchApp(Session("softmax")), {}
    async with app.run_test(size=(96, 26)) as pilot:
        while not (app.checked and app.checked.verdict and app.checked.verdict.diagnoses):
            await pilot.pause(0.1)
        await pilot.pause(0.5)
        for theme, colours in THEMES.items():
            with unittest.mock.patch("rich.console.SVG_EXPORT_THEME", colours):
                svg = app.export_screenshot(title="make watch", simplify=True)
            made[f"watch-{theme}.svg"] = FONTS.sub("", svg)
    return made


def notebook() -> dict[str, str]:
    """A cell with an answer, the cell that checks it, and what comes out."""
    verdict = check_text(WATCHED, "cell [2]", lesson.find("softmax"))
    shown = html.block(feedback(verdict), verdict.passed, [], html.prose('Stuck? `hint("softmax")`'))
    cells = [WATCHED.rstrip(), "check(softmax)"]
    boxes = "".join(f"<div class='cell'>[{n}]:<pre>{escape(text)}</pre></div>" for n, text in enumerate(cells, 2))
    return {f"notebook-{theme}.svg": PAGE.format(boxes=boxes, shown=shown, **SHADES[theme]) for theme in THEMES}


def train() -> None:
    """What `make train section=optim` saves for who has passed everything: this one takes a minute."""
    from matplotlib import style

    from autograder.milestones import pieces, training
    from autograder.report import milestone_figure, outcome

    pair = training.train("optim", pieces.choose("optim", False), training.EPOCHS, training.EXAMPLES, 600)
    result = training.result(pair, outcome.message(pair), None)
    title = f"optim: {training.EPOCHS} epochs on {training.EXAMPLES:,} digits"
    for theme, look in (("light", "default"), ("dark", "dark_background")):
        with style.context(look):
            place = FOLDER / f"milestone-{theme}.png"
            milestone_figure.save(place, title, result, training.mistaken(pair.mine.predicted))
            print(f"docs/pictures/{place.name}")


def pictures() -> dict[str, str]:
    with workspace(cross_entropy=WATCHED) as run:
        made: dict[str, str] = json.loads(run("watch")) | notebook()
    for file, (name, answer) in ANSWERS.items():
        exercise = lesson.find(name)
        # A loop's story is told where no place was found: on a fast machine one might be.
        patience = {"AUTOGRADER_EXPLAIN": "0"} if file == "loop" else {}
        with unittest.mock.patch.dict(os.environ, patience):
            verdict = check_text(answer, f"exercises/{exercise.section}.py", exercise)
        made |= draw(file, terminal.render(verdict), f"make check exercise={name}")
    return made


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["watch"]:
            print(json.dumps(asyncio.run(screen())))
        case ["train"]:
            train()
        case _:
            os.environ.setdefault("AUTOGRADER_EXPLAIN", "20")
            FOLDER.mkdir(exist_ok=True)
            for file, svg in pictures().items():
                (FOLDER / file).write_text(svg, encoding="utf-8")
                print(f"docs/pictures/{file}")
            right = {path.stem: path.read_text(encoding="utf-8") for path in (KIT / "solutions").glob("*.py")}
            with workspace(**right) as run:
                print(run("train"), end="")
