"""The submissions in tests/attacks/, handed in to two real courses, each half of them, and graded at the same time."""

from __future__ import annotations

import atexit
import hashlib
import json
import os
import pickle
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from course import ASSIGNMENT, Course
from started import REAL_BOXES, SHARED

import attacks.flooding
import attacks.forging
import attacks.mangling
import attacks.reaching  # noqa: F401
from attacks import ATTACKS, RIGHT, SECTION, Attack, put

SECRET, MARK, SCRIPT = "the-instructors-secret", "left-by-a-submission", "the_script_ran"
TIGHT = """
c.Grade.cell_seconds = c.Grade.exercise_seconds = 1.0
c.Grade.process_seconds, c.Grade.whole_seconds, c.Grade.memory_mb = 3.0, 10.0, 600
"""
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


def begin() -> Path:
    """Start to grade them in a process of its own, once, beside the other tests: many attacks only sleep."""
    folder = Path(os.environ[SHARED]) / "attacks"
    try:
        folder.mkdir()
    except FileExistsError:  # another worker was first
        return folder
    words = [sys.executable, "-c", f"from attacks import graded; graded.grade({str(folder)!r})"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with open(folder / "said", "wb") as said:
        running = subprocess.Popen(words, env=environment, stdout=said, stderr=said)
    atexit.register(running.terminate)
    return folder


def all_of_them() -> All:
    """What became of them, as soon as it is known."""
    folder = begin()
    while not (folder / "ended").exists():
        time.sleep(0.1)
    assert (folder / "all").exists(), (folder / "said").read_text()
    return pickle.loads((folder / "all").read_bytes())


def grade(place: str) -> None:
    folder = Path(place)
    try:
        (folder / "all").write_bytes(pickle.dumps(_grade_all(folder)))
    finally:
        (folder / "ended").touch()


def _grade_all(folder: Path) -> All:
    listener = socket.create_server(("0.0.0.0", 0))
    listener.setblocking(False)
    port = str(listener.getsockname()[1])
    halves = [dict(list(ATTACKS.items())[start::2]) for start in (0, 1)]
    courses = [_handed_in(folder / str(number), half, port) for number, half in enumerate(halves)]
    with ThreadPoolExecutor(2) as at_once:
        graded = list(at_once.map(_grade, courses))
    connections = 0
    while True:
        try:
            listener.accept()
            connections += 1
        except BlockingIOError:
            break
    return All(graded, connections)


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
    done = course.nbgrader("autograde", ASSIGNMENT, check=False, CLASS_SECRET=SECRET, **{REAL_BOXES: "1"})
    seconds = time.monotonic() - started
    return Graded(course, course.scores(), done.stdout + done.stderr, done.returncode, before, seconds)


def _own_address() -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return "127.0.0.1"
        return probe.getsockname()[0]
