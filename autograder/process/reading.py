"""Reading what a child writes until it has ended, or has to be ended; within limits, whatever it does."""

from __future__ import annotations

import contextlib
import os
import selectors
import socket
import time
from typing import Protocol

from autograder.process.family import Family, private, waited
from autograder.process.limits import BACKSTOP, Limits

_LOOK_EVERY = 0.1  # seconds between two looks at what is used


class Child(Protocol):
    pid: int

    def ended(self) -> bool: ...


class Reading:
    """Of results too many bytes are a reason to stop the child; prints beyond the limit are read and dropped."""

    def __init__(self, results: int, prints: int, limits: Limits):
        self.limits = limits
        self._ends = (results, prints)
        self._most = {results: limits.output_bytes, prints: limits.printed_bytes}
        self._kept = {results: bytearray(), prints: bytearray()}
        self._own = -1  # what this process occupies itself
        self._began = time.monotonic()
        self._look = self._began + _LOOK_EVERY
        #: Seconds by the clock, those of them that the first process waited for a processor, and what all of them
        #: waited and computed together, as far as it was seen.
        self.elapsed = self.waited = self.waited_together = self.computed = 0.0

    @property
    def results(self) -> bytes:
        return bytes(self._kept[self._ends[0]][: self.limits.output_bytes])

    @property
    def printed(self) -> bytes:
        return bytes(self._kept[self._ends[1]][: self.limits.printed_bytes])

    def until_it_ends(self, child: Child, asker: socket.socket | None) -> str | None:
        """Why the child has to be stopped, if it has to: "time", "memory", "output" or "superseded"."""
        family = Family(child.pid)
        try:
            return self._until_it_ends(child, asker, family)
        finally:
            self.elapsed, self.waited = time.monotonic() - self._began, waited(child.pid)
            if self.limits.together:
                family.look()
            self.waited_together, self.computed = max(family.waited, self.waited), family.computed

    def _until_it_ends(self, child: Child, asker: socket.socket | None, family: Family) -> str | None:
        tells = os.pidfd_open(child.pid) if hasattr(os, "pidfd_open") else None
        try:
            with selectors.DefaultSelector() as waiting:
                for end in self._ends:
                    os.set_blocking(end, False)
                for wanted in (*self._ends, tells, asker):
                    if wanted is not None:
                        waiting.register(wanted, selectors.EVENT_READ)
                while (left := self._left(child)) > 0:
                    ready = {key.fileobj for key, _ in waiting.select(min(left, _LOOK_EVERY if tells else 0.002))}
                    ended = tells in ready if tells else child.ended()
                    if asker in ready:
                        return "superseded"
                    if too_much := self._too_much(family):
                        return too_much
                    for end in self._ends:
                        if (end in ready or ended) and self._drain(end):
                            with contextlib.suppress(KeyError):
                                waiting.unregister(end)
                    if len(self._kept[self._ends[0]]) > self.limits.output_bytes:
                        return "output"
                    if ended:
                        return None
                return "time"
        finally:
            if tells is not None:
                os.close(tells)

    def _drain(self, end: int) -> bool:
        """Keep what can be read now, up to one byte more than the most; True at the end of it."""
        kept, most = self._kept[end], self._most[end]
        while True:
            try:
                piece = os.read(end, 1 << 20)
            except BlockingIOError:
                return False
            if not piece:
                return True
            kept += piece[: most + 1 - len(kept)]
            if len(kept) > most:
                return False  # back to the clock: a flood must not hide it

    def _left(self, child: Child) -> float:
        """Seconds until it has to end. Those that it waits for a processor others pay for, up to a backstop."""
        gone = time.monotonic() - self._began
        if gone < self.limits.seconds:
            return self.limits.seconds - gone
        return min(self.limits.seconds + waited(child.pid), self.limits.seconds * BACKSTOP) - gone

    def _too_much(self, family: Family) -> str | None:
        now = time.monotonic()  # whether or not there was output, or a flood of it would hide the rest
        if not self.limits.together or now < self._look:
            return None
        self._look = now + _LOOK_EVERY
        self._own = self._own if self._own >= 0 else private(os.getpid())  # not earlier: most children end before
        family.look()
        if family.computed > self.limits.cpu_seconds:
            return "time"
        return "memory" if family.occupied() - self._own > self.limits.memory_bytes else None
