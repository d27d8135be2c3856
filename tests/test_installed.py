"""The kit as pip installs it: one package, and a folder of the learner's own, from a wheel and outside the clone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from transcript import commands, five_minutes, is_shown

from autograder import places
from autograder.commands import group
from autograder.places import KIT
from autograder.report.typed import typed

RIGHT = "\n\ndef softmax(x):\n    exps = x.exp()\n    return exps / exps.sum(-1, keepdim=True)\n"
#: What the learner's guide shows, and where nothing is written yet.
STARTED, WRITTEN = (dict(commands(block)) for block in five_minutes("With pip"))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What pip puts into site-packages."""
    made = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "uv", "build", "--quiet", "--wheel", "--out-dir", str(made), str(KIT)]
    done = subprocess.run(build, capture_output=True, text=True, check=False)
    if "Failed to fetch" in done.stderr:
        pytest.skip("no package index answers, and what builds a wheel comes from one")
    assert done.returncode == 0, done.stderr
    site = tmp_path_factory.mktemp("site-packages")
    with zipfile.ZipFile(next(made.glob("*.whl"))) as wheel:
        wheel.extractall(site)
    return site


def run(site: Path, folder: Path, *words: str) -> tuple[int, str]:
    environment = os.environ | {"PYTHONPATH": str(site)}
    done = subprocess.run(
        [sys.executable, *words], cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    return done.returncode, done.stdout + done.stderr


def kit(site: Path, folder: Path, *words: str) -> tuple[int, str]:
    return run(site, folder, "-m", "autograder", *words)


@pytest.fixture
def workspace(site: Path, tmp_path: Path) -> Path:
    code, page = kit(site, tmp_path, "start", "mine")
    assert code == 0, page
    assert is_shown(STARTED["autograder start mine"], page), page
    return tmp_path / "mine"


def test_one_package_and_a_command(site: Path) -> None:
    metadata = next(site.glob("*.dist-info"))
    assert sorted(path.name for path in site.iterdir()) == ["autograder", metadata.name]
    assert "autograder = autograder.__main__:main" in (metadata / "entry_points.txt").read_text()


def test_where_nothing_was_started_it_says_how(site: Path, tmp_path: Path) -> None:
    code, page = kit(site, tmp_path, "check", "softmax")
    assert code == 2
    assert page == "There are no exercises in this folder or above it. To make some:   autograder start\n"
    assert not list(tmp_path.iterdir())


def test_a_day_with_it(site: Path, workspace: Path) -> None:
    before = sorted(path for path in site.rglob("*") if "__pycache__" not in path.parts)
    code, page = kit(site, workspace, "check", "softmax")
    assert code == 1
    assert is_shown(STARTED["autograder check softmax"], page), page
    file = workspace / "exercises" / "cross_entropy.py"
    file.write_text(file.read_text() + RIGHT)
    code, page = kit(site, workspace / "exercises", "check", "softmax")
    assert code == 0, page
    assert is_shown(WRITTEN["autograder check softmax"], page), page
    assert "make" not in page
    below = kit(site, workspace / "exercises", "check", "nll")[1]
    assert "Edit    cross_entropy.py" in below
    assert "--file" not in below  # what is graded as another file does not count
    assert "pip install --upgrade" in kit(site, workspace, "upgrade")[1]
    code, page = kit(site, workspace, "answer", "softmax")
    assert code == 0
    assert is_shown(WRITTEN["autograder answer softmax"], page), page
    assert "✓   softmax" in kit(site, workspace, "list")[1]
    assert "for authors, in a clone" in kit(site, workspace, "build")[1]
    assert "taught in a clone" in kit(site, workspace, "assign")[1]
    assert not (workspace / "release").exists()
    assert (workspace / ".autograder" / "progress.json").exists()
    assert before == sorted(path for path in site.rglob("*") if "__pycache__" not in path.parts)


def test_pytest_works_in_it(site: Path, workspace: Path) -> None:
    code, page = run(site, workspace, "-m", "pytest", "exercises", "-q", "-rs", "-k", "softmax and not why")
    assert code == 0, page
    assert "autograder check softmax" in page
    code, page = run(site, workspace.parent, "-m", "pytest", "mine/exercises", "-q")
    assert code == 4, page
    assert f"pytest has to be started in the folder of the exercises:   cd '{workspace}'" in page


def test_where_there_are_no_exercises_nothing_is_left_behind(site: Path, tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(site), "AUTOGRADER_RESIDENT": "1", "CI": ""}
    words = [sys.executable, "-m", "autograder", "check", "softmax"]
    done = subprocess.run(
        words, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert "To make some:   autograder start" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_starting_again_overwrites_nothing_and_an_upgrade_brings_new_stubs(site: Path, workspace: Path) -> None:
    file = workspace / "exercises" / "optim.py"
    file.write_text("mine = 1\n")
    page = kit(site, workspace.parent, "start", "mine")[1]
    assert page.startswith("Everything was there already, in mine/.\nGo there:     cd mine\n")
    assert kit(site, workspace, "start")[1].startswith("Everything was there already, in this folder.\n")
    page = kit(site, workspace, "start", ".", "--notebooks")[1]
    assert page.startswith("8 files are new in this folder.\nTo see all:")
    told = (workspace / "notebooks" / "optim.ipynb").read_text()
    assert "`autograder copy optim` in a terminal" in told
    assert "make" not in "".join(json.loads(told)["cells"][1]["source"])
    assert file.read_text() == "mine = 1\n"
    assert kit(site, workspace, "list")[0] == 0
    text = file.read_text()
    assert text.startswith("mine = 1\n")
    assert "class Optimizer" in text


@pytest.mark.parametrize(("installed", "brings"), [(False, "   make watch\n"), (True, "pip install absent other\n")])
def test_what_a_command_needs_is_told_with_what_brings_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], installed: bool, brings: str
) -> None:
    monkeypatch.setattr(group, "leave", sys.exit)
    monkeypatch.setattr(places, "INSTALLED", installed)
    group.needs("watch", "json")
    with pytest.raises(SystemExit):
        group.needs("watch", "absent", "json", "other")
    told = capsys.readouterr().err
    assert told.startswith("watch needs absent and other. To install what is missing:")
    assert told.endswith(brings)


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ("Again: make check exercise=softmax", "Again: autograder check softmax"),
        ("make check exercise=a file=/tmp/a.py", "autograder check a --file /tmp/a.py"),
        ("type make answer exercise=nll give_up=1.", "type autograder answer nll --give-up."),
        ("`make train section=optim` shows it", "`autograder train optim` shows it"),
        ("make copy section=optim, or a file", "autograder copy optim, or a file"),
        ("make copy notebook=FILE", "autograder copy FILE"),
        ("make check section=optim", "autograder check --section optim"),
        ("these make lists and tensors", "these make lists and tensors"),
        ("make a list", "make a list"),
    ],
)
def test_what_is_typed_without_make(here: str, there: str) -> None:
    assert typed(here) == there
