"""Tests in cells, tried before students have them: on the instructor's own answers, and where nothing is answered."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbconvert.exporters.exporter import ResourcesDict
from nbformat.notebooknode import NotebookNode
from nbgrader.preprocessors import ClearSolutions

from autograder.classroom import cell_tests, grading, submission
from autograder.judging.verdict import Frame
from autograder.process.frames import SandboxUnavailable


def lines(file: Path) -> Iterator[str]:
    """What is to be known of the tests in a notebook of source/; nothing where there is no sandbox to run them in."""
    whole = nbformat.read(str(file), as_version=4)
    try:
        blank, _ = ClearSolutions().preprocess(copy.deepcopy(whole), ResourcesDict())
        answered, unanswered = _run(whole), _run(blank)
    except (SandboxUnavailable, RuntimeError, ValueError):  # of what is wrong with its marks nbgrader tells itself
        return
    for name, told in answered.items():
        if told["outcome"] != "passed":
            why = " ".join(told["text"].partition("\n")[2].split())
            yield f"your own answers do not pass {name}. {why}"
        elif unanswered[name]["outcome"] == "passed":
            yield f"{name} passes where nothing is answered, so that everybody has its points."


def _run(nb: NotebookNode) -> dict[str, Frame]:
    """The results of the tests in these cells."""
    graded, tests = cell_tests.locked(nb.cells)
    sources = [cell.source for cell in nb.cells if submission.runs(cell, graded)]
    told: dict[str, Frame] = grading.grade_cells(sources, "", seed=0, tests=cell_tests.found(nb.cells, graded, tests))[
        "tests"
    ]
    return {name: one for name, one in told.items() if tests[name]}
