"""What `make grade` prints, whatever somebody calls a folder or makes an exception say."""

from __future__ import annotations

from autograder.classroom.command import Report, words


def test_no_byte_of_a_name_or_a_message_acts_on_the_terminal() -> None:
    name = "ann\x1b[2J\x07\x9b31m"
    one = {"student": name, "notebook": "setup\r", "reason": "ValueError: \x1b]0;title\x07", "kind": "link"}
    report = Report("minibatch_training", failed=[one], out_of_time=[one], contended=[one])
    report.not_graded = [{"student": name, "notebook": "", "kind": "link", "why": "\x1b[1A", "do": "rm '\x1b'"}]
    told = words(report)
    assert "ann" in told
    assert all(character.isprintable() or character == "\n" for character in told)
