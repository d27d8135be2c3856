"""A verdict in the terminal: at most 80 columns, readable without colour."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

from rich.console import Console, Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from autograder import lesson
from autograder.exercise import Exercise
from autograder.judge import Verdict
from autograder.report import values
from autograder.report.words import HEADLINES, Case, Feedback, feedback

#: Named ANSI colours follow the reader's own theme, light or dark; no meaning hangs on them alone.
GOOD, BAD, QUIET, STRONG = "green", "red", "dim", "bold"
WIDTH = 80


def console() -> Console:
    """Standard output, at most 80 columns wide; colour only on a terminal and without NO_COLOR."""
    made = Console(highlight=False, soft_wrap=False, emoji=False, markup=False)
    made.width = min(made.width, WIDTH) if sys.stdout.isatty() else WIDTH
    return made


def mark(passed: bool) -> Text:
    fancy = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    sign = ("✓" if passed else "✗") if fancy else ("+" if passed else "x")
    return Text(sign, style=GOOD if passed else BAD)


def render(verdict: Verdict, experiment: list[str] | None = None) -> Group:
    """Everything there is to say about one exercise, ending with the next thing to type."""
    told = feedback(verdict)
    parts: list[Any] = [Text(told.headline, style=f"{STRONG} {GOOD if verdict.passed else BAD}")]
    if verdict.outcome == "not_started":
        parts[0].stylize("default")
    if told.probes and not (verdict.trouble or {}).get("kind") == "missing":
        parts.append(_probes(told))
    parts += [Padding(Text(text), (1, 0, 0, 0), expand=False) for text in told.says if text]
    parts += _statements(told, experiment)
    if told.failure and told.failure.get("frames"):
        parts.append(Padding(_failure(told.failure, verdict.path), (1, 0, 0, 0), expand=False))
    if told.case:
        parts.append(Padding(_case(told.case, verdict.exercise), (1, 0, 0, 0), expand=False))
    if verdict.printed.strip() and verdict.outcome != "passed":
        parts.append(Padding(_printed(verdict.printed), (1, 0, 0, 0), expand=False))
    parts += [Padding(Text(note, style=QUIET), (1, 0, 0, 0), expand=False) for note in told.notes]
    parts.append(Padding(_next(verdict), (1, 0, 0, 0), expand=False))
    return Group(*parts)


def _probes(told: Feedback) -> Table:
    table = Table.grid(padding=(0, 1))
    for passed, title, remark in told.probes:
        line = Text(title)
        if remark:
            line.append(f"  ({remark})", style=QUIET)
        table.add_row(Text(" "), mark(passed), line)
    return table


def _statements(told: Feedback, experiment: list[str] | None) -> list[Any]:
    parts = []
    for letter, explanation in told.statements:
        table = Table.grid(padding=(0, 1))
        table.add_row(Text(f"{letter})" if letter else "", style=STRONG), Text(explanation))
        parts.append(Padding(table, (1, 0, 0, 2), expand=False))
    if experiment and told.statements:
        parts.append(Padding(Text("See for yourself:", style=STRONG), (1, 0, 0, 0), expand=False))
        parts.append(Padding(Text("\n".join(experiment)), (0, 0, 0, 2), expand=False))
    return parts


def _failure(failed: dict[str, Any], path: str) -> Group:
    parts: list[Any] = []
    if failed.get("more"):
        parts.append(Text(f"... {failed['more']} calls before", style=QUIET))
    for frame in failed["frames"]:
        inside = f" in {frame['function']}" if frame["function"] else ""
        parts.append(Text(f"{path}, line {frame['line']}{inside}", style=QUIET))
        parts.append(Padding(Text(frame["source"], style=STRONG), (0, 0, 0, 4), expand=False))
        if frame.get("column"):
            parts.append(Padding(Text(" " * (frame["column"] - 1) + "^", style=BAD), (0, 0, 0, 4), expand=False))
        table = Table.grid(padding=(0, 1))
        for name, described in frame["variables"].items():
            table.add_row(Text(name), Text("is", style=QUIET), Text(described))
        parts.append(Padding(table, (0, 0, 0, 6), expand=False))
    return Group(*parts)


def _case(case: Case, name: str) -> Group:
    parts: list[Any] = [Text(f"The smallest failing case found: {case.title}", style=STRONG)]
    for call in case.calls:
        parts.append(Padding(Text(f"{name} with {call}"), (0, 0, 0, 2), expand=False))
    if case.notes:
        parts.append(Padding(Text("with " + ", ".join(case.notes)), (0, 0, 0, 2), expand=False))
    parts.append(Padding(_comparison(case), (0, 0, 0, 2), expand=False))
    return Group(*parts)


def _comparison(case: Case) -> Any:
    expected, got = _lines(case.expected, set()), _lines(case.got, case.wrong)
    width = max(map(len, [*expected, "expected"])) + max(map(len, [*got, "yours"])) + 6
    if width > WIDTH - 2:
        return Group(
            Text("expected", style=QUIET), *map(Text, expected), Text("yours", style=QUIET), *_starred(got)
        )
    table = Table.grid(padding=(0, 4))
    star = "   (* differs)" if case.wrong else ""
    table.add_row(Text("expected", style=QUIET), Text("yours" + star, style=QUIET))
    table.add_row(Group(*map(Text, expected)), Group(*_starred(got)))
    return table


def _starred(lines: list[str]) -> list[Text]:
    texts = []
    for line in lines:
        text = Text(line)
        text.highlight_regex(r"\*[-+.\w]+", style=BAD)
        texts.append(text)
    return texts


def _lines(value: Any, wrong: set[int]) -> list[str]:
    if isinstance(value, dict) and "tensor" in value:
        rows = values.table(value, wrong)
        if rows is not None:
            return rows
    return [values.line(value, WIDTH - 4)]


def _printed(printed: str) -> Group:
    lines = printed.rstrip().splitlines()
    shown = [Text(line[: WIDTH - 2]) for line in lines[:8]]
    if len(lines) > 8:
        shown.append(Text(f"... {len(lines) - 8} more lines", style=QUIET))
    return Group(Text("Your code printed:", style=QUIET), Padding(Group(*shown), (0, 0, 0, 2), expand=False))


def _next(verdict: Verdict) -> Text:
    text = Text()
    for words, command in next_steps(verdict):
        text.append(f"{words:<8}", style=QUIET).append(command + "\n")
    text.rstrip()
    return text


def next_steps(verdict: Verdict) -> list[tuple[str, str]]:
    """(a word, what to type or where to look)."""
    name = verdict.exercise
    if verdict.passed:
        following = after(name)
        compare = [("Compare", f"make answer exercise={name}")]
        return compare + ([("Next", f"make check exercise={following}")] if following else [("Done", "make list")])
    where = f"{verdict.path}" + (f", line {line}" if (line := line_of(verdict)) else "")
    return [("Edit", where), ("Again", command(f"check exercise={name}")), ("Stuck?", f"make hint exercise={name}")]


def command(words: str) -> str:
    return f"make {words}"


def after(name: str) -> str | None:
    names = [exercise.name for exercise in lesson.exercises()]
    position = names.index(name) + 1
    return names[position] if position < len(names) else None


def line_of(verdict: Verdict) -> int | None:
    """The line of the learner's file where the exercise starts."""
    if not os.path.exists(verdict.path):
        return None
    with open(verdict.path, encoding="utf-8", errors="replace") as file:
        for number, line in enumerate(file, 1):
            if line.startswith((f"def {verdict.exercise}(", f"class {verdict.exercise}")):
                return number
    return None


def show(verdicts: list[Verdict], experiment: Callable[[Exercise], list[str]]) -> None:
    """One verdict in full; of many a line each, and the first that needs work in full."""
    out = console()
    if len(verdicts) == 1:
        out.print(render(verdicts[0], _shown_experiment(verdicts[0], experiment)))
        return
    unreadable: set[str] = set()
    table = Table.grid(padding=(0, 1))
    for verdict in verdicts:
        if is_unreadable(verdict):
            unreadable.add(verdict.path)
            continue
        points = f"{verdict.points:g}/{verdict.max_points}"
        table.add_row(Text(" "), mark(verdict.passed), verdict.exercise, Text(points), _outcome(verdict.outcome))
    out.print(table)
    for path in sorted(unreadable):
        out.print(Text(f"  {path} cannot be read: nothing in it is checked", style=BAD))
    passed = sum(verdict.passed for verdict in verdicts)
    out.print(Padding(Text(f"{passed} of {len(verdicts)} pass", style=STRONG), (1, 0, 1, 0), expand=False))
    first = next((v for v in verdicts if not v.passed and v.outcome != "not_started"), None)
    first = first or next((v for v in verdicts if not v.passed), None)
    if first:
        out.print(render(first, _shown_experiment(first, experiment)))


def is_unreadable(verdict: Verdict) -> bool:
    """Whether the whole file has a syntax error, which is then said once."""
    failed = (verdict.trouble or {}).get("failure") or {}
    return (verdict.trouble or {}).get("kind") == "missing" and failed.get("type", "").endswith(
        ("SyntaxError", "IndentationError", "TabError")
    )


def _shown_experiment(verdict: Verdict, experiment: Callable[[Exercise], list[str]]) -> list[str] | None:
    exercise = lesson.find(verdict.exercise)
    judged = any(probe.why == "differs" for probe in verdict.probes)
    return experiment(exercise) if judged and exercise.experiment_function else None


def _outcome(outcome: str) -> Text:
    styles = {"passed": GOOD, "not_started": QUIET}
    return Text(HEADLINES[outcome], style=styles.get(outcome, BAD))


def show_hint(exercise: Exercise, number: int, repeated: bool) -> None:
    out = console()
    out.print(Text(f"Hint {number} of {len(exercise.hints)} for {exercise.name}", style=STRONG))
    out.print(Padding(Text(exercise.hints[number - 1]), (0, 0, 0, 2), expand=False))
    name = exercise.name
    last = number == len(exercise.hints)
    words = "That was the last one." if repeated else "That is the last one." if last else ""
    if words:
        out.print(Text(f"{words} Show the answer all the same: make answer exercise={name} give_up=1", style=QUIET))
    else:
        out.print(Text(f"More: make hint exercise={name}   Check: make check exercise={name}", style=QUIET))


def show_answer(exercise: Exercise, experiment: list[str] | None) -> None:
    """The learner's own definition and the reference; side by side where both are narrow enough."""
    from rich.syntax import Syntax

    from autograder import source, workspace

    out = console()
    reference = source.without_prompt(source.answers(exercise.section)[exercise.name].text)
    try:
        text = source.exercises_path(exercise.section).read_text(encoding="utf-8")
        own = source.without_prompt(workspace.definition(text, exercise.name) or "")
    except (OSError, workspace.Unparsable):
        own = ""
    for title, code in (("Yours", own), ("The reference", reference)):
        if code:
            out.print(Text(title, style=STRONG))
            out.print(Padding(Syntax(code.rstrip(), "python", theme="ansi_dark", background_color="default"), (0, 0, 1, 2), expand=False))
    for statement in exercise.statements.values():
        table = Table.grid(padding=(0, 1))
        table.add_row(Text(f"{statement.letter})", style=STRONG), Text(statement.explanation))
        out.print(Padding(table, (0, 0, 0, 2), expand=False))
    if experiment:
        out.print(Padding(Text("See for yourself:", style=STRONG), (1, 0, 0, 0), expand=False))
        out.print(Padding(Text("\n".join(experiment)), (0, 0, 0, 2), expand=False))


def show_list(rows: list[dict[str, Any]]) -> None:
    out = console()
    for section in dict.fromkeys(row["section"] for row in rows):
        own = [row for row in rows if row["section"] == section]
        out.print(Text(section, style=STRONG), Text(_bar(own)))
        table = Table.grid(padding=(0, 1))
        for row in own:
            points = f"{row['earned']:g}/{row['points']}"
            question = Text("?" if row["kind"] == "concept" else " ", style=QUIET)
            table.add_row(Text(" "), mark(row["outcome"] == "passed") if row["outcome"] != "not_started" else Text("·"),
                          question, row["name"], Text(points, justify="right"), _outcome(row["outcome"]))
        out.print(table)
    out.print(Padding(Text("all " + _bar(rows), style=STRONG), (1, 0, 0, 0), expand=False))
    following = next((row["name"] for row in rows if row["outcome"] != "passed"), None)
    if following:
        out.print(Text("Next    ", style=QUIET) + Text(f"make check exercise={following}"))


def _bar(rows: list[dict[str, Any]], width: int = 20) -> str:
    earned, points = sum(row["earned"] for row in rows), sum(row["points"] for row in rows)
    passed = sum(row["outcome"] == "passed" for row in rows)
    filled = int(width * earned / points) if points else 0
    return f"[{'#' * filled}{'.' * (width - filled)}] {passed} of {len(rows)} passed, {earned:g} of {points} points"
