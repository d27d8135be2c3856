"""`make collect zip=FILE`: a learning platform's zip of everybody's files, put where nbgrader looks for them.

Recognised by the names in it (documented by the platforms, seen in their downloads):

    Moodle      Ada Lovelace_12345_assignsubmission_file_/optim.ipynb, or ..._file_optim.ipynb
    Canvas      lovelaceada_LATE_12345_998877_optim-1.ipynb: name, whether late, user, upload, and a number for a repeat
    Gradescope  assignment_1_export/submission_2/optim.ipynb, with submission_metadata.yml saying whose it is
    plain       ada/optim.ipynb, ada/minibatch_training/optim.ipynb, or the like

Only notebooks are taken, also out of a zip that a student handed in; everything else is told. What was there before is
kept in `.autograder/replaced/`.
"""

from __future__ import annotations

import functools
import io
import re
import stat
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path, PurePosixPath

from autograder.classroom import results, submission
from autograder.classroom.intake import LITTER
from autograder.classroom.times import CannotCollect, when

MOST_FILES = 200_000
NO_NOTEBOOK = "no notebook"


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
    #: Whom the platform calls late, without saying how late.
    late: set[str] = field(default_factory=set)

    def lines(self) -> list[str]:
        told = [f"{self.platform}: {sum(map(len, self.taken.values()))} notebooks of {len(self.taken)} students."]
        told += [f"  {student}: {', '.join(sorted(names))}" for student, names in sorted(self.taken.items())]
        told += [f"Left out: {member}: {why}" for member, why in self.left]
        if not self.times:
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
        raise CannotCollect(f"{path} is not a zip that can be read ({error}). Download it once more.") from None


def _remember(found: Collected, course: Path, assignment: str) -> None:
    """What each notebook was called in the zip; what an earlier zip brought stays."""
    place = results.folder(course) / f"collected-{assignment}.json"
    kept = (results.load(place) or {}).get("members", {})
    members = kept | {student: kept.get(student, {}) | now for student, now in found.members.items()}
    results.write(place, {"platform": found.platform, "members": members})


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
    owners = _gradescope(archive.read(metadata).decode("utf-8", "replace")) if metadata else {}
    platform, read = _platform(names, owners)
    found, enrolled = Collected(platform), Enrolled(known)
    newest: dict[tuple[str, str], tuple[int, Found]] = {}
    for info in infos:
        if _is_litter(info.filename) or info.filename == metadata:
            continue
        item = read(info.filename)
        if item:
            item.student = enrolled.name(item.student)
        for one in _notebooks(archive, info, item, found):
            name, number = _version(one[0].name, platform)
            key = (one[0].student, name)
            if key in newest:
                found.left.append((min(newest[key][1][0].member, one[0].member), "an earlier upload"))
            if key not in newest or newest[key][0] < number:
                newest[key] = (number, one)
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
