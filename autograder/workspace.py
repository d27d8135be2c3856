"""The learner's files: making stubs, finding an answer in them, restoring one. What was written is never lost."""

from __future__ import annotations

import ast
import contextlib
from datetime import datetime
from pathlib import Path

from autograder import places, source
from autograder.lesson import sections
from autograder.source import Definition

BACKUPS = places.STATE / "backups"


class Unparsable(Exception):
    """The learner's file has a syntax error, so that one answer in it cannot be found."""


def span(text: str, name: str) -> tuple[int, int] | None:
    """First and last line (from 1) of a top-level definition, the last one when there are several."""
    found = None
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        raise Unparsable(f"line {error.lineno}: {error.msg}") from None
    for node in tree.body:
        if isinstance(node, Definition | ast.AsyncFunctionDef) and node.name == name:
            first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
            found = first, node.end_lineno or first
    return found


def lines_of(text: str) -> list[str]:
    """Lines as Python counts them. `splitlines` would also split at a form feed and other rare separators."""
    lines = text.split("\n")
    return lines[:-1] if lines[-1] == "" else lines


def save(path: Path, text: str) -> None:
    """Write a learner's file with the line ends that it has."""
    path = path.resolve()
    crlf = path.exists() and b"\r\n" in path.read_bytes()
    new = path.with_name(f".{path.name}.new")
    new.write_text(text, encoding="utf-8", newline="\r\n" if crlf else "\n")
    if path.exists():
        new.chmod(path.stat().st_mode & 0o777)
    new.replace(path)


def definition(text: str, name: str) -> str | None:
    """The text of a definition in a learner's file, None when it is not there."""
    lines = span(text, name)
    return "\n".join(lines_of(text)[lines[0] - 1 : lines[1]]) + "\n" if lines else None


def uses(text: str, name: str, at_once: bool = False) -> set[str]:
    """The names that a definition reads, itself or through other definitions of the file.

    With `at_once`, also those that the file reads, or imports, as soon as it is run.
    """
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return set()
    reads: dict[str, set[str]] = {}
    read_at_once: set[str] = set()
    for node in tree.body:
        names = {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}
        if isinstance(node, Definition | ast.AsyncFunctionDef):
            reads[node.name] = names
        else:
            reads |= {target: names for target in names if isinstance(node, ast.Assign)}
            read_at_once |= names
            if isinstance(node, ast.Import | ast.ImportFrom):
                read_at_once |= {alias.asname or alias.name for alias in node.names}
    found = read_at_once if at_once else set()
    waiting = {name} | found
    while waiting:
        reached = waiting.pop()
        fresh = reads.get(reached, set()) - found
        found |= fresh
        waiting |= fresh
    return found - {name}


def is_stub(text: str) -> bool:
    """Whether a definition still has nothing but its prompt and `raise NotImplementedError`."""
    node = ast.parse(text).body[0]
    body = list(getattr(node, "body", []))
    if isinstance(node, ast.ClassDef):
        methods = [item for item in body if isinstance(item, ast.FunctionDef)]
        body = methods[0].body if len(methods) == 1 and len(body) <= 2 else []
    rest = [item for item in body if not (isinstance(item, ast.Expr) and isinstance(item.value, ast.Constant))]
    return len(rest) == 1 and isinstance(rest[0], ast.Raise) and "NotImplementedError" in ast.unparse(rest[0])


def is_unwritten(section: str, name: str) -> bool:
    """Whether the learner's file holds the stub of this answer as it is made."""
    path = source.exercises_path(section)
    try:
        present = definition(path.read_text(encoding="utf-8"), name) if path.exists() else None
    except (Unparsable, UnicodeDecodeError):
        return False
    return present is not None and present.strip() == source.stub(source.answers(section)[name]).strip()


def back_up(path: Path) -> Path:
    """Copy a file into the backups and return where it is; an existing backup is never overwritten."""
    BACKUPS.mkdir(parents=True, exist_ok=True)
    stamp = datetime.now().strftime("%Y-%m-%d_%H-%M-%S")
    copy = BACKUPS / f"{path.stem}_{stamp}{path.suffix}"
    number = 1
    while copy.exists():
        number += 1
        copy = BACKUPS / f"{path.stem}_{stamp}_{number}{path.suffix}"
    copy.write_bytes(path.read_bytes())
    return copy


def reset(section: str, name: str | None) -> Path | None:
    """Restore the stub of one answer, or a section's whole file. Returns the backup of what was there, if anything."""
    path = source.exercises_path(section)
    path.parent.mkdir(exist_ok=True)
    if not path.exists():
        path.write_text(source.stubs(section), encoding="utf-8")
        return None
    kept = back_up(path)
    if name is None:
        path.write_text(source.stubs(section), encoding="utf-8")
        return kept
    text = path.read_text(encoding="utf-8")
    stub = source.stub(source.answers(section)[name]).splitlines()
    lines, place = lines_of(text), span(text, name)
    if place:
        lines[place[0] - 1 : place[1]] = stub
    else:
        at = _insertion(text, section, name)
        lines[at:at] = ["", "", *stub] if at else [*stub, "", ""]
    save(path, "\n".join(lines).rstrip() + "\n")
    return kept


def _insertion(text: str, section: str, name: str) -> int:
    """The line after which a missing answer belongs: the end of the nearest earlier answer that is there."""
    names = list(source.answers(section))
    for earlier in reversed(names[: names.index(name)]):
        if place := span(text, earlier):
            return place[1]
    return len(lines_of(text))


def refresh(section: str) -> tuple[list[str], list[str]]:
    """Bring the stubs of a section up to date. Returns (answers renewed or added, answers left because edited).

    An answer that is still a stub gets the current prompt; one that somebody has written is not touched.
    """
    path = source.exercises_path(section)
    path.parent.mkdir(exist_ok=True)
    if not source.answers(section):
        return [], []
    if not path.exists():
        path.write_text(source.stubs(section), encoding="utf-8")
        return list(source.answers(section)), []
    text = path.read_text(encoding="utf-8")
    if _untouched(text, section):
        stubs = source.stubs(section)
        if text != stubs:
            path.write_text(stubs, encoding="utf-8")
        return [n for n, answer in source.answers(section).items() if definition(text, n) != source.stub(answer)], []
    renewed, edited = [], []
    for name, answer in source.answers(section).items():
        present, stub = definition(text, name), source.stub(answer)
        if present == stub:
            continue
        if present is not None and not is_stub(present):
            edited.append(name)
            continue
        lines = lines_of(text)
        if place := span(text, name):
            lines[place[0] - 1 : place[1]] = stub.splitlines()
        else:
            at = _insertion(text, section, name)
            lines[at:at] = ["", "", *stub.splitlines()]
        text = "\n".join(lines).rstrip() + "\n"
        renewed.append(name)
    if renewed:
        save(path, text)
    return renewed, edited


def _untouched(text: str, section: str) -> bool:
    """Whether the file holds nothing that a learner wrote: stubs and the module's own docstring and imports alone."""
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return False
    for node in tree.body:
        if isinstance(node, Definition):
            if node.name not in source.answers(section) or not is_stub(ast.unparse(node)):
                return False
        elif not isinstance(node, ast.Import | ast.ImportFrom) and not (
            isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        ):
            return False
    return "#" not in "".join(line for line in text.splitlines() if line.lstrip().startswith("#"))


def refresh_all() -> dict[str, tuple[list[str], list[str]]]:
    return {section: refresh(section) for section in sections()}


def upgrade() -> None:
    """New stubs and prompts after the installed kit was upgraded; what was written stays. Nothing where it was not."""
    told = [(path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in sorted(places.BROUGHT.glob("*.py"))]
    seen = places.STATE / "stubs"
    with contextlib.suppress(OSError, Unparsable):
        if seen.exists() and seen.read_text(encoding="utf-8") == repr(told):
            return
        refresh_all()
        places.STATE.mkdir(exist_ok=True)
        seen.write_text(repr(told), encoding="utf-8")
