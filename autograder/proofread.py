"""What authors get wrong in solutions and checks, each told in one line: file, line and what to write.

Only what can be seen by reading the two files of an exercise; what shows when its probes run is told by
judging/observing.py and matrix/selfcheck.py with the same error. It stops that exercise alone.
"""

from __future__ import annotations

import ast
import difflib
import functools
import linecache
import re
import traceback
from pathlib import Path

Definition = ast.FunctionDef | ast.ClassDef
#: What may stand behind `@softmax.`.
DECORATORS = ("probe", "remark", "right", "mistake", "slip", "experiment")


class AuthorsError(Exception):
    """An exercise cannot be used until its author mends this; the text is `file:line: what to write`."""

    def __init__(self, file: Path | str, line: int, says: str):
        super().__init__(f"{shown(Path(file))}:{line}: {says}")


def shown(path: Path) -> str:
    """The path as it is typed in the folder where the command runs."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def reference(name: str, checks: Path, solutions: Path) -> None:
    """AuthorsError where the solutions do not hold exactly one definition of this name, with a prompt."""
    if not solutions.exists():  # the copy of the kit that a class gets
        return
    found = [node for node in definitions(solutions) if node.name == name]
    if not found:
        near = near_to(name, [node.name for node in definitions(solutions)])
        told = (
            f"{shown(solutions)} has no `{name}`{near}. Write it there, or call these checks what it is called there."
        )
        raise AuthorsError(checks, declared_at(checks, name), told)
    if len(found) > 1:
        told = f"`{name}` is defined again; it is defined in line {found[0].lineno} already. Keep one of them."
        raise AuthorsError(solutions, found[1].lineno, told)
    if not ast.get_docstring(found[0]):
        told = f'`{name}` has no prompt. Write it as a docstring: """...""" under this line.'
        raise AuthorsError(solutions, found[0].lineno, told)


def unobserved(solutions: Path, observed: set[str], folder: Path) -> list[AuthorsError]:
    """A definition with a prompt that no checks belong to: it cannot be asked for.

    Not where checks of nearly the same name miss theirs: `reference` tells that.
    """
    if not solutions.exists():
        return []
    try:
        missed = list(observed - {node.name for node in definitions(solutions)})
        found = [node for node in definitions(solutions) if node.name not in observed and ast.get_docstring(node)]
        found = [node for node in found if not near_to(node.name, missed)]
    except AuthorsError as error:
        return [] if observed else [error]
    return [
        AuthorsError(solutions, n.lineno, f"`{n.name}` has a prompt and no checks. Write {shown(folder)}/{n.name}.py.")
        for n in found
    ]


def definitions(path: Path) -> list[Definition]:
    """The functions and classes of a file of solutions."""
    return _definitions(path, path.stat().st_mtime_ns)


def definition_of(solutions: Path, name: str) -> tuple[Path, int]:
    """Where the reference stands."""
    return solutions, next((node.lineno for node in definitions(solutions) if node.name == name), 1)


@functools.lru_cache(maxsize=64)
def _definitions(path: Path, changed: int) -> list[Definition]:
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except SyntaxError as error:
        raise AuthorsError(path, error.lineno or 1, f"Python cannot read this: {error.msg}.") from None
    return [node for node in tree.body if isinstance(node, Definition)]


def unreadable(error: Exception, checks: Path) -> AuthorsError:
    """Why a file of checks could not be imported."""
    if isinstance(error, AuthorsError):
        return error
    if isinstance(error, SyntaxError) and error.filename:
        return AuthorsError(error.filename, error.lineno or 1, f"Python cannot read this: {error.msg}.")
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if Path(frame.filename) == checks]
    line = (own[-1].lineno if own else None) or 1
    word = re.match(r"\s*@(\w+)\.(\w+)", linecache.getline(str(checks), line))
    if word and word[2] not in DECORATORS:
        near = near_to(word[2], list(DECORATORS), f"@{word[1]}.")
        return AuthorsError(checks, line, f"there is no @{word[1]}.{word[2]}{near}.")
    return AuthorsError(checks, line, f"this raises {type(error).__name__}: {error}")


def near_to(word: str, known: list[str], before: str = "") -> str:
    """ " (did you mean probe?)", or nothing where no known word is near."""
    near = difflib.get_close_matches(word, known, n=1)
    return f" (did you mean {before}{near[0]}?)" if near else ""


def declared_at(checks: Path, text: str) -> int:
    """The line of the checks where this name stands first as a text, the first line where none is."""
    lines = checks.read_text(encoding="utf-8").splitlines()
    return next((number for number, line in enumerate(lines, 1) if f'"{text}"' in line or f"'{text}'" in line), 1)
