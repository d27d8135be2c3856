"""What a run of make grade did: its counts, who needs a look, and the words that say so."""

from __future__ import annotations

import errno
import os
import shlex
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from autograder import course


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
    #: Whom lateness costs other points than before: {"student", "before", "now"}.
    lateness: list[dict[str, Any]] = field(default_factory=list)
    #: Notebooks that are not graded again, and why: an exercise is gone, or broken.
    frozen: dict[str, list[str]] = field(default_factory=dict)
    #: Exercises to which course.toml gives other points than they were released with.
    points: list[str] = field(default_factory=list)
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
        """`notebook`: "" where all of the student's failed to be written."""
        self.failed.append({"student": student, "notebook": notebook, "reason": reason})
        for row in self.rows:
            if row["student"] == student:
                row["state"] = "failed"


def words(report: Report) -> str:
    """What a run did, what was not graded and how to put it right, and the next command to type."""
    report = _visible(report)
    name = report.assignment
    lines = [report.notice] if report.notice else []
    lines += _failed(report)
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
    if report.points:
        told = f"{', '.join(report.points)} got other points in course.toml, by which nothing is graded yet."
        lines.append(f"{told} To see what that changes: {course.typed('assign', name)}")
    if report.lateness:
        lines.append(
            "Lateness costs other points than before (points, dates, extensions, late rules or a later hand-in):"
        )
        lines += [f"  {one['student']}: {one['before']:g} -> {one['now']:g}" for one in report.lateness]
    if report.out_of_time:
        lines.append(f"To try once more what ran out of time: {course.typed('grade', name, 'again=1')}")
    if report.contended:
        lines.append("Close other programs; then the same command tries what is not final once more.")
    if report.failed:
        lines.append("What failed keeps the score that it had, or has none. The same command tries it once more.")
    wait = f"Written answers of {_students(report.waiting)} wait in formgrader." if report.waiting else ""
    if report.written and not report.failed:
        lines.append(" ".join(filter(None, [wait, f"Then: {course.typed('feedback', name)}"])))
    elif wait:
        lines.append(wait)
    if report.outdated:
        again = course.typed("feedback", name) if report.failed else "it"
        lines.append(f"Feedback pages of before are removed, and made anew by {again}: {', '.join(report.outdated)}")
    if report.stands_out:
        lines.append(f"{report.stands_out} More: {course.typed('report', name)}")
    return "\n".join(lines + _accounted(report))


def _failed(report: Report) -> list[str]:
    """A line for each reason, with all whom it is about."""
    about: dict[str, list[str]] = {}
    for one in report.failed:
        about.setdefault(one["reason"], []).append(", ".join(filter(None, [one["student"], one["notebook"]])))
    return [f"{'; '.join(who)}: not graded. {reason}" for reason, who in about.items()]


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
    again = course.typed("grade", assignment)
    return f"{reason(error)}\nNo score was changed by what failed. Then type the same command again: {again}"


#: No room, none for this user; and what may not be written.
FULL, FORBIDDEN = (errno.ENOSPC, errno.EDQUOT), (errno.EACCES, errno.EPERM, errno.EROFS)


def is_for_all(error: Exception) -> bool:
    """Whether it would keep everybody else from being written, too: the gradebook is in use, the disk is full."""
    return _is_full(error) or type(error).__name__ == "OperationalError"


def reason(error: Exception, folder: Path | None = None) -> str:
    """What went wrong in one sentence, with what mends it. `folder`: what was being written."""
    told = str(getattr(error, "orig", None) or error)
    if "locked" in told:
        return "The gradebook is in use by another program (formgrader, another grading): close it."
    if _is_full(error):
        return "The disk is full. To see where: df -h . /tmp"
    place = _place(getattr(error, "filename", None), folder)
    where = shlex.quote(str(place))
    if "readonly" in told or getattr(error, "errno", None) in FORBIDDEN:
        above = shlex.quote(str(place.parent))
        return f"{where} cannot be written by you. To see whose it is: ls -ld {above} {where}"
    if isinstance(error, NotADirectoryError):
        return f"{where} is a file, where there should be a folder: mv {where} {where}.aside"
    return f"{type(error).__name__}: {told.splitlines()[0] if told else ''}"


def _is_full(error: Exception) -> bool:
    says = (os.strerror(errno.ENOSPC), "disk is full")  # copying a folder and SQLite tell it in words alone
    return getattr(error, "errno", None) in FULL or any(words in str(error) for words in says)


def _place(name: str | None, folder: Path | None) -> Path:
    """What cannot be written, from here; the first file on the way, if it leads through one."""
    path = Path(name or "gradebook.db")
    if folder and not (path.is_absolute() or path.exists()):  # removing a folder tells the bare name
        path = folder
    return Path(os.path.relpath(next((above for above in path.parents if above.is_file()), path)))
