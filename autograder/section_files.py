"""Where the files of each section are, the lesson's and an instructor's own, and which exercises they are of."""

from __future__ import annotations

import functools
from pathlib import Path

from autograder import places
from autograder.description import current


def is_own(section: str) -> bool:
    """Whether a section is of an instructor's own questions, and no part of the lesson."""
    return section in current().own_sections


def solutions_path(section: str) -> Path:
    own = current().own if is_own(section) else None
    return (own / "solutions" if own else current().solutions) / f"{section}.py"


def checks_folder(section: str) -> Path:
    own = current().own if is_own(section) else None
    return (own / "checks" if own else current().folder / current().checks) / section


def package(section: str) -> str:
    """The checks of a section as Python imports them."""
    return f"{places.OWN}.checks" if is_own(section) else current().package


def module_of_checks(name: str) -> Path | None:
    """The file of a module of checks, by its dotted name; None for any other module."""
    here = current()
    if here.own and name.startswith(f"{places.OWN}.checks"):
        path = here.own.joinpath(*name.split(".")[1:])
    elif name.startswith(here.package):
        path = here.folder.joinpath(*name.split("."))
    else:
        return None
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def files() -> list[Path]:
    """Every file that says what is asked and how it is observed."""
    here = current()
    folders = [(here.solutions, here.folder / here.checks)]
    folders += [(here.own / "solutions", here.own / "checks")] if here.own else []
    return [path for one, other in folders for path in (*sorted(one.glob("*.py")), *sorted(other.rglob("*.py")))]


@functools.cache
def exercises_of(section: str) -> set[str]:
    """The names of those that have a file of checks."""
    folder = checks_folder(section)
    return {path.stem for path in folder.glob("*.py") if not path.stem.startswith("_")} if folder.is_dir() else set()


def sections_with(name: str) -> list[str]:
    """The sections that have an exercise of this name; the lesson's come first."""
    return [section for section in current().sections if name in exercises_of(section)]


def is_out(name: str, section: str = "*", assignment: str = "*") -> bool:
    """Whether students have the exercise, in a notebook of this section, from this assignment."""
    released = Path.cwd().glob(f"release/{assignment}/{section}.ipynb")
    return any(f'"grade_id": "{name}"' in file.read_text(encoding="utf-8") for file in released)


def was_released(section: str, assignment: str) -> bool:
    """Whether students have a notebook of this section from the assignment, also when the section is gone since."""
    return (Path.cwd() / "release" / assignment / f"{section}.ipynb").is_file()
