"""What `python -m autograder grade ASSIGNMENT` does: grade all that was handed in, and write the gradebook."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from autograder.classroom.outcome import Report

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
    from autograder.classroom import fast, late, results, summary
    from autograder.classroom import gradebook as books
    from autograder.classroom.batch import Batch
    from autograder.classroom.plan import NoAssignment, Plan
    from autograder.process import sandbox

    start = time.monotonic()
    report = Report(assignment, notice="" if dask else sandbox.require(sandbox.layers()).notice)
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        report.notice = "\n".join(filter(None, [report.notice, ROOT]))
    folder = Path.cwd()
    app = books.application(assignment, folder)
    db_url = books.directory(app).db_url
    with fast.gradebook(db_url) as session:
        pattern, dates = books.pattern(app, assignment), books.dates(app, assignment)
        plan = Plan(folder, assignment, db_url, pattern, books.budget(app), dates)
        report.points = _other_points(plan)
        writer = books.Writer(app, plan, session) if gradebook else None
        intake = plan.intake(student, take)
        handed = intake.handed
        report.frozen = {name: list(notebook.gone.values()) for name, notebook in plan.frozen.items()}
        if not handed and not plan.frozen and not any(one.kind != "missing" or one.do for one in intake.notices):
            there = os.path.relpath(pattern.replace("{student}", student or "STUDENT"))
            who = f"{student} has not handed in" if student else "Nobody has handed in"
            nothing = f"{who}: there is nothing to grade in {there}."
            if student or not intake.notices:
                raise NoAssignment(nothing)
            report.notice = "\n".join(filter(None, [report.notice, nothing]))
        held = {one.student: {n for s, n in intake.held if s == one.student} | set(plan.frozen) for one in handed}
        report.not_graded = [notice.to_dict() for notice in intake.notices]
        keep = results.attention(folder, assignment, intake, books.unscored(session, assignment), student)
        report.rows = _rows(intake, keep)
        report.students, report.notebooks = len(handed), sum(len(one.notebooks) for one in handed)
        todo = [one for one in handed if not (writer and not again and writer.is_written(one, held[one.student]))]
        report.kept = report.notebooks - sum(len(one.notebooks) for one in todo)
        others = [one for one in todo if writer and not accept and writer.is_of_another_kit(one, held[one.student])]
        if writer and not todo and not student:
            late.note(assignment, dates)
        if not todo:
            report.waiting = books.waiting(app, assignment)
            return report
        lateness = books.penalties(session, assignment)
        with _bar(report.notebooks, report.kept, shown) as tick:
            batch = Batch(plan, _executor(jobs, dask), again, tick)
            try:
                for one in batch.students(todo):
                    if writer and one.handed in others and not one.failed and not one.contended:
                        _compare(one.handed, writer, report)
                    else:
                        _take(one, held[one.handed.student], writer, report)
            finally:
                batch.stop()
        report.graded, report.kept = batch.counts.graded, report.kept + batch.counts.kept
        report.lateness = _moved(lateness, books.penalties(session, assignment))
        if writer and not (student or report.failed):
            late.note(assignment, dates)
        plan.seen.save()
        with contextlib.suppress(NoAssignment):
            report.stands_out = summary.report(summary.of_plan(plan), anonymous=True)["stands_out"]
    report.waiting = books.waiting(app, assignment)
    report.seconds = time.monotonic() - start
    return report


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
