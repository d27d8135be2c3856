"""What authors get wrong in solutions and checks, each told in one line: file, line and what to write.

Only what can be seen by reading the two files of an exercise, and what declaring.py refuses. What shows when its probes
run is told by judging/observing.py and matrix/steady.py with the same error. It stops that exercise alone.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import linecache
import re
import traceback
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from autograder import places
from autograder.declaring import DECORATORS, SECRET_WORDS, Misdeclared, near_to, remedy
from autograder.exercise import Exercise

Definition = ast.FunctionDef | ast.ClassDef


class AuthorsError(Exception):
    """An exercise cannot be used until its author mends this; the text is `file:line: what to write`."""

    def __init__(self, file: Path | str, line: int, says: str):
        super().__init__(f"{at(file, line)}: {says}")


def at(file: Path | str, line: int) -> str:
    """The place as editors and people read it."""
    return f"{shown(Path(file))}:{line}"


def shown(path: Path) -> str:
    """The path as it is typed in the folder where the command runs."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def declared(names: dict[str, Any], name: str, path: Path) -> Exercise:
    """The one exercise that a file of checks, whose module has these `names`, is to declare."""
    found = {variable: e for variable, e in names.items() if isinstance(e, Exercise)}
    exercise = found.get(name)
    if not name.isidentifier():
        told = next((f"{e.name}.py, as its exercise is called" for e in found.values()), "as its exercise is called")
        raise AuthorsError(path, 1, f"{name} is no name in Python. Call the file {told}.")
    if exercise is None or exercise.name != name:
        called = next(((v, e) for v, e in found.items() if name in (v, e.name)), next(iter(found.items()), None))
        line = declared_at(path, called[1].name) if called else 1
        says = f'declares {called[0]} = ...("{called[1].name}", ...)' if called else "declares no exercise"
        other = f"{called[1].name}.py" if called else f"_{name}.py if it only helps others"
        told = f'Write {name} = code("{name}", ...), as the file is called, or call the file {other}.'
        raise AuthorsError(path, line, f"this {says}. {told}")
    if others := [e.name for e in found.values() if e is not exercise]:
        told = f"`{others[0]}` is an exercise here too. Each has a file of its own: {others[0]}.py beside this one."
        raise AuthorsError(path, declared_at(path, others[0]), told)
    return exercise


def reference(exercise: Exercise, checks: Path, solutions: Path, others: Iterable[Path]) -> None:
    """AuthorsError where the solutions do not hold exactly one definition of this name, with a prompt.

    What it is, a function or a class, the exercise has from there. `others`: the solutions of other sections, where it
    may stand instead.
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
        for number, line in enumerate(read(solutions).splitlines(), 1):
            if re.match(rf"{name}\s*[:=]|async def {name}\b", line):
                raise AuthorsError(solutions, number, f"`{name}` is no function here: write it with `def {name}(`.")
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
        first = found[0].body[0]
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.JoinedStr):
            told = f"`{name}` has an f-text where its prompt belongs, which Python takes for code. Leave the f out."
        raise AuthorsError(solutions, found[0].lineno, told)
    if called := called_at(solutions, name):
        told = "where learners have a stub, so that their file could not be read. Take it out"
        raise AuthorsError(solutions, called, f"this calls `{name}` when the file is read, {told}.")
    exercise.is_class = isinstance(found[0], ast.ClassDef)
    if exercise.kind == "concept" and exercise.is_class:
        raise AuthorsError(solutions, found[0].lineno, f"`{name}` returns letters: write it with `def {name}():`.")
    if (
        exercise.kind == "concept"
        and not exercise.ordered
        and (ordered_at := _in_order(found[0], len(exercise.statements)))
    ):
        raise AuthorsError(
            solutions, ordered_at, f"`{name}` returns all letters, in order: write concept(..., ordered=True)."
        )
    stated = re.findall(r"^ *([a-z])\) ", ast.get_docstring(found[0]) or "", re.MULTILINE)
    if exercise.kind == "concept" and stated != list(exercise.statements):
        told = f"states {', '.join(stated)}, and explained are {', '.join(exercise.statements)}"
        raise AuthorsError(solutions, found[0].lineno, f"the prompt of `{name}` {told}. Write each in both.")


def _in_order(asked: Definition, letters: int) -> int:
    """The line that returns a list of as many letters as there are; 0 where none does."""
    returned = [node for node in ast.walk(asked) if isinstance(node, ast.Return) and isinstance(node.value, ast.List)]
    return next((node.lineno for node in returned if len(getattr(node.value, "elts", ())) == letters), 0)


def written(checks: Path, package: str) -> None:
    """AuthorsError where the text of checks cannot be taken apart into what runs beside an answer and what must not."""
    by_name = rf"^(?:from \.|import {re.escape(package)}\b)"
    answer = rf"^[ \t]*(?:from|import) (?:{places.OWN}\.)?solutions\b"
    secret = rf"\b({'|'.join(SECRET_WORDS)})=[A-Za-z_]\w*\s*(?:[,)]|$)"
    faults = {
        by_name: f"name the module: from {package}.{checks.parent.name} import ...",
        answer: "take this import out: a probe that knew the answer could not be released. Leave it to the kit to"
        " compare.",
        secret: "write what {0}= is in its place: a variable would be there beside the learner's answer.",
    }
    text = read(checks)
    for pattern, told in faults.items():
        if found := re.search(pattern, text, re.MULTILINE):
            raise AuthorsError(checks, text.count("\n", 0, found.start()) + 1, told.format(*found.groups()))
    if glued := re.search(r"[\w`)][.?!](['\"])\s*\n\s*\1[A-Z]", text):  # one text in two lines has a space between them
        line = text.count("\n", 0, glued.start()) + 1
        raise AuthorsError(
            checks, line, "a comma is missing between this text and the next, which are one as they stand."
        )
    if TWO_DECORATORS.search(text):
        with contextlib.suppress(SyntaxError):  # `unreadable` tells
            _one_decorator(checks, ast.parse(text))


#: What a function with two decorators has; whether it is one, the tree tells. Every command reads every file of checks.
TWO_DECORATORS = re.compile(r"^@.*\n\s*@|^.*\S.*\n@", re.MULTILINE)


def _one_decorator(checks: Path, tree: ast.Module) -> None:
    """AuthorsError where another decorator stands at a probe: above it does nothing, and below it hides the probe."""
    for node in ast.walk(tree):
        decorators = node.decorator_list if isinstance(node, ast.FunctionDef) else []
        own = [d for d in decorators if re.search(r"^\w+\.(probe|remark)\b", ast.unparse(d))]
        if other := next((d for d in decorators if own and d not in own), None):
            told = f"a probe has one decorator: what `@{ast.unparse(other)}` does, do inside of it, as under `with`."
            raise AuthorsError(checks, other.lineno, told)


def read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise AuthorsError(path, 1, "this is no UTF-8 text. Save it as UTF-8 in your editor.") from None


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
    return [node for node in _parsed(path, path.stat().st_mtime_ns).body if isinstance(node, Definition)]


def asked(solutions: Path) -> list[str]:
    """What is asked there, by name: definitions with a prompt."""
    try:
        return [node.name for node in definitions(solutions) if ast.get_docstring(node)]
    except AuthorsError:
        return []


def called_at(solutions: Path, name: str) -> int:
    """The line outside of functions that calls this one; 0 where there is none."""
    for node in _parsed(solutions, solutions.stat().st_mtime_ns).body:
        for inner in ast.walk(node) if not isinstance(node, Definition) else ():
            if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Name) and inner.func.id == name:
                return inner.lineno
    return 0


def left_below(solutions: Path, name: str) -> list[int]:
    """The lines of prints and asserts between this definition and the next: what a trial left there."""
    found, below = [], False
    for node in _parsed(solutions, solutions.stat().st_mtime_ns).body:
        if isinstance(node, Definition):
            below = node.name == name
        called = node.value.func if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) else None
        if below and (isinstance(node, ast.Assert) or (isinstance(called, ast.Name) and called.id == "print")):
            found.append(node.lineno)
    return found


def brought_along(solutions: Path) -> list[int]:
    """The lines that import from solutions or checks, which learners do not have."""
    return [
        number
        for number, line in enumerate(read(solutions).splitlines(), 1)
        if re.match(rf"\s*(?:from|import) (?:(?:{places.OWN}\.)?(?:solutions|checks)|autograder\.checks)\b", line)
    ]


def definition_of(solutions: Path, name: str) -> tuple[Path, int]:
    """Where the reference stands."""
    return solutions, next((node.lineno for node in definitions(solutions) if node.name == name), 1)


@functools.lru_cache(maxsize=64)
def _parsed(path: Path, changed: int) -> ast.Module:
    try:
        return ast.parse(read(path))
    except SyntaxError as error:
        raise AuthorsError(path, error.lineno or 1, f"Python cannot read this: {error.msg}.") from None


def unreadable(error: Exception, checks: Path) -> AuthorsError:
    """Why a file of checks could not be imported."""
    if isinstance(error, AuthorsError):
        return error
    if isinstance(error, SyntaxError) and error.filename:
        line = error.lineno or 1
        above = linecache.getline(error.filename, line - 1).startswith("@")
        told = " Under a decorator stands a def." * above
        return AuthorsError(error.filename, line, f"Python cannot read this: {error.msg}.{told}")
    own = [step for step in traceback.walk_tb(error.__traceback__) if Path(step[0].f_code.co_filename) == checks]
    line = own[-1][1] if own else 1
    if isinstance(error, Misdeclared):
        return AuthorsError(checks, line, str(error))
    word = re.match(r"\s*@(\w+)\.(\w+)", linecache.getline(str(checks), line))
    if word and word[2] not in DECORATORS:
        near = near_to(word[2], list(DECORATORS), f"@{word[1]}.")
        return AuthorsError(checks, line, f"there is no @{word[1]}.{word[2]}{near}.")
    told = remedy(error, own[-1][0].f_globals, checks.stem) if own else ""
    if isinstance(error, NameError) and not told:
        told = _meant(error.name or "", linecache.getline(str(checks), line), checks.stem)
    what = re.sub(r" \(/[^)]*\)$", "", str(error))  # of an import: the file
    return AuthorsError(checks, line, f"this raises {type(error).__name__}: {what}{told}")


def _meant(unknown: str, line: str, exercise: str) -> str:
    """What to write in a line of checks in place of a name that nothing has."""
    if decorator := re.match(rf"\s*@{unknown}(\.\w+)", line):
        return f". Write @{exercise}{decorator[1]}, as the file is called."
    if re.search(rf"\bf(['\"]).*{{{unknown}\b.*\1", line):
        return ". Leave the f before this text out, or double the brackets: {{ }}."
    if re.search(rf"\b\w+=\[[^]]*\b{unknown}\b", line):
        return f'. Write it as a text: "{unknown}".'
    return ""


def declared_at(checks: Path, text: str) -> int:
    """The line of the checks where this name stands first as a text, the first line where none is."""
    lines = checks.read_text(encoding="utf-8").splitlines()
    return next((number for number, line in enumerate(lines, 1) if f'"{text}"' in line or f"'{text}'" in line), 1)
