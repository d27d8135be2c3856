"""The progress page: one HTML file that needs nothing else, made of what the kit remembers.

Every colour has a word beside it, and the page follows the reader's light or dark setting.
"""

from __future__ import annotations

import base64
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from autograder import lesson, source, state
from autograder.places import WORKSPACE
from autograder.report.plots import averaged
from autograder.report.words import HEADLINES

#: Of the drawing, in units of its own.
WIDTH, HEIGHT, LEFT, BOTTOM = 640, 240, 48, 24
MOST_POINTS = 160

Result = dict[str, Any]


def page(rows: list[dict[str, Any]], milestones: dict[str, Result]) -> str:
    """The whole page. `rows` come from overview.rows, `milestones` from milestones.results.read_all."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    remembered = state.exercises()
    sections = []
    for name in dict.fromkeys(row["section"] for row in rows):
        own = [_exercise(row, remembered.get(row["name"], {})) for row in rows if row["section"] == name]
        sections.append({"name": name, "title": name.replace("_", " "), "exercises": own, **_sum(own)})
    template = environment.get_template("progress.html")
    shown = [_milestone(name, result) for name, result in milestones.items()]
    when = datetime.now().astimezone().strftime("%d %B %Y, %H:%M")
    return template.render(sections=sections, all=_sum(rows), milestones=shown, when=when)


def _sum(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "count": len(rows),
        "passed": sum(row["outcome"] == "passed" for row in rows),
        "earned": sum(row["earned"] for row in rows),
        "points": sum(row["points"] for row in rows),
    }


def _exercise(row: dict[str, Any], entry: dict[str, Any]) -> dict[str, Any]:
    predictions, pointers = entry.get("predictions"), entry.get("pointers")
    shown = row | {
        "word": HEADLINES[row["outcome"]],
        "attempts": _number(entry.get("attempts")),
        "hints": _number(entry.get("hints")) + len(pointers if isinstance(pointers, list) else []),
        "predictions": predictions if isinstance(predictions, dict) else None,
        "since": _day(entry.get("passed")),
        "question": None,
    }
    if row["kind"] == "concept" and row["outcome"] == "passed":
        exercise = lesson.find(row["name"])
        shown["question"] = {
            "prompt": source.answers(exercise.section)[exercise.name].prompt,
            "explanations": [(s.letter, s.explanation) for s in exercise.statements.values()],
            "answer": exercise.model_answer,
        }
    return shown


def _number(value: Any) -> int:
    return value if isinstance(value, int) else 0


def _day(when: Any) -> str:
    try:
        return datetime.fromisoformat(when).strftime("%d %B %Y, %H:%M")
    except (TypeError, ValueError):
        return ""


def _milestone(section: str, result: Result) -> dict[str, Any]:
    yours, reference = _losses(result, "batch_losses", "epochs"), _losses(result, "reference_batch_losses", "reference")
    pieces = result.get("pieces") or {}
    return {
        "title": section.replace("_", " "),
        "when": _day(result.get("when")),
        "message": result.get("message") or "",
        "epochs": _epochs(result),
        "drawing": _drawing(yours, reference),
        "picture": _picture(result.get("figure")),
        "stood_in": [name for name, whose in pieces.items() if whose == "reference"],
    }


def _epochs(result: Result) -> list[dict[str, Any]]:
    yours, reference = _rows(result, "epochs"), _rows(result, "reference")
    table = []
    for number, own in enumerate(yours):
        other = reference[number] if number < len(reference) else {}
        table.append({"number": number + 1, "yours": _measures(own), "reference": _measures(other)})
    return table


def _rows(result: Result, key: str) -> list[dict[str, Any]]:
    found = result.get(key)
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def _measures(epoch: dict[str, Any]) -> tuple[str, str]:
    loss, accuracy = epoch.get("loss"), epoch.get("accuracy")
    return "" if loss is None else f"{loss:.4f}", "" if accuracy is None else f"{accuracy:.2%}"


def _losses(result: Result, batches: str, epochs: str) -> list[float | None]:
    """The losses batch by batch; epoch by epoch where that is all there is."""
    return result.get(batches) or [epoch.get("loss") for epoch in _rows(result, epochs)]


def _drawing(yours: list[float | None], reference: list[float | None]) -> dict[str, Any] | None:
    """Both curves as points of an SVG, with the largest and smallest loss; None where there is nothing to draw."""
    curves = [averaged(losses, MOST_POINTS) if losses else [] for losses in (yours, reference)]
    known = [value for curve in curves for value in curve if value is not None]
    if not known:
        return None
    low, high = min(known), max(known)
    span = (high - low) or 1.0

    def points(curve: list[float | None]) -> str:
        step = (WIDTH - LEFT - 8) / max(len(curve) - 1, 1)
        marks = [
            f"{LEFT + i * step:.1f},{8 + (HEIGHT - BOTTOM - 8) * (1 - (value - low) / span):.1f}"
            for i, value in enumerate(curve)
            if value is not None
        ]
        return " ".join(marks if len(marks) != 1 else marks * 2)

    return {
        "yours": points(curves[0]),
        "reference": points(curves[1]),
        "low": f"{low:.3g}",
        "high": f"{high:.3g}",
        "width": WIDTH,
        "height": HEIGHT,
        "left": LEFT,
        "base": HEIGHT - BOTTOM,
        "first": f"{yours[0]:.3g}" if yours and yours[0] is not None else "",
        "last": f"{yours[-1]:.3g}" if yours and yours[-1] is not None else "",
    }


def _picture(figure: Any) -> str | None:
    """The PNG of a milestone as a data address, so that the page stays one file."""
    try:
        data = (WORKSPACE / figure).read_bytes()
    except (OSError, TypeError, ValueError):
        return None
    return "data:image/png;base64," + base64.b64encode(data).decode() if data.startswith(b"\x89PNG") else None
