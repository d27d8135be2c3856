"""Feedback as lines of plain text, for where a notebook cannot show HTML."""

from __future__ import annotations

from typing import Any

from autograder.notebooks.place import label
from autograder.report import values
from autograder.report.html import shows
from autograder.report.words import Feedback


def plain(told: Feedback) -> str:
    """The feedback as lines of text."""
    lines = [told.headline]
    lines += [
        f"  {'ok ' if ok else 'no '} {title}" + (f" ({remark})" if remark else "") for ok, title, remark in told.probes
    ]
    says = [text for text in told.says if text]
    lines += [*says[:1], *(_place(told.place) if told.place else []), *says[1:]]
    lines += [f"  {letter}) {text}" if letter else f"  {text}" for letter, text in told.statements]
    for frame in (told.failure or {}).get("frames", []):
        lines.append(f"{label(str(frame.get('file', '')))}, line {frame['line']}: {frame['source']}")
        lines += [f"    {name} is {described}" for name, described in frame.get("variables", {}).items()]
    if told.case and shows(told.case):
        lines.append(told.case.heading)
        lines += [f"    with {call}" for call in told.case.calls + told.case.notes]
        if told.case.compared:
            expected, got = values.apart(told.case.expected, told.case.got, 200)
            lines += [f"    expected {expected}", f"    yours    {got}"]
    return "\n".join(lines + told.remarks + told.notes)


def _place(place: dict[str, Any]) -> list[str]:
    lines = [f"{place['file']}, line {place['line']}: {place['source']}"]
    if place["columns"]:
        first, last = place["columns"]
        lines.append(f"    look at: {place['source'][first:last]}")
    return lines
