"""A job of a notebook's cells: they run, then the answers are observed. It judges nothing and knows no answer.

The other kind of jobs that a server does (autograder/process/server.py). The confined child that it runs in has what a
student may see: the cells, and the probes without their secrets.
"""

from __future__ import annotations

import ast
import contextlib
import importlib
import marshal
import os
import signal
import sys
import time
import types
from collections.abc import Callable, Iterator
from typing import Any

import torch

from autograder.beside import observe, shell
from autograder.beside.draw import Draw
from autograder.beside.encode import encode
from autograder.beside.failure import failure
from autograder.beside.load import put_pieces, read_pieces, silence_checks
from autograder.beside.unplug import files, unplug
from autograder.exercise import Exercise
from autograder.process.family import waited as waited_by
from autograder.process.frames import later

Frame = dict[str, Any]
Emit = Callable[[Frame], None]

#: Left behind when time is up and the code cannot be interrupted; process/frames.py knows it.
OUT_OF_TIME = 71
#: Seconds between interrupting a cell and ending the process that did not stop.
PATIENCE = 2.0

_shell: shell.Shell


class OutOfTime(BaseException):
    """A cell ran too long. Not an Exception, so that `except Exception` in a loop does not keep it running."""


def prepare() -> None:
    """What all answers use and what takes long the first time."""
    global _shell
    importlib.import_module("torch.utils.data")
    _shell = shell.prepare()
    silence_checks()


def expect(job: Frame) -> list[str]:
    """Import what these cells will need and what takes long: modules alone, since every job could read all else.

    Where torch does without something, its files are not there to be run once more.
    """
    for name in job["imports"]:
        importlib.import_module(name)
    return files(job["without"])


def work(job: Frame, emit: Emit) -> None:
    """Run the cells, then ask what to observe, and observe it.

    The job: {"cells", "skip", "without", "cell_seconds", "imports"}, and the socket "later". From that comes, when the
    cells have run: {"exercises", "seed", "lent": names or None, "exercise_seconds"}, and as code, without any text, the
    probes and what is lent. None of it is in memory before.
    """
    unplug(job["without"])
    run_cells(job, emit)
    told, code = later(job["later"])
    probes, lent = marshal.loads(code)
    if lent:
        put_pieces(_shell.user_module, read_pieces(lent, told["lent"]))
    exercises = _exercises(probes)
    for name in told["exercises"]:
        emit({"exercise": name})
        for frame in _observe(exercises[name], told):
            emit({"exercise": name, **frame})
        emit({"exercise": name, "end": True})


def run_cells(job: Frame, emit: Emit) -> None:
    for index, source in enumerate(job["cells"]):
        if index in job["skip"]:
            continue
        emit({"cell": index})
        with _time_limit(job["cell_seconds"], interrupt=True):
            outputs = _shell.run(source, index + 1)
            if any(item.get("ename") in ("ModuleNotFoundError", "ImportError") for item in outputs):
                _import_the_rest(source)
        emit({"cell": index, "outputs": outputs})


def _import_the_rest(source: str) -> None:
    """An import of what is not here (google.colab) is not to cost the others of its cell, nor what is defined there."""
    with contextlib.suppress(SyntaxError, ValueError, RecursionError, MemoryError):
        for node in ast.parse(_shell.transform_cell(source)).body:
            if isinstance(node, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef):
                with contextlib.suppress(Exception):
                    exec(compile(ast.Module([node], []), "<import>", "exec"), _shell.user_module.__dict__)


@contextlib.contextmanager
def _time_limit(seconds: float, interrupt: bool) -> Iterator[None]:
    """So many seconds by the clock, less those that this process waits for a processor meanwhile."""
    me = os.getpid()
    deadline = time.monotonic() + seconds - waited_by(me)

    def ring(number: int, frame: Any) -> None:
        if ring.first and (left := deadline + waited_by(me) - time.monotonic()) > 0:  # type: ignore[attr-defined]
            signal.setitimer(signal.ITIMER_REAL, max(left, 0.01))  # others had the processor meanwhile
            return
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


def _observe(exercise: Exercise, job: Frame) -> Iterator[Frame]:
    module = _shell.user_module
    found = module.__dict__.get(exercise.name)
    missing = exercise.name not in module.__dict__
    kind = "class" if isinstance(found, type) else "function" if callable(found) else type(found).__name__
    yield {"loaded": {"failure": None, "found": None if missing else kind}}
    if missing or not callable(found):
        return
    borrowed = observe.kit_parts(found)
    with _time_limit(job["exercise_seconds"], interrupt=False):
        if exercise.kind == "concept":
            yield _answer(found)
            return
        for probe in exercise.watched.values():
            _start_afresh()
            frame = observe.observe(exercise, probe, found, Draw(job["seed"]), _shell.files)
            frame["shortcuts"] += borrowed
            told = {key: value for key, value in frame.items() if key not in ("calls", "notes")}
            yield {"implementation": 0, "run": 0, "probe": probe.name, **told}


def _answer(question: Callable[[], Any]) -> Frame:
    """The letters of a concept question; what they are worth is not known here."""
    try:
        return {"answer": encode(question())}
    except BaseException as error:
        return {"raised": failure(error, _shell.files)}


def _start_afresh() -> None:
    """Undo the settings by which one answer could disturb the next."""
    torch.set_default_dtype(torch.float32)
    torch.set_grad_enabled(True)
