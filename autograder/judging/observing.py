"""What answers do, asked of a warm process; of the reference, once for each seed."""

from __future__ import annotations

import ast
import contextlib
import re
from pathlib import Path
from typing import Any

from autograder import lesson, proofread, source
from autograder.declaring import brought, taken_by_draw
from autograder.exercise import Exercise
from autograder.judging.judge import SMALL, by_probe
from autograder.judging.verdict import Frame
from autograder.process import limits
from autograder.process.child import BROKEN
from autograder.process.frames import Outcome
from autograder.process.warm import warm
from autograder.proofread import AuthorsError
from autograder.workspace import uses

#: Seconds for the kit's own implementations, whose time says nothing about them but that the machine is busy.
PATIENT = 120.0
#: Seconds that the reference may compute, and may take, for all probes together: it needs a few hundredths of one.
AT_MOST, AT_LONGEST = 10.0, 30.0
#: Of the time that an answer has, so much for computing; the rest is for telling where it was.
OF_ITS_TIME = 0.9
#: What asks whoever sits at the keyboard, or leaves.
ENDS = ("BdbQuit", "EOFError", "SystemExit")
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
        if failed := next((frame["loaded"]["failure"] for frame in observed.frames if "loaded" in frame), None):
            unread_lines[exercise.section] = (failed["frames"][-1]["line"] if failed["frames"] else 1, unread(failed))
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


def observable(exercise: Exercise, observed: Outcome, frames: dict[str, Frame], missing: list[str]) -> None:
    """AuthorsError where a probe, or the reference under it, raises, returns nothing, or does not come to an end.

    `fixed=` says of a probe that it is to raise.
    """
    solutions = source.solutions_path(exercise.section)
    failed = next((frame["loaded"]["failure"] for frame in observed.frames if "loaded" in frame), None)
    if failed and not frames:
        line = failed["frames"][-1]["line"] if failed["frames"] else 1
        raise AuthorsError(solutions, line, unread(failed))
    for name, frame in frames.items():
        raised, probe = frame.get("raised"), exercise.watched[name]
        if frame.get("value", 0) is None:
            if any(call.get("result", 0) is None for call in frame["calls"]):
                where = proofread.definition_of(solutions, exercise.name)
                raise AuthorsError(*where, "the reference returns None. Is its `return` missing?")
            told = "Is its `return` missing? A None to compare goes into a list: [None]."
            raise AuthorsError(*probe.place, f"the probe `{name}` returns None. {told}")
        if unseen := _unseen(frame.get("value")):
            raise AuthorsError(*probe.place, f"the probe `{name}` returns {unseen}")
        if "complaint" in frame:
            where = proofread.definition_of(solutions, exercise.name)
            raise AuthorsError(*where, f"the probe `{name}` refuses the reference: {frame['complaint']}")
        if not raised or (raised["frames"] and probe.fixed):
            continue
        told = f"{raised['type']}: {raised['message'].rstrip('.')}"
        if raised["type"] == "Misdeclared":
            raise AuthorsError(*_place(exercise, name, frame), raised["message"])
        if not raised["frames"]:
            if unknown := re.match(r"NameError: name '(\w+)' is not defined$", told):
                told += brought(unknown[1])
            if raised["type"] == "AssertionError":
                told = told.rstrip(": ") + ". A probe asserts nothing: return what it looks at, and the kit compares"
            if short := re.search(r"Draw\.(\w+)\(\) missing \d+ required positional", told):
                told += f". It takes {taken_by_draw(short[1])}"
            if "takes no arguments" in told:
                told += ". Is the reference's `def __init__` missing?"
            if no_self := _without_self(exercise, raised["message"]):
                raise AuthorsError(
                    solutions, no_self, f"this method has no `self`, so {raised['message']}. Put it first"
                )
            if "does not require grad" in told:
                told += ". Does the reference cut the graph?"
            if raised["type"] in ENDS:
                told += ". Nobody is there to answer it: take that line out"
            if set(re.findall(r"'(\w+)'", told)) & (exercise.rights.keys() | exercise.mistakes.keys()):
                told += ". Rights and mistakes are not there when probes run"
            raise AuthorsError(*_place(exercise, name, frame), f"the probe `{name}` itself raises {told}")
        also = f"If the probe {name} is to see that, say why in its fixed=..."
        if raised["type"] == "RecursionError":
            also = "Does it call itself without an end?"
        if raised["type"] in ENDS:
            also = "Nobody is there to answer it: take that line out"
        if raised["type"] == "NameError":
            also = "Import or define it in this file, or call it what the parameter is called"
        raise AuthorsError(*_place(exercise, name, frame), f"the reference raises {told}. {also}")
    late = next((frame for frame in observed.frames if "late" in frame), None)
    if late or (missing and observed.ending == "timeout"):
        name = late["late"] if late else missing[0]
        place = _place(exercise, name, late or {}) if name else (solutions, 1)
        what = f"the probe `{name}`" if name else "this file"
        seconds = AT_MOST if late else AT_LONGEST
        told = f"{what} has not come to an end after {seconds:.0f} seconds. Does this loop end? Draw less, or do less."
        raise AuthorsError(*place, told)
    if missing and observed.ending == "exited" and observed.detail != f"exit code {BROKEN}":
        told = f"the probe `{missing[0]}` ended its process ({observed.detail}). It has to come back"
        raise AuthorsError(*exercise.watched[missing[0]].place, told)


def unread(failed: dict[str, Any]) -> str:
    """What a line of the solutions raises when their file is read, and what to write."""
    unknown = re.match(r"name '(\w+)' is not defined$", failed["message"]) if failed["type"] == "NameError" else None
    told = f"this raises {failed['type']}: {failed['message'].rstrip('.')}"
    return told + (brought(unknown[1]) if unknown else "")


def _without_self(exercise: Exercise, message: str) -> int:
    """The line of the reference's method that Python gives one thing more than it takes; 0 where that has a self."""
    called = re.match(rf"{exercise.name}\.(\w+)\(\) takes \d+ positional", message)
    if not called:
        return 0
    solutions = source.solutions_path(exercise.section)
    asked = next(node for node in proofread.definitions(solutions) if node.name == exercise.name)
    methods = [node for node in asked.body if isinstance(node, ast.FunctionDef) and node.name == called[1]]
    return next((node.lineno for node in methods if not node.args.args or node.args.args[0].arg != "self"), 0)


def _unseen(value: Any) -> str:
    """Of what is in an observation nothing is compared, if there is something of the kind, and what to return."""
    if isinstance(value, list):
        return next(filter(None, map(_unseen, value)), "")
    if not isinstance(value, dict):
        return ""
    if any(isinstance(one, dict) and "tensor" in one for one in value.get("set", ())):
        return "a set of tensors, which stand in no order there. Return a list."
    if "unseen" in value or (str(value.get("repr", "")).startswith("<") and value["object"] != "type"):
        told = "of which nothing is compared. Return what is in it: a tensor, list(...), list(model.parameters())"
        return f"a value of the type {value['object']}, {told}."
    if "tensor" in value and value["values"] is None:
        return f"a tensor of the shape {value['shape']}, too large to be compared. Draw less."
    return _unseen(list(value.values()))


def _place(exercise: Exercise, probe: str, frame: Frame) -> tuple[str | Path, int]:
    """Where it was, in the reference or else in the probe; else where the probe begins."""
    if raised := frame.get("raised", {}).get("frames"):
        return source.solutions_path(exercise.section), raised[-1]["line"]
    if line := frame.get("line"):
        return source.place_of(exercise.section, exercise.name, line)
    return exercise.watched[probe].place


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
