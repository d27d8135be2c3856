"""What known mistakes do, observed once for each seed, and which of them can explain an answer."""

from __future__ import annotations

from typing import Any

from autograder.exercise import Exercise
from autograder.judging.diagnosis import Mistakes
from autograder.judging.judge import by_probe, compare
from autograder.judging.observing import PATIENT, expected, observe, of_references
from autograder.judging.verdict import Frame

_known: dict[tuple[str, int], Mistakes] = {}
#: The same, seen by one probe alone.
_known_on: dict[tuple[str, int, str], Mistakes] = {}


def known(exercise: Exercise, seed: int) -> Mistakes:
    """Every known mistake and relation; observed once for each seed."""
    key = (exercise.name, seed)
    if key not in _known:
        _known[key] = _seen(exercise, _variants(exercise), seed)
    return _known[key]


def known_on(exercise: Exercise, seed: int, probe: str) -> Mistakes:
    """Every known mistake with what this probe sees of it, and with more where all of them are known already."""
    key = (exercise.name, seed, probe)
    if key[:2] in _known:
        return _known[key[:2]]
    if key not in _known_on:
        _known_on[key] = _seen(exercise, _variants(exercise), seed, [probe])
    return _known_on[key]


def in_full(exercise: Exercise, seed: int, names: set[str]) -> Mistakes:
    """These known mistakes, with what every probe sees of them."""
    if (exercise.name, seed) in _known:
        return {name: _known[exercise.name, seed][name] for name in names}
    return _seen(exercise, [v for v in _variants(exercise) if v[1] in names], seed) if names else {}


def suspects(exercise: Exercise, frames: dict[str, Frame], failing: str, seed: int) -> Mistakes:
    """The known mistakes that can explain these frames: every one that looks the same on the probe `failing`."""
    probe, tried = exercise.probes[failing], known_on(exercise, seed, failing)
    same = {
        name
        for name, (_, seen) in tried.items()
        if failing in seen and compare(exercise, probe, frames[failing], seen[failing])[0] == "agrees"
    }
    return in_full(exercise, seed, same)


def _variants(exercise: Exercise) -> list[tuple[str, str]]:
    from autograder.authoring.families import complete
    from autograder.authoring.relations import RELATIONS

    relations = [] if exercise.is_class else [name for name in RELATIONS if name not in exercise.mistakes]
    own = [("mistake", name) for name in exercise.mistakes] + [("relation", name) for name in relations]
    return own + [("family", name) for name in complete(exercise)]


def _seen(exercise: Exercise, variants: list[tuple[str, str]], seed: int, only: list[str] | None = None) -> Mistakes:
    from autograder.authoring.families import complete
    from autograder.authoring.relations import RELATIONS
    from autograder.authoring.variants import implementation

    specs = [implementation(exercise, kind, name) for kind, name in variants]
    tried = observe(exercise, specs, [{"seed": seed}], only, timeout=PATIENT)
    found = {}
    for i, (kind, name) in enumerate(variants):
        table = exercise.mistakes if kind == "mistake" else complete(exercise)
        told = RELATIONS[name].__doc__ or "" if kind == "relation" else table[name].message
        found[name] = told.format(name=exercise.name) if kind == "relation" else told, by_probe(tried, i)
    return found


def gradable(exercise: Exercise) -> None:
    """AuthorsError where a probe or the reference raises, or a known mistake does not fit what it is an edit of."""
    from autograder.authoring.variants import implementation

    expected(exercise, 0)
    for kind, name in _variants(exercise) if exercise.kind == "code" else ():
        implementation(exercise, kind, name)


def references(exercise: Exercise, seed: int) -> dict[str, Any]:
    """What `expected` and `known` give, as plain data for another process to `adopt`."""
    return {"expected": expected(exercise, seed), "known": known(exercise, seed) if exercise.kind == "code" else {}}


def adopt(exercise: Exercise, seed: int, told: dict[str, Any]) -> None:
    """Take over what another process has observed; it need not be observed here again."""
    of_references[exercise.name, seed] = told["expected"]
    _known[exercise.name, seed] = {name: (message, frames) for name, (message, frames) in told["known"].items()}


def forget(exercise: Exercise, seed: int) -> None:
    """Let go of what was observed or adopted for a seed that is not needed for now."""
    of_references.pop((exercise.name, seed), None)
    _known.pop((exercise.name, seed), None)
