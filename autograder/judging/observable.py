"""What keeps a reference from being observed, told to its author with the line and what to write."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

from autograder import proofread, source
from autograder.declaring import brought, taken_by_draw
from autograder.exercise import Exercise
from autograder.judging.verdict import Frame
from autograder.process.child import BROKEN
from autograder.process.frames import Outcome
from autograder.proofread import AuthorsError

#: Seconds that the reference may compute, and may take, for all probes together: it needs a few hundredths of one.
AT_MOST, AT_LONGEST = 10.0, 30.0
#: What asks whoever sits at the keyboard, or leaves; and what to do about it.
ENDS, TAKE_OUT = ("BdbQuit", "EOFError", "SystemExit"), "Nobody is there to answer it: take that line out"


def observable(exercise: Exercise, observed: Outcome, frames: dict[str, Frame], missing: list[str]) -> None:
    """AuthorsError where a probe, or the reference under it, raises, returns nothing, or does not come to an end.

    `frames` are those of the probes that did, `missing` the names of the others. `fixed=` says of a probe that it is
    to raise.
    """
    failed = load_failure(observed)
    if failed and not frames:
        raise AuthorsError(source.solutions_path(exercise.section), last_line(failed), unread(failed))
    for name, frame in frames.items():
        _returns_what_can_be_compared(exercise, name, frame)
        if raised := frame.get("raised"):
            _raises_on_purpose(exercise, name, frame, raised)
    _comes_to_an_end(exercise, observed, missing)


def load_failure(observed: Outcome) -> dict[str, Any] | None:
    """What the file raised when it was read."""
    return next((frame["loaded"]["failure"] for frame in observed.frames if "loaded" in frame), None)


def last_line(failed: dict[str, Any]) -> int:
    return failed["frames"][-1]["line"] if failed["frames"] else 1


def unread(failed: dict[str, Any]) -> str:
    """What a line of the solutions raises when their file is read, and what to write."""
    unknown = re.match(r"name '(\w+)' is not defined$", failed["message"]) if failed["type"] == "NameError" else None
    told = f"this raises {failed['type']}: {failed['message'].rstrip('.')}"
    return told + (brought(unknown[1]) if unknown else "")


def _returns_what_can_be_compared(exercise: Exercise, name: str, frame: Frame) -> None:
    probe, reference = exercise.watched[name], (source.solutions_path(exercise.section), exercise.name)
    if frame.get("value", 0) is None:
        if any(call.get("result", 0) is None for call in frame["calls"]):
            where = proofread.definition_of(*reference)
            raise AuthorsError(*where, "the reference returns None. Is its `return` missing?")
        told = "Is its `return` missing? A None to compare goes into a list: [None]."
        raise AuthorsError(*probe.place, f"the probe `{name}` returns None. {told}")
    if unseen := _unseen(frame.get("value")):
        raise AuthorsError(*probe.place, f"the probe `{name}` returns {unseen}")
    if "complaint" in frame:
        where = proofread.definition_of(*reference)
        raise AuthorsError(*where, f"the probe `{name}` refuses the reference: {frame['complaint']}")


def _unseen(value: Any) -> str:
    """Of what is in an observation nothing is compared, if there is something of the kind, and what to return."""
    if isinstance(value, list):
        return next(filter(None, map(_unseen, value)), "")
    if not isinstance(value, dict):
        return ""
    if any(isinstance(one, dict) and "tensor" in one for one in value.get("set", ())):
        return "a set of tensors, which stand in no order there. Return a list."
    if "unseen" in value or (str(value.get("repr", "")).startswith("<") and value["object"] != "type"):
        told = "of which nothing is compared. Return what is in it: a tensor, list(...), list(model.parameters())"
        return f"a value of the type {value['object']}, {told}."
    if "tensor" in value and value["values"] is None:
        return f"a tensor of the shape {value['shape']}, too large to be compared. Draw less."
    return _unseen(list(value.values()))


def _raises_on_purpose(exercise: Exercise, name: str, frame: Frame, raised: dict[str, Any]) -> None:
    in_reference = bool(raised["frames"])
    if in_reference and exercise.watched[name].fixed:
        return
    place = _place(exercise, name, frame)
    if raised["type"] == "Misdeclared":
        raise AuthorsError(*place, raised["message"])
    told = f"{raised['type']}: {raised['message'].rstrip('.')}"
    if in_reference:
        told = f"the reference raises {told}. {_of_the_reference(name, raised['type'])}"
    elif line := _without_self(exercise, raised["message"]):
        place = source.solutions_path(exercise.section), line
        told = f"this method has no `self`, so {raised['message']}. Put it first"
    else:
        told = f"the probe `{name}` itself raises {_with_remedies(exercise, raised['type'], told)}"
    raise AuthorsError(*place, told)


def _of_the_reference(probe: str, kind: str) -> str:
    """What to do where the reference raises this."""
    if kind in ENDS:
        return TAKE_OUT
    if kind == "NameError":
        return "Import or define it in this file, or call it what the parameter is called"
    if kind == "RecursionError":
        return "Does it call itself without an end?"
    return f"If the probe {probe} is to see that, say why in its fixed=..."


def _with_remedies(exercise: Exercise, kind: str, told: str) -> str:
    """What a probe itself raises, and all that may be done about it."""
    if kind == "AssertionError":
        told = told.rstrip(": ") + ". A probe asserts nothing: return what it looks at, and the kit compares"
    if unknown := re.match(r"NameError: name '(\w+)' is not defined$", told):
        told += brought(unknown[1])
    if short := re.search(r"Draw\.(\w+)\(\) missing \d+ required positional", told):
        told += f". It takes {taken_by_draw(short[1])}"
    if "takes no arguments" in told:
        told += ". Is the reference's `def __init__` missing?"
    if "does not require grad" in told:
        told += ". Does the reference cut the graph?"
    if kind in ENDS:
        told += f". {TAKE_OUT}"
    if set(re.findall(r"'(\w+)'", told)) & (exercise.rights.keys() | exercise.mistakes.keys()):
        told += ". Rights and mistakes are not there when probes run"
    return told


def _without_self(exercise: Exercise, message: str) -> int:
    """The line of the reference's method that Python gives one thing more than it takes; 0 where that has a self."""
    called = re.match(rf"{exercise.name}\.(\w+)\(\) takes \d+ positional", message)
    if not called:
        return 0
    solutions = source.solutions_path(exercise.section)
    asked = next(node for node in proofread.definitions(solutions) if node.name == exercise.name)
    methods = [node for node in asked.body if isinstance(node, ast.FunctionDef) and node.name == called[1]]
    return next((node.lineno for node in methods if not node.args.args or node.args.args[0].arg != "self"), 0)


def _comes_to_an_end(exercise: Exercise, observed: Outcome, missing: list[str]) -> None:
    late = next((frame for frame in observed.frames if "late" in frame), None)
    if late or (missing and observed.ending == "timeout"):
        name = late["late"] if late else missing[0]
        place = _place(exercise, name, late or {}) if name else (source.solutions_path(exercise.section), 1)
        what = f"the probe `{name}`" if name else "this file"
        seconds = AT_MOST if late else AT_LONGEST
        told = f"{what} has not come to an end after {seconds:.0f} seconds. Does this loop end? Draw less, or do less."
        raise AuthorsError(*place, told)
    if missing and observed.ending == "exited" and observed.detail != f"exit code {BROKEN}":
        told = f"the probe `{missing[0]}` ended its process ({observed.detail}). It has to come back"
        raise AuthorsError(*exercise.watched[missing[0]].place, told)


def _place(exercise: Exercise, probe: str, frame: Frame) -> tuple[str | Path, int]:
    """Where it was, in the reference or else in the probe; else where the probe begins."""
    if raised := frame.get("raised", {}).get("frames"):
        return source.solutions_path(exercise.section), raised[-1]["line"]
    if line := frame.get("line"):
        return source.place_of(exercise.section, exercise.name, line)
    return exercise.watched[probe].place
