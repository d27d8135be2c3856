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

from autograder.classroom import definitions

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
    #: Something to be done in cells of the student's own, and graded by hand.
    task: bool = False

    @property
    def by_hand(self) -> bool:
        """Whether a person gives its points."""
        return self.task or (self.grade and self.solution)

    def metadata(self) -> dict[str, Any]:
        meta: dict[str, Any] = {
            "grade": self.grade,
            "grade_id": self.grade_id,
            "locked": self.locked,
            "schema_version": SCHEMA,
            "solution": self.solution,
            "task": self.task,
            "cell_type": self.kind,
        }
        meta |= {"checksum": self.checksum} if self.checksum else {}  # nbgrader makes none of what is not locked
        return meta | ({"points": self.points} if self.grade or self.task else {})


def released_cells(gradebook: Gradebook, notebook: str, assignment: str) -> list[ReleasedCell]:
    """The cells of a released notebook that have an id, in order."""
    found = gradebook.find_notebook(notebook, assignment)
    graded = {cell.name: float(cell.max_score) for cell in found.grade_cells}
    tasks = {cell.name: float(cell.max_score) for cell in found.task_cells}
    solutions = {cell.name for cell in found.solution_cells}
    return [
        ReleasedCell(
            cell.name,
            cell.cell_type,
            cell.source,
            cell.checksum,
            bool(cell.locked),
            cell.name in graded,
            cell.name in solutions,
            (graded | tasks).get(cell.name, 0.0),
            cell.name in tasks,
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
    written = {}
    for name, found in places.items():
        written[name] = _restore(nb, _chosen(nb, found, by_id[name]), by_id[name])
    _add_missing(nb, released)
    _keep_answers(nb, released, written)
    _behind_answers(nb, released)
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


def _restore(nb: NotebookNode, position: int, released: ReleasedCell) -> str:
    """Make a cell what it was, but for the answer in it; what stood there."""
    old = nb.cells[position]
    source = released.source if released.locked else old.source
    new = _cell(released, source, old.id)
    if released.kind == "markdown" and old.get("attachments"):
        new["attachments"] = old.attachments
    nb.cells[position] = from_dict(new)
    return str(old.source)


def _keep_answers(nb: NotebookNode, released: list[ReleasedCell], written: dict[str, str]) -> None:
    """An answer that was written into a locked cell stands in one of its own in front of it."""
    asked = {name for cell in released if cell.solution for name in definitions.names(cell.source)}
    for number, cell in enumerate(released):
        text = written.get(cell.grade_id, cell.source)
        if (
            cell.locked
            and cell.kind == "code"
            and asked & set(definitions.names(text)) - set(definitions.names(cell.source))
        ):
            new = {"cell_type": "code", "id": f"kept-{number}", "metadata": {}, "source": text}
            nb.cells.insert(_places(nb)[cell.grade_id], from_dict(new | {"execution_count": None, "outputs": []}))


def _behind_answers(nb: NotebookNode, released: list[ReleasedCell]) -> None:
    """A test comes after the answers that it came after, also where these were moved, or written into a new cell."""
    for number, test in enumerate(released):
        if not (test.grade and test.locked and test.kind == "code"):
            continue
        asked = [(cell, definitions.names(cell.source)) for cell in released[:number] if cell.solution]
        used = [pair for pair in asked if any(re.search(rf"\b{name}\b", test.source) for name in pair[1])]
        stands = _places(nb)[test.grade_id]
        last = max([_stands(nb, cell, names) for cell, names in used], default=-1)
        if last > stands:
            nb.cells.insert(last, nb.cells.pop(stands))


def _stands(nb: NotebookNode, answer: ReleasedCell, names: list[str]) -> int:
    """The last place of an answer: its cell, or where that is as it was released a new one that has its names."""
    place = _places(nb).get(answer.grade_id, -1)
    if place >= 0 and nb.cells[place].source.strip() != answer.source.strip():
        return place
    new = [
        position
        for position, cell in enumerate(nb.cells)
        if cell.cell_type == "code" and "nbgrader" not in cell.metadata
        if any(definitions.defines(name, cell.source) for name in names)
    ]
    return max([place, *new])


def _places(nb: NotebookNode) -> dict[str, int]:
    """The cells that were released, by their ids."""
    return {cell.metadata["nbgrader"]["grade_id"]: i for i, cell in enumerate(nb.cells) if "nbgrader" in cell.metadata}


def _add_missing(nb: NotebookNode, released: list[ReleasedCell]) -> None:
    """Put graded cells that are gone, and code that tests may use, behind the nearest earlier one that is there."""
    for number, cell in enumerate(released):
        places = _places(nb)
        if cell.grade_id in places or not (cell.grade or cell.task or (cell.locked and cell.kind == "code")):
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
