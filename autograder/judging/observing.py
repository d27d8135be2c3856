"""What answers do, asked of a warm process; of the reference, once for each seed."""

from __future__ import annotations

import contextlib
from typing import Any

from autograder import lesson, source
from autograder.exercise import Exercise
from autograder.judging.judge import SMALL, by_probe
from autograder.judging.observable import AT_LONGEST, AT_MOST, last_line, load_failure, observable, unread
from autograder.judging.verdict import Frame
from autograder.process import limits
from autograder.process.frames import Outcome
from autograder.process.warm import warm
from autograder.proofread import AuthorsError
from autograder.workspace import uses

#: Seconds for the kit's own implementations, whose time says nothing about them but that the machine is busy.
PATIENT = 120.0
#: Of the time that an answer has, so much for computing; the rest is for telling where it was.
OF_ITS_TIME = 0.9
#: The first line of a section's solutions that raises when they are read, and what it raises.
unread_lines: dict[str, tuple[int, str]] = {}
of_references: dict[tuple[str, int], dict[str, Frame]] = {}
_small: dict[tuple[str, str], Outcome] = {}


def observe(
    exercise: Exercise,
    specs: list[dict[str, Any]],
    runs: list[dict[str, Any]],
    only: list[str] | None = None,
    timeout: float | None = None,
    each: float | None = None,
    stays: int | None = None,
) -> Outcome:
    """`stays`: by a child that gets other jobs with this number as well; for many small ones about one answer."""
    job = _job(exercise, specs, runs, only, each) | {"stays": stays}
    return warm().ask(job if timeout is None else job | {"timeout": timeout})


def _job(
    exercise: Exercise,
    specs: list[dict[str, Any]],
    runs: list[dict[str, Any]],
    only: list[str] | None = None,
    each: float | None = None,
) -> dict[str, Any]:
    probes = source.probes(exercise.section, exercise.name)
    job: dict[str, Any] = {"exercise": exercise.name, "probes": probes, "implementations": specs, "runs": runs}
    return job | {"only": only, "each": each, "imports": _slow_imports(exercise, probes, specs)}


def observe_answer(exercise: Exercise, own: dict[str, Any], runs: list[dict[str, Any]]) -> Outcome:
    """What a learner's answer does; of one whose time is up, where it was then, if Python was running."""
    observed = observe(exercise, [own], runs, each=OF_ITS_TIME * limits.patience())
    late = next((frame for frame in observed.frames if "late" in frame), None)
    if late is None:
        return observed
    lines = late["raised"]["frames"]
    if not late["late"]:  # it was still being read
        failures = [frame["loaded"]["failure"] for frame in observed.frames if "loaded" in frame]
        lines = [line for failure in failures if failure for line in failure["frames"]]
        observed.frames = []
    observed.ending, observed.detail = "timeout", "line {line}: {source}".format(**lines[-1]) if lines else ""
    return observed


def _slow_imports(exercise: Exercise, probes: str, specs: list[dict[str, Any]]) -> list[str]:
    """What the lesson says is slow to import, if a probe, an answer or the rest of its file will make use of it.

    The warm process then imports it before it forks, once, and no learner's time runs meanwhile.
    """
    texts = [spec["file"] for spec in specs if "file" in spec]

    def used(word: str) -> bool:
        named = [text for text in texts if word in text]
        return f"{word}." in probes or any(word in uses(text, exercise.name, at_once=True) for text in named)

    return [module for word, module in lesson.current().slow_imports.items() if used(word)]


def _reference(exercise: Exercise) -> dict[str, Any]:
    path = source.solutions_path(exercise.section)
    return {"file": path.read_text(encoding="utf-8"), "path": str(path)}


def expected(exercise: Exercise, seed: int) -> dict[str, Frame]:
    """The reference's frames by probe; computed once for each seed."""
    key = (exercise.name, seed)
    if key not in of_references:
        observed = observe(exercise, [_reference(exercise)], [{"seed": seed}], timeout=AT_LONGEST, each=AT_MOST)
        frames = by_probe(observed)
        missing = [name for name in exercise.watched if name not in frames]
        observable(exercise, observed, frames, missing)
        if missing:
            raise RuntimeError(
                f"the reference of {exercise.name} could not be observed by {missing[0]}: "
                f"{observed.ending} {observed.detail} {observed.printed[-500:]}"
            )
        of_references[key] = frames
        if failed := load_failure(observed):
            unread_lines[exercise.section] = last_line(failed), unread(failed)
    return of_references[key]


def expect(exercises: list[Exercise], seed: int) -> None:
    """Observe the references of these together, which takes less than one by one. What is wrong with one of them, and
    what it then leaves open, is found when it is `expected`."""
    wanted = [exercise for exercise in exercises if (exercise.name, seed) not in of_references]
    jobs = [_job(exercise, [_reference(exercise)], [{"seed": seed}], each=AT_MOST) for exercise in wanted]
    told = warm().ask({"several": jobs, "timeout": AT_LONGEST}).frames if jobs else []
    for number, exercise in enumerate(wanted):
        observed = Outcome([frame for frame in told if frame.get("job") == number])
        frames = by_probe(observed)
        with contextlib.suppress(AuthorsError):
            observable(exercise, observed, frames, [])
            if set(frames) >= set(exercise.watched):
                of_references[exercise.name, seed] = frames


def small_runs(exercise: Exercise, mistakes: list[str]) -> Outcome:
    """What all probes see, on the first small runs, of the known mistakes; of the reference when none is named."""
    from autograder.authoring.variants import implementation

    specs = [implementation(exercise, "mistake", name) for name in mistakes] or [_reference(exercise)]
    return observe(exercise, specs, SMALL[:6])


def reference_small(exercise: Exercise, probe_name: str) -> Outcome:
    """What one probe sees of the reference on the small runs; observed once."""
    key = (exercise.name, probe_name)
    if key not in _small:
        _small[key] = observe(exercise, [_reference(exercise)], SMALL, [probe_name])
    return _small[key]


def reference_on(exercise: Exercise, runs: list[dict[str, Any]], only: list[str] | None = None) -> Outcome:
    """What all probes, or these in this order, see of the reference on these runs."""
    return observe(exercise, [_reference(exercise)], runs, only)
