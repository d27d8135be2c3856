"""What was handed in, and what of it is not graded; and files of whom nobody knows what they are."""

from __future__ import annotations

import re
import stat
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from autograder.classroom import submission

#: Left by systems and editors, and nobody's hand-in.
LITTER = re.compile(r"\..*|__MACOSX|__pycache__|Thumbs\.db|desktop\.ini|.*\.whl|.*_files")


@dataclass(frozen=True)
class Notice:
    """Something that was not graded: whose, what kind ("missing", "unreadable", ...), why, and what to type."""

    student: str
    kind: str
    why: str
    do: str = ""
    #: The notebook that is not graded because of it; empty for all or none in particular.
    notebook: str = ""

    def to_dict(self) -> dict[str, str]:
        return {"student": self.student, "kind": self.kind, "notebook": self.notebook, "why": self.why, "do": self.do}


@dataclass(frozen=True)
class Handed:
    """What one student handed in: the path of each notebook of the assignment that can be graded."""

    student: str
    folder: Path
    notebooks: dict[str, Path] = field(default_factory=dict)
    #: Those that this kit cannot grade, since it lacks the checks: they keep the scores that they have.
    frozen: dict[str, Path] = field(default_factory=dict)


@dataclass
class Intake:
    """What there is to grade, and all that is not graded."""

    handed: list[Handed] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)

    @property
    def students(self) -> set[str]:
        """Those of whom something can be graded."""
        return {one.student for one in self.handed}

    @property
    def held(self) -> set[tuple[str, str]]:
        """(student, notebook) of which something is there that cannot be graded: no score of theirs may change."""
        return {(notice.student, notice.notebook) for notice in self.notices if notice.notebook}


def is_real_folder(path: Path) -> bool:
    return stat.S_ISDIR(path.lstat().st_mode)


def is_regular(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False


def is_unpacked(path: Path) -> bool:
    """Whether every notebook in a zip file lies beside it already."""
    try:
        with zipfile.ZipFile(path) as packed:
            inside = {Path(name).name for name in packed.namelist() if name.lower().endswith(".ipynb")}
    except (OSError, ValueError, zipfile.BadZipFile, NotImplementedError):
        return False
    return bool(inside) and all((path.parent / name).exists() for name in inside)


def read_bytes(path: Path) -> bytes:
    """The beginning of a regular file, a little more than is read of it."""
    try:
        with open(path, "rb") as file:
            return file.read(submission.MOST_BYTES + 1)
    except OSError:
        return b""
