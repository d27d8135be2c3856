"""An exception as plain data: where in the learner's own code it was raised, and what the variables there held."""

from __future__ import annotations

import ast
import linecache
from collections.abc import Container
from types import CodeType, FrameType, TracebackType
from typing import Any

from autograder.beside.encode import describe

MOST_FRAMES = 4
MOST_VARIABLES = 8


def failure(error: BaseException, path: str | Container[str]) -> dict[str, Any]:
    """{"type", "message", "frames": [{"file", "line", "function", "source", "variables"}], "more"}, own frames alone.

    `path` is the learner's file, or a container of the names that the cells of a notebook go by.

    `more` counts the frames left out (an endless recursion has a thousand). A SyntaxError has one frame, without
    variables.
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
    told["frames"] = [_frame(frame, line) for frame, line in own[-MOST_FRAMES:]]
    return told


def line_in(error: BaseException, file: str) -> int:
    """The innermost line of this file where it was raised; 0 where it was not."""
    return max([line for _, line in _own_frames(error.__traceback__, (file,))][-1:], default=0)


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
        if name in frame.f_locals and not _is_plain_function(frame.f_locals[name], frame.f_code):
            variables[name] = describe(frame.f_locals[name])
    return {
        "file": frame.f_code.co_filename,
        "line": line,
        "function": frame.f_code.co_qualname.replace("<module>", "").replace("<locals>.", ""),
        "source": source,
        "variables": dict(list(variables.items())[:MOST_VARIABLES]),
    }


def _names(source: str) -> list[str]:
    """The variables that a line reads, `self.lr` as `self`; a header like `for ...:` parses once it has a body."""
    for text in (source, source + " pass", "if 1: pass\n" + source + " pass"):
        try:
            tree = ast.parse(text)
        except SyntaxError:
            continue
        return list(dict.fromkeys(node.id for node in ast.walk(tree) if isinstance(node, ast.Name)))
    return []


def _is_plain_function(value: Any, code: CodeType) -> bool:
    """Modules, functions and classes of the file's top level say nothing that the line does not say."""
    return code.co_name == "<module>" and (callable(value) or type(value).__name__ == "module")
