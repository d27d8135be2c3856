"""`pytest exercises/` as pytest users expect it, in a copy of the kit."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import Any

from conftest import Kit

RIGHT = "def softmax(x):\n    return x.exp() / x.exp().sum(-1, keepdim=True)\n"
WRONG = "def softmax(x):\n    total = x.exp().sum()\n    return x.exp() / total\n"
RAISES = "def softmax(x):\n    broken = x.exp() @ 3\n    return broken\n"
#: What the test explorers of editors nest tests in: files, and classes in them.
EXPLORER = """
import pytest

def pytest_collection_finish(session):
    for item in session.items:
        around = [node.name for node in item.listchain() if isinstance(node, (pytest.File, pytest.Class))]
        print(f"shown in {', '.join(around)}: {item.name}")
"""


def pytest(kit: Kit, *words: str, stdin: str | None = None) -> str:
    done = kit.python("-m", "pytest", "-p", "no:cacheprovider", *words, stdin=stdin)
    return done.stdout + done.stderr


def test_stubs_are_skipped_with_that_reason(kit: Kit) -> None:
    page = pytest(kit, "exercises/", "-q", "-rs")
    assert re.search(r"\d+ skipped in", page)
    assert "not started" in page
    assert "failed" not in page


WITHOUT_TORCH = """
import importlib.util as util, sys, runpy
find = util.find_spec
util.find_spec = lambda name, *more: None if name == "torch" else find(name, *more)
sys.argv = sys.argv[1:]
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
"""


def test_a_python_that_has_no_torch_is_told_apart_from_the_answers(kit: Kit) -> None:
    for words in (["pytest", "exercises/", "-q"], ["autograder", "check", "softmax"]):
        done = kit.python("-c", WITHOUT_TORCH, *words)
        assert done.returncode != 0
        assert f"This Python has no torch: {sys.executable}. `make doctor` sets up one that has.\n" in done.stderr
        assert "Traceback" not in done.stderr + done.stdout
    venv = kit.root / ".venv" / "bin"
    venv.mkdir(parents=True)
    (venv / "python").touch()
    told = kit.python("-c", WITHOUT_TORCH, "autograder", "check", "softmax").stderr
    assert told.endswith("The one that was set up has:   .venv/bin/python -m autograder check softmax\n")


def test_one_item_for_each_probe_named_by_what_it_watches(kit: Kit) -> None:
    kit.write("softmax", RIGHT)
    (kit.root / "explorer.py").write_text(EXPLORER)
    words = ["-p", "explorer", "-v", "-k", "softmax and not formula and not why and not log"]
    page = pytest(kit, "exercises/cross_entropy.py", *words)
    assert re.search(r"exercises/cross_entropy.py::softmax::\w+ PASSED", page)
    assert "shown in cross_entropy.py, softmax: lets_gradients_through" in page
    assert "FAILED" not in page


def test_a_failure_shows_the_feedback_and_x_stops_at_it(kit: Kit) -> None:
    kit.write("softmax", WRONG)
    page = pytest(kit, "exercises/cross_entropy.py", "-x", "--junitxml=report.xml")
    assert "1 failed" in page
    assert "make hint exercise=softmax" in page
    assert "softmax" in (kit.root / "report.xml").read_text()


def test_a_failure_shows_the_place_as_the_terminal_does(kit: Kit, monkeypatch: Any) -> None:
    monkeypatch.setenv("AUTOGRADER_EXPLAIN", "4")
    kit.write("softmax", "def softmax(x):\n    e = (-x).exp()\n    return e / e.sum(0, keepdim=True)\n")
    told = kit.run("check", "softmax", code=1)
    page = pytest(kit, "exercises/cross_entropy.py", "-x", "-k", "softmax and not formula and not why and not log")
    place = told[told.index("exercises/cross_entropy.py, line") : told.index("^\n")]
    assert place in page, page


def test_in_another_folder_the_commands_can_be_pasted_there(kit: Kit) -> None:
    kit.write("softmax", WRONG)
    words = ["-m", "pytest", "-p", "no:cacheprovider", "../exercises/cross_entropy.py", "-rs", "-k", "softmax or nll"]
    (kit.root / "my notes").mkdir()
    done = subprocess.run(
        [sys.executable, *words], cwd=kit.root / "my notes", text=True, capture_output=True, check=False
    )
    assert "make -C .. hint exercise=softmax" in done.stdout, done.stdout + done.stderr
    assert "make -C .. check exercise=nll" in done.stdout


def test_pdb_stops_in_the_learners_code(kit: Kit) -> None:
    kit.write("softmax", RAISES)
    page = pytest(kit, "exercises/cross_entropy.py", "--pdb", "-x", stdin="p x.shape\nq\n")
    assert "broken = x.exp() @ 3" in page
    assert "torch.Size" in page


def test_pytest_alone_runs_the_kits_own_tests_and_no_exercise(kit: Kit) -> None:
    (kit.root / "tests").mkdir()
    (kit.root / "tests" / "test_one.py").write_text("def test_one(): pass\n")
    assert "1 passed" in pytest(kit, "-q")
