"""What is said of the first check that fails: the error, the form, the values, or the first event of a loop."""

from __future__ import annotations

from typing import Any

from autograder import lesson
from autograder.judging.difference import Difference
from autograder.judging.verdict import Frame, ProbeResult, Verdict
from autograder.report import story, values
from autograder.report.case import Case, case, made
from autograder.report.errors import advice, named, sentence, unusable

#: Of more parts than this those that are missing are counted, and not all of them named.
MOST_PARTS = 6


def told(verdict: Verdict, first: ProbeResult) -> tuple[list[str], dict[str, Any] | None, Case | None]:
    """(sentences, the failing lines where it raised, the case to show)."""
    frame = first.frame or {}
    name = verdict.exercise
    probe = lesson.find(name).probes[first.name]
    match first.why:
        case "raised":
            failed = frame["raised"]
            if not failed["frames"]:
                return [unusable(name, frame, first.expected or {})], None, None
            if failed["type"] == "SystemExit":
                return (
                    ["exit() or quit() ends the whole program; `return` is enough to leave a function."],
                    failed,
                    None,
                )
            says = named(failed).removesuffix(".") + advice(failed)
            if told := story.where_it_raised(frame, first.expected or {}):
                says = says.removesuffix(".") + ". " + told
            if failed["type"] == "NameError" and lesson.find(name).kind == "concept":
                says += '. Letters are strings, in quotes: {"a", "b"}.'
            return [says], failed, None
        case "complaint":
            text = frame.get("complaint") or f"expected: {(first.expected or {}).get('complaint')}"
            return [sentence(text, name)], None, made(first, frame)
        case "shortcut":
            called = joined(frame.get("shortcuts", []))
            instead = lesson.find(name).instead
            return (
                [
                    f"It runs {called}: {name} is to be built without that."
                    + (f" Build it from {instead}." if instead else "")
                ],
                None,
                None,
            )
        case "missing":
            return ["The checks did not get that far."], None, None
    if "raised" in (first.expected or {}):
        wanted = first.expected["raised"]["type"]  # type: ignore[index]
        return (
            [f"Here {name} should raise {wanted}, and it came back with {values.kind(frame.get('value'))}."],
            None,
            made(first, frame),
        )
    pair = verdict.smallest or (frame, first.expected or {})
    shown = case(first, probe, pair)
    found = shown.difference
    if first.why == "changed":
        shown.compared = found is not None  # two equal results side by side would show nothing
        many = "arguments" if len(frame["changed"]) > 1 else "argument"
        instead = "Work on new values: x += ..., x[...] = ... and methods like sub_() or pop() change x itself."
        return [f"{name} changed its {many} {joined(frame['changed'])} in place. {instead}"], None, shown
    says = _difference(name, found, frame) if found else ""
    if found and found.fault == "value" and probe.says:
        says += " " + probe.says
    if found and found.fault == "dtype" and any(_is_cut(other) for other in verdict.probes):
        says += " No gradient can flow either: a new tensor made of numbers is cut off from the graph of the input."
    return [says], None, shown


def event(verdict: Verdict, first: ProbeResult) -> tuple[list[str], Case | None] | None:
    """Of a training loop, the first event that differs; a known mistake says more, and so does a wrong form."""
    known = verdict.diagnosis and verdict.diagnosis.known
    if known or first.why != "differs" or not first.difference or first.difference.fault not in story.OF_EVENTS:
        return None
    failing = [result for result in verdict.probes if result.why == "differs"]
    seen = [
        (result, result.frame or {}, result.expected or {}, result.difference if result is first else None)
        for result in failing
    ]
    small = [(first, *verdict.smallest, None)] if verdict.smallest else []
    for result, mine, theirs, found in [*small, *seen]:
        if says := story.told(mine, theirs, found):
            return [says], made(result, mine)
    return None


def _is_cut(result: ProbeResult) -> bool:
    """Whether this probe fails for want of a graph."""
    raised = (result.frame or {}).get("raised") or {}
    graph = result.difference is not None and result.difference.fault == "graph"
    return graph or "does not require grad" in str(raised.get("message", ""))


def _difference(name: str, found: Difference, frame: Frame) -> str:
    where = "".join(f" [{part}]" if isinstance(part, int) else f" “{part}”" for part in found.where)
    what = f"In{where}: " if where else "Here "
    got, expected = values.kind(found.got), values.kind(found.expected)
    printed = " It printed something: print shows a value, `return` gives it back." if frame.get("printed") else ""
    match found.fault:
        case "kind":
            named = any(isinstance(part, str) for part in found.where)  # by the check: it may be no result at all
            came = f"there is {got}" if named else f"{name} gave {got}"
            return f"{what}{came} where {expected} is expected." + (printed if found.got is None else "")
        case "dtype":
            return f"{what}the dtype is {found.got['tensor']} where {found.expected['tensor']} is expected."
        case "shape":
            return f"{what}the shape is {values.shape(found.got)} where {values.shape(found.expected)} is expected."
        case "graph":
            return f"{what}no gradient can flow: the result is cut off from the graph of its input."
        case "length":
            return f"{what}the length is {len(found.got)} where {len(found.expected)} is expected."
        case "keys":
            has, wanted = list(map(str, found.got)), list(map(str, found.expected))
            lacking = [part for part in wanted if part not in has]
            if lacking and len(wanted) > MOST_PARTS:
                return f"{what}{len(lacking)} of {len(wanted)} parts are missing, {lacking[0]} among them."
            return f"{what}the parts are {joined(has) or 'none'} where {joined(wanted) or 'none'} are expected."
        case "too_large":
            return f"{what}the result is far larger than expected: {got}."
    if found.total > 1:
        return f"{what}{found.count} of {found.total} values differ, the first at index {list(found.index)}."
    mine, theirs = values.apart(found.got, found.expected)
    return f"{what}the value is {mine} where {theirs} is expected."


def joined(names: list[str]) -> str:
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1] if names else ""
