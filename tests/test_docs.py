"""The guides tell the truth: what they name exists, their samples work, and the site builds from them."""

from __future__ import annotations

import ast
import importlib.util
import json
import re
import runpy
from pathlib import Path

import click
import pytest

from autograder import lesson, places, source
from autograder.beside.draw import Draw
from autograder.commands.group import autograder as cli
from conftest import Kit

DOCS = sorted((places.KIT / "docs").glob("*.md"))
PAGES = [*DOCS, places.KIT / "README.md"]


def text_of(name: str) -> str:
    return (places.KIT / name).read_text(encoding="utf-8")


def code_in(page: Path) -> list[str]:
    """Each line of a code block and each code span of a page."""
    text = page.read_text(encoding="utf-8")
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, re.S | re.M)
    spans = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.S | re.M))
    return [line for block in blocks for line in block.splitlines()] + spans


def blocks(name: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text_of(name), re.S | re.M)


# ------------------------------------------------------------------------------------------------------- commands


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_make_target_and_setting_exists(page: Path) -> None:
    makefile = text_of("Makefile")
    rules = dict(re.findall(r"^([a-z-]+):[^\n]*((?:\n\t[^\n]*)*)", makefile, re.M))
    for line in code_in(page):
        for target, settings in re.findall(r"(?:^|\$ )make ([a-z-]+)((?: \w+=\S+)*)", line):
            assert target in rules, line
            for setting in re.findall(r"(\w+)=", settings):
                assert (
                    setting == "PYTHON" or f"$({setting})" in rules[target] or f"(if $({setting})" in rules[target]
                ), line


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_command_and_option_exists(page: Path) -> None:
    for line in code_in(page):
        for command, rest in re.findall(r"-m autograder ([a-z]+)((?: [^\s#]+)*)", line):
            found = cli.get_command(click.Context(cli), command)
            assert found is not None, line
            known = {option for parameter in found.params for option in parameter.opts}
            assert set(re.findall(r"(?:^| )(--?[a-z-]+)", rest)) <= known | {"--help"}, line


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_nbgrader_command_exists(page: Path) -> None:
    named = {c for line in code_in(page) for c in re.findall(r"^(?:\$ )?(?:\S*/)?nbgrader ([a-z_]+)", line)}
    if named:
        pytest.importorskip("nbgrader")
        from nbgrader.apps.nbgraderapp import NbGraderApp

        assert named <= set(NbGraderApp.subcommands)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_file_of_the_kit_that_is_named_exists(page: Path) -> None:
    for span in re.findall(r"`([^`\n]+)`", page.read_text(encoding="utf-8")):
        found = re.fullmatch(r"(?:autograder|tests|docs|solutions|benchmarks)/[\w./]*", span)
        written = ("clip", "unit_rows", "Velocity", "fit_epochs", "what_clipping_does")
        made_by_the_reader = span.endswith(tuple(f"/{name}.py" for name in written))
        assert found is None or made_by_the_reader or (places.KIT / span).exists(), span


# --------------------------------------------------------------------------------------------------- author's guide


def test_the_authors_guide_names_each_draw_and_no_other() -> None:
    named = set(re.findall(r"`draw\.(\w+)|\bdraw\.(\w+)\(", text_of("docs/authors.md")))
    assert {one or other for one, other in named} == {name for name in vars(Draw) if not name.startswith("_")}


def put(kit: Kit, file: str, block: str) -> None:
    """Write definitions at the end of a file; one that is there already is replaced, as the guide says."""
    path = kit.root / file
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    lines = text.splitlines()
    new = {node.name for node in ast.parse(block).body if isinstance(node, ast.FunctionDef)}
    for node in reversed(ast.parse(text).body):
        if isinstance(node, ast.FunctionDef) and node.name in new and is_of(node, "clip"):
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            del lines[first - 1 : node.end_lineno]
    path.write_text("\n".join([*lines, "", "", block]).lstrip(), encoding="utf-8")


def is_of(node: ast.FunctionDef, exercise: str) -> bool:
    return any(ast.unparse(decorator).startswith(f"{exercise}.") for decorator in node.decorator_list)


def matrix_shown(number: int) -> tuple[str, str]:
    """The number-th command of the author's guide that prints a matrix: (exercise, what it prints)."""
    shown = [block for block in blocks("docs/authors.md", "console") if block.startswith("$ make matrix")][number]
    command, _, output = shown.partition("\n")
    return command.partition("exercise=")[2], output


def same_lines(one: str, other: str) -> bool:
    first, second = ([line.rstrip() for line in text.strip().splitlines()] for text in (one, other))
    return first == second


def test_the_authors_guide_leads_to_a_green_kill_matrix(kit: Kit) -> None:
    prompt, first, rest = blocks("docs/authors.md", "python")[:3]
    put(kit, "solutions/training_loop.py", prompt)
    put(kit, "autograder/checks/training_loop/clip.py", first)
    exercise, expected = matrix_shown(0)
    printed = kit.run("matrix", exercise, code=1)
    assert same_lines(printed, expected), printed
    put(kit, "autograder/checks/training_loop/clip.py", rest)
    exercise, expected = matrix_shown(1)
    printed = kit.run("matrix", exercise)
    assert same_lines(printed, expected), printed

    kit.python("-c", "from autograder import workspace; workspace.refresh_all()")
    assert "not started" in kit.run("check", exercise, code=1)
    answer = kit.root / "answer.py"
    answer.write_text("def clip(x, low, high):\n    return x.clamp(max=high)\n")
    assert "look at `low`" in kit.run("check", exercise, "--file", "answer.py", code=1)
    answer.write_text("def clip(x, low, high):\n    return low + (x - low).relu() - (x - high).relu()\n")
    kit.run("check", exercise, "--file", "answer.py")


def test_the_authors_class_and_loop_are_sound_though_not_finished(kit: Kit) -> None:
    velocity, its_checks, loop, probe = blocks("docs/authors.md", "python")[6:10]
    put(kit, "solutions/optim.py", velocity)
    put(kit, "autograder/checks/optim/Velocity.py", its_checks)
    put(kit, "solutions/training_loop.py", loop)
    put(kit, "autograder/checks/training_loop/fit_epochs.py", probe)
    for found in json.loads(kit.run("matrix", "Velocity", "fit_epochs", "--json", code=1)):
        assert not found["survivors"]
        assert [finding for finding in found["findings"] if "declare at least" not in finding] == []


@pytest.mark.parametrize(("name", "number"), [("unit_rows", 3), ("fit_epochs", 8)])
def test_a_reference_and_its_probes_give_the_places_that_the_authors_guide_shows(
    name: str, number: int, kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUTOGRADER_EXPLAIN", "20")
    reference, probes, wrong = blocks("docs/authors.md", "python")[number : number + 3]
    shown = next(b for b in blocks("docs/authors.md", "console") if b.startswith(f"$ make check exercise={name}"))
    put(kit, "solutions/training_loop.py", reference)
    put(kit, f"autograder/checks/training_loop/{name}.py", probes)
    (kit.root / "answer.py").write_text(wrong)
    printed = kit.run("check", name, "--file", "answer.py", "--plain", code=1)
    expected = shown.splitlines()[1:]
    assert same_lines("\n".join(printed.splitlines()[: len(expected)]), "\n".join(expected)), printed


def test_the_authors_concept_question_works(kit: Kit) -> None:
    question, declaration = blocks("docs/authors.md", "python")[-2:]
    put(kit, "solutions/notes.py", question)
    put(kit, "autograder/checks/notes/what_clipping_does.py", declaration)
    assert "nothing to mend" in kit.run("matrix", "what_clipping_does")


def test_the_readmes_exercise_is_sound_though_not_finished(kit: Kit) -> None:
    prompt, checks = next((a, b) for a, b in zip(*[iter(blocks("README.md", "python")[1:])] * 2, strict=False))
    put(kit, "solutions/setup.py", prompt)
    put(kit, "autograder/checks/setup/double.py", checks)
    (found,) = json.loads(kit.run("matrix", "double", "--json", code=1))
    assert found["kills"] == {"in_place": ["doubles_each_value"]}
    assert [finding for finding in found["findings"] if "declare at least" not in finding] == []


def test_what_the_matrix_may_say_is_what_it_says() -> None:
    said = "".join(path.read_text(encoding="utf-8") for path in sorted((places.KIT / "autograder/matrix").glob("*.py")))
    said += text_of("autograder/report/kill_matrix.py")
    table = text_of("docs/authors.md").partition("## What the matrix may say")[2].partition("\n## ")[0]
    quoted = re.findall(r"^\| \*(.*?)\* \|", table, re.M)
    assert quoted
    for sentence in quoted:
        for part in filter(None, (part.strip() for part in sentence.split("..."))):
            assert part in said, sentence


# ---------------------------------------------------------------------------------------------- instructor's guide


def test_the_script_for_gradescope_writes_its_results(kit: Kit, tmp_path: Path) -> None:
    handed_in = tmp_path / "submission"
    handed_in.mkdir()
    (handed_in / "setup.py").write_text((source.solutions_path("setup")).read_text(encoding="utf-8"), encoding="utf-8")
    (script,) = [text for text in blocks("docs/instructors.md", "python") if "check_file" in text]
    script = script.replace("/autograder/results", str(tmp_path))
    done = kit.python("-c", script.replace("/autograder/submission", str(handed_in)))
    assert done.returncode == 0, done.stderr
    tests = json.loads((tmp_path / "results.json").read_text())["tests"]
    assert [test["name"] for test in tests] == list(lesson.load("setup"))
    assert all(test["score"] == test["max_score"] > 0 and test["output"] for test in tests)


# ------------------------------------------------------------------------------------------------------------ site


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    for needed in ("zensical", "mkdocstrings"):
        if importlib.util.find_spec(needed) is None:
            pytest.skip(f"{needed} is not installed: `make docs` brings it")
    folder = tmp_path_factory.mktemp("made") / "site"
    runpy.run_path(str(places.KIT / "docs" / "site.py"))["build"](folder)
    return folder


def test_the_pictures_show_what_the_kit_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTOGRADER_EXPLAIN", "20")
    made = runpy.run_path(str(places.KIT / "docs" / "pictures.py"))["pictures"]()
    kept = {path.name: path.read_text(encoding="utf-8") for path in (places.KIT / "docs" / "pictures").glob("*.svg")}
    assert made == kept, "to draw them again:   .venv/bin/python -m docs.pictures"
    assert not [name for name, svg in made.items() if "url(" in svg.replace("url(#", "")]


def test_every_guide_is_a_page_and_the_readme_is_the_first(site: Path) -> None:
    others = {"index", "404", "example-report"}
    assert {page.stem for page in site.glob("*.html")} == {page.stem for page in DOCS} | others
    first = (site / "index.html").read_text(encoding="utf-8")
    assert "make check exercise=softmax" in re.sub("<[^>]+>", "", first)
    assert 'href="instructors.html"' in first
    assert (site / "LICENSE").exists()


def test_the_reference_shows_what_authors_write_with(site: Path) -> None:
    page = (site / "reference.html").read_text(encoding="utf-8")
    relations = re.findall(r"^@relation\ndef (\w+)", text_of("autograder/authoring/relations.py"), re.M)
    for name in [
        "exercise.code",
        "exercise.Exercise.mistake",
        "beside.draw.Draw.size",
        "beside.spies.Journal",
        "api.check_file",
    ]:
        assert f'id="autograder.{name}"' in page
    for name in relations:
        assert f'id="autograder.authoring.relations.{name}"' in page


def test_the_site_fetches_nothing_from_elsewhere(site: Path) -> None:
    for page in site.glob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert not re.search(r"<(?:script|img|iframe)[^>]+src=[\"']?(?:https?:)?//", text), page.name
        assert not re.search(r"<link[^>]+rel=[\"']?stylesheet[^>]+href=[\"']?(?:https?:)?//", text), page.name
