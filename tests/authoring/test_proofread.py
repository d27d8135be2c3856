"""What authors get wrong is told at once, with file, line and what to write, and stops nothing but that exercise."""

from __future__ import annotations

import ast
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import small_kit

from autograder import declaring, lesson, proofread
from autograder.authoring import families
from autograder.authoring.relations import RELATIONS
from autograder.beside import observe
from autograder.declaring import Misdeclared, remedy
from autograder.judging import grade
from autograder.judging.observable import observable
from autograder.matrix import fair, selfcheck
from autograder.matrix.declared import incomplete
from autograder.matrix.lengths import too_long
from autograder.matrix.needed import mistakes
from autograder.matrix.selfcheck import arrays
from autograder.matrix.steady import verdicts
from autograder.process.frames import Outcome
from autograder.proofread import AuthorsError

SETUP, DOUBLE = "solutions/setup.py", "autograder/checks/setup/double.py"
QUESTION = "autograder/checks/cross_entropy/which_is_true.py"
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


def also(*changes: Change) -> Change:
    def changed(kit: Path) -> None:
        for one in changes:
            one(kit)

    return changed


def moved(file: str, to: str) -> Change:
    def changed(kit: Path) -> None:
        (kit / file).rename(kit / to)

    return changed


def no_utf8(kit: Path) -> None:
    (kit / DOUBLE).write_bytes((kit / DOUBLE).read_bytes() + b"# \xe9\n")


def code(more: str) -> Change:
    """Another keyword in the declaration of `double`."""
    return change(DOUBLE, 'multiplies?"]', f'multiplies?"], {more}')


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
    "another exercise's decorator": (
        change(DOUBLE, "@double.right", "@total.right"),
        f"{DOUBLE}:13: this raises NameError: name 'total' is not defined. Write @double.right, as the file is called.",
    ),
    "a name without quotes": (
        code("relations=[negated]"),
        f"{DOUBLE}:5: this raises NameError: name 'negated' is not defined. Write it as a text: \"negated\".",
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


PROBE = "(double, draw):\n    return double(draw.normal(draw.size(2, 4), draw.size(1, 3)))"
#: What a declaration cannot mean -> its line. It costs its exercise, and no other.
DECLARED: dict[str, tuple[Change, str]] = {
    "a text for a list": (
        change(DOUBLE, 'ids=["R1.1"]', 'ids="R1.1"'),
        f'{DOUBLE}:5: ids takes a list: write ids=["R1.1"].',
    ),
    "a text for relations": (
        code('relations="detached"'),
        f'{DOUBLE}:5: relations takes a list: write relations=["detached"].',
    ),
    "a text for shortcuts": (code('shortcut="log"'), f'{DOUBLE}:5: shortcut takes a list: write shortcut=["log"].'),
    "a text for twins": (
        change(DOUBLE, '"x / 2")', '"x / 2", twins="squares")'),
        f'{DOUBLE}:24: twins takes a list: write twins=["squares"].',
    ),
    "a text for a rubric": (
        change(QUESTION, 'rubric=["says that one is one"]', 'rubric="says so"'),
        f'{QUESTION}:5: rubric takes a list: write rubric=["says so"].',
    ),
    "numbers for hints": (
        change(DOUBLE, '["What is twice one?", "Which operator multiplies?"]', "[1, 2]"),
        f'{DOUBLE}:5: hints takes a list of texts: write hints=["...", "..."].',
    ),
    "an empty hint": (
        change(DOUBLE, '"What is twice one?"', '""'),
        f"{DOUBLE}:5: a text of hints is empty. Write it, or leave it out.",
    ),
    "a list for a text": (code('instead=["add"]'), f'{DOUBLE}:5: instead takes one text: write instead="..."'),
    "true for a reason": (
        change(DOUBLE, ".probe", ".probe(fixed=True)"),
        f'{DOUBLE}:8: fixed takes one text: write fixed="...".',
    ),
    "a list for explanations": (
        change(QUESTION, '{"a": "One is one, always.", "b": "One is less than two."}', '["One is one, always."]'),
        f"{QUESTION}:5: explanations takes a text for each name: write explanations={{",
    ),
    "no such id": (change(DOUBLE, '"R1.1"', '"one"'), f"{DOUBLE}:5: 'one' is no id: write a row of the outline, as"),
    "half a point": (
        change(DOUBLE, ".probe", ".probe(points=0.5)"),
        f"{DOUBLE}:8: points=0.5 cannot be earned. Write a whole number from 1",
    ),
    "no points": (
        change(DOUBLE, ".probe", ".probe(points=0)"),
        f"{DOUBLE}:8: points=0 cannot be earned. Write a whole number from 1; a remark costs no points.",
    ),
    "a text for a tolerance": (
        change(DOUBLE, ".probe", '.probe(rtol="1e-3")'),
        f"{DOUBLE}:8: rtol='1e-3' is no tolerance. Write a small number, as rtol=1e-4.",
    ),
    "a keyword that is nearly one": (
        change(DOUBLE, "hints=", "hint="),
        f"{DOUBLE}:5: this raises TypeError: code() got an unexpected keyword argument 'hint' (did you mean hints?)",
    ),
    "a probe's keyword": (
        change(DOUBLE, ".probe", ".probe(point=2)"),
        f"{DOUBLE}:8: this raises TypeError: Exercise.probe() got an unexpected keyword argument 'point' (did you mean",
    ),
    "a keyword that is none": (
        code('section="setup"'),
        f"{DOUBLE}:5: this raises TypeError: code() got an unexpected keyword argument 'section'. It takes name, ids,",
    ),
    "keywords left out": (
        change(DOUBLE, 'ids=["R1.1"], hints=', ""),
        f"{DOUBLE}:5: this raises TypeError: code() takes 1 positional argument but 2 were given. Write each with its",
    ),
    "a bare decorator": (
        change(DOUBLE, "@double.probe", "@probe"),
        f"{DOUBLE}:8: this raises NameError: name 'probe' is not defined. Write @double.probe.",
    ),
    "a lambda": (
        add(DOUBLE, "\ndouble.probe(lambda double, draw: double(draw.normal(2)))\n"),
        f"{DOUBLE}:28: @double.probe takes no lambda. Write it above a function: def what_it_is(...):",
    ),
    "a title": (
        change(DOUBLE, ".probe", '.probe("doubles")'),
        f"{DOUBLE}:8: @double.probe takes no str. Write it above a function",
    ),
    "a variable": (
        change(DOUBLE, "@double.probe", "@double.probe\nlimit = 2\n"),
        f"{DOUBLE}:9: Python cannot read this: invalid syntax. Under a decorator stands a def.",
    ),
    "a class": (
        add(DOUBLE, "\n@double.right\nclass Twice:\n    pass\n"),
        f"{DOUBLE}:28: @double.right takes no class. Put it into a function that returns it",
    ),
    "called, and no decorator": (
        add(DOUBLE, "\ndef adds(x):\n    return x + x\n\ndouble.right(adds)\n"),
        f"{DOUBLE}:31: write @double.right above `def adds`, and no call below it.",
    ),
    "a name for two things": (
        add(DOUBLE, MORE.format("right", "squares", "", "x + x")),
        f"{DOUBLE}:29: `squares` is declared twice. Rename or drop one.",
    ),
    "a decorator is lost": (
        change(DOUBLE, "@double.probe\n", ""),
        f"{DOUBLE}:8: nothing calls `doubles_each_value`. Write @double.probe above it.",
    ),
    "no probe": (
        change(DOUBLE, f"@double.probe\ndef doubles_each_value{PROBE}", ""),
        f"{DOUBLE}:5: `double` has no probe. Write one: @double.probe above def what_it_shows(double, draw):",
    ),
    "a generator": (
        change(DOUBLE, "return double(draw", "yield double(draw"),
        f"{DOUBLE}:8: `doubles_each_value` is a generator. Collect what it sees in a list, and return that.",
    ),
    "no draw": (
        change(DOUBLE, "(double, draw)", "(double)"),
        f"{DOUBLE}:8: a probe takes two arguments: write def doubles_each_value(double, draw):",
    ),
    "three arguments": (change(DOUBLE, "(double, draw)", "(double, draw, n)"), f"{DOUBLE}:8: a probe takes two"),
    "the wrong way round": (change(DOUBLE, "(double, draw)", "(draw, double)"), f"{DOUBLE}:8: a probe takes two"),
    "a slip of nothing": (
        change(DOUBLE, '("x * 2", "x / 2")', ""),
        f'{DOUBLE}:24: a slip takes old code and new code: @double.slip("old code", "new code").',
    ),
    "two exercises": (
        add(DOUBLE, '\n\ntotal = code("total", ids=["X1"], hints=["Add.", "All."])\n'),
        f"{DOUBLE}:29: `total` is an exercise here too. Each has a file of its own: total.py beside this one.",
    ),
    "another section's folder": (
        moved(DOUBLE, DOUBLE.replace("setup", "cross_entropy")),
        "autograder/checks/cross_entropy/double.py:5: `double` is asked in solutions/setup.py. Move this file into "
        "autograder/checks/setup/.",
    ),
    "hints in a variable": (
        change(DOUBLE, 'hints=["What is twice one?", "Which operator multiplies?"]', "hints=HINTS"),
        f"{DOUBLE}:5: write what hints= is in its place: a variable would be there beside the learner's answer.",
    ),
    "a right with the name of the exercise": (
        add(DOUBLE, MORE.format("right", "double", "", "x + x")),
        f"{DOUBLE}:29: `double` is the exercise. Call this function something else.",
    ),
    "a name that no module has": (
        change(DOUBLE, "from autograder", "from autograder.authoring.slips import chnage\nfrom autograder"),
        f"{DOUBLE}:3: this raises ImportError: cannot import name 'chnage' from 'autograder.authoring.slips' (did you",
    ),
    "a module that there is not": (
        change(DOUBLE, "from autograder", "from autograder.authoring.slip import change\nfrom autograder"),
        f"{DOUBLE}:3: this raises ModuleNotFoundError: No module named 'autograder.authoring.slip' (did you mean",
    ),
    "an import without a name": (
        change(DOUBLE, "from autograder", "from . import two\nfrom autograder"),
        f"{DOUBLE}:3: name the module: from autograder.checks.setup import ...",
    ),
    "a file that only helps": (
        add("autograder/checks/setup/helpers.py", "two = 2\n"),
        'autograder/checks/setup/helpers.py:1: this declares no exercise. Write helpers = code("helpers", ...), as the '
        "file is called, or call the file _helpers.py if it only helps others.",
    ),
    "a file of another name": (
        moved(DOUBLE, DOUBLE.replace("double", "double-it")),
        f"{DOUBLE.replace('double', 'double-it')}:1: double-it is no name in Python. Call the file double.py, as its "
        "exercise is called.",
    ),
    "no section's folder": (
        also(add("autograder/checks/set_up/_.py", ""), moved(DOUBLE, "autograder/checks/set_up/double.py")),
        "autograder/checks/set_up/double.py:1: `double` is in the folder of no section (did you mean setup?). Move it.",
    ),
    "no section's solutions": (
        add("solutions/extra.py", 'def half(x):\n    """Half."""\n    return x / 2\n'),
        "solutions/extra.py:1: `half` is asked in no section. Add extra to those in solutions/lesson.toml.",
    ),
    "no function": (
        change(SETUP, "def double", "async def double"),
        f"{SETUP}:6: `double` is no function here: write it with `def double(`.",
    ),
    "an f-text for a prompt": (
        change(SETUP, '"""Twice', 'f"""Twice'),
        f"{SETUP}:6: `double` has an f-text where its prompt belongs, which Python takes for code. Leave the f out.",
    ),
    "a statement without an explanation": (
        change("solutions/cross_entropy.py", "b) One is two.", "b) One is two.\n    c) Two is two."),
        "solutions/cross_entropy.py:4: the prompt of `which_is_true` states a, b, c, and explained are a, b.",
    ),
    "no UTF-8": (
        no_utf8,
        f"{DOUBLE}:1: this is no UTF-8 text. Save it as UTF-8 in your editor.",
    ),
    "a slip with a body": (
        change(
            DOUBLE,
            'def halves():\n    """You halve each value."""',
            'def halves(x):\n    """Half."""\n    return x / 2',
        ),
        f"{DOUBLE}:24: `halves` is made from an edit, and its body is never run: take the body out, or write "
        "@double.mistake above it.",
    ),
    "an f-text for the sentence of a slip": (
        change(DOUBLE, '"""You halve each value."""', 'f"""You halve each value."""'),
        f"{DOUBLE}:24: `halves` is made from an edit, and its body is never run: its docstring has an f in front",
    ),
    "checks that know the answer": (
        change(DOUBLE, "from autograder", "from solutions.setup import double as reference\nfrom autograder"),
        f"{DOUBLE}:3: take this import out: a probe that knew the answer could not be released.",
    ),
    "a trial that was left in the solutions": (
        add(SETUP, '\n\nif __name__ == "__main__":\n    print(double(torch.ones(2)))\n'),
        f"{SETUP}:20: this calls `double` when the file is read, where learners have a stub",
    ),
    "checks in no section": (
        add("autograder/checks/triple.py", small_kit.CHECKS["setup/double"].replace("double", "triple")),
        "autograder/checks/triple.py:1: `triple` is in the folder of no section. Move it into autograder/checks/",
    ),
    "a copy in another section": (
        add("autograder/checks/cross_entropy/double.py", small_kit.CHECKS["setup/double"]),
        f"autograder/checks/cross_entropy/double.py:5: `double` is asked in {SETUP}, and has checks there. Take this",
    ),
    "a probe of letters": (
        add(QUESTION, "\n\n@which_is_true.probe\ndef says_a(which_is_true, draw):\n    return which_is_true()\n"),
        f"{QUESTION}:20: a question of letters takes no @which_is_true.probe: each letter is a probe, and each wrong",
    ),
    "a second experiment": (
        add(QUESTION, "\n\n@which_is_true.experiment\ndef again():\n    return ['1']\n"),
        f"{QUESTION}:20: `counts` is the experiment already: put both into one.",
    ),
    "an experiment with parentheses": (
        change(QUESTION, "@which_is_true.experiment", "@which_is_true.experiment()"),
        f"{QUESTION}:15: this raises TypeError: Exercise.experiment() missing 1 required positional argument: "
        "'function'. Leave the parentheses out",
    ),
    "letters of code": (
        code('explanations={"a": "It is."}'),
        f"{DOUBLE}:5: this raises TypeError: code() got an unexpected keyword argument 'explanations'. That belongs "
        "to a question of letters: from autograder.concept import concept, and write concept(...).",
    ),
    "points of an exercise": (
        code("points=4"),
        f"{DOUBLE}:5: this raises TypeError: code() got an unexpected keyword argument 'points'. They stand at each",
    ),
    "a keyword that is missing": (
        change(QUESTION, '    model_answer="One is one.",\n', ""),
        f"{QUESTION}:5: this raises TypeError: concept() missing 1 required keyword-only argument: 'model_answer'. "
        'Write model_answer="...".',
    ),
    "a comma that is missing": (
        change(DOUBLE, '"What is twice one?", ', '"Add?",\n    "What is twice one?"\n    '),
        f"{DOUBLE}:6: a comma is missing between this text and the next, which are one as they stand.",
    ),
    "an f-text for a hint": (
        change(DOUBLE, '"What is twice one?"', 'f"What is {twice} one?"'),
        f"{DOUBLE}:5: this raises NameError: name 'twice' is not defined. Leave the f before this text out",
    ),
    "another decorator at a probe": (
        change(DOUBLE, "@double.probe", "@torch.no_grad()\n@double.probe"),
        f"{DOUBLE}:8: a probe has one decorator: what `@torch.no_grad()` does, do inside of it, as under `with`.",
    ),
    "a module of another folder": (
        change(DOUBLE, "from autograder", "from autograder.spies import Journal\nfrom autograder"),
        f"{DOUBLE}:3: this raises ModuleNotFoundError: No module named 'autograder.spies' (did you mean "
        "autograder.beside.spies?)",
    ),
    "an edit with too much": (
        also(
            change(DOUBLE, "from autograder", "from autograder.authoring.slips import last\nfrom autograder"),
            change(DOUBLE, '"x * 2", "x / 2"', 'last("x * 2", "x / 2")'),
        ),
        f"{DOUBLE}:25: this raises TypeError: last() takes 1 positional argument but 2 were given. It takes new.",
    ),
    "a class that states": (
        change("solutions/cross_entropy.py", "def which_is_true():", "class which_is_true:"),
        "solutions/cross_entropy.py:4: `which_is_true` returns letters: write it with `def which_is_true():`.",
    ),
}


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_kit.make(tmp_path_factory.mktemp("declared") / "kit")


@pytest.mark.parametrize("case", DECLARED)
def test_what_cannot_be_meant_is_told_in_one_line(case: str, untouched: Path, tmp_path: Path) -> None:
    spoil, line = DECLARED[case]
    for folder in ("solutions", "autograder/checks"):
        shutil.copytree(untouched / folder, tmp_path / folder)
    try:
        spoil(untouched)
        # Without compiled files: a text of the same length, in the same second, would be taken for the one before.
        environment = small_kit.environment(PYTHONDONTWRITEBYTECODE="1")
        said = small_kit.run(untouched, "-m", "autograder", "list", env=environment)
    finally:
        for folder in ("solutions", "autograder/checks"):
            shutil.rmtree(untouched / folder)
            shutil.copytree(tmp_path / folder, untouched / folder)
    assert said.stderr.startswith(line), said.stderr
    assert said.stderr.count("\n") == 1
    assert "total" in said.stdout


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("change", ". Write from autograder.authoring.slips import change above."),
        ("LossSpy", ". Write from autograder.beside.spies import LossSpy above."),
        ("readings", ". Write from autograder.beside import readings above."),
        ("as_number", ". Write from autograder.beside.readings import as_number above."),
        ("torch", ". Write import torch above."),
        ("nn", ". Write from torch import nn above."),
        ("drw", " (did you mean draw?)"),
        ("nowhere", ""),
    ],
)
def test_what_checks_are_written_with_is_told_with_its_import(name: str, told: str) -> None:
    assert remedy(NameError(name=name), {"draw": None}, "double") == told


def test_a_question_of_order_that_is_not_declared_one_is_told(tmp_path: Path) -> None:
    exercise, solutions = lesson.find("why_softmax"), tmp_path / "cross_entropy.py"
    letters = list(exercise.statements)
    prompt = "\n".join(["Order.", "", *(f"    {letter}) One." for letter in letters)])
    solutions.write_text(f'def why_softmax():\n    """{prompt}\n    """\n    return {letters[::-1]}\n')
    with pytest.raises(AuthorsError, match=r":\d+: `why_softmax` returns all letters, in order: .*ordered="):
        proofread.reference(exercise, solutions, solutions, [])
    solutions.write_text(solutions.read_text().replace(f"{letters[::-1]}", f"{letters[:2]}"))
    proofread.reference(exercise, solutions, solutions, [])


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("return ['a', 1]", {"lines": ["a", "1"]}),
        ("return 'one\\ntwo'", {"lines": ["one", "two"]}),
        ("print(2)", {"failed": "TypeError: 'NoneType' object is not iterable"}),
        ("return [x]", {"failed": "NameError: name 'x' is not defined"}),
        ("return [torch]", {"failed": "NameError: name 'torch' is not defined"}),
    ],
)
def test_an_experiment_that_shows_nothing_says_why(
    body: str, told: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = observe.experiment({"path": "e.py", "file": f"def shows():\n    {body}", "name": "shows"})
    assert shown == told
    monkeypatch.setattr(grade, "warm", lambda: SimpleNamespace(ask=lambda job: Outcome([shown])))
    findings = selfcheck.unshown(lesson.find("why_no_grad_in_step"))
    assert len(findings) == ("failed" in told)
    assert f"shows nothing: {told.get('failed', '')}" in "".join(findings) or not findings
    assert "".join(findings).endswith(". Write import torch in it") == ("torch" in body)


def test_a_comma_behind_the_declaration_is_told() -> None:
    error = AttributeError("'tuple' object has no attribute 'probe'")
    assert remedy(error, {}, "double") == ". Is a comma behind double = code(...)? Take it out."


def test_so_is_what_a_probe_lacks_when_it_runs() -> None:
    (exercise,) = lesson.select(["softmax"])
    raised = {"type": "NameError", "message": "name 'Journal' is not defined", "frames": []}
    with pytest.raises(AuthorsError, match=r"Write from autograder\.beside\.spies import Journal above"):
        observable(exercise, Outcome(), {next(iter(exercise.probes)): {"raised": raised, "calls": []}}, [])


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
            also(
                add("autograder/checks/cross_entropy/double.py", small_kit.CHECKS["setup/double"]),
                add("solutions/cross_entropy.py", '\n\ndef double(x):\n    """Twice."""\n    return x + x\n'),
            ),
            "double",
            f"{DOUBLE}:5: the section cross_entropy has an exercise `double` too. Call one of them something else.",
        ),
        (
            moved(DOUBLE, DOUBLE.replace("double", "doubel")),
            "double",
            f'{DOUBLE.replace("double", "doubel")}:5: this declares double = ...("double", ...). Write doubel = code(',
        ),
        (
            change(SETUP, "return x * 2", "return double(x)"),
            "double",
            f"{SETUP}:11: the reference raises RecursionError: maximum recursion depth exceeded",
        ),
        (
            change(SETUP, "def double(x):", "def double(x: Tensor):"),
            "double",
            f"{SETUP}:6: this raises NameError: name 'Tensor' is not defined. Write from torch import Tensor above.",
        ),
        (
            change(SETUP, "return x * 2", "breakpoint()\n    return x * 2"),
            "double",
            "the reference raises BdbQuit: . Nobody is there to answer it: take that line out",
        ),
        (
            change(DOUBLE, "draw.size(2, 4)", "draw.size(2)"),
            "double",
            f"{DOUBLE}:10: the probe `doubles_each_value` itself raises TypeError: Draw.size() missing 1 required "
            "positional argument: 'high'. It takes low: int, high: int",
        ),
        (
            change(DOUBLE, "return double(draw.normal(", "return set(double(draw.normal(3))), (("),
            "double",
            f"{DOUBLE}:8: the probe `doubles_each_value` returns a set of tensors, which stand in no order there.",
        ),
        (
            change(SETUP, "return x * 2", "return x.twice()"),
            "double",
            f"{SETUP}:11: the reference raises AttributeError: 'Tensor' object has no attribute 'twice'.",
        ),
        (
            change(SETUP, "return x * 2", "return np.abs(x) * 2"),
            "double",
            f"{SETUP}:11: the reference raises NameError: name 'np' is not defined. Import or define it in this file",
        ),
        (
            change(DOUBLE, "draw.size(2, 4)", "draw.sise(2, 4)"),
            "double",
            f"{DOUBLE}:10: the probe `doubles_each_value` itself raises AttributeError: there is no draw.sise "
            "(did you mean draw.size?)",
        ),
        (
            change(DOUBLE, "draw.size(2, 4)", "draw.size(4, 2)"),
            "double",
            f"{DOUBLE}:10: the probe `doubles_each_value` itself raises ValueError: nothing is in 4..2. The smaller",
        ),
        (
            change(DOUBLE, "(double, draw)", "(answer, draw)"),
            "double",
            f"{DOUBLE}:10: `double(...)` calls the exercise and no answer to it. Call the first parameter of the probe",
        ),
        (
            change(DOUBLE, "return double(draw", "double(draw"),
            "double",
            f"{DOUBLE}:8: the probe `doubles_each_value` returns None. Is its `return` missing?",
        ),
        (
            change(SETUP, "return x * 2", "x * 2"),
            "double",
            f"{SETUP}:6: the reference returns None. Is its `return` missing?",
        ),
        (
            change(DOUBLE, "return double(draw", "return iter(draw"),
            "double",
            f"{DOUBLE}:8: the probe `doubles_each_value` returns a ",
        ),
        (
            change(DOUBLE, "draw.normal(draw.size(2, 4), ", "draw.normal(1000, 1000, "),
            "double",
            f"{DOUBLE}:8: the probe `doubles_each_value` returns a tensor of the shape [1000, 1000, ",
        ),
        (
            change(DOUBLE, "draw.normal(draw.size(2, 4), draw.size(1, 3))", "draw.normal((2, 3))"),
            "double",
            f"{DOUBLE}:10: the probe `doubles_each_value` itself raises TypeError: ((2, 3),) is no shape. Write whole",
        ),
        (
            change(DOUBLE, "draw.normal(draw", "drw.normal(draw"),
            "double",
            f"{DOUBLE}:10: the probe `doubles_each_value` itself raises NameError: name 'drw' is not defined (did you "
            "mean draw?)",
        ),
        (
            change(DOUBLE, "draw.size(1, 3))", "scal=2)"),
            "double",
            f"{DOUBLE}:10: the probe `doubles_each_value` itself raises TypeError: Draw.normal() got an unexpected "
            "keyword argument 'scal' (did you mean scale?)",
        ),
        (
            change(DOUBLE, "return double(draw", "return by_adding(draw"),
            "double",
            f"{DOUBLE}:10: the probe `doubles_each_value` itself raises NameError: name 'by_adding' is not defined. "
            "Rights and mistakes are not there when probes run",
        ),
        (
            change(DOUBLE, "draw):\n", "draw):\n    exit()\n"),
            "double",
            f"{DOUBLE}:10: the probe `doubles_each_value` itself raises SystemExit: None. Nobody is there to answer it",
        ),
        (
            change(DOUBLE, "draw):\n", "draw):\n    __import__('os')._exit(3)\n"),
            "double",
            f"{DOUBLE}:8: the probe `doubles_each_value` ended its process (exit code 3). It has to come back",
        ),
        (
            change(DOUBLE, '"x / 2")', '"x / 2", of="halves")'),
            "double",
            f"{DOUBLE}:24: `halves` is an edit of itself. Name a right in of=, or leave it out",
        ),
        (
            change(DOUBLE, "draw):\n", "draw):\n    while True: draw.number(1, 2)\n"),
            "double",
            f"{DOUBLE}:10: the probe `doubles_each_value` has not come to an end after 1 seconds. Does this loop end?",
        ),
        (
            change(SETUP, "return x * 2", "while True: x = x * 1"),
            "double",
            f"{SETUP}:11: the probe `doubles_each_value` has not come to an end after 1 seconds. Does this loop end?",
        ),
        (
            change(DOUBLE, "draw):\n", "draw):\n    __import__('time').sleep(60)\n"),
            "double",
            f"{DOUBLE}:8: the probe `doubles_each_value` has not come to an end after 4 seconds.",
        ),
        (
            change(DOUBLE, '@double.slip("x * 2"', '@double.slip("x * 3"'),
            "double",
            f"{DOUBLE}:24: ",
        ),
        (
            change(DOUBLE, '"x / 2"', '"x / / 2"'),
            "double",
            f"{DOUBLE}:24: 'x / / 2' is no Python: invalid syntax",
        ),
        (
            change(DOUBLE, '"x / 2"', '"x*2"'),
            "double",
            f"{DOUBLE}:24: `halves` changes nothing: its new code is the old code",
        ),
        (
            change(DOUBLE, '"x * 2", "x / 2"', '"x + x", "x", of="by_ading"'),
            "double",
            f"{DOUBLE}:24: there is no right 'by_ading' (did you mean by_adding?)",
        ),
        (
            change(DOUBLE, "    return double(draw", "    assert not double\n    return double(draw"),
            "double",
            f"{DOUBLE}:10: the probe `doubles_each_value` itself raises AssertionError. A probe asserts nothing",
        ),
        (
            also(
                change(SETUP, "def double(x):", "class double:"),
                change(SETUP, "return x * 2", "def __call__(x):\n        return x * 2"),
                change(DOUBLE, "return double(draw", "return double()(draw"),
            ),
            "double",
            f"{SETUP}:11: this method has no `self`, so double.__call__() takes 1 positional argument",
        ),
        (
            also(
                change(SETUP, "def double(x):", "class double:"),
                change(SETUP, "return x * 2", "def __call__(self):\n        return self.x * 2"),
            ),
            "double",
            f"{DOUBLE}:10: the probe `doubles_each_value` itself raises TypeError: double() takes no arguments. Is",
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
    change("autograder/judging/observable.py", "AT_LONGEST = 10.0, 30.0", "AT_LONGEST = 1.0, 4.0")(kit)
    spoil(kit)
    said = small_kit.run(kit, "-m", "autograder", "matrix", name, check=False)
    assert said.returncode in (1, 2)
    assert line in said.stdout + said.stderr
    assert "Traceback" not in said.stderr
    small_kit.answer(kit, "setup", double="def double(x):\n    return x * x\n", total=small_kit.RIGHT["total"])
    environment = small_kit.environment(AUTOGRADER_TIMEOUT="1")
    said = small_kit.run(kit, "-m", "autograder", "check", name, check=False, env=environment)
    assert line in said.stderr
    small_kit.run(kit, "-m", "autograder", "check", "total")


#: What the matrix says of grading that works and is not what its author means.
FINDINGS: dict[str, tuple[Change, str]] = {
    "relation": (
        code('relations=["negatde"]'),
        f"{DOUBLE}:5: there is no relation negatde (did you mean negated?)",
    ),
    "a relation of a class": (
        also(
            change(SETUP, "def double(x):", "class double:"),
            change(SETUP, "return x * 2", "def __new__(cls, x):\n        return x * 2"),
            code('relations=["negated"]'),
        ),
        f"{DOUBLE}:5: a relation changes what a function returns; leave negated out",
    ),
    "a shortcut that there is not": (
        code('shortcut=["sofmax"]'),
        f'{DOUBLE}:5: the shortcut "sofmax" is no function of torch (did you mean softmax?)',
    ),
    "a class that there is not": (
        code('shortcut=["torch.optim.Optimzer"]'),
        f'{DOUBLE}:5: the shortcut "torch.optim.Optimzer" is nothing in torch (did you mean torch.optim.Optimizer?)',
    ),
    "one of a function's names": (
        code('shortcut=["torch.softmax"]'),
        f'{DOUBLE}:5: the shortcut "torch.softmax" is watched under this name alone: write "softmax"',
    ),
    "no ids": (change(DOUBLE, '"R1.1"', ""), f'{DOUBLE}:5: no id: write ids=["X1"], or a row of the outline'),
    "an id of two": (change(DOUBLE, "R1.1", "R1.2"), f"{DOUBLE}:5: R1.2 is an id of total too: each row is asked once"),
    "no slip to refuse": (
        code('refuses={"nothing": "no reason"}'),
        f"{DOUBLE}:5: there is no family slip nothing to refuse",
    ),
    "an edit that makes no Python": (
        change(DOUBLE, '"x * 2", "x / 2"', '"return x * 2", "continue"'),
        "the mistake halves cannot be observed by doubles_each_value: what its edit makes is no Python: 'continue' not",
    ),
    "a right that leans on another exercise": (
        add(DOUBLE, MORE.format("right", "totals", "", "total([x, x])")),
        "it raises NameError: name 'total' is not defined. It has to bring along what it needs",
    ),
    "a verdict": (
        change(DOUBLE, "return double(draw.normal(", "return bool(double(draw.normal(2)).numel() - 1) or (("),
        "doubles_each_value sees the same under every seed, so its answer can be hard-coded: return what came back",
    ),
    "no sentence": (
        change(DOUBLE, '"""You halve each value."""', "pass"),
        f"{DOUBLE}:24: halves tells learners nothing: write its docstring",
    ),
    "random numbers": (
        also(
            change(DOUBLE, "from autograder", "import torch\n\nfrom autograder"),
            change(DOUBLE, "draw.normal(draw.size(2, 4), draw.size(1, 3))", "torch.randn(3)"),
        ),
        f"{DOUBLE}:12: draw what is random: draw.normal(...) in place of torch.randn",
    ),
    "chance that no seed fixes": (
        change(DOUBLE, "draw.normal(draw.size(2, 4), draw.size(1, 3))", "list(__import__('os').urandom(8))"),
        f"{DOUBLE}:8: the probe `doubles_each_value` sees something else when it runs again with the same draws. Draw",
    ),
    "what another probe has left": (
        also(
            change(DOUBLE, "@double.probe", "SEEN = []\n\n@double.probe"),
            change(DOUBLE, "draw):\n", "draw):\n    SEEN.append(draw.number(1, 2))\n"),
            add(DOUBLE, "\n\n@double.probe\ndef again(double, draw):\n    return [double(draw.number(1, 2)), *SEEN]\n"),
        ),
        f"{DOUBLE}:32: the probe `again` sees something else when it runs again with the same draws.",
    ),
    "a right that is so by luck": (
        add(DOUBLE, MORE.format("right", "by_luck", "", "x * 2 if x.sum() > -1 else x")),
        "unfair: the right answer by_luck fails doubles_each_value sometimes: make matrix exercise=double seed=100",
    ),
    "a right without an end": (
        also(
            change("autograder/matrix/seen.py", "AT_MOST = 4.0", "AT_MOST = 0.5"),
            add(DOUBLE, MORE.format("right", "loops", "", "[1 for _ in iter(int, 1)]")),
        ),
        "unfair: the right answer loops does not come to an end in doubles_each_value",
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
        code('shortcut=["add"]'),
        "the right answer by_adding takes the shortcut Tensor.add",
    ),
    "a mistake that is right": (
        add(DOUBLE, MORE.format("mistake", "adds", "You add.", "x + x")),
        f"{DOUBLE}:29: weak: the mistake adds passes: draw inputs on which it shows, or look at more; or, if it "
        "is right, make it a @double.right",
    ),
    "a mistake that takes the shortcut": (
        also(code('shortcut=["add"]'), add(DOUBLE, MORE.format("mistake", "adds", "You add.", "x + x"))),
        "weak: the mistake adds passes: it takes the shortcut Tensor.add, which is told without it: drop it",
    ),
    "a right refused by its dtype": (
        add(DOUBLE, MORE.format("right", "in_double", "", "x.double() * 2")),
        f"{DOUBLE}:29: unfair: the right answer in_double fails doubles_each_value: its dtype is float64 where float32 "
        f"is expected. Look at less in {DOUBLE}:8, or promise it in the prompt",
    ),
    "a right that is wrong": (
        add(DOUBLE, MORE.format("right", "adds_one", "", "2 * x + 1")),
        f"{DOUBLE}:29: unfair: the right answer adds_one fails doubles_each_value. Look at less in {DOUBLE}:8, or "
        "promise it in the prompt; or, if it is wrong, make it a @double.mistake",
    ),
    "a right that is there already": (
        add(DOUBLE, MORE.format("right", "once_more", "", "x * 2")),
        f"{DOUBLE}:29: the right answer once_more is the reference once more: write it in another style",
    ),
    "a reference that changes what it gets": (
        change(SETUP, "return x * 2", "x += x\n    return x * 2"),
        f"{SETUP}:6: the reference changes x in place: return a new one, or say so in the prompt",
    ),
    "a right with other parameters": (
        add(DOUBLE, "\n\n@double.right\ndef none():\n    return 2\n"),
        "it raises TypeError: none() takes 0 positional arguments but 1 was given. Give it the reference's parameters",
    ),
    "a mistake with other parameters": (
        add(DOUBLE, "\n\n@double.mistake\ndef none():\n    '''You return 2.'''\n    return 2\n"),
        f"{DOUBLE}:29: the mistake none cannot be called as the reference is: none() takes 0 positional arguments",
    ),
    "a mistake that gives no class": (
        also(
            change(SETUP, "def double(x):", "class double:"),
            change(SETUP, "return x * 2", "def __new__(cls, x):\n        return x * 2"),
            add(DOUBLE, "\n\n@double.mistake\ndef none():\n    '''You return 2.'''\n    class Two:\n        pass\n"),
        ),
        f"{DOUBLE}:29: the mistake none gives no class, but NoneType. Write it as def none():, and in it",
    ),
    "a method that there is not": (
        change(DOUBLE, '"x / 2"', '"x.halve()"'),
        f"{DOUBLE}:24: the mistake halves raises AttributeError in every probe: 'Tensor' object has no",
    ),
    "a probe that returns a module": (
        also(
            change(DOUBLE, "from autograder", "import torch\n\nfrom autograder"),
            change(DOUBLE, "return double(draw", "return torch.nn.Linear(2, 1), double(draw"),
        ),
        f"{DOUBLE}:10: the probe `doubles_each_value` returns a value of the type Linear, of which nothing is",
    ),
    "either of two probes": (
        add(
            DOUBLE, "\n\n@double.probe\ndef again(double, draw):\n    return double(draw.normal(draw.size(2, 4), 3))\n"
        ),
        "one of the probes doubles_each_value and again is not needed",
    ),
    "a probe that a change of the reference needs": (
        also(
            change(SETUP, "return x * 2", "return x + x if len(x) > 1 else x * 2"),
            add(DOUBLE, "\n\n@double.probe\ndef of_one(double, draw):\n    return double(draw.normal(1, 2))\n"),
        ),
        "is not needed: others catch the same mistakes. Declare one that they miss, or drop it. doubles_each_value "
        "alone notices `return x + x if len(x) > 1",
    ),
    "the one of two that tries no promise": (
        also(
            change(SETUP, "a float tensor of any shape", "a float tensor of any number of dimensions"),
            add(
                DOUBLE,
                "\n\n@double.probe\ndef as_promised(double, draw):\n"
                "    return [double(x) for x in draw.promised().values()]\n",
            ),
        ),
        "the probe doubles_each_value is not needed",
    ),
    "a promise of a dtype": (
        change(SETUP, "Return a new tensor.", "Return a new tensor of the same dtype."),
        'no probe tries what the prompt promises, "same dtype": try float64: draw.promised("float64")',
    ),
    "a promise of one parameter": (
        also(
            change(SETUP, "def double(x):", "def double(x, every):"),
            change(
                SETUP, "a float tensor of any shape.", "a float tensor of any shape.\n\n    every: int, at least 1."
            ),
            change(DOUBLE, "draw.normal(draw.size(2, 4), draw.size(1, 3))", "draw.normal(1, 3), 2"),
        ),
        'no probe tries what the prompt promises, "at least 1": try 1, a list of one',
    ),
    "a promise of any rank": (
        change(SETUP, "a float tensor of any shape", "a float tensor of any number of dimensions"),
        'no probe tries what the prompt promises, "any number of dimensions": try one dimension, and three',
    ),
    "a promise of an error": (
        change(SETUP, "Return a new tensor.", "Raise ValueError without dimensions."),
        'no probe tries what the prompt promises, "ValueError": return draw.raised(NAME, ...) of a call',
    ),
    "a dtype that the prompt does not mean": (
        change(SETUP, "Twice `x`, a float tensor of any shape.", "Twice `x`.\n\n    x: int64 tensor of any shape"),
        f'{SETUP}:6: the prompt says "x: int64 tensor", and float32 is given: change either',
    ),
    "a dtype that does not come back": (
        change(SETUP, "Return a new tensor.", "Return a float64 tensor."),
        f'{SETUP}:6: the prompt says "Return a float64 tensor", and float32 comes back: change either',
    ),
    "a reason that there is not": (
        change(DOUBLE, ".probe", '.probe(fixed="nothing varies")'),
        f"{DOUBLE}:8: doubles_each_value sees something else under another seed: leave fixed= out",
    ),
    "a text for a tensor": (
        change(DOUBLE, "draw.size(1, 3)))", "draw.size(1, 3))).__repr__()"),
        f"{DOUBLE}:8: doubles_each_value returns a tensor as a text: return the tensor",
    ),
    "a print in a probe": (
        change(DOUBLE, "    return double(draw", "    print(double)\n    return double(draw"),
        f"{DOUBLE}:10: take print(...) out: what is printed there a learner takes for their own",
    ),
    "a dtype for everything": (
        also(
            change(DOUBLE, "from autograder", "import torch\n\nfrom autograder"),
            change(
                DOUBLE, "    return double(draw", "    torch.set_default_dtype(torch.float64)\n    return double(draw"
            ),
        ),
        f"{DOUBLE}:12: take torch.set_default_dtype(...) out: it holds for the answer too",
    ),
    "no such remark": (
        change(DOUBLE, "@double.right", '@double.right(remarks=["adds"])'),
        f"{DOUBLE}:13: the right answer by_adding names a remark adds that there is not",
    ),
    "an f-text for a sentence": (
        change(DOUBLE, '"""You square', 'f"""You square'),
        f"{DOUBLE}:18: squares tells learners nothing: its docstring has an f in front",
    ),
    "no such method": (
        also(
            change(DOUBLE, "from autograder", "from autograder.authoring.slips import without\nfrom autograder"),
            change(DOUBLE, '"x * 2", "x / 2"', 'without("doubel")'),
        ),
        f"{DOUBLE}:25: there is no doubel (did you mean double?)",
    ),
    "a relation that changes nothing": (
        also(
            change(DOUBLE, "draw.normal(draw.size(2, 4), draw.size(1, 3))", "draw.normal(draw.size(2, 4))"),
            code('relations=["detached"]'),
        ),
        "weak: the mistake detached passes: draw inputs on which it shows, or look at more; or, where it changes "
        "nothing, leave it out of relations=[...]",
    ),
    "solutions that read a file": (
        change(SETUP, "import torch", "import torch\n\nROWS = open('rows.csv').read()"),
        f"{SETUP}:5: this raises FileNotFoundError: [Errno 2] No such file or directory: 'rows.csv'. Every learner's",
    ),
    "solutions that lean on others": (
        change(SETUP, "import torch", "import torch\nfrom solutions.cross_entropy import which_is_true"),
        f"{SETUP}:4: learners do not have what this imports: write what is needed here",
    ),
    "a reference that keeps something": (
        change(SETUP, "return x * 2", "torch.kept = getattr(torch, 'kept', 0) + 1\n    return x * torch.kept"),
        "with the same draws. Draw what is random, as with draw.normal(...), and make anew what probes share or the "
        "reference keeps.",
    ),
    "each of two slips that do not fit": (
        also(
            change(DOUBLE, '"x * 2", "x / 2"', '"x * 3", "x / 2"'),
            add(DOUBLE, '\n\n@double.slip("3", "4")\ndef fours():\n    """You take 4."""\n'),
        ),
        f"{DOUBLE}:29: '3' stands nowhere in the code that is to be edited",
    ),
    "survivors": (
        change(SETUP, "return x * 2", "y = x * 1\n    return x * 2"),
        'tests/equivalent_mutants.py:\n    EQUIVALENT = {"double": {"pass": "why it makes no difference"}}',
    ),
    "a file of equivalent mutants that has none": (
        add("tests/equivalent_mutants.py", '"double": {"y = x * 2": "it is not used"}'),
        "tests/equivalent_mutants.py:1: this raises SyntaxError: ",
    ),
    "an example of another result": (
        change(
            SETUP,
            "Return a new tensor.",
            ">>> double(torch.ones(2))\n    tensor([1., 1.])\n    >>> fit(double)\n    3",
        ),
        f"{SETUP}:9: the example `double(torch.ones(2))` gives tensor([2., 2.]): write what it gives",
    ),
    "an example that cannot be read": (
        change(SETUP, "Return a new tensor.", ">>>double(torch.ones(2))"),
        f"{SETUP}:7: the examples cannot be tried: ValueError: line 3 of the docstring for prompt lacks blank",
    ),
    "an assert in a probe": (
        change(DOUBLE, "    return double(draw", "    assert double\n    return double(draw"),
        f"{DOUBLE}:10: a probe asserts nothing: return what it looks at, and the kit compares",
    ),
    "a trial below the reference": (
        change(SETUP, "\n\ndef total", "\nprint(torch.ones(2) * 2)\n\n\ndef total"),
        f"{SETUP}:13: every learner's file would have this: take it out of the solutions",
    ),
    "a twin of itself": (
        change(DOUBLE, "@double.mistake", '@double.mistake(twins=["squares"])'),
        f"{DOUBLE}:18: squares is named as its own twin: name the other mistake, or drop it",
    ),
    "a part of an expression": (
        change(DOUBLE, '"x * 2", "x / 2"', '"return x", "return 2"'),
        f"{DOUBLE}:24: 'return x' stands nowhere in the code that is to be edited. It is a part of `return x * 2`: "
        "write all of that",
    ),
    "a part of an expression that is no Python": (
        change(DOUBLE, '"x * 2", "x / 2"', '"* 2", "/ 2"'),
        f"{DOUBLE}:24: '* 2' is no Python: invalid syntax. It is a part of `x * 2`: write all of that",
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
    assert said.stdout.count("is not needed") == finding.count("is not needed")


@pytest.mark.parametrize(
    ("imported", "used"),
    [
        ("from torch import nn", "nn.functional.relu(2 * x) - nn.functional.relu(-2 * x)"),
        ("import torch.nn.functional as F", "F.relu(2 * x) - F.relu(-2 * x)"),
        ("from torch.nn import functional", "functional.relu(2 * x) - functional.relu(-2 * x)"),
        ("import torch\n\nTWO = torch.tensor(2.0)", "TWO * x"),
        ("import torch\n\nclass Twice(torch.nn.Module):\n    def forward(self, x): return 2 * x", "Twice()(x)"),
    ],
)
def test_torch_is_imported_as_anywhere(imported: str, used: str, tmp_path: Path) -> None:
    kit = small_kit.make(tmp_path / "kit", stubs=False)
    change(DOUBLE, "from autograder", f"{imported}\n\nfrom autograder")(kit)
    add(DOUBLE, MORE.format("right", "with_torch", "", used))(kit)
    said = small_kit.run(kit, "-m", "autograder", "matrix", "double", check=False)
    assert "2 rights" in said.stdout, said.stdout + said.stderr
    assert "with_torch" not in said.stdout


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


def test_what_a_trial_left_in_the_reference_is_told_with_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    exercise = lesson.find("softmax")
    result = {"tensor": "float32", "shape": [1], "values": [1.0]}
    seen = {
        "normal": {"calls": [{"result": result}]},
        "numpy": {"calls": [{"result": result | {"tensor": "numpy.float32"}}]},
    }
    findings = {}
    for prompt in ("Softmax.", "Print it, and return a NumPy array."):
        for body in ("y = x.exp()\n    print(y)\n    return y", "return x.exp().numpy()"):
            text = f'def softmax(x):\n    """{prompt}"""\n    {body}'
            monkeypatch.setattr(proofread, "definitions", lambda _, text=text: ast.parse(text).body)
            for name in seen:
                told = incomplete(exercise) + arrays(exercise, {name: seen[name]})
                findings[prompt, body[0], name] = [one.removeprefix("solutions/cross_entropy.py:") for one in told]
    prints = "4: the reference prints: take print(...) out, or say in the prompt that it does"
    numpys = "{}: what comes back from the reference is NumPy's: leave .numpy() out, or say NumPy in the prompt"
    assert findings["Softmax.", "y", "normal"] == [prints]
    assert findings["Softmax.", "y", "numpy"] == [prints, numpys.format(1)]
    assert findings["Softmax.", "r", "normal"] == [numpys.format(3)]
    assert not any(told for (prompt, _, _), told in findings.items() if prompt != "Softmax.")


@pytest.mark.parametrize(
    ("prompt", "hint", "told"),
    [
        ("lo: float", "Compare.", ":1: the prompt names `lo`, which is no parameter, and not `low`, which is one"),
        ("lo: float, as `low`", "Compare.", ""),
        ("low: float", "Compare.", ""),
        (
            "`limit`: float",
            "Compare.",
            ":1: the prompt names `limit`, which is no parameter, and not `low`, which is one",
        ),
        ("low: float, under `clamp`, no `nan`", "Compare.", ""),
        (
            "low: float. `lows` stay",
            "Compare.",
            ":1: the prompt names `lows`, which is no parameter (did you mean low?)",
        ),
        ("low: float", "Write x.clamp(low).", ": this hint hands the answer out: leave `x.clamp(low)` to the learner"),
        ("low: float", "x.clamp() does it.", ""),
        (
            "low: float",
            "First kept = torch.where(x > low, x, low).",
            ": this hint hands the answer out: leave `kept = torch.where(x > low, x, low)` to the learner",
        ),
    ],
)
def test_a_prompt_and_a_hint_go_with_the_reference(
    prompt: str, hint: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    exercise = lesson.find("softmax")
    text = f'def softmax(x, low):\n    """Softmax.\n\n    x: tensor\n    {prompt}\n    """\n'
    text += "    kept = torch.where(x > low, x, low)\n    return x.clamp(low)"
    monkeypatch.setattr(proofread, "definitions", lambda _: ast.parse(text).body)
    monkeypatch.setattr(exercise, "hints", ["What is low?", hint])
    findings = incomplete(exercise)
    assert len(findings) == bool(told)
    assert told in "".join(findings)


def test_a_sentence_of_more_than_thirty_words_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    exercise = lesson.find("softmax")
    assert not too_long(exercise)
    short = " ".join(["Look at x."] * 30)
    monkeypatch.setattr(exercise, "hints", [short, f"Sum {'and sum ' * 15}. Then divide."])
    (told,) = too_long(exercise)
    assert 'this sentence has 32 words, and at most 30 are read: "Sum and sum and sum ..."' in told


def test_a_relation_or_a_shared_slip_stands_once() -> None:
    with pytest.raises(Misdeclared, match=r'^"negated" stands twice in relations=\[...\]. Drop one.$'):
        declaring.texts("relations", ["negated", "detached", "negated"])
    assert declaring.texts("relations", ["negated", "detached"])

    def steps_twice() -> None:
        """There is such a slip."""

    families.slips()
    with pytest.raises(AuthorsError, match=r"test_proofread\.py:\d+: `steps_twice` is declared in .*loops\.py:\d+ too"):
        families.slip("a", "b")(steps_twice)


def test_a_name_in_relations_that_is_none_or_a_mistake_too_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    exercise = lesson.find("softmax")
    monkeypatch.setattr(exercise, "relations", ["steps_twice", "anything", next(iter(exercise.mistakes))])
    monkeypatch.setitem(RELATIONS, exercise.relations[2], RELATIONS["negated"])
    monkeypatch.setattr(exercise, "hints", ["One."])
    slip, nothing, both, hints = [finding.partition(": ")[2] for finding in incomplete(exercise)]
    assert slip.startswith("there is no relation steps_twice: a slip that sister exercises share counts by itself.")
    assert nothing.startswith("there is no relation anything. There are returns_nothing, negated, ")
    assert hints == "1 hints: give at least 2, the last just short of the answer"
    assert both.endswith("is a mistake of this exercise too. Rename that, or drop it")


def test_a_helper_that_another_exercise_hides_in_the_text_of_a_section_is_told(tmp_path: Path) -> None:
    kit = small_kit.make(tmp_path / "kit", stubs=False)
    change(DOUBLE, "draw.normal(draw.size(2, 4), draw.size(1, 3))", "some(draw)")(kit)
    add(DOUBLE, "\n\ndef some(draw):\n    return draw.normal(draw.size(2, 4), draw.size(1, 3))\n")(kit)
    hidden = "another `some` would hide this one where the section's checks are one text: rename one of them"
    before = small_kit.run(kit, "-m", "autograder", "matrix", "double", check=False).stdout
    add("autograder/checks/setup/total.py", "\n\ndef some(draw, n):\n    return draw.normal(n)\n")(kit)
    after = small_kit.run(kit, "-m", "autograder", "matrix", "double", check=False).stdout
    assert (before.count(hidden), after.count(hidden)) == (0, 1), after


def test_a_list_of_verdicts_is_told_unless_the_answer_gives_them() -> None:
    exercise = lesson.find("softmax")
    name = next(iter(exercise.probes))
    cases = {"verdicts": ([True, False], 1.0), "values": ([True, 2.0], 1.0), "an answer": ([True, False], True)}
    seen = {case: {name: {"value": value, "calls": [{"result": gave}]}} for case, (value, gave) in cases.items()}
    told = {case: verdicts(exercise, frames) for case, frames in seen.items()}
    assert [finding.endswith("return what came back, and no verdict on it") for finding in told["verdicts"]] == [True]
    assert not told["values"] + told["an answer"]


def raises(name: str) -> dict[str, Any]:
    return {"raised": {"type": "NameError", "message": f"name '{name}' is not defined", "frames": [{"line": 3}]}}


@pytest.mark.parametrize(
    ("frame", "told"),
    [
        (raises("torch"), "is not defined. Write import torch above."),
        (raises("total"), "is not defined. It has to bring along what it needs"),
        ({"value": None, "calls": [{"result": None}]}, ": it returns None. Is its `return` missing?"),
        ({"value": [], "calls": [{"result": "(an iterator)"}]}, ": it yields, where the reference returns. Write"),
        (
            {"value": 2.0, "calls": [{"result": 2.0}]},
            "in the prompt; or, if it is wrong, make it a @collate.mistake",
        ),
    ],
)
def test_why_a_right_is_refused_is_told_with_what_to_write(frame: dict[str, Any], told: str) -> None:
    exercise = lesson.find("collate")
    seen = {probe: {"probe": probe, "calls": []} | frame for probe in exercise.probes}
    reference = {probe: {"probe": probe, "value": 1.0, "calls": [{"result": 1.0}]} for probe in exercise.probes}
    rights = list(exercise.rights)
    findings = fair.refused(exercise, dict.fromkeys(rights, seen), reference, {right: [] for right in rights})
    assert findings
    assert all(told in finding for finding in findings), findings


def test_mistakes_that_look_alike_are_told_once() -> None:
    exercise = lesson.find("collate")
    frames = [{name: {"probe": name, "value": value, "calls": []} for name in exercise.probes} for value in (0.0, 1.0)]
    known = [*exercise.mistakes, *RELATIONS]
    _, findings = mistakes(exercise, dict.fromkeys(known, frames[1]), frames[0], {name: [] for name in known})
    assert ["looks like" in finding for finding in findings] == [True], findings


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
