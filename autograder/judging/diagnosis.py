"""Which known mistake explains what a learner's answer does: all of it, or a part."""

from __future__ import annotations

import math
import re
from collections.abc import Collection

from autograder.exercise import Exercise, Probe
from autograder.judging.difference import numbers
from autograder.judging.judge import compare
from autograder.judging.verdict import Diagnosis, Frame

#: (message, frames by probe) of known mistakes, by name.
Mistakes = dict[str, tuple[str, dict[str, Frame]]]
#: How a known mistake begins that says of everything else that it is right.
REST_IS_RIGHT = re.compile(r"(The|Both|Your)\b[^.:]* (is|are) right\b")


def explains(
    exercise: Exercise,
    learner: dict[str, Frame],
    mistaken: dict[str, Frame],
    failing: Collection[str] | None = None,
) -> bool:
    """Whether a known mistake behaves like the learner's answer on every probe.

    Where neither ever gives a value, at a probe that is `failing` if these are known, the messages must be the same
    too: two exceptions of one type say little, and a check that agrees says nothing. At the first of these, whose error
    is shown, they must be the same but for numbers and what is quoted.
    """
    silent, shown = True, list(failing or ())[:1]
    for probe in exercise.probes.values():
        mine, theirs = learner.get(probe.name), mistaken.get(probe.name)
        if mine is None or theirs is None or set(mine.get("changed", ())) != set(theirs.get("changed", ())):
            return False
        if compare(exercise, probe, mine, theirs)[0] != "agrees":
            return False
        if failing is None or probe.name in failing:
            if shown == [probe.name] and "raised" in mine and _gist(mine["raised"]) != _gist(theirs["raised"]):
                return False
            silent &= "raised" in mine and _message(mine["raised"]) != _message(theirs["raised"])
    return not silent


def _message(raised: Frame) -> str:
    """What an error says; which attribute it is that something has not is for whoever asks for it to know."""
    message = str(raised.get("message"))
    return re.sub(r"(has no attribute) '\w+'$", r"\1", message) if raised.get("type") == "AttributeError" else message


def _gist(raised: Frame) -> str:
    return re.sub(r"\d+|'.*?'|\[.*?\]", "", _message(raised))


def diagnose(
    exercise: Exercise, learner: dict[str, Frame], mistakes: Mistakes, failing: Collection[str] | None = None
) -> Diagnosis | None:
    """The one known mistake that explains the learner's observations; none when several different ones do."""
    found = [name for name, (_, frames) in mistakes.items() if explains(exercise, learner, frames, failing)]
    # What sister exercises share is a second choice.
    found = [name for name in found if name not in (exercise.family or {})] or found
    if not found or not all(exercise.twins_of(name) & set(found) for name in found[1:]):
        return None
    return Diagnosis(found[0], mistakes[found[0]][0])


def in_part(
    exercise: Exercise,
    learner: dict[str, Frame],
    expected: dict[str, Frame],
    mistakes: Mistakes,
) -> Diagnosis | None:
    """The known mistake that explains most failing probes, and fails none that passes; none that another one explains
    as well, or that leaves the first open: what is shown beside it is that one."""
    fails = [p for p in exercise.probes.values() if not _agree(exercise, p, learner, expected)]
    passes = [p for p in exercise.probes.values() if p not in fails]
    best: list[tuple[str, tuple[str, ...]]] = []
    for name, (message, frames) in mistakes.items():
        if REST_IS_RIGHT.match(message) or not all(_agree(exercise, p, frames, expected) for p in passes):
            continue
        same = tuple(p.name for p in fails if _looks_the_same(exercise, p, learner, frames))
        if same[:1] == (fails[0].name,) and (not best or len(same) >= len(best[0][1])):
            best = [*(b for b in best if len(b[1]) == len(same)), (name, same)]
    # Others that explain other probes are as true; of two that explain the same, nobody knows which it is.
    alone = [(n, p) for n, p in best if not any(set(p) & set(q) and mistakes[m][0] != mistakes[n][0] for m, q in best)]
    if not alone:
        return None
    name, probes = min(alone, key=lambda entry: [p.name for p in fails].index(entry[1][0]))
    return Diagnosis(name, mistakes[name][0], probes=probes, whole=False)


def _agree(exercise: Exercise, probe: Probe, mine: dict[str, Frame], theirs: dict[str, Frame]) -> bool:
    a, b = mine.get(probe.name), theirs.get(probe.name)
    return a is not None and b is not None and compare(exercise, probe, a, b)[0] == "agrees"


def _looks_the_same(exercise: Exercise, probe: Probe, mine: dict[str, Frame], theirs: dict[str, Frame]) -> bool:
    """Whether a mistake gives what the learner's answer gives; two exceptions or complaints say little, as nan does."""
    if not _agree(exercise, probe, mine, theirs) or "value" not in mine[probe.name]:
        return False
    seen = list(numbers(mine[probe.name]["value"]))
    if seen and not any(map(math.isfinite, seen)):
        return False
    return set(mine[probe.name].get("changed", ())) == set(theirs[probe.name].get("changed", ()))
