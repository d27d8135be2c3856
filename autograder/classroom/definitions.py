"""Where the cells of a notebook define a name, and what became of these cells."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from autograder.judging.verdict import Frame

#: What a cell is said to have raised that ended the process, or that had to be ended with it (run.py).
STOPPED = "Stopped"


@dataclass(frozen=True)
class Stopped:
    """The cell that was to define a name: what it stopped with, and at which of its lines (0: not known)."""

    error: str
    line: int
    source: str


def stopped(name: str, sources: Sequence[str], outputs: Sequence[list[Frame] | None]) -> Stopped | None:
    """The last cell that defines `name` and stopped before it had; None where none did."""
    for number in reversed(range(len(sources))):
        if not defines(name, sources[number]):
            continue
        for item in outputs[number] or []:
            if item["output_type"] == "error":
                return where(item, number + 1, sources[number])
    return None


def where(item: Frame, number: int, source: str) -> Stopped:
    """Where cell `number`, counted from 1, stopped with the error that is among its outputs."""
    told = re.sub(r" \(<cell \[\d+\]>, line \d+\)$", "", item["evalue"])
    found = re.search(rf"Cell In\[{number}\], line (\d+)", "\n".join(item["traceback"]))
    line = int(found[1]) if found else 0
    lines = source.splitlines()
    shown = lines[line - 1].strip() if 0 < line <= len(lines) else ""
    error = told if item["ename"] == STOPPED else f"{item['ename']}: {told}"
    return Stopped(error[:200], line, shown[:100])


def defines(name: str, source: str) -> bool:
    """Whether a cell seems to define a name."""
    return re.search(rf"^[ \t]*(?:(?:def|class)\s+{name}\b|{name}\s*=[^=])", source, re.MULTILINE) is not None


def hidden(name: str, sources: Sequence[str]) -> bool:
    """Whether an answer stands above the last definition of `name`, which is still the stub."""
    stubs = [is_stub for source in sources for defined, is_stub in _definitions(source) if defined == name]
    return len(stubs) > 1 and stubs[-1] and not all(stubs)


@functools.lru_cache(maxsize=1000)
def _definitions(source: str) -> list[tuple[str, bool]]:
    """What a cell defines, and whether as a stub. Kept: it is asked for each exercise that is not started."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    return [(n.name, _is_stub(n)) for n in tree.body if isinstance(n, ast.FunctionDef | ast.ClassDef)]


def _is_stub(node: ast.stmt) -> bool:
    return any(isinstance(n, ast.Name) and n.id == "NotImplementedError" for n in ast.walk(node))


def names(source: str) -> list[str]:
    """What a cell defines at its top level."""
    return [
        name for pair in re.findall(r"^(?:(?:def|class)\s+(\w+)|(\w+)\s*=[^=])", source, re.M) for name in pair if name
    ]
