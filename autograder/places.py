"""Three places: the kit, which is the machinery; a lesson; and the workspace, where the learner writes.

In a clone they are one folder. A folder that has a `solutions/lesson.toml` of its own is another lesson, with its
workspace: whoever works in it, or below it, gets that one. Nothing ever writes into the kit.
"""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
#: What has to be on Python's path for the kit to be found.
KIT = PACKAGE.parent
DESCRIPTION = Path("solutions", "lesson.toml")


def lesson_folder() -> Path:
    """The folder of the lesson that is being worked on."""
    if (PACKAGE / "lesson.toml").exists():  # the copy for a class holds one lesson, wherever it runs
        return KIT
    try:
        here = Path.cwd()
    except FileNotFoundError:  # the working folder is gone
        return KIT
    return next((folder for folder in (here, *here.parents) if (folder / DESCRIPTION).is_file()), KIT)


#: Where the learner writes: exercises/, notebooks/, .autograder/, progress.html.
WORKSPACE = lesson_folder()
EXERCISES, NOTEBOOKS, STATE = WORKSPACE / "exercises", WORKSPACE / "notebooks", WORKSPACE / ".autograder"
