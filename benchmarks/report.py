"""`python -m benchmarks.report`: a made class whose mistakes are known; does `make report` find each, and how quickly?

Prints how many of the planned mistakes were counted right, then seconds and megabytes for the class repeated to
thousands. With --example the page of the class is kept: docs/example-report.html was made so.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from course import ASSIGNMENT, Course, answered  # noqa: E402

from autograder import lesson, source  # noqa: E402
from autograder.authoring.variants import implementation  # noqa: E402

SECTIONS = ["cross_entropy", "training_loop", "data"]
#: (exercise, mistake) -> who makes it
Planned = dict[tuple[str, str], set[str]]


@click.command()
@click.option("--students", default=40, show_default=True, help="How many hand in.")
@click.option("--repeated", default=5000, show_default=True, help="To how many the class is repeated, results and all.")
@click.option("--example", type=click.Path(path_type=Path), help="Keep the page of the class here.")
def main(students: int, repeated: int, example: Path | None) -> None:
    """Make a class, grade it, and compare the report with what was planned."""
    with tempfile.TemporaryDirectory() as folder:
        course = Course(Path(folder), SECTIONS)
        course.release()
        planned = _hand_in(course, [f"student{number:02d}" for number in range(1, students + 1)])
        _kit(course, "grade", ASSIGNMENT)
        told = json.loads(_kit(course, "report", ASSIGNMENT, "--json"))
        found = {(e["name"], m["mistake"]): set(m["who"]) for e in told["exercises"] for m in e["mistakes"]}
        right = sum(found.get(made) == who for made, who in planned.items())
        click.echo(f"{right} of {len(planned)} mistakes with exactly those who made them, {students} students")
        if example:
            _kit(course, "report", ASSIGNMENT)
            page = (course.folder / "reports" / f"{ASSIGNMENT}.html").read_text(encoding="utf-8")
            example.write_text(page, encoding="utf-8")
        _repeat(course, repeated)
        start = time.perf_counter()
        _kit(course, "report", ASSIGNMENT)
        seconds = time.perf_counter() - start
        megabytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        click.echo(f"{repeated} students: {seconds:.1f} s, {megabytes:.0f} MB")


def _hand_in(course: Course, students: list[str]) -> Planned:
    """Three of ten make one of the known mistakes of an exercise, others in each; all else is right."""
    planned: Planned = defaultdict(set)
    for section in SECTIONS:
        released = course.released(section)
        right = {name: answer.text for name, answer in source.answers(section).items()}
        exercises = [exercise for exercise in lesson.load(section).values() if exercise.kind == "code"]
        for number, student in enumerate(students):
            wrong = {}
            for place, exercise in enumerate(exercises):
                if (turn := (number * 7 + place * 3) % 10) < 3:
                    mistake = list(exercise.mistakes)[(turn * 5 + place) % len(exercise.mistakes)]
                    wrong[exercise.name] = implementation(exercise, "mistake", mistake)["file"]
                    planned[exercise.name, mistake].add(student)
            course.submit(student, section, answered(released, right | wrong))
    return planned


def _repeat(course: Course, students: int) -> None:
    """More students with the same files, and with the results that these have."""
    submitted = course.folder / "submitted"
    first = sorted(path.name for path in submitted.iterdir())
    place = course.folder / ".autograder" / f"seen-{ASSIGNMENT}.json"
    seen = json.loads(place.read_text(encoding="utf-8"))
    for number in range(len(first), students):
        old, new = submitted / first[number % len(first)] / ASSIGNMENT, submitted / f"more{number:05d}" / ASSIGNMENT
        new.mkdir(parents=True)
        for path in old.iterdir():
            os.link(path, new / path.name)
            seen["files"][str(new / path.name)] = seen["files"][str(path)]
    place.write_text(json.dumps(seen), encoding="utf-8")


def _kit(course: Course, *words: str) -> str:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "autograder", *words]
    return subprocess.run(
        command, cwd=course.folder, env=environment, check=True, stdout=subprocess.PIPE, text=True
    ).stdout


if __name__ == "__main__":
    main()
