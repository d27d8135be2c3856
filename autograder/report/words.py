"""What a verdict says, in plain sentences. The terminal, notebooks and class feedback lay these out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from autograder import lesson
from autograder.judging.verdict import ProbeResult, Verdict
from autograder.report import first_failure, places
from autograder.report.case import Case
from autograder.report.errors import UNREADABLE, advice, ending, named
from autograder.report.first_failure import joined

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
    elif event := first_failure.event(verdict, first):
        (told.says, told.case), told.of_events = event, True
    else:
        told.says, told.failure, told.case = first_failure.told(verdict, first)
    if exercise.kind == "concept" and first is not None and first.why == "complaint":
        told.probes = []  # no statement was looked at
    if verdict.remarks:
        count = "One thing" if len(verdict.remarks) == 1 else f"{len(verdict.remarks)} things"
        told.remarks = [f"{count} to know, beyond what is asked:", *verdict.remarks]
    if verdict.diagnosis:
        _diagnosed(told, verdict, first)
    outside = (verdict.trouble or {}).get("failure")
    if verdict.passed and outside:
        line = f", line {outside['frames'][-1]['line']}" if outside["frames"] else ""
        told.notes.append(f"Another line of {verdict.path} stops with {named(outside)}{line}.")
    if verdict.defined_again:
        told.notes.append(
            f"{verdict.exercise} is defined more than once here, and the last one is checked, in line"
            f" {verdict.defined_again}."
        )
    if verdict.stood_in:
        names = joined(verdict.stood_in)
        told.notes.append(
            f"Checked with the kit's {names} in place of yours, so that an earlier answer does not count here."
        )
    return told


def _diagnosed(told: Feedback, verdict: Verdict, first: ProbeResult | None) -> None:
    """Say the first thing to mend, and how many more there are; a known mistake says more than the bare numbers."""
    found = verdict.diagnosis
    assert found is not None
    numbers = found.known and not verdict.trouble and first is not None and first.why != "raised"
    others = places.more(verdict.diagnoses)
    if (
        found.mistake in places.BELOW_ERRORS
        and not found.known
        and found.lines
        and _is_shown(found.lines[0], told.failure)
    ):
        told.says = [*told.says, *filter(None, [others])]  # the error says more of its line
        return
    sentence = places.sentence(found)
    says = " ".join(filter(None, [sentence, others]))
    told.says = [says, *(told.says[1:] if numbers else told.says)]
    mute = told.of_events and not sentence  # what is said is of another place then
    if found.lines and found.source and not mute and not _is_shown(found.lines[0], told.failure):
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
        case "missing" if failed and failed["type"] in UNREADABLE:
            line = failed["frames"][0]["line"] if failed["frames"] else "?"
            if failed["frames"] and failed["frames"][0]["source"].lstrip().startswith(OF_A_MERGE):
                return [MERGE.format(where=where, line=line)], failed
            told = f"Python cannot read {where}: {failed['message']}, line {line}. Nothing in it can be checked."
            meant = advice(failed).partition(". ")[2]
            return [f"{told} {meant}".rstrip()], failed
        case "missing" if failed:
            return [f"{where} does not define {name}: it stopped with {named(failed)}."], failed
        case "missing":
            if near := trouble.get("near"):
                return [
                    f"{where} does not define {name}, but {near}: is that meant? It has to have the name asked for."
                ], None
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
    says, failure, _ = first_failure.told(verdict, first)
    says.append(f"A line outside {name} stops too: {named(failed or {})}." if failed else "")
    return [s for s in says if s], failure or failed


def _misjudged(letters: list[str]) -> str:
    return f"Think again about {joined(letters)}." if len(letters) > 1 else f"Think again about statement {letters[0]}."


def _digits(name: str) -> str:
    return "".join(c for c in name if c.isdigit())
