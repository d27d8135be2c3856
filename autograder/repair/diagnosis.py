"""From an answer that fails to what is told of it: the edits that make it pass, and the known mistakes among them."""

from __future__ import annotations

import ast
import contextlib
import dataclasses
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from autograder import lesson
from autograder.authoring import variants
from autograder.exercise import Exercise
from autograder.judging.verdict import Diagnosis
from autograder.repair import reading, resembling, rights
from autograder.repair.copies import Copy
from autograder.repair.displaced import displaced, finer, one_by_one
from autograder.repair.meeting import InFull, Known, Meeting
from autograder.repair.naming import MANY, NO_HINTS, Hints, Named, told
from autograder.repair.reading import Definition
from autograder.repair.search import Search
from autograder.repair.sets import Found, Sets
from autograder.repair.steps import Agreement
from autograder.repair.suggested import Suggested
from autograder.repair.trial import Frames, Observe, OutOfBudget, Trials, text_of

#: Of the time, so much is left for what brings an answer nearer where nothing mends it.
LAST = 0.15
#: Of a known mistake without a place: seconds more, so many probes that are asked, lines that may give what it gives.
AT_LAST, ASKED, FEW = 0.2, 2, 2


@dataclass
class Looked:
    """What a search found, and what it took."""

    found: Found | None
    trials: Trials
    seconds: float
    hints: Hints = NO_HINTS
    #: What is told in part, mostly by its steps, where nothing is told of what was found, or not all.
    partly: Found | None = None
    #: What its steps give, and the probes that fail.
    agreement: Agreement | None = None
    failing: Sequence[str] = ()

    @property
    def runs(self) -> int:
        return self.trials.runs


def look(
    exercise: Exercise,
    own: dict[str, Any],
    frames: Frames,
    reference: Frames,
    observe: Observe,
    seconds: float,
    known: Known,
    in_full: InFull,
    alone: Diagnosis | None = None,
    clock: Callable[[], float] = time.monotonic,
    copy: Copy | None = None,
) -> Looked:
    """Look for the smallest set of edits of `own["file"]` with which it passes, for so many seconds of this clock.

    Where a `copy` of an earlier exercise is at fault, its edits are looked for and no others.
    """
    trials = Trials(exercise, own, reference, observe, seconds * (1 - LAST), clock)
    if _wants_an_import(trials, frames):
        return Looked(None, trials, 0.0)
    stopped = _stopped(trials, frames)
    try:
        begun = _begin(trials, own, frames, Meeting(exercise, known, in_full, reference), alone, copy)
    except OutOfBudget:
        begun = None
    if begun is None:
        return Looked(None, trials, seconds - trials.left(), Hints(stopped))
    search, suggested = begun
    found = _best(search, suggested)
    trials.deadline += seconds * LAST
    partly = search.several.part()
    found = found or search.single.nearer(suggested.likely)
    if found and found.after is None and len(found.edits) >= MANY:  # of so many perhaps none is told
        partly = partly or search.single.part() or search.single.nearer(suggested.likely)
    if found and _gets_round(found, stopped):
        found = None
    hints = Hints(stopped, suggested.undone)
    return Looked(found, trials, seconds - trials.left(), hints, partly, search.several.agreement, search.telling)


def _best(search: Search, suggested: Suggested) -> Found | None:
    """What mends all, told as well as can be; where nothing does in the time, what mends a part."""
    with contextlib.suppress(OutOfBudget):
        if found := search.best(suggested.differences, lambda: suggested.edits):
            found = one_by_one(search.sets, displaced(search.sets, found), suggested.differences)
            return finer(search.sets, found, suggested.edits)
    return search.single.part()


def _gets_round(found: Found, stopped: tuple[int, ...] | None) -> bool:
    """Whether by what mends a part an error is gone that came from other lines: so may be what was asked for."""
    if found.after is None or found.met is not None or found.stepped or not stopped:
        return False
    return not any(line in stopped for edit in found.edits for line in edit.lines)


def diagnoses(looked: Looked, text: str, alone: Diagnosis | None, named: Named) -> list[Diagnosis]:
    """What is told of what was found; of nothing found, the known mistake that was known before."""
    found = _places(looked, looked.found, text, alone, named)
    if not any(diagnosis.whole for diagnosis in found):
        told = {line for diagnosis in found for line in diagnosis.lines}
        partly = _places(looked, looked.partly, text, None, named)
        found = [*found, *(d for d in partly if d.lines and not told & {*d.lines})] if found else partly
    return found


def _places(looked: Looked, found: Found | None, text: str, alone: Diagnosis | None, named: Named) -> list[Diagnosis]:
    if found is None:
        return [alone] if alone else []
    made = told(found, text, alone, looked.trials.failing, named, looked.hints)
    missing = {edit.lines[:1] for edit in found.edits if edit.kind == "method_missing"}
    missing -= {edit.lines[:1] for edit in found.edits if edit.kind != "method_missing"}
    # A method that is missing has no line: the header of its class, behind which it would stand, is right.
    return [dataclasses.replace(d, lines=(), source="", columns=None) if d.lines in missing else d for d in made]


def where_it_stands(looked: Looked, text: str, known: Diagnosis) -> Diagnosis:
    """A known mistake whose place is not known, with the lines that read like it, or else give what it gives."""
    exercise = looked.trials.exercise
    if known.lines or not known.known:
        return known
    tree = reading.read(text, exercise.name)
    mine = [n for n in tree.body if isinstance(n, Definition) and n.name == exercise.name] if tree else []
    lines = resembling.lines(exercise, known.mistake, mine[-1]) if mine else ()
    lines = lines or _by_steps(looked, known.mistake)
    if not lines:
        return known
    source = text.split("\n")
    quoted = re.findall(r"[\w.]+\([^()]*\)", known.message)  # what its sentence speaks of is its place
    lines = tuple(line for line in lines if any(call in source[line - 1] for call in quoted)) or lines
    return dataclasses.replace(known, lines=lines, source=source[lines[0] - 1].strip())


def _by_steps(looked: Looked, mistake: str) -> tuple[int, ...]:
    """The first line that gives what the mistake gives; not of a loop that learns, where all that follows differs."""
    trials, exercise = looked.trials, looked.trials.exercise
    if looked.agreement is None or any(frame.get("story") for frame in trials.reference.values()):
        return ()
    trials.deadline += AT_LAST
    texts = [variants.implementation(exercise, "mistake", name)["file"] for name in resembling.texts(exercise, mistake)]
    with contextlib.suppress(OutOfBudget):
        for probe in looked.failing[:ASKED]:
            lines = looked.agreement.like([ast.parse(text) for text in texts], probe)
            if lines:
                return tuple(lines[:1]) if len(lines) <= FEW else ()
    return ()


def _wants_an_import(trials: Trials, frames: Frames) -> bool:
    """Whether it stops at the name of a module that the file does not import: without the line nothing is known."""
    unknown = {f"name '{name}' is not defined" for name in reading.MODULES}
    return any(frames.get(p, {}).get("raised", {}).get("message") in unknown for p in trials.failing(frames)[:1])


def _stopped(trials: Trials, frames: Frames) -> tuple[int, ...] | None:
    """The lines where the answer raised, () if they are not the same under every probe; None if it has a value."""
    seen = [frames.get(name, {}) for name in trials.failing(frames)]
    if any("value" in frame for frame in seen):
        return None
    places = {tuple(line["line"] for line in frame.get("raised", {}).get("frames", ())) for frame in seen}
    return places.pop() if len(places) == 1 else ()


def _begin(
    trials: Trials,
    own: dict[str, Any],
    frames: Frames,
    meeting: Meeting,
    alone: Diagnosis | None,
    copy: Copy | None,
) -> tuple[Search, Suggested] | None:
    """The search, and the edits to try in it; None where nothing can be said of this text."""
    exercise = trials.exercise
    answers = rights.right_answers(exercise)
    tree = reading.read(own["file"], exercise.name, rights.used_names(answers[:1]))
    text = text_of(tree) if tree is not None else None
    if tree is None or text is None:
        return None
    base = trials.begin(text, ast.unparse(ast.Module([*reading.imports(tree), answers[0][1]], [])))
    failing = trials.failing(base)
    if failing != trials.failing(frames):
        return None  # something of the file that was left out matters
    # What sees little costs little. Measured, it would be another first from one check to the next, and another search.
    failing.sort(key=lambda name: len(repr(trials.reference[name])))
    # Another exercise of the section is checked for itself, and where it is at fault the kit's stands in: it is no
    # place for an edit. One of another section is a function of theirs like any other: nobody checks it here.
    others = set(lesson.names(exercise.section)) - {exercise.name}
    apart = others | set(own.get("names", ()))
    if copy:
        answers = [(name, rights.cleaned(node, copy.name)) for name, node in rights.right_answers(copy.of)]
        suggested = Suggested(copy.of, copy.name, tree, answers, apart | copy.beside)
    else:
        suggested = Suggested(exercise, exercise.name, tree, answers, apart, alone)
    agreement = Agreement(tree, trials, [ast.Module([*reading.imports(tree), node], []) for _, node in answers])
    return Search(Sets(tree, trials, failing, base), meeting, agreement, suggested.undone), suggested


__all__ = ["Looked", "diagnoses", "look", "where_it_stands"]
