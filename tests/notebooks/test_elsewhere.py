"""Notebooks that are opened where the kit is not: they install it, use the torch that is there, and check."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

import pytest

from autograder import lesson, places, source
from autograder.notebooks import build, elsewhere

RIGHT = "def softmax(x):\n    e = x.exp()\n    return e / e.sum(-1, keepdim=True)\n"


def notebook(section: str) -> dict[str, Any]:
    return json.loads(elsewhere.path(section).read_text(encoding="utf-8"))


def code(section: str, name: str) -> str:
    return next("".join(cell["source"]) for cell in notebook(section)["cells"] if cell["id"] == name)


@pytest.mark.parametrize("section", build.sections())
def test_they_are_up_to_date_and_hold_no_answer(section: str) -> None:
    assert elsewhere.path(section).read_text(encoding="utf-8") == elsewhere.content(section), "run `make build`"
    text = "\n".join("".join(cell["source"]) for cell in notebook(section)["cells"])
    assert build.BEGIN not in text
    for name in lesson.load(section):
        assert f"check({name})" in text
        body = source.answers(section)[name].text.rpartition('"""')[2].strip()
        assert body not in text
    assert not [cell for cell in notebook(section)["cells"] if cell.get("outputs")]


def test_the_first_cell_finds_the_clone_that_it_is_opened_in() -> None:
    script = code("cross_entropy", "install") + "\nimport autograder\nprint(autograder.__file__)"
    done = subprocess.run(
        [sys.executable, "-I", "-c", script], cwd=places.KIT / "open", capture_output=True, text=True, check=True
    )
    assert done.stdout == f"The kit is ready.\n{places.PACKAGE / '__init__.py'}\n"


@pytest.mark.slow
def test_in_a_foreign_environment_the_kit_is_installed_beside_the_torch_that_is_there(tmp_path: Path) -> None:
    """No git, no make, another folder, an environment with a torch of its own and nothing of the kit."""
    wheels = tmp_path / "wheels"
    build = [sys.executable, "-m", "uv", "build", "--quiet", "--wheel", "--out-dir", str(wheels), str(places.KIT)]
    made = subprocess.run(build, capture_output=True, text=True, check=False)
    if "Failed to fetch" in made.stderr:
        pytest.skip("no package index answers, and what builds a wheel comes from one")
    assert made.returncode == 0, made.stderr
    python = tmp_path / "there" / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "there")], check=True)
    (site,) = (tmp_path / "there").glob("lib/python*/site-packages")
    (site / "theirs.pth").write_text(sysconfig.get_path("purelib"))
    install = re.sub(r'KIT = ".*"', f"KIT = {str(next(wheels.glob('*.whl')))!r}", code("cross_entropy", "install"))
    cells = [install, code("cross_entropy", "imports"), RIGHT, "print(check(softmax))\nprint(autograder_is())"]
    cells.insert(1, "def autograder_is():\n    import autograder\n    return autograder.__file__\n")
    folder = tmp_path / "work"
    folder.mkdir()
    environment = {"PATH": str(python.parent), "HOME": str(tmp_path)} | {
        name: value for name, value in os.environ.items() if name.startswith("AUTOGRADER_")
    }
    script = "\n".join(f"exec({cell!r}, globals())" for cell in cells)
    done = subprocess.run([str(python), "-c", script], cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "Installing the kit: some seconds." in done.stdout
    assert "softmax passed" in done.stdout
    assert str(site / "autograder" / "__init__.py") in done.stdout
