"""The kept results of a class, student by student, as `make report` reads them: nothing is run."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.classroom import results
from autograder.classroom.intake import Handed, Intake, Notice
from autograder.classroom.plan import Plan

Told = dict[str, Any]


@dataclass
class Paper:
    """One student's results by exercise; None where there is something that is not graded."""

    student: str
    course: Path
    results: dict[str, Told | None] = field(default_factory=dict)
    #: The same by cell of the instructor's own tests.
    tests: dict[str, Told | None] = field(default_factory=dict)
    out_of_time: bool = False
    #: By exercise, the result of what was handed in before, where there is one.
    before: dict[str, Told] = field(default_factory=dict)
    #: Where the notebook of each exercise lies, for an example of an answer.
    paths: dict[str, Path] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        return None not in self.results.values() and None not in self.tests.values()


KINDS = ("exercises", "tests")
NOT_STARTED: Told = {"outcome": "not_started", "share": 0.0, "probes": [], "diagnosis": None, "ran": ""}


def papers(plan: Plan, intake: Intake) -> tuple[list[Paper], list[Notice]]:
    """Of everybody of whom something is graded, in order of names; and what is not graded, yet or at all."""
    found, notices, shelf = [], list(intake.notices), _Shelf(plan)
    for handed in intake.handed:
        paper = Paper(handed.student, plan.course)
        for name, notebook in plan.notebooks.items():
            path = handed.notebooks.get(name)
            result = shelf.result(handed, name) if path else None
            earlier = shelf.before(path) if path else {}
            paper.before |= {one: told for one, told in earlier.items() if one in notebook.exercises}
            late = bool(path) and result is None
            if late:
                do = f"make grade assignment={plan.assignment}"
                notices.append(Notice(handed.student, "not yet", f"{name} is not graded yet", do, name))
            held = late or (handed.student, name) in intake.held
            for exercise in notebook.exercises:
                told = (result or {}).get("exercises", {}).get(exercise, NOT_STARTED)
                paper.results[exercise] = None if held else told
                if path:
                    paper.paths[exercise] = path
            for test in notebook.tests:
                paper.tests[test] = None if held else (result or {}).get("tests", {}).get(test, NOT_STARTED)
            paper.out_of_time |= bool(result and result["out_of_time"])
        if any(paper.results.values()) or any(paper.tests.values()):
            found.append(paper)
    return found, notices


class _Shelf:
    """Looks up results; the same cells, handed in by many, are looked up once."""

    def __init__(self, plan: Plan):
        self.plan = plan
        self._results: dict[Path, Any] = {}

    def result(self, handed: Handed, name: str) -> Any:
        path = handed.notebooks[name]
        place = self.plan.seen.place(path)
        if place is None:
            found = self.plan.task(handed, name)
            if found is None:
                return None
            place = found[0]
        return self._load(place)

    def before(self, path: Path) -> dict[str, Told]:
        """The results of what was handed in here last, before what is there now; none where it came once."""
        found = next((one for place in reversed(self.plan.seen.before(path)) if (one := self._load(place))), None)
        return found["exercises"] if found else {}

    def _load(self, place: Path) -> Any:
        if place not in self._results:
            self._results[place] = _needed(results.load(place))
        return self._results[place]


def _needed(result: Any) -> Any:
    """Without the outputs and the feedback, which are most of it: a class has thousands."""
    if result is None:
        return None
    names = ("outcome", "share", "probes", "diagnosis")
    ran = {"ran": result["ran"]}
    told = {
        kind: {name: {key: one[key] for key in names} | ran for name, one in result.get(kind, {}).items()}
        for kind in KINDS
    }
    return told | {"out_of_time": results.out_of_time(result)}
