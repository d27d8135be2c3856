"""`make collect zip=FILE`: a learning platform's zip of everybody's files, put where nbgrader looks for them.

Recognised by the names in it (documented by the platforms, seen in their downloads):

    Moodle      Ada Lovelace_12345_assignsubmission_file_/optim.ipynb, or ..._file_optim.ipynb
    Canvas      lovelaceada_LATE_12345_998877_optim-1.ipynb: name, whether late, user, upload, and a number for a repeat
    Gradescope  assignment_1_export/submission_2/optim.ipynb, with submission_metadata.yml saying whose it is
    plain       ada/optim.ipynb, ada/minibatch_training/optim.ipynb, or the like

Only notebooks are taken; everything else is told. What was there before is kept in `.autograder/replaced/`.
"""

from __future__ import annotations

import csv
import re
import stat
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath

from autograder.classroom import results, submission
from autograder.classroom.intake import LITTER

MOST_FILES = 200_000


class CannotCollect(Exception):
    """The file cannot be taken apart; the text says why and what to type."""


@dataclass
class Item:
    """One file of the zip: whose, under which name, and when it was handed in, if that is told."""

    member: str
    student: str
    name: str
    time: str = ""


@dataclass
class Collected:
    platform: str
    #: student -> the notebooks written
    taken: dict[str, list[str]] = field(default_factory=dict)
    #: student -> notebook -> what it was called in the zip, by which a platform takes feedback back
    members: dict[str, dict[str, str]] = field(default_factory=dict)
    #: (member, why) of what was left out
    left: list[tuple[str, str]] = field(default_factory=list)
    times: int = 0

    def lines(self) -> list[str]:
        told = [f"{self.platform}: {sum(map(len, self.taken.values()))} notebooks of {len(self.taken)} students."]
        told += [f"  {student}: {', '.join(sorted(names))}" for student, names in sorted(self.taken.items())]
        told += [f"Left out: {member}: {why}" for member, why in self.left]
        if not self.times:
            told.append(
                "No times came with it, so nobody can be late. With a table of them (student,time):   "
                "make collect zip=... times=FILE.csv"
            )
        return told


def collect(path: Path, assignment: str, submitted: Path, times: Path | None = None) -> Collected:
    """Unpack `path` into submitted/<student>/<assignment>/. `times` is a CSV with the columns student and time."""
    table = _times(times) if times else {}
    try:
        with zipfile.ZipFile(path) as archive:
            found = _collect(archive, assignment, submitted, table)
        _remember(found, submitted.parent, assignment)
        return found
    except FileNotFoundError:
        raise CannotCollect(f"There is no file {path}.") from None
    except (zipfile.BadZipFile, OSError) as error:
        raise CannotCollect(f"{path} is not a zip that can be read ({error}). Download it once more.") from None


def _remember(found: Collected, course: Path, assignment: str) -> None:
    """What each notebook was called in the zip; students of an earlier zip stay."""
    place = results.folder(course) / f"collected-{assignment}.json"
    kept = results.load(place) or {}
    results.write(place, {"platform": found.platform, "members": kept.get("members", {}) | found.members})


def _collect(archive: zipfile.ZipFile, assignment: str, submitted: Path, table: dict[str, str]) -> Collected:
    infos = [info for info in archive.infolist() if not info.is_dir()]
    if len(infos) > MOST_FILES:
        raise CannotCollect(f"There are {len(infos):,} files in it, more than {MOST_FILES:,}: is it the right one?")
    names = [info.filename for info in infos if not _is_litter(info.filename)]
    metadata = next((name for name in names if name.endswith("submission_metadata.yml")), "")
    owners = _gradescope(archive.read(metadata).decode("utf-8", "replace")) if metadata else {}
    platform, read = _platform(names, owners)
    found = Collected(platform)
    newest: dict[tuple[str, str], tuple[int, zipfile.ZipInfo, Item]] = {}
    for info in infos:
        if _is_litter(info.filename) or info.filename == metadata:
            continue
        item = read(info.filename)
        why = _refused(info, item)
        if why or item is None:
            found.left.append((info.filename, why))
            continue
        name, number = _version(item.name, platform)
        key = (item.student, name)
        if key in newest:
            found.left.append((min(newest[key][1].filename, info.filename), "an earlier upload"))
        if key not in newest or newest[key][0] < number:
            newest[key] = (number, info, item)
    for (student, name), (_, info, item) in sorted(newest.items(), key=lambda entry: entry[0]):
        folder = submitted / student / assignment
        _put(folder / name, archive.read(info), submitted.parent)
        found.taken.setdefault(student, []).append(name)
        if time := table.get(student) or item.time:
            _put(folder / "timestamp.txt", f"{time}\n".encode(), submitted.parent)
            found.times += 1
        found.members.setdefault(student, {})[PurePosixPath(name).stem] = item.member
    for student in sorted(table.keys() - found.taken.keys()):
        found.left.append((student, "is in the table of times and not in the zip"))
    return found


def _is_litter(name: str) -> bool:
    return any(LITTER.fullmatch(part) for part in PurePosixPath(name).parts if part not in (".", ".."))


def _refused(info: zipfile.ZipInfo, item: Item | None) -> str:
    if stat.S_ISLNK(info.external_attr >> 16):
        return "a link, which is not followed"
    if item is None:
        return "its name does not tell whose it is"
    if PurePosixPath(item.name).suffix.lower() != ".ipynb":
        return "no notebook"
    if info.file_size > submission.MOST_BYTES:
        return f"larger than {submission.MOST_BYTES >> 20} MB"
    return ""


def _platform(names: list[str], owners: dict[str, tuple[str, str]]) -> tuple[str, Callable[[str], Item | None]]:
    if owners:
        return "Gradescope", lambda name: _of_gradescope(name, owners)
    for platform, pattern in (("Moodle", MOODLE), ("Canvas", CANVAS)):
        fitting = sum(bool(pattern.search(name)) for name in names)
        if fitting and fitting >= len(names) / 2:
            return platform, lambda name, pattern=pattern: _by_pattern(name, pattern)
    return "Plain zip", _plain


MOODLE = re.compile(r"(?:^|/)(?P<who>[^/]+?)_(?P<number>\d+)_assignsubmission_file_?/?(?P<name>[^/]+)$")
CANVAS = re.compile(r"(?:^|/)(?P<who>[^/_]+)(?:_LATE)?_(?P<number>\d+)_\d+_(?P<name>[^/]+)$")


def _by_pattern(name: str, pattern: re.Pattern[str]) -> Item | None:
    found = pattern.search(name)
    return Item(name, student_id(f"{found['who']}_{found['number']}"), found["name"]) if found else None


def _of_gradescope(name: str, owners: dict[str, tuple[str, str]]) -> Item | None:
    for part in PurePosixPath(name).parts:
        if part in owners:
            student, time = owners[part]
            return Item(name, student, PurePosixPath(name).name, time)
    return None


def _gradescope(text: str) -> dict[str, tuple[str, str]]:
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


def _plain(name: str) -> Item | None:
    parts = [part for part in PurePosixPath(name).parts if part not in ("/", "..", ".", "submitted")]
    return Item(name, student_id(parts[0]), parts[-1]) if len(parts) > 1 else None


def _version(name: str, platform: str) -> tuple[str, int]:
    """Canvas numbers repeated uploads: optim-1.ipynb is optim.ipynb, later."""
    found = re.fullmatch(r"(.+?)-(\d+)(\.ipynb)", name) if platform == "Canvas" else None
    return (found[1] + found[3], int(found[2])) if found else (name, 0)


def student_id(text: str) -> str:
    """A name for a folder and for the gradebook: no blanks, nothing that leads elsewhere."""
    made = re.sub(r"[^\w.@+-]+", "_", text.strip()).strip("._").lower()
    return made or "nobody"


def _put(path: Path, data: bytes, course: Path) -> None:
    """Write a file; another that is there is kept."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_symlink() or (path.exists() and path.read_bytes() != data):
        kept = (
            course
            / ".autograder"
            / "replaced"
            / datetime.now().strftime("%Y-%m-%d_%H-%M-%S")
            / path.relative_to(course)
        )
        kept.parent.mkdir(parents=True, exist_ok=True)
        path.rename(kept)
    path.write_bytes(data)


def _times(path: Path) -> dict[str, str]:
    """student -> time, as nbgrader reads it."""
    from nbgrader.utils import parse_utc

    try:
        with open(path, newline="", encoding="utf-8-sig") as file:
            return {student: time for student, time in _rows(path, csv.DictReader(file)) if parse_utc(time)}
    except OSError as error:
        raise CannotCollect(f"{path} cannot be read ({error.strerror}).") from None
    except UnicodeDecodeError:
        raise CannotCollect(f"{path} is not UTF-8 text: save it as CSV (UTF-8).") from None


def _rows(path: Path, rows: csv.DictReader[str]) -> Iterator[tuple[str, str]]:
    from nbgrader.utils import parse_utc

    for row in rows:
        student, time = row.get("student"), row.get("time")
        try:
            parse_utc(time or "-")
        except (ValueError, OverflowError):
            raise CannotCollect(
                f"{path}, line {rows.line_num}: a line has a student and a time, such as ada,2026-10-31 18:00"
            ) from None
        yield str(student), str(time)
