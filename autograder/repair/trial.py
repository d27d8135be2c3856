"""Candidates run in the child, in batches, as further implementations; and how far each of them comes."""

from __future__ import annotations

import ast
import time
from collections.abc import Callable
from typing import Any

from autograder.exercise import Exercise
from autograder.judging.judge import by_probe, compare
from autograder.judging.verdict import Frame
from autograder.process.frames import Outcome
from autograder.repair import nearness

#: (implementations, names of probes or None, seconds for the job, seconds for each implementation) -> what was seen.
Observe = Callable[[list[dict[str, Any]], list[str] | None, float, float], Outcome]
Frames = dict[str, Frame]

#: An implementation gets this many times what the answer itself or the reference took, and at least so many seconds.
TIMES, LEAST_EACH, PATIENT = 4.0, 0.03, 0.5
BATCH = 120


#: What a program calls whose steps are to be told (autograder/repair/steps.py).
STEP = "__step__"

#: What of a frame says how an answer behaves.
BEHAVIOUR = {"value", "raised", "complaint", "changed"}


def behaviour(frame: Frame) -> Frame:
    """What is seen of an answer, without what is only told beside it: two that agree in this do the same."""
    return {key: value for key, value in frame.items() if key in BEHAVIOUR}


class OutOfBudget(Exception):
    """The time for looking is over."""


class Trials:
    """Runs texts and remembers what was seen of each."""

    def __init__(
        self,
        exercise: Exercise,
        own: dict[str, Any],
        reference: Frames,
        observe: Observe,
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ):
        self.exercise, self.own, self.reference = exercise, own, reference
        self._observe, self._clock = observe, clock
        self.whole, self.deadline = seconds, clock() + seconds
        self.seconds: dict[str, float] = {}
        self.runs = 0
        self._seen: dict[tuple[str, str], Frame] = {}
        self._tried: set[tuple[str, str]] = set()

    def left(self) -> float:
        return self.deadline - self._clock()

    def exhausted(self, share: float) -> bool:
        """Whether this share of the time is over."""
        return self.left() < self.whole * (1 - share)

    def begin(self, text: str, right: str) -> Frames:
        """What every probe sees of the answer itself, patiently; its time, and the right's, limit the others'."""
        frames, others = self.run([text, right], None)
        for name in self.exercise.probes:
            seconds = [seen.get(name, {}).get("seconds", 0.0) for seen in (frames, others)]
            self.seconds[name] = max(seconds)
        return frames

    def _each(self, probes: list[str]) -> float:
        """Seconds of computing that an implementation may take for these probes."""
        if not self.seconds:
            return PATIENT
        return max(LEAST_EACH, TIMES * sum(self.seconds[name] for name in probes))

    def run(self, texts: list[str], only: list[str] | None) -> list[Frames]:
        """What these probes, or all of them, see of each text; a text that hangs or dies is seen by none."""
        probes = list(self.exercise.probes) if only is None else only
        waiting = [t for t in dict.fromkeys(texts) if any((t, p) not in self._tried for p in probes)]
        for start in range(0, len(waiting), BATCH):
            self._batch(waiting[start : start + BATCH], probes)
        return [{p: self._seen[t, p] for p in probes if (t, p) in self._seen} for t in texts]

    def hangs(self, text: str, probe: str) -> bool:
        """Whether it was tried, and has come to no end."""
        return (text, probe) in self._tried and (text, probe) not in self._seen

    def known(self, text: str) -> Frames:
        """What has been seen of a text before."""
        return {p: self._seen[text, p] for p in self.exercise.probes if (text, p) in self._seen}

    def _batch(self, texts: list[str], probes: list[str]) -> None:
        while texts:
            if self.left() <= 0.01:
                raise OutOfBudget
            specs = [self.own | {"file": text, "steps": STEP in text and STEP} for text in texts]
            outcome = self._observe(specs, probes, self.left(), self._each(probes))
            for i, text in enumerate(texts):
                for name, frame in by_probe(outcome, i).items():
                    self._seen[text, name] = frame
            reached = max((f.get("implementation", 0) for f in outcome.frames), default=0)
            done = len(texts) if outcome.ending == "finished" else reached + 1
            self._tried |= {(text, probe) for text in texts[:done] for probe in probes}
            self.runs += done
            texts = texts[done:]

    def agrees(self, frames: Frames, name: str) -> bool:
        if name not in frames:
            return False
        return compare(self.exercise, self.exercise.probes[name], frames[name], self.reference[name])[0] == "agrees"

    def failing(self, frames: Frames, of: list[str] | None = None) -> list[str]:
        return [name for name in of or self.exercise.probes if not self.agrees(frames, name)]

    def stage(self, frames: Frames, name: str) -> float:
        """How far a frame comes towards the reference's: an error, another kind, another shape, other values, none.

        Between these, the share of entries that are right, or how late the error comes.
        """
        if name not in frames:
            return 0
        probe, frame, wanted = self.exercise.probes[name], frames[name], self.reference[name]
        why, found = compare(self.exercise, probe, frame, wanted)
        if why == "agrees":
            return 10
        if why in ("raised", "complaint"):
            return 1 + min(0.9, nearness.line(frame) / 1000)
        if found is None:
            return 5
        stages = {"kind": 2, "length": 3, "keys": 3, "shape": 4, "dtype": 5, "graph": 6}
        right = nearness.share(frame["value"], wanted["value"], probe.rtol, probe.atol)
        return stages.get(found.fault, 5) + 0.9 * right


def text_of(tree: ast.Module) -> str | None:
    """The program as text; None where an edit made what is none. Whether it can be compiled the child finds out."""
    try:
        return ast.unparse(tree)
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
        return None
