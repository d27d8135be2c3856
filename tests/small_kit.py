"""A small kit in a folder of its own: the real code with a lesson of three exercises, for tests that change files."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import started

ROOT = Path(__file__).resolve().parents[1]

SOLUTIONS = {
    "setup": '''"""Section 1."""

import torch


def double(x):
    """Twice `x`, a float tensor of any shape.

    Return a new tensor.
    """
    return x * 2


def total(xs):
    """The sum of a list of numbers."""
    return sum(xs)
''',
    "cross_entropy": '''"""Section 2."""


def which_is_true():
    """Which of these are true?

    a) One is one.
    b) One is two.

    Return a set of letters.
    """
    return {"a"}
''',
}

CHECKS = {
    "setup/double": '''"""Checks."""

from autograder.exercise import code

double = code("double", ids=["R1.1"], hints=["What is twice one?", "Which operator multiplies?"])


@double.probe
def doubles_each_value(double, draw):
    return double(draw.normal(draw.size(2, 4), draw.size(1, 3)))


@double.right
def by_adding(x):
    return x + x


@double.mistake
def squares(x):
    """You square each value. Twice two is four in both ways, but look at three."""
    return x * x


@double.slip("x * 2", "x / 2")
def halves():
    """You halve each value."""
''',
    "setup/total": '''"""Checks."""

from autograder.exercise import code

total = code("total", ids=["R1.2"], hints=["Add them up.", "`sum` does it."])


@total.probe
def adds_up(total, draw):
    return total(draw.numbers(draw.size(2, 5)))


@total.slip("sum(xs)", "xs[0]")
def first_one_only():
    """You return the first number alone."""
''',
    "cross_entropy/which_is_true": '''"""Checks."""

from autograder.concept import concept

which_is_true = concept(
    "which_is_true",
    ids=["R2.2"],
    hints=["Count.", "One is not two."],
    explanations={"a": "One is one, always.", "b": "One is less than two."},
    model_answer="One is one.",
    rubric=["says that one is one"],
)


@which_is_true.experiment
def counts():
    return ["1 == 1 is True"]
''',
}

RIGHT = {"double": "def double(x):\n    return x * 2\n", "total": "def total(xs):\n    return sum(xs)\n"}


_stubs: dict[str, str] = {}


def copied(folder: Path, *without: str) -> None:
    """Copy the code. What is compiled comes along, or each copy compiles it: linked, since nobody writes into it."""
    shutil.copytree(
        ROOT / "autograder", folder / "autograder", ignore=shutil.ignore_patterns(*without), copy_function=_copy
    )


def _copy(one: str, other: str) -> None:
    os.link(one, other) if one.endswith(".pyc") else shutil.copy2(one, other)


def make(folder: Path, stubs: bool = True) -> Path:
    """Copy the code, write the small lesson, and give it its stubs, which are made once."""
    copied(folder, "data", "checks", "classroom", "bootstrap")
    for name, texts in (("solutions", SOLUTIONS), ("autograder/checks", CHECKS)):
        for place, text in texts.items():
            path = folder / name / f"{place}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    shutil.copy(ROOT / "solutions" / "lesson.toml", folder / "solutions")
    (folder / "exercises").mkdir()
    if stubs and not _stubs:
        run(folder, "-c", "from autograder import workspace; workspace.refresh_all()")
        _stubs.update({path.name: path.read_text() for path in (folder / "exercises").glob("*.py")})
    for name, text in _stubs.items() if stubs else ():
        (folder / "exercises" / name).write_text(text)
    return folder


def environment(**more: str) -> dict[str, str]:
    """What a user's terminal has: nothing of the `make` that started the tests."""
    unwanted = ("PYTHONPATH", "NO_COLOR", "EDITOR", "VISUAL")
    kept = {k: v for k, v in os.environ.items() if k not in unwanted and not k.startswith(("MAKE", "MFLAGS"))}
    return kept | {"LC_ALL": "C.UTF-8"} | more


def run(folder: Path, *arguments: str, check: bool = True, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run Python in the kit's folder."""
    options.setdefault("env", environment())
    if arguments[0] == "-m":
        done = started.run(arguments[1], arguments[2:], folder, options["env"], options.get("input"))
    else:
        command = [sys.executable, *arguments]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False, **options)
    assert not check or done.returncode == 0, done.stdout + done.stderr
    return done


def answer(folder: Path, section: str, **bodies: str) -> Path:
    """Write answers into exercises/<section>.py in place of the stubs; each is a whole definition."""
    import ast

    path = folder / "exercises" / f"{section}.py"
    text = path.read_text()
    for name, definition in bodies.items():
        node = next(n for n in ast.parse(text).body if getattr(n, "name", "") == name)
        lines = text.splitlines()
        lines[node.lineno - 1 : node.end_lineno] = definition.rstrip().splitlines()
        text = "\n".join(lines) + "\n"
    path.write_text(text)
    return path
