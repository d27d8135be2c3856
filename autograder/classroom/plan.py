"""What there is to grade: the students' notebooks, brought into the form in which nbgrader's steps will see them."""

from __future__ import annotations

import difflib
import functools
import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from nbformat.notebooknode import from_dict
from nbgrader.api import Gradebook, MissingEntry

from autograder.classroom import cell_tests, grading, released, results, submission
from autograder.classroom.intake import Handed, Intake, Notice
from autograder.classroom.mend import ReleasedCell, mend, released_cells
from autograder.classroom.plugin import read_bytes
from autograder.classroom.reception import Reception
from autograder.classroom.run import Budget
from autograder.classroom.seen import Seen
from autograder.classroom.worker import Task
from autograder.course import typed
from autograder.description import current


class NoAssignment(Exception):
    """Nothing to grade; the message says what to type."""


@dataclass(frozen=True)
class Notebook:
    """One notebook of the assignment, as the gradebook has it."""

    name: str
    section: str
    cells: list[ReleasedCell]
    #: Exercises that cannot be graded any more, and why (released.py).
    gone: dict[str, str] = field(default_factory=dict)

    @property
    def graded(self) -> set[str]:
        return {*self.exercises, *self.tests}

    @property
    def exercises(self) -> dict[str, float]:
        """The points of each exercise that is graded by what was observed, in the order of the notebook."""
        return {cell.grade_id: cell.points for cell in self._checked if cell.grade_id not in self.tests}

    @functools.cached_property
    def tests(self) -> dict[str, float]:
        """The points of each cell that tests by itself (cell_tests.py)."""
        found = [cell for cell in self._checked if cell_tests.is_test(cell.grade_id, cell.source)]
        return {cell.grade_id: cell.points for cell in found}

    @property
    def _checked(self) -> list[ReleasedCell]:
        return [cell for cell in self.cells if cell.grade and not cell.solution]


class Plan:
    """The assignment, the secret and the limits: all that a submission is graded by."""

    def __init__(
        self, course: Path, assignment: str, db_url: str, pattern: str, budget: Budget | None = None, dates: str = ""
    ):
        """`pattern`: the path of a student's folder, with {student} in it. `dates`: due date and late rule, as text."""
        self.course, self.assignment, self.budget = course, assignment, budget or Budget()
        self.secret = results.secret(course)
        self.kit = grading.kit_version()
        every, self.roster, self._assignments = _notebooks(db_url, assignment)
        self.notebooks = {name: notebook for name, notebook in every.items() if not notebook.gone}
        #: Those with an exercise that cannot be graded any more.
        self.frozen = {name: notebook for name, notebook in every.items() if notebook.gone}
        self._pattern = pattern
        told = json.dumps([[n.name, *map(asdict, n.cells)] for n in every.values()])
        self._rules = f"{self.secret} {self.budget} {dates} {told}"
        self.seen = Seen(course, assignment, self.digest_of_rules())

    @property
    def by_all_cells(self) -> set[tuple[str, str]]:
        """(notebook, cell) of what no single cell answers: tests in cells, and tasks."""
        every = self.notebooks.values()
        return {(n.name, cell.grade_id) for n in every for cell in n.cells if cell.task or cell.grade_id in n.tests}

    def digest_of_rules(self, kit: str | None = None) -> str:
        """Of all that grades depend on but what was handed in. `kit`: another than this one."""
        return hashlib.sha256(f"{self.kit if kit is None else kit} {self._rules}".encode()).hexdigest()

    def intake(self, student: str | None = None, take: bool = False, known: bool = False) -> Intake:
        """Every student's notebooks, in order of the students' names, and what is there and is not graded.

        `known`: a file that was graded and has not been touched since is not read again.
        """
        before, _, after = self._pattern.partition("{student}")
        cells = {name: notebook.cells for name, notebook in (self.notebooks | self.frozen).items()}
        reception = Reception(Path(before), after, self.assignment, cells, take, self._assignments)
        if known:
            reception.known = lambda path: self.seen.place(path) is not None
        found = reception.look(self.roster, student)
        for one in found.handed if self.frozen else []:
            self._freeze(one, found)
        found.handed = [one for one in found.handed if one.notebooks]
        return found

    def _freeze(self, handed: Handed, found: Intake) -> None:
        """Set apart what cannot be graded any more; it is told where there is no score of it to keep."""
        for name in [name for name in handed.notebooks if name in self.frozen]:
            handed.frozen[name] = handed.notebooks.pop(name)
            if not (self.course / "autograded" / handed.student / self.assignment / f"{name}.ipynb").exists():
                why = f"{name} cannot be graded: {'; '.join(self.frozen[name].gone.values())}"
                do = released.remedy(self.course, self.assignment, name, self.frozen[name].gone)
                found.notices.append(Notice(handed.student, "no checks", why, do, name))

    def task(self, handed: Handed, name: str) -> tuple[Path, Task] | None:
        """Where the result of this notebook is kept, and the task; None where there is nothing to run."""
        found = self._sources(self.notebooks[name], handed.notebooks[name])
        if found is None:
            return None
        sources, tests = found
        section = self.notebooks[name].section
        seed = results.inputs_of(self.secret, sources, section, self.budget.sets)
        place = results.place(self.course, sources, section, seed, self.budget, tests)
        told = {"key": place.stem, "section": section, "sources": sources, "tests": tests, "seed": seed}
        return place, told | {"kit": self.kit, "budget": asdict(self.budget)}

    def _sources(self, notebook: Notebook, path: Path) -> tuple[list[str], list[dict[str, Any]]] | None:
        """The code that will run, and the tests beside it.

        None where the file cannot be read, which is found out again when it is written.
        """
        found = submission.read(read_bytes(str(path)))
        if found.trouble:
            return None
        nb = from_dict({"cells": found.cells, "metadata": {}})
        mend(nb, notebook.cells)
        sources = [cell.source for cell in nb.cells if submission.runs(cell, notebook.graded)]
        return sources, cell_tests.found(nb.cells, notebook.graded, notebook.tests)

    def worth(self, handed: Handed) -> dict[tuple[str, str], float]:
        """What the kept results give for each exercise, by notebook and cell."""
        found = {}
        for name in handed.notebooks:
            task = self.task(handed, name)
            if task and (kept := results.load(task[0])):
                told, notebook = kept["exercises"] | kept["tests"], self.notebooks[name]
                for cell, most in (notebook.exercises | notebook.tests).items():
                    found[name, cell] = round(float(told[cell]["share"]) * most, 4)
        return found

    def digest(self, handed: Handed, kit: str | None = None) -> str:
        """Changes when anything changes that a student's grades depend on; cheap. `kit`: another than this one."""
        digest = hashlib.sha256(self.digest_of_rules(kit).encode())
        for name, path in sorted((handed.notebooks | handed.frozen).items()):
            digest.update(name.encode() + hashlib.sha256(read_bytes(str(path))).digest())
        stamp = handed.folder / "timestamp.txt"
        digest.update(read_bytes(str(stamp)))
        return digest.hexdigest()


def _notebooks(db_url: str, assignment: str) -> tuple[dict[str, Notebook], list[str], list[str]]:
    """The assignment's notebooks in lesson order, and the students and assignments that the gradebook knows.

    A notebook without exercises and tests is nbgrader's affair alone.
    """
    with Gradebook(db_url) as gradebook:
        known = [str(one.name) for one in gradebook.assignments]
        try:
            names = [notebook.name for notebook in gradebook.find_assignment(assignment).notebooks]
        except MissingEntry:
            near = difflib.get_close_matches(assignment, known, 1, 0.3)
            first = typed("assign", assignment)
            raise NoAssignment(
                f"The gradebook has no assignment {assignment!r}. "
                + (f"Did you mean {near[0]}?" if near else f"Make what students get first: {first}")
            ) from None
        roster = [str(one.id) for one in gradebook.students]
        found = {}
        for name in names:
            made = Notebook(name, "", released_cells(gradebook, name, assignment))
            if made.exercises:
                section, gone = released.section_of(name, made.exercises), released.gone(name, made.exercises)
                found[name] = replace(made, section=section, gone=gone)
            elif made.tests:
                found[name] = made
    order = ["", *current().sections]
    return dict(sorted(found.items(), key=lambda item: order.index(item[1].section))), roster, known
