"""The generated notebooks: up to date, made of the right cells, and right when run."""

import json
from pathlib import Path

import pytest

from autograder import lesson, source
from autograder.api import check_file
from autograder.notebooks import build, prose
from autograder.places import KIT as ROOT

SECTIONS = build.sections()


def cells(section: str) -> list[dict]:
    return json.loads(build.build(section))["cells"]


def text(cell: dict) -> str:
    return "".join(cell["source"])


@pytest.mark.parametrize("section", SECTIONS)
def test_the_notebook_is_up_to_date(section: str) -> None:
    committed = build.path(section).read_text(encoding="utf-8")
    assert committed == build.build(section), "out of date: run `python -m autograder build`"


@pytest.mark.parametrize("section", SECTIONS)
def test_every_exercise_has_its_cells(section: str) -> None:
    graded = {}
    for cell in cells(section):
        if meta := cell["metadata"].get("nbgrader"):
            graded[meta["grade_id"]] = meta
    for exercise in lesson.load(section).values():
        check, answer = graded[exercise.name], graded[f"{exercise.name}-answer"]
        assert (check["grade"], check["locked"], check["solution"]) == (True, True, False)
        assert check["points"] == exercise.points
        assert (answer["grade"], answer["locked"], answer["solution"]) == (False, False, True)
        if exercise.kind == "concept":
            words = graded[f"{exercise.name}-words"]
            assert (words["grade"], words["locked"], words["solution"]) == (True, False, True)
            assert words["points"] == build.written_points(exercise)


@pytest.mark.parametrize("section", SECTIONS)
def test_cells_are_short_and_their_ids_are_stable_and_unique(section: str) -> None:
    found = cells(section)
    ids = [cell["id"] for cell in found]
    assert len(ids) == len(set(ids))
    assert all(len(text(cell).splitlines()) <= 45 for cell in found)
    assert build.build(section) == build.build(section)


@pytest.mark.parametrize("section", SECTIONS)
def test_the_instructors_notebook_earns_full_marks(section: str, tmp_path: Path) -> None:
    path = tmp_path / "notebook.ipynb"
    path.write_text(build.build(section), encoding="utf-8")
    for exercise in lesson.load(section).values():
        verdict = check_file(path, exercise.name, seed=11)
        assert verdict.outcome == "passed", verdict.message


@pytest.mark.parametrize("section", SECTIONS)
def test_the_marks_stand_round_what_the_stub_leaves_out(section: str) -> None:
    for name, answer in source.answers(section).items():
        lines = build.solution(answer).splitlines()
        begin = next(i for i, line in enumerate(lines) if build.BEGIN in line)
        end = next(i for i, line in enumerate(lines) if build.END in line)
        hidden = [line for line in lines[begin + 1 : end] if line.strip()]
        written = answer.text.splitlines()[answer.first_written - answer.first :]
        body = [line for line in written if line.strip()]
        assert hidden[-len(body) :] == body, name
        assert lines[end + 1 :] == [], name


@pytest.mark.parametrize("section", SECTIONS)
def test_no_heading_takes_the_anchor_by_which_formgrader_finds_a_score(section: str) -> None:
    headings = [
        line.lstrip("# ") for cell in cells(section) for line in text(cell).splitlines() if line.startswith("## ")
    ]
    assert len(headings) == len(lesson.load(section))
    assert not {heading.replace("\\", "") for heading in headings} & lesson.load(section).keys()


def test_a_link_leads_to_the_second_at_which_the_part_starts() -> None:
    assert "https://course19.fast.ai/videos/?lesson=9&t=2081" in text(cells("cross_entropy")[0])
    known = {exercise.name for exercise in lesson.exercises()}
    here = {
        name for section in lesson.current().sections if section not in SECTIONS for name in source.answers(section)
    }
    if len(SECTIONS) == len(lesson.current().sections):
        assert lesson.current().video["exercises"].keys() <= known | here


def test_a_prompt_becomes_markdown() -> None:
    prompt = """What is `x`?

    x: a tensor of shape (n, m),
      float32

Which of these are true?

a) It has __dunder__ names
   and goes on here.
b) 2 * 3 < n_in

>>> f(1)
2

- first
  still first"""
    told = prose.markdown(prompt)
    assert "- **a)** It has \\_\\_dunder\\_\\_ names\n  and goes on here." in told
    assert "- **b)** 2 \\* 3 \\< n_in" in told
    assert "```python\n>>> f(1)\n2\n```" in told
    assert "- first\n  still first" in told


def test_notebooks_are_built_from_the_command_line() -> None:
    import subprocess
    import sys

    done = subprocess.run([sys.executable, "-m", "autograder", "build"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "source/minibatch_training/cross_entropy.ipynb" in done.stdout
    assert Path(build.path("cross_entropy")).exists()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_in_a_real_kernel_every_check_says_passed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import nbformat
    from nbclient import NotebookClient

    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    nb = nbformat.reads(build.build("cross_entropy"), 4)
    NotebookClient(nb, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}).execute()
    checks = {c.metadata.nbgrader.grade_id: c for c in nb.cells if c.metadata.get("nbgrader", {}).get("locked")}
    assert checks.keys() == lesson.load("cross_entropy").keys()
    for name, cell in checks.items():
        assert f"{name} passed" in cell.outputs[0].data["text/plain"]
        assert "text/html" in cell.outputs[0].data
    pictures = [o for c in nb.cells for o in c.get("outputs", []) if "image/png" in o.get("data", {})]
    assert len(pictures) == 3  # two of the lesson, and the losses under the check of cross_entropy
