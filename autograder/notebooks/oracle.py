"""What the reference does: asked of the warm process in the full kit, read from a file in the copy for a class.

The copy has no solutions and no checks' secrets (autograder/notebooks/wheel.py): `recorded/<section>.json` holds what
the reference did with the visible inputs, and for concept questions nothing at all; `recorded/curves.json` its losses.
"""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from autograder.exercise import Exercise
from autograder.judging.diagnosis import Mistakes
from autograder.judging.verdict import Frame, Verdict

if TYPE_CHECKING:
    from autograder.notebooks.curve import Curve

RECORDED = Path(__file__).resolve().parent / "recorded"
SEED = 0


class Oracle(Protocol):
    def start(self) -> None:
        """Prepare to be asked, in the background."""

    def expected(self, exercise: Exercise) -> dict[str, Frame] | None:
        """The reference's frames by probe; None where they are not to be known."""

    def known(self, exercise: Exercise) -> Mistakes:
        """The known mistakes."""

    def small(self, exercise: Exercise, probe: str) -> list[Frame | None]:
        """The reference's frames of one probe on the runs of judge.SMALL."""

    def told(self, exercise: Exercise, text: str, failing: list[str]) -> Verdict | None:
        """The verdict on the answer in this text if these probes fail of it: with what keeps it from passing, and
        where; or as it is with the kit's earlier answers in place of those in the text, where it passes with them."""

    def experiment(self, exercise: Exercise) -> list[str]:
        """The lines of the experiment of a concept question."""

    def curve(self, name: str, answer: Any, own: dict[str, Any]) -> Curve | None:
        """A short training run with this answer; `own` are the other answers of this kernel that pass."""


class Kit:
    """The full kit: the reference is observed when it is asked for."""

    def start(self) -> None:
        from autograder.process.warm import warm

        warm().start()

    def expected(self, exercise: Exercise) -> dict[str, Frame] | None:
        from autograder.judging.observing import expected

        return expected(exercise, SEED)

    def known(self, exercise: Exercise) -> Mistakes:
        from autograder.judging.known_mistakes import known

        return known(exercise, SEED)

    def small(self, exercise: Exercise, probe: str) -> list[Frame | None]:
        from autograder.judging.judge import SMALL, by_probe
        from autograder.judging.observing import reference_small

        outcome = reference_small(exercise, probe)
        return [by_probe(outcome, 0, run).get(probe) for run in range(len(SMALL))]

    def told(self, exercise: Exercise, text: str, failing: list[str]) -> Verdict | None:
        from autograder.judging.grade import check_text
        from autograder.judging.judge import judge
        from autograder.judging.observing import expected, observe_answer
        from autograder.repair import patience
        from autograder.repair.places import places

        if exercise.kind != "code" or not patience():
            return None
        verdict = alone = check_text(text, "", exercise, SEED, functools.partial(places, seconds=patience()))
        if verdict.stood_in:
            observed = observe_answer(exercise, {"file": text, "path": ""}, [{"seed": SEED}])
            alone = judge(exercise, observed, expected(exercise, SEED))
        return verdict if alone.failing == failing else None  # else the kernel knows what the text does not say

    def experiment(self, exercise: Exercise) -> list[str]:
        from autograder.judging.grade import experiment

        return experiment(exercise) if exercise.experiment_function else []

    def curve(self, name: str, answer: Any, own: dict[str, Any]) -> Curve | None:
        from autograder.notebooks import curve

        return curve.of_kit(name, answer)


class Recorded:
    """The copy for a class."""

    def start(self) -> None: ...

    def expected(self, exercise: Exercise) -> dict[str, Frame] | None:
        return _recorded(exercise.section)[exercise.name]["expected"] if exercise.kind == "code" else None

    def known(self, exercise: Exercise) -> Mistakes:
        return {}

    def small(self, exercise: Exercise, probe: str) -> list[Frame | None]:
        return _recorded(exercise.section)[exercise.name]["small"][probe]

    def told(self, exercise: Exercise, text: str, failing: list[str]) -> Verdict | None:
        return None

    def experiment(self, exercise: Exercise) -> list[str]:
        return []

    def curve(self, name: str, answer: Any, own: dict[str, Any]) -> Curve | None:
        from autograder.notebooks import curve

        return curve.of_class(name, answer, own, _recorded("curves"))


@functools.cache
def _recorded(name: str) -> dict[str, Any]:
    return json.loads((RECORDED / f"{name}.json").read_text(encoding="utf-8"))


def oracle() -> Oracle:
    return Recorded() if RECORDED.is_dir() else Kit()
