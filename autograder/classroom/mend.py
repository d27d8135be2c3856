"""Make a submitted notebook whole again, by what the gradebook says, so that nbgrader can grade every one of them.

nbgrader's own preprocessors stop at some of what students do to cells (a deleted answer cell, points that are no
number, a doubled id). What counts is in the gradebook: which cells there are, of what kind, worth how much. A cell's
source stays the student's, except where it is locked.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import Any

from nbformat.notebooknode import NotebookNode, from_dict
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor

SCHEMA = 3
GONE = "(This cell was not in the notebook that was handed in.)"


@dataclass(frozen=True)
class ReleasedCell:
    """One cell of the assignment as it was released."""

    grade_id: str
    kind: str  # "code" or "markdown"
    source: str
    checksum: str
    locked: bool
    grade: bool
    solution: bool
    points: float

    def metadata(self) -> dict[str, Any]:
        meta: dict[str, Any] = {
            "grade": self.grade,
            "grade_id": self.grade_id,
            "locked": self.locked,
            "schema_version": SCHEMA,
            "solution": self.solution,
            "task": False,
            "cell_type": self.kind,
            "checksum": self.checksum,
        }
        return meta | ({"points": self.points} if self.grade else {})


def released_cells(gradebook: Gradebook, notebook: str, assignment: str) -> list[ReleasedCell]:
    """The cells of a released notebook that have an id, in order."""
    found = gradebook.find_notebook(notebook, assignment)
    points = {cell.name: float(cell.max_score) for cell in found.grade_cells}
    solutions = {cell.name for cell in found.solution_cells}
    return [
        ReleasedCell(
            cell.name,
            cell.cell_type,
            cell.source,
            cell.checksum,
            bool(cell.locked),
            cell.name in points,
            cell.name in solutions,
            points.get(cell.name, 0.0),
        )
        for cell in found.source_cells
    ]


def mend(nb: NotebookNode, released: list[ReleasedCell]) -> None:
    """Restore the cells' metadata, locked sources and missing cells, in place."""
    by_id = {cell.grade_id: cell for cell in released}
    places: dict[str, list[int]] = {}
    for position, cell in enumerate(nb.cells):
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        cell.metadata.pop("nbgrader", None)
        if name in by_id:
            places.setdefault(name, []).append(position)
    for name, found in places.items():
        _restore(nb, _chosen(nb, found, by_id[name]), by_id[name])
    _add_missing(nb, released)
    names = {cell.grade_id.removesuffix("-answer").removesuffix("-words") for cell in released}
    for position, cell in enumerate(nb.cells):
        kept = by_id.get(cell.metadata.get("nbgrader", {}).get("grade_id", ""))
        if kept and kept.kind == "markdown" and kept.grade:
            _take_in(
                cell, [text for text in _beside(nb, position, names) if text.source.strip() != kept.source.strip()]
            )


def _chosen(nb: NotebookNode, positions: list[int], released: ReleasedCell) -> int:
    """Of several cells with one id, the last that is not as it was released."""
    changed = [p for p in positions if nb.cells[p].source.strip() != released.source.strip()]
    return (changed or positions)[-1]


def _restore(nb: NotebookNode, position: int, released: ReleasedCell) -> None:
    old = nb.cells[position]
    source = released.source if released.locked else old.source
    new = _cell(released, source, old.id)
    if released.kind == "markdown" and old.get("attachments"):
        new["attachments"] = old.attachments
    nb.cells[position] = from_dict(new)


def _add_missing(nb: NotebookNode, released: list[ReleasedCell]) -> None:
    """Put graded cells that are gone behind the nearest earlier one that is there."""
    for number, cell in enumerate(released):
        places = {c.metadata.get("nbgrader", {}).get("grade_id"): i for i, c in enumerate(nb.cells)}
        if cell.grade_id in places or not cell.grade:
            continue
        before = [places[other.grade_id] for other in released[:number] if other.grade_id in places]
        after = [places[other.grade_id] for other in released[number + 1 :] if other.grade_id in places]
        at = before[-1] + 1 if before else after[0] if after else len(nb.cells)
        nb.cells.insert(at, from_dict(_cell(cell, cell.source, f"put-back-{number}")))
        if cell.kind == "markdown":
            note = {"cell_type": "markdown", "id": f"put-back-{number}-note", "metadata": {}, "source": GONE}
            nb.cells.insert(at, from_dict(note))


def _beside(nb: NotebookNode, position: int, names: set[str]) -> list[NotebookNode]:
    """The texts that stand right above or below a box and were not released: written beside it, or in its copy."""
    above, below = nb.cells[:position][::-1], nb.cells[position + 1 :]
    apart = [list(itertools.takewhile(lambda cell: _is_own_text(cell, names), cells)) for cells in (above, below)]
    return [cell for cell in (*apart[0][::-1], *apart[1]) if cell.source.strip() and cell.source != GONE]


def _is_own_text(cell: NotebookNode, names: set[str]) -> bool:
    """Whether it is text, and neither a released cell nor the prompt of a question, which its heading names."""
    heading = re.match(r"#+ +(\w[\w ]*)", cell.source)
    prompt = heading is not None and heading[1].strip().lower().replace(" ", "_") in {name.lower() for name in names}
    return cell.cell_type in ("markdown", "raw") and "nbgrader" not in cell.metadata and not prompt


def _take_in(box: NotebookNode, beside: list[NotebookNode]) -> None:
    """Whoever grades the box reads what stands beside it too; a box that was left empty counts as answered then."""
    for cell in beside:
        box.source += f"\n\n*From a cell beside this one:*\n\n{cell.source}"
        if cell.get("attachments"):
            box["attachments"] = {**box.get("attachments", {}), **cell.attachments}


def _cell(released: ReleasedCell, source: str, cell_id: str) -> dict[str, Any]:
    cell: dict[str, Any] = {
        "cell_type": released.kind,
        "id": cell_id,
        "metadata": {"nbgrader": released.metadata()},
        "source": source,
    }
    return cell | ({"execution_count": None, "outputs": []} if released.kind == "code" else {})


class Mend(NbGraderPreprocessor):
    """`mend` as a step of `nbgrader autograde`, before the others that clean a submission."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        here = resources["nbgrader"]
        with Gradebook(here["db_url"]) as gradebook:
            mend(nb, released_cells(gradebook, here["notebook"], here["assignment"]))
        return nb, resources
