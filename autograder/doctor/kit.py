"""The installed packages, the learner's files, git, and what keeps the code of strangers apart."""

from __future__ import annotations

import ast
import importlib.metadata
import json
import shutil
import subprocess
from collections.abc import Iterator

from autograder import lesson, source, state
from autograder.doctor.finding import Finding
from autograder.places import INSTALLED, KIT
from autograder.process import resident
from autograder.process.family import private


def packages() -> Iterator[Finding]:
    """What is installed against constraints.txt, and whether set-up was finished with what it says now."""
    from autograder.bootstrap import plan
    from autograder.bootstrap.place import Place

    place = Place(KIT)
    if place.unfinished.exists():
        yield Finding("packages", "fault", "the last set-up was interrupted", "Type the same make command again")
        return
    stamps = sorted(path.name for path in place.ready.glob("*")) if place.ready.exists() else []
    stale = [name for name in stamps if name in plan.groups() and not place.is_ready(name)]
    if stale:
        told = f".venv was made for another constraints.txt or pyproject.toml ({', '.join(stale)})"
        yield Finding("packages", "note", told, "The next make command brings it up to date")
        return
    wrong = list(_other_versions())
    if wrong:
        told = f"other versions than those tested: {', '.join(wrong)}"
        yield Finding("packages", "note", told, "To have the tested ones: make clean, then make check")
    else:
        yield Finding("packages", "fine", "the versions that were tested together")


def _other_versions() -> Iterator[str]:
    """Packages that are installed in another version than constraints.txt pins."""
    from packaging.requirements import Requirement

    for line in (KIT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        pin = line.partition("#")[0].strip()
        if "==" not in pin:
            continue
        requirement = Requirement(pin)
        if requirement.marker and not requirement.marker.evaluate():
            continue  # for another Python or system
        name, wanted = requirement.name, str(requirement.specifier).removeprefix("==")
        try:
            installed = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
        if installed.split("+")[0] != wanted.split("+")[0]:
            yield f"{name} {installed} (tested: {wanted})"


def your_files() -> Iterator[Finding]:
    """Each section's file is there and is Python."""
    faults = 0
    for section in lesson.sections():
        path = source.exercises_path(section)
        try:
            ast.parse(path.read_text(encoding="utf-8-sig"))
        except FileNotFoundError:
            faults += 1
            yield Finding(path.name, "note", "is not there", f"Bring its stubs: make reset exercise={section}")
        except SyntaxError as error:
            faults += 1
            yield Finding(path.name, "note", f"has a syntax error in line {error.lineno}, so nothing in it is checked")
        except (UnicodeDecodeError, OSError, ValueError) as error:
            faults += 1
            yield Finding(path.name, "fault", f"cannot be read: {error}", "Save it as UTF-8 in your editor")
    if not faults:
        yield Finding("your files", "fine", f"{len(lesson.sections())} files in exercises/, all readable")


def memory() -> Iterator[Finding]:
    if not state.PATH.exists():
        yield Finding("progress", "fine", "nothing is remembered yet")
        return
    try:
        found = json.loads(state.PATH.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        mend = "It is put aside at the next check, and a new one is begun. Your answers are not in it"
        yield Finding("progress", "note", f".autograder/{state.PATH.name} cannot be read: {error}", mend)
        return
    count = len(state.exercises()) if isinstance(found, dict) else 0
    yield Finding("progress", "fine", f"{count} exercises are remembered in .autograder/{state.PATH.name}")


def resident_process() -> Iterator[Finding]:
    told = resident.ask("status")
    if told is None:
        why = "starts with the first check" if resident.wanted() else "is not used here"
        yield Finding("quick checks", "fine", f"the process that makes them quick {why}")
        return
    size = sum(map(private, told["processes"])) >> 20
    says = f"the process that makes them quick occupies {size} MB, and ends after {told['idle'] / 60:g} idle minutes"
    yield Finding("quick checks", "fine", says, "To end it now: make stop")


def git() -> Iterator[Finding]:
    if shutil.which("git") is None:
        yield Finding("git", "note", "is not installed, so that make upgrade cannot work", "Install git")
        return
    if _git("rev-parse", "--is-inside-work-tree") != "true":
        told = "this folder is not a clone, so that make upgrade cannot work"
        yield Finding("git", "note", told, "Clone the kit, and copy your exercises/ into the clone")
        return
    folder = KIT / (_git("rev-parse", "--git-dir") or ".git")
    if any((folder / name).exists() for name in ("MERGE_HEAD", "rebase-merge", "rebase-apply", "CHERRY_PICK_HEAD")):
        mend = "Finish it (git status says how), or undo it: git merge --abort, git rebase --abort"
        yield Finding("git", "fault", "a merge or rebase is half done", mend)
        return
    upstream = _git("rev-parse", "--abbrev-ref", "@{upstream}")
    changed = [line[3:] for line in (_git("status", "--porcelain", "-uno") or "").splitlines()]
    kit = [name for name in changed if not name.startswith("exercises/")]
    if kit:
        told = f"files of the kit itself are changed: {', '.join(kit[:4])}{' ...' if len(kit) > 4 else ''}"
        yield Finding("git", "note", told, "If you did not mean to: git checkout -- FILE brings one back")
    elif upstream is None:
        yield Finding("git", "note", "the branch follows no other, so that make upgrade needs --from REMOTE/BRANCH")
    else:
        behind = _git("rev-list", "--count", "HEAD..@{upstream}")
        told = f"{behind} commits behind {upstream}" if behind != "0" else f"up to date with {upstream} as last fetched"
        yield Finding("git", "fine", told, "make upgrade" if behind != "0" else "")


def _git(*words: str) -> str | None:
    done = subprocess.run(["git", *words], cwd=KIT, capture_output=True, text=True, check=False)
    return done.stdout.rstrip("\n") if done.returncode == 0 else None


def sandbox() -> Iterator[Finding]:
    """Needed by those who grade other people's code."""
    try:
        from autograder.process.sandbox import layers
    except ImportError:
        return
    found = layers()
    missing = {name: why for name, why in found.items() if why is not True}
    if missing:
        told = f"{len(found) - len(missing)} of {len(found)} walls stand; missing: {', '.join(missing)}"
        mend = "\n".join(f"{name}: {why}" for name, why in missing.items())
        yield Finding("sandbox", "note", told + " (only needed to grade the answers of others)", mend)
    else:
        yield Finding("sandbox", "fine", f"all {len(found)} walls stand, for grading the answers of others")


_OF_A_CLONE = [] if INSTALLED else [packages, git]
ALL = [*_OF_A_CLONE, your_files, memory, resident_process, sandbox]
