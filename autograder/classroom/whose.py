"""Whose a file of a platform's zip is, and under which name: told by what it is called there.

Recognised by the names (documented by the platforms, seen in their downloads):

    Moodle      Ada Lovelace_12345_assignsubmission_file_/optim.ipynb, or ..._file_optim.ipynb
    Canvas      lovelaceada_LATE_12345_998877_optim-1.ipynb: name, whether late, user, upload, and a number for a repeat
    Gradescope  assignment_1_export/submission_2/optim.ipynb, with submission_metadata.yml saying whose it is
    plain       ada/optim.ipynb, ada/minibatch_training/optim.ipynb, or the like; also all of that in one folder
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

PLAIN = "Plain zip"
MOODLE = re.compile(r"(?:^|/)(?P<who>[^/]+?)_(?P<number>\d+)_assignsubmission_(?:file|onlinetext)_?/?(?P<name>[^/]+)$")
CANVAS = re.compile(r"(?:^|/)(?P<who>[^/_]+)(?:_LATE)?_(?P<number>\d+)_\d+_(?P<name>[^/]+)$")


@dataclass
class Item:
    """One file of the zip: whose, under which name, and when it was handed in, if that is told."""

    member: str
    student: str
    name: str
    time: str = ""


class Enrolled:
    """The names that the roster has for students; others stay as a zip or a table has them."""

    def __init__(self, known: Iterable[str]):
        self._known = {student_id(name): name for name in known}
        self._numbers = {number: name for name in self._known.values() if (number := _number(name))}

    def name(self, who: str) -> str:
        """Found by the name, or by the number that the platform puts behind it."""
        return self._known.get(student_id(who)) or self._numbers.get(_number(who)) or who


def _number(name: str) -> str:
    found = re.search(r"(?:^|_)(\d+)$", name)
    return found[1] if found else ""


def platform_of(
    names: list[str], owners: dict[str, tuple[str, str]], folder: str
) -> tuple[str, Callable[[str], Item | None]]:
    if owners:
        return "Gradescope", lambda name: _of_gradescope(name, owners)
    for platform, pattern in (("Moodle", MOODLE), ("Canvas", CANVAS)):
        fitting = sum(bool(pattern.search(name)) for name in names)
        if fitting and fitting >= len(names) / 2:
            return platform, lambda name, pattern=pattern: _by_pattern(name, pattern)
    return PLAIN, lambda name: _plain(name, folder)


def around(names: list[str], assignment: str, known: list[str]) -> str:
    """The one folder that holds the students', if there is one; it is no student."""
    all_parts = [_parts(name) for name in names]
    tops, inside = {parts[0] for parts in all_parts if parts}, {parts[1] for parts in all_parts if len(parts) > 2}
    top = next(iter(tops), "")
    enrolled = {student_id(name) for name in known}
    if len(tops) != 1 or assignment in inside or student_id(top) in enrolled:
        return ""
    return top if len(inside) > 1 or {student_id(name) for name in inside} & enrolled else ""


def _by_pattern(name: str, pattern: re.Pattern[str]) -> Item | None:
    found = pattern.search(name)
    return Item(name, student_id(f"{found['who']}_{found['number']}"), found["name"]) if found else None


def _of_gradescope(name: str, owners: dict[str, tuple[str, str]]) -> Item | None:
    for part in PurePosixPath(name).parts:
        if part in owners:
            student, time = owners[part]
            return Item(name, student, PurePosixPath(name).name, time)
    return None


def of_metadata(text: str) -> dict[str, tuple[str, str]]:
    """submission -> (student, time) of submission_metadata.yml; of its keys the few that are needed."""
    known: dict[str, dict[str, str]] = {}
    current = ""
    for line in text.splitlines():
        if found := re.match(r"^(submission_\d+):", line):
            current = found[1]
            known[current] = {}
        elif current and (
            found := re.match(r"^\s+(?:- )?:?(sid|email|name|created_at):\s*['\"]?(.*?)['\"]?\s*$", line)
        ):
            known[current].setdefault(found[1], found[2])
    owners = {}
    for name, told in known.items():
        student = told.get("sid") or told.get("email") or told.get("name") or name
        owners[name] = (student_id(student), told.get("created_at", "")[:19])
    return owners


def _parts(name: str) -> list[str]:
    return [part for part in PurePosixPath(name).parts if part not in ("/", "..", ".", "submitted")]


def _plain(name: str, folder: str) -> Item | None:
    parts = _parts(name)[1 if folder else 0 :]
    return Item(name, student_id(parts[0]), parts[-1]) if len(parts) > 1 else None


def version(name: str, platform: str) -> tuple[str, int]:
    """Canvas numbers repeated uploads: optim-1.ipynb is optim.ipynb, later."""
    found = re.fullmatch(r"(.+?)-(\d+)(\.ipynb)", name) if platform == "Canvas" else None
    return (found[1] + found[3], int(found[2])) if found else (name, 0)


def student_id(text: str) -> str:
    """A name for a folder and for the gradebook: no blanks, nothing that leads elsewhere."""
    made = re.sub(r"[^\w.@+-]+", "_", text.strip()).strip("._").lower()
    return made or "nobody"
