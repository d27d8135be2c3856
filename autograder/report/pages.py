"""What the commands print: verdicts, the list, hints and answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rich.console import Console, Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from autograder import lesson
from autograder.exercise import Exercise
from autograder.judging.verdict import Verdict
from autograder.report.errors import UNREADABLE
from autograder.report.terminal import BAD, GOOD, QUIET, STRONG, console, mark, paged, render
from autograder.report.words import HEADLINES


def get_ready() -> None:
    """Do now what takes time at the first page: rich starts, and all sections are read to name what is next."""
    lesson.exercises()
    out = console()
    with out.capture():
        out.print(Padding(Table.grid(), 1), mark(True))


@paged
def show(out: Console, verdicts: list[Verdict], experiment: Callable[[Exercise], list[str]]) -> None:
    """One verdict in full; of many a line each, and the first that needs work in full."""
    if len(verdicts) == 1:
        out.print(render(verdicts[0], _shown_experiment(verdicts[0], experiment)), crop=False)
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
        out.print(render(first, _shown_experiment(first, experiment)), crop=False)


def is_unreadable(verdict: Verdict) -> bool:
    """Whether the whole file has a syntax error, which is then said once."""
    failed = (verdict.trouble or {}).get("failure") or {}
    return (verdict.trouble or {}).get("kind") == "missing" and failed.get("type", "").endswith(UNREADABLE)


def _shown_experiment(verdict: Verdict, experiment: Callable[[Exercise], list[str]]) -> list[str] | None:
    exercise = lesson.find(verdict.exercise)
    judged = any(probe.why == "differs" for probe in verdict.probes)
    return experiment(exercise) if judged and exercise.experiment_function else None


def _outcome(outcome: str) -> Text:
    styles = {"passed": GOOD, "not_started": QUIET}
    return Text(HEADLINES[outcome], style=styles.get(outcome, BAD))


@paged
def show_hint(out: Console, exercise: Exercise, number: int, repeated: bool) -> None:
    out.print(Text(f"Hint {number} of {len(exercise.hints)} for {exercise.name}", style=STRONG))
    out.print(Padding(Text(exercise.hints[number - 1]), (0, 0, 0, 2), expand=False))
    name = exercise.name
    last = number == len(exercise.hints)
    words = "That was the last one." if repeated else "That is the last one." if last else ""
    if words:
        out.print(Text(f"{words} To see the answer all the same:", style=QUIET))
        out.print(Text(f"Answer  make answer exercise={name} give_up=1", style=QUIET))
    else:
        out.print(Text(f"More    make hint exercise={name}", style=QUIET))
        out.print(Text(f"Check   make check exercise={name}", style=QUIET))


@paged
def show_pointer(out: Console, exercise: Exercise, text: str) -> None:
    """A hint on the learner's own text."""
    out.print(Text(f"Hint on your answer to {exercise.name}", style=STRONG))
    out.print(Padding(Text(text), (0, 0, 0, 2), expand=False))
    out.print(Text(f"More    make hint exercise={exercise.name}", style=QUIET))
    out.print(Text(f"Check   make check exercise={exercise.name}", style=QUIET))


@paged
def show_answer(out: Console, exercise: Exercise, experiment: list[str] | None) -> None:
    out.print(answer(exercise, experiment))


def answer(exercise: Exercise, experiment: list[str] | None) -> Group:
    """The learner's own definition, the reference below it, and what explains them."""
    from rich.syntax import Syntax

    from autograder import source, workspace

    parts: list[Any] = []
    reference = source.without_prompt(source.answers(exercise.section)[exercise.name].text)
    try:
        text = source.exercises_path(exercise.section).read_text(encoding="utf-8")
        own = source.without_prompt(workspace.definition(text, exercise.name) or "")
    except (OSError, workspace.Unparsable):
        own = ""
    for title, code in (("Yours", own), ("The reference", reference)):
        if code:
            parts.append(Text(title, style=STRONG))
            parts.append(
                Padding(
                    Syntax(code.rstrip(), "python", theme="ansi_dark", background_color="default"),
                    (0, 0, 1, 2),
                    expand=False,
                )
            )
    for statement in exercise.statements.values():
        table = Table.grid(padding=(0, 1))
        table.add_row(Text(f"{statement.letter})", style=STRONG), Text(statement.explanation))
        parts.append(Padding(table, (0, 0, 0, 2), expand=False))
    if experiment:
        parts.append(Padding(Text("See for yourself:", style=STRONG), (1, 0, 0, 0), expand=False))
        parts.append(Padding(Text("\n".join(experiment)), (0, 0, 0, 2), expand=False))
    return Group(*parts)


@paged
def show_list(out: Console, rows: list[dict[str, Any]]) -> None:
    for section in dict.fromkeys(row["section"] for row in rows):
        own = [row for row in rows if row["section"] == section]
        out.print(Text(section, style=STRONG), Text(_bar(own, out.width - len(section) - 1)))
        table = Table.grid(padding=(0, 1))
        for row in own:
            points = f"{row['earned']:g}/{row['points']}"
            question = Text("?" if row["kind"] == "concept" else " ", style=QUIET)
            table.add_row(
                Text(" "),
                mark(row["outcome"] == "passed") if row["outcome"] != "not_started" else Text("·"),
                question,
                row["name"],
                Text(points, justify="right"),
                _outcome(row["outcome"]),
            )
        out.print(table)
    if len({row["section"] for row in rows}) > 1:
        out.print(Padding(Text("all " + _bar(rows, out.width - 4), style=STRONG), (1, 0, 0, 0), expand=False))
    following = next((row["name"] for row in rows if row["outcome"] != "passed"), None)
    if following:
        out.print(Text("Next    ", style=QUIET) + Text(f"make check exercise={following}"))


def _bar(rows: list[dict[str, Any]], room: int = 80) -> str:
    """How much is done; `room` columns are there for it."""
    earned, points = sum(row["earned"] for row in rows), sum(row["points"] for row in rows)
    passed = sum(row["outcome"] == "passed" for row in rows)
    words = f"{passed} of {len(rows)} passed, {earned:g} of {points} points"
    width = max(min(20, room - len(words) - 3), 5)
    filled = int(width * earned / points) if points else 0
    return f"[{'#' * filled}{'.' * (width - filled)}] {words}"
