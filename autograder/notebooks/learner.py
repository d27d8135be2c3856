"""The notebooks of somebody who learns alone: the class's, with nothing to hand in, kept up to date beside what is
written in them.

Each cell that is put in is marked with a hash of its text, so that one that was edited is known, and left alone. The
notebook lists the cells that it was ever given, so that one that was deleted stays away.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder import lesson, places, workspace
from autograder.notebooks import build, cells
from autograder.notebooks.cells import Cell

FOLDER = places.NOTEBOOKS
OURS = "autograder"
STUB = "raise NotImplementedError()"

_SOLUTION = re.compile(rf"^( *){re.escape(build.BEGIN)}\n.*?^ *{re.escape(build.END)}", re.DOTALL | re.MULTILINE)
_START = f"""
Work from top to bottom: read, write your answer in place of `{STUB}`, run the cell (Shift+Enter), and run the
`check` below it.

| run in any cell | to |
|:--|:--|
| `check({{name}})` | see what is right, and if something is not, what your answer did |
| `hint("{{name}}")` | get the next hint, a little stronger each time |
| `answer("{{name}}")` | see the reference, once yours passes |
| `progress()` | see what has passed since this notebook's kernel started |

The exercises are those of `exercises/{{section}}.py`. To have your answers there too, save this notebook and type
`{{copy}}` in a terminal, in the folder that has `exercises/`; the other way is
`{{back}}`. An answer that you wrote on both sides is never overwritten unasked.
"""
#: From a notebook to exercises/ and back, in a clone and with the installed kit.
_COPY = (
    ("make copy section={}", "make copy section={} to_notebook=1"),
    ("autograder copy {}", "autograder copy {} --to-notebook"),
)


@dataclass
class Renewed:
    """What became of a notebook: how many cells were added and renewed, or why it was left alone."""

    path: Path
    created: bool = False
    added: int = 0
    renewed: int = 0
    left: str = ""

    def __str__(self) -> str:
        if self.left:
            return f"left alone: {self.left}"
        if self.created:
            return "made"
        told = [
            f"{n} cell{'s' * (n > 1)} {what}" for n, what in ((self.added, "added"), (self.renewed, "renewed")) if n
        ]
        return ", ".join(told) or "up to date"


def path(section: str) -> Path:
    return FOLDER / f"{section}.ipynb"


def refresh_all() -> dict[str, Renewed]:
    return {section: refresh(section) for section in build.sections()}


def refresh(section: str) -> Renewed:
    """Make the notebook of a section, or bring in what is new; nothing that was written in it is touched."""
    fresh, done = content(section), Renewed(path(section))
    if not done.path.exists():
        done.path.parent.mkdir(exist_ok=True)
        text, done.created = _text(fresh), True
    else:
        try:
            there = json.loads(done.path.read_text(encoding="utf-8"))
            known: list[str] = there["metadata"][OURS]["cells"]
            _merge(there["cells"], fresh["cells"], known, done)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            done.left = "it is not a notebook that `make lab` made, or cannot be read"
            return done
        if not (done.added or done.renewed):
            return done
        there["metadata"][OURS]["cells"] = [*known, *(i for i in fresh["metadata"][OURS]["cells"] if i not in known)]
        text = _text(there)
    workspace.save(done.path, text)
    return done


def text(section: str) -> str:
    """The notebook's file, for somebody who has written nothing yet."""
    return _text(content(section))


def content(section: str) -> dict[str, Any]:
    """The whole notebook, as it is for somebody who has written nothing yet."""
    made: dict[str, Any] = json.loads(build.build(section))
    kept = [_for_one_alone(cell, section) for cell in made["cells"] if not _is_for_a_person(cell)]
    kept.append(cells.code("progress", "progress()"))
    for cell in kept:
        cell["metadata"] = {OURS: {"made": _hash(cell)}}
    made["cells"] = kept
    made["metadata"][OURS] = {"cells": [cell["id"] for cell in kept]}
    return made


def _is_for_a_person(cell: Cell) -> bool:
    """An answer in words: nobody would grade it."""
    return cell["cell_type"] == "markdown" and bool(cell["metadata"].get("nbgrader"))


def _for_one_alone(cell: Cell, section: str) -> Cell:
    if cell["id"] == "start":
        copy, back = (words.format(section) for words in _COPY[places.INSTALLED])
        name = next(iter(lesson.load(section)))
        return cells.text("start", _START.format(section=section, name=name, copy=copy, back=back))
    source = _SOLUTION.sub(rf"\1{STUB}", "".join(cell["source"]))
    if cell["id"] == "imports":  # a class has no hints and answers to ask for
        source = source.replace("import check, progress", "import answer, check, hint, progress")
    return {**cell, "source": source.splitlines(keepends=True)}


def _merge(there: list[Cell], fresh: list[Cell], known: list[str], done: Renewed) -> None:
    at = 0
    places = {cell.get("id"): cell for cell in there}
    for cell in fresh:
        present = places.get(cell["id"])
        if present is not None:
            at = there.index(present) + 1
            if _untouched(present) and _hash(present) != _hash(cell):
                present.update(cell)  # outputs of the older text go with it
                done.renewed += 1
        elif cell["id"] not in known:
            there.insert(at, cell)
            at += 1
            done.added += 1


def _untouched(cell: Cell) -> bool:
    return cell["metadata"].get(OURS, {}).get("made") == _hash(cell)


def _hash(cell: Cell) -> str:
    return hashlib.sha256("".join(cell["source"]).encode()).hexdigest()[:16]


def _text(notebook: dict[str, Any]) -> str:
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
