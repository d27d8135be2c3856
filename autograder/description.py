"""What a lesson is: its name, its sections in order, and where its parts are, as its `solutions/lesson.toml` says."""

from __future__ import annotations

import functools
import sys
import tomllib
import types
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder import places


@dataclass(frozen=True)
class Lesson:
    """One lesson, as its `solutions/lesson.toml` describes it."""

    #: What its parts are found from.
    folder: Path
    #: Also the name of the assignment and of the course.
    name: str
    title: str
    sections: tuple[str, ...]
    checks: str = "checks"
    milestones: tuple[str, ...] = ()
    data: str = ""
    #: {word: module}: whose use of the word makes Python import the module, which takes long.
    slow_imports: dict[str, str] = field(default_factory=dict)
    #: {"url", "sections": {name: seconds}, "exercises": {name: seconds}}
    video: dict[str, Any] = field(default_factory=dict)
    #: Where an instructor's own questions are, in the same two folders; their sections come behind the lesson's.
    own: Path | None = None
    own_sections: tuple[str, ...] = ()

    @property
    def solutions(self) -> Path:
        beside = self.folder / "solutions"
        return places.BROUGHT if places.INSTALLED and self.folder == places.KIT else beside

    @property
    def package(self) -> str:
        """The checks as Python imports them."""
        return self.checks.replace("/", ".")


class BadLesson(RuntimeError):
    """A file that describes a lesson or a course cannot be used; the text names it and says why."""


@functools.cache
def current() -> Lesson:
    """The lesson that is being worked on."""
    folder = places.lesson_folder()
    path = places.PACKAGE / "lesson.toml"
    if not path.exists():
        path = (places.PACKAGE if places.INSTALLED and folder == places.KIT else folder) / places.DESCRIPTION
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
        told |= {key: tuple(told.get(key, ())) for key in ("sections", "milestones")}
        own = places.own()
        mine = tuple(name for name in written(own) if name.isidentifier() and name not in told["sections"])
        told["sections"] += mine
        lesson = Lesson(folder, **told, own=own, own_sections=mine)
    except (OSError, ValueError, TypeError) as error:
        raise BadLesson(f"{path} does not describe a lesson: {error}") from None
    if str(folder) not in sys.path:
        sys.path.append(str(folder))  # its checks are found there
    if own:
        package = types.ModuleType(places.OWN)  # whatever the folder is called
        package.__path__ = [str(own)]
        sys.modules[places.OWN] = package
    return lesson


def written(own: Path | None) -> list[str]:
    """The names of the files of own solutions."""
    return sorted(path.stem for path in (own / "solutions").glob("*.py")) if own else []
