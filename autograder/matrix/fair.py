"""Are all right answers taken, also those whose sums are rounded in another way, and remarked on as declared?"""

from __future__ import annotations

import json
import re
from collections.abc import Collection

from autograder import proofread
from autograder.authoring.variants import implementation, same_as
from autograder.declaring import brought, near_to
from autograder.exercise import Exercise, Probe
from autograder.judging.difference import difference
from autograder.judging.judge import remarked
from autograder.judging.verdict import Frame
from autograder.matrix.declared import place_of
from autograder.matrix.seen import MISSING, UNCALLABLE, absent, caught, observe_all, values_alone

#: So many seeds more are the right answers tried under, whatever is examined.
FURTHER = 5


def refused(
    exercise: Exercise, seen: dict[str, dict[str, Frame]], reference: dict[str, Frame], taken: dict[str, list[str]]
) -> list[str]:
    """Right answers that a probe tells from the reference, or that take a shortcut."""
    findings = []
    for name in exercise.rights:
        place = place_of(exercise, name)
        if other := same_as(exercise, name):
            findings.append(f"{place}: the right answer {name} is {other} once more: write it in another style")
        unfair = f"{place}: unfair: the right answer {name}"
        if unseen := [probe for probe in exercise.probes if probe not in seen[name]]:
            findings.append(f"{unfair} {absent(exercise, 'right', name, unseen)}")
            continue
        if taken[name]:
            told = f"takes the shortcut {', '.join(taken[name])}. Drop it, or take that out of shortcut=[...]"
            findings.append(f"{place}: the right answer {name} {told}")
        for probe in caught(exercise, seen[name], reference):
            how = _how(exercise, exercise.probes[probe], seen[name], reference)
            findings.append(f"{unfair} fails {probe}{how}")
    return findings


def _how(exercise: Exercise, probe: Probe, frames: dict[str, Frame], reference: dict[str, Frame]) -> str:
    """What a refused right answer gives, where its form alone keeps it from passing, and what to write."""
    frame, expected = frames.get(probe.name, {}), reference[probe.name]
    less = f"ook at less in {proofread.at(*probe.place)}, or promise it in the prompt"
    gave, meant = ({json.dumps(call.get("result", 0)) for call in seen.get("calls", ())} for seen in (frame, expected))
    if "null" in gave - meant:
        return ": it returns None. Is its `return` missing?"
    if '"(an iterator)"' in gave - meant:
        return f": it yields, where the reference returns. Write `return`, or l{less}"
    if raised := frame.get("raised"):
        told = f": it raises {raised['type']}: {raised['message']}."
        if UNCALLABLE.search(raised["message"]) and not raised["frames"]:
            return f"{told} Give it the reference's parameters"
        if raised["type"] == "NameError":
            name = re.search(r"'(\w+)'", raised["message"])
            return told + (brought(name[1] if name else "")[1:] or f" {MISSING}")
        return f"{told} Mend it; or l{less}"
    if "complaint" in frame:
        return f": {frame['complaint']} L{less}"
    found = difference(frame.get("value"), expected.get("value"), probe.rtol, probe.atol)
    key = {"dtype": "tensor", "shape": "shape"}.get(found.fault if found else "")
    if found is None or key is None:
        return f". L{less}; or, if it is wrong, make it a @{exercise.name}.mistake"
    return f": its {found.fault} is {found.got[key]} where {found.expected[key]} is expected. L{less}"


def too_strict(
    exercise: Exercise, name: str, noisy: dict[str, Frame], plain: dict[str, Frame], reference: dict[str, Frame]
) -> list[str]:
    """Probes that a right answer passes, and fails once its sums are rounded in another way."""
    unfair = caught(exercise, plain, reference)
    who = f"the right answer {name}" if name else "the reference"
    return [
        f"{place_of(exercise, probe)}: too strict: {who}, its sums rounded in another way, fails {probe}: "
        f"give the probe a larger rtol or atol, as @{exercise.name}.probe(rtol=1e-4, atol=1e-5)"
        for probe in caught(exercise, values_alone(noisy), reference)
        if probe not in unfair
    ]


def remarks(exercise: Exercise, frames: dict[str, dict[str, Frame]], reference: dict[str, Frame]) -> list[str]:
    """Each remark is made about the rights that declare it, and about no other."""
    findings = []
    for name, right in exercise.rights.items():
        made = {probe.name for probe in remarked(exercise, frames[name], reference)}
        for remark in sorted(made ^ set(right.remarks)):
            told = "gets" if remark in made else "does not get"
            where = f"{place_of(exercise, name)}: the right answer {name}"
            seen = f"{told} the remark {remark}: see its remarks=[...]"
            if remark not in exercise.remarks:
                seen = f"names a remark {remark} that there is not{near_to(remark, list(exercise.remarks))}"
            findings.append(f"{where} {seen}")
    declared = {remark for right in exercise.rights.values() for remark in right.remarks}
    for probe in exercise.remarks.values():
        where = f"{place_of(exercise, probe.name)}: the remark {probe.name}"
        if probe.name not in declared:
            told = f'write one that gets it, under @{exercise.name}.right(remarks=["{probe.name}"])'
            findings.append(f"{where} is made about no right answer: {told}")
        findings += [] if probe.says else [f"{where} says nothing: write its docstring"]
    return findings


def false_alarms(exercise: Exercise, seeds: int, without: Collection[str] = ()) -> list[str]:
    """Right answers that some probe tells from the reference, over the seeds 1000, 1001, ...: "right: probe, seed"."""
    names = [name for name in exercise.rights if name not in without]
    specs = [implementation(exercise, "right", name) for name in names]
    found = []
    for start in range(1000, 1000 + seeds, 20):
        drawn = list(range(start, min(start + 20, 1000 + seeds)))
        reference, *seen = observe_all(exercise, [implementation(exercise, "reference"), *specs], drawn)
        for run, seed in enumerate(drawn):
            for name, frames in zip(names, seen, strict=True):
                found += [f"{name}: {probe}, seed {seed}" for probe in caught(exercise, frames[run], reference[run])]
    return found


def sometimes(exercise: Exercise, told: list[str]) -> list[str]:
    """Right answers that fail a probe under one of a few further seeds, unless it is told of them already."""
    found: dict[str, str] = {}
    known = [name for name in exercise.rights if any(f"the right answer {name} " in finding for finding in told)]
    for alarm in false_alarms(exercise, FURTHER, known):
        name, probe, seed = re.split(": |, seed ", alarm)
        shows = f"make matrix exercise={exercise.name} seed={seed} shows it"
        unfair = f"{place_of(exercise, name)}: unfair: the right answer {name}"
        found.setdefault(name, f"{unfair} fails {probe} sometimes: {shows}")
    return list(found.values())
