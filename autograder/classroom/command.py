"""What `python -m autograder grade ASSIGNMENT` does: grade all that was handed in, and write the gradebook."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Report:
    """What a run did. Counts are of notebooks; `failed` and `written` are of students."""

    assignment: str
    students: int = 0
    notebooks: int = 0
    graded: int = 0
    kept: int = 0
    written: int = 0
    failed: list[dict[str, str]] = field(default_factory=list)
    out_of_time: list[dict[str, str]] = field(default_factory=list)
    #: Students who were written to the gradebook, and whose feedback is of before.
    outdated: list[str] = field(default_factory=list)
    seconds: float = 0.0
    gradebook_seconds: float = 0.0
    notice: str = ""

    def fail(self, student: str, notebook: str, reason: str) -> None:
        self.failed.append({"student": student, "notebook": notebook, "reason": reason})


def run(
    assignment: str,
    jobs: int | None = None,
    dask: str | None = None,
    student: str | None = None,
    again: bool = False,
    gradebook: bool = True,
    shown: bool = False,
) -> Report:
    """Grade in the course that is the working folder."""
    from autograder.classroom import fast
    from autograder.classroom import gradebook as books
    from autograder.classroom.batch import Batch
    from autograder.classroom.plan import NoAssignment, Plan
    from autograder.process import sandbox

    start = time.monotonic()
    report = Report(assignment, notice="" if dask else sandbox.require(sandbox.layers()).notice)
    course = Path.cwd()
    app = books.application(assignment, course)
    db_url = books.directory(app).db_url
    with fast.gradebook(db_url) as session:
        plan = Plan(course, assignment, db_url, books.pattern(app, assignment), books.budget(app))
        writer = books.Writer(app, plan, session) if gradebook else None
        handed = plan.handed_in(student)
        if not handed:
            raise NoAssignment(f"There is nothing to grade at {books.pattern(app, assignment)}.")
        report.students, report.notebooks = len(handed), sum(len(one.notebooks) for one in handed)
        todo = [one for one in handed if not (writer and not again and writer.is_written(one))]
        report.kept = report.notebooks - sum(len(one.notebooks) for one in todo)
        if not todo:
            return report
        with _bar(report.notebooks, report.kept, shown) as tick:
            batch = Batch(plan, _executor(jobs, dask), again, tick)
            try:
                for one in batch.students(todo):
                    _take(one, writer, report, books.directory(app).feedback_directory)
            finally:
                batch.stop()
        report.graded, report.kept = batch.counts.graded, report.kept + batch.counts.kept
    report.seconds = time.monotonic() - start
    return report


def _take(one: Any, writer: Any, report: Report, feedback_directory: str) -> None:
    """One student is graded: into the gradebook with it, or no score at all."""
    student = one.handed.student
    report.out_of_time += [{"student": student, "notebook": name} for name in one.out_of_time]
    for name, reason in one.failed.items():
        report.fail(student, name, reason)
    if writer is None:
        return
    start = time.monotonic()
    if one.failed:
        writer.forget(one.handed)
    elif reason := writer.write(one.handed):
        report.fail(student, reason.partition(":")[0], reason.partition(": ")[2] or reason)
    else:
        report.written += 1
        pages = Path(feedback_directory, student, report.assignment)
        report.outdated += [student] if any(pages.glob("*.html")) else []
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


def words(report: Report) -> str:
    """What a run did, and the next command to type."""
    lines = [report.notice] if report.notice else []
    lines += [f"{one['student']}, {one['notebook']}: not graded. {one['reason']}" for one in report.failed]
    lines += [f"{one['student']}, {one['notebook']}: an answer ran out of time." for one in report.out_of_time]
    rate = f" in {report.seconds:.0f} s" if report.graded else ""
    lines.append(
        f"{report.students} students, {report.notebooks} notebooks: {report.graded} graded{rate}, "
        f"{report.kept} were graded already, {len(report.failed)} failed to be graded."
    )
    if report.out_of_time:
        lines.append(f"To try once more what ran out of time: python -m autograder grade {report.assignment} --again")
    if report.failed:
        lines.append("What failed has no score in the gradebook. The same command tries it once more.")
    elif report.written:
        command = f"nbgrader generate_feedback {report.assignment}"
        lines.append(f"Written answers wait in formgrader. Then: {command}")
        if report.outdated:
            whom = f" --student {report.outdated[0]}" if len(report.outdated) == 1 else ""
            lines.append(f"Where there are pages already, only --force renews them: {command}{whom} --force")
    return "\n".join(lines)
