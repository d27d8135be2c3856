"""Run a learner's file and find one name in it. Untrusted side only.

The file runs statement by statement, so that a line that raises costs what it defines and nothing else: an answer
further down is still found. Nothing here reads the disk: the text of the file comes with the job.
"""

from __future__ import annotations
import __future__

import ast
import linecache
import os
import sys
import types
from typing import Any

from autograder.beside.failure import failure

#: Where labels of files start from. An answer runs elsewhere, in an empty folder.
HERE = os.getcwd()


def run_file(
    path: str, source: str, name: str = "answer", lent: dict[str, Any] | None = None
) -> tuple[types.ModuleType, dict[str, Any] | None]:
    """(module, first failure or None). `path` is only a label; SyntaxError is reported as a failure too.

    `lent` is there before the first statement, for those that read it at once: `collate_fn=collate`.
    """
    module = types.ModuleType(name)
    module.__dict__.update(lent or {})
    module.__file__ = path
    sys.modules[name] = module
    folder = os.path.dirname(os.path.normpath(os.path.join(HERE, path)))
    if folder not in sys.path:
        sys.path.append(folder)  # last, so that a file beside the learner's is found and hides no library
    linecache.cache[path] = (len(source), None, source.splitlines(keepends=True), path)
    try:
        tree = ast.parse(source, path)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return module, failure(error, path)
    first: dict[str, Any] | None = None
    flags = 0
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            flags |= sum(getattr(__future__, a.name).compiler_flag for a in node.names if hasattr(__future__, a.name))
        try:
            code = compile(ast.Module([node], []), path, "exec", flags=flags, dont_inherit=True)
            exec(code, module.__dict__)
        except BaseException as error:  # SystemExit and KeyboardInterrupt too: the rest of the file still counts
            first = first or failure(error, path)
    return module, first


def silence_checks() -> None:
    """Make `check(softmax)` in a learner's file or cell do nothing: it is being checked already."""
    import autograder

    module = types.ModuleType("autograder.report.notebook")
    for name in ("answer", "check", "hint", "progress"):
        module.__dict__[name] = autograder.__dict__[name] = lambda *args, **kwargs: None
    sys.modules[module.__name__] = module


def read_pieces(pieces: str | types.CodeType, names: list[str]) -> dict[str, Any]:
    """The versions of earlier exercises that the text, or code, `pieces` defines."""
    if isinstance(pieces, str):
        given, _ = run_file("pieces", pieces, "pieces")
    else:
        given = sys.modules["pieces"] = types.ModuleType("pieces")
        exec(pieces, given.__dict__)
    return {name: given.__dict__[name] for name in names if name in given.__dict__}


def put_pieces(module: types.ModuleType, given: dict[str, Any]) -> None:
    """Replace the learner's versions of earlier exercises.

    Also where they stand as default values (`collate_fn=collate`), which were taken when the file ran.
    """
    given_for = {id(module.__dict__.get(name)): piece for name, piece in given.items()}
    module.__dict__.update(given)
    given_for.pop(id(None), None)
    for value in list(module.__dict__.values()):
        for function in [value, *(vars(value).values() if isinstance(value, type) else ())]:
            if isinstance(function, types.FunctionType) and function.__defaults__:
                function.__defaults__ = tuple(given_for.get(id(d), d) for d in function.__defaults__)
