"""An exception as plain data: where in the learner's own code it was raised, and what the variables there held."""

from __future__ import annotations

import ast
import builtins
import contextlib
import difflib
import functools
import linecache
import re
from collections.abc import Container, Iterable
from types import BuiltinFunctionType, FrameType, FunctionType, ModuleType, TracebackType
from typing import Any

import torch

from autograder.beside.encode import describe

MOST_FRAMES = 4
MOST_VARIABLES = 8
#: How alike a name must be to be taken for a misspelt one.
ALIKE = 0.75
#: Where an nn.Module has the attributes that are not in its own dict.
IN_A_MODULE = ("_modules", "_parameters", "_buffers")
#: Where what probes bring is defined: it has what the prompt promises.
OF_THE_KIT = ("probes", "autograder")
#: What is said of an object that has no length, no elements or no order.
LACKS = re.compile(r"^(?:object of type )?'(\w+)'(?: object)? (?:has no len|is not subscriptable|is not iterable)")
PLAIN = (ModuleType, FunctionType, BuiltinFunctionType, type)


def failure(error: BaseException, path: str | Container[str]) -> dict[str, Any]:
    """{"type", "message", "frames": [{"file", "line", "function", "source", "variables"}], "more"}, own frames alone.

    `path` is the learner's file, or a container of the names that the cells of a notebook go by.

    `more` counts the frames left out (an endless recursion has a thousand). A SyntaxError has one frame, without
    variables. Of a name that nobody knows, `near` is one that is there, `unkept` says that `__init__` is given it, and
    `given` that it was asked of what a probe brought.
    """
    told: dict[str, Any] = {"type": type(error).__name__, "message": _message(error), "frames": [], "more": 0}
    files = (path,) if isinstance(path, str) else path
    if isinstance(error, SyntaxError) and error.filename in files:
        source = (error.text or "").rstrip() or linecache.getline(error.filename or "", error.lineno or 0).rstrip()
        frame: dict[str, Any] = {"file": error.filename, "line": error.lineno or 0, "function": "", "source": source}
        frame["column"] = error.offset or 0
        told["frames"] = [frame | {"variables": {}}]
        told["message"] = error.msg or "invalid syntax"
        return told
    own = list(_own_frames(error.__traceback__, files))
    told["more"] = max(0, len(own) - MOST_FRAMES)
    told["frames"] = _without_repeats([_frame(frame, line) for frame, line in own[-MOST_FRAMES:]])
    with contextlib.suppress(Exception):  # what is looked at is the answer's own, and may do anything
        if own and isinstance(error, NameError | AttributeError) and isinstance(error.name, str):
            told |= _clue(error, own[-1][0])
        elif own and isinstance(error, TypeError) and (lacks := LACKS.search(told["message"])):
            held = own[-1][0].f_locals.values()
            told["given"] = any(_is_the_kits(value) and type(value).__name__ == lacks[1] for value in held)
    return told


def _is_the_kits(value: Any) -> bool:
    return type(value).__module__.partition(".")[0] in OF_THE_KIT


def _clue(error: NameError | AttributeError, frame: FrameType) -> dict[str, Any]:
    name = error.name or ""
    owner = error.obj if isinstance(error, AttributeError) else frame.f_locals.get("self")
    kept = getattr(owner, "__dict__", {})
    if isinstance(error, NameError) and any(name in part for part in (kept, *map(kept.get, IN_A_MODULE)) if part):
        return {"near": f"self.{name}"}
    given = isinstance(error, AttributeError) and _is_the_kits(owner)
    there = dir(owner) if isinstance(error, AttributeError) else [*frame.f_locals, *frame.f_globals, *dir(builtins)]
    near = _near(name, there)
    return {"near": near, "given": given} if near else {"unkept": name in _arguments(type(owner)), "given": given}


def _near(name: str, there: Iterable[str]) -> str:
    """The name that is most like it, where one is."""
    some = [n for n in there if n[:1] == name[:1] and n[:1] != "_" and abs(len(n) - len(name)) < 3 and n != name]
    return next(iter(difflib.get_close_matches(name, some, 1, ALIKE)), "")


def _arguments(owner: type) -> tuple[str, ...]:
    code = getattr(getattr(owner, "__init__", None), "__code__", None)
    return code.co_varnames[1 : code.co_argcount] if code else ()


def _without_repeats(frames: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A comprehension has a frame of its own in the line of its function: it is told once, with what both know."""
    found: list[dict[str, Any]] = []
    for frame in frames:
        last = found[-1] if found else None
        if last and frame["line"] == last["line"] and frame["function"].endswith((".<listcomp>", ".<genexpr>")):
            last["variables"] = dict(list((last["variables"] | frame["variables"]).items())[:MOST_VARIABLES])
        else:
            found.append(frame)
    return found


def innermost(error: BaseException, file: str) -> tuple[FrameType, int] | None:
    """The innermost frame of this file where it was raised, and its line."""
    found = list(_own_frames(error.__traceback__, (file,)))
    return found[-1] if found else None


def _message(error: BaseException) -> str:
    try:
        text = str(error)
    except Exception:
        text = "(its message cannot be read)"
    return text[:2000]


def _own_frames(traceback: TracebackType | None, files: Container[str]) -> Any:
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename in files:
            yield traceback.tb_frame, traceback.tb_lineno
        traceback = traceback.tb_next


def _frame(frame: FrameType, line: int) -> dict[str, Any]:
    source = linecache.getline(frame.f_code.co_filename, line).strip()
    names = _names(source) or list(frame.f_code.co_varnames)
    variables = {}
    for name in names:
        if name in frame.f_locals:
            told = _described(name, frame.f_locals[name], source)
        elif name in frame.f_globals and frame.f_code.co_name != "<module>":
            told = _described(name, frame.f_globals[name], source)
            told = told and f"{told} (from outside the function)"
        else:
            continue
        if told:
            variables[name] = told
    return {
        "file": frame.f_code.co_filename,
        "line": line,
        "function": frame.f_code.co_qualname.replace("<module>", "").replace("<locals>.", ""),
        "source": source,
        "variables": dict(list(variables.items())[:MOST_VARIABLES]),
    }


@functools.lru_cache(maxsize=1000)  # answers that are tried one after the other stop at the same lines
def _names(source: str) -> list[str]:
    """The variables that a line reads, `self.lr` as `self`; a header like `for ...:` parses once it has a body."""
    for text in (source, source + " pass", "if 1: pass\n" + source + " pass"):
        try:
            tree = ast.parse(text)
        except SyntaxError:
            continue
        return list(dict.fromkeys(node.id for node in ast.walk(tree) if isinstance(node, ast.Name)))
    return []


def _described(name: str, value: Any, source: str) -> str:
    """What is to be said of a variable; "" where that says nothing that the line does not say."""
    if isinstance(value, PLAIN):
        return ""
    told = describe(value)
    if f"{name}.grad" in source and isinstance(value, torch.Tensor) and value.grad is None:
        told += ", its .grad is None"
    return "" if told == name else told
