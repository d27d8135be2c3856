"""What an assignment was released as, kept beside the gradebook: the lesson may change, and what was handed in may not.

A notebook with an exercise that the kit has no more cannot be built again. It is brought back from here. By one's
own questions as they were, late answers can be graded when these have been changed or broken since.
"""

from __future__ import annotations

import contextlib
import functools
import json
import re
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from autograder import lesson, proofread, section_files
from autograder.classroom import results
from autograder.description import current
from autograder.judging.known_mistakes import gradable
from autograder.places import OWN
from autograder.proofread import AuthorsError


def keep(folder: Path, assignment: str, whole: bool) -> None:
    """Keep the instructor's notebooks of source/. `whole`: this kit has all their exercises, and can grade them.

    Own questions are kept all together: results are those of before only where nothing that grades is missing.
    """
    place = _place(folder, assignment)
    place.mkdir(parents=True, exist_ok=True)
    for file in (folder / "source" / assignment).glob("*.ipynb"):
        shutil.copyfile(file, place / file.name)
    if whole:
        (place / "kit").write_text(_commit(folder), encoding="ascii")
        shutil.rmtree(place / OWN, ignore_errors=True)
        if own := current().own:
            shutil.copytree(own, place / OWN, ignore=shutil.ignore_patterns("__pycache__"))


def own_questions(folder: Path, assignment: str) -> Path | None:
    """One's own questions as the assignment was released with them."""
    kept = _place(folder, assignment) / OWN
    return kept if kept.is_dir() else None


def bring_back(
    folder: Path, assignment: str, names: Iterable[str], points: Mapping[str, float]
) -> Iterator[tuple[Path, str]]:
    """Notebooks that hold one of these exercises: where each belongs in source/, and its text with these points.

    What was released before notebooks were kept is taken from release/.
    """
    found: set[str] = set()
    for place in (_place(folder, assignment), folder / "release" / assignment):
        for file in sorted(place.glob("*.ipynb")):
            if file.name not in found and holds(file, names):
                found.add(file.name)
                yield folder / "source" / assignment / file.name, _with_points(file, points)


def holds(file: Path, names: Iterable[str]) -> bool:
    """Whether a notebook holds one of these exercises."""
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    return any(f'"grade_id": "{name}"' in text for name in names)


def section_of(notebook: str, names: Iterable[str]) -> str:
    """The section that a released notebook is of: that which it is called after, or else that of most in it."""
    homes = Counter(home for name in names if (home := lesson.home(name)))
    return notebook if notebook in current().sections else next((home for home, _ in homes.most_common(1)), "")


def gone(notebook: str, names: Iterable[str]) -> dict[str, str]:
    """Which of these exercises of a released notebook cannot be graded any more as what they were, and why."""
    names = sorted(names)
    section = section_of(notebook, names)
    if section_files.is_own(section):
        _try_out(section)
    there = lesson.load(section)
    own = set() if section_files.is_own(section) else _own_then(notebook)
    found = {name: _why(section, name) for name in names if name not in there}
    return found | {name: _moved(notebook, name) for name in names if name in own}


def _own_then(notebook: str) -> set[str]:
    """Questions of one's own that were released in a section of this name; the lesson may have got some of the kind."""
    kept = results.folder(Path.cwd()) / "released"
    places = [place / OWN / "checks" / notebook for place in (kept.iterdir() if kept.is_dir() else ())]
    return {path.stem for place in places for path in place.glob("[!_]*.py")}


def _moved(notebook: str, name: str) -> str:
    if notebook in current().sections:
        return f"{name} was released as a question of yours, and the lesson has a section {notebook} too now"
    now = _renamed(name)
    told = f"{now} has it now: call that {notebook} again" if now else "that is gone"
    return f"{name} was released in your section {notebook}, and {told}"


def _renamed(name: str) -> str:
    """One's own section that has a question of this name now."""
    return next((section for section in section_files.sections_with(name) if section_files.is_own(section)), "")


@functools.cache
def _try_out(section: str) -> None:
    """Of one's own questions, set aside what raises, whether it is released or half written yet."""
    for exercise in lesson.load(section).values():
        try:
            gradable(exercise)
        except AuthorsError as error:
            lesson.set_aside(exercise, error)


def _why(section: str, name: str) -> str:
    try:
        found = lesson.find(name).section
    except lesson.UnknownName:
        found = ""
    except AuthorsError as error:
        return re.sub(r"(?<!\.)\.$", "", str(error))
    if section_files.is_own(section):
        checks = proofread.shown(section_files.checks_folder(section) / f"{name}.py")
        return f"{checks} is gone, by which {name} was released"
    return f"{name} is in the section {found} now" if found else f"{name} is no longer in the kit"


def remedy(folder: Path, assignment: str, notebook: str, names: Iterable[str]) -> str:
    """What to type to grade a notebook of which these are `gone`, by what it was released with."""
    kit = _place(folder, assignment) / "kit"
    commit = kit.read_text(encoding="ascii").strip() if kit.exists() else ""
    grade = f"make grade assignment={assignment}"
    own = _own_then(notebook) & set(names)
    if own and (section_files.is_own(notebook) or notebook not in current().sections):
        return f"{grade} released=1"
    if section_files.is_own(section_of(notebook, names)):
        return f"mend it, then: {grade}"
    if not commit:
        return f"go back to the kit before, then: {grade}"
    return f"git switch --detach {commit} && {grade}; git switch -"


@contextlib.contextmanager
def put_back(folder: Path, assignment: str) -> Iterator[Callable[[], None]]:
    """nbgrader removes what it failed to release anew, and with it what was there. What is called puts that back."""
    place = folder / "release" / assignment
    with tempfile.TemporaryDirectory(dir=results.folder(folder)) as spare:
        before = Path(spare) / assignment
        if place.is_dir():
            shutil.copytree(place, before)

        def failed() -> None:
            if before.is_dir():
                shutil.rmtree(place, ignore_errors=True)
                place.parent.mkdir(exist_ok=True)
                before.rename(place)  # which needs no room

        yield failed


def _place(folder: Path, assignment: str) -> Path:
    return results.folder(folder) / "released" / assignment


def _with_points(file: Path, points: Mapping[str, float]) -> str:
    text = file.read_text(encoding="utf-8")
    nb = json.loads(text)
    told = [cell["metadata"].get("nbgrader", {}) for cell in nb["cells"]]
    changed = [one for one in told if one.get("grade") and points.get(one["grade_id"], one["points"]) != one["points"]]
    for one in changed:
        one["points"] = points[one["grade_id"]]
    return json.dumps(nb, indent=1, ensure_ascii=False) + "\n" if changed else text


def _commit(folder: Path) -> str:
    """Of the kit that stands in this folder; nothing where it is no clone."""
    asked = ["git", "-C", str(folder), "rev-parse", "--short=12", "HEAD"]
    try:
        return subprocess.run(asked, capture_output=True, text=True, check=False).stdout
    except OSError:
        return ""
