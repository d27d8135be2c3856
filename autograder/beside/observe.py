"""The untrusted side: run the probes of one exercise on implementations and report what they saw, as plain data.

It runs in a child process, beside the learner's code, so it judges nothing and holds nothing
worth stealing: the probes come as text without rights, mistakes or answers, and no reference is in memory unless the
reference itself is what is being observed.
"""

from __future__ import annotations

import functools
import inspect
import io
import json
import random
import sys
import time
import types
from collections.abc import Callable, Container, Iterator
from typing import Any

import torch

from autograder.beside.draw import Draw
from autograder.beside.encode import encode
from autograder.beside.failure import failure, innermost
from autograder.beside.load import put_pieces, read_pieces, run_file
from autograder.beside.patience import Patience
from autograder.beside.shortcut import unknown, watching
from autograder.beside.steps import Steps
from autograder.beside.story import stories
from autograder.declaring import remedy
from autograder.exercise import MOST_CALLS, Complaint, Exercise, Probe

#: Elements of a tensor that a call was made with or returned; they are there to be shown.
MOST_SHOWN = 1000

#: What the text of the probes is called where a line of it is named.
PROBES = "<probes>"

#: Taken before any learner code runs, which may replace what the json module holds.
to_json = json.dumps
#: torch reads now, before any fork, what this processor can do. A child that finds no /proc/cpuinfo would compute in
#: another way, and last digits, also of what is drawn, would be others than the reference's.
CAPABILITY = torch.backends.cpu.get_cpu_capability()
_equal, _clone, _detach = torch.equal, torch.Tensor.clone, torch.Tensor.detach

Frame = dict[str, Any]


def run(job: Frame, emit: Callable[[Frame], None]) -> None:
    """Observe every implementation of the job under every run of it; `emit` gets a frame as soon as there is one.

    job: {"exercise": name, "probes": text of the stripped checks module, "implementations": [spec, ...],
          "runs": [{"seed": int, "level": int or None}, ...], "only": [probe names, in this order] or None,
          "each": seconds for each implementation, or None,
          "afresh": whether every run loads the implementation anew, so that none finds what an earlier one has left}
    or {"several": [such jobs]}: one after the other, and each frame tells by "job" of which it is
    or {"experiment": {"file": text, "path": label, "name": of the function in it}}
    or {"shortcuts": [names]}: those among them that nothing can be watched by.
    """
    if "shortcuts" in job:
        return emit({"unknown": unknown(job["shortcuts"])})
    if "experiment" in job:
        return emit(experiment(job["experiment"]))
    if "several" in job:
        for number, one in enumerate(job["several"]):
            run(one, functools.partial(_emit_of, number, emit))
        return None
    exercise = exercise_from(job["probes"], job["exercise"])
    patience = Patience(job.get("each"))
    for i, spec in enumerate(job["implementations"]):
        patience.begin()
        _all_probes(job, exercise, i, spec, patience, emit)
        patience.end()


def _emit_of(number: int, emit: Callable[[Frame], None], frame: Frame) -> None:
    emit({"job": number, **frame})


def _all_probes(
    job: Frame, exercise: Exercise, i: int, spec: Frame, patience: Patience, emit: Callable[[Frame], None]
) -> None:
    """Observe the implementation numbered i; what its time does not suffice for is left out."""
    implementation: Any = None
    steps = Steps()
    told: Frame = {"failure": None, "found": None}
    with patience.running():
        implementation, told = implementation_of(spec, exercise, steps)
    emit({"implementation": i, "loaded": told})
    if patience.over:
        emit({"implementation": i, "late": "", "raised": {"frames": []}})
    if implementation is None:
        return
    borrowed = kit_parts(implementation)
    for r, settings in enumerate(job["runs"]):
        if r and job.get("afresh"):
            implementation, _ = implementation_of(spec, exercise, steps)
        for probe in [exercise.watched[name] for name in job.get("only") or exercise.watched]:
            if patience.over:
                return
            draw = Draw(settings["seed"], settings.get("level"))
            frame: Frame | None = None
            started = time.perf_counter()
            with patience.running():
                frame = observe(exercise, probe, implementation, draw, spec["path"])
            if patience.over:
                emit({"implementation": i, "late": probe.name, **(frame or {"raised": {"frames": []}})})
            elif frame is not None:
                if spec.get("steps"):
                    frame["steps"] = steps.taken()
                frame["shortcuts"] += borrowed
                if patience.seconds:
                    frame["seconds"] = time.perf_counter() - started
                emit({"implementation": i, "run": r, "probe": probe.name, **frame})


def experiment(spec: Frame) -> Frame:
    """Run the experiment of a concept question: its lines, or why there are none."""
    module, failed = run_file(spec["path"], spec["file"])
    if failed:
        return {"failed": f"{failed['type']}: {failed['message']}"}
    try:
        lines = module.__dict__[spec["name"]]()
        return {"lines": lines.splitlines() if isinstance(lines, str) else [str(line) for line in lines]}
    except Exception as error:  # whatever an author may have written
        return {"failed": f"{type(error).__name__}: {error}"}


def kit_parts(implementation: Any) -> list[str]:
    """What an answer is, or is derived from, that belongs to the kit: some of what probes bring behaves right."""
    kinds = implementation.__mro__ if isinstance(implementation, type) else [implementation]
    parts = [kind for kind in kinds if str(getattr(kind, "__module__", "")).split(".")[0] in ("autograder", "probes")]
    return [f"{part.__module__}.{getattr(part, '__name__', type(part).__name__)}" for part in parts]


@functools.lru_cache(maxsize=200)
def compiled(text: str) -> types.CodeType:
    """A checks module as code. The warm process keeps it, so that no child has to compile it again."""
    return compile(text, PROBES, "exec", dont_inherit=True)


@functools.cache
def exercise_from(text: str, name: str) -> Exercise:
    """The exercise that a checks module, given as text, declares under this name."""
    module = types.ModuleType("probes")
    sys.modules["probes"] = module
    exec(compiled(text), module.__dict__)
    return next(e for e in vars(module).values() if isinstance(e, Exercise) and e.name == name)


def implementation_of(spec: Frame, exercise: Exercise, steps: Steps | None = None) -> tuple[Any, Frame]:
    """The implementation that a spec names, and what to tell about loading it.

    A spec is {"file": text, "path": label, "pieces": text of earlier reference pieces, "names": their names,
    "steps": what it calls with the results of its steps}. Rights and known mistakes come as texts too
    (autograder/authoring/variants.py), as if somebody had handed them in.
    """
    lent = read_pieces(spec["pieces"], spec["names"]) if spec.get("pieces") else {}
    if spec.get("steps"):
        lent[spec["steps"]] = steps
    module, first = run_file(spec["path"], spec["file"], lent=lent)
    put_pieces(module, lent)
    if exercise.name not in module.__dict__:
        return None, {"failure": first, "found": None}
    found = module.__dict__[exercise.name]
    kind = "class" if isinstance(found, type) else "function" if callable(found) else type(found).__name__
    of = str(getattr(found, "__module__", ""))  # of another module where an import has hidden what the file defines
    return (found if callable(found) else None), {"failure": first, "found": kind, "of": of}


def observe(exercise: Exercise, probe: Probe, implementation: Any, draw: Draw, path: str | Container[str]) -> Frame:
    """What one probe saw: {"value"}, {"raised"} or {"complaint"}, and what was noticed in the calls that it made."""
    random.seed(draw.integer(0, 2**30))
    torch.default_generator.manual_seed(draw.integer(0, 2**30))
    torch.set_grad_enabled(True)  # an answer observed before may have left it off
    printed = _Tee(sys.stdout)
    recorder = Recorder(exercise, implementation)
    seen: Frame
    sys.stdout = printed
    try:
        if exercise.is_class:
            with watching(exercise.shortcut) as recorder.shortcuts:
                seen = {"value": encode(probe.function(implementation, draw))}
        else:
            seen = {"value": encode(probe.function(recorder.function, draw))}
    except Complaint as complaint:
        seen = {"complaint": str(complaint)}
    except BaseException as error:
        seen = {"raised": failure(error, path)}
        if not seen["raised"]["frames"] and (own := innermost(error, PROBES)):
            frame, seen["line"] = own
            if type(error) is NameError or (type(error) is TypeError and str(error).startswith("Draw.")):
                names = vars(Draw) | frame.f_globals | frame.f_locals
                seen["raised"]["message"] += remedy(error, names, exercise.name)
    finally:
        sys.stdout = printed.stream
    return seen | {
        "calls": recorder.calls,
        "changed": sorted(recorder.changed),
        "shortcuts": sorted(recorder.shortcuts),
        "printed": printed.text(),
        "notes": {name: encode(value) for name, value in draw.notes.items()},
        "story": stories(draw.followed),
    }


class Recorder:
    """Wraps a function: notes its arguments and results, and whether a call changed an argument."""

    def __init__(self, exercise: Exercise, implementation: Any):
        self.exercise, self.implementation = exercise, implementation
        self.calls: list[Frame] = []
        self.changed: set[str] = set()
        self.shortcuts: set[str] = set()

    @property
    def function(self) -> Callable[..., Any]:
        implementation, names = self.implementation, _parameter_names(self.implementation)

        def recorded(*args: Any, **kwargs: Any) -> Any:
            named = dict(zip(names or [str(i + 1) for i in range(len(args))], args, strict=False)) | kwargs
            before = {name: _copy(value) for name, value in named.items()}
            call: Frame = {}
            if len(self.calls) < MOST_CALLS:
                call["arguments"] = {name: encode(value, MOST_SHOWN) for name, value in named.items()}
                self.calls.append(call)
            try:
                with watching(self.exercise.shortcut) as seen:
                    result = implementation(*args, **kwargs)
            finally:
                self.shortcuts |= seen
                self.changed |= {name for name in before if _changed(before[name], named[name])}
            if "arguments" in call:
                call["result"] = "(an iterator)" if issubclass(type(result), Iterator) else encode(result, MOST_SHOWN)
            return result

        recorded.__name__ = getattr(implementation, "__name__", self.exercise.name)
        return recorded


def _copy(value: Any) -> Any:
    """What is needed to tell later whether the value has been changed."""
    return _clone(_detach(value)) if isinstance(value, torch.Tensor) else encode(value)


def _changed(before: Any, after: Any) -> bool:
    if isinstance(before, dict) and "object" in before:
        return False  # a model or an optimizer is there to be changed
    if isinstance(before, torch.Tensor):
        if _equal(before, _detach(after)):
            return False
        before = encode(before)  # it may hold nan, which is not equal to itself
    return to_json(_values(before)) != to_json(_values(encode(after)))


def _values(value: Any) -> Any:
    """An encoded tensor without its flag for gradients, which may be switched on without changing anything."""
    return value | {"grad": False} if isinstance(value, dict) and "grad" in value else value


def _parameter_names(function: Any) -> list[str]:
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return []
    if any(p.kind is p.VAR_POSITIONAL for p in parameters):
        return []
    return [p.name for p in parameters]


class _Tee(io.TextIOBase):
    """Passes on what is printed and keeps the beginning of it."""

    def __init__(self, stream: Any, most: int = 2000):
        self.stream, self.most, self.kept = stream, most, ""

    def write(self, text: str) -> int:
        if len(self.kept) < self.most:
            self.kept += text[: self.most]
        return self.stream.write(text)

    def flush(self) -> None:
        self.stream.flush()

    def text(self) -> str:
        return self.kept[: self.most]
