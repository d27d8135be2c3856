"""What a student is told about a graded exercise: which checks agree, and why the first one does not.

The inputs of a class are secret, so that they can be used again: nothing computed from them by the reference is shown
but of what kind, dtype and size a result is.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from autograder import lesson
from autograder.classroom.definitions import Stopped
from autograder.judging.difference import Difference
from autograder.judging.verdict import ProbeResult, Verdict
from autograder.report import html, values
from autograder.report.notebook_text import plain
from autograder.report.words import Feedback, feedback

PLACE = "your notebook"
FORM = "Where only the form of a result is wrong, all such checks together cost the points of one."
HIDDEN = (
    "There is an answer above, and the cell below it is as it was handed out: it defines the name again, without an "
    "answer. What is defined last counts, so write your answer into that cell."
)


def texts(verdict: Verdict, trouble: str = "") -> tuple[str, str]:
    """The feedback as plain text and as HTML."""
    told = words(verdict, trouble)
    return plain(told), html.block(told, verdict.passed, [])


def words(verdict: Verdict, trouble: str = "") -> Feedback:
    if trouble:  # which stands at the top of the page
        return Feedback(f"{verdict.exercise} could not be checked", [], [])
    if (verdict.trouble or {}).get("kind") == "unreadable":
        return Feedback(f"{verdict.exercise} could not be checked", [], ["What it gave back could not be read."])
    if verdict.outcome == "error" and (verdict.trouble or {}).get("kind") == "missing":
        return Feedback(f"{verdict.exercise} is missing", [], [_missing(verdict)])
    if verdict.outcome == "not_started":
        hidden = (verdict.trouble or {}).get("kind") == "hidden"
        return Feedback(f"{verdict.exercise} is not started", [], [HIDDEN] if hidden else [])
    told = feedback(verdict)
    told.case = None
    first = verdict.first_failure
    if verdict.stood_in and first and not verdict.diagnosis:
        told.says, told.failure = [_with_lent(verdict, first)], None
    elif first and _differs(verdict, first) and not told.of_events:
        says = _difference(verdict.exercise, first.difference, first.name.replace("_", " "))
        told.says = [says, lesson.find(verdict.exercise).probes[first.name].says]
    if any(result.points and not result.passed for result in verdict.probes):
        told.says = [
            *told.says,
            FORM,
        ]
    if not verdict.points and any(result.passed for result in verdict.probes):
        told.says = [*told.says, "What agrees so far would agree with any inputs: by itself it earns no points."]
    return told


def of_test(name: str, outcome: str, says: str) -> tuple[str, str]:
    """The same for a test that an instructor wrote into a cell."""
    first = {"passed": "passes", "not_started": "is not started"}.get(outcome, "does not pass yet")
    told = Feedback(f"{name} {first}", [], [says] if says else [])
    return plain(told), html.block(told, outcome == "passed", [])


def _missing(verdict: Verdict) -> str:
    stopped: Stopped | None = (verdict.trouble or {}).get("stopped")
    if stopped is None:
        return f"There is no {verdict.exercise} once all your cells have run. Give your answer exactly this name."
    return of_stopped(verdict.exercise, stopped)


def of_stopped(name: str, stopped: Stopped) -> str:
    line = f" in its line {stopped.line} (`{stopped.source}`)" if stopped.line else ""
    return f"The cell that defines {name} stopped{line}: {stopped.error}"


def _with_lent(verdict: Verdict, first: ProbeResult) -> str:
    """Nothing of what came out is quoted: the text of a lent answer could stand in it."""
    what = "it stops with an error" if first.why == "raised" else "the result is not right"
    return f"In “{first.name.replace('_', ' ')}” {what}, also with right answers in place of {_and(verdict.stood_in)}."


def _and(names: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _differs(verdict: Verdict, first: ProbeResult) -> bool:
    """Whether there is a difference of values, and nothing better to say about it."""
    plain = first.why == "differs" and not verdict.diagnosis and not verdict.trouble
    return plain and lesson.find(verdict.exercise).kind == "code"


def _difference(name: str, found: Difference | None, title: str) -> str:
    """The kind of a difference; of the reference's side only what the prompt tells anyway."""
    if found is None:
        return f"In “{title}”: an error is expected, and none was raised."
    where = "".join(f" [{part}]" if isinstance(part, int) else f" “{part}”" for part in found.where)
    what = f"In “{title}”" + (f", at{where}" if where else "") + ": "
    match found.fault:
        case "kind":
            return f"{what}{name} gave {_kind(found.got)} where {_kind(found.expected)} is expected."
        case "dtype":
            return f"{what}the dtype is {found.got['tensor']} where {found.expected['tensor']} is expected."
        case "shape":
            return f"{what}the shape is {values.shape(found.got)}, which is not what is asked for."
        case "graph":
            return f"{what}no gradient can flow: the result is cut off from the graph of its input."
        case "length":
            return f"{what}the number of items, {len(found.got)}, is not right."
        case "keys":
            return f"{what}the names of the parts are not right."
        case "too_large":
            return f"{what}the result is far larger than expected."
    if found.total > 1:
        return f"{what}{found.count} of {found.total} values differ."
    return f"{what}the value differs."


def _kind(value: object) -> str:
    """The kind of a value, and nothing of what is in it."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"a Python {type(value).__name__}"
    return values.kind(value)


def shown(result: dict[str, Any], shows: Collection[str]) -> tuple[str, str]:
    """The feedback on a kept result, as plain text and as HTML, with no more than the course lets feedback show."""
    if {"checks", "diagnoses", "lines"} <= set(shows):
        return result["text"], result["html"]
    checks = (
        [(bool(p["passed"]), p["name"].replace("_", " "), "") for p in result["probes"]] if "checks" in shows else []
    )
    diagnosis = result["diagnosis"] if "diagnoses" in shows else None
    told = Feedback(result["text"].partition("\n")[0], checks, [diagnosis["message"]] if diagnosis else [])
    return plain(told), html.block(told, result["outcome"] == "passed", [])
