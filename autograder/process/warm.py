"""The trusted end of a warm process: ask it for what a job does, and get an outcome, whatever the job does.

A *warm* process imports torch once and runs no operation. For each job it forks a child (server.py, child.py), which
runs the learner's code behind walls and writes frames to a pipe; they are read here, within limits. A child that stays
tells them through a socket of its own, job by job. The asking process, which judges, never imports torch or a learner's
file.
"""

from __future__ import annotations

import contextlib
import os
import socket
import time
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

from autograder import process
from autograder.process import limits as settings
from autograder.process import resident
from autograder.process.conversation import Conversation, Later, Lost, launch
from autograder.process.frames import Frame, Outcome, SandboxUnavailable, outcome, waited
from autograder.process.limits import Limits, generous

if TYPE_CHECKING:
    from autograder.process.cold import Cold

#: The kinds of jobs: modules for the other side.
FILE, CELLS = "autograder.beside.file", "autograder.beside.cells"
#: A job that waited for a processor for more than this share of its time, unpaid, did not have the machine.
CONTENDED = 0.5


class Warm(Conversation):
    """A warm process for one kind of jobs, which puts one kind of walls (walls.Mode) round each."""

    grace = settings.GRACE

    def __init__(self, kind: str = FILE, mode: str = "own", preload: bool = False, quiet: bool = False):
        more = [FOR_OPTIMIZERS] if preload else []
        super().__init__(lambda fd: self.command(str(fd), kind, mode, *more), quiet)
        #: Seconds that its jobs took, without what they waited for a processor.
        self.seconds = 0.0

    def command(self, *words: str) -> list[str]:
        """What starts the process, given the words that server.py takes."""
        return process.python("process.server", *words)

    def ask(self, job: Frame) -> Outcome:
        """Run one job of a learner's own; where there is no answer, that is the outcome."""
        try:
            return self.run(job, generous(job.setdefault("timeout", settings.patience())))
        except (Lost, SandboxUnavailable) as error:
            return Outcome(ending="killed", detail=str(error))

    def run(self, job: Frame, limits: Limits, later: Later | None = None) -> Outcome:
        """Run one job, which asks for `later` when it gets there (frames.later).

        Lost when the machine, and not the job, is to blame; a process that died is replaced.
        """
        if job.get("stays") is not None:
            return self._further(job, limits)
        most = limits.output_bytes + 8 * limits.printed_bytes + 4096  # as text, a byte may take so many
        longest = limits.seconds * settings.BACKSTOP + self.grace
        told, data = self.exchange(job | {"limits": asdict(limits)}, longest, later, most=most)
        if "refused" in told:
            raise SandboxUnavailable(f"no answer ({told['refused']})")
        left = outcome(data, told["status"], told["stopped"], limits, told["printed"])
        left.seconds = told["elapsed"] - told["waited"]
        self.seconds += left.seconds
        # What its first process waited was added to its time, as far as the backstop; what others did was not.
        paid = told["waited"] if told["elapsed"] < 0.99 * limits.seconds * settings.BACKSTOP else 0.0
        left.contended = told["waited_together"] - paid > CONTENDED * told["elapsed"]
        return left

    def _further(self, job: Frame, limits: Limits) -> Outcome:
        """The same, by a child that stays for the next job which differs from this one in no more than BY_REQUEST.

        Its limits are those of its first job, over all. Where it ends in a later one, that is begun again by another.
        """
        request = {name: job[name] for name in BY_REQUEST if name in job}
        question = {name: value for name, value in job.items() if name not in request}
        stays, started = self.stays(question), time.monotonic()
        longest = limits.seconds * settings.BACKSTOP + self.grace
        data, ended = self.further(question, {"limits": asdict(limits)}, request, longest, limits.output_bytes)
        if ended and stays:
            return self._further(job, limits)
        told: Frame = ended[0] if ended else {"status": 0, "stopped": None}
        if "refused" in told:
            raise SandboxUnavailable(f"no answer ({told['refused']})")
        left = outcome(data, told["status"], told["stopped"], limits)
        left.seconds = time.monotonic() - started
        if not ended:
            left.seconds -= min(max(0.0, waited(data)), left.seconds)
        self.seconds += left.seconds
        return left


#: What another job may have instead, asked of the same child.
BY_REQUEST = ("implementations", "only", "each", "timeout")
#: What torch imports when the first optimizer is made, which takes as long again as torch.
FOR_OPTIMIZERS = "torch._dynamo"


class Visiting(Warm):
    """A conversation with the resident process, where there is one; else, and when that one dies, with our own."""

    def __init__(self, connection: socket.socket | None = None, preload: bool = False, quiet: bool = False):
        super().__init__(preload=preload, quiet=quiet)
        self._socket = connection
        self.visits = True

    def start(self) -> None:
        if self._socket is not None and self._process is None:
            return
        if self.visits and self._process is None:
            self._socket = resident.jobs()
        if self._socket is None or self._process is not None:
            super().start()

    def ask(self, job: Frame) -> Outcome:
        if self.visits:
            try:
                return self.run(dict(job), generous(job.get("timeout", settings.patience())))
            except (Lost, SandboxUnavailable):
                self.visits = False
        return super().ask(job)


class Sessions:
    """A warm process that forks for each conversation: what the resident process keeps."""

    def start(self) -> None:
        def words(fd: int) -> list[str]:
            return process.python("process.server", str(fd), FILE, "all:own", FOR_OPTIMIZERS)

        self.process, self._socket = launch(words, quiet=True)

    def conversation(self) -> socket.socket:
        """A socket at whose other end a new conversation waits for jobs."""
        ours, theirs = socket.socketpair()
        with theirs:
            self.serve(theirs)
        return ours

    def serve(self, connection: socket.socket) -> None:
        """Let the process answer jobs from this socket."""
        try:
            socket.send_fds(self._socket, [b"s"], [connection.fileno()])
        except OSError:  # somebody killed it
            self.stop()
            self.start()
            socket.send_fds(self._socket, [b"s"], [connection.fileno()])

    def stop(self) -> None:
        """It ends by itself when it has taken what is on the way; conversations go on until their ends."""
        self._socket.close()
        self.process.poll()


_shared: Warm | Cold | None = None


def warm(preload: bool = False, quiet: bool = False) -> Warm | Cold:
    """The warm process of this process, started on first use and gone when this process is.

    `preload`: import also what a torch optimizer needs, which takes as long again as torch; worth it for many jobs.
    `quiet`: its own warnings are dropped, because a full screen is shown.
    """
    global _shared
    if _shared is None:
        import atexit

        if hasattr(os, "fork"):
            _shared = (Visiting if resident.wanted() else Warm)(preload=preload, quiet=quiet)
        else:
            from autograder.process.cold import Cold

            _shared = Cold(FILE)
        atexit.register(_shared.stop)
    return _shared


@contextlib.contextmanager
def instead(other: Warm) -> Iterator[None]:
    """For a while, another process stands for the one that is shared."""
    global _shared
    before, _shared = _shared, other
    try:
        yield
    finally:
        _shared = before


def converse(connection: socket.socket) -> None:
    """Let the warm process of this process be the one at the other end."""
    global _shared
    _shared = Visiting(connection)
