"""The progress page: one file that needs nothing else, with a word for every colour, made of what there is."""

from __future__ import annotations

import html.parser
import json
import re
from pathlib import Path
from typing import Any

import pytest
import small_kit

from autograder import lesson, state
from autograder.report import progress_page

PNG = b"\x89PNG\r\n\x1a\n the rest of a picture"
EMPTY = {"br", "img", "line", "link", "meta", "polyline"}
RESULT = {
    "section": "optim",
    "when": "2026-01-31T12:00:00+01:00",
    "message": "Stopped half-way <b>by</b> you.",
    "pieces": {"Optimizer": "yours", "evaluate": "reference"},
    "epochs": [{"loss": 0.25, "accuracy": 0.95}, {"loss": None, "accuracy": 0.96}],
    "batch_losses": [2.3, 1.0, None, 0.4],
    "reference": [{"loss": 0.2, "accuracy": 0.94}],
    "reference_batch_losses": [2.3, 0.9, 0.5, 0.3],
    "figure": "picture.png",
}


class Reader(html.parser.HTMLParser):
    """Reads the page as strictly as a browser does not."""

    def __init__(self, text: str):
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data.strip())

    @property
    def text(self) -> str:
        return " ".join(filter(None, self.words))


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(state, "FOLDER", tmp_path)
    monkeypatch.setattr(state, "PATH", tmp_path / "progress.json")
    monkeypatch.setattr(progress_page, "WORKSPACE", tmp_path)
    return state.PATH


def rows(passed: set[str]) -> list[dict[str, Any]]:
    return [
        {
            "name": e.name,
            "section": e.section,
            "kind": e.kind,
            "ids": e.ids,
            "points": e.points,
            "outcome": "passed" if e.name in passed else "failed" if e.name == "softmax" else "not_started",
            "earned": e.points if e.name in passed else 0,
        }
        for e in lesson.exercises()
    ]


def test_the_page_tells_everything_that_is_remembered(memory: Path) -> None:
    (memory.parent / "picture.png").write_bytes(PNG)
    concept = next(e for e in lesson.exercises() if e.kind == "concept")
    state.record([(concept.name, "passed", concept.points, "x"), ("softmax", "failed", 1, "y")])
    with state.change() as remembered:
        state.exercise(remembered, "softmax")["predictions"] = {"right": 1, "asked": 2}
    text = progress_page.page(rows({concept.name}), {"optim": RESULT})
    read = Reader(text)
    assert f"1 of {len(lesson.exercises())} exercises pass" in read.text
    assert "1 of 2 predicted" in read.text
    assert f"{concept.name}: the question and why" in read.text
    assert next(iter(concept.statements.values())).explanation in read.text
    assert "Stopped half-way <b>by</b> you." in read.text  # shown as text, not as mark-up
    assert "The reference stood in for evaluate" in read.text
    assert "95.00%" in read.text
    curves = [attrs for tag, attrs in read.tags if tag == "polyline"]
    assert [len((curve["points"] or "").split()) for curve in curves] == [4, 3]
    assert any(tag == "img" and (attrs["src"] or "").startswith("data:image/png;base64,") for tag, attrs in read.tags)


def test_it_needs_no_network_and_no_colours(memory: Path) -> None:
    text = progress_page.page(rows(set()), {"optim": RESULT})
    assert not re.search(r"https?:|//\w|@import|url\(|<script", text)
    assert "prefers-color-scheme: dark" in text
    read = Reader(text)
    assert all(attrs.get("alt") for tag, attrs in read.tags if tag == "img")
    assert all(attrs.get("aria-label") for tag, attrs in read.tags if tag in ("svg", "progress"))
    assert any(tag == "html" and attrs.get("lang") == "en" for tag, attrs in read.tags)
    for tag, attrs in read.tags:
        if tag == "td" and attrs.get("class") == "failed":
            break
    else:
        pytest.fail("no failed exercise")
    assert "not yet" in read.text
    ids = [attrs["id"] for _, attrs in read.tags if "id" in attrs]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    "broken",
    [
        {"epochs": []},
        {"epochs": ["x", {}], "batch_losses": [], "figure": 3, "pieces": None, "when": 5},
        {"epochs": [{"loss": 0.5}], "figure": "no-such.png", "reference": None},
        {"epochs": [], "batch_losses": [None, None], "reference_batch_losses": [1.0]},
    ],
)
def test_half_a_result_is_shown_as_far_as_it_goes(memory: Path, broken: dict[str, Any]) -> None:
    assert "optim" in Reader(progress_page.page(rows(set()), {"optim": broken})).text


def test_everything_done_is_said(memory: Path) -> None:
    text = progress_page.page(rows({e.name for e in lesson.exercises()}), {})
    assert "Everything is done." in Reader(text).text


def test_the_command_writes_one_file_and_opens_it(tmp_path: Path) -> None:
    kit = small_kit.make(tmp_path / "kit")
    small_kit.answer(kit, "setup", **small_kit.RIGHT)
    done = small_kit.run(kit, "-m", "autograder", "progress", "--no-open")
    assert done.stdout == "Your progress is in progress.html.\n"
    assert "2 of 3 exercises pass" in Reader((kit / "progress.html").read_text()).text
    browser = f'{small_kit.sys.executable} -c \'import sys; open("opened", "w").write(sys.argv[1])\' %s'
    small_kit.run(kit, "-m", "autograder", "progress", env=small_kit.environment(BROWSER=browser))
    assert (kit / "opened").read_text() == (kit / "progress.html").as_uri()
    entries = json.loads((kit / ".autograder" / "progress.json").read_text())["exercises"]
    assert "attempts" not in entries["double"]  # an overview is no attempt
