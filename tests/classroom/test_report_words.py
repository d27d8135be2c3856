"""What `make grade` prints, whatever somebody calls a folder or makes an exception say."""

from __future__ import annotations

import pytest

from autograder.classroom.outcome import Report, words
from autograder.classroom.summary import stands_out


def test_no_byte_of_a_name_or_a_message_acts_on_the_terminal() -> None:
    name = "ann\x1b[2J\x07\x9b31m"
    one = {"student": name, "notebook": "setup\r", "reason": "ValueError: \x1b]0;title\x07", "kind": "link"}
    report = Report("minibatch_training", failed=[one], out_of_time=[one], contended=[one])
    report.not_graded = [{"student": name, "notebook": "", "kind": "link", "why": "\x1b[1A", "do": "rm '\x1b'"}]
    told = words(report)
    assert "ann" in told
    assert all(character.isprintable() or character == "\n" for character in told)


def test_what_lies_beside_a_graded_notebook_is_not_said_to_have_no_score() -> None:
    report = Report("minibatch_training")
    report.rows = [{"student": "ann", "state": "graded"}, {"student": "ben", "state": "in part"}]
    report.not_graded = [
        {"student": who, "notebook": "", "kind": "second notebook", "why": f"{who}'s file", "do": ""}
        for who in ("ann", "ben")
    ]
    told = words(report).splitlines()
    assert told[told.index("Not graded, and without a score until it is put right:") + 1] == "  ben: ben's file"
    assert told[told.index("Left out, beside what is graded:") + 1] == "  ann: ann's file"


def test_whose_written_answers_wait_is_said_as_long_as_they_do() -> None:
    waits = "Written answers of 2 students wait in formgrader."
    assert words(Report("minibatch_training", written=1, waiting=2)).endswith(f"{waits} Then: make feedback")
    assert words(Report("minibatch_training", kept=4, waiting=2)).endswith(waits)
    assert "Written answers" not in words(Report("minibatch_training", written=1))


def test_who_keeps_an_earlier_score_is_not_said_to_be_without_one() -> None:
    report = Report("minibatch_training")
    report.rows = [{"student": who, "state": "unreadable", "keeps": who != "ben"} for who in ("ann", "ben", "cat")]
    report.not_graded = [
        {"student": who, "notebook": "", "kind": "unreadable", "why": "broken", "do": "ask"} for who in ("ann", "ben")
    ]
    report.not_graded.append({"student": "cat", "notebook": "", "kind": "missing", "why": "", "do": ""})
    report.not_graded.append({"student": "ben", "notebook": "", "kind": "renamed", "why": "", "do": "mv"})
    report.out_of_time = [{"student": "ben", "notebook": "setup"}]
    told = words(report).splitlines()
    assert told[told.index("Not graded, and without a score until it is put right:") + 1] == "  ben: broken"
    assert told[told.index("Not graded; the earlier score stays until it is put right:") + 1] == "  ann: broken"
    assert "Handed in nothing: cat (keeps the earlier score)." in told
    assert "To rename what its cells tell: make grade take=1" in told
    assert "To try once more what ran out of time: make grade again=1" in told


@pytest.mark.parametrize(
    ("failed", "not_started", "says"),
    [
        (3, 0, "late: 3 of 9 did not pass it."),
        (3, 4, "late: 7 of 9 did not pass it; 4 of them did not start."),
        (0, 9, "late: 9 of 9 did not start it."),
        (0, 0, "early: 2 of 9 did not pass it."),
    ],
)
def test_the_exercise_that_fewest_passed_stands_out(failed: int, not_started: int, says: str) -> None:
    early = {"name": "early", "failed": 2, "not_started": 0, "mistakes": []}
    late = {"name": "late", "failed": failed, "not_started": not_started}
    assert stands_out({"students": 9, "exercises": [early], "tests": [late]}) == says


@pytest.mark.parametrize(
    ("counts", "also"),
    [
        ([3, 2], ""),
        ([3, 3, 2], " Just as common: one mistake in b."),
        ([2, 3, 3, 3], " Just as common: one mistake each in c and d."),
        ([3, 3, 3, 3, 3], " Just as common: one mistake each in b, c and 2 more."),
    ],
)
def test_mistakes_that_are_level_are_all_told(counts: list[int], also: str) -> None:
    rows = [
        {"name": name, "mistakes": [{"students": count, "message": f"{name} is wrong."}]}
        for name, count in zip("abcde", counts, strict=False)
    ]
    first = "abcde"[counts.index(3)]
    told = stands_out({"students": 9, "exercises": rows, "tests": []})
    assert told == f"{first}: 3 of 9 made the same mistake. {first} is wrong.{also}"
