"""Grade one submission: a pure function of the notebook's bytes, the kit and the seed. Results are plain data.

The submission runs in a confined child (box.py, student.py), which sends observations. Everything here is the trusted
side: it compares them with what the reference did under the same seed, elsewhere.

A cell or an answer that ends the process, or has to be stopped, costs itself and nothing else: the rest is run again
without it.
"""

from __future__ import annotations

import functools
import hashlib
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

from autograder import lesson, source
from autograder.classroom import concepts, confirm, frames, pieces, told
from autograder.classroom.box import Answer, Box, box
from autograder.classroom.sandbox import Limits
from autograder.classroom.submission import read
from autograder.exercise import Exercise
from autograder.grade import expected, known
from autograder.isolate import OUT_OF_TIME, Outcome
from autograder.judge import Frame, Verdict, by_probe, diagnose, judge


@dataclass(frozen=True)
class Budget:
    """What a submission may use: seconds for one cell, for the probes of one exercise, for one process and in all."""

    cell: float = 20.0
    exercise: float = 10.0
    process: float = 60.0
    whole: float = 150.0
    memory_bytes: int = 2 << 30

    def limits(self, seconds: float) -> Limits:
        return Limits(seconds=max(seconds, 1.0), memory_bytes=self.memory_bytes)


@dataclass
class Run:
    """What has been seen of a submission so far."""

    sources: list[str]
    outputs: list[list[Frame] | None]
    seen: dict[str, Outcome] = field(default_factory=dict)
    skip: set[int] = field(default_factory=set)


class CannotGrade(RuntimeError):
    """The grading, not the submission, failed. Nothing may be recorded as its result."""


def grade_notebook(
    data: bytes, section: str, seed: int, where: Box | None = None, budget: Budget | None = None
) -> Frame:
    """The results of one notebook, given as the bytes that were handed in.

    {"trouble": why the file could not be read or "", "cells": outputs of each code cell that ran,
     "exercises": {name: {"outcome", "share", "probes", "diagnosis", "text", "html"}}}, `share` in 0..1.
    """
    submission = read(data)
    graded = set(lesson.load(section))
    return grade_cells(submission.sources(graded), section, seed, where, budget, submission.trouble)


def grade_cells(
    sources: list[str],
    section: str,
    seed: int,
    where: Box | None = None,
    budget: Budget | None = None,
    trouble: str = "",
) -> Frame:
    """As grade_notebook, for the code cells themselves."""
    where, budget = where or box(), budget or Budget()
    exercises = lesson.load(section)
    run = Run(sources, [None] * len(sources))
    if sources:
        _run(run, section, list(exercises), seed, where, budget)
    verdicts = {name: _verdict(exercise, run.seen.get(name), seed) for name, exercise in exercises.items()}
    if sources:
        pieces.lend(run, section, verdicts, seed, where, budget)
        confirm.confirm(run, section, verdicts, seed, where, budget)
    for name, verdict in verdicts.items():
        if verdict.outcome in ("failed", "error") and not verdict.stood_in:
            _diagnose(exercises[name], run.seen.get(name), verdict, seed)
    return {
        "trouble": trouble,
        "cells": [out or [] for out in run.outputs],
        "exercises": {name: _result(verdict, trouble) for name, verdict in verdicts.items()},
    }


def _result(verdict: Verdict, trouble: str) -> Frame:
    share = verdict.points / verdict.max_points if verdict.max_points else 0.0
    if not 0.0 <= share <= 1.0:
        raise CannotGrade(f"{verdict.exercise}: a share of {share} of the points")
    plain, rich = told.texts(verdict, trouble)
    return {
        "outcome": verdict.outcome,
        "share": share,
        "probes": [{"name": p.name, "passed": p.passed, "points": p.max_points} for p in verdict.probes],
        "diagnosis": asdict(verdict.diagnosis) if verdict.diagnosis else None,
        "text": plain,
        "html": rich,
    }


def _run(run: Run, section: str, names: list[str], seed: int, where: Box, budget: Budget) -> None:
    """Run the cells and observe the answers, again and again without whatever ended the process."""
    deadline = time.monotonic() + budget.whole
    while True:
        left = deadline - time.monotonic()
        limits = budget.limits(min(budget.process, left))
        answer = where.ask(job(run, section, names, seed, budget), limits)
        culprit, done = take(run, answer, names)
        if done:
            return
        ending, detail = how_it_ended(answer)
        if culprit is None:  # between two of them: by a thread, say
            for name in names:
                run.seen[name] = Outcome(run.seen[name].frames if name in run.seen else [], ending, detail)
            return
        if isinstance(culprit, int):
            run.skip.add(culprit)
            run.outputs[culprit] = [_stopped(ending, detail)]
        else:
            outcome = run.seen.setdefault(culprit, Outcome())
            outcome.ending, outcome.detail = ending, detail
            names = names[names.index(culprit) + 1 :]
        if not names:
            return
        if time.monotonic() > deadline:
            for name in names:
                run.seen[name] = Outcome(ending="timeout")
            return


def job(run: Run, section: str, names: list[str], seed: int, budget: Budget, lent: Frame | None = None) -> Frame:
    return {
        "cells": run.sources,
        "skip": sorted(run.skip),
        "exercises": names,
        "seed": seed,
        "pieces": lent,
        "without": [],
        "cell_seconds": budget.cell,
        "exercise_seconds": budget.exercise,
        "probes": _probes(section),
    }


@functools.cache
def _probes(section: str) -> str:
    """Read once: a kit that is changed while a class is graded must not change half of the grading."""
    return source.without_unused(source.probes(section))


def take(run: Run, answer: Answer, names: list[str]) -> tuple[int | str | None, bool]:
    """Take in what came out; (the cell or exercise that was begun and not ended, whether all of it was done)."""
    begun: int | str | None = None
    done = False
    fresh: dict[str, Outcome] = {}
    for frame in frames.read(answer.data):
        index, name = frame.get("cell"), frame.get("exercise")
        if type(index) is int and 0 <= index < len(run.sources) and index not in run.skip:
            begun = None if "outputs" in frame else index
            if "outputs" in frame and run.outputs[index] is None:
                run.outputs[index] = frames.outputs(frame["outputs"])
        elif isinstance(name, str) and name in names:
            begun = None if "end" in frame else name
            outcome = fresh.setdefault(name, Outcome())
            kept = frames.observation(frame) or frames.loaded(frame) or concepts.answer(frame) or frames.raised(frame)
            if kept:
                outcome.frames.append(kept)
        elif "done" in frame:
            done = True
    run.seen |= fresh
    return begun, done and answer.stopped is None


def how_it_ended(answer: Answer) -> tuple[str, str]:
    """(an ending as in isolate.Outcome, a detail)."""
    if answer.stopped == "time" or answer.status == OUT_OF_TIME:
        return "timeout", ""
    if answer.stopped:
        return "killed", {"memory": "it used too much memory", "output": "it wrote too much"}[answer.stopped]
    if answer.status < 0:
        return "killed", f"signal {-answer.status}"
    return "exited", f"exit code {answer.status}"


def _stopped(ending: str, detail: str) -> Frame:
    says = "This cell ran out of time, so it was left out." if ending == "timeout" else ""
    says = says or f"This cell ended the whole process ({detail}), so it was left out."
    return {"output_type": "error", "ename": "Stopped", "evalue": says, "traceback": [says]}


def _verdict(exercise: Exercise, observed: Outcome | None, seed: int) -> Verdict:
    """Whatever was observed, there is a verdict; only the reference's own failure raises."""
    reference = expected(exercise, seed)
    nothing = Outcome([{"implementation": 0, "loaded": {"failure": None, "found": None}}])
    try:
        observed = observed or nothing
        if exercise.kind == "concept":
            observed = concepts.observed(exercise, observed)
        return judge(exercise, observed, reference, told.PLACE)
    except (ArithmeticError, LookupError, TypeError, ValueError, AttributeError):
        verdict = judge(exercise, nothing, reference, told.PLACE)
        verdict.trouble = {"kind": "unreadable"}
        return verdict


def _diagnose(exercise: Exercise, observed: Outcome | None, verdict: Verdict, seed: int) -> None:
    if exercise.kind != "code" or observed is None or observed.ending != "finished":
        return
    try:
        verdict.diagnosis = diagnose(exercise, by_probe(observed), known(exercise, seed))
    except (ArithmeticError, LookupError, TypeError, ValueError, AttributeError):
        verdict.diagnosis = None


@functools.cache
def kit_version() -> str:
    """A hash of everything in the kit that a result depends on."""
    digest = hashlib.sha256()
    package = Path(__file__).resolve().parents[1]
    files = [*package.rglob("*.py"), *(lesson.ROOT / "solutions").glob("*.py")]
    for path in sorted(files):
        digest.update(str(path.name).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]
