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
from transcript import commands, five_minutes, is_shown

from autograder import lesson, places, source
from autograder.notebooks import build, elsewhere

#: Runs cells as a kernel does, and tells what each of them shows in the end. What IPython shows of an error hangs
#: a tree at parts that all trees of the process share; no check that comes later is to mind.
KERNEL = """
import contextlib, io, json, re, sys
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell

class Page(DisplayPublisher):
    def publish(self, data, metadata=None, *, transient=None, **more):
        shown[(transient or {}).get("display_id", len(shown))] = data["text/plain"]

shell, told = InteractiveShell.instance(), []
shell.display_pub = Page(parent=shell)
with contextlib.redirect_stdout(io.StringIO()):
    shell.run_cell("def f(x):\\n    return no_such_name + x\\nf(-1)")
for cell in json.load(sys.stdin):
    shown = {}
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        shell.run_cell(cell, store_history=True)
    told.append(re.sub("Out.*?: \\n?", "", printed.getvalue()) + "\\n".join(shown.values()))
print(json.dumps(told))
"""


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
        [sys.executable, "-IS", "-c", script], cwd=places.KIT / "open", capture_output=True, text=True, check=True
    )
    assert done.stdout == f"The kit is ready.\n{places.PACKAGE / '__init__.py'}\n"


def test_where_the_kit_cannot_be_had_the_first_cell_says_so_in_a_line(tmp_path: Path) -> None:
    script = re.sub(r'KIT = ".*"', 'KIT = "./no.whl"', code("cross_entropy", "install"))
    script = script.replace('find_spec("autograder")', 'find_spec("no_kit")')
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stderr.endswith(
        "pip could not install ./no.whl; above is why. Where you have its wheel: %pip install FILE.whl\n"
    )


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
    cells, expected = _shown()
    assert cells[:2] == [code("cross_entropy", name) for name in ("install", "imports")]
    cells[0] = re.sub(r'KIT = ".*"', f"KIT = {str(next(wheels.glob('*.whl')))!r}", cells[0])
    cells.append("import autograder\nprint(autograder.__file__)")
    folder = tmp_path / "work"
    folder.mkdir()
    environment = {name: value for name, value in os.environ.items() if name.startswith("AUTOGRADER_")}
    environment |= {"PATH": str(python.parent), "HOME": str(tmp_path), "AUTOGRADER_EXPLAIN": "20"}
    pipes = {"input": json.dumps(cells), "capture_output": True, "text": True}
    done = subprocess.run([str(python), "-c", KERNEL], cwd=folder, env=environment, **pipes)  # type: ignore[call-overload]
    assert done.returncode == 0, done.stderr
    *told, file = json.loads(done.stdout.splitlines()[-1])
    assert file.strip() == str(site / "autograder" / "__init__.py")
    for shown, said in zip(expected, told, strict=True):
        assert is_shown(shown, said.strip() + "\n"), said


def _shown() -> tuple[list[str], list[str]]:
    """The cells of the learner's guide, those of the notebook whole, and what stands below each."""
    own = ["".join(cell["source"]) for cell in notebook("cross_entropy")["cells"] if cell["cell_type"] == "code"]
    cells, expected = [], []
    for first, rest in commands(five_minutes("In a notebook")[0], r"In \[\d+\]: "):
        more = re.match(r"(?: {8}.*\n)*", rest)[0]  # type: ignore[index]
        cell = first + "\n" + re.sub("^ {8}", "", more, flags=re.M)
        cells.append(cell if more else next((cell for cell in own if cell.startswith(f"{first}\n")), first))
        expected.append(rest.removeprefix(more).rstrip() + "\n")
    return cells, expected
