"""Tests that an instructor wrote into a cell of a notebook: asserts, as nbgrader has them, run in the same sandbox.

They run beside the student's code, in a run of their own in which each stands where it was released, and what they say
is believed: whoever wants to can make them pass. What is observed and judged elsewhere (an exercise) cannot be
deceived so. Neither the text of a hidden test nor what it leaves behind is in reach of the run that exercises get.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from autograder import lesson
from autograder.classroom import definitions, told
from autograder.classroom.run import Run
from autograder.classroom.submission import grade_id, runs
from autograder.judging.verdict import Frame


@dataclass(frozen=True)
class CellTest:
    """A test and its place: behind so many cells of the student's."""

    name: str
    source: str
    before: int
    points: float


def is_test(grade_id: str, source: str) -> bool:
    """Whether a locked cell tests by itself: it has code of its own, and no exercise is called so."""
    code = "\n".join(line for line in source.splitlines() if not line.lstrip().startswith("#")).strip()
    return code not in ("", f"check({grade_id})") and grade_id not in {exercise.name for exercise in lesson.exercises()}


def found(cells: Iterable[Any], graded: set[str], tests: dict[str, float]) -> list[dict[str, Any]]:
    """The tests among the cells of a mended notebook, as plain data; `tests`: what each is worth."""
    place, made = 0, []
    for cell in cells:
        if cell["cell_type"] == "code" and (name := grade_id(cell)) in tests:
            made.append(asdict(CellTest(name, cell["source"], place, tests[name])))
        place += runs(cell, graded)
    return made


def results(run: Run, tests: list[CellTest], trouble: str = "") -> dict[str, Frame]:
    """{name: {"outcome", "share", "probes": [], "diagnosis": None, "text", "html"}}, as an exercise has it.

    `run`: the student's cells, after they ran without the tests. `trouble`: why there are none.
    """
    if trouble or not tests:
        return {test.name: _result(test, None, 0) for test in tests}
    sources: list[str] = []
    places: dict[str, int] = {}
    skip = set()
    for number in range(len(run.sources) + 1):
        for test in tests:
            if test.before == number:
                places[test.name] = len(sources)
                sources.append(test.source)
        if number < len(run.sources):
            skip |= {len(sources)} if number in run.skip else set()
            sources.append(run.sources[number])
    beside = Run(sources, run.section, run.seed, run.where, run.budget, skip=skip, purse=run.purse)
    beside.through([])
    return {test.name: _result(test, beside.outputs[places[test.name]], places[test.name]) for test in tests}


def _result(test: CellTest, outputs: list[Frame] | None, number: int) -> Frame:
    share, outcome, says = 1.0, "passed", ""
    error = next((item for item in outputs or [] if item["output_type"] == "error"), None)
    if outputs is None:
        share, outcome, says = 0.0, "error", "These tests did not run."
    elif error:
        share, outcome, says = 0.0, "failed", _where(definitions.where(error, number + 1, test.source))
    elif outputs and (earned := _number(outputs[-1])) is not None:
        share = min(max(earned / test.points, 0.0), 1.0) if test.points else 0.0
        outcome = "passed" if share == 1.0 else "failed"
        says = "" if share == 1.0 else f"These tests give {earned:g} of {test.points:g} points."
    plain, rich = told.of_test(test.name, outcome == "passed", says)
    return {"outcome": outcome, "share": share, "probes": [], "diagnosis": None, "text": plain, "html": rich}


def _where(stopped: definitions.Stopped) -> str:
    line = f"In line {stopped.line} of these tests, `{stopped.source}`: " if stopped.line else ""
    return line + stopped.error.removesuffix(": ")


def _number(item: Frame) -> float | None:
    """A number as a cell's value is what it gives of its points, as with nbgrader."""
    if item["output_type"] != "execute_result":
        return None
    try:
        return float(item["data"].get("text/plain", ""))
    except ValueError:
        return None
