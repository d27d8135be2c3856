"""Every submission in tests/attacks/, graded by `nbgrader autograde` in real courses (tests/attacks/graded.py)."""

from __future__ import annotations

import json
import time
from pathlib import Path

import attacks.graded
import pytest
from attacks import ATTACKS, SECTION
from attacks.graded import HONEST, MARK, SCRIPT, SECRET, All, files

from autograder import lesson

#: Where a mark may not be found afterwards, beside the course itself.
ELSEWHERE = [Path("/tmp"), Path("/var/tmp"), Path("/dev/shm"), Path.home()]


@pytest.fixture(scope="module")
def everything() -> All:
    return attacks.graded.all_of_them()


def test_there_are_many() -> None:
    assert len(ATTACKS) >= 90
    assert all(attack.tries for attack in ATTACKS.values())


def test_the_run_as_a_whole_succeeds(everything: All) -> None:
    names: list[str] = []
    for graded in everything.graded:
        assert graded.status == 0, graded.output[-3000:]
        names += graded.scores
    assert sorted(names) == sorted([*ATTACKS, *HONEST, *HONEST])


@pytest.mark.parametrize("name", ATTACKS)
def test_it_gets_what_it_earned(everything: All, name: str) -> None:
    points = {exercise.name: exercise.points for exercise in lesson.load(SECTION).values()}
    earned = {e: ATTACKS[name].earns.get(e, 0.0) * most for e, most in points.items()}
    scores = everything.of(name).scores[name]
    assert {e: scores[e] for e in points} == earned, ATTACKS[name].tries
    written = [score for e, score in scores.items() if e.endswith("-words")]
    assert set(written) <= {0.0, None}


@pytest.mark.parametrize("name", ATTACKS)
def test_it_saw_nothing(everything: All, name: str) -> None:
    course = everything.of(name).course
    notebook = course.autograded(name, SECTION)
    outputs = json.dumps([cell.get("outputs", []) for cell in notebook["cells"]])
    for secret in ("LEAKED", SECRET, str(course.folder), "LENT def", "def log_softmax"):
        assert secret not in outputs
    shown = [data for c in notebook["cells"] for o in c.get("outputs", []) for data in o.get("data", {}).items()]
    for mime, data in shown:
        assert mime in ("text/plain", "text/html", "image/png", "image/jpeg")
        assert mime == "text/plain" or f"<script>{SCRIPT}" not in "".join(data)


@pytest.mark.parametrize("name", HONEST)
def test_others_are_graded_all_the_same(everything: All, name: str) -> None:
    most = lesson.find("softmax").points
    for graded in everything.graded:
        assert graded.scores[name]["softmax"] == most
        assert sum(score or 0 for score in graded.scores[name].values()) == most


def test_nothing_is_left_behind(everything: All) -> None:
    time.sleep(max(0.0, 4 - min(graded.seconds for graded in everything.graded)))  # one writes three seconds later
    courses = [graded.course.folder for graded in everything.graded]
    for folder in [*ELSEWHERE, *courses]:
        assert not (folder / MARK).exists()
    for graded in everything.graded:
        assert files(graded.course) == graded.before
        assert not list(graded.course.folder.rglob(MARK))
    assert everything.connections == 0
