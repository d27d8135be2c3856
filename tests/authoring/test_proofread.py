"""What authors get wrong is told at once, with file, line and what to write, and stops nothing but that exercise."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import small_kit

SETUP, DOUBLE = "solutions/setup.py", "autograder/checks/setup/double.py"
Change = Callable[[Path], None]


def change(file: str, old: str, new: str) -> Change:
    def changed(kit: Path) -> None:
        path = kit / file
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))

    return changed


def add(file: str, text: str) -> Change:
    def added(kit: Path) -> None:
        path = kit / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text((path.read_text() if path.exists() else "") + text)

    return added


def with_build(folder: Path) -> Path:
    """A small kit in which `build` finds all that it reads."""
    kit = small_kit.make(folder)
    shutil.copy(small_kit.ROOT / "pyproject.toml", kit)
    return kit


MORE = "\n\n@double.{}\ndef {}(x):\n    '''{}'''\n    return {}\n"

#: What keeps an exercise from being used -> its line, the same from `check`, `list`, `matrix` and `build`.
STOPS: dict[str, tuple[Change, str]] = {
    "defined twice": (
        add(SETUP, '\n\ndef double(x):\n    """Twice."""\n    return x + x\n'),
        f"{SETUP}:19: `double` is defined again; it is defined in line 6 already. Keep one of them.",
    ),
    "no prompt": (
        change(SETUP, '    """Twice `x`, a float tensor of any shape.\n\n    Return a new tensor.\n    """\n', ""),
        f'{SETUP}:6: `double` has no prompt. Write it as a docstring: """...""" under this line.',
    ),
    "not in the solutions": (
        change(SETUP, "def double", "def doubel"),
        f"{DOUBLE}:5: {SETUP} has no `double` (did you mean doubel?).",
    ),
    "another variable": (
        change(DOUBLE, 'double = code("double"', 'double = dubble = code("dubble"'),
        f'{DOUBLE}:5: this declares double = ...("dubble", ...). Write double = code("double", ...)',
    ),
    "another text": (
        change(DOUBLE, "double = ", "d = "),
        f"{DOUBLE}:8: this raises NameError: name 'double' is not defined",
    ),
    "no such decorator": (
        change(DOUBLE, "@double.probe", "@double.probes"),
        f"{DOUBLE}:8: there is no @double.probes (did you mean @double.probe?).",
    ),
    "declared twice": (
        add(DOUBLE, "\n\n@double.probe\ndef doubles_each_value(double, draw):\n    return double(draw.normal(2))\n"),
        f"{DOUBLE}:29: `doubles_each_value` is declared twice. Rename or drop one.",
    ),
    "a bracket is missing": (change(DOUBLE, "draw.size(1, 3)))", "draw.size(1, 3))"), f"{DOUBLE}:10: Python cannot"),
    "nothing imports it": (change(DOUBLE, "import code", "import cod"), f"{DOUBLE}:3: this raises ImportError"),
}


@pytest.mark.parametrize("case", STOPS)
def test_one_line_names_the_place_and_what_to_write(case: str, tmp_path: Path) -> None:
    spoil, line = STOPS[case]
    kit = with_build(tmp_path / "kit")
    spoil(kit)
    for words in (["list"], ["check", "double"], ["matrix", "double"], ["build"]):
        said = small_kit.run(kit, "-m", "autograder", *words, check=False)
        assert said.stderr.count("\n") == 1
        assert said.stderr.startswith(line), said.stderr
        assert said.returncode == {"list": 0, "build": 1}.get(words[0], 2)
        assert words != ["list"] or "total" in said.stdout
    written = [*kit.glob("exercises/setup.py"), *kit.glob("source/*/setup.ipynb")]
    assert len(written) == 2
    assert not [path for path in written if "x + x" in path.read_text() or "x * 2" in path.read_text()], (
        "an answer was given away"
    )


def test_of_several_names_a_broken_one_costs_the_others_nothing(tmp_path: Path) -> None:
    spoil, line = STOPS["another variable"]
    kit = with_build(tmp_path / "kit")
    spoil(kit)
    for command, shown in (("check", "total is not started"), ("matrix", "total: ")):
        said = small_kit.run(kit, "-m", "autograder", command, "double", "total", check=False)
        assert said.stderr.startswith(line)
        assert shown in said.stdout
        assert said.returncode == 1


@pytest.mark.parametrize(
    ("spoil", "name", "line"),
    [
        (
            add(SETUP, '\n\ndef halve(x):\n    """Half."""\n    return x / 2\n'),
            "halve",
            f"{SETUP}:19: `halve` has a prompt and no checks. Write autograder/checks/setup/halve.py.",
        ),
        (
            add("autograder/checks/cross_entropy/double.py", small_kit.CHECKS["setup/double"]),
            "double",
            f"{DOUBLE}:5: the section cross_entropy has an exercise `double` too. Call one of them something else.",
        ),
        (
            change(SETUP, "return x * 2", "return x.twice()"),
            "double",
            f"{SETUP}:11: the reference raises AttributeError: 'Tensor' object has no attribute 'twice'.",
        ),
        (
            change(DOUBLE, "draw.size(2, 4)", "draw.sise(2, 4)"),
            "double",
            f"{DOUBLE}:8: the probe `doubles_each_value` itself raises AttributeError",
        ),
        (
            change(DOUBLE, '@double.slip("x * 2"', '@double.slip("x * 3"'),
            "double",
            f"{DOUBLE}:24: ",
        ),
        (
            change("solutions/cross_entropy.py", '{"a"}', '{"z"}'),
            "which_is_true",
            "solutions/cross_entropy.py:4: the probe `statement_a` refuses the reference: 'z' is not one of",
        ),
    ],
)
def test_so_does_what_shows_when_it_is_used(spoil: Change, name: str, line: str, tmp_path: Path) -> None:
    kit = small_kit.make(tmp_path / "kit")
    spoil(kit)
    said = small_kit.run(kit, "-m", "autograder", "matrix", name, check=False)
    assert said.returncode in (1, 2)
    assert line in said.stdout + said.stderr
    assert "Traceback" not in said.stderr
    small_kit.answer(kit, "setup", double="def double(x):\n    return x * x\n", total=small_kit.RIGHT["total"])
    said = small_kit.run(kit, "-m", "autograder", "check", name, check=False)
    assert line in said.stderr
    small_kit.run(kit, "-m", "autograder", "check", "total")


#: What the matrix says of grading that works and is not what its author means.
FINDINGS: dict[str, tuple[Change, str]] = {
    "relation": (
        change(DOUBLE, 'multiplies?"]', 'multiplies?"], relations=["negatde"]'),
        f"{DOUBLE}:5: there is no relation negatde (did you mean negated?)",
    ),
    "twin": (
        change(DOUBLE, '"x / 2")', '"x / 2", twins=["square"])'),
        f"{DOUBLE}:24: halves names a twin square that there is not (did you mean squares?)",
    ),
    "twins with other advice": (
        change(DOUBLE, '"x / 2")', '"x / 2", twins=["squares"])'),
        f"{DOUBLE}:24: the twins halves and squares say different things: say one",
    ),
    "a right that takes the shortcut": (
        change(DOUBLE, 'multiplies?"]', 'multiplies?"], shortcut=["add"]'),
        "the right answer by_adding takes the shortcut Tensor.add",
    ),
    "a mistake that is right": (
        add(DOUBLE, MORE.format("mistake", "adds", "You add.", "x + x")),
        "weak: the mistake adds passes (if it is right, make it a @double.right)",
    ),
    "a mistake that takes the shortcut": (
        lambda kit: (
            change(DOUBLE, 'multiplies?"]', 'multiplies?"], shortcut=["add"]')(kit),
            add(DOUBLE, MORE.format("mistake", "adds", "You add.", "x + x"))(kit),
        )[0],
        "weak: the mistake adds passes (it takes the shortcut Tensor.add, which is told without it: drop it)",
    ),
    "a right refused by its dtype": (
        add(DOUBLE, MORE.format("right", "in_double", "", "x.double() * 2")),
        "unfair: the right answer in_double fails doubles_each_value: its dtype is float64 where float32 is expected",
    ),
    "either of two probes": (
        add(
            DOUBLE, "\n\n@double.probe\ndef again(double, draw):\n    return double(draw.normal(draw.size(2, 4), 3))\n"
        ),
        "one of the probes doubles_each_value and again is not needed",
    ),
    "a promise of a dtype": (
        change(SETUP, "Return a new tensor.", "Return a new tensor of the same dtype."),
        'no probe tries what the prompt promises, "same dtype": try float64: draw.promised("float64")',
    ),
    "a promise of any rank": (
        change(SETUP, "a float tensor of any shape", "a float tensor of any number of dimensions"),
        'no probe tries what the prompt promises, "any number of dimensions": try one dimension, and three',
    ),
    "a promise of an error": (
        change(SETUP, "Return a new tensor.", "Raise ValueError without dimensions."),
        'no probe tries what the prompt promises, "ValueError": return draw.raised(NAME, ...) of a call',
    ),
    "survivors": (
        change(SETUP, "return x * 2", "y = x * 1\n    return x * 2"),
        "survives: ",
    ),
}


@pytest.mark.parametrize("case", FINDINGS)
def test_the_matrix_says_what_to_do_about_it_and_exits_with_1(case: str, tmp_path: Path) -> None:
    spoil, finding = FINDINGS[case]
    kit = small_kit.make(tmp_path / "kit", stubs=False)
    spoil(kit)
    said = small_kit.run(
        kit, "-m", "autograder", "matrix", "double", check=False, env=small_kit.environment(COLUMNS="300")
    )
    assert finding in said.stdout, said.stdout + said.stderr
    assert said.returncode == 1
    assert "both" not in said.stdout
    assert said.stdout.count("is not needed") == (case == "either of two probes")


def test_a_probe_runs_through_the_list_of_promises(tmp_path: Path) -> None:
    kit = small_kit.make(tmp_path / "kit", stubs=False)
    change(SETUP, "Return a new tensor.", "Return a new tensor of the same dtype. Raise TypeError without a tensor.")(
        kit
    )
    change(SETUP, "a float tensor of any shape", "a float tensor of any number of dimensions, at least one row")(kit)
    before = small_kit.run(kit, "-m", "autograder", "matrix", "double", check=False).stdout
    add(
        DOUBLE,
        """

@double.probe
def as_promised(double, draw):
    given = {name: double(x) for name, x in draw.promised().items()}
    return given | {"no tensor": draw.raised(double, None)}
""",
    )(kit)
    after = small_kit.run(kit, "-m", "autograder", "matrix", "double", check=False).stdout
    assert (before.count("no probe tries"), after.count("no probe tries")) == (4, 0), after


@pytest.mark.parametrize("named_on", ["first", "second"])
def test_a_twin_counts_from_either_side(named_on: str, tmp_path: Path) -> None:
    kit = small_kit.make(tmp_path / "kit")
    told = "You square each value. Twice two is four in both ways, but look at three."
    twin = MORE.format("mistake" + '(twins=["squares"])' * (named_on == "second"), "powers", told, "x**2")
    add(DOUBLE, twin)(kit)
    if named_on == "first":
        change(DOUBLE, "@double.mistake\ndef squares", '@double.mistake(twins=["powers"])\ndef squares')(kit)
    assert "powers looks like" not in small_kit.run(kit, "-m", "autograder", "matrix", "double", check=False).stdout
    small_kit.answer(kit, "setup", double="def double(x):\n    return x * x\n")
    said = small_kit.run(kit, "-m", "autograder", "check", "double", "--json", check=False).stdout
    assert '"mistake": "squares"' in said


def test_build_counts_the_stubs_that_it_renewed(tmp_path: Path) -> None:
    kit = with_build(tmp_path / "kit")
    add(SETUP, '\n\ndef half(x):\n    """Half of `x`."""\n    return x / 2\n')(kit)
    said = small_kit.run(kit, "-m", "autograder", "build", check=False).stdout
    assert "exercises/setup.py: 1 renewed" in said
    assert "exercises/cross_entropy.py: up to date" in said
