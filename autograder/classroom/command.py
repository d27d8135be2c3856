"""What `python -m autograder grade ASSIGNMENT` does: grade all that was handed in, and write the gradebook."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from autograder.classroom import fast, late, results, summary
from autograder.classroom import gradebook as books
from autograder.classroom.batch import Batch
from autograder.classroom.intake import Handed
from autograder.classroom.outcome import Report
from autograder.classroom.plan import NoAssignment, Plan
from autograder.process import sandbox

ROOT = "You are grading as root: some limits of the sandbox do not bind root, and what is written belongs to root."


def run(
    assignment: str,
    jobs: int | None = None,
    dask: str | None = None,
    student: str | None = None,
    again: bool = False,
    gradebook: bool = True,
    take: bool = False,
    accept: bool = False,
    shown: bool = False,
) -> Report:
    """Grade in the course that is the working folder.

    `take`: rename notebooks whose cells tell which they are. `accept`: write scores that change because the kit did.
    """
    start = time.monotonic()
    report = Report(assignment, notice=_notice(dask))
    app = books.application(assignment, Path.cwd())
    with fast.gradebook(books.directory(app).db_url) as session:
        grading = _Run(app, session, report, student, gradebook)
        grading.receive(take)
        if todo := grading.todo(again):
            with _bar(report.notebooks, report.kept, shown) as tick:
                grading.grade(todo, Batch(grading.plan, _executor(jobs, dask), again, tick), accept)
            report.seconds = time.monotonic() - start
        grading.note()
    report.waiting = books.waiting(app, assignment)
    return report


def _notice(dask: str | None) -> str:
    notice = "" if dask else sandbox.require(sandbox.layers()).notice
    return _lines(notice, ROOT if hasattr(os, "geteuid") and os.geteuid() == 0 else "")


def _lines(*texts: str) -> str:
    return "\n".join(filter(None, texts))


class _Run:
    """Grading of one assignment, or of one student in it, step by step; `report` is told what becomes of it."""

    def __init__(self, app: Any, session: Any, report: Report, student: str | None, gradebook: bool):
        assignment, folder = report.assignment, Path.cwd()
        self._session, self._report, self._student = session, report, student
        self._pattern, self._dates = books.pattern(app, assignment), books.dates(app, assignment)
        url = books.directory(app).db_url
        self.plan = Plan(folder, assignment, url, self._pattern, books.budget(app), self._dates)
        self._writer = books.Writer(app, self.plan, session) if gradebook else None

    def receive(self, take: bool) -> None:
        """Look at what was handed in, and tell of everybody."""
        report, plan = self._report, self.plan
        report.points = _other_points(plan)
        intake = plan.intake(self._student, take)
        self._handed = intake.handed
        report.frozen = {name: list(notebook.gone.values()) for name, notebook in plan.frozen.items()}
        if not (self._handed or plan.frozen or any(one.kind != "missing" or one.do for one in intake.notices)):
            self._nobody(bool(intake.notices))
        #: By student, the notebooks of which something is there that cannot be graded.
        self._held = {
            one.student: {n for s, n in intake.held if s == one.student} | set(plan.frozen) for one in self._handed
        }
        report.not_graded = [notice.to_dict() for notice in intake.notices]
        unscored = books.unscored(self._session, plan.assignment)
        keep = results.attention(plan.course, plan.assignment, intake, unscored, self._student)
        report.rows = _rows(intake, keep)
        report.students = len(self._handed)
        report.notebooks = sum(len(one.notebooks) for one in self._handed)

    def _nobody(self, known: bool) -> None:
        there = os.path.relpath(self._pattern.replace("{student}", self._student or "STUDENT"))
        who = f"{self._student} has not handed in" if self._student else "Nobody has handed in"
        nothing = f"{who}: there is nothing to grade in {there}."
        if self._student or not known:
            raise NoAssignment(nothing)
        self._report.notice = _lines(self._report.notice, nothing)

    def todo(self, again: bool) -> list[Handed]:
        """Those whose present notebooks the gradebook does not have, or all of them `again`."""
        writer = self._writer
        if again or writer is None:
            return self._handed
        todo = [one for one in self._handed if not writer.is_written(one, self._held[one.student])]
        self._report.kept = self._report.notebooks - sum(len(one.notebooks) for one in todo)
        return todo

    def grade(self, todo: list[Handed], batch: Batch, accept: bool) -> None:
        """Grade them, and write each into the gradebook as soon as it is done."""
        report, writer = self._report, self._writer
        others = []
        if writer and not accept:
            others = [one for one in todo if writer.is_of_another_kit(one, self._held[one.student])]
        lateness = books.penalties(self._session, self.plan.assignment)
        try:
            for one in batch.students(todo):
                if one.handed in others and not one.failed and not one.contended:
                    _compare(one.handed, writer, report)
                else:
                    _take(one, self._held[one.handed.student], writer, report)
        finally:
            batch.stop()
        report.graded, report.kept = batch.counts.graded, report.kept + batch.counts.kept
        report.lateness = _moved(lateness, books.penalties(self._session, self.plan.assignment))
        self.plan.seen.save()
        with contextlib.suppress(NoAssignment):
            report.stands_out = summary.report(summary.of_plan(self.plan), anonymous=True)["stands_out"]

    def note(self) -> None:
        """Keep by which dates the whole class is graded now."""
        if self._writer and not self._student and not self._report.failed:
            late.note(self._report.assignment, self._dates)


def _rows(intake: Any, keep: set[str]) -> list[dict[str, Any]]:
    """A row for everybody: graded, in part, missing, or whatever stands in the way; `keep`: an earlier score."""
    rows = {
        one.student: {"student": one.student, "state": "graded", "notebooks": sorted(one.notebooks)}
        for one in intake.handed
    }
    for notice in intake.notices:
        row = rows.setdefault(notice.student, {"student": notice.student, "state": notice.kind, "notebooks": []})
        if row["state"] == "graded" and notice.notebook:
            row["state"] = "in part"
    for student in keep:
        rows[student]["keeps"] = True
    return sorted(rows.values(), key=lambda row: row["student"])


def _other_points(plan: Any) -> list[str]:
    """The exercises to which course.toml gives other points than they were released with: nothing follows yet."""
    from autograder import course

    told = course.assignment(plan.assignment)
    now = told.points if told else {}
    points = {name: most for one in plan.notebooks.values() for name, most in one.exercises.items()}
    return [name for name, most in points.items() if now.get(name, most) != most]


def _moved(before: dict[str, float], now: dict[str, float]) -> list[dict[str, Any]]:
    both = [(student, before[student], cost) for student, cost in sorted(now.items()) if student in before]
    return [{"student": s, "before": was, "now": cost} for s, was, cost in both if abs(was - cost) > 1e-3]


def _compare(handed: Any, writer: Any, report: Report) -> None:
    """Graded again because the kit changed: nothing is written, and what would change is told."""
    if change := writer.change(handed):
        report.changes.append({"student": handed.student, "before": change[0], "now": change[1]})


def _take(one: Any, held: set[str], writer: Any, report: Report) -> None:
    """One student is graded: into the gradebook with it, or no score at all."""
    student = one.handed.student
    report.out_of_time += [{"student": student, "notebook": name} for name in one.out_of_time]
    report.contended += [{"student": student, "notebook": name} for name in one.contended]
    for name, reason in one.failed.items():
        report.fail(student, name, reason)
    if writer is None or one.failed:
        return  # what the gradebook has of this student stays
    start = time.monotonic()
    if reason := writer.write(one.handed, held, final=not one.contended):
        report.fail(student, "", reason)
    else:
        report.written += 1
    report.outdated = writer.outdated
    report.gradebook_seconds += time.monotonic() - start


def _executor(jobs: int | None, dask: str | None) -> Any:
    if dask:
        from autograder.classroom.cluster import Cluster

        return Cluster(dask)
    from autograder.classroom.pool import Pool

    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return Pool(jobs or processors or 1)


@contextlib.contextmanager
def _bar(total: int, done: int, shown: bool) -> Iterator[Any]:
    """Notebooks graded, how many in a second, and the time left."""
    if not shown:
        yield lambda count: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    rate = TextColumn("{task.fields[rate]}")
    columns = (TextColumn("Grading"), BarColumn(), MofNCompleteColumn(), rate, TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        bar = progress.add_task("Grading", total=total, completed=done, rate="")

        def tick(count: int) -> None:
            progress.advance(bar, count)
            speed = progress.tasks[0].speed
            progress.update(bar, rate=f"{speed:.1f} notebooks/s" if speed else "")

        yield tick
