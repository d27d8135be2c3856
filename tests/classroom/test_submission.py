"""Reading what was handed in, what came out of the sandbox, and mending notebooks: pure functions."""

from __future__ import annotations

import json
import math
import re

import nbformat
import pytest
from nbformat.notebooknode import from_dict

from autograder import lesson
from autograder.classroom import definitions, frames, submission
from autograder.classroom.mend import ReleasedCell, mend
from autograder.classroom.pieces import reachable
from autograder.notebooks import build
from autograder.process.frames import read
from autograder.process.limits import Limits


def notebook(*cells: object) -> bytes:
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def code(source: object, grade_id: object = None) -> dict:
    meta = {"nbgrader": {"grade_id": grade_id}} if grade_id else {}
    return {"cell_type": "code", "source": source, "metadata": meta, "outputs": []}


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"{", "JSON is broken"),
        (b"[1]", "not a notebook"),
        (b'{"cells": 5}', "no cells"),
        (b"\xff\xfe", "not UTF-8"),
        (b"[" * 500_000, "nested too deeply"),
    ],
)
def test_what_cannot_be_read_is_told_in_words(data: bytes, says: str) -> None:
    found = submission.read(data)
    assert says in found.trouble
    assert found.cells == []


def test_locked_cells_of_exercises_do_not_run() -> None:
    found = submission.read(notebook(code("a = 1"), code(["b", " = 2"]), code("check(f)", "f"), code("x", "f-answer")))
    assert found.sources({"f"}) == ["a = 1", "b = 2", "x"]


def test_only_sources_ids_and_pictures_are_kept() -> None:
    cell = code("1") | {"outputs": [{"output_type": "stream"}], "metadata": {"tags": ["skip-execution"], "x": 1}}
    text = {
        "cell_type": "markdown",
        "source": "see",
        "attachments": {"a.png": {"image/png": "AA==", "text/html": "<b>"}},
    }
    read = submission.read(notebook(cell, text)).cells
    assert read[0]["metadata"] == {}
    assert read[0]["outputs"] == []
    assert read[1]["attachments"] == {"a.png": {"image/png": "AA=="}}


def test_the_fingerprint_depends_on_everything_that_a_result_depends_on() -> None:
    base = submission.fingerprint(["a", "b"], "setup", 1, "kit")
    for other in [(["ab"], "setup", 1, "kit"), (["a", "b"], "optim", 1, "kit"), (["a", "b"], "setup", 2, "kit")]:
        assert submission.fingerprint(*other) != base
    assert submission.fingerprint(["a", "b"], "setup", 1, "other") != base
    assert submission.fingerprint(["a", "b"], "setup", 1, "kit") == base


TENSOR = {"tensor": "float32", "shape": [2], "values": [1.0, math.nan], "grad": False}


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        3,
        -2.5,
        "text",
        [1, [2]],
        TENSOR,
        {"dict": [["a", TENSOR]]},
        {"set": [1]},
        {"object": "A", "repr": "<A>"},
    ],
)
def test_what_the_kit_encodes_is_let_through(value: object) -> None:
    assert frames.is_encoded(value)


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"tensor": "float32"},
        TENSOR | {"values": [1.0]},
        TENSOR | {"values": [1.0, "2"]},
        TENSOR | {"values": [1.0, 10**400]},
        TENSOR | {"shape": [-2]},
        TENSOR | {"shape": [True, 2]},
        TENSOR | {"shape": "2"},
        TENSOR | {"grad": 1},
        TENSOR | {"more": 1},
        {"dict": [[1]]},
        {"set": {}},
        {"object": 5, "repr": "x"},
        10**400,
    ],
)
def test_what_it_does_not_encode_is_dropped(value: object) -> None:
    assert not frames.is_encoded(value)
    assert frames.observation({"probe": "p", "value": value}) is None


def test_nested_lines_and_nonsense_are_skipped() -> None:
    data = b"[" * 300_000 + b"\n\xff\xff\n" + b'{"a": 1}\n{"cut": '
    assert read(data, Limits()) == ([{"a": 1}], True)


def test_outputs_are_text_and_pictures() -> None:
    raw = [
        {"output_type": "display_data", "data": {"text/html": "<script>", "text/plain": "\x1b[31mred\ud800"}},
        {"output_type": "display_data", "data": {"image/png": '"><script>'}},
        {"output_type": "stream", "name": "stdin", "text": "x"},
        {"output_type": "execute_result", "data": {"text/plain": "4.0"}},
        "nonsense",
    ]
    kept = frames.outputs(raw)
    assert [item["output_type"] for item in kept] == ["display_data", "execute_result"]
    assert kept[0]["data"] == {"text/plain": "[31mred?"}


KNOWN = [
    ReleasedCell("f-answer", "code", "stub", "1", False, False, True, 0),
    ReleasedCell("f", "code", "check(f)", "2", True, True, False, 4),
    ReleasedCell("f-words", "markdown", "YOUR ANSWER HERE", "3", False, True, True, 2),
]


def mended(*cells: dict) -> list:
    full = [{"id": f"c{i}", **cell} for i, cell in enumerate(cells)]
    nb = from_dict({"cells": full, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    mend(nb, KNOWN)
    return nb.cells


def ids(cells: list) -> list:
    return [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in cells]


def test_graded_cells_that_are_gone_are_put_back_in_place() -> None:
    cells = mended(code("mine", "f-answer"), code("after"))
    assert ids(cells) == ["f-answer", "f", None, "f-words", None]
    assert cells[1].source == "check(f)"
    assert cells[1].metadata.nbgrader.points == 4
    assert ids(mended()) == ["f", None, "f-words"]


def test_of_two_cells_the_one_that_was_written_counts() -> None:
    words = {"cell_type": "markdown", "metadata": {"nbgrader": {"grade_id": "f-words"}}}
    cells = mended(words | {"source": "mine"}, words | {"source": "YOUR ANSWER HERE"}, code("x", "f"))
    assert [c.source for c in cells if c.metadata.get("nbgrader", {}).get("grade_id") == "f-words"] == ["mine"]
    assert ids(cells).count("f-words") == 1


def test_locked_sources_and_all_metadata_are_the_released_ones() -> None:
    forged = code("4.0", "f") | {"metadata": {"nbgrader": {"grade_id": "f", "points": 99, "solution": True}}}
    cell = next(c for c in mended(forged) if c.metadata.get("nbgrader", {}).get("grade_id") == "f")
    assert cell.source == "check(f)"
    assert dict(cell.metadata.nbgrader) == KNOWN[1].metadata()


@pytest.mark.parametrize("kind", ["markdown", "raw"])
def test_a_written_answer_beside_its_box_goes_to_the_grader_with_it(kind: str) -> None:
    box = {"cell_type": "markdown", "metadata": {"nbgrader": {"grade_id": "f-words"}}, "source": "YOUR ANSWER HERE"}
    mine = {"cell_type": kind, "metadata": {}, "source": "# Because\nit sums to one"}
    prompt = {"cell_type": "markdown", "metadata": {}, "source": "## f(x)\n\nThe next question."}
    found = next(c for c in mended(code("x", "f"), box, mine, prompt) if c.metadata and c.cell_type == "markdown")
    assert "it sums to one" in found.source
    assert "The next question" not in found.source


def test_a_written_answer_that_lost_its_metadata_goes_to_the_grader() -> None:
    mine = {"cell_type": "markdown", "metadata": {}, "source": "In my own words: it sums to one"}
    box = next(c for c in mended(code("x", "f"), mine) if c.metadata and c.cell_type == "markdown")
    assert "it sums to one" in box.source
    assert "was not in the notebook" not in box.source


@pytest.mark.parametrize("section", lesson.sections())
def test_a_notebook_as_it_was_released_is_mended_in_nothing(section: str) -> None:
    nb = nbformat.reads(build.build(section), 4)
    own = [c for c in nb.cells if "nbgrader" in c.metadata]
    released = [
        ReleasedCell(m.grade_id, c.cell_type, c.source, "", m.locked, m.grade, m.solution, 1)
        for c in own
        for m in [c.metadata.nbgrader]
    ]
    before = [cell.source for cell in nb.cells]
    mend(nb, released)
    assert [cell.source for cell in nb.cells] == before


def test_what_a_definition_uses_is_followed_through_helpers() -> None:
    assert reachable("a", {"a": {"b"}, "b": {"c", "torch"}, "c": {"a"}, "d": {"a"}}) == {"b", "c", "torch"}


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "a <img src=x onerror=alert(1)> b",
        "[x](javascript:alert(1))",
        "[x](JavaScript\\:alert(1))",
        "[x](&#106;avascript:alert(1))",
        "[x](java&#115;cript&colon;alert(1))",
        "[x]: javascript:alert(1)\n\n[x]",
        "<javascript:alert(1)>",
        "[x](data:text/html,<script>alert(1)</script>)",
        "![x](vbscript:y)",
    ],
)
def test_nothing_in_a_written_answer_runs_in_a_browser(text: str) -> None:
    from nbconvert.filters import markdown2html

    page = markdown2html(submission.harmless(text)).lower()
    assert not re.search(r"<(script|img[^>]* onerror)", page)
    assert not re.search(r"""(href|src)=["']?\s*(javascript|vbscript|data)\s*:""", page)


@pytest.mark.parametrize(
    "text",
    [
        "![](http://evil.example/x.png)",
        "![a [b]](http://evil.example/x.png)",
        "![x][ref]\n\n[ref]: http://evil.example/x.png",
        "![a![b](attachment:b.png)](http://evil.example/x.png)",
        "![a](attachment:b.png)![c](//evil.example/x.png)",
        "<img src=http://evil.example/x.png>",
        "$\\style{background: url(http://evil.example/x.png)}{x}$",
        "$\\style{background: URL (http://evil.example/x.png)}{x}$",
    ],
)
def test_no_picture_from_elsewhere_is_fetched(text: str) -> None:
    from nbconvert.filters import markdown2html

    page = markdown2html(submission.harmless(text, ["c.png"]))
    assert not re.search(r"<img[^>]*evil", page)
    assert not re.search(r"(?i)url\s*\(", page)


def test_a_picture_that_came_along_is_shown_and_one_that_did_not_stops_no_page() -> None:
    from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

    text = "See ![my curve](attachment:curve.png), ![mine](attachment:lost.png) and wow! [a link](http://example.org)"
    page = MarkdownWithMath(IPythonRenderer(attachments={"curve.png": {"image/png": "iVBORw0KGgo="}})).render(
        submission.harmless(text, ["curve.png"])
    )
    assert page.count("<img") == 1
    assert "iVBORw0KGgo=" in page


@pytest.mark.parametrize(
    "text", ["# softmax", "a\n\n> ## softmax ##", "- # softmax", "softmax\n===", "a\n\nsoftmax\n ---"]
)
def test_no_heading_takes_the_place_of_a_score_in_formgrader(text: str) -> None:
    from nbconvert.filters import markdown2html

    assert 'id="softmax"' in markdown2html(text)
    assert 'id="softmax"' not in markdown2html(submission.harmless(text))


def test_an_ordinary_answer_stays_as_it_is() -> None:
    text = "If $a < b$ and `x < y`, then **a & b**: see [this](https://example.org/?a=1&b=2).\n\n- one\n- two"
    assert submission.harmless(text) == text


def test_millions_of_parts_are_not_read() -> None:
    found = submission.read(b'{"cells": [' + b"{}," * 4_000_000 + b"{}]}")
    assert (found.cells, "millions of parts" in found.trouble) == ([], True)


def test_what_nobody_typed_is_not_read() -> None:
    for cell in (code("x = 1\n" * 5_000), code("x = 1\n" * 5_000) | {"cell_type": "markdown"}):
        found = submission.read(notebook(*[cell] * 20))
        assert (found.cells, "longer than 262,144 characters" in found.trouble) == ([], True)


def test_a_written_answer_is_shown_as_far_as_somebody_reads_it() -> None:
    pasted = {"cell_type": "markdown", "source": f"before ![](data:image/png;base64,{'A' * 500_000}) after"}
    long = {"cell_type": "markdown", "source": "a " * 30_000, "attachments": {}}
    long["attachments"] = {f"{n}.png": {"image/png": "AA"} for n in range(100)} | {"n" * 999: {"image/png": "AA"}}
    first, second = submission.read(notebook(pasted, long)).cells
    assert first["source"] == "before ![](data:image/png;base64,...) after"
    assert second["source"].endswith("... and more, left out")
    assert (len(second["source"]) < 21_000, len(second["attachments"])) == (True, 20)


def test_a_cell_of_empty_lines_is_looked_through_at_once() -> None:
    assert definitions.stopped("softmax", ["\n" * 200_000 + "x"], [None]) is None
    assert definitions.stopped("softmax", ["\n" * 200_000 + "  softmax = 1"], [[]]) is None
