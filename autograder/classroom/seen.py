"""Which result belongs to which file, as `make grade` found it: a report on thousands reads none of them."""

from __future__ import annotations

import contextlib
import hashlib
from pathlib import Path

from autograder.classroom import results
from autograder.classroom.plugin import read_bytes

MOST_BEFORE = 5


class Seen:
    """Files by path, with time, size and digest of when each was read; valid under the rules that it was graded by."""

    def __init__(self, course: Path, assignment: str, rules: str):
        self._path, self._rules = results.folder(course) / f"seen-{assignment}.json", rules
        self._course = course
        kept = results.load(self._path) or {}
        #: Whether there are results, and all by other rules: another kit, other points or dates.
        self.outdated = bool(kept.get("files")) and kept.get("rules") != rules
        self._files: dict[str, list[str | int]] = kept.get("files", {}) if kept.get("rules") == rules else {}
        #: By path, where the results of what was handed in there earlier are kept, the latest last.
        self._before: dict[str, list[str]] = kept.get("before", {})

    def note(self, path: Path, place: Path) -> None:
        with contextlib.suppress(OSError):
            told = path.stat()
            old = self._files.get(str(path))
            if old and old[2] != str(place.relative_to(self._course)):
                self._before[str(path)] = [*self._before.get(str(path), []), str(old[2])][-MOST_BEFORE:]
            where = str(place.relative_to(self._course))
            self._files[str(path)] = [told.st_mtime_ns, told.st_size, where, _digest(path)]

    def place(self, path: Path) -> Path | None:
        """Where the result of this file is kept; None where it was changed since, or never read."""
        found = self._files.get(str(path))
        with contextlib.suppress(OSError):
            told = path.lstat()
            same = found and found[:2] == [told.st_mtime_ns, told.st_size]
            # Collected once more, it has another time and the same text.
            if found and (same or (told.st_size == found[1] and _digest(path) == found[3])):
                found[0] = told.st_mtime_ns  # so that it is read once
                return self._course / str(found[2])
        return None

    def before(self, path: Path) -> list[Path]:
        """Where the results of what was handed in here earlier are kept, the latest last."""
        return [self._course / place for place in self._before.get(str(path), [])]

    def save(self) -> None:
        results.write(self._path, {"rules": self._rules, "files": self._files, "before": self._before})


def _digest(path: Path) -> str:
    return hashlib.sha256(read_bytes(str(path))).hexdigest()
