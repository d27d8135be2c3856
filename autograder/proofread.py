"""What authors get wrong in solutions and checks, each told in one line: file, line and what to write.

Only what can be seen by reading the two files of an exercise, and where something is declared (`Misdeclared`). What
shows when its probes run is told by judging/observing.py and matrix/steady.py with the same error. It stops that
exercise alone.
"""

from __future__ import annotations

import ast
import difflib
import functools
import inspect
import linecache
import re
import sys
import traceback
import types
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from autograder.exercise import Exercise

Definition = ast.FunctionDef | ast.ClassDef
#: What may stand behind `@softmax.`.
DECORATORS = ("probe", "remark", "right", "mistake", "slip", "experiment")


class Misdeclared(Exception):
    """What is declared cannot be meant; the text says what to write. `unreadable` adds the file and the line."""


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


# ---------------------------------------------------------------------------------- where something is declared


def texts(keyword: str, given: Any) -> list[str]:
    """The texts of a list."""
    if isinstance(given, str):
        raise Misdeclared(f'{keyword} takes a list: write {keyword}=["{given}"].')
    if not isinstance(given, list | tuple) or not all(isinstance(text, str) for text in given):
        raise Misdeclared(f'{keyword} takes a list of texts: write {keyword}=["...", "..."].')
    if not all(text.strip() for text in given):
        raise Misdeclared(f"a text of {keyword} is empty. Write it, or leave it out.")
    return list(given)


def text(keyword: str, given: Any) -> str:
    if not isinstance(given, str):
        raise Misdeclared(f'{keyword} takes one text: write {keyword}="...".')
    return given


def table(keyword: str, given: Any) -> dict[str, str]:
    if not isinstance(given, dict) or not all(isinstance(part, str) for pair in given.items() for part in pair):
        raise Misdeclared(f'{keyword} takes a text for each name: write {keyword}={{"...": "...", "...": "..."}}.')
    return dict(given)


def ids(given: Any) -> list[str]:
    for one in texts("ids", given):
        if not re.fullmatch(r"R\d+\.\d+|X\w+", one):
            told = 'write a row of the outline, as "R3.2", or one of your own that begins with an X, as "X1".'
            raise Misdeclared(f"{one!r} is no id: {told}")
    return list(given)


def numbers(points: Any, rtol: Any, atol: Any) -> None:
    if type(points) is not int or points < 1:
        raise Misdeclared(f"points={points!r} cannot be earned. Write a whole number from 1; a remark costs no points.")
    for keyword, value in (("rtol", rtol), ("atol", atol)):
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1:
            raise Misdeclared(f"{keyword}={value!r} is no tolerance. Write a small number, as {keyword}=1e-4.")


def decorated(decorator: str, function: Any) -> None:
    """Misdeclared where a decorator does not stand above a `def`."""
    if isinstance(function, type):
        raise Misdeclared(f"{decorator} takes no class. Put it into a function that returns it: def name(): ...")
    if not isinstance(function, types.FunctionType) or function.__name__ == "<lambda>":
        what = "lambda" if isinstance(function, types.FunctionType) else type(function).__name__
        raise Misdeclared(f"{decorator} takes no {what}. Write it above a function: def what_it_is(...):")
    code, frame = function.__code__, sys._getframe()
    while frame.f_back and frame.f_code.co_filename != code.co_filename:
        frame = frame.f_back
    if frame.f_lineno > code.co_firstlineno and frame.f_lineno > max(line or 0 for _, _, line in code.co_lines()):
        raise Misdeclared(f"write {decorator} above `def {function.__name__}`, and no call below it.")


def watches(exercise: str, function: Any) -> None:
    """Misdeclared where a probe cannot be called with an answer and a draw, or returns nothing when it is."""
    code = function.__code__
    if len(function.__defaults__ or ()) + 2 != code.co_argcount or code.co_varnames[0] == "draw":
        told = f"write def {function.__name__}({exercise}, draw): the answer, and what draws its inputs."
        raise Misdeclared(f"a probe takes two arguments: {told}")
    if code.co_flags & (inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR):
        raise Misdeclared(f"`{function.__name__}` is a generator. Collect what it sees in a list, and return that.")


# ------------------------------------------------------------------------------------- where an exercise is loaded


def reference(exercise: Exercise, checks: Path, solutions: Path, others: Iterable[Path]) -> None:
    """AuthorsError where the solutions do not hold exactly one definition of this name, with a prompt.

    `others`: the solutions of other sections, where it may stand instead.
    """
    name = exercise.name
    if not solutions.exists():  # the copy of the kit that a class gets
        return
    found = [node for node in definitions(solutions) if node.name == name]
    if not found:
        for other in others:
            if any(node.name == name for node in definitions(other)):
                into = f"{shown(checks.parent.parent)}/{other.stem}/"
                told = f"`{name}` is asked in {shown(other)}. Move this file into {into}."
                raise AuthorsError(checks, declared_at(checks, name), told)
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
    if exercise.kind == "code" and exercise.is_class != isinstance(found[0], ast.ClassDef):
        told = "a function: leave is_class=True out" if exercise.is_class else "a class: write is_class=True"
        raise AuthorsError(checks, declared_at(checks, name), f"`{name}` is {told}.")


def probes(exercise: Exercise, names: dict[str, Any], checks: Path) -> None:
    """AuthorsError where nothing observes an answer, or what was meant to has lost its decorator."""
    for name, value in names.items():
        code = getattr(value, "__code__", None)
        if name in exercise.watched or not code or code.co_varnames[: code.co_argcount] != (exercise.name, "draw"):
            continue
        if len(re.findall(rf"\b{name}\b", checks.read_text(encoding="utf-8"))) == 1:
            told = f"nothing calls `{name}`. Write @{exercise.name}.probe above it."
            raise AuthorsError(checks, code.co_firstlineno, told)
    if not exercise.probes:
        told = f"Write one: @{exercise.name}.probe above def what_it_shows({exercise.name}, draw):"
        raise AuthorsError(checks, declared_at(checks, exercise.name), f"`{exercise.name}` has no probe. {told}")


def unobserved(solutions: Path, observed: set[str], anywhere: set[str], folder: Path) -> list[AuthorsError]:
    """A definition with a prompt that no checks belong to: it cannot be asked for.

    Not where checks of nearly the same name miss theirs, or stand in another section: `reference` tells that.
    """
    if not solutions.exists():
        return []
    try:
        missed = list(observed - {node.name for node in definitions(solutions)})
        found = [node for node in definitions(solutions) if node.name not in anywhere and ast.get_docstring(node)]
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
        line = error.lineno or 1
        above = linecache.getline(error.filename, line - 1).startswith("@")
        remedy = " Under a decorator stands a def." * above
        return AuthorsError(error.filename, line, f"Python cannot read this: {error.msg}.{remedy}")
    own = [step for step in traceback.walk_tb(error.__traceback__) if Path(step[0].f_code.co_filename) == checks]
    line = own[-1][1] if own else 1
    if isinstance(error, Misdeclared):
        return AuthorsError(checks, line, str(error))
    word = re.match(r"\s*@(\w+)\.(\w+)", linecache.getline(str(checks), line))
    if word and word[2] not in DECORATORS:
        near = near_to(word[2], list(DECORATORS), f"@{word[1]}.")
        return AuthorsError(checks, line, f"there is no @{word[1]}.{word[2]}{near}.")
    remedy = _remedy(error, own[-1][0].f_globals, checks.stem) if own else ""
    return AuthorsError(checks, line, f"this raises {type(error).__name__}: {error}{remedy}")


def _remedy(error: Exception, names: dict[str, Any], exercise: str) -> str:
    """What to write instead, where Python's own words tell enough to say it."""
    if isinstance(error, NameError) and error.name == exercise:
        return f'. Write {exercise} = code("{exercise}", ...) above it, as the file is called.'
    if isinstance(error, NameError) and error.name in DECORATORS:
        return f". Write @{exercise}.{error.name}."
    if isinstance(error, NameError):
        return near_to(error.name or "", list(names))
    if keyword := re.search(r"(\w+)\(\) got an unexpected keyword argument '(\w+)'", str(error)):
        called = names.get(keyword[1]) or getattr(names.get(exercise), keyword[1], None)
        known = inspect.signature(called).parameters if called else ()
        return near_to(keyword[2], list(known), least=0.75) or f". It takes {', '.join(known)}."
    if re.search(r"\w+\(\) (takes \d+ positional|missing \d+ required keyword)", str(error)):
        return '. Write each with its name, as ids=["X1"], hints=["...", "..."].'
    return ""


def near_to(word: str, known: list[str], before: str = "", least: float = 0.6) -> str:
    """ " (did you mean probe?)", or nothing where no known word is near."""
    near = difflib.get_close_matches(word, known, n=1, cutoff=least)
    return f" (did you mean {before}{near[0]}?)" if near else ""


def declared_at(checks: Path, text: str) -> int:
    """The line of the checks where this name stands first as a text, the first line where none is."""
    lines = checks.read_text(encoding="utf-8").splitlines()
    return next((number for number, line in enumerate(lines, 1) if f'"{text}"' in line or f"'{text}'" in line), 1)
