"""What a student had before being graded again: what a person decided, and all there was where grading fails."""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path
from typing import Any

from nbgrader.api import Grade

from autograder.classroom import fast, submission

#: Stands for all cells of a notebook; no cell can be called so.
ALL = "*"


class Before:
    """A student's grades as they were: kept, to be put back where nothing that they are for has changed."""

    def __init__(
        self, session: fast.Session, assignment: str, student: str, autograded: Path, by_all: set[tuple[str, str]]
    ):
        """`by_all`: the cells of notebooks, (notebook, cell), that all others answer."""
        self._session, self._assignment, self._student, self._folder = session, assignment, student, autograded
        self._by_all = by_all
        self._grades = {
            place: (grade.auto_score, grade.manual_score, grade.extra_credit, grade.needs_manual_grade)
            for place, grade in self._now().items()
        }
        self._answers = self._read()
        here = autograded.iterdir() if autograded.is_dir() else ()
        self._files = {path: path.read_bytes() for path in here if path.is_file()}

    def put_back(self) -> None:
        """The files, where grading failed; as far as what made it fail allows."""
        with contextlib.suppress(OSError):
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder.mkdir(parents=True, exist_ok=True)
            for path, data in self._files.items():
                path.write_bytes(data)

    def restore(self, held: set[str]) -> None:
        for path, data in self._files.items():
            if path.stem in held and not path.exists():
                path.write_bytes(data)  # its feedback is made of it
        answers = self._read()
        for (notebook, cell), grade in self._now().items():
            auto, manual, extra, waiting = self._grades.get((notebook, cell), (None, None, None, True))
            if notebook in held:
                grade.auto_score, grade.manual_score = auto, manual
                grade.extra_credit, grade.needs_manual_grade = extra, waiting
            elif manual is not None and not waiting and self._same(answers, notebook, cell):
                grade.needs_manual_grade = False

    def _same(self, answers: dict[tuple[str, str], str], notebook: str, cell: str) -> bool:
        """Whether the answer that this cell is graded by is what it was."""
        answer = (notebook, ALL if (notebook, cell) in self._by_all else f"{cell}-answer")
        place = answer if answer in answers else (notebook, cell)
        return place in answers and answers[place] == self._answers.get(place)

    def _now(self) -> dict[tuple[str, str], Any]:
        return self._session.of_student(Grade, self._assignment, self._student)

    def _read(self) -> dict[tuple[str, str], str]:
        """The sources of the cells that have an id, and of all together, in what was graded last."""
        found = {}
        for path in self._folder.glob("*.ipynb") if self._folder.is_dir() else []:
            cells = submission.read(path.read_bytes()).cells
            for cell in cells:
                found[path.stem, submission.grade_id(cell)] = cell["source"]
            found[path.stem, ALL] = "\0".join(cell["source"] for cell in cells)
        return found
