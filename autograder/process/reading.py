"""Reading what a child writes until it has ended, or has to be ended; within limits, whatever it does."""

from __future__ import annotations

import contextlib
import os
import selectors
import socket
import time
from typing import Protocol

from autograder.process.limits import Limits
from autograder.process.memory import occupied, private

_LOOK_EVERY = 0.1  # seconds between two looks at the memory in use


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
        self._look = time.monotonic() + _LOOK_EVERY

    @property
    def results(self) -> bytes:
        return bytes(self._kept[self._ends[0]][: self.limits.output_bytes])

    @property
    def printed(self) -> bytes:
        return bytes(self._kept[self._ends[1]][: self.limits.printed_bytes])

    def until_it_ends(self, child: Child, asker: socket.socket | None) -> str | None:
        """Why the child has to be stopped, if it has to: "time", "memory", "output" or "superseded"."""
        deadline = time.monotonic() + self.limits.seconds
        tells = os.pidfd_open(child.pid) if hasattr(os, "pidfd_open") else None
        try:
            with selectors.DefaultSelector() as waiting:
                for end in self._ends:
                    os.set_blocking(end, False)
                for wanted in (*self._ends, tells, asker):
                    if wanted is not None:
                        waiting.register(wanted, selectors.EVENT_READ)
                while (left := deadline - time.monotonic()) > 0:
                    ready = {key.fileobj for key, _ in waiting.select(min(left, _LOOK_EVERY if tells else 0.002))}
                    ended = tells in ready if tells else child.ended()
                    if asker in ready:
                        return "superseded"
                    if self._too_much_memory(child):
                        return "memory"
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

    def _too_much_memory(self, child: Child) -> bool:
        now = time.monotonic()  # whether or not there was output, or a flood of it would hide the rest
        if not self.limits.together or now < self._look:
            return False
        self._own = self._own if self._own >= 0 else private(os.getpid())  # not earlier: most children end before
        self._look = now + _LOOK_EVERY
        return occupied(child.pid) - self._own > self.limits.memory_bytes
