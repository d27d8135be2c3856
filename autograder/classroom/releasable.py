"""What could not be graded is refused before students have it; what whoever releases it should know is said."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

from autograder import course, lesson, section_files
from autograder.classroom import cell_tests, rehearsal, released
from autograder.judging.known_mistakes import gradable
from autograder.proofread import AuthorsError, near_to


def refuse(assignment: str, names: Iterable[str], gone: Collection[str], folder: Path) -> None:
    """BadCourse where something of the assignment could not be graded: before students have it."""
    says: list[str] = []
    for name in names:
        if name not in gone and section_files.is_own(lesson.find(name).section):
            try:
                gradable(lesson.find(name))
            except (AuthorsError, RuntimeError) as error:
                says.append(str(error))
    known = {name: section for section in lesson.sections() for name in lesson.load(section)}
    files = sorted((folder / "source" / assignment).glob("*.ipynb"))
    lost = [name for name in gone if not any(released.holds(file, [name]) for file in files)]
    says += [
        f"{name} was released with {assignment}, and its notebook is in neither source/ nor release/. "
        "Put it back into source/, or go back to the kit before."
        for name in lost
    ]
    graded: dict[str, Path] = {}
    for file in files:
        place = str(file.relative_to(folder))
        says += [f"{place}: {why}" for why in _ungradable(file, known, gone)]
        for name in _graded(file):
            if name in graded:
                says.append(f"{place}: {graded[name].name} has a question {name} too. Give one of them another id.")
            graded[name] = file
    if says:
        raise course.BadCourse("\n".join([*says, "Nothing is released, and what was released before is still there."]))


def _ungradable(file: Path, known: dict[str, str], gone: Collection[str]) -> Iterator[str]:
    """Why `make grade` could not grade a notebook of source/. `known`: the section of each exercise."""
    try:
        nb = json.loads(file.read_text(encoding="utf-8"))
        told = [cell.get("metadata", {}).get("nbgrader", {}) for cell in nb["cells"]]
        own = _tests(nb)
    except (ValueError, LookupError, TypeError, AttributeError):
        yield "this is no notebook. Save it again from Jupyter, or move it out of source/."
        return
    spec = nb.get("metadata", {}).get("kernelspec", {})
    language = spec.get("language") or nb.get("metadata", {}).get("language_info", {}).get("name") or "python"
    if language != "python":
        yield f"its kernel is {spec.get('display_name', language)}, and answers are run as Python. Choose Python 3."
    ids = [one.get("grade_id", "") for one in told if one]
    for name in sorted({name for name in ids if ids.count(name) > 1}):
        yield f"two cells have the id {name}. Give one of them another."
    graded = [one for one in told if one.get("grade")]
    tests = [one["grade_id"] for one in graded if not one.get("solution")]
    for name in (name for name in tests if name not in known and name not in gone and name not in own):
        yield (
            f"the grade cell {name} belongs to no exercise and has no tests, so nothing can grade it"
            f"{near_to(name, list(known))}. To make a question of it: make new exercise={name.removesuffix('_test')}"
        )
    out = file.parents[2] / "release" / file.parent.name / file.name
    was = _tests(json.loads(out.read_text(encoding="utf-8"))) if out.exists() else set()
    for name in sorted(own & known.keys() - was):  # an exercise may have come to be called so since
        yield f"the tests in {name} would not run, since an exercise is called so. Give the cell another id."
    for name in (one["grade_id"] for one in told if one.get("task") and not one.get("locked")):
        yield f"the task {name} is not locked, so that nbgrader can grade nobody. Choose its type once more in Jupyter."
    sections = sorted({known[name] for name in tests if name in known and name not in own})
    if len(sections) > 1:
        yield f"it has exercises of {' and '.join(sections)}. A notebook holds one section; make a second one."
    if [one for one in told if one.get("grade") or one.get("task")] and not tests:
        yield "it has answers to be read, and no exercise. Put them into the notebook of a section."


def _graded(file: Path) -> list[str]:
    """The ids of all that has points."""
    try:
        told = [cell["metadata"].get("nbgrader", {}) for cell in json.loads(file.read_text(encoding="utf-8"))["cells"]]
        return sorted({one["grade_id"] for one in told if one.get("grade") or one.get("task")})
    except (ValueError, LookupError, TypeError, AttributeError):  # it is told already that this is no notebook
        return []


def _tests(nb: dict[str, Any]) -> set[str]:
    """The cells of a notebook that test by themselves."""
    told = [(cell, cell.get("metadata", {}).get("nbgrader", {})) for cell in nb["cells"]]
    locked = [(cell, one) for cell, one in told if one.get("grade") and not one.get("solution")]
    named = {one["grade_id"]: "".join(cell["source"]) for cell, one in locked if cell["cell_type"] == "code"}
    return {name for name, text in named.items() if cell_tests.is_test(name, text)}


def remarks(assignment: str, folder: Path) -> Iterator[str]:
    """What whoever releases this should know, and what stops nothing."""
    for file in sorted((folder / "source" / assignment).glob("*.ipynb")):
        nb = json.loads(file.read_text(encoding="utf-8"))
        if count := len(_tests(nb)):
            place, cells = file.relative_to(folder), "1 cell" if count == 1 else f"{count} cells"
            yield (
                f"{place}: the tests in {cells} run beside the student's code, which can make them "
                "pass without an answer. A question of your own cannot be deceived so: make new exercise=NAME"
            )
            yield from (f"{place}: {line}" for line in rehearsal.lines(file))
