"""Every submission in tests/attacks/, graded in one run of `nbgrader autograde` in one real course."""

from __future__ import annotations

import hashlib
import json
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import attacks.flooding
import attacks.forging
import attacks.mangling
import attacks.reaching  # noqa: F401
import pytest
from attacks import ATTACKS, RIGHT, SECTION, put
from course import ASSIGNMENT, Course

from autograder import lesson

SECRET, MARK, SCRIPT = "the-instructors-secret", "left-by-a-submission", "the_script_ran"
TIGHT = """
c.Grade.cell_seconds = c.Grade.exercise_seconds = 2.0
c.Grade.process_seconds, c.Grade.whole_seconds, c.Grade.memory_mb = 6.0, 20.0, 600
"""
#: Where a mark may not be found afterwards, beside the course itself.
ELSEWHERE = [Path("/tmp"), Path("/var/tmp"), Path("/dev/shm"), Path.home()]


@dataclass
class Graded:
    course: Course
    scores: dict[str, dict[str, float | None]]
    output: str
    status: int
    before: dict[str, str]
    connections: int
    seconds: float


def files(course: Course) -> dict[str, str]:
    """What is in the course and must not change by grading."""
    kept = [p for top in ("source", "release", "submitted") for p in (course.folder / top).rglob("*") if p.is_file()]
    return {str(p): hashlib.sha256(p.read_bytes()).hexdigest() for p in kept}


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graded]:
    course = Course(tmp_path_factory.mktemp("course"), [SECTION])
    config = course.folder / "nbgrader_config.py"
    config.write_text(config.read_text(encoding="utf-8") + TIGHT, encoding="utf-8")
    course.release()
    released = course.released(SECTION)
    listener = socket.create_server(("0.0.0.0", 0))
    listener.setblocking(False)
    told = {
        "@COURSE@": str(course.folder),
        "@MARK@": MARK,
        "@SCRIPT@": SCRIPT,
        "@PORT@": str(listener.getsockname()[1]),
    }
    told["@ADDRESS@"] = _own_address()
    for name, attack in ATTACKS.items():
        made = attack.notebook(released)
        data = made if isinstance(made, bytes) else json.dumps(made).encode()
        for sign, value in told.items():
            data = data.replace(sign.encode(), value.encode())
        place = course.submit(name, SECTION, data)
        (place / "torch.py").write_text("print('LEAKED')\nraise SystemExit\n")
        (place / "sitecustomize.py").write_text("raise SystemExit\n")
    # Among them, first and last: students who only work.
    for name in ("aaa_first", "mmm_middle", "zzz_last"):
        course.submit(name, SECTION, put(json.loads(json.dumps(released)), "softmax", RIGHT))
    before, started = files(course), time.monotonic()
    done = course.nbgrader("autograde", ASSIGNMENT, check=False, CLASS_SECRET=SECRET)
    seconds = time.monotonic() - started
    connections = 0
    while True:
        try:
            listener.accept()
            connections += 1
        except BlockingIOError:
            break
    yield Graded(course, course.scores(), done.stdout + done.stderr, done.returncode, before, connections, seconds)
    listener.close()


def _own_address() -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return "127.0.0.1"
        return probe.getsockname()[0]


def test_there_are_many() -> None:
    assert len(ATTACKS) >= 90
    assert all(attack.tries for attack in ATTACKS.values())


def test_the_run_as_a_whole_succeeds(graded: Graded) -> None:
    assert graded.status == 0, graded.output[-3000:]
    assert graded.scores.keys() == ATTACKS.keys() | {"aaa_first", "mmm_middle", "zzz_last"}


@pytest.mark.parametrize("name", ATTACKS)
def test_it_gets_what_it_earned(graded: Graded, name: str) -> None:
    points = {exercise.name: exercise.points for exercise in lesson.load(SECTION).values()}
    earned = {e: ATTACKS[name].earns.get(e, 0.0) * most for e, most in points.items()}
    got = {e: graded.scores[name][e] for e in points}
    assert got == earned, ATTACKS[name].tries
    written = [score for e, score in graded.scores[name].items() if e.endswith("-words")]
    assert set(written) <= {0.0, None}


@pytest.mark.parametrize("name", ATTACKS)
def test_it_saw_nothing(graded: Graded, name: str) -> None:
    notebook = graded.course.autograded(name, SECTION)
    outputs = json.dumps([cell.get("outputs", []) for cell in notebook["cells"]])
    for secret in ("LEAKED", SECRET, str(graded.course.folder), "LENT def", "def log_softmax"):
        assert secret not in outputs
    shown = [data for c in notebook["cells"] for o in c.get("outputs", []) for data in o.get("data", {}).items()]
    for mime, data in shown:
        assert mime in ("text/plain", "text/html", "image/png", "image/jpeg")
        assert mime == "text/plain" or f"<script>{SCRIPT}" not in "".join(data)


@pytest.mark.parametrize("name", ["aaa_first", "mmm_middle", "zzz_last"])
def test_others_are_graded_all_the_same(graded: Graded, name: str) -> None:
    most = lesson.find("softmax").points
    assert graded.scores[name]["softmax"] == most
    assert sum(score or 0 for score in graded.scores[name].values()) == most


def test_nothing_is_left_behind(graded: Graded) -> None:
    time.sleep(max(0.0, 4 - graded.seconds))  # one of them writes three seconds later
    assert files(graded.course) == graded.before
    for folder in [*ELSEWHERE, graded.course.folder]:
        assert not (folder / MARK).exists()
    assert not list(graded.course.folder.rglob(MARK))
    assert graded.connections == 0
