"""What `python -m autograder grade ASSIGNMENT` does: grade all that was handed in, and write the gradebook."""

from __future__ import annotations

import contextlib
import errno
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from autograder import course

ROOT = "You are grading as root: some limits of the sandbox do not bind root, and what is written belongs to root."


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
    #: Those of them that never had the processor to themselves, also when they were tried again alone.
    contended: list[dict[str, str]] = field(default_factory=list)
    #: What lies there and was not graded, and who handed in nothing: intake.Notice.to_dict.
    not_graded: list[dict[str, str]] = field(default_factory=list)
    #: A row for each student of the roster and each folder: {"student", "state", "notebooks"}; "keeps" where what is
    #: there cannot be graded, and the score of what was handed in before stays.
    rows: list[dict[str, Any]] = field(default_factory=list)
    #: Students who were written to the gradebook, and whose feedback is of before.
    outdated: list[str] = field(default_factory=list)
    #: Students whose score another version of the kit gave, and this one would change; not written: see `accept`.
    changes: list[dict[str, Any]] = field(default_factory=list)
    #: Notebooks that are not graded again, and why: an exercise is gone, or broken.
    frozen: dict[str, list[str]] = field(default_factory=dict)
    #: One line: what most of the class did not understand.
    stands_out: str = ""
    #: How many students have written an answer that nobody has read yet.
    waiting: int = 0
    seconds: float = 0.0
    gradebook_seconds: float = 0.0
    notice: str = ""

    @property
    def attention(self) -> bool:
        """Whether somebody has to look: something could not be graded, or is not under its name; or nobody is there."""
        return bool(self.failed or self.changes or not (self.students or self.frozen)) or any(
            one["do"] or one["kind"] != "missing" for one in self.not_graded
        )

    def fail(self, student: str, notebook: str, reason: str) -> None:
        self.failed.append({"student": student, "notebook": notebook, "reason": reason})


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
    from autograder.classroom import fast, results, summary
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
        if not todo:
            report.waiting = books.waiting(db_url, assignment)
            return report
        with _bar(report.notebooks, report.kept, shown) as tick:
            batch = Batch(plan, _executor(jobs, dask), again, tick)
            try:
                for one in batch.students(todo):
                    pages = books.directory(app).feedback_directory
                    if writer and one.handed in others and not one.failed and not one.contended:
                        _compare(one.handed, writer, report)
                    else:
                        _take(one, held[one.handed.student], writer, report, pages)
            finally:
                batch.stop()
        report.graded, report.kept = batch.counts.graded, report.kept + batch.counts.kept
        plan.seen.save()
        with contextlib.suppress(NoAssignment):
            report.stands_out = summary.report(summary.of_plan(plan), anonymous=True)["stands_out"]
    report.waiting = books.waiting(db_url, assignment)
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


def _compare(handed: Any, writer: Any, report: Report) -> None:
    """Graded again because the kit changed: nothing is written, and what would change is told."""
    if change := writer.change(handed):
        report.changes.append({"student": handed.student, "before": change[0], "now": change[1]})


def _take(one: Any, held: set[str], writer: Any, report: Report, feedback_directory: str) -> None:
    """One student is graded: into the gradebook with it, or no score at all."""
    student = one.handed.student
    report.out_of_time += [{"student": student, "notebook": name} for name in one.out_of_time]
    report.contended += [{"student": student, "notebook": name} for name in one.contended]
    for name, reason in one.failed.items():
        report.fail(student, name, reason)
    if writer is None:
        return
    start = time.monotonic()
    if one.failed:
        pass  # what the gradebook has of this student stays
    elif reason := writer.write(one.handed, held, final=not one.contended):
        report.fail(student, reason.partition(":")[0], reason.partition(": ")[2] or reason)
    else:
        report.written += 1
        pages = list(Path(feedback_directory, student, report.assignment).glob("*.html"))
        report.outdated += [student] if pages else []
        for page in pages:
            page.unlink()
        if pages and not any(pages[0].parent.iterdir()):
            pages[0].parent.rmdir()  # nbgrader makes pages anew only where there is no folder
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
    """What a run did, what was not graded and how to put it right, and the next command to type."""
    report = _visible(report)
    name = report.assignment
    lines = [report.notice] if report.notice else []
    lines += [f"{one['student']}, {one['notebook']}: not graded. {one['reason']}" for one in report.failed]
    for one in report.out_of_time:
        busy = ", and other programs had the processor: its score is not final" if one in report.contended else ""
        lines.append(f"{one['student']}, {one['notebook']}: something ran out of time{busy}.")
    lines += [f"{name} keeps the scores that it has: {'; '.join(why)}." for name, why in report.frozen.items()]
    rate = f" in {report.seconds:.0f} s" if report.graded else ""
    lines.append(
        f"{_students(report.students)}, {report.notebooks} notebook{'s' * (report.notebooks != 1)}: "
        f"{report.graded} graded{rate}, "
        f"{report.kept} were graded already, {len(report.failed)} failed to be graded."
    )
    if report.changes:
        count = len(report.changes)
        who = _students(count)
        lines.append(f"The kit changed since this was graded, and would change the scores of {who}:")
        lines += [f"  {one['student']}: {one['before']:g} -> {one['now']:g}" for one in report.changes]
        lines.append(f"Nothing of that is written. To write it:   {course.typed('grade', name, 'accept=1')}")
    if report.out_of_time:
        lines.append(f"To try once more what ran out of time: {course.typed('grade', name, 'again=1')}")
    if report.contended:
        lines.append("Close other programs; then the same command tries what is not final once more.")
    if report.failed:
        lines.append("What failed keeps the score that it had, or has none. The same command tries it once more.")
    wait = f"Written answers of {_students(report.waiting)} wait in formgrader." if report.waiting else ""
    if report.written and not report.failed:
        lines.append(" ".join(filter(None, [wait, f"Then: {course.typed('feedback', name)}"])))
        if report.outdated:
            lines.append(f"Feedback pages of before are removed, and made anew by it: {', '.join(report.outdated)}")
    elif wait:
        lines.append(wait)
    if report.stands_out:
        lines.append(f"{report.stands_out} More: {course.typed('report', name)}")
    return "\n".join(lines + _accounted(report))


def _students(count: int) -> str:
    return f"{count} student{'s' * (count != 1)}"


def _visible(told: Any) -> Any:
    """A report, or a part of it, in which no name and no message holds a byte that a terminal would act on."""
    if isinstance(told, Report):
        return Report(**{field.name: _visible(getattr(told, field.name)) for field in fields(told)})
    if isinstance(told, dict):
        return {key: _visible(value) for key, value in told.items()}
    if isinstance(told, list):
        return [_visible(value) for value in told]
    if isinstance(told, str):
        return "".join(c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode() for c in told)
    return told


def _accounted(report: Report) -> list[str]:
    """The last lines: all that is not graded, each with the command that mends it."""
    keep = {row["student"] for row in report.rows if row.get("keeps")}
    away = [one["student"] for one in report.not_graded if one["kind"] == "missing" and not one["do"]]
    away = [f"{name} (keeps the earlier score)" if name in keep else name for name in away]
    rest = [one for one in report.not_graded if one["do"] or one["kind"] != "missing"]
    lines = [f"Handed in nothing: {', '.join(away)}."] if away else []
    graded = {row["student"] for row in report.rows if row["state"] == "graded"}
    beside = [one for one in rest if one["student"] in graded]
    stuck = [one for one in rest if one not in beside]
    for says, told in (
        ("Not graded, and without a score until it is put right:", [o for o in stuck if o["student"] not in keep]),
        ("Not graded; the earlier score stays until it is put right:", [o for o in stuck if o["student"] in keep]),
        ("Left out, beside what is graded:", beside),
    ):
        lines += [says] if told else []
        lines += [f"  {one['student']}: {one['why']}" + (f"\n      {one['do']}" if one["do"] else "") for one in told]
    if any(one["kind"] == "renamed" for one in rest):
        lines.append(f"To rename what its cells tell: {course.typed('grade', report.assignment, 'take=1')}")
    return lines


def trouble(error: Exception, assignment: str) -> str:
    """What went wrong on this machine, in a sentence, and what to type."""
    told = str(getattr(error, "orig", None) or error)
    if "locked" in told:
        says = "The gradebook is in use by another program (formgrader, another grading): close it."
    elif "readonly" in told or isinstance(error, PermissionError):
        where = getattr(error, "filename", None) or "gradebook.db"
        says = f"{where} cannot be written by you. To see whose it is: ls -ld {where} .autograder autograded"
    elif isinstance(error, OSError) and error.errno == errno.ENOSPC:
        says = "The disk is full. To see where: df -h . /tmp"
    else:
        says = f"{type(error).__name__}: {told.splitlines()[0] if told else ''}"
    again = course.typed("grade", assignment)
    return f"{says}\nNo score was changed by what failed. Then type the same command again: {again}"
