"""A submission running in a box: what is asked of it, what came out, and the verdict on an answer."""

from __future__ import annotations

import functools
from collections.abc import Collection
from dataclasses import dataclass, field

from autograder import lesson, source
from autograder.classroom import concepts, frames, told
from autograder.judging.grade import expected
from autograder.judging.judge import Frame, Verdict, judge
from autograder.process.box import Box
from autograder.process.frames import Outcome
from autograder.process.limits import Limits


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

    def __post_init__(self) -> None:
        self.outputs = self.outputs or [None] * len(self.sources)

    def ask(
        self, names: list[str], seconds: float, lent: Frame | None = None, without: Collection[str] = ()
    ) -> tuple[Outcome, int | str | None]:
        """Run the cells and observe these answers; (what it left behind, and what `take` says).

        `lent`: reference pieces to put in the place of the submission's own, {"text", "names"}. `without`: functions
        of torch to do without (unplug.py).
        """
        job = {
            "cells": self.sources,
            "skip": sorted(self.skip),
            "exercises": names,
            "seed": self.seed,
            "pieces": lent,
            "without": sorted(without),
            "cell_seconds": self.budget.cell,
            "exercise_seconds": self.budget.exercise,
            "probes": _probes(self.section),
        }
        left = self.where.run(job, self.budget.limits(seconds))
        return left, self.take(left, names)

    def take(self, left: Outcome, names: list[str]) -> int | str | None:
        """Take in what came out; the cell or exercise that was begun and not ended."""
        begun: int | str | None = None
        fresh: dict[str, Outcome] = {}
        for frame in left.frames:
            index, name = frame.get("cell"), frame.get("exercise")
            if type(index) is int and 0 <= index < len(self.sources) and index not in self.skip:
                begun = None if "outputs" in frame else index
                if "outputs" in frame and self.outputs[index] is None:
                    self.outputs[index] = frames.outputs(frame["outputs"])
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

    def again(self, names: list[str], lent: Frame | None = None, without: Collection[str] = ()) -> Run:
        """The same submission in a new process, once, asked for these answers alone."""
        other = Run(self.sources, self.section, self.seed, self.where, self.budget, list(self.outputs), skip=self.skip)
        other.ask(names, self.budget.process, lent, without)
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
            return judge(exercise, observed, reference, told.PLACE)
        except (ArithmeticError, LookupError, TypeError, ValueError, AttributeError):
            verdict = judge(exercise, nothing, reference, told.PLACE)
            verdict.trouble = {"kind": "unreadable"}
            return verdict


@functools.cache
def _probes(section: str) -> str:
    """Read once: a kit that is changed while a class is graded must not change half of the grading."""
    return source.without_unused(source.probes(section))
