"""The README's session is what happens."""

from __future__ import annotations

import re

import pytest
from transcript import commands, five_minutes, is_shown

from autograder import places
from conftest import Kit


def blocks(language: str) -> list[str]:
    text = (places.KIT / "README.md").read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, re.S)


def test_the_session_and_the_first_five_minutes_look_like_that_today(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTOGRADER_EXPLAIN", "20")
    begun, wrong, right = (dict(commands(block)) for block in five_minutes("In a clone"))
    stub = begun["make check exercise=softmax"].partition("Ready after")[2].partition("\n")[2]
    said = kit.run("check", "softmax", code=1) + "make: *** [Makefile:0: check] Error 1\n"
    assert is_shown(stub, said), said

    session = next(block for block in blocks("console") if "does not pass yet" in block)
    command, _, expected = session.partition("\n")
    assert command == "$ make check exercise=softmax"
    file, answer = kit.root / "exercises" / "cross_entropy.py", blocks("python")[0].partition("\n")[2].rstrip("\n")
    before, _, after = file.read_text().partition("def softmax(x):")
    after = after.replace("    raise NotImplementedError", answer, 1)
    file.write_text(f"{before}def softmax(x):{after}")
    said = kit.run("check", "softmax", code=1)
    assert is_shown(expected, said), said
    assert is_shown(wrong["make check softmax"], said), said
    assert is_shown(wrong["make hint"], kit.run("hint"))

    file.write_text(file.read_text().replace("sum(0, ", "sum(-1, "))
    assert is_shown(right["make check softmax"], kit.run("check", "softmax"))
    assert is_shown(right["make list cross_entropy"], kit.run("list", "cross_entropy"))


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
