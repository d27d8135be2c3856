"""Hints on what was found in a learner's own text: first an idea, then what to look at. Never the correction."""

from __future__ import annotations

from typing import Any

from autograder.judging.verdict import Diagnosis

#: (idea, what to look at) for kinds of edits that are of one sort.
_SORTS = {
    "shapes": (
        "Think of the shapes: what goes in, and what each step leaves of it.",
        "Look at {where}: write down the shape that goes in, and the one that comes out. Which one do you need?",
    ),
    "formula": (
        "Think of the formula: what is calculated, term by term?",
        "Look at {where}: say it aloud as a formula, and compare it with the prompt, term by term.",
    ),
    "cases": (
        "Think of the cases: which are there, and which of them are alike?",
        "Look at {where}: what happens with the smallest value, the largest, and one on the border? What should?",
    ),
    "calls": (
        "Think of what is handed on: a call works with just what it is given.",
        "Look at {where}: print what goes in and what comes out, on the smallest case. What should come out?",
    ),
    "picking": (
        "Think of which part of a value is meant, and in which order.",
        "Look at {where}: print what it gives for a small value of your own. What should it be?",
    ),
    "order": (
        "Think of the order: what must have happened before what, and how often?",
        "Look at {where}: go through the code by hand, for two rounds where there is a loop. What has happened by "
        "then, and what should have?",
    ),
    "holders": (
        "Think of who holds a value: a name and a value are two things.",
        "Look at {where}: which names stand for that value before it runs, and which after?",
    ),
    "caller": (
        "Think of what the caller gets, and when.",
        "Look at {where}: what does the caller have in hand once it has run?",
    ),
    "steps": (
        "Take one step at a time: which is the first whose result is not what you expect?",
        "Look at {where}: work that line out by hand on the smallest case, and print what your code makes of it.",
    ),
}
_KINDS = {
    "shapes": "dimension dimension_missing keepdim",
    "formula": "sign constant rounding operator operands_swapped operand_missing operand_extra divisor",
    "cases": "comparison condition condition_missing condition_extra",
    "calls": "copy arguments_swapped argument argument_missing argument_extra function attribute name call_extra "
    "call_missing not_called called result_dropped method_name not_promised",
    "picking": "index index_missing index_extra order names_exchanged element_extra element_missing",
    "order": "calls_swapped statement_extra statement_missing method_missing moved with_extra no_grad_missing "
    "loop_extra overwrites accumulates outdent indent held",
    "holders": "in_place not_in_place",
    "caller": "return_missing return_not_yield yield_not_return yields_whole",
    "steps": "expression statement",
}
SORT_OF = {kind: sort for sort, kinds in _KINDS.items() for kind in kinds.split()}


def pointers(found: Diagnosis) -> list[str]:
    """What to say, one after the other. A known mistake's sentence has told the idea already."""
    meant = found.source[slice(*found.columns)] if found.columns else ""
    where = f"`{meant}` in line {found.lines[0]}" if meant and "`" not in meant else f"line {found.lines[0]}"
    idea, look = _SORTS["steps" if found.known else SORT_OF.get(found.mistake, "steps")]
    return [look.format(where=where)] if found.known else [idea, look.format(where=where)]


def following(entry: dict[str, Any], found: Diagnosis | None) -> str:
    """The next thing to say of it, noted in `entry`, what is remembered of the exercise; "" when all has been said."""
    if found is None or not found.lines:
        return ""
    given = entry.get("pointers")
    given = entry["pointers"] = given if isinstance(given, list) else []
    for step, text in enumerate(pointers(found)):
        key = f"{found.mistake} {step}: {found.source}"
        if key not in given:
            given.append(key)
            return text
    return ""
