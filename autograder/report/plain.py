"""A verdict, the list and an answer as plain lines: no colour, no tables, no marks, words for everything.

For screen readers, which read line by line and cannot see what stands beside or under what.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autograder import lesson
from autograder.exercise import Exercise
from autograder.judging.verdict import Verdict
from autograder.report import values
from autograder.report.case import Case
from autograder.report.terminal import next_steps
from autograder.report.words import HEADLINES, feedback

#: Of a tensor with more rows or columns the first element that differs is told alone.
MOST = 20


def verdict(graded: Verdict, experiment: list[str] | None = None, steps: bool = False) -> list[str]:
    """Everything there is to say about one exercise; `steps` adds what to type next."""
    told = feedback(graded)
    lines = [f"{told.headline}."]
    for passed, title, remark in told.probes:
        lines.append(f"{'agrees' if passed else 'does not agree'}: {title}" + (f" ({remark})" if remark else ""))
    says = [text for text in told.says if text]
    lines += says[:1] + (_place(told.place, graded.path) if told.place else []) + says[1:]
    lines += [f"Statement {letter}: {text}" if letter else text for letter, text in told.statements]
    if experiment and told.statements:
        lines += ["See for yourself:", *experiment]
    if told.failure:
        lines += failing_lines(told.failure, graded.path)
    if told.case:
        lines += _case(told.case, graded.exercise)
    if graded.printed.strip() and not graded.passed:
        lines += ["Your code printed:", *graded.printed.rstrip().splitlines()[:8]]
    lines += told.remarks + told.notes
    if steps:
        lines += [f"{word.rstrip('?')}: {command}" for word, command in next_steps(graded)]
    return lines


def found(graded: Verdict) -> list[str]:
    """The first thing to mend and its line, for whoever has heard the verdict."""
    told = feedback(graded)
    return told.says[:1] + (_place(told.place, graded.path) if told.place else [])


def _place(place: dict[str, Any], path: str) -> list[str]:
    lines = [f"{path}, line {place['line']}: {place['source']}"]
    if place["columns"]:
        first, last = place["columns"]
        lines.append(f"the part that is meant: {place['source'][first:last]}")
    return lines


def failing_lines(failed: dict[str, Any], path: str) -> list[str]:
    lines = []
    for frame in failed.get("frames", []):
        inside = f" in {frame['function']}" if frame["function"] else ""
        lines.append(f"{path}, line {frame['line']}{inside}: {frame['source'].strip()}")
        if frame.get("column"):
            lines.append(f"at column {frame['column']}")
        lines += [f"{name} is {described}" for name, described in frame["variables"].items()]
    return lines


def _case(case: Case, name: str) -> list[str]:
    lines = [f"{case.heading}."]
    lines += [f"{name} with {call}" for call in case.calls]
    if case.notes:
        lines.append("with " + ", ".join(case.notes))
    if case.wrong and max(case.expected["shape"], default=0) > MOST:
        first, at = min(case.wrong), list(case.difference.index) if case.difference else []
        expected, got = values.apart(case.expected["values"][first], case.got["values"][first])
        lines.append(f"{len(case.wrong)} of {len(case.got['values'])} elements differ, the first at {at}.")
        lines += [f"expected{case.part} there: {expected}", f"yours there: {got}"]
    elif case.compared:
        expected, got = values.apart(case.expected, case.got, 400)
        lines += [f"expected{case.part}: {expected}", f"yours: {got}"]
    return lines


def outcome(name: str) -> str:
    return HEADLINES[name]


def verdicts(graded: list[Verdict], experiment: Callable[[Exercise], list[str]]) -> list[str]:
    """A line each, and the first that needs work in full; one alone in full."""
    if len(graded) == 1:
        exercise = lesson.find(graded[0].exercise)
        judged = exercise.experiment_function and any(probe.why == "differs" for probe in graded[0].probes)
        return verdict(graded[0], experiment(exercise) if judged else None, steps=True)
    lines = [f"{v.exercise}: {outcome(v.outcome)}, {v.points:g} of {v.max_points} points" for v in graded]
    lines.append(f"{sum(v.passed for v in graded)} of {len(graded)} pass.")
    started = [v for v in graded if not v.passed and v.outcome != "not_started"]
    first = next(iter(started or [v for v in graded if not v.passed]), None)
    return [*lines, "", *verdict(first, steps=True)] if first else lines


def rows(table: list[dict[str, Any]]) -> list[str]:
    """The list of exercises, section by section."""
    lines = []
    for section in dict.fromkeys(row["section"] for row in table):
        own = [row for row in table if row["section"] == section]
        lines += ["", f"Section {section}: {_sum(own)}"]
        for row in own:
            kind = "question" if row["kind"] == "concept" else "code"
            lines.append(
                f"{row['name']}, {kind}: {outcome(row['outcome'])}, {row['earned']:g} of {row['points']} points"
            )
    several = len({row["section"] for row in table}) > 1
    return [*lines, "", f"All: {_sum(table)}"] if several else lines


def _sum(table: list[dict[str, Any]]) -> str:
    earned, points = sum(row["earned"] for row in table), sum(row["points"] for row in table)
    passed = sum(row["outcome"] == "passed" for row in table)
    return f"{passed} of {len(table)} passed, {earned:g} of {points} points"


def hint(exercise: Exercise, number: int, repeated: bool) -> list[str]:
    lines = [f"Hint {number} of {len(exercise.hints)} for {exercise.name}: {exercise.hints[number - 1]}"]
    if repeated or number == len(exercise.hints):
        return [*lines, f"It is the last one. The answer: make answer exercise={exercise.name} give_up=1"]
    return [*lines, f"More: make hint exercise={exercise.name}"]


def pointer(exercise: Exercise, text: str) -> list[str]:
    return [f"Hint on your answer to {exercise.name}: {text}", f"More: make hint exercise={exercise.name}"]


def answer(exercise: Exercise, experiment: list[str] | None = None) -> list[str]:
    """The learner's own definition, the reference, the explanations of a question and its experiment."""
    from autograder import source, workspace

    reference = source.without_prompt(source.answers(exercise.section)[exercise.name].text)
    try:
        text = source.exercises_path(exercise.section).read_text(encoding="utf-8")
        own = source.without_prompt(workspace.definition(text, exercise.name) or "")
    except (OSError, workspace.Unparsable):
        own = ""
    lines = []
    for title, code in (("Yours:", own), ("The reference:", reference)):
        lines += [title, *code.rstrip().splitlines()] if code else []
    lines += [f"Statement {s.letter}: {s.explanation}" for s in exercise.statements.values()]
    return lines + (["See for yourself:", *experiment] if experiment else [])
