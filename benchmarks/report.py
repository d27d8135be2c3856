"""`python -m benchmarks.report`: a made class whose mistakes are known; does `make report` find each, and how quickly?

Beside the planned mistakes the class has what a class has: an answer that fails as no known mistake does, beliefs, some
who stopped early, one who handed in nothing, one whose file cannot be read, and some who handed in again.

Prints how many of the planned mistakes were counted right, then seconds and megabytes for the class repeated to
thousands. With --example the page of the class is kept: docs/example-report.html was made so.
"""

from __future__ import annotations

import ast
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
from autograder.repair.reading import binds, reads, scope  # noqa: E402

SECTIONS = ["cross_entropy", "training_loop", "data"]
#: The first hands in nothing, the second what cannot be read.
ABSENT, UNREADABLE = "student98", "student99"
#: No known mistake: made by every eighth who makes none in this exercise, each in words of their own.
ODD = "def softmax(x):\n    {0} = x.exp()\n    return {0} / ({0}.sum(-1, keepdim=True) + {1})\n"
#: Every seventh believes this of `why_softmax`.
BELIEF = "def why_softmax():\n    return {'a', 'b', 'd'}\n"
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
        names = [f"student{number:02d}" for number in range(1, students + 1)]
        for mended in (False, True):
            planned = _hand_in(course, names, mended)
            _kit(course, "grade", ASSIGNMENT)
        told = json.loads(_kit(course, "report", ASSIGNMENT, "--json"))
        found = {(e["name"], m["mistake"]): set(m["who"]) for e in told["exercises"] for m in e["mistakes"]}
        right = sum(found.get(made) == who for made, who in planned.items())
        click.echo(f"{right} of {len(planned)} mistakes with exactly those who made them, {students} students")
        if example:
            _kit(course, "feedback", ASSIGNMENT)  # which looks for the lines
            _kit(course, "report", ASSIGNMENT)
            page = (course.folder / "reports" / f"{ASSIGNMENT}.html").read_text(encoding="utf-8")
            example.write_text(page, encoding="utf-8")
        _repeat(course, repeated)
        start, before = time.perf_counter(), _computed()
        _kit(course, "report", ASSIGNMENT)
        seconds, computing = time.perf_counter() - start, _computed() - before
        megabytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        click.echo(f"{repeated} students: {seconds:.1f} s, {computing:.1f} s of them computing, {megabytes:.0f} MB")


def _hand_in(course: Course, students: list[str], again: bool) -> Planned:
    """Two of five make no known mistake; the others do, in each exercise in a share of its own. All else is right.

    `again`: every fourth has mended all of the first section but the last answer that was wrong.
    """
    with course._gradebook() as gradebook:
        gradebook.update_or_create_student(ABSENT)
    course.submit(UNREADABLE, SECTIONS[0], b"cut off in the midd")
    planned: Planned = defaultdict(set)
    for section in SECTIONS:
        released = course.released(section)
        right = {name: answer.text for name, answer in source.answers(section).items()}
        exercises = [exercise for exercise in lesson.load(section).values() if exercise.kind == "code"]
        for number, student in enumerate(students):
            at_first = section == SECTIONS[0]
            made = {}
            for place, exercise in enumerate(exercises):
                turn = (number * 7 + place * 3) % 10
                if number % 5 > 1 and turn < 2 + 2 * (place % 3):
                    made[exercise.name] = list(exercise.mistakes)[(turn // 4 * 5 + place) % len(exercise.mistakes)]
            texts = dict(right)
            if at_first and again and number % 4 == 0:
                made = dict(list(made.items())[-1:])
            if at_first and number % 8 == 3:
                texts["softmax"] = ODD.format("e" if number % 16 == 3 else "powers", number % 3 + 1)
            if at_first and number % 7 == 1:
                texts["why_softmax"] = BELIEF
            if not at_first and number % 13 == 12:  # stopped early
                made, texts = {}, {}
            for name, mistake in made.items():
                texts[name] = _as_written(name, implementation(lesson.find(name), "mistake", mistake)["file"])
                planned[name, mistake].add(student)
            course.submit(student, section, answered(released, texts))
    return planned


def _as_written(name: str, text: str) -> str:
    """A known mistake as a student would have it: under the exercise's name, without what it needs of the kit.

    Other answers that it calls are there anyway, and right.
    """
    module = ast.parse(text)
    called = {ast.unparse(node.value) for node in module.body if isinstance(node, ast.Assign) and binds(node) == {name}}
    for node in module.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name in called:
            node.name = name
    answers = {other for section in SECTIONS for other in lesson.names(section)} - {name}
    kept = [node for node in module.body if not ast.unparse(node).startswith((f"{name} = ", "from autograder"))]
    used = {name}
    for _ in kept:  # a function may stand above or below what calls it
        uses = [node for node in kept if binds(node) & used]
        used |= {name for node in uses for name in reads(node) - scope(node)} - answers
    module.body = [node for node in kept if binds(node) & used]
    return ast.unparse(module) if any(name in binds(node) for node in module.body) else text


def _repeat(course: Course, students: int) -> None:
    """More students with the same files, and with the results that these have."""
    submitted = course.folder / "submitted"
    first = sorted(path.name for path in submitted.iterdir() if path.name != UNREADABLE)
    place = course.folder / ".autograder" / f"seen-{ASSIGNMENT}.json"
    seen = json.loads(place.read_text(encoding="utf-8"))
    for number in range(len(first), students):
        old, new = submitted / first[number % len(first)] / ASSIGNMENT, submitted / f"more{number:05d}" / ASSIGNMENT
        new.mkdir(parents=True)
        for path in old.iterdir():
            os.link(path, new / path.name)
            seen["files"][str(new / path.name)] = seen["files"][str(path)]
    place.write_text(json.dumps(seen), encoding="utf-8")


def _computed() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _kit(course: Course, *words: str) -> str:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "autograder", *words]
    done = subprocess.run(command, cwd=course.folder, env=environment, stdout=subprocess.PIPE, text=True)
    if done.returncode > 1:  # 1 is that of grading with a file that cannot be read
        raise SystemExit(f"{' '.join(words)} ended with {done.returncode}")
    return done.stdout


if __name__ == "__main__":
    main()
