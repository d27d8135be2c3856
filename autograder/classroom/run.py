"""A submission running in a box: what is asked of it, what came out, and the verdict on an answer."""

from __future__ import annotations

import functools
import marshal
import math
import time
import types
from collections.abc import Collection
from dataclasses import dataclass, field, replace

from autograder import lesson, source
from autograder.classroom import concepts, frames, told
from autograder.classroom.definitions import STOPPED
from autograder.exercise import Exercise
from autograder.judging.judge import judge
from autograder.judging.observing import expected
from autograder.judging.verdict import Frame, Verdict
from autograder.process.box import Box
from autograder.process.frames import Outcome
from autograder.process.limits import Limits

#: Seconds that it takes to start a run; a submission can have thousands, when each of its cells ends the process.
START = 0.1
#: What a cell that was interrupted raises, beside it (beside/cells.py).
OUT_OF_TIME = "OutOfTime"


@dataclass(frozen=True)
class Budget:
    """What a submission may use: seconds for one cell, for the probes of one exercise, for one process and in all.

    Seconds by the clock, less those that it waits for a processor, and no more than so many of computing. `sets`: of
    so many sets of inputs it gets one (results.inputs_of).
    """

    cell: float = 20.0
    exercise: float = 10.0
    process: float = 60.0
    whole: float = 150.0
    memory_bytes: int = 2 << 30
    sets: int = 4

    def limits(self, seconds: float) -> Limits:
        return Limits(max(seconds, 1.0), cpu_seconds=math.ceil(max(seconds, 1.0)), memory_bytes=self.memory_bytes)


@dataclass(frozen=True)
class Lent:
    """Answers of the reference to stand for those that a submission lacks: code that defines them, and their names."""

    code: types.CodeType
    names: list[str]


@dataclass
class Purse:
    """What all runs of a submission may use together, and whether it was enough."""

    left: float
    ran_out: bool = False
    #: Whether it ran out while others had the processor, and so may not be to blame.
    contended: bool = False

    def pay(self, left: Outcome, reading: float, ran_out: bool) -> None:
        """For one run, for reading what it left, and for its start, which nobody else pays for."""
        self.left -= left.seconds + reading + START
        self.ran_out |= ran_out
        self.contended |= ran_out and left.contended


@dataclass
class Run:
    """A submission, where and under which seed and limits it runs, and what has been seen of it so far."""

    sources: list[str]
    section: str
    seed: int
    where: Box
    budget: Budget
    outputs: list[list[Frame] | None] = field(default_factory=list)
    seen: dict[str, Outcome] = field(default_factory=dict)
    #: Cells that are left out, since they ended the process.
    skip: set[int] = field(default_factory=set)
    purse: Purse = field(default_factory=lambda: Purse(Budget.whole))
    #: Whether a cell or an answer was stopped because its time was up.
    ran_out: bool = False

    def __post_init__(self) -> None:
        self.outputs = self.outputs or [None] * len(self.sources)

    def ask(
        self, names: list[str], lent: Lent | None = None, without: Collection[str] = ()
    ) -> tuple[Outcome, int | str | None]:
        """Run the cells and observe these answers; (what it left behind, and what `take` says).

        `lent`: reference pieces to put in the place of the submission's own. `without`: functions of torch to do
        without (unplug.py).
        """
        job = {
            "cells": self.sources,
            "skip": sorted(self.skip),
            "without": sorted(without),
            "cell_seconds": self.budget.cell,
            "imports": _slow_imports(self.section, self.sources),
        }
        later: Frame = {"exercises": names, "seed": self.seed, "exercise_seconds": self.budget.exercise}
        later["lent"] = lent.names if lent else None
        # Who does without something does without what the probes of sister exercises bring, too.
        probes = _probes(self.section, *(names if without else ()))
        code = marshal.dumps((probes, lent.code if lent else None))
        limits = self.budget.limits(min(self.budget.process, self.purse.left))
        left = self.where.run(job, limits, (later, code))
        started = time.process_time()
        begun = self.take(left, names)
        self.purse.pay(left, time.process_time() - started, self.ran_out)
        return left, begun

    def through(self, names: list[str]) -> None:
        """Run the cells and observe the answers, again and again without whatever ended the process."""
        while True:
            ended, culprit = self.ask(names)
            if ended.ending == "finished":
                return
            ending, detail = ended.ending, ended.detail
            if culprit is None:  # between two of them: by a thread, say
                for name in names:
                    self.seen[name] = Outcome(self.seen[name].frames if name in self.seen else [], ending, detail)
                return
            if isinstance(culprit, int):
                self.skip.add(culprit)
                self.outputs[culprit] = [_stopped(ending, detail)]
            else:
                outcome = self.seen.setdefault(culprit, Outcome())
                outcome.ending, outcome.detail = ending, detail
                names = names[names.index(culprit) + 1 :]
                if not names:
                    return
            if self.purse.left <= 0:
                self.purse.ran_out = True
                for name in names:
                    self.seen[name] = Outcome(ending="timeout")
                return

    def take(self, left: Outcome, names: list[str]) -> int | str | None:
        """Take in what came out; the cell or exercise that was begun and not ended."""
        self.ran_out |= left.ending == "timeout"
        begun: int | str | None = None
        fresh: dict[str, Outcome] = {}
        for frame in left.frames:
            index, name = frame.get("cell"), frame.get("exercise")
            if type(index) is int and 0 <= index < len(self.sources) and index not in self.skip:
                begun = None if "outputs" in frame else index
                if "outputs" in frame:
                    outputs = frames.outputs(frame["outputs"])
                    self.ran_out |= any(out.get("ename") == OUT_OF_TIME for out in outputs)
                    self.outputs[index] = self.outputs[index] if self.outputs[index] is not None else outputs
            elif isinstance(name, str) and name in names:
                begun = None if "end" in frame else name
                outcome = fresh.setdefault(name, Outcome())
                kept = (
                    frames.observation(frame) or frames.loaded(frame) or concepts.answer(frame) or frames.raised(frame)
                )
                if kept:
                    outcome.frames.append(kept)
        self.seen |= fresh
        return begun

    def again(self, names: list[str], lent: Lent | None = None, without: Collection[str] = ()) -> Run:
        """The same submission in a new process, once, asked for these answers alone."""
        own = (self.sources, self.section, self.seed, self.where, self.budget)
        other = Run(*own, list(self.outputs), skip=self.skip, purse=self.purse)
        if self.purse.left > 0:
            other.ask(names, lent, without)
        else:
            other.ran_out = self.purse.ran_out = True
        if other.ran_out:
            other.seen = {name: Outcome(ending="timeout") for name in names} | other.seen
        return other

    def verdict(self, name: str) -> Verdict:
        """Whatever was observed, there is a verdict; only the reference's own failure raises."""
        exercise = lesson.load(self.section)[name]
        reference = expected(exercise, self.seed)
        nothing = Outcome([{"implementation": 0, "loaded": {"failure": None, "found": None}}])
        try:
            observed = self.seen.get(name) or nothing
            if exercise.kind == "concept":
                observed = concepts.observed(exercise, observed)
            return _earned(exercise, judge(exercise, _there(observed), reference, told.PLACE))
        except (ArithmeticError, LookupError, TypeError, ValueError, AttributeError):
            verdict = judge(exercise, nothing, reference, told.PLACE)
            verdict.trouble = {"kind": "unreadable"}
            return verdict


def _stopped(ending: str, detail: str) -> Frame:
    says = "This cell ran out of time, so it was left out." if ending == "timeout" else ""
    says = says or f"This cell ended the whole process ({detail}), so it was left out."
    return {"output_type": "error", "ename": STOPPED, "evalue": says, "traceback": [says]}


def _there(observed: Outcome) -> Outcome:
    """Without observations of an answer that was not there when it was asked for: a cell wrote them."""
    told = [frame for frame in observed.frames if "loaded" in frame]
    there = bool(told) and all(frame["loaded"]["found"] in ("function", "class") for frame in told)
    return observed if there else replace(observed, frames=told)


def _earned(exercise: Exercise, verdict: Verdict) -> Verdict:
    """What is the same under every seed can be known beforehand: it earns something beside what cannot."""
    drawn = [result for result in verdict.probes if not exercise.probes[result.name].fixed]
    if exercise.kind == "code" and drawn and not any(result.points for result in drawn):
        verdict.points = 0
    return verdict


def _slow_imports(section: str, sources: list[str]) -> list[str]:
    """What the lesson says is slow to import, if these cells or their probes will make use of it."""
    probes = source.probes(section)
    words = lesson.current().slow_imports.items()
    return [module for word, module in words if f"{word}." in probes or any(word in text for text in sources)]


@functools.cache
def _probes(section: str, *names: str) -> types.CodeType:
    """Read once: a kit that is changed while a class is graded must not change half of the grading."""
    text = source.without_unused(source.probes(section, *names))
    return compile(text, "<probes>", "exec", dont_inherit=True, optimize=2)
