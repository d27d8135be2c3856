"""Grading many submissions, none of which is trusted."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

# jsonschema, which nbformat brings, would build a grammar for links when it is imported: seconds in each worker, for a
# check that no notebook needs. Where it is there already it stays.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

if TYPE_CHECKING:
    import pandas


def report(assignment: str | None = None, course: str | Path = ".", anonymous: bool = False) -> pandas.DataFrame:
    """What a class did, from the results that `make grade` kept: a row for each student and exercise.

    Columns: student, section, exercise, kind ("code" or "concept"), outcome ("passed", "failed", "shortcut", "error",
    "timeout", "not_started", "missing", "not_graded"), points and max_points (of the checks; points are NaN where
    nothing was graded), mistake and message (the known mistake, or ""), failed_checks (names, "; " between them).

    `course` is its folder. Raises RuntimeError with what to type where there are no results.
    """
    import io
    import subprocess

    import pandas

    words = [*([assignment] if assignment else []), "--table", *(["--anonymous"] if anonymous else [])]
    # nbgrader is an application: a notebook's kernel is one already, and there is one of them in a process.
    command = [sys.executable, "-m", "autograder", "report", *words]
    done = subprocess.run(command, cwd=course, capture_output=True, text=True, encoding="utf-8")
    if done.returncode:
        raise RuntimeError(done.stderr.strip())
    texts = dict.fromkeys(["mistake", "message", "failed_checks"], "")
    return pandas.read_csv(io.StringIO(done.stdout), dtype={"student": str}).fillna(texts)
