"""What an instructor waits for: a generated class, graded here and by stock nbgrader on the same notebooks."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from autograder import lesson, source
from autograder.places import KIT as ROOT
from benchmarks.measure import Memory, interleaved

sys.path.append(str(ROOT / "tests"))  # the tests' course, under the name that the tests give it
from course import ASSIGNMENT, Course, Notebook, answered

WORK = ("autograded", ".autograder/results", f".autograder/written-{ASSIGNMENT}.jsonl")
HOSTILE = ["import os\nos._exit(0)", "print('x' * 10**7)", "def f(n):\n    return f(n + 1)\n\nf(0)", "raise SystemExit"]
KINDS = 10  # after so many students the mixture begins again
#: No configuration of ours: a Jupyter kernel for each notebook, the locked cells run in it.
STOCK = f"import sys\nsys.path.insert(0, {str(ROOT)!r})\nc = get_config()\nc.CourseDirectory.course_id = 'stock'\n"


def grading(rounds: int, students: int) -> dict[str, float]:
    """Seconds per notebook against stock, from 1 to 2 jobs, from few to many; the gradebook's share; memory."""
    rounds = min(rounds, 3)
    with tempfile.TemporaryDirectory() as folder:
        course = Course(Path(folder, "course"), lesson.sections())
        course.release()
        _hand_in(course, students)
        stock = _stock(course, Path(folder, "stock"))
        clean = (course.folder / "gradebook.db").read_bytes()
        notebooks = students * len(lesson.sections())
        _grade(course, clean, "--student", _name(0))  # the references are observed once for a course
        reports: dict[str, dict[str, float]] = {}
        memory = []

        def ours(name: str, *words: str) -> None:
            reports[name] = _grade(course, clean, *words)

        def two_jobs() -> None:
            with Memory() as seen:
                ours("two jobs", "--jobs", "2")
            memory.append(seen.peak)

        taken = interleaved(
            {
                "stock": lambda: _stock_grades(stock),
                "two jobs": two_jobs,
                "without gradebook": lambda: ours("without gradebook", "--jobs", "2", "--no-gradebook"),
                "one job": lambda: ours("one job", "--jobs", "1"),
                "one student": lambda: ours("one student", "--jobs", "2", "--student", _name(1)),
            },
            rounds,
        )
    each = taken["two jobs"] / notebooks
    stock_each = taken["stock"] / (min(students, KINDS) * len(lesson.sections()))
    more = (taken["two jobs"] - taken["one student"]) / (notebooks - len(lesson.sections()))
    report = reports["two jobs"]
    return {
        "stock nbgrader / class grading, per notebook": stock_each / each,
        "stock nbgrader / class grading, each further notebook": stock_each / more,
        "class grading, ms per notebook": 1000 * each,
        "class grading with 1 job / with 2": taken["one job"] / taken["two jobs"],
        "what the gradebook adds / all": 1 - taken["without gradebook"] / taken["two jobs"],
        "busy writing the gradebook / all": report["gradebook_seconds"] / report["seconds"],
        "most memory of all processes together, MB": max(memory) / 2**20,
    }


def _name(number: int) -> str:
    return f"student{number:04}"


def _hand_in(course: Course, students: int) -> None:
    """Mixed: right, wrong, half done, untouched, hostile. No two are the same, so that none is saved."""
    for section in lesson.sections():
        released = course.released(section)
        right = {name: answer.text for name, answer in source.answers(section).items()}
        wrong = {name: text.replace("return ", "return 7 or ", 1) for name, text in right.items()}
        half = dict(list(right.items())[: len(right) // 2])
        for number in range(students):
            answers = [right, right, wrong, half, right, wrong, right, {}, half, right][number % KINDS]
            made = answered(released, answers)
            _change(made, number)
            course.submit(_name(number), section, made)


def _change(notebook: Notebook, number: int) -> None:
    hostile = f"\n{HOSTILE[number // KINDS % len(HOSTILE)]}" if number % KINDS == 9 else ""
    cell: dict[str, Any] = {"cell_type": "code", "execution_count": None, "id": "mine", "metadata": {}, "outputs": []}
    notebook["cells"].insert(1, cell | {"source": f"mine = {number}{hostile}"})


def _stock(course: Course, folder: Path) -> Path:
    """The same course for stock nbgrader, with one student of each kind: the whole class would take it hours."""

    def others(parent: str, names: list[str]) -> list[str]:
        return names[KINDS:] if Path(parent).name == "submitted" else []

    shutil.copytree(course.folder, folder, ignore=lambda parent, names: others(parent, sorted(names)))
    (folder / "nbgrader_config.py").write_text(STOCK, encoding="utf-8")
    return folder


def _stock_grades(folder: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "nbgrader", "autograde", ASSIGNMENT, "--force"]
    subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _grade(course: Course, clean: bytes, *words: str) -> dict[str, float]:
    """From nothing: what earlier runs left is removed first."""
    for name in WORK:
        path = course.folder / name
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    (course.folder / "gradebook.db").write_bytes(clean)
    command = [sys.executable, "-m", "autograder", "grade", ASSIGNMENT, "--json", *words]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=course.folder, env=environment, capture_output=True, text=True)
    if not done.stdout:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout)


def flat(rounds: int, students: int) -> dict[str, float]:
    """Seconds per notebook of a class against those of a class of a tenth of it."""
    with tempfile.TemporaryDirectory() as folder:
        course = Course(Path(folder, "course"), lesson.sections())
        course.release()
        clean = (course.folder / "gradebook.db").read_bytes()
        each = []
        for size in (max(1, students // 10), students):
            _hand_in(course, size)
            _grade(course, clean, "--student", _name(0))
            start = time.perf_counter()
            _grade(course, clean)
            each.append((time.perf_counter() - start) / size)
    return {f"per submission, {students} students / {max(1, students // 10)}": each[1] / each[0]}
