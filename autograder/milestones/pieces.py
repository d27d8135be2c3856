"""Which pieces a milestone is made of, and whose: the learner's where their check passes, else the reference's."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Any

from autograder import lesson, source, state, workspace
from autograder.judging import answer_file, grade
from autograder.milestones.composition import COMPOSED

#: Why a reference piece stands in, by the outcome of the learner's.
REASONS = {
    "not_started": "not written yet",
    "failed": "does not pass its check yet",
    "shortcut": "takes a shortcut",
    "error": "stops with an error in its check",
    "timeout": "runs out of time in its check",
}


@dataclass(frozen=True)
class Piece:
    name: str
    section: str
    #: The outcome of the learner's own answer.
    outcome: str
    yours: bool


def choose(section: str, unchecked: bool = False) -> list[Piece]:
    """The pieces of a milestone. `unchecked`: the learner's wherever there is one, whether it passes or not."""
    chosen: dict[str, Piece] = {}
    waiting = list(COMPOSED[section])
    while waiting:
        name = waiting.pop(0)
        if name in chosen:
            continue
        home = source.section_of(name)
        if home is None:
            continue
        outcome = outcome_of(name, home)
        written = outcome != "not_started" and _definition(name, home) is not None
        yours = outcome == "passed" or (written and unchecked)
        chosen[name] = Piece(name, home, outcome, yours)
        if yours:
            waiting += _called(name, home)
    return list(chosen.values())


def _called(name: str, section: str) -> list[str]:
    """The code answers of the same section that the learner's answer mentions: a milestone rests on them too."""
    text = _definition(name, section)
    if text is None:
        return []
    used = {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
    known = lesson.load(section) if section in lesson.sections() else {}
    return [other for other in source.answers(section) if other in used - {name} and _is_code(known, other)]


def _definition(name: str, section: str) -> str | None:
    """The learner's definition; None where there is none, or where Python cannot read the file."""
    try:
        return workspace.definition(_learners(section), name)
    except workspace.Unparsable:
        return None


def _is_code(known: dict[str, Any], name: str) -> bool:
    return name in known and known[name].kind == "code"


def outcome_of(name: str, section: str) -> str:
    """The outcome of the learner's answer, as remembered if nothing has changed since, else by checking it now."""
    if section not in lesson.sections():
        return "not_started"
    entry = state.read().get("exercises", {}).get(name, {})
    seen = state.fingerprint(name, section)
    if entry.get("seen") == seen:
        return str(entry["outcome"])
    text = _learners(section)
    try:
        present = workspace.definition(text, name)
    except workspace.Unparsable:
        return "error"
    if present is not None and workspace.is_stub(present):
        return "not_started"
    verdict = grade.check_text(text, label(section), lesson.find(name))
    state.record([(name, verdict.outcome, verdict.points, seen)])
    return verdict.outcome


def _learners(section: str) -> str:
    path = source.exercises_path(section)
    try:
        return answer_file.read(path)
    except answer_file.UnreadableFile:
        return ""


def label(section: str) -> str:
    return f"exercises/{section}.py"


def files(pieces: list[Piece]) -> list[dict[str, Any]]:
    """What the child needs to have these pieces: for each section the learner's text, and what replaces parts of it."""
    needed = []
    for section in dict.fromkeys(piece.section for piece in pieces):
        own = [piece for piece in pieces if piece.section == section]
        mine = any(piece.yours for piece in own)
        needed.append(
            {
                "path": label(section),
                # A file of which nothing is used is not run: it may be broken.
                "text": _learners(section) if mine else "",
                "reference": source.solutions_path(section).read_text(encoding="utf-8"),
                "names": [piece.name for piece in own],
                "replaced": [piece.name for piece in own if not piece.yours],
            }
        )
    return needed


def files_with(recipe: str, name: str, text: str, path: str) -> list[dict[str, Any]]:
    """The reference's pieces of a recipe, with the answer `name` as a learner's file of this text defines it.

    Answers of the same section are the reference's too, where that answer calls them.
    """
    needed = files(reference(recipe))
    for file in needed:
        if name in file["names"]:
            section = source.section_of(name) or ""
            others = [other for other in source.answers(section) if other != name]
            file |= {"text": text, "path": path, "replaced": others}
    return needed


def reference(recipe: str) -> list[Piece]:
    """The pieces of a recipe, all of them the reference's."""
    homes = {name: source.section_of(name) for name in COMPOSED[recipe]}
    return [Piece(name, home, "passed", False) for name, home in homes.items() if home]
