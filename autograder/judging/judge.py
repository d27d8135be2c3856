"""The trusted side: compare observations, score, diagnose. It never runs or imports a learner's code.

Frames are plain data from beside/observe.py. A frame of the learner agrees with the reference's frame of the same
probe when it is of the same kind (a value, an exception, a complaint), the values are equal within the probe's
tolerance, no argument was changed that the reference leaves alone, and no forbidden function was run.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from autograder.exercise import Exercise, Probe
from autograder.judging.difference import Difference, difference, only_form
from autograder.judging.verdict import Frame, ProbeResult, Verdict
from autograder.process.frames import Outcome

#: Runs tried, smallest first, when a failing case is to be shown: three seeds at each of four levels.
SMALL = [{"seed": seed, "level": level} for level in range(4) for seed in range(3)]


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
