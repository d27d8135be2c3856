"""Every way to a forbidden function that we know of, tried where it is unplugged; many in one process."""

from __future__ import annotations

from dataclasses import replace

import pytest
from attacks.shortcuts import BORROWED, CLASSES, FAIR, IMPORTS, REACHED

from autograder import lesson
from autograder.classroom.confirm import forbidden
from autograder.exercise import Exercise
from autograder.judging.judge import judge
from autograder.judging.observing import expected, observe

SEED = 3


def outcomes(exercise: Exercise, texts: list[str], unplugged: bool) -> list[str]:
    """What each of these answers comes to, all in one process, in which the first may take the functions away."""
    takes = f"from autograder.beside.unplug import unplug\nunplug({sorted(forbidden(exercise)) if unplugged else []})\n"
    specs = [{"file": text, "path": "way.py"} for text in [takes, *(IMPORTS + text for text in texts)]]
    seen = observe(exercise, specs, [{"seed": SEED}], timeout=120.0)
    assert seen.ending == "finished", seen.detail
    found = []
    for number in range(1, len(specs)):
        frames = [f | {"implementation": 0} for f in seen.frames if f["implementation"] == number]
        verdict = judge(exercise, replace(seen, frames=frames), expected(exercise, SEED))
        found.append(verdict.outcome)
    return found


def ways(name: str) -> list[str]:
    parameters, expressions = BORROWED[name]
    return [how.format(name, parameters, what) for how in REACHED.values() for what in expressions]


@pytest.mark.parametrize("name", BORROWED)
def test_no_way_passes_where_the_function_is_unplugged(name: str) -> None:
    exercise, texts = lesson.find(name), ways(name)
    assert len(texts) >= 20
    assert "passed" not in outcomes(exercise, texts, unplugged=True)
    watched = dict(zip(texts, outcomes(exercise, texts, unplugged=False), strict=True))
    told = [watched[text] in ("passed", "shortcut") for text in texts]  # each of them computes the thing, if it may
    assert sum(told) > len(told) * 0.6, watched


@pytest.mark.parametrize("name", FAIR)
def test_what_is_built_with_the_help_of_other_things_is_fair(name: str) -> None:
    texts = [REACHED["at_once"].format(name, BORROWED[name][0], what) for what in FAIR[name]]
    exercise = lesson.find(name)
    assert outcomes(exercise, texts, unplugged=True) == outcomes(exercise, texts, unplugged=False)
    assert "shortcut" not in outcomes(exercise, texts, unplugged=True)
    assert "passed" in outcomes(exercise, texts, unplugged=True)


@pytest.mark.parametrize("name", CLASSES)
def test_no_class_of_torch_stands_in_for_ones_own(name: str) -> None:
    exercise, texts = lesson.find(name), CLASSES[name]
    assert "passed" not in outcomes(exercise, texts, unplugged=True)
    assert set(outcomes(exercise, texts, unplugged=False)) & {"passed", "shortcut"}
