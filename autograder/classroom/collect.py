"""`make collect zip=FILE`: a learning platform's zip of everybody's files, put where nbgrader looks for them.

Only notebooks are taken, also out of a zip that a student handed in; everything else is told. What was there before is
kept in `.autograder/replaced/`.
"""

from __future__ import annotations

import functools
import io
import stat
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path, PurePosixPath

from autograder.classroom import outcome, results, submission
from autograder.classroom.intake import LITTER
from autograder.classroom.times import CannotCollect, when
from autograder.classroom.whose import PLAIN, Enrolled, Item, around, of_metadata, platform_of, version

MOST_FILES = 200_000
NO_NOTEBOOK = "no notebook"


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
    #: Whom the platform calls late, without saying how late.
    late: set[str] = field(default_factory=set)

    def lines(self) -> list[str]:
        notebooks, students = sum(map(len, self.taken.values())), len(self.taken)
        told = [
            f"{self.platform}: {notebooks} notebook{'s' * (notebooks != 1)} of "
            f"{students} student{'s' * (students != 1)}."
        ]
        told += [f"  {student}: {', '.join(sorted(names))}" for student, names in sorted(self.taken.items())]
        told += [f"Left out: {member}: {why}" for member, why in self.left]
        if not self.taken:
            whose = " In one of no platform each student has a folder: ada/setup.ipynb" * (self.platform == PLAIN)
            told.append(f"Nothing is taken. Is it the zip of what was handed in?{whose}")
        elif not self.times:
            told.append(
                "No times came with it, so nobody can be late. With a table of them (student,time):   "
                "make collect zip=... times=FILE.csv"
            )
            told += [f"{self.platform} calls late: {', '.join(sorted(self.late))}."] if self.late else []
        return told


def collect(
    path: Path, assignment: str, submitted: Path, times: Path | None = None, known: Iterable[str] = ()
) -> Collected:
    """Unpack `path` into submitted/<student>/<assignment>/.

    `times` is a CSV with the columns student and time, or Moodle's grading worksheet; `known`: who is in the roster.
    """
    table = when(times) if times else {}
    try:
        with zipfile.ZipFile(path) as archive:
            found = _collect(archive, assignment, submitted, table, list(known))
        _remember(found, submitted.parent, assignment)
        return found
    except FileNotFoundError:
        raise CannotCollect(f"There is no file {path}.") from None
    except (zipfile.BadZipFile, OSError) as error:
        if outcome.is_for_all(error):
            raise CannotCollect(outcome.reason(error)) from None
        raise CannotCollect(f"{path} is not a zip that can be read ({error}). Download it once more.") from None


def _remember(found: Collected, course: Path, assignment: str) -> None:
    """What each notebook was called in the zip; what an earlier zip brought stays."""
    place = results.folder(course) / f"collected-{assignment}.json"
    kept = (results.load(place) or {}).get("members", {})
    members = kept | {student: kept.get(student, {}) | now for student, now in found.members.items()}
    results.write(place, {"platform": found.platform, "members": members})


#: A notebook: what it is called in the zip, and how to read it.
Found = tuple[Item, Callable[[], bytes]]


def _collect(
    archive: zipfile.ZipFile, assignment: str, submitted: Path, table: dict[str, str], known: list[str]
) -> Collected:
    infos = [info for info in archive.infolist() if not info.is_dir()]
    if len(infos) > MOST_FILES:
        raise CannotCollect(f"There are {len(infos):,} files in it, more than {MOST_FILES:,}: is it the right one?")
    names = [info.filename for info in infos if not _is_litter(info.filename)]
    metadata = next((name for name in names if name.endswith("submission_metadata.yml")), "")
    owners = of_metadata(archive.read(metadata).decode("utf-8", "replace")) if metadata else {}
    platform, read = platform_of(names, owners, around(names, assignment, known))
    found, enrolled = Collected(platform), Enrolled(known)
    newest: dict[tuple[str, str], tuple[int, Found]] = {}
    for info in infos:
        if _is_litter(info.filename) or info.filename == metadata:
            continue
        item = read(info.filename)
        if item:
            item.student = enrolled.name(item.student)
        for one in _notebooks(archive, info, item, found):
            name, number = version(one[0].name, platform)
            key = (one[0].student, name)
            first = newest.get(key)
            if first is None or first[0] < number:
                newest[key] = (number, one)
            if first:
                less = first[1] if newest[key][1] is one else one
                why = "an earlier upload" if number != first[0] else "another of this name is taken for this student"
                found.left.append((less[0].member, why))
    named = Enrolled([*known, *(student for student, _ in newest)])
    table = {named.name(who): time for who, time in table.items()}
    for (student, name), (_, (item, content)) in sorted(newest.items(), key=lambda entry: entry[0]):
        folder = submitted / student / assignment
        changed = _put(folder / name, content(), submitted.parent)
        found.taken.setdefault(student, []).append(name)
        if time := table.get(student) or item.time:
            _put(folder / "timestamp.txt", f"{time}\n".encode(), submitted.parent)
            found.times += 1
        elif changed:
            _set_aside(folder / "timestamp.txt", submitted.parent)  # it is that of what was here before
        found.late |= {student} if "_LATE_" in item.member and platform == "Canvas" else set()
        found.members.setdefault(student, {})[PurePosixPath(name).stem] = item.member
    for student in sorted(table.keys() - found.taken.keys()):
        found.left.append((student, "is in the table of times and not in the zip"))
    return found


def _notebooks(archive: zipfile.ZipFile, info: zipfile.ZipInfo, item: Item | None, found: Collected) -> Iterator[Found]:
    """The notebook, or those of a zip that was handed in; what is left out is told in `found`."""
    why = _refused(info, item)
    if why == NO_NOTEBOOK and item and PurePosixPath(item.name).suffix.lower() == ".zip":
        try:
            inner = zipfile.ZipFile(io.BytesIO(archive.read(info)))
        except (zipfile.BadZipFile, OSError) as error:
            found.left.append((info.filename, f"a zip that cannot be read ({error})"))
            return
        inside = [one for one in inner.infolist()[:MOST_FILES] if not one.is_dir() and not _is_litter(one.filename)]
        packed = [(one, replace(item, name=PurePosixPath(one.filename).name)) for one in inside]
        for one, each in packed:
            if no := _refused(one, each):
                found.left.append((f"{info.filename}: {one.filename}", no))
            else:
                yield each, functools.partial(inner.read, one)
        if not packed:
            found.left.append((info.filename, "a zip without a notebook"))
    elif why or item is None:
        found.left.append((info.filename, why))
    else:
        yield item, functools.partial(archive.read, info)


def _is_litter(name: str) -> bool:
    return any(LITTER.fullmatch(part) for part in PurePosixPath(name).parts if part not in (".", ".."))


def _refused(info: zipfile.ZipInfo, item: Item | None) -> str:
    if stat.S_ISLNK(info.external_attr >> 16):
        return "a link, which is not followed"
    if item is None:
        return "its name does not tell whose it is"
    if PurePosixPath(item.name).suffix.lower() != ".ipynb":
        return NO_NOTEBOOK if info.file_size <= submission.MOST_BYTES else "no notebook, and large"
    if info.file_size > submission.MOST_BYTES:
        return f"larger than {submission.MOST_BYTES >> 20} MB"
    return ""


def _put(path: Path, data: bytes, course: Path) -> bool:
    """Write a file; another that is there is kept. Whether it was not there already."""
    path.parent.mkdir(parents=True, exist_ok=True)
    same = not path.is_symlink() and path.exists() and path.read_bytes() == data
    if not same:
        _set_aside(path, course)
        path.write_bytes(data)
    return not same


def _set_aside(path: Path, course: Path) -> None:
    if path.is_symlink() or path.exists():
        now = datetime.now().strftime("%Y-%m-%d_%H-%M-%S")
        kept = course / ".autograder" / "replaced" / now / path.relative_to(course)
        kept.parent.mkdir(parents=True, exist_ok=True)
        path.rename(kept)
