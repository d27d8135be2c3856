"""What answers do, asked of a warm process; of the reference, once for each seed."""

from __future__ import annotations

from typing import Any

from autograder import lesson, proofread, source
from autograder.exercise import Exercise
from autograder.judging.judge import SMALL, by_probe
from autograder.judging.verdict import Frame
from autograder.process.frames import Outcome
from autograder.process.warm import warm
from autograder.proofread import AuthorsError
from autograder.workspace import uses

#: Seconds for the kit's own implementations, whose time says nothing about them but that the machine is busy.
PATIENT = 120.0
of_references: dict[tuple[str, int], dict[str, Frame]] = {}
_small: dict[tuple[str, str], Outcome] = {}


def observe(
    exercise: Exercise,
    specs: list[dict[str, Any]],
    runs: list[dict[str, Any]],
    only: list[str] | None = None,
    timeout: float | None = None,
    each: float | None = None,
) -> Outcome:
    probes = source.probes(exercise.section, exercise.name)
    job: dict[str, Any] = {"exercise": exercise.name, "probes": probes, "implementations": specs, "runs": runs}
    job |= {"only": only, "each": each, "imports": _slow_imports(exercise, probes, specs)}
    return warm().ask(job if timeout is None else job | {"timeout": timeout})


def _slow_imports(exercise: Exercise, probes: str, specs: list[dict[str, Any]]) -> list[str]:
    """What the lesson says is slow to import, if a probe or an answer will make use of it.

    The warm process then imports it before it forks, once, and no learner's time runs meanwhile.
    """
    texts = [spec["file"] for spec in specs if "file" in spec]

    def used(word: str) -> bool:
        return f"{word}." in probes or any(word in text and word in uses(text, exercise.name) for text in texts)

    return [module for word, module in lesson.current().slow_imports.items() if used(word)]


def _reference(exercise: Exercise) -> dict[str, Any]:
    path = source.solutions_path(exercise.section)
    return {"file": path.read_text(encoding="utf-8"), "path": str(path)}


def expected(exercise: Exercise, seed: int) -> dict[str, Frame]:
    """The reference's frames by probe; computed once for each seed."""
    key = (exercise.name, seed)
    if key not in of_references:
        observed = observe(exercise, [_reference(exercise)], [{"seed": seed}], timeout=PATIENT)
        frames = by_probe(observed)
        _observable(exercise, observed, frames)
        missing = [name for name in exercise.watched if name not in frames]
        if missing:
            raise RuntimeError(
                f"the reference of {exercise.name} could not be observed by {missing[0]}: "
                f"{observed.ending} {observed.detail} {observed.printed[-500:]}"
            )
        of_references[key] = frames
    return of_references[key]


def _observable(exercise: Exercise, observed: Outcome, frames: dict[str, Frame]) -> None:
    """AuthorsError where a probe, or the reference under it, raises; `fixed=` says of a probe that it is to."""
    solutions = source.solutions_path(exercise.section)
    failed = next((frame["loaded"]["failure"] for frame in observed.frames if "loaded" in frame), None)
    if failed and not frames:
        line = failed["frames"][-1]["line"] if failed["frames"] else 1
        raise AuthorsError(solutions, line, f"this raises {failed['type']}: {failed['message']}")
    for name, frame in frames.items():
        raised, probe = frame.get("raised"), exercise.watched[name]
        if "complaint" in frame:
            place = proofread.definition_of(solutions, exercise.name)
            raise AuthorsError(*place, f"the probe `{name}` refuses the reference: {frame['complaint']}")
        if not raised or (raised["frames"] and probe.fixed):
            continue
        told = f"{raised['type']}: {raised['message']}"
        code = probe.function.__code__
        if not raised["frames"]:
            raise AuthorsError(code.co_filename, code.co_firstlineno, f"the probe `{name}` itself raises {told}")
        line = raised["frames"][-1]["line"]
        also = f"If the probe {name} is to see that, say why in its fixed=..."
        raise AuthorsError(solutions, line, f"the reference raises {told}. {also}")


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


def reference_on(exercise: Exercise, runs: list[dict[str, Any]]) -> Outcome:
    """What all probes see of the reference on these runs."""
    return observe(exercise, [_reference(exercise)], runs)
