"""Results of grading, kept under a hash of everything that they depend on; and the secret of a class.

Both lie in `.autograder/` of the course, where no submission can see them.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import threading
from pathlib import Path
from typing import Any

from autograder.classroom import grading
from autograder.classroom.intake import Intake
from autograder.classroom.run import Budget
from autograder.classroom.submission import fingerprint
from autograder.process.box import Box

Result = dict[str, Any]


def folder(course: Path) -> Path:
    made = course / ".autograder"
    made.mkdir(exist_ok=True)
    return made


def inputs_of(secret: int, sources: list[str], section: str, sets: int) -> int:
    """The seed of the inputs that these cells are graded on: always the same for them, one of so many for others.

    What somebody saw of the inputs helps nothing in the next try, unless that happens to get the same ones.
    """
    told = hashlib.sha256("\0".join([section, *sources]).encode("utf-8", "replace")).digest()
    number = int.from_bytes(_hmac(secret, told)[:8], "big") % sets
    return int.from_bytes(_hmac(secret, f"inputs {number}".encode())[:6], "big")


def _hmac(secret: int, told: bytes) -> bytes:
    return hmac.digest(str(secret).encode(), told, "sha256")


def secret(course: Path) -> int:
    """What the inputs that this class is graded on depend on; drawn once. Delete the file for new inputs."""
    path = folder(course) / "class_seed"
    if not path.exists():
        new = path.with_suffix(f".{os.getpid()}.new")
        new.write_text(f"{secrets.randbits(48)}\n", encoding="ascii")
        new.chmod(0o600)
        try:
            os.link(new, path)  # whoever comes second takes the first one's
        except FileExistsError:
            pass
        finally:
            new.unlink()
    return int(path.read_text(encoding="ascii"))


def get(
    course: Path,
    sources: list[str],
    section: str,
    trouble: str = "",
    where: Box | None = None,
    budget: Budget | None = None,
    tests: list[Result] | None = None,
) -> Result:
    """The results of these cells: the kept ones, or graded now. `trouble` says why there are no cells to grade."""
    number = inputs_of(secret(course), sources, section, (budget or Budget()).sets)
    if trouble:
        return grading.grade_cells([], section, number, where, budget, trouble, tests)
    path = place(course, sources, section, number, budget, tests)
    kept = load(path)
    if kept is None or (contended(kept) and path not in _kept_now):
        kept = grading.grade_cells(sources, section, number, where, budget, tests=tests)
        keep(path, kept)
    return kept


#: Where this process has put results: one that ran out of time because others had the processor holds until then.
_kept_now: set[Path] = set()


def place(
    course: Path,
    sources: list[str],
    section: str,
    number: int,
    budget: Budget | None = None,
    tests: list[Result] | None = None,
) -> Path:
    told = json.dumps(tests) if tests else ""
    name = fingerprint(sources, section, number, f"{grading.kit_version()} {budget or Budget()}{told}")
    return folder(course) / "results" / name[:2] / f"{name}.json"


def attention(
    course: Path, assignment: str, intake: Intake, unscored: dict[str, set[str]], student: str | None = None
) -> set[str]:
    """Note the students who have no score yet: something could not be graded, or they handed in nothing.

    Who was graded before keeps that score; they are returned. `unscored`: by student of whom the gradebook has
    something, the notebooks that lack a score there. `student`: nobody else was looked at.
    """
    held: dict[str, set[str]] = {}
    for notice in intake.notices:
        if notice.notebook or notice.student not in intake.students:
            held.setdefault(notice.student, set()).update(filter(None, [notice.notebook]))
    kept = {who for who, names in held.items() if who in unscored and not unscored[who] & (names or unscored[who])}
    others = without_score(course, assignment) - {student} if student else set()
    write(folder(course) / f"no-score-{assignment}.json", sorted(others | (held.keys() - kept)))
    return kept


def without_score(course: Path, assignment: str) -> set[str]:
    """The students that `attention` noted last."""
    return set(load(folder(course) / f"no-score-{assignment}.json") or [])


def load(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def keep(path: Path, result: Result) -> None:
    """Write a result, those that ran out of time included: `grade --again` tries these once more."""
    _kept_now.add(path)
    write(path, result)


def write(path: Path, data: Any) -> None:
    """Write a file, whole or not at all, whoever else is writing it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}.new")
    try:
        new.write_text(json.dumps(data), encoding="utf-8")
        new.replace(path)
    except OSError:
        new.unlink(missing_ok=True)
        raise


def out_of_time(result: Result) -> bool:
    """Whether a cell or an answer was stopped because its time was up."""
    return bool(result["out_of_time"])


def contended(result: Result) -> bool:
    """Whether it ran out of time while others had the processor: it is no final result."""
    return bool(result["contended"])
