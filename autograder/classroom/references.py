"""What the reference and the known mistakes do on a class's inputs: observed once, kept beside the results."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from autograder import lesson
from autograder.classroom import grading, results
from autograder.judging import known_mistakes
from autograder.process.warm import warm
from autograder.proofread import AuthorsError

#: By exercise, what known_mistakes.references gives.
References = dict[str, dict[str, Any]]


#: References of so many sections and seeds are in a process's memory at a time; each takes some 20 MB.
MOST = 8


def of(course: Path, section: str, seed: int) -> References:
    """The references of a section for this seed and kit; from the disk where they have been observed before."""
    path = results.folder(course) / "references" / grading.kit_version() / f"{section}-{_short(seed)}.json"
    kept = results.load(path)
    if kept is None:
        warm(preload=True)
        kept = {name: known_mistakes.references(exercise, seed) for name, exercise in lesson.load(section).items()}
        forget(section, seed)
        results.write(path, kept)
        forget_older(path.parent)
    return kept


def adopt(section: str, seed: int, references: References) -> None:
    for name, exercise in lesson.load(section).items():
        if name in references:
            known_mistakes.adopt(exercise, seed, references[name])
        else:  # by whoever observed them
            lesson.set_aside(exercise, AuthorsError(name, 1, "this cannot be observed."))


def forget(section: str, seed: int) -> None:
    for exercise in lesson.load(section).values():
        known_mistakes.forget(exercise, seed)


def _short(seed: int) -> str:
    """The name of a file does not give the seed away."""
    import hashlib

    return hashlib.sha256(str(seed).encode()).hexdigest()[:12]


def forget_older(current: Path) -> None:
    """Those of other versions of the kit are of no more use."""
    import shutil

    for folder in current.parent.iterdir():
        if folder != current:
            shutil.rmtree(folder, ignore_errors=True)
