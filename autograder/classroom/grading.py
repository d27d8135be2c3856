"""Grade one submission: a pure function of the notebook's bytes, the kit and the seed. Results are plain data.

The submission runs in a confined child (process/box.py, beside/cells.py), which sends observations. Everything here is
the trusted side: it compares them with what the reference did under the same seed, elsewhere.

A cell or an answer that ends the process, or has to be stopped, costs itself and nothing else: the rest is run again
without it.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable
from pathlib import Path

from autograder import lesson, section_files
from autograder.authoring.families import complete
from autograder.classroom import alike, cell_tests, confirm, definitions, pieces, told
from autograder.classroom.cell_tests import CellTest
from autograder.classroom.run import Budget, Purse, Run
from autograder.classroom.submission import cells_of, read
from autograder.exercise import Exercise
from autograder.judging.diagnosis import diagnose
from autograder.judging.judge import by_probe
from autograder.judging.known_mistakes import known
from autograder.judging.verdict import Frame, Verdict
from autograder.process.box import Box, box
from autograder.process.frames import Outcome


class CannotGrade(RuntimeError):
    """The grading, not the submission, failed. Nothing may be recorded as its result."""


def grade_notebook(
    data: bytes, section: str, seed: int, where: Box | None = None, budget: Budget | None = None
) -> Frame:
    """The results of one notebook, given as the bytes that were handed in.

    {"trouble": why the file could not be read or "", "cells": outputs of each code cell that ran,
     "exercises": {name: {"outcome", "share", "probes", "diagnosis", "text", "html"}}, `share` in 0..1; `saw` of a probe
      is what `make report` compares over a class (alike.py), "tests": the same of tests in cells,
     "ran": a name for the cells that ran,
     "out_of_time": whether anything was stopped because its time was up, "contended": and others had the processor}.
    """
    submission = read(data)
    graded = set(lesson.load(section))
    return grade_cells(submission.sources(graded), section, seed, where, budget, submission.trouble)


def grade_cells(
    sources: list[str],
    section: str,
    seed: int,
    where: Box | None = None,
    budget: Budget | None = None,
    trouble: str = "",
    tests: list[Frame] | None = None,
) -> Frame:
    """As grade_notebook, for the code cells themselves; `tests` (cell_tests.py) come last, under "tests"."""
    budget = budget or Budget()
    lent: dict[str, Outcome] = {}
    run = Run(sources, section, seed, where or box(), budget, purse=Purse(budget.whole))
    exercises = lesson.load(section)
    if sources:
        run.through(list(exercises))
    verdicts = {name: run.verdict(name) for name in exercises}
    if sources and exercises:
        confirm.confirm(run, verdicts)
        lent = pieces.lend(run, verdicts)
    for name, verdict in verdicts.items():
        if verdict.outcome in ("failed", "error"):
            _diagnose(exercises[name], lent.get(name) or run.seen.get(name), verdict, seed)
        if (verdict.trouble or {}).get("kind") == "missing":
            verdict.trouble = {**(verdict.trouble or {}), "stopped": definitions.stopped(name, sources, run.outputs)}
        elif verdict.outcome == "not_started" and definitions.hidden(name, sources):
            verdict.trouble = {"kind": "hidden"}
    beside = cell_tests.results(run, [CellTest(**test) for test in tests or []], trouble)
    return {
        "trouble": trouble,
        "cells": [out or [] for out in run.outputs],
        "exercises": {name: _result(verdict, trouble) for name, verdict in verdicts.items()},
        "tests": beside,
        "ran": cells_of(section, sources),
        "out_of_time": run.purse.ran_out,
        "contended": run.purse.contended,
    }


def _result(verdict: Verdict, trouble: str) -> Frame:
    share = verdict.points / verdict.max_points if verdict.max_points else 0.0
    if not 0.0 <= share <= 1.0:
        raise CannotGrade(f"{verdict.exercise}: a share of {share} of the points")
    plain, rich = told.texts(verdict, trouble)
    return {
        "outcome": verdict.outcome,
        "share": share,
        "probes": [
            {"name": p.name, "passed": p.passed, "points": p.max_points, "saw": alike.saw(p)} for p in verdict.probes
        ],
        "diagnosis": verdict.diagnosis.short() if verdict.diagnosis else None,
        "text": plain,
        "html": rich,
    }


def _diagnose(exercise: Exercise, observed: Outcome | None, verdict: Verdict, seed: int) -> None:
    if exercise.kind != "code" or observed is None or observed.ending != "finished":
        return
    complete(exercise)  # whoever adopted the references does not know yet which of them sister exercises share
    try:
        verdict.diagnosis = diagnose(exercise, by_probe(observed), known(exercise, seed), verdict.failing)
    except (ArithmeticError, LookupError, TypeError, ValueError, AttributeError):
        verdict.diagnosis = None


#: Parts of the kit that no result depends on; the checks are the lesson's own and are counted there.
ELSEWHERE = {"bootstrap", "checks", "commands", "copying", "doctor", "matrix", "milestones", "notebooks", "predict"}
ELSEWHERE |= {"repair", "upgrade", "watch"}
#: Modules that only bring hand-ins, or tell what came out; nothing that grades may import them (pyproject.toml).
TELL = {"classroom": ["answered", "collect", "export", "hand_back", "items", "kept", "platforms", "ready", "summary"]}
TELL["classroom"] += ["table", "times"]
TELL["report"] = ["class_page", "curves", "kill_matrix", "milestone_figure", "outcome", "pages", "plain"]
TELL["report"] += ["plain_training", "progress_page", "term", "terminal", "training", "typed"]


@functools.cache
def kit_version() -> str:
    """A hash of everything in the kit that a result depends on."""
    return version_of(Path(__file__).resolve().parents[1], section_files.files())


def version_of(package: Path, lesson_files: Iterable[Path] = ()) -> str:
    digest = hashlib.sha256()
    machinery = [path for path in package.rglob("*.py") if _counts(path.relative_to(package))]
    for path in [*sorted(machinery), *lesson_files]:
        digest.update(str(path.name).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def _counts(path: Path) -> bool:
    return path.parts[0] not in ELSEWHERE and path.stem not in TELL.get(str(path.parent), ())
