"""The learner's pieces train on the real digits: right ones, broken ones, slow ones, and none at all."""

from __future__ import annotations

import functools
import json
import os
import queue
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from autograder import source
from autograder.milestones import pieces, results, run, training
from autograder.milestones.composition import COMPOSED
from autograder.milestones.pieces import Piece
from autograder.milestones.recipes import RECIPES
from autograder.milestones.run import Run
from autograder.report import outcome
from autograder.report.training import whose
from conftest import Kit

#: Few images, so that a run takes little more than importing torch.
EXAMPLES = 2_000


def followed(section: str, files: list[dict[str, Any]] | None = None, epochs: int = 1, limit: float = 60) -> Run:
    """A run of a milestone's reference, or of these files, followed to its end."""
    events: run.Events = queue.Queue()
    files = pieces.files(pieces.reference(section)) if files is None else files
    one = Run({"section": section, "epochs": epochs, "examples": EXAMPLES, "files": files}, events, limit)
    one.start()
    while not one.outcome:
        training._take(events)
        one.check_time()
    one.kill()
    return one


@functools.cache
def of_reference(section: str) -> Run:
    """The reference's run, made once for all tests that look at it."""
    return followed(section)


def with_own(name: str, text: str, limit: float = 60, epochs: int = 1) -> Run:
    """A run of training_loop in which one piece is the learner's."""
    files = pieces.files(pieces.reference("training_loop"))
    for file in files:
        if name in file["names"]:
            file |= {"text": f"import torch\n\n{text}", "replaced": [n for n in file["names"] if n != name]}
    return followed("training_loop", files, epochs, limit)


def told(one: Run, name: str = "fit_layers") -> str:
    chosen = [Piece(name, "training_loop", "passed", True)]
    return outcome.message(training.Pair("training_loop", chosen, one, Run(one.job, one.events)))


def test_every_milestone_has_a_recipe_and_its_pieces_are_exercises() -> None:
    assert list(RECIPES) == list(COMPOSED)
    assert list(RECIPES)[:4] == results.MILESTONES
    for recipe, names in COMPOSED.items():
        homes = [source.section_of(name) for name in names]
        assert None not in homes, recipe
        assert recipe in homes or recipe not in results.MILESTONES


@pytest.mark.parametrize("section", results.MILESTONES)
def test_a_run_tells_the_loss_of_every_batch_and_starts_at_ln_10(section: str) -> None:
    one = of_reference(section)
    assert one.outcome == "finished", one.failure
    assert one.untrained is not None
    assert one.untrained["loss"] == pytest.approx(2.30, abs=0.05)
    assert one.batches == len(one.batch_losses) == 32
    assert one.batch_losses[-1] < one.batch_losses[0]
    assert len(one.epochs) == 1
    right = 10_000 - len(training.mistaken(one.predicted))
    assert right / 10_000 == pytest.approx(one.epochs[0]["accuracy"])


def test_five_epochs_reach_the_accuracy_of_the_lesson(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules[__name__], "EXAMPLES", 50_000)
    one = followed("validation", epochs=5, limit=280)
    assert one.outcome == "finished", one.failure
    assert max(epoch["accuracy"] for epoch in one.epochs) > 0.95
    assert one.epochs[-1]["loss"] < 0.2
    assert len(one.batch_losses) == 5 * 782


def test_the_same_start_gives_the_same_run_twice() -> None:
    assert followed("data").batch_losses == of_reference("data").batch_losses


LOOP = """
def fit_layers(model, loss_func, x, y, bs, lr, epochs=1):
    for start in range(0, len(x), bs):
        loss = loss_func(model(x[start : start + bs]), y[start : start + bs])
        {after_loss}
        loss.backward()
        with torch.no_grad():
            for layer in model.layers[::2]:
                for p in (layer.weight, layer.bias):
                    {update}
                    p.grad.zero_()
"""


def loop(after_loss: str = "pass", update: str = "p -= lr * p.grad") -> str:
    return LOOP.format(after_loss=after_loss, update=update)


def test_a_piece_in_another_style_trains_as_the_reference_does() -> None:
    assert with_own("fit_layers", loop()).epochs == of_reference("training_loop").epochs


def test_a_loss_that_is_no_number_stops_the_run_and_says_since_when() -> None:
    one = with_own("fit_layers", loop(update="p -= 1e12 * lr * p.grad"), epochs=50)
    assert one.outcome == "diverged"
    assert re.search(r"from batch \d+ of epoch 1 on the loss is no number", told(one))


def test_an_exception_shows_the_failing_line_of_the_learner() -> None:
    one = with_own("fit_layers", loop(after_loss="x[start] @ y.float()"))
    assert one.outcome == "error"
    assert one.failure is not None
    frame = one.failure["frames"][-1]
    assert (frame["file"], frame["source"]) == ("exercises/training_loop.py", "x[start] @ y.float()")
    assert "in your fit_layers with RuntimeError" in told(one)


def test_a_piece_that_gives_nothing_back_is_named() -> None:
    one = with_own("evaluate", "def evaluate(model, loss_func, x, y): pass")
    assert one.outcome == "error"
    assert "in your evaluate with TypeError" in told(one, "evaluate")


def test_a_loop_that_hangs_is_stopped_and_the_line_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "SILENCE", 1.5)
    one = with_own("fit_layers", loop(after_loss="\n        while True: pass"))
    assert one.outcome == "timeout"
    assert one.failure is not None
    assert one.failure["frames"][-1]["source"] == "while True: pass"
    assert re.search(r"at batch 1 of 32: no batch was finished for \d+ seconds, in your fit_layers", told(one))


def test_a_slow_piece_is_stopped_at_the_limit_and_keeps_its_epochs() -> None:
    one = with_own("fit_layers", "import time\n" + loop(after_loss="time.sleep(0.02)"), limit=4, epochs=100)
    assert one.outcome == "timeout"
    assert one.epochs
    assert "the time was up after" in told(one)


def test_a_piece_that_catches_everything_is_stopped_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "SILENCE", 1.5)
    stubborn = "import time\ndef fit_layers(*a):\n while True:\n  try: time.sleep(9)\n  except BaseException: pass\n"
    one = with_own("fit_layers", stubborn)
    assert one.outcome == "timeout"
    assert one.code is not None


def test_a_piece_that_ends_the_process_is_an_error_with_its_exit_code() -> None:
    one = with_own("fit_layers", "import os\ndef fit_layers(*a): os._exit(3)\n")
    assert one.outcome == "error"
    assert "in your fit_layers (exit code 3)" in told(one)


def test_a_run_ends_with_whoever_listens_to_it() -> None:
    events: run.Events = queue.Queue()
    files = pieces.files(pieces.reference("training_loop"))
    one = Run({"section": "training_loop", "epochs": 900, "examples": EXAMPLES, "files": files}, events).start()
    while not one.epochs:
        training._take(events)
    assert one.process is not None
    assert one.process.stdin is not None
    one.process.stdin.close()
    assert one.process.wait(timeout=5) == 0
    one.kill()


def test_prints_are_passed_on_up_to_a_limit() -> None:
    one = with_own("fit_layers", loop(after_loss="print('batch', start)"), epochs=3)
    assert one.printed[:2] == ["batch 0", "batch 64"]
    assert one.printed[-1] == "... and more"
    assert len(one.printed) == 21


def test_a_slow_run_is_told_how_much_slower() -> None:
    events: run.Events = queue.Queue()
    mine, reference = Run({}, events, batch_losses=[1.0] * 10), Run({}, events, batch_losses=[1.0] * 10)
    mine.seconds, reference.seconds = 70.0, 7.0
    assert "10 times as long" in outcome.slow(training.Pair("data", [], mine, reference))


@pytest.mark.parametrize(
    ("lent", "told"),
    [((), "after one epoch"), (("fit",), "after one epoch, with the kit's fit"), ("abc", "with 3 pieces of the kit's")],
)
def test_a_milestone_says_whose_its_pieces_were(lent: tuple[str, ...], told: str) -> None:
    epochs = [{"accuracy": 0.96}] * training.EPOCHS
    mine = Run({"examples": training.EXAMPLES}, queue.Queue(), outcome="finished", epochs=epochs)
    all_pieces = [Piece("get_model", "optim", "passed", True)]
    all_pieces += [Piece(name, "validation", "not_started", False) for name in lent]
    text = outcome.accuracy(training.Pair("validation", all_pieces, mine, Run({}, queue.Queue()))).plain
    assert told in text
    assert lent or text.endswith(told)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(results, "RESULTS", tmp_path)
    return tmp_path


def test_a_result_with_epochs_is_not_replaced_by_one_without(folder: Path) -> None:
    assert results.write("optim", {"epochs": [{"loss": 0.25, "accuracy": 0.9}]})
    assert not results.write("optim", {"epochs": []})
    assert results.read("optim") == {"epochs": [{"loss": 0.25, "accuracy": 0.9}]}


def test_a_result_is_strict_json_and_a_damaged_one_counts_as_none(folder: Path) -> None:
    results.write("optim", {"epochs": [], "batch_losses": [float("nan"), float("inf"), 2.3]})
    assert results.read("optim") == {"epochs": [], "batch_losses": [None, None, 2.3]}
    (folder / "data.json").write_text("{")
    assert list(results.read_all()) == ["optim"]


def reference_text(name: str) -> str:
    section = source.section_of(name)
    assert section is not None
    return source.answers(section)[name].text


def test_own_pieces_are_used_where_they_pass_and_the_others_are_named(kit: Kit) -> None:
    kit.write("ListModel", reference_text("ListModel"))
    kit.write("accuracy", reference_text("accuracy"))
    kit.write("evaluate", "def evaluate(model, loss_func, x, y):\n    return accuracy(model(x), y), 0.0\n")
    page = kit.run("train", "training_loop", "--examples", "2000", "--epochs", "1")
    assert re.search(r"yours +ListModel\n", page)
    assert re.search(r"the kit's +does not pass its check yet: evaluate", page)
    assert re.search(r"the kit's +not written yet: get_data, hyperparameters, cross_entropy", page)
    assert re.search(r"o yours, with \d+ of the kit's   · reference", page)
    assert re.search(r"start +2\.3\d+ +0\.1\d+ +2\.3\d+ +0\.1", page)
    assert re.search(r"\n  1 +[012]\.\d+ +0\.\d+ +[012]\.\d+ +0\.\d+\n", page)
    assert all(len(line) <= 80 and line == line.rstrip() for line in page.splitlines())
    kept = json.loads((kit.root / ".autograder/milestones/training_loop_quick.json").read_text())
    assert kept["outcome"] == "finished"
    assert kept["pieces"]["ListModel"] == "yours"
    assert kept["pieces"]["evaluate"] == "reference"
    assert len(kept["batch_losses"]) == len(kept["reference_batch_losses"]) == 32
    assert (kit.root / kept["figure"]).read_bytes().startswith(b"\x89PNG")


def test_a_legend_says_whose_the_pieces_of_a_run_are() -> None:
    assert whose({"fit": True, "validate": True}) == "yours"
    assert whose({"fit": False, "validate": True}) == "yours, with the kit's fit"
    assert whose({"fit": False, "validate": False}) == "the kit's"


def test_plain_lines_tell_the_same(kit: Kit) -> None:
    kit.write("ListModel", reference_text("ListModel"))
    kit.write("fit_layers", loop(update="p -= undefined").strip())
    lines = kit.run("train", "training_loop", "--examples", "2000", "--epochs", "1", "--plain").splitlines()
    assert lines[:2] == ["Milestone training_loop: 1 epoch on 2,000 real digits.", "Yours: ListModel."]
    assert "The kit's, stops with an error in its check: fit_layers." in lines
    assert any(re.match(r"After epoch 1: loss [\d.]+, accuracy [\d.]+%; the reference: loss", line) for line in lines)
    assert lines[-1].startswith("Next: make check exercise=")
    assert not set("─│┌·█✓") & set("".join(lines))
    page = kit.run("train", "training_loop", "--examples", "2000", "--unchecked", "--plain", code=1)
    assert "in your fit_layers with NameError" in page
    assert re.search(r"exercises/training_loop.py, line \d+ in fit_layers: p -= undefined", page)


def test_unchecked_takes_answers_that_do_not_pass(kit: Kit) -> None:
    kit.write("fit_layers", loop(update="p -= 1e12 * lr * p.grad").strip())
    text = kit.run("train", "training_loop", "--examples", "2000", "--unchecked", "--json", code=1)
    told = json.loads(text)
    assert told["outcome"] == "diverged"
    assert told["pieces"]["fit_layers"] == "yours"
    assert None in told["batch_losses"]


def test_an_unknown_milestone_is_a_usage_error(kit: Kit) -> None:
    page = kit.run("train", "optin", code=2)
    assert "Did you mean optim?" in page
    assert "training_loop, optim, data, validation" in page


@pytest.mark.skipif(os.name != "posix", reason="about signals")
def test_a_hanging_loop_is_shown_where_the_shell_lets_signals_be_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # as `make train &` does
    try:
        monkeypatch.setattr(run, "SILENCE", 1.5)
        one = with_own("fit_layers", loop(after_loss="\n        while True: pass"))
    finally:
        signal.signal(signal.SIGINT, before)
    assert one.failure is not None
    assert one.failure["frames"][-1]["source"] == "while True: pass"


@pytest.mark.skipif(os.name != "posix", reason="sends a signal")
def test_ctrl_c_keeps_what_there_is(kit: Kit) -> None:
    command = [sys.executable, "-m", "autograder", "train", "training_loop", "--examples", "2000", "--epochs", "900"]
    with subprocess.Popen(
        command, cwd=kit.root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if re.match(r"  2 ", line):
                break
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
    assert process.returncode == 130, rest
    assert re.search(r"Stopped (in|after) epoch", rest)
    assert "Again   make train section=training_loop" in rest
    kept = json.loads((kit.root / ".autograder/milestones/training_loop_quick.json").read_text())
    assert kept["outcome"] == "interrupted"
    assert len(kept["epochs"]) >= 2
    assert not runs_in(kit.root)


def runs_in(root: Path) -> list[str]:
    """The training processes that still work in this folder, a moment later."""
    time.sleep(0.2)
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").resolve() == root.resolve() and b"milestones.child" in (
                process / "cmdline"
            ).read_bytes():
                found.append(process.name)
        except OSError:
            continue
    return found
