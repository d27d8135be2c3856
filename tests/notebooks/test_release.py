"""What students get: notebooks and a wheel that work without the kit, and that give nothing away."""

import ast
import inspect
import io
import json
import subprocess
import sys
import textwrap
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from course import Course, answered

from autograder import lesson, source
from autograder.notebooks import build, wheel

SECTIONS = build.sections()


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    made = Course(tmp_path_factory.mktemp("course"), SECTIONS)
    made.release()
    return made


@pytest.fixture(scope="module")
def released(course: Course) -> dict[str, str]:
    """Every text that is released, by file."""
    texts = {}
    for path in (course.folder / "release").rglob("*"):
        if path.suffix == ".ipynb":
            cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
            texts[path.name] = "\n".join("".join(cell["source"]) for cell in cells)
            texts[path.name + " as it is"] = path.read_text(encoding="utf-8")
        elif path.suffix == ".whl":
            with zipfile.ZipFile(path) as archive:
                texts |= {name: archive.read(name).decode() for name in archive.namelist()}
    return texts


def test_each_section_is_released_with_one_wheel(course: Course) -> None:
    files = {path.name for path in (course.folder / "release" / build.ASSIGNMENT).iterdir()}
    assert files == {f"{section}.ipynb" for section in SECTIONS} | {wheel.NAME}


def test_no_answer_is_released(released: dict[str, str]) -> None:
    together = squeeze("\n".join(released.values()))
    for section in SECTIONS:
        for name, answer in source.answers(section).items():
            body = squeeze(source.without_prompt(answer.text).split(":\n", 1)[-1])
            assert len(body) < 25 or body not in together, f"the answer of {name}"


def test_no_mistake_hint_explanation_or_rubric_is_released(released: dict[str, str]) -> None:
    together = squeeze("\n".join(released.values()))
    for exercise in lesson.exercises():
        secrets = [variant.message for variant in exercise.mistakes.values()]
        secrets += [statement.explanation for statement in exercise.statements.values()]
        secrets += [*exercise.hints, *exercise.rubric, exercise.model_answer]
        for text in filter(None, secrets):
            assert squeeze(text) not in together, f"{exercise.name}: {text}"
        for variant in [*exercise.mistakes.values(), *exercise.rights.values()]:
            body = squeeze(source.without_prompt(undecorated(variant.function)).split(":\n", 1)[-1])
            assert len(body) < 40 or body not in together, f"{exercise.name}: {variant.name}"


def test_no_letters_of_a_concept_question_are_released(released: dict[str, str]) -> None:
    for section in SECTIONS:
        cells = json.loads(released[f"{section}.ipynb as it is"])["cells"]
        for cell in cells:
            name = cell["metadata"].get("nbgrader", {}).get("grade_id", "")
            if name.endswith("-answer"):
                code = "".join(cell["source"])
                assert "raise NotImplementedError()" in code, name
                assert not [n for n in ast.walk(ast.parse(code)) if isinstance(n, ast.Return)], name
            assert "BEGIN" not in "".join(cell["source"])
        recorded = json.loads(released[f"autograder/notebooks/recorded/{section}.json"])
        concepts = {e.name for e in lesson.load(section).values() if e.kind == "concept"}
        assert not concepts & recorded.keys()


def test_no_trusted_part_is_in_the_wheel(released: dict[str, str]) -> None:
    for name in ("judging/grade", "authoring/relations", "authoring/variants", "classroom/grading", "classroom/plugin"):
        assert f"autograder/{name}.py" not in released
    assert not [name for name in released if name.startswith("solutions")]


STUDENT = """
import sys
sys.path.insert(0, sys.argv[1])
import torch
from autograder import answer, check, hint

def softmax(x):
    return x.exp() / x.exp().sum(-1, keepdim=True)

print(repr(check(softmax)))

def softmax(x):
    return x.exp() / x.exp().sum(0, keepdim=True)

wrong = check(softmax)
print(repr(wrong))
assert "rgba(" in wrong._repr_html_()

def why_softmax():
    return {"a", "b"}

print(repr(check(why_softmax)))

def why_softmax():
    return {"z"}

print(repr(check(why_softmax)))
print(repr(check("softmacks")), repr(hint("softmax")), repr(answer("softmax", True)))
import autograder
assert autograder.__file__.startswith(sys.argv[1]), autograder.__file__
"""


def test_a_student_can_check_with_nothing_but_the_wheel(course: Course, tmp_path: Path) -> None:
    archive = zipfile.ZipFile(course.folder / "release" / build.ASSIGNMENT / wheel.NAME)
    archive.extractall(tmp_path / "installed")
    script = tmp_path / "student.py"
    script.write_text(STUDENT)
    command = [sys.executable, "-W", "error", str(script), str(tmp_path / "installed")]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "softmax passed" in done.stdout
    assert "softmax does not pass yet" in done.stdout
    assert "The smallest failing case found" in done.stdout
    assert "Your answer, a, b, can be graded." in done.stdout
    assert "'z' is not one of the statements" in done.stdout
    assert "Did you mean softmax" in done.stdout


def test_the_wheel_is_one_that_installers_accept(course: Course) -> None:
    data = (course.folder / "release" / build.ASSIGNMENT / wheel.NAME).read_bytes()
    assert data == wheel.build(), "the same bytes for the same kit"
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        record = archive.read(next(name for name in names if name.endswith("RECORD"))).decode()
        assert {line.split(",")[0] for line in record.splitlines()} == set(names)


def test_plain_nbgrader_assign_works_too(tmp_path: Path) -> None:
    course = Course(tmp_path, ["setup"])
    course.nbgrader("assign", build.ASSIGNMENT)
    files = {path.name for path in (course.folder / "release" / build.ASSIGNMENT).iterdir()}
    assert files == {"setup.ipynb", wheel.NAME}


def test_what_is_released_is_unsolved(course: Course) -> None:
    notebook = course.released("setup")
    assert answered(notebook, {}) == notebook
    codes = ["".join(c["source"]) for c in notebook["cells"] if c["cell_type"] == "code"]
    assert sum("raise NotImplementedError()" in code for code in codes) == len(lesson.load("setup"))


def undecorated(function: Callable[..., object]) -> str:
    text = textwrap.dedent(inspect.getsource(function))
    node = ast.parse(text).body[0]
    assert isinstance(node, ast.FunctionDef)
    return "\n".join(text.splitlines()[node.lineno - 1 :]) + "\n"


def squeeze(text: str) -> str:
    return "".join(text.split())
