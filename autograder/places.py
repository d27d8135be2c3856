"""Three places: the kit, which is the machinery; a lesson; and the workspace, where the learner writes.

In a clone they are one folder. Where the kit is installed (pip), the workspace is the nearest folder upwards with
`exercises/` or `.autograder/`. A folder that has a `solutions/lesson.toml` of its own is another lesson, with its
workspace: whoever works in it, or below it, gets that one. Nothing ever writes into the kit.
"""

from __future__ import annotations

import os
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
#: What has to be on Python's path for the kit to be found.
KIT = PACKAGE.parent
DESCRIPTION = Path("solutions", "lesson.toml")
#: The folder of an instructor's own questions, the key in course.toml that names another, and what Python imports its
#: checks as.
OWN = "own"
#: Names another folder of own questions to a command and all that it starts: those that were released.
INSTEAD = "AUTOGRADER_OWN"


def lesson_folder() -> Path:
    """The folder of the lesson that is being worked on."""
    if (PACKAGE / "lesson.toml").exists():  # the copy for a class holds one lesson, wherever it runs
        return KIT
    try:
        here = Path.cwd()
    except FileNotFoundError:  # the working folder is gone
        return KIT
    return next((folder for folder in (here, *here.parents) if (folder / DESCRIPTION).is_file()), KIT)


#: The lesson's prompts and answers where the kit is installed; in a clone they stand beside the package.
BROUGHT = PACKAGE / "solutions"
#: Whether the kit was installed by pip: there is no make, and what is typed is `autograder check softmax`.
INSTALLED = BROUGHT.is_dir()


def workspace() -> Path:
    """The folder that the learner works in; where the kit is installed and there is none, the current one."""
    folder = lesson_folder()
    if folder != KIT or not INSTALLED:
        return folder
    try:
        here = Path.cwd()
    except FileNotFoundError:
        return Path.home()
    above = (here, *here.parents)
    return next((f for f in above if (f / "exercises").is_dir() or (f / ".autograder").is_dir()), here)


def own() -> Path | None:
    """An instructor's own questions, if there are any: `own/`, or the folder that course.toml names.

    It is looked for in the current folder, which may be a course's, and then in the workspace.
    """
    if (PACKAGE / "lesson.toml").exists():
        return None
    if instead := os.environ.get(INSTEAD):
        return Path(instead)
    try:
        beside = [Path.cwd(), workspace()]
    except FileNotFoundError:
        beside = [workspace()]
    named = [folder / _named(folder / "course.toml") for folder in beside]
    return next((folder for folder in named if (folder / "solutions").is_dir()), None)


def own_to_be() -> Path:
    """Where own questions go while there are none: beside course.toml, else into the workspace."""
    folder = Path.cwd() if Path("course.toml").is_file() else workspace()
    return folder / _named(folder / "course.toml")


def _named(course: Path) -> str:
    """What course.toml calls the folder of own questions; what is wrong in the file, course/ tells."""
    if not course.is_file():
        return OWN
    import tomllib

    try:
        named = tomllib.loads(course.read_text(encoding="utf-8-sig")).get(OWN, OWN)
    except (OSError, ValueError):
        return OWN
    return named if isinstance(named, str) and named else OWN


#: Where the learner writes: exercises/, notebooks/, .autograder/, progress.html.
WORKSPACE = workspace()
EXERCISES, NOTEBOOKS, STATE = WORKSPACE / "exercises", WORKSPACE / "notebooks", WORKSPACE / ".autograder"
