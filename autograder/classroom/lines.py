"""The lines of a student's cells that keep an answer from passing: looked for when feedback is made, and kept.

A search takes as long as grading several notebooks, so scores never wait for it. It works on what the answer uses,
laid out in one way, so that all who wrote the same share the search; it runs in a box of its own, on inputs that
anybody may know (seed 0). Nothing that comes out of the box is shown: only a line of the student's own, and a sentence.
"""

from __future__ import annotations

import ast
import atexit
import functools
import hashlib
import logging
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from autograder import repair
from autograder.classroom import grading, references, repairs, results
from autograder.classroom.submission import cells_of
from autograder.exercise import Exercise
from autograder.judging import answer_file, grade
from autograder.judging.verdict import Diagnosis
from autograder.process import warm
from autograder.process.box import Box
from autograder.process.conversation import Later, Lost
from autograder.process.frames import Frame, Outcome, SandboxUnavailable
from autograder.process.limits import Limits
from autograder.repair import reading, rights
from autograder.repair.places import places

SEED = 0
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Place:
    """One thing to mend: `cell` counts the cells that ran, from 0, `line` the lines of that cell, from 1."""

    diagnosis: Diagnosis
    cell: int
    line: int
    source: str
    #: What is meant in `source`, (first, one after the last), where it is less than the line.
    columns: tuple[int, int] | None


class Search:
    """The searches of one run: what they may compute together, in seconds, and what `each` of them may.

    With 0 seconds, what was found before is given, and nothing is run.
    """

    def __init__(self, course: Path, seconds: float, each: float = 0.0):
        self.course, self.left, self.each = course, seconds, each

    @property
    def _kept(self) -> Path:
        return folder(self.course)

    @property
    def over(self) -> bool:
        return self.left < max(self.each, 0.01)

    def places(self, exercise: Exercise, sources: Sequence[str]) -> list[Place]:
        """What keeps the answer in these cells from passing, the first thing to mend first; [] where it is unknown."""
        cells = [_code(source) for source in sources]
        starts = [sum(cell.count("\n") + 1 for cell in cells[:number]) for number in range(len(cells))]
        tree = reading.read("\n".join(cells), exercise.name, rights.used_names(rights.right_answers(exercise)[:1]))
        if tree is None or exercise.kind != "code" or not _is_started(tree, exercise.name):
            return []
        text = ast.unparse(tree)
        found = []
        diagnoses = self._diagnoses(exercise, text)
        if diagnoses and self.each:
            repairs.note(self._kept, exercise.name, cells_of(exercise.section, sources), repairs.of(diagnoses, text))
        for diagnosis in diagnoses:
            node, whole = _their_own(diagnosis, tree, text)
            if node is None:
                continue
            cell = max(number for number, start in enumerate(starts) if start < node.lineno)
            line = node.lineno - starts[cell]
            source = sources[cell].split("\n")[line - 1]
            told = replace(diagnosis, lines=(line,))
            found.append(Place(told, cell, line, source.strip(), None if whole else _columns(node, source)))
        return found

    def _diagnoses(self, exercise: Exercise, text: str) -> list[Diagnosis]:
        name = hashlib.sha256(f"{exercise.name}\0{text}".encode()).hexdigest()[:40]
        path = self._kept / name[:2] / f"{name}.json"
        kept = results.load(path)
        if kept is None or (not kept["found"] and kept["seconds"] < self.each):  # more time may find more
            if self.over:
                return []
            found, spent = _look(exercise, text, self.each)
            self.left -= spent
            if found is None:
                return []
            kept = {"seconds": self.each, "found": [asdict(one) for one in found]}
            results.write(path, kept)
            references.forget_older(self._kept)
        return [_diagnosis(told) for told in kept["found"]]


def folder(course: Path) -> Path:
    """Where what was found is kept."""
    return results.folder(course) / "places" / _version()


@functools.cache
def _version() -> str:
    """A hash of everything that a search depends on."""
    digest = hashlib.sha256(grading.kit_version().encode())
    for path in sorted(Path(repair.__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _is_started(tree: ast.Module, name: str) -> bool:
    own = [node for node in tree.body if name in reading.binds(node)]
    return not any(isinstance(n, ast.Name) and n.id == "NotImplementedError" for n in ast.walk(own[-1]))


def _look(exercise: Exercise, text: str, seconds: float) -> tuple[list[Diagnosis] | None, float]:
    """What was found in so many seconds of computing, and how many it took; None where the box gave no answer."""
    try:
        box = _box()
        started = box.clock()
        explain = functools.partial(places, seconds=seconds, clock=box.clock)
        with warm.instead(box):
            found = grade.check_text(text, "", exercise, SEED, explain).diagnoses
    except (RuntimeError, SandboxUnavailable):  # feedback is made without places then
        log.debug("no places of an answer to %s", exercise.name, exc_info=True)
        return None, seconds
    return (None if box.broken else found), box.clock() - started


class _Box(Box):
    """Knows what was computed in it, and whether it was at fault."""

    used, broken = 0.0, False

    def run(self, job: Frame, limits: Limits, later: Later | None = None) -> Outcome:
        try:
            left = super().run(job, limits, later)
        except (Lost, SandboxUnavailable):
            self.broken = True
            raise
        self.used += left.seconds
        return left

    def clock(self) -> float:
        """Seconds of computing, here and in the box."""
        return time.process_time() + self.used


@functools.cache
def _box() -> _Box:
    made = _Box(kind=warm.FILE)
    atexit.register(made.stop)
    return made


def _diagnosis(told: dict[str, Any]) -> Diagnosis:
    columns = told["columns"] and tuple(told["columns"])
    return Diagnosis(**told | {"lines": tuple(told["lines"]), "probes": tuple(told["probes"]), "columns": columns})


def _code(source: str) -> str:
    """A cell as Python with as many lines; blank ones where it is none."""
    code = answer_file.without_magic(source)
    try:
        ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return "\n" * source.count("\n")
    return code


def _their_own(diagnosis: Diagnosis, tree: ast.Module, text: str) -> tuple[Any, bool]:
    """What a diagnosis of `text`, which is `tree` unparsed, is about in the student's own; whether it is a whole line.

    (None, True) where that cannot be told.
    """
    pairs = list(zip(ast.walk(tree), ast.walk(ast.parse(text)), strict=False))
    if not diagnosis.lines or any(type(old) is not type(new) for old, new in pairs):
        return None, True
    line = diagnosis.lines[0]
    shown = text.split("\n")[line - 1]
    indent = len(shown) - len(shown.lstrip())  # columns count without it
    first, last = (column + indent for column in diagnosis.columns or (-1, -1))
    on_it: list[tuple[Any, Any]] = [(old, new) for old, new in pairs if getattr(new, "lineno", 0) == line]
    exactly = [old for old, new in on_it if (new.col_offset, new.end_col_offset) == (first, last)]
    begins = [old for old, new in on_it if new.col_offset == first]
    whole = [old for old, _ in on_it]
    return next(iter(exactly or begins or whole), None), not exactly


def _columns(node: Any, source: str) -> tuple[int, int] | None:
    """Where a node stands in its line without what is blank before it; None where it goes over several lines."""
    if node.end_lineno != node.lineno:
        return None
    indent = len(source) - len(source.lstrip())
    first, last = (len(source.encode()[:n].decode("utf-8", "ignore")) for n in (node.col_offset, node.end_col_offset))
    return (first - indent, last - indent)
