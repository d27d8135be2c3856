"""What the kit remembers of a learner: hints read, attempts, first passes. One small JSON file, made to be read.

Losing the file loses comfort, never an answer. Unknown keys are kept, so that an older kit does not drop what a newer
one wrote; a lock and an atomic replacement let several commands run at once.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from autograder import places

FOLDER = places.STATE
PATH = FOLDER / "progress.json"


def read() -> dict[str, Any]:
    """The state; empty when there is none, or none that can be read."""
    try:
        found = json.loads(PATH.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


@contextlib.contextmanager
def change() -> Iterator[dict[str, Any]]:
    """Yield the state to be changed; it is written when the block ends. A state that cannot be written is no error."""
    from filelock import FileLock

    try:
        FOLDER.mkdir(exist_ok=True)
        lock = FileLock(FOLDER / "lock", timeout=5)
        lock.acquire()
    except OSError:
        yield {}
        return
    try:
        with contextlib.suppress(OSError):
            _keep_damaged()
        state = read()
        yield state
        _write(json.dumps(state, indent=1, sort_keys=True) + "\n")
    finally:
        lock.release()


def _write(text: str) -> None:
    new = PATH.with_suffix(f".{os.getpid()}.new")
    try:
        new.write_text(text, encoding="utf-8")
        new.replace(PATH)
    except OSError:  # the disk is full
        with contextlib.suppress(OSError):
            new.unlink()


def _keep_damaged() -> None:
    """Put a file that is not JSON aside, instead of overwriting it."""
    try:
        json.loads(PATH.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return
    except (OSError, ValueError):
        PATH.replace(PATH.with_suffix(".damaged.json"))


def exercises() -> dict[str, dict[str, Any]]:
    """The entries of all exercises that have one; an entry that is not as we write them is left out."""
    found = read().get("exercises")
    entries = found.items() if isinstance(found, dict) else ()
    return {name: entry for name, entry in entries if isinstance(entry, dict) and {"outcome", "points"} <= entry.keys()}


def exercise(state: dict[str, Any], name: str) -> dict[str, Any]:
    """One exercise's entry, made when missing.

    {"attempts", "outcome", "points", "hints", "pointers", "passed", "seen", "elsewhere"}
    """
    for table, key in ((state, "exercises"), (state.get("exercises"), name)):
        if isinstance(table, dict) and not isinstance(table.get(key, {}), dict):
            table[key] = {}  # somebody edited the file by hand
    return state.setdefault("exercises", {}).setdefault(name, {})


def at(state: dict[str, Any]) -> str | None:
    """The name of the exercise that was checked or watched last."""
    name = state.get("at")
    return name if isinstance(name, str) else None


def now() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")


def record(results: list[tuple[str, str, float, str]], attempt: bool = True) -> None:
    """Note results of the learner's own files: (name, outcome, points, fingerprint of what was graded).

    Not an `attempt`: nobody asked for a check, an overview only brought itself up to date.
    """
    with change() as state:
        if attempt and len(results) == 1:
            state["at"] = results[0][0]
        for name, outcome, points, fingerprint in results:
            entry = exercise(state, name)
            if attempt and outcome != "not_started" and entry.get("seen") != fingerprint:
                before = entry.get("attempts")
                entry["attempts"] = (before if isinstance(before, int) else 0) + 1
            entry |= {"outcome": outcome, "points": points, "seen": fingerprint}
            if outcome == "passed":
                entry.setdefault("passed", now())


def record_elsewhere(name: str, outcome: str, points: float, text: str) -> None:
    """Note a result of an answer that stands in a notebook, whose text tells one attempt from the next."""
    import hashlib

    seen = hashlib.sha256(text.encode()).hexdigest()[:16]
    with change() as state:
        entry = exercise(state, name)
        before = entry.get("elsewhere")
        if outcome != "not_started" and (not isinstance(before, dict) or before.get("seen") != seen):
            attempts = entry.get("attempts")
            entry["attempts"] = (attempts if isinstance(attempts, int) else 0) + 1
        entry["elsewhere"] = {"outcome": outcome, "points": points, "seen": seen}
        state["at"] = name
        if outcome == "passed":
            entry.setdefault("passed", now())


def passed_elsewhere(state: dict[str, Any], name: str) -> float | None:
    """The points of an answer that passes in a notebook, None where there is none."""
    match exercise(state, name).get("elsewhere"):
        case {"outcome": "passed", "points": int() | float() as points}:
            return points
    return None


def fingerprint(name: str, section: str) -> str:
    """A hash of everything that an outcome depends on: the learner's file, the solutions of the section, the checks."""
    import hashlib

    from autograder import source

    digest = hashlib.sha256(name.encode())
    own = source.exercises_path(section), source.solutions_path(section)
    for path in (*own, *source.checks_paths(section, name)):
        digest.update(path.read_bytes() if path.exists() else b"-")
    return digest.hexdigest()[:16]
