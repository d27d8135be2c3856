"""`make lab`: the learner's notebooks are made, brought up to date, and never lose what was written in them."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
import small_kit

from autograder import lesson, places, source, workspace
from autograder.api import check_file
from autograder.copying import transfer
from autograder.notebooks import build, lab, learner

SECTION = "cross_entropy"
RIGHT = source.answers(SECTION)["softmax"].text


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(learner, "FOLDER", tmp_path / "notebooks")
    return tmp_path / "notebooks"


def read() -> dict[str, Any]:
    return json.loads(learner.path(SECTION).read_text(encoding="utf-8"))


def write(notebook: dict[str, Any]) -> None:
    learner.path(SECTION).write_text(json.dumps(notebook), encoding="utf-8")


def cell(notebook: dict[str, Any], name: str) -> dict[str, Any]:
    return next(cell for cell in notebook["cells"] if cell["id"] == name)


@pytest.mark.parametrize("section", build.sections())
def test_a_notebook_has_every_exercise_and_gives_nothing_away(section: str) -> None:
    made = learner.content(section)
    ids = [cell["id"] for cell in made["cells"]]
    code = ["".join(cell["source"]) for cell in made["cells"] if cell["cell_type"] == "code"]
    for name in lesson.load(section):
        assert f"check({name})" in code
        answer = next(text for text in code if is_stub_of(text, name))
        assert learner.STUB in answer
    assert len(ids) == len(set(ids))
    text = json.dumps(made)
    assert "nbgrader" not in text
    assert "SOLUTION" not in text
    assert "graded by a person" not in text
    assert f"make copy section={section}" in text


def is_stub_of(text: str, name: str) -> bool:
    found = workspace.definition(text, name)
    return found is not None and workspace.is_stub(found)


def test_it_is_a_notebook_that_jupyter_accepts() -> None:
    import nbformat

    nbformat.validate(nbformat.reads(json.dumps(learner.content(SECTION)), 4))


def test_one_that_is_there_is_not_touched_when_there_is_nothing_new() -> None:
    assert str(learner.refresh(SECTION)) == "made"
    notebook = read()
    cell(notebook, "softmax-answer")["source"] = RIGHT
    write(notebook)
    before = learner.path(SECTION).read_bytes()
    assert str(learner.refresh(SECTION)) == "up to date"
    assert learner.path(SECTION).read_bytes() == before


def test_new_exercises_come_in_at_their_place_and_what_was_written_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = learner.content(SECTION)
    new = [c["id"] for c in whole["cells"] if c["id"].startswith("nll-")]
    older = json.loads(json.dumps(whole))
    older["cells"] = [c for c in older["cells"] if c["id"] not in new]
    older["metadata"]["autograder"]["cells"] = [c["id"] for c in older["cells"]]
    mine = {"cell_type": "markdown", "id": "mine", "metadata": {}, "source": "My own words."}
    older["cells"].insert(4, mine)
    cell(older, "softmax-answer")["source"] = RIGHT
    learner.FOLDER.mkdir()
    write(older)
    assert str(learner.refresh(SECTION)) == f"{len(new)} cells added"
    ids = [c["id"] for c in read()["cells"]]
    assert [i for i in ids if i != "mine"] == [c["id"] for c in whole["cells"]]
    assert cell(read(), "mine") == mine
    assert cell(read(), "softmax-answer")["source"] == RIGHT
    assert str(learner.refresh(SECTION)) == "up to date"


def test_a_prompt_that_changed_is_renewed_unless_it_was_edited() -> None:
    learner.refresh(SECTION)
    notebook = read()
    for name in ("softmax-prompt", "nll-prompt"):
        old = cell(notebook, name)
        old["source"] = ["An older prompt."]
        old["metadata"]["autograder"]["made"] = learner._hash(old)
    cell(notebook, "nll-prompt")["source"] = ["An older prompt, with my remark."]
    write(notebook)
    assert str(learner.refresh(SECTION)) == "1 cell renewed"
    assert cell(read(), "softmax-prompt") == cell(learner.content(SECTION), "softmax-prompt")
    assert cell(read(), "nll-prompt")["source"] == ["An older prompt, with my remark."]


def test_a_cell_that_was_deleted_stays_away() -> None:
    learner.refresh(SECTION)
    notebook = read()
    notebook["cells"] = [c for c in notebook["cells"] if not c["id"].startswith("softmax-")]
    write(notebook)
    assert str(learner.refresh(SECTION)) == "up to date"


@pytest.mark.parametrize("text", ["", "{}", "[]", "no notebook", '{"cells": [], "metadata": {}}', '{"metadata": []}'])
def test_a_file_that_is_something_else_is_left_alone(text: str) -> None:
    learner.FOLDER.mkdir()
    learner.path(SECTION).write_text(text)
    assert str(learner.refresh(SECTION)).startswith("left alone")
    assert learner.path(SECTION).read_text() == text


def test_answers_are_copied_each_way_and_can_be_checked_as_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exercises = tmp_path / "exercises"
    exercises.mkdir()
    monkeypatch.setattr(source, "exercises_path", lambda section: exercises / f"{section}.py")
    monkeypatch.setattr(workspace, "BACKUPS", tmp_path / "backups")
    nll = source.answers(SECTION)["nll"].text
    (exercises / f"{SECTION}.py").write_text(
        source.stubs(SECTION).replace(source.stub(source.answers(SECTION)["nll"]), nll)
    )
    learner.refresh(SECTION)
    notebook = read()
    cell(notebook, "softmax-answer")["source"] = RIGHT
    write(notebook)
    assert transfer.to_exercises(learner.path(SECTION)).copied == ["softmax"]
    assert transfer.to_notebook(learner.path(SECTION)).copied == ["nll"]
    for path in (exercises / f"{SECTION}.py", learner.path(SECTION)):
        for name in ("softmax", "nll"):
            assert check_file(path, name).outcome == "passed"
    assert str(learner.refresh(SECTION)) == "up to date"


def test_the_server_shows_the_notebooks_alone_and_kernels_find_the_kit() -> None:
    command = lab.command(SECTION, browser=False)
    assert command[:3] == [sys.executable, "-m", "jupyterlab"]
    assert f"--ServerApp.root_dir={learner.FOLDER}" in command
    assert "--LabApp.default_url=/lab/tree/cross_entropy.ipynb" in command
    assert "--no-browser" in command
    assert "--no-browser" not in lab.command(SECTION, browser=True)
    assert lab.environment()["PYTHONPATH"].startswith(str(places.KIT))


def test_the_command_makes_the_notebooks_and_starts_the_server(tmp_path: Path) -> None:
    kit = small_kit.make(tmp_path / "kit")
    # A server that says how it was called, and is found before the real one.
    (kit / "jupyterlab.py").write_text("import sys; print('server', *sys.argv[1:]); sys.exit(3)")
    done = small_kit.run(kit, "-m", "autograder", "lab", "total", "--no-browser", check=False)
    assert done.returncode == 3, done.stderr
    assert "notebooks/setup.ipynb: made" in done.stdout.replace("\\", "/")
    assert "/lab/tree/setup.ipynb" in done.stdout
    assert "--no-browser" in done.stdout
    assert (kit / "notebooks" / "cross_entropy.ipynb").exists()
    done = small_kit.run(kit, "-m", "autograder", "lab", "totl", check=False)
    assert done.returncode == 2
    assert "Did you mean total" in done.stderr
