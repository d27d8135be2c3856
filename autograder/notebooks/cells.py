"""The cells of a notebook as plain dicts (nbformat 4.5), with nbgrader's metadata (schema 3) where it needs some."""

from __future__ import annotations

import json
import re
from typing import Any

Cell = dict[str, Any]

KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


def text(cell_id: str, source: str) -> Cell:
    return {"cell_type": "markdown", "id": _id(cell_id), "metadata": {}, "source": _lines(source)}


def code(cell_id: str, source: str) -> Cell:
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": _id(cell_id),
        "metadata": {},
        "outputs": [],
        "source": _lines(source),
    }


def answer(name: str, source: str) -> Cell:
    """Where the learner writes code; nbgrader empties it for the release."""
    return _graded(code(f"{name}-answer", source), f"{name}-answer", solution=True)


def grade(name: str, source: str, points: float) -> Cell:
    """A locked cell that stands for the points of an exercise. Its grade_id is the name of the exercise."""
    return _graded(code(f"{name}-check", source), name, grade=True, locked=True, points=points)


def words(name: str, source: str, points: int) -> Cell:
    """An answer in words, graded by people."""
    return _graded(text(f"{name}-words", source), f"{name}-words", grade=True, solution=True, points=points)


def notebook(cells: list[Cell]) -> str:
    """The text of an .ipynb file, the same for the same cells."""
    metadata = {"kernelspec": KERNEL, "language_info": {"file_extension": ".py", "name": "python"}}
    whole = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _graded(cell: Cell, grade_id: str, **told: Any) -> Cell:
    meta = {
        "grade": False,
        "grade_id": grade_id,
        "locked": False,
        "schema_version": 3,
        "solution": False,
        "task": False,
    }
    cell["metadata"] = {"nbgrader": meta | told}
    return cell


def _id(text: str) -> str:
    """Letters, digits, - and _, at most 64 of them: what the format allows."""
    return re.sub(r"[^A-Za-z0-9_-]", "-", text)[:64]


def _lines(source: str) -> list[str]:
    return source.strip("\n").splitlines(keepends=True)
