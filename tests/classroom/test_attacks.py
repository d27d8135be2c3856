"""Every submission in tests/attacks/, graded by `nbgrader autograde` in real courses.

There are two, each with half of them, that are graded at the same time: many attacks only sleep until they are stopped.
"""

from __future__ import annotations

import hashlib
import json
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import attacks.flooding
import attacks.forging
import attacks.mangling
import attacks.reaching  # noqa: F401
import pytest
from attacks import ATTACKS, RIGHT, SECTION, Attack, put
from course import ASSIGNMENT, Course

from autograder import lesson

SECRET, MARK, SCRIPT = "the-instructors-secret", "left-by-a-submission", "the_script_ran"
TIGHT = """
c.Grade.cell_seconds = c.Grade.exercise_seconds = 2.0
c.Grade.process_seconds, c.Grade.whole_seconds, c.Grade.memory_mb = 6.0, 20.0, 600
"""
#: Where a mark may not be found afterwards, beside the course itself.
ELSEWHERE = [Path("/tmp"), Path("/var/tmp"), Path("/dev/shm"), Path.home()]


HONEST = ("aaa_first", "mmm_middle", "zzz_last")


@dataclass
class Graded:
    course: Course
    scores: dict[str, dict[str, float | None]]
    output: str
    status: int
    before: dict[str, str]
    seconds: float


@dataclass
class All:
    graded: list[Graded]
    connections: int

    def of(self, name: str) -> Graded:
        return next(graded for graded in self.graded if name in graded.scores)


def files(course: Course) -> dict[str, str]:
    """What is in the course and must not change by grading."""
    kept = [p for top in ("source", "release", "submitted") for p in (course.folder / top).rglob("*") if p.is_file()]
    return {str(p): hashlib.sha256(p.read_bytes()).hexdigest() for p in kept}


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Iterator[All]:
    listener = socket.create_server(("0.0.0.0", 0))
    listener.setblocking(False)
    port = str(listener.getsockname()[1])
    halves = [dict(list(ATTACKS.items())[start::2]) for start in (0, 1)]
    courses = [_handed_in(tmp_path_factory.mktemp("course"), half, port) for half in halves]
    with ThreadPoolExecutor(2) as at_once:
        graded = list(at_once.map(_grade, courses))
    connections = 0
    while True:
        try:
            listener.accept()
            connections += 1
        except BlockingIOError:
            break
    yield All(graded, connections)
    listener.close()


def _handed_in(folder: Path, some: dict[str, Attack], port: str) -> Course:
    course = Course(folder, [SECTION])
    config = course.folder / "nbgrader_config.py"
    config.write_text(config.read_text(encoding="utf-8") + TIGHT, encoding="utf-8")
    course.release()
    released = course.released(SECTION)
    told = {"@COURSE@": str(course.folder), "@MARK@": MARK, "@SCRIPT@": SCRIPT, "@PORT@": port}
    told["@ADDRESS@"] = _own_address()
    for name, attack in some.items():
        made = attack.notebook(released)
        data = made if isinstance(made, bytes) else json.dumps(made).encode()
        for sign, value in told.items():
            data = data.replace(sign.encode(), value.encode())
        place = course.submit(name, SECTION, data)
        (place / "torch.py").write_text("print('LEAKED')\nraise SystemExit\n")
        (place / "sitecustomize.py").write_text("raise SystemExit\n")
    for name in HONEST:  # among them, first and last: students who only work
        course.submit(name, SECTION, put(json.loads(json.dumps(released)), "softmax", RIGHT))
    return course


def _grade(course: Course) -> Graded:
    before, started = files(course), time.monotonic()
    done = course.nbgrader("autograde", ASSIGNMENT, check=False, CLASS_SECRET=SECRET)
    seconds = time.monotonic() - started
    return Graded(course, course.scores(), done.stdout + done.stderr, done.returncode, before, seconds)


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
