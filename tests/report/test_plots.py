"""Curves as text and as pictures, and `check --plot`, which draws what an answer does to the loss."""

from __future__ import annotations

import io
import math
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from autograder import source
from autograder.milestones.composition import COMPOSED, DRAWN
from autograder.places import KIT as ROOT
from autograder.report import milestone_figure
from autograder.report.plots import averaged, printable, save_curves, sparkline, text_plot
from conftest import Kit


def test_a_sparkline_rises_with_the_values() -> None:
    assert sparkline([0, 1, 2, 3, 4, 5, 6, 7]) == "▁▂▃▄▅▆▇█"
    assert sparkline([3.0, 3.0]) == "▁▁"
    assert sparkline([]) == ""


def test_a_long_row_becomes_means_that_cover_all_of_it() -> None:
    assert averaged([1.0, 3.0, 5.0, 7.0], 2) == [2.0, 6.0]
    assert len(averaged(list(range(3910)), 60)) == 60
    assert len(sparkline(list(range(1000)), width=30)) == 30


def test_rows_on_one_scale_can_be_compared() -> None:
    assert sparkline([1.0, 2.0], low=0, high=8) == "▂▃"


@pytest.mark.parametrize("broken", [math.nan, math.inf, None])
def test_what_is_no_number_is_marked_and_disturbs_nothing_else(broken: float | None) -> None:
    assert sparkline([0.0, broken, 7.0]) == "▁?█"
    assert "?" in text_plot({"yours": [2.3, broken, broken], "reference": [2.3, 1.0, 0.5]})
    assert text_plot({"yours": [broken]}) == "(nothing to draw)"


def test_a_text_plot_shows_every_curve_within_its_width() -> None:
    down, up = [math.exp(-i / 20) for i in range(100)], [math.exp(i / 40) for i in range(100)]
    plot = text_plot({"yours": up, "reference": down}, width=50, height=8, x_label="batches")
    lines = plot.splitlines()
    assert len(lines) == 8 + 2
    assert all(len(line) <= 58 for line in lines)
    assert lines[0].rstrip().endswith("o")
    assert lines[7].rstrip().endswith("·")
    assert float(lines[0].split("│")[0]) > float(lines[4].split("│")[0]) > float(lines[7].split("│")[0])
    assert "o yours   · reference" in lines[-1]


def test_a_curve_that_ends_early_is_drawn_as_short_as_it_is() -> None:
    lines = text_plot({"yours": [1.0] * 10, "reference": [2.0] * 100}, width=50).splitlines()
    assert lines[0].count("·") == 50
    assert lines[9].count("o") == 5


def test_a_plain_terminal_gets_plain_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), "ascii"))
    for text in (sparkline([1, 2, 3]), text_plot({"yours": [1, 2], "reference": [2, 1]})):
        assert printable(text).isascii()


def test_curves_are_saved_as_a_png_without_a_display(tmp_path: Path) -> None:
    path = save_curves(tmp_path / "new" / "a.png", {"yours": [2.3, math.nan, 0.1], "reference": [2.3, 1.0, 0.5]})
    assert path.read_bytes().startswith(b"\x89PNG")


def test_the_figure_of_a_milestone_copes_with_nothing_and_with_little(tmp_path: Path) -> None:
    empty: dict[str, Any] = {"batch_losses": [], "reference_batch_losses": [], "epochs": [], "reference": []}
    empty["pieces"] = {}
    little = empty | {"batch_losses": [2.3, None], "epochs": [{"loss": 2.0, "accuracy": 0.2}]}
    for number, result in enumerate((empty, little)):
        path = tmp_path / f"{number}.png"
        milestone_figure.save(path, "training_loop", result, [(0, 3, 8), (9_999, 1, 7)] if number else [])
        assert path.read_bytes().startswith(b"\x89PNG")


def test_drawing_imports_matplotlib_only_when_it_draws() -> None:
    code = (
        "import sys, autograder.report.outcome, autograder.report.curves, autograder.report.milestone_figure;"
        "assert not {'matplotlib', 'torch'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_every_answer_that_can_be_drawn_is_part_of_its_recipe() -> None:
    for name, recipe in DRAWN.items():
        assert name in COMPOSED[recipe]
        assert source.section_of(name)


WRONG = """def training_step(model, loss_func, xb, yb, lr):
    loss = loss_func(model(xb), yb)
    loss.backward()
    with torch.no_grad():
        for p in model.parameters():
            p += lr * p.grad
    return loss
"""


def test_check_plot_draws_the_loss_of_an_answer_beside_the_references(kit: Kit) -> None:
    kit.write("training_step", WRONG)
    assert "Draw    make check exercise=training_step plot=1" in kit.run("check", "training_step", code=1)
    page = kit.run("check", "training_step", "--plot", code=1)
    assert "Training loss with your training_step" in page
    assert "o yours   · reference" in page
    assert "Picture .autograder/plots/training_step.png" in page
    assert (kit.root / ".autograder/plots/training_step.png").exists()


def test_check_plot_says_when_there_is_no_curve(kit: Kit) -> None:
    kit.write("why_softmax", 'def why_softmax():\n    return {"a"}\n')
    page = kit.run("check", "why_softmax", "--plot", code=1)
    assert re.search("why_softmax takes no part in a training run", page)
