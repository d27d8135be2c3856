"""Every file that was handed in is accounted for: which notebooks are taken, and what stands in the way of the rest.

Only notebooks that are regular files in real folders are taken. A link could lead to the instructor's own files, a pipe
or a device would keep grading waiting: they are left out and told, as is everything under a name that nobody released.
The cells of a notebook tell which one it is, so the command that puts it right can be told as well.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import datetime
from pathlib import Path

from autograder.classroom import submission
from autograder.classroom.intake import (
    LITTER,
    Handed,
    Intake,
    Notice,
    is_real_folder,
    is_regular,
    is_unpacked,
    read_bytes,
)
from autograder.classroom.mend import ReleasedCell


class Reception:
    """Takes in what lies in `submitted/`: a folder for each student, in it one for the assignment, in it notebooks."""

    def __init__(
        self,
        place: Path,
        below: str,
        assignment: str,
        notebooks: dict[str, list[ReleasedCell]],
        take: bool = False,
        others: Collection[str] = (),
    ):
        """`below`: from a student's folder to the assignment's. `take`: rename what its cells tell, too.

        `others`: the names of all assignments, whose folders are theirs.
        """
        self.place, self.below, self.assignment, self.take = place, below.strip("/"), assignment, take
        self.notebooks, self._others = notebooks, others
        self._unclear = False
        #: Whether a file has been read before, and could be.
        self.known: Callable[[Path], bool] = lambda path: False
        self._ids = {
            name: {cell.grade_id.removesuffix("-answer") for cell in cells if cell.grade or cell.solution}
            for name, cells in notebooks.items()
        }

    def look(self, roster: Iterable[str] = (), student: str | None = None) -> Intake:
        """All students, in order of their names; those of the roster who have no folder are told as missing."""
        found = Intake()
        names = {path.name for path in self.place.iterdir()} if self.place.is_dir() else set()
        for name in sorted(names):
            if student in (None, name) and not LITTER.fullmatch(name):
                self._student(name, found)
        for name in sorted(set(roster) - names):
            if student in (None, name):
                found.notices.append(Notice(name, "missing", "handed in nothing"))
        return found

    def _student(self, name: str, found: Intake) -> None:
        home = self.place / name
        if not is_real_folder(home):
            what = "is a link, which is not followed" if home.is_symlink() else "is no folder"
            found.notices.append(Notice(name, "misplaced", f"{self._told(home)} {what}", self._owner(home)))
            return
        folder = home / self.below if self.below else home
        if folder.is_symlink() or not folder.is_dir():
            emptied = name == self.assignment and all(LITTER.fullmatch(path.name) for path in home.iterdir())
            found.notices += [] if emptied else [self._no_folder(name, home)]  # no student's: moved out, as it was told
            return
        handed = Handed(name, folder)
        notices = list(self._files(handed))
        if not handed.notebooks and not notices:
            do = f"rmdir {shlex.quote(self._told(folder))}" if not any(folder.iterdir()) else ""
            notices = [Notice(name, "missing", f"there is no notebook in {self._told(folder)}", do)]
        if handed.notebooks:
            found.handed.append(handed)
        found.notices += notices

    def _no_folder(self, name: str, home: Path) -> Notice:
        """The folder of the assignment is not there under its name: what there is instead."""
        wanted = home / self.below
        if wanted.is_symlink():
            return Notice(name, "misplaced", f"{self._told(wanted)} is a link, which is not followed")
        others = [path for path in sorted(home.iterdir()) if not LITTER.fullmatch(path.name)]
        for path in others:
            alike = path.name.lower().replace("-", "_") == self.below.lower()
            other = name != self.assignment and path.name not in self._others
            if alike or (other and self._is_ours(path)):
                return Notice(name, "misplaced", f"the folder is called {path.name}", self._move(path, wanted))
        if name == self.assignment:
            students = [path for path in others if path.is_dir()]
            first = students[0] if students else home
            do = self._move(first, self.place / first.name / self.below)
            return Notice(name, "misplaced", "the student's folder stands inside the assignment's", do)
        if [path for path in others if path.suffix.lower() == ".ipynb"]:
            told = shlex.quote(self._told(wanted))
            do = f"mkdir {told} && mv {shlex.quote(self._told(home))}/*.ipynb {told}"
            return Notice(name, "misplaced", f"the notebooks stand outside a folder {self.below}", do)
        there = f"there are {_join([path.name for path in others])}" if others else "the folder is empty"
        return Notice(name, "missing", f"there is no folder {self.below}: {there}")

    def _is_ours(self, folder: Path) -> bool:
        """Whether a notebook of this assignment lies in it."""
        if not is_real_folder(folder):
            return False
        inside = [path for path in sorted(folder.glob("*.ipynb")) if is_regular(path)]
        return any(self.which(submission.read(read_bytes(path))) for path in inside)

    def _files(self, handed: Handed) -> Iterator[Notice]:
        """Put the notebooks into `handed`, and yield what is to be said of the rest."""
        name, extra = handed.student, []
        for path in sorted(handed.folder.iterdir()):
            if LITTER.fullmatch(path.name):
                continue
            if path.name == "timestamp.txt":
                yield from self._timestamp(name, path)
            elif not is_regular(path):
                if path.is_dir() and not path.is_symlink():
                    yield from self._deeper(name, path)
                else:
                    what = "a link" if path.is_symlink() else "no ordinary file"
                    notebook = path.stem if path.suffix == ".ipynb" and path.stem in self.notebooks else ""
                    yield Notice(name, "link", f"{self._told(path)} is {what}, so it is left out", notebook=notebook)
            elif path.suffix == ".ipynb" and path.stem in self.notebooks:
                if trouble := "" if self.known(path) else submission.read(read_bytes(path)).trouble:
                    do = "ask for the file again" if path.stat().st_size else f"rm {shlex.quote(self._told(path))}"
                    yield Notice(name, "unreadable", f"{path.name}: {trouble}", do, path.stem)
                else:
                    handed.notebooks[path.stem] = path
            else:
                extra.append(path)
        for path in extra:
            yield from self._extra(handed, path)
        if self._unclear:
            handed.notebooks.clear()  # a penalty may be due, and a grade that changes later is worse than none
            self._unclear = False

    def _extra(self, handed: Handed, path: Path) -> Iterator[Notice]:
        """A file under a name that was not released."""
        name = handed.student
        if path.suffix.lower() != ".ipynb":
            if set(self.notebooks) <= set(handed.notebooks):
                return  # all is there, and a helper or a copy beside it is no answer
            if path.suffix.lower() in (".zip", ".py"):
                do = "ask for the notebook"
                if path.suffix.lower() == ".zip":
                    unpack = f"unzip -d {shlex.quote(self._told(path.parent))} {shlex.quote(self._told(path))}"
                    do = "" if is_unpacked(path) else unpack
                yield Notice(name, "other file", f"{path.name} is no notebook", do)
            return
        found = submission.read(read_bytes(path))
        which = self.which(found)
        if which is None:
            why = found.trouble or "its cells are of no notebook of this assignment"
            yield Notice(name, "unknown notebook", f"{path.name}: {why}")
            return
        right = path.with_name(f"{which}.ipynb")
        if which not in handed.notebooks:
            if self.take and not found.trouble and not right.exists():
                path.rename(right)
                handed.notebooks[which] = right
                return
            yield Notice(name, "renamed", f"found {path.name!r}, which is {which}", self._move(path, right), which)
        elif self._is_blank(handed.notebooks[which], which):
            why = f"{which}.ipynb is as it was released, and {path.name!r} beside it is {which} too"
            yield Notice(name, "second notebook", why, self._move(path, right), which)
            del handed.notebooks[which]
        else:
            instead = f"{which}.ipynb is the one graded. The other one instead: {self._move(path, right)}"
            yield Notice(name, "second notebook", f"{path.name!r} is {which} too; {instead}")

    def _deeper(self, name: str, folder: Path) -> Iterator[Notice]:
        """Notebooks that stand one folder too deep."""
        inside = [path for path in sorted(folder.glob("*.ipynb")) if is_regular(path)]
        for path in inside:
            which = path.stem if path.stem in self.notebooks else self.which(submission.read(read_bytes(path)))
            if which:
                right = folder.parent / f"{which}.ipynb"
                if not right.exists():
                    why = f"{which} stands in {self._told(folder)}, a folder too deep"
                    yield Notice(name, "misplaced", why, self._move(path, right), which)

    def _timestamp(self, name: str, path: Path) -> Iterator[Notice]:
        """When it was handed in, as nbgrader reads it; a text that is no time would count as in time."""
        from nbgrader.utils import parse_utc

        try:
            told = read_bytes(path).decode("utf-8").strip() if is_regular(path) else ""
            parse_utc(told) if told else datetime.fromisoformat(told)
        except (ValueError, TypeError, OverflowError):
            self._unclear = True
            why = f"timestamp.txt says {told[:40]!r}, which is no time, so that nobody can tell whether it is late"
            yield Notice(name, "timestamp", why, f"echo '2026-10-31 18:00' > {shlex.quote(self._told(path))}")

    def which(self, found: submission.Submission) -> str | None:
        """The released notebook that these cells are of: most ids in common, or most names defined."""
        ids = {submission.grade_id(cell).removesuffix("-answer") for cell in found.cells} - {""}
        text = "\n".join(cell["source"] for cell in found.cells if cell["cell_type"] == "code")
        ids |= set(re.findall(r"^(?:def|class)\s+(\w+)", text, re.M))
        counts = {name: len(ids & own) for name, own in self._ids.items()}
        best = max(counts, key=lambda name: counts[name], default=None)
        return best if best is not None and counts[best] else None

    def _is_blank(self, path: Path, name: str) -> bool:
        """Whether nothing was written into the answer cells."""
        released = {cell.grade_id: cell.source.strip() for cell in self.notebooks[name] if cell.solution}
        cells = submission.read(read_bytes(path)).cells
        written = {submission.grade_id(cell): cell["source"].strip() for cell in cells}
        return all(written.get(grade_id, source) == source for grade_id, source in released.items())

    def _owner(self, path: Path) -> str:
        return f"rm {shlex.quote(self._told(path))}" if path.is_symlink() else ""

    def _move(self, path: Path, to: Path) -> str:
        made = f"mkdir -p {shlex.quote(self._told(to.parent))} && " if not to.parent.is_dir() else ""
        return f"{made}mv {shlex.quote(self._told(path))} {shlex.quote(self._told(to))}"

    def _told(self, path: Path) -> str:
        """A path as it is typed in the course's folder."""
        return str(Path(self.place.name) / path.relative_to(self.place))


def _join(names: list[str]) -> str:
    shown = names[:5] + ([f"{len(names) - 5} more"] if len(names) > 5 else [])
    return shown[0] if len(shown) == 1 else ", ".join(shown[:-1]) + " and " + shown[-1]
