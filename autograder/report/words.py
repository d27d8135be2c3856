"""What a verdict says, in plain sentences. The terminal, notebooks and class feedback lay these out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from autograder import lesson
from autograder.judging.difference import Difference
from autograder.judging.verdict import Frame, ProbeResult, Verdict
from autograder.report import places, story, values
from autograder.report.case import Case, case, made
from autograder.report.errors import advice, ending, named, sentence, unusable

HEADLINES = {
    "passed": "passed",
    "failed": "not yet",
    "shortcut": "shortcut",
    "error": "error",
    "timeout": "out of time",
    "not_started": "not started",
}


@dataclass
class Feedback:
    """The parts of a verdict in the order in which they are read."""

    headline: str
    #: (passed, title, remark) of each probe
    probes: list[tuple[bool, str, str]]
    #: Sentences: the diagnosis, or what is known of the first failure
    says: list[str]
    #: The learner's failing lines, as {"line", "source", "function", "variables", ...}
    failure: dict[str, Any] | None = None
    case: Case | None = None
    #: Whether what is said is about an event in a training loop, and so quotes no values.
    of_events: bool = False
    #: The line to look at first, as {"file", "line", "source", "columns"}: the columns from 0, or None for all of it
    place: dict[str, Any] | None = None
    #: (letter, explanation) of statements judged wrongly
    statements: list[tuple[str, str]] = field(default_factory=list)
    #: Of an answer that passes: good to know.
    remarks: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def feedback(verdict: Verdict) -> Feedback:
    exercise = lesson.find(verdict.exercise)
    told = Feedback(_headline(verdict), [_probe_line(p) for p in verdict.probes], [])
    first = verdict.first_failure
    if verdict.outcome in ("passed", "not_started") or first is None:
        told.probes = told.probes if verdict.passed else []
        told.says = [] if verdict.passed else _not_started(verdict)
    elif verdict.trouble:
        told.says, told.failure = _trouble(verdict)
    elif exercise.kind == "concept" and first.why == "differs":
        wrong = [p.name for p in verdict.probes if not p.passed]
        if exercise.ordered:
            told.says = [
                f"The order is not right yet: the first step that is out of place is step {_digits(wrong[0])}."
            ]
            there = exercise.statements.get(str((first.frame or {}).get("value")))  # what it should not have put there
            told.statements = [("", there.explanation)] if there and there.explanation else []
        else:
            told.statements = [(n[-1], exercise.statements[n[-1]].explanation) for n in wrong]
            told.says = [_misjudged([n[-1] for n in wrong])]
    elif event := _event(verdict, first):
        (told.says, told.case), told.of_events = event, True
    else:
        told.says, told.failure, told.case = _first_failure(verdict, first)
    if verdict.remarks:
        count = "One thing" if len(verdict.remarks) == 1 else f"{len(verdict.remarks)} things"
        told.remarks = [f"{count} to know, beyond what is asked:", *verdict.remarks]
    if verdict.diagnosis:
        _diagnosed(told, verdict, first)
    outside = (verdict.trouble or {}).get("failure")
    if verdict.passed and outside:
        line = f", line {outside['frames'][-1]['line']}" if outside["frames"] else ""
        told.notes.append(f"Another line of {verdict.path} stops with {named(outside)}{line}.")
    if verdict.stood_in:
        names = _join(verdict.stood_in)
        told.notes.append(
            f"Checked with the kit's {names} in place of yours, so that an earlier answer does not count here."
        )
    return told


def _diagnosed(told: Feedback, verdict: Verdict, first: ProbeResult | None) -> None:
    """Say the first thing to mend, and how many more there are; a known mistake says more than the bare numbers."""
    found = verdict.diagnosis
    assert found is not None
    numbers = found.known and not verdict.trouble and first is not None and first.why != "raised"
    others = places.more(len(verdict.diagnoses) - 1)
    says = " ".join(filter(None, [places.sentence(found), others]))
    told.says = [says, *(told.says[1:] if numbers else told.says)]
    if found.lines and found.source and not _is_shown(found.lines[0], told.failure):
        told.place = {"file": verdict.path, "line": found.lines[0], "source": found.source, "columns": found.columns}


def _is_shown(line: int, failure: dict[str, Any] | None) -> bool:
    return any(frame["line"] == line for frame in (failure or {}).get("frames", ()))


def summary(verdict: Verdict) -> str:
    """The feedback in one or two sentences of plain text."""
    told = feedback(verdict)
    extra = [f"{letter}) {text}" if letter else text for letter, text in told.statements]
    return " ".join([told.headline + ".", *told.says, *extra, *told.remarks])


def _headline(verdict: Verdict) -> str:
    agree, total = sum(p.passed for p in verdict.probes), len(verdict.probes)
    name = verdict.exercise
    if verdict.outcome == "passed":
        return f"{name} passed: {_checks(total, 'agrees', 'agree')}"
    if verdict.outcome == "not_started":
        return f"{name} is not started"
    if verdict.outcome == "shortcut":
        return f"{name} gives the right values, but takes a shortcut"
    if verdict.outcome == "timeout":
        return f"{name} ran out of time"
    if verdict.outcome == "error" and not agree:
        return f"{name} stopped with an error"
    return f"{name} does not pass yet: {agree} of {total} checks agree"


def _checks(n: int, one: str, many: str) -> str:
    return f"the one check {one}" if n == 1 else f"{'both' if n == 2 else f'all {n}'} checks {many}"


def _probe_line(result: ProbeResult) -> tuple[bool, str, str]:
    remark = {"missing": "not reached", "shortcut": "by a shortcut", "changed": "changes its input"}.get(result.why, "")
    if result.why == "raised" and result.frame:
        remark = f"raises {result.frame['raised']['type']}"
    return result.passed, result.name.replace("_", " "), remark


def _not_started(verdict: Verdict) -> list[str]:
    return [f"Write it in {verdict.path}, in place of `raise NotImplementedError`."]


#: What git writes into a file where two versions of it change the same lines.
OF_A_MERGE = ("<<<<<<<", "=======", ">>>>>>>")
MERGE = (
    "{where} holds an unfinished merge: git put both versions of some lines there, from line {line} on. Keep the one "
    "you want, and delete the other with the lines of `<<<<<<<`, `=======` and `>>>>>>>`."
)


def _trouble(verdict: Verdict) -> tuple[list[str], dict[str, Any] | None]:
    trouble = verdict.trouble or {}
    name, where = verdict.exercise, verdict.path or "the file"
    failed = trouble.get("failure")
    match trouble["kind"]:
        case "again":
            told = f"Line {trouble['line']} gives the name {name} to something else: `{trouble['source']}`."
            return [f"{told} That is what is checked, and not your own: take the line out."], None
        case "missing" if failed and failed["type"] in ("SyntaxError", "IndentationError", "TabError"):
            line = failed["frames"][0]["line"] if failed["frames"] else "?"
            if failed["frames"] and failed["frames"][0]["source"].lstrip().startswith(OF_A_MERGE):
                return [MERGE.format(where=where, line=line)], failed
            return [
                f"Python cannot read {where}: {failed['message']}, line {line}. Nothing in it can be checked."
            ], failed
        case "missing" if failed:
            return [f"{where} does not define {name}: it stopped with {named(failed)}."], failed
        case "missing":
            return [f"{where} does not define {name}. Bring the stub back with `make reset exercise={name}`."], None
        case "not_callable":
            return [
                f"{name} is {trouble['found']} here, not something that can be called. Define it with `def` or `class`."
            ], None
        case "ending":
            return [ending(verdict, trouble)], None
    first = verdict.first_failure
    if first is None:
        return [], None
    says, failure, _ = _first_failure(verdict, first)
    says.append(f"A line outside {name} stops too: {named(failed or {})}." if failed else "")
    return [s for s in says if s], failure or failed


def _first_failure(verdict: Verdict, first: ProbeResult) -> tuple[list[str], dict[str, Any] | None, Case | None]:
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
            called = _join(frame.get("shortcuts", []))
            instead = lesson.find(name).instead
            return (
                [
                    f"It runs {called}: building that yourself is what is asked for."
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
        return [f"{name} changed its {many} {_join(frame['changed'])} in place. {instead}"], None, shown
    says = _difference(name, found, frame) if found else ""
    if found and found.fault == "value" and probe.says:
        says += " " + probe.says
    if found and found.fault == "dtype" and any(_is_cut(other) for other in verdict.probes):
        says += " No gradient can flow either: a new tensor made of numbers is cut off from the graph of the input."
    return [says], None, shown


def _event(verdict: Verdict, first: ProbeResult) -> tuple[list[str], Case | None] | None:
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
            return f"{what}{name} gave {got} where {expected} is expected." + (printed if found.got is None else "")
        case "dtype":
            return f"{what}the dtype is {found.got['tensor']} where {found.expected['tensor']} is expected."
        case "shape":
            return f"{what}the shape is {values.shape(found.got)} where {values.shape(found.expected)} is expected."
        case "graph":
            return f"{what}no gradient can flow: the result is cut off from the graph of its input."
        case "length":
            return f"{what}the length is {len(found.got)} where {len(found.expected)} is expected."
        case "keys":
            mine, theirs = (_join(list(map(str, parts))) or "none" for parts in (found.got, found.expected))
            return f"{what}the parts are {mine} where {theirs} are expected."
        case "too_large":
            return f"{what}the result is far larger than expected: {got}."
    if found.total > 1:
        return f"{what}{found.count} of {found.total} values differ, the first at index {list(found.index)}."
    mine, theirs = values.apart(found.got, found.expected)
    return f"{what}the value is {mine} where {theirs} is expected."


def _misjudged(letters: list[str]) -> str:
    return f"Think again about {_join(letters)}." if len(letters) > 1 else f"Think again about statement {letters[0]}."


def _digits(name: str) -> str:
    return "".join(c for c in name if c.isdigit())


def _join(names: list[str]) -> str:
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1] if names else ""
