"""What is in memory while cells run, and what of the reference and of the inputs ever comes near a submission."""

from __future__ import annotations

import json
import secrets
import types
from collections.abc import Iterator

import pytest

from autograder import lesson
from autograder.classroom.grading import grade_cells
from autograder.classroom.pieces import loan
from autograder.classroom.results import inputs_of

SEED = 0x5EED_0000_1234
SEARCH = f"""
import gc, sys
found = {{name for name in ("probes", "pieces") if name in sys.modules}}
for thing in gc.get_objects():
    if not isinstance(thing, (dict, list, tuple)) or thing is globals(): continue
    try: parts = list(thing.values() if isinstance(thing, dict) else thing)
    except Exception: continue
    found |= {{"the seed" for part in parts if type(part) is int and part == int("{SEED}")}}
    found |= {{"code" for part in parts if getattr(part, "co_filename", "") == "<probes>"}}
    found |= {{"the job" for key in ("lent", "exercise_seconds") if isinstance(thing, dict) and key in thing}}
print(sorted(found))
"""


def test_while_cells_run_nothing_says_what_will_be_observed() -> None:
    told = grade_cells([SEARCH], "cross_entropy", SEED)
    assert told["cells"][0][0]["text"] == "[]\n"


def test_what_counts_for_the_whole_machine_is_not_there_to_be_read() -> None:
    cell = "import os\nprint([name for name in os.listdir('/proc') if not name.isdigit() and 'self' not in name])\n"
    told = grade_cells([cell], "cross_entropy", SEED)
    assert told["cells"][0][0]["text"] == "[]\n"


def _code(code: types.CodeType) -> Iterator[types.CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _code(constant)


@pytest.mark.parametrize("section", lesson.sections())
def test_what_is_lent_has_no_text_and_answers_no_question(section: str) -> None:
    exercises = lesson.load(section)
    built = [name for name, exercise in exercises.items() if exercise.kind == "code"]
    for number, name in enumerate(built[1:], 1):
        lent = loan(section, name, built[:number])
        space: dict[str, object] = {"__name__": "lent"}
        exec(lent.code, space)
        assert set(built[:number]) <= space.keys()
        assert not space.keys() & ({name} | {other for other, e in exercises.items() if e.kind == "concept"})
        texts = [text for code in _code(lent.code) for text in code.co_consts if isinstance(text, str)]
        assert max(map(len, texts), default=0) < 80


def test_the_same_text_gets_the_same_inputs_and_another_one_perhaps_others() -> None:
    secret = secrets.randbits(48)
    texts = [["x = 1", f"# try {number}"] for number in range(200)]
    seeds = [inputs_of(secret, sources, "optim", 4) for sources in texts]
    assert seeds == [inputs_of(secret, sources, "optim", 4) for sources in texts]
    assert len(set(seeds)) == 4
    assert not set(seeds) & {inputs_of(secret + 1, sources, "optim", 4) for sources in texts}


def test_another_set_of_inputs_gives_the_same_grade() -> None:
    text = "import torch\ndef softmax(x):\n    return x.exp() / x.exp().sum(0, keepdim=True)\n"
    graded = [grade_cells([text], "cross_entropy", seed)["exercises"]["softmax"] for seed in (1, 2)]
    assert len({json.dumps([one["outcome"], one["share"], one["diagnosis"]]) for one in graded}) == 1
