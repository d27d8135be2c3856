"""The limit of time of one implementation."""

from __future__ import annotations

import signal
import time

import pytest

from autograder.beside import patience as limits
from autograder.beside.patience import OutOfTime, Patience


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no timers")
def test_what_noted_where_it_was_is_not_cut_off_by_the_second_timer() -> None:
    handlers = {number: signal.getsignal(number) for number in (signal.SIGALRM, signal.SIGPROF)}
    patience, noted = Patience(0.05, asleep=1.0), []
    patience.begin()
    try:
        with patience.running():
            try:
                while True:
                    pass
            except OutOfTime:
                until = time.process_time() + 0.1
                while time.process_time() < until:
                    pass
                noted.append("line 3")
    finally:
        patience.end()
        for number, handler in handlers.items():
            signal.signal(number, handler)
    assert patience.over
    assert noted == ["line 3"]


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no timers")
@pytest.mark.parametrize("busy", [True, False])
def test_the_time_for_which_others_had_the_processor_is_not_its_own(
    busy: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    handlers = {number: signal.getsignal(number) for number in (signal.SIGALRM, signal.SIGPROF)}
    waits = iter([0.0, 60.0 if busy else 0.0])
    monkeypatch.setattr(limits, "waited", lambda: next(waits))
    patience = Patience(0.05, asleep=1.0)
    patience.begin()
    try:
        with patience.running():
            time.sleep(0.2)
    finally:
        patience.end()
        for number, handler in handlers.items():
            signal.signal(number, handler)
    assert patience.over is not busy
