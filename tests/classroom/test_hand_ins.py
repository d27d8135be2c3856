"""A made class in which everybody hands in in another way (benchmarks/hand_ins.py): a few kinds of each sort."""

from __future__ import annotations

from pathlib import Path

import pytest
from course import Course

from benchmarks import hand_ins

FEW = [
    "as_released",
    "zipped",
    "swapped",
    "other_assignment",
    "blank_beside_the_answers",
    "conflict",
    "odd_time",
    "format_3",
    "merged",
    "above_the_stub",
    "failing_import",
    "raw_cell",
]


@pytest.mark.slow
def test_everybody_is_accounted_for_and_what_is_told_puts_it_right(tmp_path: Path) -> None:
    course = Course(tmp_path / "course", [hand_ins.CODE, hand_ins.WRITTEN])
    course.release()
    students = hand_ins.hand_in(course, FEW)
    seen, report = hand_ins.grade(course, students)
    assert {kind.name: seen[student] for student, kind in students.items() if not seen[student].is_right(kind)} == {}
    assert len(report["rows"]) == len(students)
    hand_ins.type_what_is_told(course, report)
    after, report = hand_ins.grade(course, students)
    assert not [one for one in report["not_graded"] if one["kind"] != "unreadable" and one["do"]]
    wanted = {student: kind.mended if kind.mended is not None else kind.points for student, kind in students.items()}
    assert {student: after[student].points for student in students} == wanted


def test_the_whole_class_is_of_54_students_and_46_kinds() -> None:
    assert len(hand_ins.KINDS) == 46
    assert len([*hand_ins.KINDS, *hand_ins.ORDINARY]) == 54
    assert all(kind.about for kind in hand_ins.KINDS.values())
