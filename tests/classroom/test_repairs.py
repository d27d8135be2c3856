"""Two repairs are the same where they are of one kind and at one place, whatever an author calls things."""

from __future__ import annotations

import re

import pytest

from autograder.classroom import repairs
from autograder.judging.verdict import Diagnosis
from autograder.report.places import SENTENCES, in_a_line

COLUMNS = """\
def softmax(x):
    exps = x.exp()
    return exps / exps.sum(0, keepdim=True)"""


def place(text: str, line: int, what: str = "", kind: str = "dimension") -> repairs.Repair:
    """The repair of `what` in a line."""
    shown = text.split("\n")[line - 1].strip()
    columns = (shown.index(what), shown.index(what) + len(what)) if what else None
    return repairs.of([Diagnosis(kind, lines=(line,), columns=columns, known=False)], text)


def test_other_names_and_other_lines_round_it_and_another_value_there_make_the_same_repair() -> None:
    other = COLUMNS.replace("exps", "e").replace("x", "scores").replace("scoresp", "xp").replace("(0", "(1")
    other = other.replace("    return", "    largest = scores.max()\n    return")
    assert place(COLUMNS, 3, "0") == place(other, 4, "1") == [["dimension", "return v0 / v0.sum(_, keepdim=True)", ""]]


@pytest.mark.parametrize(
    "other",
    [
        place(COLUMNS, 3, "0", "constant"),
        place(COLUMNS, 3, "exps.sum(0, keepdim=True)"),
        place(COLUMNS, 2),
        place(COLUMNS.replace("sum", "mean"), 3, "0"),
        place(COLUMNS.replace("exps.sum", "x.sum"), 3, "0"),
    ],
    ids=["kind", "part", "line", "function", "variable"],
)
def test_another_kind_or_place_makes_another_repair(other: repairs.Repair) -> None:
    assert place(COLUMNS, 3, "0") != other
    assert other


def test_of_a_loop_the_head_is_the_place_and_of_a_known_mistake_its_words_are() -> None:
    loop = "def total(rows):\n    for r in rows[1:]:\n        print(r)"
    assert place(loop, 2, "rows[1:]", "index_extra") == [["index_extra", "for v0 in _:", ""]]
    assert place(loop, 2, kind="loop_extra") == [["loop_extra", "for v0 in v1[1:]:", ""]]
    known = repairs.of([Diagnosis("squares", "You square each value.")], loop)
    assert known == [["squares", "", "You square each value."]]
    assert repairs.of([Diagnosis("sign", known=False)], loop) == [], "it has no place"


@pytest.mark.parametrize("kind", [*SENTENCES, "outdent", "indent"])
def test_every_kind_has_a_sentence_for_several_answers(kind: str) -> None:
    assert in_a_line(kind)[0].isupper()
    assert not {"{", "{line}", "Line"} & set(re.split(r"[ ,.]", in_a_line(kind)))
