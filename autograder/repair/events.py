"""Lines that what was seen tells by itself: where something is asked of an argument that it does not have, and the one
backward() that adds to gradients."""

from __future__ import annotations

import ast
import dataclasses
import re

from autograder.judging.story import first_turn
from autograder.judging.verdict import Diagnosis
from autograder.repair.reading import read
from autograder.repair.trial import Frames


def told(text: str, exercise: str, frames: Frames, reference: Frames) -> list[Diagnosis]:
    """One place, or none; `frames` are those of the probes that fail."""
    return asked(frames) or _held(text, exercise, frames, reference)


def worded(told: list[Diagnosis], frames: Frames) -> list[Diagnosis]:
    """What is told, with this kind at the line where something is asked that need not be there: it says most."""
    found = {one.lines: one for one in asked(frames)}
    return [
        dataclasses.replace(one, mistake=found[one.lines].mistake, said=found[one.lines].said, columns=None)
        if not one.known and one.lines in found
        else one
        for one in told
    ]


def asked(frames: Frames) -> list[Diagnosis]:
    """Where the first check that fails stopped, if that was at an attribute, or a length, that its argument need not
    have."""
    name, frame = next(iter(frames.items()), ("", {}))
    raised = frame.get("raised", {})
    if not raised.get("given") or not raised["frames"]:
        return []
    where, attribute = raised["frames"][-1], re.search(r"'(\w+)'$", raised["message"])
    what = f".{attribute[1]}" if attribute else ""
    if "has no len()" in raised["message"] and (lengths := re.findall(r"\blen\([\w.]+\)", where["source"])):
        what = lengths[0] if len(set(lengths)) == 1 else ""
    if not what or what not in where["source"]:
        return []  # it is asked further inside
    found = Diagnosis("not_promised", lines=(where["line"],), probes=(name,), whole=False, known=False)
    return [dataclasses.replace(found, source=where["source"], said={"what": what})]


def _held(text: str, exercise: str, frames: Frames, reference: Frames) -> list[Diagnosis]:
    turns = ((n, first_turn(f.get("story") or [], reference[n].get("story") or [])) for n, f in frames.items())
    name, turn = next(((name, turn) for name, turn in turns if turn), ("", None))
    tree = read(text, exercise) if turn and turn.kind == "held" else None
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)] if tree else []
    lines = {c.lineno for c in calls if isinstance(c.func, ast.Attribute) and c.func.attr == "backward"}
    if len(lines) != 1:
        return []
    source = text.split("\n")[min(lines) - 1].strip()
    return [Diagnosis("held", lines=tuple(lines), probes=(name,), whole=False, source=source, known=False)]
