"""Points are for what an answer does with inputs that nobody knew."""

from __future__ import annotations

import json

import pytest

from autograder import lesson
from autograder.classroom.grading import grade_cells
from autograder.judging.observing import expected

#: Writes, as if they were its own, observations of every probe that sees the same under every seed.
FORGES = """
import json, os
for end in range(3, 40):
    try: pipe = os.readlink(f"/proc/self/fd/{{end}}").startswith("pipe")
    except OSError: continue
    if pipe:
        for frame in json.loads({frames!r}):
            os.write(end, json.dumps(frame).encode() + b"\\n")
"""
REFUSES = "def max_abs_diff(a, b):\n    raise ValueError\n"


def _frames(section: str, seed: int) -> str:
    told: list[dict[str, object]] = []
    for name, exercise in lesson.load(section).items():
        if exercise.kind == "code":
            told.append({"exercise": name, "loaded": {"failure": None, "found": "function"}})
            told += [
                {"exercise": name, **expected(exercise, seed)[p.name]} for p in exercise.probes.values() if p.fixed
            ]
    return json.dumps(told)


@pytest.mark.parametrize("section", ["setup", "cross_entropy", "training_loop", "validation"])
def test_frames_without_an_answer_earn_nothing(section: str) -> None:
    frames = _frames(section, seed=3)
    assert json.loads(frames)
    for ending in ("", "\nos.write(end, b'{\"done\": true}\\n')\nos._exit(0)"):
        graded = grade_cells([FORGES.format(frames=frames) + ending], section, seed=3)["exercises"]
        assert {name: one["share"] for name, one in graded.items()} == dict.fromkeys(graded, 0.0)


def test_a_constant_that_agrees_earns_nothing_by_itself_and_is_told_so() -> None:
    told = grade_cells([REFUSES], "cross_entropy", seed=3)["exercises"]["max_abs_diff"]
    assert [probe["passed"] for probe in told["probes"]].count(True) == 2
    assert told["share"] == 0
    assert "would agree with any inputs" in " ".join(told["text"].split())
