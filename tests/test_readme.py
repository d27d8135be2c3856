"""The README's session is what happens."""

from __future__ import annotations

import re

import pytest

from autograder import places
from conftest import Kit


def blocks(language: str) -> list[str]:
    text = (places.KIT / "README.md").read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, re.S)


def test_the_session_looks_like_that_today(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTOGRADER_EXPLAIN", "20")
    answer = blocks("python")[0]
    session = next(block for block in blocks("console") if "does not pass yet" in block)
    command, _, expected = session.partition("\n")
    assert command == "$ make check exercise=softmax"
    original = (kit.root / "exercises" / "cross_entropy.py").read_text()
    at = original.index("    raise NotImplementedError", original.index("def softmax(x):"))
    body = answer.split("\n", 1)[1]
    (kit.root / "exercises" / "cross_entropy.py").write_text(
        original[:at] + body.rstrip("\n") + original[at:].removeprefix("    raise NotImplementedError")
    )
    shown = kit.run("check", "softmax", code=1)
    line = re.compile(r"line \d+")  # it moves with every prompt above
    assert line.sub("line", shown) == line.sub("line", expected)


def test_every_make_target_that_it_names_exists() -> None:
    text = (places.KIT / "README.md").read_text(encoding="utf-8")
    makefile = (places.KIT / "Makefile").read_text(encoding="utf-8")
    for target in set(re.findall(r"make ([a-z]+)", "\n".join(re.findall(r"`make [^`]*`|^\$ make .*", text, re.M)))):
        assert re.search(rf"^{target}:", makefile, re.M), target


def test_every_file_of_the_map_exists() -> None:
    text = (places.KIT / "README.md").read_text(encoding="utf-8")
    tree = text[text.index("## The map") : text.index("## To add an exercise")]
    for name in re.findall(r"\b\w+\.py\b", tree):
        assert list((places.KIT / "autograder").rglob(name)) + list((places.KIT / "tests").rglob(name)), name
    for folder in re.findall(r"\b(\w+)/", tree):
        assert (places.KIT / folder).is_dir() or (places.KIT / "autograder" / folder).is_dir(), folder
