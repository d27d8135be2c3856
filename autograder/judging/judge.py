"""The trusted side: compare observations, score, diagnose. It never runs or imports a learner's code.

Frames are plain data from beside/observe.py. A frame of the learner agrees with the reference's frame of the same
probe when it is of the same kind (a value, an exception, a complaint), the values are equal within the probe's
tolerance, no argument was changed that the reference leaves alone, and no forbidden function was run.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from autograder.exercise import Exercise, Probe
from autograder.judging.difference import Difference, difference, only_form
from autograder.process.frames import Outcome

Frame = dict[str, Any]
#: (message, frames by probe) of known mistakes, by name.
Mistakes = dict[str, tuple[str, dict[str, Frame]]]

#: Runs tried, smallest first, when a failing case is to be shown: three seeds at each of four levels.
SMALL = [{"seed": seed, "level": level} for level in range(4) for seed in range(3)]


@dataclass(frozen=True)
class ProbeResult:
    name: str
    passed: bool
    points: int
    max_points: int
    #: "agrees", "differs", "changed", "shortcut", "raised", "complaint" or "missing" (never reached).
    why: str = "agrees"
    difference: Difference | None = None
    frame: Frame | None = None
    expected: Frame | None = None


@dataclass(frozen=True)
class Diagnosis:
    """One thing to mend: a known mistake with its sentence, or a kind of edit, for which autograder/report/ has one."""

    #: The name of the known mistake, or of the kind of edit.
    mistake: str
    message: str = ""
    #: Lines of the learner's file; for something missing the line before, and none where no line was found.
    lines: tuple[int, ...] = ()
    #: The probes that fail because of it.
    probes: tuple[str, ...] = ()
    #: Whether it explains, with the others told, all that every probe sees.
    whole: bool = True
    #: The first of the lines as it stands there, and which columns of it are meant (from 0; none for the whole line).
    source: str = ""
    columns: tuple[int, int] | None = None
    #: Parts of the learner's own text that the sentence may quote.
    said: dict[str, str] = field(default_factory=dict)
    #: Whether it is a known mistake, and not a kind of edit.
    known: bool = True

    def short(self) -> dict[str, Any]:
        return {"mistake": self.mistake, "message": self.message}

    def to_dict(self) -> dict[str, Any]:
        places = {"lines": list(self.lines), "probes": list(self.probes), "whole": self.whole}
        return self.short() | places


@dataclass
class Verdict:
    """The result of one exercise, as plain data; autograder/report/ puts it into words."""

    exercise: str
    section: str
    outcome: str
    points: float
    max_points: int
    probes: list[ProbeResult] = field(default_factory=list)
    diagnosis: Diagnosis | None = None
    #: All that keeps it from passing, as far as it was found; `diagnosis` is the first of them.
    diagnoses: list[Diagnosis] = field(default_factory=list)
    #: What is known when there is nothing to compare: {"kind": "missing" | "failure" | "ending" | "not_callable", ...}
    trouble: dict[str, Any] | None = None
    #: Earlier exercises for which the reference stood in, because the learner's own failed.
    stood_in: list[str] = field(default_factory=list)
    #: The smallest failing case found: (learner's frame, reference's frame).
    smallest: tuple[Frame, Frame] | None = None
    path: str = ""
    printed: str = ""
    #: Good to know, and no reason not to pass.
    remarks: list[str] = field(default_factory=list)
    #: The verdict in a few words. Judging has none: autograder/api.py fills it in.
    message: str = ""

    @property
    def passed(self) -> bool:
        return self.outcome == "passed"

    @property
    def first_failure(self) -> ProbeResult | None:
        return next((result for result in self.probes if not result.passed), None)

    def to_dict(self) -> dict[str, Any]:
        return {
            "exercise": self.exercise,
            "section": self.section,
            "outcome": self.outcome,
            "points": self.points,
            "max_points": self.max_points,
            "probes": [{"name": p.name, "passed": p.passed, "points": p.points} for p in self.probes],
            "diagnosis": self.diagnosis.short() if self.diagnosis else None,
            "diagnoses": [found.to_dict() for found in self.diagnoses or filter(None, [self.diagnosis])],
            "remarks": self.remarks,
            "message": self.message,
        }


def by_probe(outcome: Outcome, implementation: int = 0, run: int = 0) -> dict[str, Frame]:
    """The frames of one implementation under one run, by probe."""
    found = {}
    for frame in outcome.frames:
        if frame.get("implementation") == implementation and frame.get("run") == run:
            found[str(frame.get("probe"))] = frame
    return found


def judge(exercise: Exercise, observed: Outcome, expected: dict[str, Frame], path: str = "") -> Verdict:
    """The verdict on one implementation, without diagnosis."""
    loaded = next((f["loaded"] for f in observed.frames if isinstance(f.get("loaded"), dict)), None)
    frames = by_probe(observed)
    results = [_result(exercise, p, frames.get(p.name), expected[p.name]) for p in exercise.probes.values()]
    results = _one_form_one_check(exercise, results)
    verdict = Verdict(
        exercise.name,
        exercise.section,
        _outcome(exercise, observed, loaded, results),
        sum(result.points for result in results),
        exercise.points,
        results,
        path=path,
        printed=observed.printed,
    )
    if verdict.passed:
        verdict.remarks = [remark.says for remark in remarked(exercise, frames, expected)]
    if loaded and not frames and (loaded.get("found") is None or loaded["found"] not in ("function", "class")):
        verdict.trouble = {"kind": "missing" if loaded.get("found") is None else "not_callable", **loaded}
    elif observed.ending != "finished":
        verdict.trouble = {"kind": "ending", "ending": observed.ending, "detail": observed.detail}
        verdict.trouble |= {"reached": len(frames), "loaded": loaded is not None}
    elif loaded and loaded.get("failure"):
        verdict.trouble = {"kind": "failure", "failure": loaded["failure"]}
    return verdict


def remarked(exercise: Exercise, frames: dict[str, Frame], expected: dict[str, Frame]) -> list[Probe]:
    """The remarks that these observations give reason for; what was not reached gives none."""
    seen = [(p, frames[p.name], expected[p.name]) for p in exercise.remarks.values() if p.name in frames]
    return [probe for probe, frame, wanted in seen if compare(exercise, probe, frame, wanted)[0] != "agrees"]


def _result(exercise: Exercise, probe: Probe, frame: Frame | None, expected: Frame) -> ProbeResult:
    if frame is None:
        return ProbeResult(probe.name, False, 0, probe.points, "missing", None, None, expected)
    why, found = compare(exercise, probe, frame, expected)
    points = probe.points if why == "agrees" else 0
    return ProbeResult(probe.name, why == "agrees", points, probe.points, why, found, frame, expected)


def _one_form_one_check(exercise: Exercise, results: list[ProbeResult]) -> list[ProbeResult]:
    """A formal slip (a dtype, a kept dimension, a number for a tensor) costs the points of the first check it fails.

    It does not pass anywhere; but one slip that runs through a whole answer is not to cost all of it.
    """
    formal = [result for result in results if _is_formal(exercise.probes[result.name], result)][1:]
    return [replace(result, points=result.max_points) if result in formal else result for result in results]


def _is_formal(probe: Probe, result: ProbeResult) -> bool:
    if result.why != "differs" or result.difference is None or result.frame is None or result.expected is None:
        return False
    if set(result.frame.get("shortcuts", ())) - set(result.expected.get("shortcuts", ())):
        return False
    return only_form(result.frame.get("value"), result.expected.get("value"), probe.rtol, probe.atol)


def compare(exercise: Exercise, probe: Probe, frame: Frame, expected: Frame) -> tuple[str, Difference | None]:
    """(why the frames differ or "agrees", the difference of their values if that is why)."""
    if "raised" in expected or "raised" in frame:
        same = kind_of_failure(frame) == kind_of_failure(expected)
        return ("agrees" if same else "raised" if "raised" in frame else "differs"), None
    if "complaint" in expected or "complaint" in frame:
        return ("agrees" if frame.get("complaint") == expected.get("complaint") else "complaint"), None
    changed = set(frame.get("changed", ())) - set(expected.get("changed", ()))
    found = difference(frame.get("value"), expected.get("value"), probe.rtol, probe.atol)
    if changed:
        return "changed", found
    if found:
        return "differs", found
    if set(frame.get("shortcuts", ())) - set(expected.get("shortcuts", ())):
        return "shortcut", None
    return "agrees", None


def most_telling(
    exercise: Exercise, probe: Probe, pairs: Iterable[tuple[Frame | None, Frame | None]]
) -> tuple[Frame, Frame] | None:
    """The first pair of the learner's frame and the reference's that differ: by more than a dtype, if some do."""
    found: tuple[Frame, Frame] | None = None
    for got, want in pairs:
        if not got or not want:
            continue
        why, seen = compare(exercise, probe, got, want)
        if why not in ("differs", "changed"):
            continue
        if not seen or seen.fault != "dtype" or seen.got["values"] != seen.expected["values"]:
            return got, want
        found = found or (got, want)
    return found


def kind_of_failure(frame: Frame) -> tuple[str, bool] | None:
    raised = frame.get("raised")
    return (raised["type"], bool(raised["frames"])) if isinstance(raised, dict) else None


def _outcome(exercise: Exercise, observed: Outcome, loaded: Frame | None, results: list[ProbeResult]) -> str:
    if results and all(result.passed for result in results):
        return "passed"
    if observed.ending == "timeout":
        return "timeout"
    if observed.ending != "finished" or loaded is None or loaded.get("found") is None:
        return "error"
    if all(_is_stub(result, exercise.name) for result in results):
        return "not_started"
    whys = {result.why for result in results if not result.passed}
    if whys == {"shortcut"}:
        return "shortcut"
    if "missing" in whys:
        return "failed"  # the name is there, and it is not something that can be called
    first = next(result for result in results if not result.passed)
    return "error" if first.why == "raised" else "failed"


def _is_stub(result: ProbeResult, name: str) -> bool:
    """Whether the exercise itself raised NotImplementedError, and not an earlier answer that it calls."""
    raised = (result.frame or {}).get("raised") or {"type": "", "frames": []}
    last = raised["frames"][-1] if raised["frames"] else {"function": ""}
    own = "NotImplementedError" in last.get("source", "NotImplementedError")  # torch raises it too, in its functions
    return raised["type"] == "NotImplementedError" and own and last["function"].split(".")[0] == name


def explains(exercise: Exercise, learner: dict[str, Frame], mistaken: dict[str, Frame]) -> bool:
    """Whether a known mistake behaves like the learner's answer on every probe.

    Where neither ever gives a value, the messages must be the same too: two exceptions of one type say little.
    """
    silent = True
    for probe in exercise.probes.values():
        mine, theirs = learner.get(probe.name), mistaken.get(probe.name)
        if mine is None or theirs is None or set(mine.get("changed", ())) != set(theirs.get("changed", ())):
            return False
        if compare(exercise, probe, mine, theirs)[0] != "agrees":
            return False
        silent &= "raised" in mine and mine["raised"].get("message") != theirs["raised"].get("message")
    return not silent


def diagnose(exercise: Exercise, learner: dict[str, Frame], mistakes: Mistakes) -> Diagnosis | None:
    """The one known mistake that explains the learner's observations; none when several different ones do."""
    found = [name for name, (_, frames) in mistakes.items() if explains(exercise, learner, frames)]
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
    """The known mistake that explains most failing probes, and fails none that passes; None where two do as well."""
    fails = [p for p in exercise.probes.values() if not _agree(exercise, p, learner, expected)]
    passes = [p for p in exercise.probes.values() if p not in fails]
    best: list[tuple[str, tuple[str, ...]]] = []
    for name, (_, frames) in mistakes.items():
        if not all(_agree(exercise, p, frames, expected) for p in passes):
            continue
        same = tuple(p.name for p in fails if _looks_the_same(exercise, p, learner, frames))
        if same and (not best or len(same) >= len(best[0][1])):
            best = [*(b for b in best if len(b[1]) == len(same)), (name, same)]
    if not best or len({mistakes[name][0] for name, _ in best}) > 1:
        return None
    name, probes = best[0]
    return Diagnosis(name, mistakes[name][0], probes=probes, whole=False)


def _agree(exercise: Exercise, probe: Probe, mine: dict[str, Frame], theirs: dict[str, Frame]) -> bool:
    a, b = mine.get(probe.name), theirs.get(probe.name)
    return a is not None and b is not None and compare(exercise, probe, a, b)[0] == "agrees"


def _looks_the_same(exercise: Exercise, probe: Probe, mine: dict[str, Frame], theirs: dict[str, Frame]) -> bool:
    """Whether a mistake gives what the learner's answer gives; two exceptions or two complaints say too little."""
    if not _agree(exercise, probe, mine, theirs) or "value" not in mine[probe.name]:
        return False
    return set(mine[probe.name].get("changed", ())) == set(theirs[probe.name].get("changed", ()))
