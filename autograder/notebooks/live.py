"""Check an object of a running kernel: observed right here, and compared with what the reference did elsewhere.

For a learner's own eyes. Nothing that counts is decided here: grades come from autograder/classroom/.
"""

from __future__ import annotations

import contextlib
import io
import random
import signal
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import torch

from autograder.beside import observe
from autograder.beside.draw import Draw
from autograder.beside.patience import Patience
from autograder.exercise import Exercise
from autograder.judging.diagnosis import diagnose
from autograder.judging.judge import SMALL, by_probe, judge, most_telling
from autograder.judging.verdict import Diagnosis, Frame, Verdict
from autograder.notebooks.oracle import SEED, Oracle
from autograder.notebooks.place import HERE, is_cell, label
from autograder.notebooks.waiting import Stopped
from autograder.notebooks.written import Written, written
from autograder.process import limits
from autograder.process.frames import Outcome


class Files:
    """The file names of the learner's own code: cells of this kernel, and the file that the answer itself is from."""

    def __init__(self, answer: Any):
        self.own = {_file(answer)} if _file(answer) else set()

    def __contains__(self, name: object) -> bool:
        return name in self.own or is_cell(str(name))


def _file(answer: Any) -> str:
    code = getattr(answer, "__code__", None) or getattr(getattr(answer, "__init__", None), "__code__", None)
    return code.co_filename if code else ""


def verdict(exercise: Exercise, answer: Any, oracle: Oracle) -> Verdict:
    """The verdict on a live object, with diagnosis and the smallest failing case."""
    expected = oracle.expected(exercise)
    observed = _observe(exercise, answer, [{"seed": SEED}])
    if expected is None:
        return _well_formed(exercise, observed)
    found = judge(exercise, observed, expected, HERE)
    if found.outcome not in ("failed", "error") or exercise.kind != "code":
        return found
    found.diagnosis = diagnose(exercise, by_probe(observed), oracle.known(exercise), found.failing)
    first = found.first_failure
    if first and first.why in ("differs", "changed"):
        found.smallest = _smallest(exercise, answer, first.name, oracle)
    return found


def explained(exercise: Exercise, answer: Any, found: Verdict, oracle: Oracle) -> Verdict | None:
    """The verdict with the places in the cells that keep it from passing, those of the answer's own cell first; or with
    the kit's earlier answers in place of theirs, if it passes with them. None where neither is found."""
    source = written(answer) if found.outcome in ("failed", "error") else None
    if source is None:
        return None
    told = oracle.told(exercise, source.text, [probe.name for probe in found.probes if not probe.passed])
    if told is None or told.passed:
        return told and replace(told, path=HERE)
    own_first = sorted((d for d in told.diagnoses if d.lines), key=lambda d: d.lines[0] <= len(source.above))
    placed = [_in_cell(diagnosis, source) for diagnosis in own_first]
    if not placed:
        return None
    diagnoses = [diagnosis for _, diagnosis in placed]
    return replace(found, diagnoses=diagnoses, diagnosis=diagnoses[0], path=placed[0][0])


def _in_cell(found: Diagnosis, source: Written) -> tuple[str, Diagnosis]:
    """What the cell is called that holds its first line, and the diagnosis with the lines of that cell."""
    places = [source.place(line) for line in found.lines]
    cell = places[0][0]
    return cell, replace(found, lines=tuple(line for name, line in places if name == cell))


def _well_formed(exercise: Exercise, observed: Outcome) -> Verdict:
    """For a question whose answer is not known here: only whether it can be graded at all."""
    same = by_probe(observed)
    found = judge(exercise, observed, {name: {"value": frame.get("value")} for name, frame in same.items()}, HERE)
    if found.outcome == "passed":
        found.outcome, found.points = "well_formed", 0
    return found


def _observe(exercise: Exercise, answer: Any, runs: list[Frame], only: str = "") -> Outcome:
    kind = "class" if isinstance(answer, type) else "function" if callable(answer) else type(answer).__name__
    usable = callable(answer) and (isinstance(answer, type) or not exercise.is_class)
    frame: Frame
    outcome = Outcome([{"implementation": 0, "loaded": {"failure": None, "found": kind}}])
    files = Files(answer)
    with undisturbed() as printed, _in_time() as patience:
        for r, settings in enumerate(runs if usable else []):
            for probe in exercise.watched.values():
                if only and probe.name != only:
                    continue
                draw, frame = Draw(settings["seed"], settings.get("level")), {}
                with patience.running():
                    frame = observe.observe(exercise, probe, answer, draw, files)
                if patience.over:
                    outcome.ending, outcome.detail = "timeout", _where(frame)
                    outcome.printed = printed.getvalue()[:2000]
                    return outcome
                if frame.get("raised", {}).get("type") == "KeyboardInterrupt":
                    raise Stopped(_where(frame)) from None
                outcome.frames.append({"implementation": 0, "run": r, "probe": probe.name, **frame})
    outcome.printed = printed.getvalue()[:2000]
    return outcome


@contextlib.contextmanager
def _in_time() -> Iterator[Patience]:
    """As much time as a check has elsewhere, where a kernel can keep to it: in its main thread, and not on Windows."""
    able = hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
    handlers = {number: signal.getsignal(number) for number in (signal.SIGALRM, signal.SIGPROF)} if able else {}
    patience = Patience(limits.patience() if able else None, asleep=1.0)
    patience.begin()
    try:
        yield patience
    finally:
        patience.end()
        for number, handler in handlers.items():
            signal.signal(number, handler)


def _where(frame: Frame) -> str:
    """The learner's line that was running, "cell [3], line 4: while True:"; "" where it is not known."""
    frames = frame.get("raised", {}).get("frames")
    return "{}, line {line}: {source}".format(label(frames[-1]["file"]), **frames[-1]) if frames else ""


@contextlib.contextmanager
def undisturbed() -> Iterator[io.StringIO]:
    """Leave the learner's random numbers and settings as they were, and keep back what the answer prints."""
    state, seeds = random.getstate(), torch.get_rng_state()
    default, grad = torch.get_default_dtype(), torch.is_grad_enabled()
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed), torch.enable_grad():
            yield printed
    finally:
        random.setstate(state)
        torch.set_rng_state(seeds)
        torch.set_default_dtype(default)
        torch.set_grad_enabled(grad)


def _smallest(exercise: Exercise, answer: Any, probe_name: str, oracle: Oracle) -> tuple[Frame, Frame] | None:
    mine, theirs = _observe(exercise, answer, SMALL, probe_name), oracle.small(exercise, probe_name)
    both = ((by_probe(mine, 0, run).get(probe_name), want) for run, want in enumerate(theirs))
    return most_telling(exercise, exercise.probes[probe_name], both)
