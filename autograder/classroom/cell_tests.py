"""Tests that an instructor wrote into a cell of a notebook: asserts, as nbgrader has them, run in the same sandbox.

They run beside the student's code, in a run of their own in which each stands where it was released, and what they say
is believed: whoever wants to can make them pass. What is observed and judged elsewhere (an exercise) cannot be
deceived so. Neither the text of a hidden test nor what it leaves behind is in reach of the run that exercises get.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from autograder.classroom import definitions, told
from autograder.classroom.definitions import STOPPED
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
    """Whether a locked cell tests by itself: there is more in it than the check of an exercise."""
    code = "\n".join(line for line in source.splitlines() if not line.lstrip().startswith("#")).strip()
    return code not in ("", f"check({grade_id})")


def locked(cells: Iterable[Any]) -> tuple[set[str], dict[str, float]]:
    """The ids of a notebook's graded locked cells; and those of them that test by themselves, with their points."""
    told = [(grade_id(cell), cell) for cell in cells]
    graded = {name: cell for name, cell in told if name and _is_locked(cell["metadata"]["nbgrader"])}
    tests = {name: cell for name, cell in graded.items() if is_test(name, cell["source"])}
    return set(graded), {name: float(cell["metadata"]["nbgrader"]["points"]) for name, cell in tests.items()}


def _is_locked(meta: Any) -> bool:
    return bool(meta.get("grade") and not meta.get("solution"))


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
    ended: dict[int, list[Frame] | None] = {}
    for number in range(len(run.sources) + 1):
        for test in tests:
            if test.before == number:
                places[test.name] = len(sources)
                sources.append(test.source)
        if number < len(run.sources):
            ended |= {len(sources): run.outputs[number]} if number in run.skip else {}
            sources.append(run.sources[number])
    outputs = [ended.get(number) for number in range(len(sources))]
    beside = Run(sources, run.section, run.seed, run.where, run.budget, outputs, skip=set(ended), purse=run.purse)
    beside.through([])
    return {test.name: _result(test, beside, places[test.name]) for test in tests}


def _result(test: CellTest, run: Run | None, number: int) -> Frame:
    """`number`: which of the cells of the run it was; without a run the file could not be read."""
    share, outcome, says = 1.0, "passed", ""
    outputs = run.outputs[number] if run else None
    error = next((item for item in outputs or [] if item["output_type"] == "error"), None)
    if run is None or outputs is None:
        share, outcome, says = 0.0, "error", "These tests did not run."
        if run and run.purse.ran_out:
            says = "These tests did not run: what came before them used up the time that a notebook has."
    elif error:
        share, says = 0.0, _why(test, error, run, number)
        outcome = "not_started" if re.search(r": NotImplementedError(?!\w)", says) else "failed"
    elif outputs and (earned := _number(outputs[-1], test.points)) is not None:
        share = min(max(earned / test.points, 0.0), 1.0) if test.points else float(earned > 0)
        outcome = "passed" if share == 1.0 else "failed"
        says = "" if share == 1.0 else f"These tests give {earned:g} of {test.points:g} points."
    plain, rich = told.of_test(test.name, outcome, says)
    return {"outcome": outcome, "share": share, "probes": [], "diagnosis": None, "text": plain, "html": rich}


def _why(test: CellTest, error: Frame, run: Run, number: int) -> str:
    """Where the tests stopped; or the student's cell, where that is why they lack a name."""
    missing = re.fullmatch(r"name '(\w+)' is not defined", error["evalue"])
    if error["ename"] == "NameError" and missing:
        before = definitions.stopped(missing[1], run.sources[:number], run.outputs[:number])
        if before:
            return told.of_stopped(missing[1], before)
    if error["ename"] == STOPPED:
        how = re.search(r"\(.*\)", error["evalue"])
        return f"The process ended while these tests ran {how[0]}." if how else "These tests ran out of time."
    stopped = definitions.where(error, number + 1, test.source)
    line = f"In line {stopped.line} of these tests, `{stopped.source}`: " if stopped.line else ""
    return line + stopped.error.removesuffix(": ")


def _number(item: Frame, most: float) -> float | None:
    """A number as a cell's value is what it gives of its points, as with nbgrader; and so is yes or no."""
    if item["output_type"] != "execute_result":
        return None
    told = re.sub(r"^(?:np\.\w+|tensor)\(([^,()]*)(?:, [^()]*)?\)$", r"\1", item["data"].get("text/plain", ""))
    if yes_or_no := re.fullmatch(r"(?:np\.)?(True|False)_?", told):
        return most if yes_or_no[1] == "True" else 0.0
    try:
        number = float(told)
    except ValueError:
        return None
    return number if math.isfinite(number) else 0.0
