"""Does each mistake fail, as itself, and is each probe needed for that?"""

from __future__ import annotations

import re
from itertools import combinations

from autograder.authoring.relations import RELATIONS
from autograder.authoring.variants import with_words
from autograder.exercise import Exercise
from autograder.judging.diagnosis import diagnose, explains
from autograder.judging.verdict import Frame
from autograder.matrix.declared import declared, place_of
from autograder.matrix.promises import untried
from autograder.matrix.seen import UNCALLABLE, absent, caught

#: What Python says of a name that there is nowhere.
UNKNOWN = re.compile(
    r"^name '(\w+)' is not defined"
    r"|^'(?:Tensor|Parameter|list|tuple|dict|set|int|float|str|bool)' object has no attribute '(\w+)'"
    r"|^module '[\w.]+' has no attribute '(\w+)'"
)

Seen = dict[str, dict[str, Frame]]  #: what each right, mistake and relation did, by its name
Kills = dict[str, list[str]]  #: the probes that catch each of them


def mistakes(
    exercise: Exercise, seen: Seen, reference: dict[str, Frame], taken: dict[str, list[str]]
) -> tuple[Kills, list[str]]:
    """(the probes that catch each declared mistake, what is wrong with one: it passes, or looks like another)."""
    known = {name: ("", seen[name]) for name in [*exercise.mistakes, *(RELATIONS if not exercise.is_class else ())]}
    by = {name: caught(exercise, seen[name], reference) for name in known}
    findings: list[str] = []
    told_of: set[str] = set()  # a pair is told once, on the first of the two
    for name in declared(exercise):
        place = place_of(exercise, name)
        if unseen := [probe for probe in exercise.probes if probe not in seen[name]]:
            findings.append(f"{place}: the mistake {name} {absent(exercise, _kind(exercise, name), name, unseen)}")
        elif told := _unmeant(exercise, seen[name]):
            findings.append(f"{place}: the mistake {name} {told}")
        if not by[name]:
            advice = "draw inputs on which it shows, or look at more"
            advice += f"; or, if it is right, make it a @{exercise.name}.right" * (name in exercise.mistakes)
            if name in exercise.relations:
                advice += "; or, where it changes nothing, leave it out of relations=[...]"
            if taken[name]:
                advice = f"it takes the shortcut {', '.join(taken[name])}, which is told without it: drop it"
            findings.append(f"{place}: weak: the mistake {name} passes: {advice}")
            continue
        same = [other for other in known if by[other] == by[name]]
        found = diagnose(exercise, seen[name], {other: known[other] for other in same})
        if found is None or found.mistake != name:
            alike = [other for other in same if other != name and explains(exercise, seen[name], seen[other])]
            if name not in told_of and not set(alike) <= exercise.twins_of(name):
                told_of |= set(alike)
                told = f'add a probe that tells them apart, or say the same to either, and twins=["{alike[0]}"]'
                findings.append(f"{place}: the mistake {name} looks like {', '.join(alike)}: {told}")
    return {name: by[name] for name in declared(exercise)}, findings


def _kind(exercise: Exercise, name: str) -> str:
    return "mistake" if name in exercise.mistakes else "relation"


def _unmeant(exercise: Exercise, frames: dict[str, Frame]) -> str:
    """What a mistake raises in every probe, and nobody would make: its author has slipped."""
    raised = [frame.get("raised", {}) for frame in frames.values()]
    if not all(raised):
        return ""
    words = with_words(exercise, "")[1]
    if all(UNCALLABLE.search(one["message"]) and not one["frames"] for one in raised):
        return f"cannot be called as the reference is: {raised[0]['message']}. Give it the reference's parameters"
    unknown = [UNKNOWN.search(one["message"]) for one in raised]
    if all(one and one[one.lastindex or 0] not in words for one in unknown):
        told = f"{raised[0]['type']} in every probe: {raised[0]['message']}"
        return f"raises {told}. Write what there is, or bring it along"
    return ""


def probes(exercise: Exercise, seen: Seen, kills: Kills, reference: dict[str, Frame]) -> list[str]:
    """Probes without which no mistake would pass, no two be taken for one another, and no promise be untried."""
    idle = [probe for probe in exercise.probes if not _is_needed(exercise, seen, kills, {probe})]
    promised = len(untried(exercise, reference))
    idle = [p for p in idle if len(untried(exercise, {n: reference[n] for n in reference if n != p})) == promised]
    catching = {probe for by in kills.values() for probe in by}
    for_what = "declare the one that it is there for, or drop it"
    findings = [
        f"{place_of(exercise, probe)}: the probe {probe} catches no mistake: {for_what}"
        for probe in idle
        if probe not in catching
    ]
    idle = [probe for probe in idle if probe in catching]
    while idle:
        probe, *idle = idle
        either = [other for other in idle if _is_needed(exercise, seen, kills, {probe, other})]
        idle = [other for other in idle if other not in either]
        told = f"one of the probes {' and '.join([probe, *either])}" if either else f"the probe {probe}"
        what = "is not needed: others catch the same mistakes"
        findings.append(f"{place_of(exercise, probe)}: {told} {what}. Declare one that they miss, or drop it")
    return findings


def with_mutants(finding: str, noticed: dict[str, list[str]]) -> str:
    """A finding about probes that are not needed, with a mutant that one of them alone notices."""
    named = re.search(r": (?:the probe|one of the probes) (.*) is not needed", finding)
    for probe in named[1].split(" and ") if named else []:
        if alone := next((mutant for mutant, by in noticed.items() if by == [probe]), None):
            return f"{finding}. {probe} alone notices `{alone}`: to keep it, make that a mistake"
    return finding


def _is_needed(exercise: Exercise, seen: Seen, kills: Kills, without: set[str]) -> bool:
    if any(by and set(by) <= without for by in kills.values()):
        return True
    for a, b in combinations(kills, 2):
        if set(kills[a]) ^ set(kills[b]) <= without and seen[a].keys() & seen[b].keys() >= exercise.probes.keys():
            apart = caught(exercise, seen[a], seen[b])
            if apart and set(apart) <= without:
                return True
    return False
