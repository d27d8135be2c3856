"""Grading a class: as nbgrader would, but in parallel; nothing is lost, done twice, or left stale."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
import started
from course import ASSIGNMENT, SETS, Course, answered
from nbgrader.api import Gradebook

from autograder import source
from autograder.classroom import batch, command, grading, outcome, pool
from autograder.classroom.batch import Batch
from autograder.classroom.outcome import Report, words
from autograder.classroom.plan import NoAssignment, Plan
from autograder.classroom.run import Budget
from autograder.places import KIT as ROOT
from autograder.process import sandbox

SECTIONS = ["setup", "training_loop"]
#: Stopped by the clock; what computes without end is among the attacks.
ENDLESS = "import time\nwhile True:\n    time.sleep(1)"
BUDGET = Budget(cell=1.0, exercise=3.0, sets=SETS)
LIMITS = f"\nc.Grade.cell_seconds = {BUDGET.cell}\nc.Grade.exercise_seconds = {BUDGET.exercise}\n"


def _submit(course: Course) -> None:
    for section in SECTIONS:
        released = course.released(section)
        right = {name: answer.text for name, answer in source.answers(section).items()}
        first = next(iter(right))
        wrong = {name: text.replace("return", "return 7 or", 1) for name, text in right.items()}
        course.submit("ann", section, answered(released, right))
        course.submit("ben", section, answered(released, wrong))
        course.submit("cat", section, answered(released, {first: right[first]}))
        course.submit("dan", section, answered(released, right | {first: ENDLESS}))
        course.submit("eve", section, answered(released, right | {first: "import os\nos._exit(0)"}))
        course.submit("fay", section, b'{"cells": [')
        course.submit("gus", section, answered(released, right))


@pytest.fixture(scope="module")
def submitted(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A released assignment of two notebooks and what seven students made of it."""
    pytest.importorskip("nbgrader")
    try:
        sandbox.require(sandbox.layers())
    except sandbox.SandboxUnavailable as error:
        pytest.skip(str(error))
    course = Course(tmp_path_factory.mktemp("class"), SECTIONS)
    with open(course.folder / "nbgrader_config.py", "a", encoding="utf-8") as config:
        config.write(LIMITS)
    course.release()
    _submit(course)
    return course


@pytest.fixture(scope="module")
def graded(submitted: Course, tmp_path_factory: pytest.TempPathFactory) -> tuple[Course, dict[str, Any]]:
    course = _copy(submitted, tmp_path_factory.mktemp("graded") / "course")
    return course, _grade(course, "--jobs", "2")


@pytest.fixture
def copy(tmp_path: Path) -> Callable[[Course], Course]:
    return lambda course: _copy(course, tmp_path / f"copy-{len(list(tmp_path.iterdir()))}")


def _copy(course: Course, folder: Path) -> Course:
    shutil.copytree(course.folder, folder)
    made = Course.__new__(Course)
    made.folder = folder
    return made


def _command(*words: str) -> list[str]:
    return [sys.executable, "-m", "autograder", "grade", ASSIGNMENT, *words]


def _environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(ROOT)}


def _grade(course: Course, *words: str) -> dict[str, Any]:
    done = started.run("autograder", ["grade", ASSIGNMENT, "--json", *words], course.folder, _environment())
    assert done.stdout, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    attention = told["not_graded"] or told["changes"]
    assert done.returncode == (3 if told["failed"] else bool(attention)), done.stdout + done.stderr
    return told


def _results(course: Course) -> dict[str, str]:
    """The kept results by their name."""
    return {path.name: path.read_text() for path in (course.folder / ".autograder" / "results").rglob("*.json")}


def _autograded(course: Course) -> dict[str, str]:
    folder = course.folder / "autograded"
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*.ipynb")}


def test_each_gets_what_it_earned(graded: tuple[Course, dict[str, Any]]) -> None:
    course, report = graded
    scores = course.scores()
    assert report["students"] == report["written"] == 6
    assert report["notebooks"] == report["graded"] == 12
    assert not report["failed"]
    assert [(one["student"], one["kind"]) for one in report["not_graded"]] == [("fay", "unreadable")] * 2
    most = sum(value or 0 for value in scores["ann"].values())
    total = {student: sum(value or 0 for value in told.values()) for student, told in scores.items()}
    assert total["gus"] == most > total["dan"] > 0
    assert 0 < total["cat"] < most
    assert total["eve"] < most
    assert 0 <= total["ben"] < most
    assert "fay" not in scores


def test_results_are_those_of_plain_nbgrader(
    graded: tuple[Course, dict[str, Any]], submitted: Course, copy: Callable[[Course], Course]
) -> None:
    course, _ = graded
    plain = copy(submitted)
    (plain.folder / ".autograder").mkdir(exist_ok=True)
    shutil.copy(course.folder / ".autograder" / "class_seed", plain.folder / ".autograder")
    plain.nbgrader("autograde", ASSIGNMENT)
    scores, files = plain.scores(), _autograded(plain)
    assert set(scores.pop("fay").values()) <= {0.0, None}  # by itself nbgrader takes what cannot be read for nothing
    assert scores == course.scores()
    assert {name: text for name, text in files.items() if not name.startswith("fay")} == _autograded(course)
    assert _results(plain).keys() == _results(course).keys()


def test_nbgrader_uses_what_is_kept(graded: tuple[Course, dict[str, Any]], copy: Callable[[Course], Course]) -> None:
    course = copy(graded[0])
    before, results = course.scores(), _results(course)
    marked = {name: text.replace('"share": 1.0', '"share": 0.5') for name, text in results.items()}
    for path in (course.folder / ".autograder" / "results").rglob("*.json"):
        path.write_text(marked[path.name])
    course.nbgrader("autograde", ASSIGNMENT, "--force")
    after = course.scores()
    assert _results(course) == marked
    assert after["ann"] == {name: score and score / 2 for name, score in before["ann"].items()}


def test_one_changed_submission_is_one_graded(
    graded: tuple[Course, dict[str, Any]], copy: Callable[[Course], Course]
) -> None:
    course = copy(graded[0])
    assert _grade(course)["graded"] == 0
    before = course.scores()
    released = course.released("training_loop")
    course.submit("gus", "training_loop", answered(released, {"accuracy": "def accuracy(out, yb):\n    return 0.5"}))
    pages = course.folder / "feedback" / "gus" / ASSIGNMENT
    pages.mkdir(parents=True)
    (pages / "training_loop.html").write_text("of before")
    report = _grade(course)
    assert (report["graded"], report["kept"], report["written"]) == (1, 11, 1)
    assert report["outdated"] == ["gus"]
    assert "made anew by it: gus" in words(Report(**report))
    assert not pages.exists()
    after = course.scores()
    assert after.pop("gus")["accuracy"] != before.pop("gus")["accuracy"]
    assert after == before


def test_another_version_of_the_kit_changes_no_score_unasked(
    graded: tuple[Course, dict[str, Any]], copy: Callable[[Course], Course]
) -> None:
    course = copy(graded[0])
    plan = _plan(course)
    handed = {one.student: one for one in plan.intake().handed}
    written = next((course.folder / ".autograder").glob("written-*"))
    lines = [[name, plan.digest(one, "of before"), "of before"] for name, one in handed.items()]
    assert {line[1] for line in map(json.loads, written.read_text().splitlines())} == {
        plan.digest(one) for one in handed.values()
    }
    written.write_text("".join(json.dumps(line) + "\n" for line in lines))
    with Gradebook(f"sqlite:///{course.folder}/gradebook.db") as gradebook:
        grade: Any = gradebook.find_grade("accuracy", "training_loop", ASSIGNMENT, "gus")
        grade.auto_score = 0.5  # as that version had it
        gradebook.db.commit()
    before = course.scores()
    report = _grade(course)
    assert [one["student"] for one in report["changes"]] == ["gus"]
    assert report["written"] == 0
    assert "would change the scores of 1 student:\n  gus: " in words(Report(**report))
    assert course.scores() == before
    assert _grade(course)["changes"] == report["changes"]
    assert _grade(course, "--accept")["written"] == 1
    assert course.scores() == graded[0].scores()
    assert not _grade(course)["changes"]


def test_what_only_tells_of_grades_has_nobody_graded_again(tmp_path: Path) -> None:
    judges, tells = tmp_path / "judging" / "judge.py", tmp_path / "classroom" / "summary.py"
    for path in (judges, tells):
        path.parent.mkdir()
        path.touch()
    before = grading.version_of(tmp_path)
    tells.write_text("MOST = 3\n")
    assert grading.version_of(tmp_path) == before
    judges.write_text("MOST = 3\n")
    assert grading.version_of(tmp_path) != before
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    apart = next(one["forbidden_modules"] for one in contracts if one["name"].startswith("No grade depends"))
    assert set(apart) == {f"autograder.{package}.{name}" for package, names in grading.TELL.items() for name in names}
    assert all((ROOT / f"{name.replace('.', '/')}.py").exists() for name in apart)


def test_one_student(submitted: Course, copy: Callable[[Course], Course], monkeypatch: pytest.MonkeyPatch) -> None:
    course = copy(submitted)
    report = _grade(course, "--student", "cat")
    assert report["students"] == report["written"] == 1
    assert list(course.scores()) == ["cat"]
    monkeypatch.chdir(course.folder)
    with pytest.raises(NoAssignment, match=f"zed has not handed in: .* in submitted/zed/{ASSIGNMENT}"):
        command.run(ASSIGNMENT, student="zed")


def test_interrupting_loses_nothing(
    graded: tuple[Course, dict[str, Any]], submitted: Course, copy: Callable[[Course], Course]
) -> None:
    course = copy(submitted)
    (course.folder / ".autograder").mkdir(exist_ok=True)
    shutil.copy(graded[0].folder / ".autograder" / "class_seed", course.folder / ".autograder")
    slow = answered(course.released("training_loop"), {"accuracy": "import time\ntime.sleep(15)"})
    last = course.submit("zzz", "training_loop", slow)  # so that there is something left to interrupt
    running = subprocess.Popen(
        _command("--jobs", "1"), cwd=course.folder, env=_environment(), stderr=subprocess.PIPE, text=True
    )
    while len(kept := _kept_when(course)) < 2 and running.poll() is None:
        time.sleep(0.01)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=60)
    assert running.returncode == 130, said
    shutil.rmtree(last.parent)
    assert "the same command goes on" in said
    assert _grade(course, "--jobs", "1")["failed"] == []
    assert {name: when for name, when in _kept_when(course).items() if name in kept} == kept
    assert course.scores() == graded[0].scores()


def _kept_when(course: Course) -> dict[str, int]:
    folder = course.folder / ".autograder" / "results"
    return {path.name: path.stat().st_mtime_ns for path in folder.rglob("*.json")}


FAILING = """
from autograder.classroom import command, pool
real = pool.Pool.submit

def submit(self, task, references):
    if task["section"] == "training_loop" and "return 7 or" in "".join(task["sources"]):
        from concurrent.futures import Future
        failed = Future()
        failed.set_result({"failed": "the disk is on fire"})
        return failed
    return real(self, task, references)

pool.Pool.submit = submit
report = command.run("minibatch_training", jobs=1)
print(report.written, report.failed)
"""


def test_what_cannot_be_graded_keeps_its_score_and_stops_nobody(
    graded: tuple[Course, dict[str, Any]], copy: Callable[[Course], Course]
) -> None:
    course = copy(graded[0])
    shutil.rmtree(course.folder / ".autograder" / "results")
    next((course.folder / ".autograder").glob("written-*")).unlink()
    (course.folder / "failing.py").write_text(FAILING)
    shutil.rmtree(course.folder / "autograded" / "cat")
    (course.folder / "autograded" / "cat").write_text("a file in the way of what is written for cat")
    page = course.folder / "feedback" / "dan" / ASSIGNMENT / "setup.html"
    page.mkdir(parents=True)  # a folder: it cannot be removed as the page of before would be
    done = started.run("failing", [], course.folder, _environment())
    assert done.returncode == 0, done.stderr
    assert "the disk is on fire" in done.stdout
    assert done.stdout.startswith("3 ")
    assert course.scores() == graded[0].scores()  # ben's too: what failed keeps the score that it had
    report = _grade(course)
    assert report["graded"] == 1  # tried once more by the next run
    where = "autograded/cat"
    assert [one["student"] for one in report["failed"]] == ["cat", "dan"]
    assert page.is_dir()
    assert {name: text for name, text in _autograded(graded[0]).items() if "cat" not in name} == _autograded(course)
    assert f"cat: not graded. {where} is a file, where there should be a folder: mv {where} {where}.aside\n" in words(
        Report(**report)
    )
    assert next(row["state"] for row in report["rows"] if row["student"] == "cat") == "failed"
    assert course.scores() == graded[0].scores()


def test_a_failure_is_told_with_what_mends_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    full, bare = OSError(errno.ENOSPC, "No space left on device"), PermissionError(errno.EPERM, "", "setup.html")
    assert outcome.reason(full) == "The disk is full. To see where: df -h . /tmp"
    assert outcome.is_for_all(full)
    assert outcome.is_for_all(shutil.Error([("here", "there", str(full))]))
    assert not outcome.is_for_all(bare)
    assert outcome.reason(bare, tmp_path / "feedback" / "von x").endswith("ls -ld feedback 'feedback/von x'")


def _batch(course: Course, executor: batch.Executor, tick: Callable[[int], Any] = lambda count: None) -> Batch:
    return Batch(_plan(course), executor, tick=tick)


def _plan(course: Course) -> Plan:
    """As `grade` makes it: neither a due date nor a late rule is set."""
    url, pattern = f"sqlite:///{course.folder}/gradebook.db", f"{course.folder}/submitted/{{student}}/{ASSIGNMENT}"
    return Plan(course.folder, ASSIGNMENT, url, pattern, BUDGET, "None None None")


def test_a_killed_worker_is_replaced(
    graded: tuple[Course, dict[str, Any]], submitted: Course, copy: Callable[[Course], Course]
) -> None:
    course = copy(submitted)
    (course.folder / ".autograder").mkdir(exist_ok=True)
    shutil.copy(graded[0].folder / ".autograder" / "class_seed", course.folder / ".autograder")
    workers = pool.Pool(1)
    killed: list[int] = []

    def kill_one(count: int) -> None:
        if workers._workers and not killed:
            workers._workers[0].kill()
            killed.append(count)

    run = _batch(course, workers, kill_one)
    try:
        students = list(run.students(run.plan.intake().handed))
    finally:
        run.stop()
    assert killed
    assert [student.failed for student in students] == [{}] * 6
    assert _alike(_results(course)) == _alike(_results(graded[0]))


def _alike(results: dict[str, str]) -> dict[str, Any]:
    return {name: json.loads(text) for name, text in results.items()}


@pytest.mark.filterwarnings("default")  # Dask's own, about sockets of the worker that is killed
def test_a_cluster_that_loses_a_worker_gives_the_same_results(
    graded: tuple[Course, dict[str, Any]], submitted: Course, copy: Callable[[Course], Course]
) -> None:
    distributed = pytest.importorskip("distributed")
    from autograder.classroom.cluster import Cluster

    course = copy(submitted)
    (course.folder / ".autograder").mkdir(exist_ok=True)
    shutil.copy(graded[0].folder / ".autograder" / "class_seed", course.folder / ".autograder")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
    ) as local:
        killed: list[int] = []

        def kill_one(count: int) -> None:
            if len(_results(course)) >= 3 and not killed:
                pid = next(iter(local.workers.values())).process.process.pid
                killed.append(pid)
                os.kill(pid, signal.SIGKILL)

        run = _batch(course, Cluster(local.scheduler_address), kill_one)
        try:
            students = list(run.students(run.plan.intake().handed))
        finally:
            run.stop()
    assert killed
    assert [student.failed for student in students] == [{}] * 6
    assert run.counts.graded == 12
    assert _alike(_results(course)) == _alike(_results(graded[0]))


class Crowded:
    """An executor whose machine is busy: what it answers ran out of time because of others, so many times."""

    jobs = 1

    def __init__(self, kept: dict[str, str], times: int):
        self.kept, self.times = kept, times
        self.asked: dict[str, int] = {}

    def submit(self, task: dict[str, Any], references: Any) -> Future[dict[str, Any]]:
        self.asked[task["key"]] = self.asked.get(task["key"], 0) + 1
        late = self.asked[task["key"]] <= self.times
        result = json.loads(self.kept[f"{task['key']}.json"]) | {"out_of_time": late, "contended": late}
        answer: Future[dict[str, Any]] = Future()
        answer.set_result({"result": result})
        return answer

    def close(self) -> None: ...


@pytest.mark.parametrize("times", [1, 2])
def test_what_ran_out_of_time_on_a_busy_machine_is_tried_alone_and_is_not_final(
    graded: tuple[Course, dict[str, Any]], copy: Callable[[Course], Course], times: int
) -> None:
    course, kept = copy(graded[0]), _results(graded[0])
    shutil.rmtree(course.folder / ".autograder" / "results")
    run = _batch(course, crowded := Crowded(kept, times))
    handed = [one for one in run.plan.intake().handed if one.student == "ann"]
    (ann,) = run.students(handed)
    assert set(crowded.asked.values()) == {2}
    assert ann.contended == ann.out_of_time == (list(run.plan.notebooks) if times == 2 else [])
    again = _batch(course, later := Crowded(kept, 0))
    list(again.students(handed))
    assert len(later.asked) == (2 if times == 2 else 0)  # a result that others are to blame for is no final one
