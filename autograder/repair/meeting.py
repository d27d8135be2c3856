"""Meeting: does an edited answer behave like a known mistake? Then the edit and the mistake explain it together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autograder.exercise import Exercise
from autograder.judging.diagnosis import Mistakes, diagnose
from autograder.judging.difference import numbers
from autograder.judging.judge import compare
from autograder.judging.verdict import Diagnosis
from autograder.repair.trial import Frames

#: So many of the first numbers of an observation are compared before all of it is.
FIRST = 4
#: A probe, or the names of mistakes, to these with what was seen of them.
Known = Callable[[str], Mistakes]
InFull = Callable[[set[str]], Mistakes]


class Meeting:
    """`known` gives the known mistakes as one probe sees them, `in_full` some of them as all probes do."""

    def __init__(self, exercise: Exercise, known: Known, in_full: InFull, reference: Frames):
        self.exercise, self.reference, self._known, self._in_full = exercise, reference, known, in_full
        self._outlines: dict[str, list[tuple[list[float], str]]] = {}

    def of(self, frames: Frames, failing: list[str]) -> Diagnosis | None:
        """The one known mistake that these frames are those of."""
        near = {name for probe in failing[:1] for name in self._near(frames, probe)}
        return diagnose(self.exercise, frames, self._in_full(near), failing) if near else None

    def may(self, frames: Frames, probe: str) -> bool:
        """Whether a known mistake gives the same value under this probe; two exceptions would say little."""
        return "value" in frames.get(probe, {}) and bool(self._near(frames, probe))

    def _near(self, frames: Frames, probe: str) -> list[str]:
        if probe not in frames or "value" not in frames[probe]:
            return []
        mine = _outline(frames[probe])
        near = [name for theirs, name in self._outlined(probe) if _is_near(mine, theirs)]
        mistakes = self._known(probe)
        return [n for n in near if self._agrees(frames, mistakes[n][1], probe)]

    def _agrees(self, mine: Frames, theirs: Frames, probe: str) -> bool:
        return compare(self.exercise, self.exercise.probes[probe], mine[probe], theirs[probe])[0] == "agrees"

    def _outlined(self, probe: str) -> list[tuple[list[float], str]]:
        """The outline of every mistake that this probe notices."""
        if probe not in self._outlines:
            seen = {n: f for n, (_, f) in self._known(probe).items() if "value" in f.get(probe, {})}
            noticed = {n: f for n, f in seen.items() if not self._agrees(f, self.reference, probe)}
            self._outlines[probe] = [(_outline(f[probe]), n) for n, f in noticed.items()]
        return self._outlines[probe]


def _outline(frame: dict[str, Any]) -> list[float]:
    found: list[float] = []
    for number in numbers(frame["value"]):
        found.append(number)
        if len(found) == FIRST:
            break
    return found


def _is_near(mine: list[float], theirs: list[float]) -> bool:
    return len(mine) == len(theirs) and all(
        abs(a - b) <= 1e-3 * (1 + abs(b)) or a == b or (a != a and b != b) for a, b in zip(mine, theirs, strict=True)
    )
