"""A limit of time for each implementation of a job, so that one that hangs costs the others little.

The limit is kept by timers of the process and an exception that nobody expects: one of computing, which a busy machine
does not shorten, and a longer one of the clock, for what sleeps: less what it waited for a processor that others had.
Code that is stuck inside one operation of torch does not see it; the time-out of the whole job ends that.
"""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from typing import Any

#: Seconds of computing after which an answer that swallowed the exception gets it again: enough to note where it was.
AGAIN = 0.25
#: A wait for the processor of fewer seconds is none.
SHORT = 0.001
#: By the clock an answer may take so many times as long as it may compute.
ASLEEP = 20.0


def waited() -> float:
    """Seconds that this process was ready to run and no processor was free; 0 where the system does not tell."""
    with contextlib.suppress(OSError, ValueError, IndexError), open("/proc/self/schedstat") as told:
        return int(told.read().split()[1]) / 1e9
    return 0.0


class OutOfTime(BaseException):
    """Raised within the implementation whose time is up."""


class Patience:
    """`with patience:` marks where the exception may be raised; elsewhere it waits, so that no frame is cut in two."""

    def __init__(self, seconds: float | None, asleep: float = ASLEEP):
        self.seconds, self.asleep, self.inside, self.over, self.begun = seconds, asleep, False, False, False
        self.waited = 0.0
        if seconds and hasattr(signal, "setitimer"):
            signal.signal(signal.SIGALRM, self._ring)
            signal.signal(signal.SIGPROF, self._ring)

    def begin(self) -> None:
        """The time of another implementation begins."""
        self.over, self.begun = False, True
        if self.seconds and hasattr(signal, "setitimer"):
            self.waited = waited()
            signal.setitimer(signal.ITIMER_PROF, self.seconds)
            signal.setitimer(signal.ITIMER_REAL, self.seconds * self.asleep)

    def end(self) -> None:
        self.begun = False
        if self.seconds and hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.setitimer(signal.ITIMER_REAL, 0)

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        self.inside = True
        try:
            yield
        except OutOfTime:
            self.over = True
        finally:
            self.inside = False

    def _ring(self, number: int, frame: Any) -> None:
        if not self.begun:
            return
        before, self.waited = self.waited, waited()
        if number == signal.SIGALRM and not self.over and self.waited - before > SHORT:
            signal.setitimer(signal.ITIMER_REAL, self.waited - before)
            return
        self.over = True
        signal.setitimer(signal.ITIMER_PROF, AGAIN)  # both, or the other rings while what this one raised is noted
        signal.setitimer(signal.ITIMER_REAL, AGAIN * ASLEEP)
        if self.inside:
            raise OutOfTime
