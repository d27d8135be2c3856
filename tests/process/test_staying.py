"""A child that stays answers one job after another, and whatever happens to it, each job gets its own outcome."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from test_isolate import EXITS, HANGS, RIGHT, WRONG, alive, ctrl_c_in_half_a_second, job, values

from autograder import lesson, source
from autograder.process.conversation import Superseded
from autograder.process.frames import Outcome, answered, waited, whole
from autograder.process.warm import Warm

pytestmark = [
    pytest.mark.timeout(120),
    pytest.mark.skipif(not hasattr(os, "fork"), reason="processes cannot be forked here"),
]

TELLS = "import os\n\n\ndef softmax(x):\n    raise ValueError(str(os.getpid()))\n"
#: Ends its process where another answer was run before in it.
ENDS_LATER = "import builtins, os\n\nif hasattr(builtins, 'before'):\n    os._exit(3)\nbuiltins.before = 1\n" + RIGHT


def stays(text: str, timeout: float = 20.0, number: int = 0) -> dict[str, Any]:
    return job(text, timeout) | {"stays": number}


def process(left: Outcome) -> str:
    assert left.ending == "finished"
    return next(frame["raised"]["message"] for frame in left.frames if "raised" in frame)


@pytest.fixture(scope="module")
def warm() -> Iterator[Warm]:
    asked = Warm()
    yield asked
    asked.stop()


def test_it_sees_what_a_child_for_each_job_sees(warm: Warm) -> None:
    for text in (RIGHT, WRONG, TELLS, RIGHT):
        mine, other = warm.ask(stays(text)), warm.ask(job(text))
        assert mine.ending == other.ending == "finished"
        assert values(mine) == values(other)


def test_the_same_child_answers_until_something_else_is_asked(warm: Warm) -> None:
    first, second = (process(warm.ask(stays(TELLS) | {"each": each})) for each in (None, 1.0))
    assert first == second
    other = warm.ask(job(TELLS))
    assert process(other) != first
    third = process(warm.ask(stays(TELLS)))
    assert third not in (first, process(other))
    assert process(warm.ask(stays(TELLS) | {"runs": [{"seed": 1}]})) != third
    assert process(warm.ask(stays(TELLS, number=2))) != process(warm.ask(stays(TELLS, number=3)))
    nll = {"exercise": "nll", "probes": source.probes("cross_entropy", "nll")}
    assert warm.ask(stays(TELLS) | nll).ending == "finished"


def test_one_that_ends_in_a_later_job_is_replaced_and_the_job_begun_again(warm: Warm) -> None:
    warm.ask(job(RIGHT))
    for _ in range(3):
        assert len(values(warm.ask(stays(ENDS_LATER)))) == len(lesson.find("softmax").probes)


def test_what_ends_a_new_one_is_the_outcome(warm: Warm) -> None:
    for text, told in ((EXITS, ("exited", "exit code 3")), (HANGS, ("timeout", ""))):
        warm.ask(stays(RIGHT))
        left = warm.ask(stays(text, timeout=0.5) | {"runs": [{"seed": 7}]})
        assert (left.ending, left.detail) == told
        assert [frame["loaded"]["found"] for frame in left.frames] == ["function"]
        assert warm.ask(stays(RIGHT)).ending == "finished"


def test_the_time_of_its_first_job_is_over_and_the_next_gets_another_child(warm: Warm) -> None:
    first = process(warm.ask(stays(TELLS, timeout=0.5, number=1)))
    time.sleep(1.0)
    assert process(warm.ask(stays(TELLS, timeout=0.5, number=1))) != first


def test_superseded_in_the_middle_or_between_the_next_job_runs(warm: Warm) -> None:
    warm.ask(stays(RIGHT))
    timer = threading.Timer(0.3, warm.cancel)
    timer.start()
    with pytest.raises(Superseded):
        warm.ask(stays(HANGS, timeout=300))
    with pytest.raises(Superseded):
        warm.ask(stays(RIGHT))
    warm.superseded.clear()
    for next_job in (stays(RIGHT), job(RIGHT)):
        assert warm.ask(stays(RIGHT)).ending == "finished"
        warm.cancel()
        warm.superseded.clear()
        assert warm.ask(next_job).ending == "finished"


def test_after_ctrl_c_the_next_job_gets_its_own_answer(warm: Warm) -> None:
    warm.ask(stays(RIGHT))
    with ctrl_c_in_half_a_second():
        warm.ask(stays(HANGS, timeout=5.0))
    assert values(warm.ask(stays(RIGHT))) == values(warm.ask(job(RIGHT)))


def test_one_that_was_killed_is_replaced(warm: Warm) -> None:
    os.kill(int(process(warm.ask(stays(TELLS)))), signal.SIGKILL)
    assert warm.ask(stays(RIGHT)).ending == "finished"


def test_one_that_is_dismissed_ends_by_itself(warm: Warm) -> None:
    for next_job in (stays(RIGHT), job(RIGHT)):
        first = int(process(warm.ask(stays(TELLS))))
        warm.dismiss()
        warm.dismiss()
        until = time.monotonic() + 60
        while alive(first):
            assert time.monotonic() < until, "it lives on"
            time.sleep(0.01)
        assert warm.ask(next_job).ending == "finished"


FLOODS = """
import os

def softmax(x):
    for end in range(3, 30):
        try:
            while True:
                os.write(end, b"{}" * 1_000_000)
        except OSError:
            pass
"""


def test_one_that_floods_is_read_no_further_than_it_may(warm: Warm) -> None:
    for text in (RIGHT, FLOODS):
        left = warm.ask(stays(text, timeout=5.0, number=4))
    assert left.ending != "finished"
    assert len(values(warm.ask(stays(RIGHT, number=4)))) == len(lesson.find("softmax").probes)


@pytest.mark.parametrize(
    ("said", "is_whole", "seconds"),
    [
        (b'{"a": 1}\n{"done": true, "waited": 0.5}\n', True, 0.5),
        (b'{"done": true, "waited": 0.5}\n', True, 0.5),
        (b'{"done": true, "waited": "much"}\n', True, 0.0),
        (b'{"done": true}\n', True, 0.0),
        (b'{"done": }\n', True, 0.0),
        (b'{"done": true, "waited": 0.5}', False, None),
        (b'{"done": true}\n{"a": 1}\n', False, None),
        (b"", False, None),
    ],
)
def test_an_answer_ends_with_a_line_of_its_own(said: bytes, is_whole: bool, seconds: float | None) -> None:
    assert whole(said) is is_whole
    assert seconds is None or waited(said) == seconds


def test_a_flood_from_one_that_stays_is_read_no_further_than_it_may() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.settimeout(5)
        flood = threading.Thread(target=lambda: _quietly(theirs.sendall, b"x" * (64 << 20)))
        flood.start()
        assert len(answered(ours, 1 << 20, time.monotonic() + 30)) < 3 << 20
        ours.close()
        flood.join()


def _quietly(send: Any, data: bytes) -> None:
    with contextlib.suppress(OSError):
        send(data)
