"""The limit of time of one implementation."""

from __future__ import annotations

import signal
import time

import pytest

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
