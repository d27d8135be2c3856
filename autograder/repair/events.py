"""The line of the first event of a training loop that differs: of the one backward() that adds to gradients."""

from __future__ import annotations

import ast

from autograder.judging.story import first_turn
from autograder.judging.verdict import Diagnosis
from autograder.repair.reading import read
from autograder.repair.trial import Frames


def told(text: str, exercise: str, frames: Frames, reference: Frames) -> list[Diagnosis]:
    """One place, or none; `frames` are those of the probes that fail."""
    turns = ((n, first_turn(f.get("story") or [], reference[n].get("story") or [])) for n, f in frames.items())
    name, turn = next(((name, turn) for name, turn in turns if turn), ("", None))
    tree = read(text, exercise) if turn and turn.kind == "held" else None
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)] if tree else []
    lines = {c.lineno for c in calls if isinstance(c.func, ast.Attribute) and c.func.attr == "backward"}
    if len(lines) != 1:
        return []
    source = text.split("\n")[min(lines) - 1].strip()
    return [Diagnosis("held", lines=tuple(lines), probes=(name,), whole=False, source=source, known=False)]
