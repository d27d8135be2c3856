"""Files of a lesson that nothing asks for: checks and solutions that belong to no section."""

from __future__ import annotations

from pathlib import Path

from autograder import places, proofread
from autograder.declaring import near_to
from autograder.description import Lesson, written
from autograder.proofread import AuthorsError


def strays(here: Lesson) -> list[Path]:
    """Checks in a folder that is no section's, nor one of solutions that are asked in no section."""
    known = {*here.sections, "families", *(path.stem for path in here.solutions.glob("*.py"))}
    paths = sorted((here.folder / here.checks).glob("*/*.py"))
    return [p for p in paths if p.parent.name not in known and not p.stem.startswith("_")]


def misplaced(here: Lesson) -> list[AuthorsError]:
    """Files that belong to no section, and own ones that make none."""
    found = []
    for path in strays(here):
        near = near_to(path.parent.name, list(here.sections))
        told = f"`{path.stem}` is in the folder of no section{near}. Move it."
        found.append(AuthorsError(path, 1, told))
    own = [here.own / "checks"] if here.own else []
    for path in [p for folder in (here.folder / here.checks, *own) for p in sorted(folder.glob("*.py"))]:
        if not path.stem.startswith("_"):
            told = (
                f"`{path.stem}` is in the folder of no section. Move it into {proofread.shown(path.parent)}/SECTION/."
            )
            found.append(AuthorsError(path, 1, told))
    for path in sorted(here.solutions.glob("*.py")):
        if path.stem not in here.sections and (asked := proofread.asked(path)):
            told = f"`{asked[0]}` is asked in no section. Add {path.stem} to those in {places.DESCRIPTION}."
            found.append(AuthorsError(path, 1, told))
    if here.own is None:
        return found
    sections = written(here.own)
    for name in sections:
        path = here.own / "solutions" / f"{name}.py"
        if not name.isidentifier():
            found.append(AuthorsError(path, 1, "call the file what Python could call a variable: letters, digits, _."))
        elif name not in here.own_sections:
            lost = ", ".join(f"`{one}`" for one in proofread.asked(path))
            told = f"the lesson has a section {name} too. Call this file something else"
            told += f", to ask {lost}" * bool(lost)
            found.append(AuthorsError(path, 1, f"{told}."))
    for path in sorted((here.own / "checks").glob("*/*.py")):
        if path.parent.name not in sections and not path.stem.startswith("_"):
            solutions = proofread.shown(here.own / "solutions" / f"{path.parent.name}.py")
            found.append(AuthorsError(path, 1, f"there is no {solutions}, in which `{path.stem}` would be asked."))
    return found
