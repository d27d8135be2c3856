"""Answers go from a notebook to exercises/ and back, with what they need, and nothing is overwritten or lost."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import small_kit

from autograder.copying import splice

STUB = 'def {name}:\n    """In short."""\n    raise NotImplementedError()'
DOUBLE = '''def double(x):
    """In short."""
    ### BEGIN SOLUTION
    # twice: ü
    y = twice(x)  # "quoted"
    return y
    ### END SOLUTION'''


def notebook(kit: Path, *cells: str, name: str = "mine.ipynb") -> Path:
    path = kit / name
    made: list[dict[str, Any]] = [
        {"cell_type": "markdown", "id": "m", "metadata": {}, "source": ["# Mine ü\n", "text"]}
    ]
    for number, text in enumerate(cells):
        cell = {"cell_type": "code", "execution_count": 3, "id": f"c{number}", "metadata": {"tags": ["kept"]}}
        made.append(cell | {"outputs": [], "source": text.splitlines(keepends=True)})
    content = {"cells": made, "metadata": {"kernelspec": {"name": "python3"}}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")
    return path


def cells(path: Path) -> list[str]:
    return ["".join(cell["source"]) for cell in json.loads(path.read_text())["cells"]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_kit.make(tmp_path_factory.mktemp("made") / "kit")


@pytest.fixture
def kit(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "kit"))


def copy(kit: Path, *words: str, code: int = 0) -> str:
    done = small_kit.run(kit, "-m", "autograder", "copy", *words, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def backups(kit: Path) -> set[str]:
    return {path.read_text() for path in (kit / ".autograder" / "backups").glob("*")}


def test_answers_come_with_their_helpers_and_the_prompt_stays(kit: Path) -> None:
    path = kit / "exercises" / "setup.py"
    before = path.read_text()
    notebook(
        kit,
        "%matplotlib inline\nimport math as m\nimport torch\nfrom autograder import check",
        "FACTOR = 2\n\ndef twice(x):\n    return x * FACTOR * m.sqrt(1)",
        "!pip list\n" + DOUBLE,
        "check(double)",
        STUB.format(name="total(xs)"),
        'def which_is_true():\n    return "a"\n',
    )
    told = copy(kit, "mine.ipynb")
    assert "Copied to exercises/: double, which_is_true" in told
    text = path.read_text()
    assert '"""Twice `x`, a float tensor of any shape.' in text  # the long prompt, not the short one
    assert "In short" not in text
    assert "SOLUTION" not in text
    assert '    # twice: ü\n    y = twice(x)  # "quoted"\n    return y\n' in text
    assert text.count("import torch") == 1
    assert (
        text.index("import math as m") < text.index("FACTOR = 2") < text.index("def twice") < text.index("def double")
    )
    assert "def total(xs):" in text
    assert "from autograder import check" not in text
    assert before in backups(kit)
    done = small_kit.run(kit, "-m", "autograder", "check", "double", "which_is_true")
    assert "2 of 2 pass" in done.stdout
    told = copy(kit, "mine.ipynb")
    assert told == "Nothing was copied to exercises/.\nThe same on both sides: double, which_is_true\n"


def test_where_both_were_written_both_stay_until_forced(kit: Path) -> None:
    small_kit.answer(kit, "setup", double="def double(x):\n    return x + x\n", total=small_kit.RIGHT["total"])
    path = kit / "exercises" / "setup.py"
    before = path.read_text()
    notebook(kit, "def double(x):\n    return 2 * x", "def total(xs):\n    'In short.'\n    return sum(xs)  # as there")
    told = copy(kit, "mine.ipynb", code=1)
    assert "Written differently on both sides, and left: double" in told
    assert "The same on both sides: total" in told
    assert path.read_text() == before
    told = copy(kit, "mine.ipynb", "--force")
    assert "Copied to exercises/: double" in told
    assert "return 2 * x" in path.read_text()
    assert before in backups(kit)
    assert any(text in told for text in [p.name for p in (kit / ".autograder" / "backups").glob("*")])


def test_a_second_copy_knows_which_side_was_written_since(kit: Path) -> None:
    path = kit / "exercises" / "setup.py"
    notebook(kit, "def double(x):\n    return 2 * x")
    copy(kit, "mine.ipynb")
    notebook(kit, "def double(x):\n    return x + x")
    assert "Copied to exercises/: double" in copy(kit, "mine.ipynb")
    assert "return x + x" in path.read_text()
    path.write_text(path.read_text().replace("return x + x", "return x * 2  # better"))
    assert "Newer there, and left: double" in copy(kit, "mine.ipynb")
    assert "# better" in path.read_text()
    assert "Copied to mine.ipynb: double" in copy(kit, "mine.ipynb", "--to-notebook")
    notebook(kit, "def double(x):\n    return x - -x")
    path.write_text(path.read_text().replace("# better", "* 1"))
    assert "Written differently on both sides, and left: double" in copy(kit, "mine.ipynb", code=1)


def test_of_an_import_only_what_an_answer_needs_comes_along(kit: Path) -> None:
    notebook(kit, "from math import sqrt, fsum as total", "def double(x):\n    return x * sqrt(4)")
    assert "Copied to exercises/: double" in copy(kit, "mine.ipynb")
    text = (kit / "exercises" / "setup.py").read_text()
    assert "from math import sqrt\n" in text
    assert "fsum" not in text


def test_the_way_back_changes_the_answer_cell_alone(kit: Path) -> None:
    small_kit.answer(
        kit, "setup", double="def double(x):\n    return helped(x)\n\n\ndef helped(x):\n    return x * 2\n"
    )
    path = notebook(kit, "import torch", STUB.format(name="double(x)"), "check(double)", "%%time\ndef broken(:")
    before = json.loads(path.read_text())
    text = path.read_text()
    told = copy(kit, "mine.ipynb", "--to-notebook")
    assert "Copied to mine.ipynb: double" in told
    assert "code cell 4 of mine.ipynb is not Python" in told
    after = json.loads(path.read_text())
    changed = [i for i, (a, b) in enumerate(zip(before["cells"], after["cells"], strict=True)) if a != b]
    assert changed == [2]
    answer = "".join(after["cells"][2]["source"])
    assert answer.startswith("def helped(x):")
    assert answer.endswith('def double(x):\n    """In short."""\n    return helped(x)')
    assert after["cells"][2]["metadata"] == {"tags": ["kept"]}
    assert text in backups(kit)
    assert copy(kit, "mine.ipynb", "--to-notebook").startswith("Nothing was copied")
    assert copy(kit, "mine.ipynb").startswith("Nothing was copied")  # and there and back again is the same


def test_an_answer_that_is_not_there_goes_where_it_belongs(kit: Path) -> None:
    path = kit / "exercises" / "setup.py"
    path.write_text("import torch\r\n\r\n\r\ndef total(xs):\r\n    return 0\r\n", newline="")
    notebook(kit, "def double(x): return x * 2")
    assert "Copied to exercises/: double" in copy(kit, "mine.ipynb")
    assert "def double(x):" in path.read_text()
    assert path.read_bytes().count(b"\r\n") == path.read_bytes().count(b"\n")
    path.unlink()
    assert "Copied" in copy(kit, "mine.ipynb")
    assert "return x * 2" in path.read_text()


def test_a_section_stands_for_its_notebook(kit: Path) -> None:
    (kit / "notebooks").mkdir()
    notebook(kit, "def double(x):\n    return x * 2", name="notebooks/setup.ipynb")
    assert "Copied to exercises/: double" in copy(kit, "setup")


def test_a_helper_of_the_same_name_is_left_and_told(kit: Path) -> None:
    path = kit / "exercises" / "setup.py"
    path.write_text("FACTOR = 3\n\n" + path.read_text())
    notebook(kit, "FACTOR = 2", "def double(x):\n    return x * FACTOR")
    told = copy(kit, "mine.ipynb")
    assert "FACTOR is different in setup.py, and was left as it is there." in told
    assert path.read_text().count("FACTOR = ") == 1


def test_files_that_cannot_be_read_change_nothing(kit: Path) -> None:
    path = kit / "exercises" / "setup.py"
    path.write_text("def double(x:\n")
    notebook(kit, "def double(x):\n    return 2 * x")
    assert "setup.py is not Python" in copy(kit, "mine.ipynb")
    assert path.read_text() == "def double(x:\n"
    (kit / "broken.ipynb").write_text("{")
    assert "not a notebook that can be read" in copy(kit, "broken.ipynb", code=2)
    assert "There is no file gone.ipynb" in copy(kit, "gone.ipynb", code=2)


@pytest.mark.parametrize(
    ("written", "replaced", "expected"),
    [
        ("def f(x): return x\n", 'def f(x):\n    """P."""\n    raise X\n', 'def f(x):\n    """P."""\n    return x\n'),
        (
            "def f(x):\n  # c\n  return x\n",
            'def f(x):\n    """P\n    q."""\n',
            'def f(x):\n  # c\n  """P\n    q."""\n  return x\n',
        ),
        (
            'def f(x):\n    """Mine."""\n    return x\n',
            "def f(x):\n    pass\n",
            'def f(x):\n    """Mine."""\n    return x\n',
        ),
        (
            "@d\ndef f(\n    x=1,\n):\n    return x\n",
            'def f(x):\n    "P"\n',
            '@d\ndef f(\n    x=1,\n):\n    "P"\n    return x\n',
        ),
        (
            'class A:\n    """M."""\n    y = 1\n',
            'class A:\n    """P."""\n    def g(s): pass\n',
            'class A:\n    """P."""\n    y = 1\n',
        ),
    ],
)
def test_splicing_keeps_the_prompt_and_takes_the_lines(written: str, replaced: str, expected: str) -> None:
    assert splice.splice(written, replaced) == expected
    assert splice.same(written, expected)
