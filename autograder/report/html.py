"""A verdict as HTML for a notebook: one block, no script, no style sheet, readable on light, dark and paper.

Colours are thin and transparent, text keeps the colour of the page, and no meaning hangs on colour alone. Words
stand in `div`s, with class names of Bootstrap: formgrader and feedback pages take styles, paragraphs and tables away.
"""

from __future__ import annotations

import html
import math
import re
from typing import Any

from autograder.report import values
from autograder.report.case import Case
from autograder.report.words import Feedback

#: Both as legible on white as on the dark of a notebook.
GOOD, BAD, QUIET = "#218a4a", "#d8433f", "opacity:.75"
_MONO = "font-family:var(--jp-code-font-family,monospace);font-size:.92em"
_CELL = "padding:1px 8px;text-align:right;border:1px solid rgba(128,128,128,.25)"
_BARE = f"background:none;padding:0;{_MONO}"
MOST = 8


def block(told: Feedback, passed: bool, lines: list[str], after: str = "") -> str:
    """The whole feedback. `lines` are an experiment's; `after` is what to do next, as HTML."""
    name, colour = _mood(passed)
    parts = [f"<div class='{name}' style='font-weight:600;color:{colour}'><b>{text(told.headline)}</b></div>"]
    parts.append(_probes(told))
    says = [_paragraph(prose(text)) for text in told.says if text]
    parts += [*says[:1], *([_place(told.place)] if told.place else []), *says[1:]]
    parts += [statement(letter, explanation) for letter, explanation in told.statements]
    if lines and told.statements:
        parts.append(f"<div>See for yourself:</div>{pre(chr(10).join(lines))}")
    if told.failure:
        parts.append(_failure(told.failure))
    if told.case and shows(told.case):
        parts.append(_case(told.case))
    parts += [_paragraph(prose(remark)) for remark in told.remarks]
    parts += [_paragraph(prose(note), QUIET) for note in told.notes]
    if after:
        parts.append(_paragraph(after, QUIET))
    edge = f"border-left:3px solid {colour};padding:.2em 0 .2em .8em;max-width:60em"
    return f"<div style='{edge}'>{''.join(parts)}</div>"


def place(says: str, where: dict[str, Any]) -> str:
    """A sentence about a line of the learner's, and the line."""
    edge = f"border-left:3px solid {BAD};padding:.2em 0 .2em .8em"
    return f"<div style='{edge}'>{_paragraph(prose(says))}{_place(where)}</div>"


def _mood(passed: bool) -> tuple[str, str]:
    return ("text-success", GOOD) if passed else ("text-danger", BAD)


def _paragraph(content: str, style: str = "") -> str:
    return f"<div style='margin:.5em 0;{style}'>{content}</div>"


def text(value: str) -> str:
    return html.escape(value)


def prose(value: str) -> str:
    """Text with `code` set as such."""
    return re.sub(r"`([^`]+)`", lambda m: f"<code>{m[1]}</code>", text(value))


def _probes(told: Feedback) -> str:
    if not told.probes:
        return ""
    return f"<div style='margin:.4em 0'>{''.join(marked(*probe) for probe in told.probes)}</div>"


def marked(passed: bool, title: str, remark: str = "") -> str:
    """A line with a mark before it, and perhaps a remark behind."""
    name, colour = _mood(passed)
    mark = f"<span class='{name}' style='color:{colour}'>{'✓' if passed else '✗'}</span>"
    more = f" <span style='{QUIET}'>({text(remark)})</span>" if remark else ""
    return f"<div style='padding-left:1.5em;text-indent:-1.1em'>{mark} {text(title)}{more}</div>"


def statement(letter: str, explanation: str) -> str:
    name = f"<b>{text(letter)})</b> " if letter else ""
    return f"<div style='margin:.4em 0 .4em 1em'>{name}{prose(explanation)}</div>"


def _place(place: dict[str, Any]) -> str:
    """A line of the learner's, with what is meant in it underlined."""
    first, last = place["columns"] or (0, 0)
    before, meant, after = (text(part) for part in _cut(place["source"], first, last))
    # nbgrader's pages keep the class and take the style away.
    style = f"color:inherit;font-weight:inherit;text-decoration:underline 2px {BAD};text-underline-offset:3px"
    line = f"{before}<b class='text-danger' style='{style}'>{meant}</b>{after}" if meant else before + after
    where = f"{text(place['file'])}, line {int(place['line'])}"
    return f"<div style='{QUIET}'>{where}</div>{_code(line)}"


def _cut(line: str, first: int, last: int) -> tuple[str, str, str]:
    return line[:first], line[first:last], line[last:]


def _failure(failed: dict[str, Any]) -> str:
    from autograder.notebooks.place import label

    parts = [f"<div style='{QUIET}'>... {failed['more']} calls before</div>"] if failed.get("more") else []
    for frame in failed.get("frames", []):
        inside = f" in {text(frame['function'])}" if frame.get("function") else ""
        where = f"{text(label(str(frame.get('file', ''))))}, line {int(frame['line'])}{inside}"
        parts.append(f"<div style='{QUIET}'>{where}</div>{pre(frame['source'])}")
        known = frame.get("variables", {}).items()
        rows = "".join(f"<div><code style='{_BARE}'>{text(name)}</code> is {text(told)}</div>" for name, told in known)
        parts.append(f"<div style='margin:.2em 0 .6em 1em'>{rows}</div>" if rows else "")
    return "".join(parts)


def _case(case: Case) -> str:
    parts = [f"<div style='margin-top:.5em'>{text(case.heading)}</div>"]
    parts += [f"<div style='{_MONO}'>with {text(call)}</div>" for call in case.calls]
    if case.notes:
        parts.append(f"<div style='{_MONO}'>with {text(', '.join(case.notes))}</div>")
    if case.compared:
        star = f"<span style='{QUIET}'>{text(case.star)}</span>"
        expected, got = values.apart(case.expected, case.got, 100)
        parts.append(_beside(f"expected{text(case.part)}", heat(case.expected, case, mark=False) or _bare(expected)))
        parts.append(_beside(f"yours{star}", heat(case.got, case, mark=True) or _bare(got)))
    return "".join(parts)


def _beside(heading: str, content: str) -> str:
    """Beside the one before where there is room, else below it."""
    style = "display:inline-block;vertical-align:top;max-width:100%;overflow-x:auto;margin:.3em 2em 0 .6em"
    return f"<div style='{style}'><b>{heading}</b>{content}</div>"


def shows(case: Case) -> bool:
    """Whether there is anything to see: a complaint about an answer has no case."""
    return bool(case.calls or case.notes or case.expected is not None or case.got is not None)


def _bare(content: str) -> str:
    return f"<code style='background:none'>{text(content)}</code>"


def heat(value: Any, case: Case, mark: bool) -> str:
    """A tensor of one or two dimensions, blue above zero, orange below, stronger where larger; "" for anything else.

    With `mark` wrong elements have a star and a frame.
    """
    tensor = value if isinstance(value, dict) and "tensor" in value else None
    seen = values.window(tensor, case.wrong, MOST) if tensor else None
    if tensor is None or seen is None:
        return ""
    digits = case.digits
    largest = max((abs(v) for v in tensor["values"] if _finite(v)), default=0.0) or 1.0
    made = ""
    for row in seen.rows:
        made += "<tr style='background:none'>"
        for column in seen.columns:
            if row is None or column is None:
                made += f"<td style='border:none'>{'⋮' if row is None else '…'}</td>"
                continue
            position = row * tensor["shape"][-1] + column
            made += _cell(tensor["values"][position], largest, mark and position in case.wrong, digits)
        made += "</tr>"
    more = f"<div style='{QUIET}'>{seen.left_out}</div>" if seen.left_out else ""
    return f"<table style='border-collapse:collapse;color:inherit;{_MONO}'>{made}</table>{more}"


def _cell(number: Any, largest: float, wrong: bool, digits: int) -> str:
    colour = ""
    if _finite(number):
        shade = 0.55 * abs(number) / largest
        colour = f"background:rgba({'70,130,240' if number >= 0 else '240,140,40'},{shade:.2f});"
    frame = f"outline:2px solid {BAD};outline-offset:-2px;font-weight:600;" if wrong else ""
    return f"<td style='{_CELL};{colour}{frame}'>{'*' if wrong else ''}{text(values.cell(number, digits))}</td>"


def _finite(number: Any) -> bool:
    return isinstance(number, int | float) and math.isfinite(number)


def pre(content: str) -> str:
    return _code(text(content))


def _code(content: str) -> str:
    """`content` is HTML."""
    style = f"margin:.2em 0 .2em 1em;white-space:pre-wrap;{_MONO};background:none;color:inherit"
    return f"<pre style='{style}'>{content}</pre>"
