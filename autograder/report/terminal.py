"""A verdict in the terminal: at most 80 columns, readable without colour."""

from __future__ import annotations

import contextlib
import functools
import io
import os
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from rich.console import Console, Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from autograder import lesson, places
from autograder.judging.verdict import Verdict
from autograder.milestones.composition import DRAWN
from autograder.report import values
from autograder.report.case import Case
from autograder.report.errors import FLOOD, UNREADABLE
from autograder.report.words import Feedback, feedback

#: Named ANSI colours follow the reader's own theme, light or dark; no meaning hangs on them alone.
GOOD, BAD, QUIET, STRONG = "green", "red", "dim", "bold"
WIDTH = 80
#: A warning of Python's among what was printed: its end says what to do.
WARNING = re.compile(r"\S+:\d+: \w*Warning: ")


def console() -> Console:
    """Standard output, at most 80 columns wide; colour only on a terminal and without NO_COLOR."""
    made = Console(highlight=False, soft_wrap=False, emoji=False, markup=False)
    made.width = min(made.width, WIDTH) if sys.stdout.isatty() else WIDTH
    return made


@contextlib.contextmanager
def page() -> Iterator[Console]:
    """A console whose output is written when the block ends, without the blanks that padding leaves at line ends."""
    out = console()
    with out.capture() as captured:
        yield out
    lines = captured.get().splitlines()
    sys.stdout.write("\n".join(line.rstrip() for line in lines) + "\n")


def paged(function: Callable[..., None]) -> Callable[..., None]:
    """Give a function that prints its console as the first argument."""

    @functools.wraps(function)
    def shown(*args: Any, **kwargs: Any) -> None:
        with page() as out:
            function(out, *args, **kwargs)

    return shown


def text(verdict: Verdict) -> str:
    """The feedback on a verdict as plain text."""
    out = Console(highlight=False, emoji=False, markup=False, no_color=True, width=WIDTH, file=io.StringIO())
    with out.capture() as captured:
        out.print(render(verdict), crop=False)
    return "\n".join(line.rstrip() for line in captured.get().splitlines())


def mark(passed: bool) -> Text:
    fancy = (getattr(sys.stdout, "encoding", "utf8") or "").lower().replace("-", "") == "utf8"
    sign = ("✓" if passed else "✗") if fancy else ("+" if passed else "x")
    return Text(sign, style=GOOD if passed else BAD)


def render(verdict: Verdict, experiment: list[str] | None = None) -> Group:
    """Everything there is to say about one exercise, ending with the next thing to type."""
    return Group(*body(verdict, experiment), Text(""), _next(verdict))  # a padding would cut what is too long


def body(verdict: Verdict, experiment: list[str] | None = None) -> list[Any]:
    """What there is to say about one exercise, without what to type next."""
    told = feedback(verdict)
    parts: list[Any] = [Text(told.headline, style=f"{STRONG} {GOOD if verdict.passed else BAD}")]
    if verdict.outcome == "not_started":
        parts[0].stylize("default")
    if any(probe.why != "missing" for probe in verdict.probes) and told.probes:
        parts.append(_probes(told))
    says = [Padding(Text(text), (1, 0, 0, 0), expand=False) for text in told.says if text]
    parts += says[:1] + ([Padding(_place(told.place, verdict.path), (1, 0, 0, 0))] if told.place else []) + says[1:]
    parts += _statements(told, experiment)
    if told.failure and told.failure.get("frames"):
        parts.append(Padding(failing_lines(told.failure, verdict.path), (1, 0, 0, 0), expand=False))
    if told.case:
        parts.append(Padding(_case(told.case, verdict.exercise), (1, 0, 0, 0), expand=False))
    if verdict.printed.strip() and verdict.outcome != "passed":
        parts.append(Padding(_printed(verdict.printed), (1, 0, 0, 0), expand=False))
    parts += [Padding(Text(line), (i == 0, 0, 0, 2 * (i > 0)), expand=False) for i, line in enumerate(told.remarks)]
    parts += [Padding(Text(note, style=QUIET), (1, 0, 0, 0), expand=False) for note in told.notes]
    return parts


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


def _place(place: dict[str, Any], path: str) -> Group:
    """A line of the learner's, with what is meant in it marked below."""
    parts: list[Any] = [Text(f"{path}, line {place['line']}", style=QUIET)]
    parts.append(Padding(Text(place["source"], style=STRONG), (0, 0, 0, 4), expand=False))
    if place["columns"] and len(place["source"]) < WIDTH - 4:
        first, last = place["columns"]
        parts.append(Padding(Text(" " * first + "^" * (last - first), style=BAD), (0, 0, 0, 4), expand=False))
    return Group(*parts)


def failing_lines(failed: dict[str, Any], path: str | None = None) -> Group:
    """The learner's lines that an exception went through; `path` names their file, unless each line names its own."""
    parts: list[Any] = []
    frames = failed["frames"]
    same = len(frames) > 1 and all(frame == frames[0] for frame in frames)
    if same or failed.get("more"):
        told = f"the same call {failed['more'] + len(frames)} times" if same else f"... {failed['more']} calls before"
        parts.append(Text(told, style=QUIET))
    for frame in frames[-1:] if same else frames:
        inside = f" in {frame['function']}" if frame["function"] else ""
        parts.append(Text(f"{path or frame['file']}, line {frame['line']}{inside}", style=QUIET))
        parts.append(Padding(Text(frame["source"], style=STRONG), (0, 0, 0, 4), expand=False))
        if frame.get("column") and len(frame["source"]) < WIDTH - 4:
            parts.append(Padding(Text(" " * (frame["column"] - 1) + "^", style=BAD), (0, 0, 0, 4), expand=False))
        table = Table.grid(padding=(0, 1))
        for name, described in frame["variables"].items():
            table.add_row(Text(name), Text("is", style=QUIET), Text(described))
        parts.append(Padding(table, (0, 0, 0, 6), expand=False))
    return Group(*parts)


def _case(case: Case, name: str) -> Group:
    parts: list[Any] = [Text(case.heading, style=STRONG)]
    for call in case.calls:
        parts.append(Padding(Text(f"{name} with {call}"), (0, 0, 0, 2), expand=False))
    if case.notes:
        parts.append(Padding(Text("with " + ", ".join(case.notes)), (0, 0, 0, 2), expand=False))
    if case.compared:
        parts.append(Padding(_comparison(case), (0, 0, 0, 2), expand=False))
    return Group(*parts)


def _comparison(case: Case) -> Any:
    expected, got = ([text] for text in values.apart(case.expected, case.got, WIDTH - 4))
    if case.wrong and (rows := values.table(case.expected, case.wrong, "", case.digits)):
        expected, got = rows, values.table(case.got, case.wrong, "*", case.digits) or got
    uncut = max(len(values.line(value, 10_000)) for value in (case.expected, case.got))
    if case.difference and case.difference.fault == "length" and uncut > WIDTH - 4:
        expected, got = [values.kind(case.expected)], [values.kind(case.got)]  # cut to a line, both would look alike
    width = max(map(len, [*expected, "expected"])) + max(map(len, [*got, "yours"])) + 6
    heading, star = "expected" + case.part, case.star
    if width > WIDTH - 2:
        return Group(
            Text(heading, style=QUIET), *map(Text, expected), Text("yours" + star, style=QUIET), *_starred(got)
        )
    table = Table.grid(padding=(0, 4))
    table.add_row(Text(heading, style=QUIET), Text("yours" + star, style=QUIET))
    table.add_row(Group(*map(Text, expected)), Group(*_starred(got)))
    return table


def _starred(lines: list[str]) -> list[Text]:
    texts = []
    for line in lines:
        text = Text(line)
        text.highlight_regex(r"\*[-+.\w]+", style=BAD)
        texts.append(text)
    return texts


def _printed(printed: str) -> Group:
    lines = printed.rstrip().splitlines()
    most = 3 if len(printed) >= FLOOD else 8
    shown = [Text(line if WARNING.match(line) else _cut(line)) for line in lines[:most]]
    if len(lines) > most:
        shown.append(Text("... and more" if most == 3 else f"... {len(lines) - most} more lines", style=QUIET))
    return Group(Text("Your code printed:", style=QUIET), Padding(Group(*shown), (0, 0, 0, 2), expand=False))


def _cut(line: str) -> str:
    return line if len(line) <= WIDTH - 2 else line[: WIDTH - 3] + "…"


def _next(verdict: Verdict) -> Text:
    text = Text(no_wrap=True, overflow="ignore")  # a command cut in two cannot be copied
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
    where = verdict.path + (f", line {line}" if (line := unreadable_line(verdict) or line_of(verdict)) else "")
    own = Path(verdict.path).resolve().parent == places.EXERCISES.resolve()
    file = "" if own else f" file={verdict.path}"
    again = f"make check exercise={name}{file}"
    draw = [("Draw", f"{again} plot=1")] if name in DRAWN and verdict.outcome == "failed" else []
    return [("Edit", where), ("Again", again), *draw, ("Stuck?", f"make hint exercise={name}")]


def after(name: str) -> str | None:
    names = [exercise.name for exercise in lesson.exercises()]
    position = names.index(name) + 1
    return names[position] if position < len(names) else None


def unreadable_line(verdict: Verdict) -> int | None:
    """The line that keeps Python from reading the learner's file, which may be far from the exercise; else None."""
    failed = (verdict.trouble or {}).get("failure") or {}
    return failed["frames"][0]["line"] if failed.get("type") in UNREADABLE and failed["frames"] else None


def line_of(verdict: Verdict) -> int | None:
    """The line of the learner's file where the exercise starts."""
    if not os.path.exists(verdict.path):
        return None
    with open(verdict.path, encoding="utf-8", errors="replace") as file:
        for number, line in enumerate(file, 1):
            if line.startswith((f"def {verdict.exercise}(", f"class {verdict.exercise}")):
                return number
    return None
