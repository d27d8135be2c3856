"""The untrusted side: run a submission's cells, then observe its answers. It judges nothing and knows no answer.

It runs in a confined child (autograder/process/server.py), which has what a student may see: the cells, and the
probes without their secrets. Everything goes out as lines of JSON, each as soon as there is one, so that what came
before a crash counts.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import signal
import sys
import types
from collections.abc import Callable, Iterator
from typing import Any

import torch

from autograder.beside import observe
from autograder.beside.draw import Draw
from autograder.beside.encode import encode
from autograder.beside.failure import failure
from autograder.beside.load import put_pieces
from autograder.beside.shell import Shell
from autograder.beside.unplug import unplug
from autograder.exercise import Exercise

Frame = dict[str, Any]
Emit = Callable[[Frame], None]

#: Left behind when time is up and the code cannot be interrupted.
OUT_OF_TIME = 71
#: Seconds between interrupting a cell and ending the process that did not stop.
PATIENCE = 2.0


class OutOfTime(BaseException):
    """A cell ran too long. Not an Exception, so that `except Exception` in a loop does not keep it running."""


def work(results: int, job: Frame, probes: types.CodeType, shell: Shell) -> None:
    """Do the job: {"cells", "skip", "exercises", "seed", "pieces", "without", "cell_seconds", "exercise_seconds"}."""
    gc.enable()
    unplug(job["without"])
    write, dumps = os.write, json.dumps

    def emit(frame: Frame) -> None:
        data = dumps(frame).encode() + b"\n"
        while data:
            data = data[write(results, data) :]

    run_cells(job, shell, emit)
    exercises = _exercises(probes)
    for name in job["exercises"]:
        emit({"exercise": name})
        for frame in _observe(exercises[name], job, shell):
            emit({"exercise": name, **frame})
        emit({"exercise": name, "end": True})
    emit({"done": True})


def run_cells(job: Frame, shell: Shell, emit: Emit) -> None:
    for index, source in enumerate(job["cells"]):
        if index in job["skip"]:
            continue
        emit({"cell": index})
        with _time_limit(job["cell_seconds"], interrupt=True):
            outputs = shell.run(source, index + 1)
        emit({"cell": index, "outputs": outputs})


@contextlib.contextmanager
def _time_limit(seconds: float, interrupt: bool) -> Iterator[None]:
    def ring(number: int, frame: Any) -> None:
        if not interrupt or not ring.first:  # type: ignore[attr-defined]
            os._exit(OUT_OF_TIME)
        ring.first = False  # type: ignore[attr-defined]
        signal.setitimer(signal.ITIMER_REAL, PATIENCE)
        raise OutOfTime(f"stopped after {seconds:g} seconds")

    ring.first = True  # type: ignore[attr-defined]
    signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _exercises(probes: types.CodeType) -> dict[str, Exercise]:
    module = types.ModuleType("probes")
    sys.modules["probes"] = module
    exec(probes, module.__dict__)
    return {e.name: e for e in vars(module).values() if isinstance(e, Exercise)}


def _observe(exercise: Exercise, job: Frame, shell: Shell) -> Iterator[Frame]:
    module = shell.user_module
    if job.get("pieces"):
        put_pieces(module, job["pieces"]["text"], job["pieces"]["names"])
    found = module.__dict__.get(exercise.name)
    missing = exercise.name not in module.__dict__
    kind = "class" if isinstance(found, type) else "function" if callable(found) else type(found).__name__
    yield {"loaded": {"failure": None, "found": None if missing else kind}}
    if missing or not callable(found):
        return
    borrowed = observe.kit_parts(found)
    with _time_limit(job["exercise_seconds"], interrupt=False):
        if exercise.kind == "concept":
            yield _answer(found, shell)
            return
        for probe in exercise.watched.values():
            _start_afresh()
            frame = observe.observe(exercise, probe, found, Draw(job["seed"]), shell.files)
            frame["shortcuts"] += borrowed
            told = {key: value for key, value in frame.items() if key not in ("calls", "notes")}
            yield {"implementation": 0, "run": 0, "probe": probe.name, **told}


def _answer(question: Callable[[], Any], shell: Shell) -> Frame:
    """The letters of a concept question; what they are worth is not known here."""
    try:
        return {"answer": encode(question())}
    except BaseException as error:
        return {"raised": failure(error, shell.files)}


def _start_afresh() -> None:
    """Undo the settings by which one answer could disturb the next."""
    torch.set_default_dtype(torch.float32)
    torch.set_grad_enabled(True)
