"""What an assignment's notebooks hold, and what a change of it would do.

From the first hand-in on, an assignment keeps the exercises that it was released with, and is graded by them: what the
course or an upgrade of the kit adds or takes away waits for the next assignment. Points and dates can still change.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import NbGraderException

from autograder import course, lesson
from autograder.classroom import cell_tests, releasable, released
from autograder.notebooks import build
from autograder.proofread import AuthorsError

#: So many names of exercises are told.
FEW = 6


@dataclass
class Change:
    """What releasing an assignment now would change for those who have handed in."""

    assignment: str
    #: Points by exercise, in lesson order: what the notebooks will hold.
    exercises: dict[str, float]
    students: int = 0
    #: {exercise: (points before, points now)}
    points: dict[str, tuple[float, float]] = field(default_factory=dict)
    #: The same, where only the kit changed them: the assignment keeps those before.
    kept: dict[str, tuple[float, float]] = field(default_factory=dict)
    #: {exercise: students who have points for it}
    scored: dict[str, int] = field(default_factory=dict)
    #: What has to wait for another assignment.
    added: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    #: The points that the course sets by itself.
    own: dict[str, float] = field(default_factory=dict)
    #: Released, and it cannot be graded as what it was, with the reason: its notebook stays as it was released.
    gone: dict[str, str] = field(default_factory=dict)

    def lines(self) -> list[str]:
        who = f"{self.students} student{'s have' if self.students != 1 else ' has'} handed in"
        told = [
            f"{name}: {_number(old)} points become {_number(new)} in {self.assignment}. {who}; "
            f"the make grade after that changes the scores of {self.scored.get(name, 0)}, who have points for it."
            for name, (old, new) in self.points.items()
        ]
        told += [
            f"{name} is worth {_number(new)} points in the kit now, and stays at {_number(old)} in {self.assignment}: "
            f"{who}. To change it, in course.toml: {_written(self.own | {name: new})} "
            f"(or {_number(old)}, and this is not said again)"
            for name, (old, new) in self.kept.items()
        ]
        told += [self._out(who)] if self.added else []
        told += [f"{name} stays in {self.assignment}: {who}, and it is graded as released." for name in self.removed]
        told += [
            f"{why}. {who}: its notebook stays as released, and keeps the scores that it has."
            for why in self.gone.values()
        ]
        return told

    def unchanged(self) -> str:
        """What is said before points change, with what to type; "" where none do."""
        to_go_on = course.typed("assign", self.assignment, "yes=1")
        return f"Nothing is changed yet. To go on: {to_go_on}" if self.points else ""

    def _out(self, who: str) -> str:
        """What has to wait, named as far as anybody would read it."""
        first, more = self.added[:FEW], len(self.added) - FEW
        named = ", ".join(first) + (f" and {more} more" if more > 0 else "")
        stay, them = ("stays", "it") if len(self.added) == 1 else ("stay", "them")
        listed = ", ".join(f'"{name}"' for name in first) + (", ..." if more > 0 else "")
        return (
            f"{named} {stay} out of {self.assignment}: {who} without {them}. "
            f"To have {them} in another assignment: exercises = [{listed}]"
        )


def _written(points: dict[str, float]) -> str:
    """As it is written in course.toml."""
    return "points = { " + ", ".join(f"{name} = {_number(value)}" for name, value in points.items()) + " }"


def change(assignment: str, db_url: str) -> Change:
    """What is wanted of this assignment now, against what was released and handed in."""
    wanted, own, broken = _wanted(assignment)
    before, gone, students, scored = _released(assignment, db_url)
    if not students:
        for error in broken:
            raise error
        if not wanted:
            raise course.BadCourse(f"{assignment} has no exercise.")
        return Change(assignment, wanted)
    now = {name: own.get(name, points) for name, points in before.items()}
    order = {name: place for place, name in enumerate(wanted)}
    both = [name for name in before if name in wanted and name not in gone]
    return Change(
        assignment,
        dict(sorted(now.items(), key=lambda item: order.get(item[0], len(order)))),
        students,
        {name: (points, now[name]) for name, points in before.items() if points != now[name]},
        {name: (now[name], wanted[name]) for name in both if now[name] != wanted[name]},
        scored,
        [name for name in wanted if name not in before],
        [name for name in before if name not in wanted and name not in gone],
        own,
        gone,
    )


def _wanted(assignment: str) -> tuple[dict[str, float], dict[str, float], list[AuthorsError]]:
    """Points by exercise; those of them that the course sets itself; and what authors have to mend before the rest."""
    told = course.assignment(assignment)
    if told is None and assignment != build.ASSIGNMENT:
        says = f"There is one assignment, {build.ASSIGNMENT}. To have others, write course.toml: make course"
        raise course.BadCourse(says)
    names = told.exercises if told else [name for section in lesson.sections() for name in lesson.names(section)]
    own: dict[str, float] = told.points if told else {}
    wanted, broken = {}, []
    for name in names:
        try:
            wanted[name] = own.get(name, lesson.find(name).points)
        except AuthorsError as error:
            broken.append(error)
    return wanted, own, broken


def _released(assignment: str, db_url: str) -> tuple[dict[str, float], dict[str, str], int, dict[str, int]]:
    """Points by exercise as the gradebook has them; why some of them are gone; how many have handed in; and how many
    have points for each."""
    points: dict[str, float] = {}
    gone: dict[str, str] = {}
    scored: dict[str, int] = {}
    with Gradebook(db_url) as gradebook:
        try:
            found = gradebook.find_assignment(assignment)
        except MissingEntry:
            return {}, {}, 0, {}
        for notebook in found.notebooks:
            tests = {c.name for c in notebook.source_cells if cell_tests.is_test(str(c.name), str(c.source))}
            cells = [c for c in notebook.grade_cells if c.cell_type == "code" and c.name not in tests]
            points |= {str(cell.name): float(cell.max_score) for cell in cells}
            scored |= {str(cell.name): sum(bool(grade.score) for grade in cell.grades) for cell in cells}
            gone |= released.gone(str(notebook.name), [str(cell.name) for cell in cells])
        return points, gone, len(found.submissions), scored


def write(wanted: Change, folder: Path) -> Iterator[tuple[Path, bool]]:
    """Write the instructor's notebooks into source/<assignment>/; each, and whether it was out of date."""
    place = folder / "source" / wanted.assignment
    back = dict(released.bring_back(folder, wanted.assignment, wanted.gone, wanted.exercises)) if wanted.gone else {}
    kept = set(back)
    for file, text in back.items():
        yield file, build.write(file, text)
    for section in build.sections():
        names = [name for name in lesson.load(section) if name in wanted.exercises and name not in wanted.gone]
        chosen = {name: wanted.exercises[name] for name in names}
        file = place / f"{section}.ipynb"
        if chosen and file not in back:
            kept.add(file)
            # Without a course the notebooks are those that the kit brings.
            whole = chosen == {name: exercise.points for name, exercise in lesson.load(section).items()}
            yield file, build.write(file, build.build(section, None if whole and not course.here() else chosen))
    for file in (place / f"{section}.ipynb" for section in build.sections()):  # a notebook of their own stays
        if (course.here() or wanted.students) and file not in kept and file.exists():
            file.unlink()


class Source(NotebookExporter):
    """In nbgrader generate_assignment: before anything is released or removed, the source is what the course says."""

    def __init__(self, **kw: Any) -> None:
        super().__init__(**kw)
        converter: Any = self.parent
        where = converter.coursedir
        try:
            wanted = change(where.assignment_id, where.db_url)
            if course.here() or wanted.students:
                list(write(wanted, Path(where.root)))
            releasable.refuse(wanted.assignment, wanted.exercises, wanted.gone, Path(where.root))
            released.keep(Path(where.root), wanted.assignment, whole=not wanted.gone)
        except (course.BadCourse, AuthorsError) as error:
            converter.log.error(str(error))
            raise NbGraderException(str(error)) from None
        converter.init_notebooks()


def _number(points: float) -> str:
    return f"{points:g}"
