"""The page on what a class did: one HTML file that needs nothing else, for a screen and for paper."""

from __future__ import annotations

import statistics
from collections import defaultdict
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from autograder.report import html

#: Bars of the picture of all scores.
BARS = 10
#: Of mistakes, and of statements, so many are told at the beginning.
MOST = 5
WORDS = {"difficulty": "difficulty", "discrimination": "discrimination", "point_biserial": "point-biserial"}


def page(report: dict[str, Any]) -> str:
    """`report`: from autograder/classroom/summary.py."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters |= {"prose": lambda text: Markup(html.prose(text)), "breaks": _breaks, "words": _words}
    environment.filters["name"] = _name
    exercises = [_exercise(row, report["students"]) for row in report["exercises"]]
    sections = {
        name: [row for row in exercises if row["section"] == name]
        for name in dict.fromkeys(row["section"] for row in exercises)
    }
    mistakes = [(row, mistake) for row in exercises for mistake in row["mistakes"]]
    return environment.get_template("class.html").render(
        report=report,
        sections=sections,
        commonest=sorted(mistakes, key=lambda found: -found[1]["students"])[:MOST],
        misjudged=_misjudged(exercises),
        alike=_alike(exercises),
        failed_most=_most(exercises),
        checks_most=_checks_most(exercises),
        unrelated=[row for row in exercises if {"discrimination", "point_biserial"} <= set(row["out_of_bounds"])],
        all_passed=[row["name"] for row in exercises if row["passed"] and not row["failed"] + row["not_started"]],
        again=_again(report["again"]),
        help=_by_fact(report["help"]),
        look=[row for row in exercises if row["detail"]],
        bars=_bars(report["scores"], report["max_score"]),
        middle=_middle(report["scores"]),
        usual=report["usual"],
        when=datetime.now().astimezone().strftime("%d %B %Y, %H:%M"),
    )


def _exercise(row: dict[str, Any], students: int) -> dict[str, Any]:
    graded = row["passed"] + row["failed"] + row["not_started"]
    parts = {key: 100 * row[key] / graded if graded else 0 for key in ("passed", "failed", "not_started")}
    wrong = any(statement["wrong"] for statement in row.get("statements", []))
    detail = row["mistakes"] or row["alike"] or wrong or any(check["failed"] for check in row["checks"])
    marked = [WORDS[name] for name in row["out_of_bounds"]]
    return row | {
        "parts": parts,
        "detail": bool(detail),
        "marked": marked,
        "checks": [check | {"title": _words(check["name"])} for check in row["checks"]],
        "statements": row.get("statements", []),
    }


def _alike(exercises: list[dict[str, Any]]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """The largest groups that fail alike, each with its exercise; one answer alone is no group."""
    found = [(row, group) for row in exercises for group in row["alike"] if group["students"] > 1]
    return sorted(found, key=lambda pair: -pair[1]["students"])[:MOST]


def _most(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The three rows of which most failed, and who is level with the third."""
    found = sorted((row for row in rows if row["failed"]), key=lambda row: -row["failed"])
    return [row for row in found if row["failed"] >= found[:3][-1]["failed"]][:MOST]


def _checks_most(exercises: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of all checks of code, those that failed most."""
    return _most([c | {"of": row["name"]} for row in exercises if row["kind"] == "code" for c in row["checks"]])


def _again(again: dict[str, Any]) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """By student who handed in again: the known mistakes that went, and those that stayed."""
    return {
        student: {kind: [one for one in again[kind] if student in one["who"]] for kind in ("went", "stayed")}
        for student in again.get("who", [])
    }


def _misjudged(exercises: list[dict[str, Any]]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """The statements of concept questions that most took for what they are not, each with its question."""
    found = [(row, one) for row in exercises for one in row["statements"] if one["wrong"] and "text" in one]
    return sorted(found, key=lambda pair: -pair[1]["wrong"])[:MOST]


def _by_fact(help: list[dict[str, Any]]) -> dict[str, list[str]]:
    """The students of whom each fact is true that may mean that they need help, with their scores."""
    found: dict[str, list[str]] = defaultdict(list)
    for one in help:
        score = f" ({one['score']:g})" if one["score"] is not None else ""
        for why in one["why"]:
            found[why].append(_name(one["student"]) + score)
    return dict(found)


def _name(student: str) -> Markup:
    """Apart from the words around it, which a name from right to left would turn."""
    return Markup("<bdi>{}</bdi>").format(student)


def _words(name: str) -> str:
    return name.replace("_", " ")


def _breaks(name: str) -> Markup:
    """A name that may go over two lines on a phone."""
    return escape(name).replace("_", Markup("_<wbr>"))


def _bars(scores: list[float], most: float) -> list[dict[str, Any]]:
    """How many students have a score in each tenth of what can be had; the full score counts to the last."""
    counts = [0] * BARS
    for score in scores:
        counts[min(int(BARS * score / most), BARS - 1) if most else 0] += 1
    highest, digits = max(counts) or 1, 0 if most >= 5 * BARS else 1
    return [
        {
            "from": f"{round(most * i / BARS, digits):g}",
            "to": f"{round(most * (i + 1) / BARS, digits):g}",
            "count": count,
            "height": 100 * count / highest,
        }
        for i, count in enumerate(counts)
    ]


def _middle(scores: list[float]) -> dict[str, str]:
    if not scores:
        return {}
    mean, median = statistics.fmean(scores), statistics.median(scores)
    return {"mean": f"{mean:.1f}", "median": f"{median:g}", "lowest": f"{min(scores):g}", "highest": f"{max(scores):g}"}
