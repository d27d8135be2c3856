"""The copy of the kit that a class gets: a wheel with which `check` runs in a student's notebook, and nothing to copy.

It holds the probes without rights, mistakes, hints and explanations, and what the reference did with the visible
inputs. For concept questions it can only tell whether an answer can be graded. It is made anew at every release.
"""

from __future__ import annotations

import ast
import base64
import contextlib
import hashlib
import json
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

from autograder import lesson, places, process, section_files, source
from autograder.exercise import Exercise
from autograder.judging.judge import SMALL, by_probe
from autograder.judging.observing import expected, reference_on
from autograder.judging.verdict import Frame
from autograder.notebooks.build import WHEEL
from autograder.notebooks.oracle import SEED
from autograder.process.conversation import environment
from autograder.proofread import AuthorsError

PACKAGE = Path(__file__).resolve().parents[1]
VERSION = "0.1.0"
NAME = f"{WHEEL}-{VERSION}-py3-none-any.whl"
#: Where following the imports starts, and what is not followed: the trusted side and everything that knows answers.
_ROOTS = [
    "autograder",
    "autograder.report",
    "autograder.report.notebook",
    "autograder.notebooks",
    "autograder.notebooks.live",
]
_LEFT_OUT = {"api", "authoring", "checks", "classroom", "commands", "grade", "matrix", "repair", "warm", "workspace"}
_WHEN = (2020, 1, 1, 0, 0, 0)  # the same bytes for the same content

_METADATA = f"""Metadata-Version: 2.1
Name: {WHEEL.replace("_", "-")}
Version: {VERSION}
Summary: The visible checks of the exercises of {lesson.current().title}
Requires-Dist: torch
"""
_WHEEL = "Wheel-Version: 1.0\nGenerator: autograder\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def after_release(assignment: str, student: str, notebooks: list[str]) -> None:
    """nbgrader's post_convert_hook of generate_assignment, called in the course's folder."""
    for folder in {Path(notebook).parent.name for notebook in notebooks}:
        released = Path("release") / folder
        if released.is_dir():
            (released / NAME).write_bytes(build())


def build() -> bytes:
    """The wheel's bytes."""
    import io

    files = dict(contents())
    info = f"{WHEEL}-{VERSION}.dist-info"
    files |= {f"{info}/METADATA": _METADATA, f"{info}/WHEEL": _WHEEL}
    record = "".join(f"{name},{_hash(text)},{len(text.encode())}\n" for name, text in files.items())
    files[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n"
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name, _WHEN), text.encode(), zipfile.ZIP_DEFLATED)
    return made.getvalue()


def contents() -> Iterator[tuple[str, str]]:
    """(path in the wheel, text)."""
    recorded = {section: _recorded(section) for section in lesson.sections() if source.answers(section)}
    checks = {(section, name): probes(section, name) for section, told in recorded.items() for name in told}
    for name in sorted(_needed([*_ROOTS, *_imported_by(*checks.values())])):
        path = _path(name)
        yield str(path.relative_to(PACKAGE.parent)), path.read_text(encoding="utf-8")
    for (section, name), text in checks.items():
        yield f"autograder/checks/{section}/{name}.py", text
    here = lesson.current()
    yield (
        "autograder/lesson.toml",
        (
            f'name = "{here.name}"\ntitle = "{here.title}"\nsections = {json.dumps(list(recorded))}\n'
            'checks = "autograder/checks"\n'
        ),
    )
    for section, told in recorded.items():
        yield f"autograder/checks/{section}/__init__.py", f"ORDER = {list(told)}\n"
        code = {name: frames for name, frames in told.items() if frames is not None}
        yield f"autograder/notebooks/recorded/{section}.json", json.dumps(code)
    curves = _curves() if here.milestones else {}
    yield "autograder/notebooks/recorded/curves.json", json.dumps(curves)


def probes(section: str, name: str) -> str:
    """An exercise's declaration and probes, without the comments, which may say too much."""
    return ast.unparse(ast.parse(source.without_unused(source.probes(section, name)))) + "\n"


def _recorded(section: str) -> dict[str, Frame | None]:
    """The exercises of a section and what the reference of each did; None for a concept question.

    A question of one's own whose reference or probe raises is left out. Where it is to be released, release.py refuses.
    """
    told: dict[str, Frame | None] = {}
    for name, exercise in lesson.load(section).items():
        with contextlib.suppress(*((AuthorsError, RuntimeError) if section_files.is_own(section) else ())):
            if section_files.is_own(section):
                expected(exercise, SEED)
            told[name] = record(exercise) if exercise.kind == "code" else None
    return told


def record(exercise: Exercise) -> Frame:
    """What the reference did with the visible inputs: at full size, and on the small ones for failing cases."""
    outcome = reference_on(exercise, [{"seed": SEED}, *SMALL])
    runs = [{n: _kept(f) for n, f in by_probe(outcome, 0, run).items()} for run in range(len(SMALL) + 1)]
    if missing := exercise.probes.keys() - runs[0].keys():
        raise RuntimeError(f"the reference of {exercise.name} could not be observed by {missing.pop()}")
    return {"expected": runs[0], "small": {name: [run.get(name) for run in runs[1:]] for name in exercise.probes}}


def _curves() -> dict[str, list[float]]:
    """Where torch is imported: not here."""
    words = process.python("notebooks.curve")
    done = subprocess.run(words, cwd=places.WORKSPACE, env=environment(), stdout=subprocess.PIPE, check=True)
    return {recipe: [round(loss, 4) for loss in losses] for recipe, losses in json.loads(done.stdout).items()}


def _kept(frame: Frame | None) -> Frame | None:
    """Of a frame what is compared; not the line of the reference that raised."""
    if frame is None:
        return None
    kept: Frame = {key: frame[key] for key in ("value", "complaint", "changed", "shortcuts", "raised") if key in frame}
    if "raised" in kept:
        kept["raised"] = {"type": kept["raised"]["type"], "frames": [{}] if kept["raised"]["frames"] else []}
    return kept


def _needed(names: list[str]) -> set[str]:
    """These modules and all of the kit's that they import, and so on."""
    needed: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        parts = name.split(".")
        if parts[0] != "autograder" or name in needed or set(parts) & _LEFT_OUT or not _path(name).exists():
            continue
        needed.add(name)
        waiting += [".".join(parts[:-1]), *_imported_by(_path(name).read_text(encoding="utf-8"))]
    return needed


def _imported_by(*texts: str) -> list[str]:
    found = []
    for node in (node for text in texts for node in ast.walk(ast.parse(text))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return found


def _path(module: str) -> Path:
    path = PACKAGE.parent.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return "sha256=" + base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
