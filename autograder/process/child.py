"""One child for each job: forked from a warm process, put behind its walls, read, stopped in time and cleared away."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any, NoReturn

from autograder.process import kernel
from autograder.process.frames import SandboxUnavailable
from autograder.process.limits import Limits
from autograder.process.reading import Reading
from autograder.process.walls import Layers, Mode, confine

#: The exit code of a child that could not go on: what it needed had been taken from it.
BROKEN = 70


@dataclass(frozen=True)
class Ended:
    """How a child ended. `data` is what it wrote as results, whole or cut where it was stopped."""

    data: bytes
    status: int  # exit status; minus the number of the signal that ended it
    stopped: str | None  # why it was ended from outside: "time", "memory", "output", "superseded", or None
    printed: bytes
    cpu_seconds: float
    peak_bytes: int  # the most its first process occupied, the part shared with the warm process included
    elapsed: float = 0.0  # seconds by the clock
    waited: float = 0.0  # seconds of them that its first process waited for a processor
    waited_together: float = 0.0  # the same of all its processes, added up
    layers: Layers = field(default_factory=dict)


def run(
    work: Callable[[int], object],
    limits: Limits | None = None,
    *,
    mode: Mode = "full",
    asker: socket.socket | None = None,
    keep: Collection[int] = (),
    hidden: Collection[str] = (),
) -> Ended:
    """Call `work` with a file descriptor to write results to, behind walls; wait; return what was written.

    Of the file descriptors of this process it has those to `keep`, and no other; `hidden`: files that it does without.

    For a warm process with one thread. The child never returns from here: it exits when `work` does, with BROKEN if
    that raised. All its descendants end with it. Raises SandboxUnavailable, and runs nothing, where `confine` does.
    Anything that arrives from the `asker` meanwhile, its end too, stops the child: nobody waits for it any more.
    """
    threads = len(os.listdir("/proc/self/task")) if os.path.isdir("/proc/self/task") else 1
    if threads != 1:
        raise RuntimeError(f"this process has {threads} threads; a child forked from it could wait for one for ever")
    limits = limits or Limits()
    spare = os.path.join(tempfile.gettempdir(), f"submission-{os.getpid()}-{time.monotonic_ns()}")
    results, results_in = os.pipe()
    prints, prints_in = os.pipe()
    ready, ready_in = os.pipe()  # tells "could not be confined" from anything that a submission can do
    child = _Child(_fork_first(mode))
    if child.pid == 0:
        _live(work, limits, (results_in, prints_in, ready_in), mode, spare, keep, hidden)
    for end in (results_in, prints_in, ready_in):
        os.close(end)
    stopped: str | None = "failure"
    try:
        layers = _confirmation(ready)
        reading = Reading(results, prints, limits)
        stopped = reading.until_it_ends(child, asker)
    finally:
        if stopped:
            child.kill()
        status, cpu, peak = child.reap()
        for end in (results, prints, ready):
            os.close(end)
        shutil.rmtree(spare, ignore_errors=True)
    cpu = max(cpu, reading.computed)
    waits = (reading.elapsed, reading.waited, reading.waited_together)
    return Ended(reading.results, status, stopped, reading.printed, cpu, peak, *waits, layers)


class _Child:
    """The child as its parent sees it."""

    def __init__(self, pid: int):
        self.pid = pid
        self.gone: tuple[int, int, Any] | None = None

    def ended(self) -> bool:
        """For systems that do not tell by themselves."""
        if self.gone is None:
            pid, status, usage = os.wait4(self.pid, os.WNOHANG)
            self.gone = (pid, status, usage) if pid else None
        return self.gone is not None

    def kill(self) -> None:
        # The group only matters where there is no pid namespace. A number that was given back may be another's.
        for end in (os.kill, os.killpg) if self.gone is None else (os.killpg,):
            with contextlib.suppress(OSError):
                end(self.pid, signal.SIGKILL)

    def reap(self) -> tuple[int, float, int]:
        """Exit code (negative for a signal), seconds of computing, most memory; nothing of its session is left."""
        if hasattr(os, "waitid") and self.gone is None:
            os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT)
        self.kill()  # its number is not given to anybody else before wait4
        _, status, usage = self.gone or os.wait4(self.pid, 0)
        peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
        return os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime, peak


def _fork_first(mode: Mode) -> int:
    """Fork a child that is the first process of a new pid namespace: when it ends, so does every process in it.

    unshare moves only *later* children, and is undone by returning to one's own namespace, so this costs one fork and
    not two. Where it is not allowed the child is an ordinary one, which `confine` then notices.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    if mode not in ("full", "weak"):
        return os.fork()
    try:
        own = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return os.fork()
    pid = -1
    try:
        try:
            kernel.unshare(kernel.NEWPID)
        except (OSError, AttributeError):
            return os.fork()
        try:
            pid = os.fork()
        finally:
            if pid != 0:
                kernel.setns(own, kernel.NEWPID)
        return pid
    finally:
        os.close(own)


def _live(
    work: Callable[[int], object],
    limits: Limits,
    ends: tuple[int, int, int],
    mode: Mode,
    spare: str,
    keep: Collection[int],
    hidden: Collection[str],
) -> NoReturn:
    results, prints, ready = ends
    status = BROKEN
    try:
        try:
            if limits.printed_bytes:
                os.dup2(prints, 1)
                os.dup2(prints, 2)
            shown = {1, 2} if limits.printed_bytes else set()
            kept = (results, ready, *shown, *keep)
            layers = confine(limits, keep=kept, mode=mode, spare=spare, hidden=hidden)
        except BaseException as error:
            os.write(ready, json.dumps(str(error) or type(error).__name__).encode())
            os._exit(1)
        os.write(ready, json.dumps(layers).encode())
        os.close(ready)
        work(results)
        status = 0
    except SystemExit as error:
        status = error.code if isinstance(error.code, int) else int(error.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        try:
            sys.stdout.flush()
        finally:
            os._exit(status & 255)


def _confirmation(ready: int) -> Layers:
    said = b""
    while more := os.read(ready, 65_536):
        said += more
    told: Layers | str = json.loads(said or b'"the child ended before it was confined"')
    if isinstance(told, str):
        raise SandboxUnavailable(told)
    return told
