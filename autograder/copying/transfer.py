"""Which answers go over, which stay because both were written, and what they need beside them.

What an answer was when it was last copied is remembered (`copied` in the learner's state), so that a later copy knows
which side has been written since.
"""

from __future__ import annotations

import ast
import builtins
import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from autograder import lesson, places, source, state, workspace
from autograder.copying import splice
from autograder.copying.places import Notebook, Place, open_place


@dataclass
class Transfer:
    """What was done, by the names of answers; `backups` are copies of the files that were changed."""

    copied: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)
    #: Written differently on both sides, and left as they are.
    conflicts: list[str] = field(default_factory=list)
    #: Written since the last copy where they would have gone to, and left as they are.
    newer: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    backups: list[Path] = field(default_factory=list)

    def lines(self, there: str) -> list[str]:
        told = [f"Copied to {there}: {', '.join(self.copied)}" if self.copied else f"Nothing was copied to {there}."]
        if self.same:
            told.append(f"The same on both sides: {', '.join(self.same)}")
        if self.conflicts:
            told.append(f"Written differently on both sides, and left: {', '.join(self.conflicts)}")
            told.append("To copy these too: add force=1 (or --force). What is there now is kept in a backup.")
        if self.newer:
            told.append(f"Newer there, and left: {', '.join(self.newer)}")
        told += self.remarks
        told += [f"What was there before: .autograder/backups/{path.name}" for path in self.backups]
        return told


def located(notebook: Path) -> Path:
    """The file; for the name of a section its notebook in notebooks/, where `make lab` puts them."""
    if str(notebook) in lesson.current().sections and not notebook.exists():
        return places.NOTEBOOKS / f"{notebook}.ipynb"
    return notebook


def to_exercises(notebook: Path, force: bool = False) -> Transfer:
    """Copy the answers of a notebook into exercises/, each into the file of its section."""
    origin, done = Notebook(located(notebook)), Transfer()
    done.remarks += origin.remarks
    for section in lesson.sections():
        names = [name for name in source.answers(section) if origin.find(name)]
        if not names:
            continue
        path = source.exercises_path(section)
        if not path.exists():
            workspace.reset(section, None)
        _copy(origin, open_place(path), names, done, force)
    return done


def to_notebook(notebook: Path, force: bool = False) -> Transfer:
    """Copy answers from exercises/ into the cells of a notebook that has a place for them."""
    target, done = Notebook(located(notebook)), Transfer()
    done.remarks += target.remarks
    for section in lesson.sections():
        names = [name for name in source.answers(section) if target.find(name)]
        path = source.exercises_path(section)
        if names and path.exists():
            origin = open_place(path)
            done.remarks += origin.remarks
            _copy(origin, target, names, done, force, save=False)
    if backup := target.save():
        done.backups.append(backup)
    return done


def _copy(origin: Place, target: Place, names: list[str], done: Transfer, force: bool, save: bool = True) -> None:
    if any(target.path.name in remark for remark in target.remarks) and not isinstance(target, Notebook):
        done.remarks += [f"{remark}: nothing was copied to it" for remark in target.remarks]
        return
    notebook = next(place.path for place in (origin, target) if isinstance(place, Notebook))
    last = _last_copied(notebook)
    for name in names:
        written, there = origin.find(name), target.find(name)
        if written is None or workspace.is_stub(written):
            continue
        if there and splice.same(written, there):
            done.same.append(name)
        elif there and not workspace.is_stub(there) and not force and last.get(name) != _mark(there):
            (done.newer if last.get(name) == _mark(written) else done.conflicts).append(name)
            continue
        else:
            target.put(name, splice.splice(written, there or written), _needed(written, origin, target, done))
            done.copied.append(name)
        last[name] = _mark(written)
    _remember(notebook, last)
    if save and (backup := target.save()):
        done.backups.append(backup)


def _mark(text: str) -> str:
    """The same for two definitions that do the same."""
    return hashlib.sha256(splice.bare(text).encode()).hexdigest()[:16]


def _last_copied(notebook: Path) -> dict[str, str]:
    known = state.read().get("copied")
    found = known.get(str(notebook.resolve())) if isinstance(known, dict) else None
    return dict(found) if isinstance(found, dict) else {}


def _remember(notebook: Path, copied: dict[str, str]) -> None:
    with state.change() as remembered:
        known = remembered.get("copied")
        remembered["copied"] = (known if isinstance(known, dict) else {}) | {str(notebook.resolve()): copied}


def _needed(written: str, origin: Place, target: Place, done: Transfer) -> list[str]:
    """The statements that the answer needs beside it and the target does not have: imports, helpers, constants."""
    answers = {name for section in lesson.sections() for name in source.answers(section)}
    there = {name: text for names, text in target.statements() for name in names}
    here = {name: _alone(text, name) for names, text in origin.statements() for name in names}
    needed: list[str] = []
    wanted = sorted(splice.used(written) - set(dir(builtins)) - answers)
    while wanted:
        name = wanted.pop()
        text = here.get(name)
        if text is None or text in needed:
            continue
        if name not in there:
            needed.insert(0, text)
            wanted += sorted(splice.used(text) - set(dir(builtins)) - answers - {name})
        elif not _alike(text, there[name]):
            done.remarks.append(f"{name} is different in {target.path.name}, and was left as it is there.")
    order = [_alone(text, name) for names, text in origin.statements() for name in sorted(names)]
    return sorted(dict.fromkeys(needed), key=order.index)


def _alone(text: str, name: str) -> str:
    """What binds this name alone: of an import no more, since the rest of it may have the name of an answer."""
    (node,) = splice.tree(text).body
    if not isinstance(node, ast.Import | ast.ImportFrom):
        return text
    node.names = [alias for alias in node.names if (alias.asname or alias.name).split(".")[0] == name]
    return ast.unparse(node) + "\n"


def _alike(one: str, other: str) -> bool:
    return one.startswith(("import ", "from ")) or ast.dump(ast.parse(one)) == ast.dump(ast.parse(other))
