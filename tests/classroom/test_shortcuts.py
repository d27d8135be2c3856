"""Every way to a forbidden function or class that we know of, tried where it is unplugged; many in one process."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from attacks import borrowed, compiled
from attacks.shortcuts import BORROWED, FAIR, IMPORTS, REACHED
from attacks.unplugged import Unplugged

from autograder import lesson
from autograder.classroom.confirm import forbidden
from autograder.exercise import Exercise
from autograder.judging.judge import judge
from autograder.judging.observing import expected, observe
from autograder.judging.verdict import Verdict
from autograder.process import warm

SEED = 3


@pytest.fixture(scope="module")
def box() -> Iterator[Unplugged]:
    made = Unplugged()
    yield made
    made.stop()


def verdicts(exercise: Exercise, texts: list[str], box: Unplugged, unplugged: bool) -> list[Verdict]:
    """What each of these answers comes to, all in one process, in which what is forbidden may be taken away."""
    reference = expected(exercise, SEED)
    box.without = forbidden(exercise) if unplugged else ()
    with warm.instead(box):
        specs = [{"file": text, "path": "way.py"} for text in texts]
        seen = observe(exercise, specs, [{"seed": SEED}], timeout=120.0)
    assert seen.ending == "finished", seen.detail
    found = []
    for number in range(len(specs)):
        frames = [f | {"implementation": 0} for f in seen.frames if f["implementation"] == number]
        found.append(judge(exercise, replace(seen, frames=frames), reference))
    return found


def outcomes(exercise: Exercise, texts: list[str], box: Unplugged, unplugged: bool) -> list[str]:
    return [verdict.outcome for verdict in verdicts(exercise, texts, box, unplugged)]


def ways(name: str) -> list[str]:
    parameters, expressions = BORROWED[name]
    return [IMPORTS + how.format(name, parameters, what) for how in REACHED.values() for what in expressions]


def test_every_exercise_that_forbids_something_is_tried() -> None:
    assert {e.name for e in lesson.exercises() if e.shortcut} == {*BORROWED, *borrowed.BUILT}


@pytest.mark.parametrize("name", BORROWED)
def test_no_way_passes_where_the_function_is_unplugged(name: str, box: Unplugged) -> None:
    exercise, texts = lesson.find(name), ways(name)
    assert len(texts) >= 20
    assert "passed" not in outcomes(exercise, texts, box, unplugged=True)
    watched = dict(zip(texts, outcomes(exercise, texts, box, unplugged=False), strict=True))
    told = [watched[text] in ("passed", "shortcut") for text in texts]  # each of them computes the thing, if it may
    assert sum(told) > len(told) * 0.6, watched


def test_no_compiler_of_torch_computes_what_was_taken_away(box: Unplugged) -> None:
    exercise, texts = lesson.find("softmax"), [IMPORTS + text for text in compiled.WAYS.values()]
    for unplugged in (False, True):
        for verdict in verdicts(exercise, texts, box, unplugged):  # the gradient is lost with each of them
            right = [probe.name for probe in verdict.probes if probe.why in ("agrees", "shortcut")]
            assert bool(right) != unplugged, verdict


@pytest.mark.parametrize("name", borrowed.BUILT)
def test_no_class_of_torch_stands_in_for_ones_own(name: str, box: Unplugged) -> None:
    exercise, texts = lesson.find(name), borrowed.ways(name)
    assert len(texts) >= 20
    free = dict(zip(texts, outcomes(exercise, list(texts.values()), box, unplugged=False), strict=True))
    assert set(free.values()) <= {"passed", "shortcut"}, free  # each of them does the work, if it may
    left = dict(zip(texts, verdicts(exercise, list(texts.values()), box, unplugged=True), strict=True))
    # Some have a part of their own: an order that is cut, gradients that are cleared.
    kept = {how: verdict.points for how, verdict in left.items() if verdict.points > exercise.points * 0.4}
    assert not kept


@pytest.mark.parametrize("name", [*FAIR, *borrowed.FAIR])
def test_what_is_built_with_the_help_of_other_things_is_fair(name: str, box: Unplugged) -> None:
    if name in FAIR:
        texts = [IMPORTS + REACHED["at_once"].format(name, BORROWED[name][0], what) for what in FAIR[name]]
    else:
        texts = [borrowed.IMPORTS + text for text in borrowed.FAIR[name]]
    exercise = lesson.find(name)
    assert set(outcomes(exercise, texts, box, unplugged=True)) == {"passed"}
    assert set(outcomes(exercise, texts, box, unplugged=False)) == {"passed"}


@pytest.mark.parametrize(("unplugged", "fails"), [(False, None), (True, "PermissionError")])
def test_no_second_python_is_started_that_has_what_was_taken_away(
    unplugged: bool, fails: str | None, box: Unplugged
) -> None:
    exercise = lesson.find("softmax")
    text = "import subprocess, sys\nsubprocess.run([sys.executable, '-S', '-c', '0'])\ndef softmax(x): return x\n"
    box.without = forbidden(exercise) if unplugged else ()
    with warm.instead(box):
        seen = observe(exercise, [{"file": text, "path": "way.py"}], [{"seed": SEED}], timeout=60.0)
    failure = next(frame["loaded"]["failure"] for frame in seen.frames if "loaded" in frame)
    assert (failure or {}).get("type") == fails
