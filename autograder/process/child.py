"""One child per submission: forked from a warm process, confined, fed, read, stopped in time and cleared away."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NoReturn

from autograder.process import kernel
from autograder.process.walls import DEFAULT, Layers, Limits, Mode, SandboxUnavailable, confine

_LOOK_EVERY = 0.1  # seconds between two looks at the memory in use


@dataclass(frozen=True)
class Ended:
    """How a child ended. `data` is what it wrote, whole or cut where it was stopped."""

    data: bytes
    status: int  # exit status; minus the number of the signal that ended it
    stopped: str | None  # why it was ended from outside: "time", "memory", "output", or None
    cpu_seconds: float
    peak_bytes: int  # the most its first process occupied, the part shared with the warm process included
    layers: Layers = field(default_factory=dict)


def run(work: Callable[[int], object], limits: Limits = DEFAULT, *, mode: Mode = "full") -> Ended:
    """Call `work` with a file descriptor to write results to, in a confined child; wait; return what was written.

    For a warm process with one thread. The child never returns from here: it exits when `work` does, with status 1 if
    that raised. All its descendants end with it. Raises SandboxUnavailable, and runs nothing, where `confine` does.
    """
    threads = len(os.listdir("/proc/self/task")) if os.path.isdir("/proc/self/task") else 1
    if threads != 1:
        raise RuntimeError(f"this process has {threads} threads; a child forked from it could wait for one for ever")
    spare = os.path.join(tempfile.gettempdir(), f"submission-{os.getpid()}-{time.monotonic_ns()}")
    results, results_in = os.pipe()
    ready, ready_in = os.pipe()  # tells "could not be confined" from anything that a submission can do
    pid = _fork_first(mode)
    if pid == 0:
        _child(work, limits, results_in, ready_in, mode, spare)
    os.close(results_in)
    os.close(ready_in)
    stopped: str | None = "failure"
    try:
        layers = _confirmation(ready)
        data, stopped = _collect(results, pid, limits)
    finally:
        os.close(results)
        os.close(ready)
        if stopped:
            _kill(pid)
        status, cpu, peak = _reap(pid)
        shutil.rmtree(spare, ignore_errors=True)
    return Ended(data, status, stopped, cpu, peak, layers)


def _fork_first(mode: Mode) -> int:
    """Fork a child that is the first process of a new pid namespace: when it ends, so does every process in it.

    unshare moves only *later* children, and is undone by returning to one's own namespace, so this costs one fork and
    not two. Where it is not allowed the child is an ordinary one, which `confine` then notices.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    if mode == "off":
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


def _child(work: Callable[[int], object], limits: Limits, results: int, ready: int, mode: Mode, spare: str) -> NoReturn:
    status = 1
    try:
        try:
            layers = confine(limits, keep=(results, ready), mode=mode, spare=spare)
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
        status = 1  # whoever wants to know more writes it to the results
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


def _collect(results: int, pid: int, limits: Limits) -> tuple[bytes, str | None]:
    """Read until the child has ended, or has to be ended; what it wrote, and why it was stopped, if it was."""
    data, deadline = bytearray(), time.monotonic() + limits.seconds
    ends = os.pidfd_open(pid) if hasattr(os, "pidfd_open") else None
    own, look = -1, time.monotonic() + _LOOK_EVERY
    os.set_blocking(results, False)
    try:
        with selectors.DefaultSelector() as waiting:
            waiting.register(results, selectors.EVENT_READ)
            if ends is not None:
                waiting.register(ends, selectors.EVENT_READ)
            while waiting.get_map():
                left = deadline - time.monotonic()
                if left <= 0:
                    return bytes(data), "time"
                events = {key.fd for key, _ in waiting.select(min(left, _LOOK_EVERY))}
                if time.monotonic() >= look:  # whether or not there was output, or a flood of it would hide the rest
                    own = own if own >= 0 else _private(os.getpid())  # not earlier: most children end before a look
                    if _occupied(pid) - own > limits.memory_bytes:
                        return bytes(data), "memory"
                    look = time.monotonic() + _LOOK_EVERY
                if results in events or ends in events:
                    finished = _drain(results, data, limits.output_bytes)
                    if len(data) > limits.output_bytes:
                        return bytes(data[: limits.output_bytes]), "output"
                    if ends in events:
                        break
                    if finished:
                        waiting.unregister(results)
    finally:
        if ends is not None:
            os.close(ends)
    return bytes(data), None


def _drain(results: int, data: bytearray, most: int) -> bool:
    """Add what can be read now, to a little more than `most` bytes; True at the end of it."""
    while len(data) <= most:
        try:
            piece = os.read(results, 1 << 20)
        except BlockingIOError:
            return False
        if not piece:
            return True
        data += piece
    return False


def _occupied(first: int) -> int:
    """Bytes of memory that a process and its descendants really occupy, counting what they share once."""
    parents: dict[int, int] = {}
    with contextlib.suppress(OSError):
        for name in filter(str.isdigit, os.listdir("/proc")):
            with contextlib.suppress(OSError, ValueError), open(f"/proc/{name}/stat") as stat:
                # The name of the program may contain anything; the fields after it are plain.
                parents[int(name)] = int(stat.read().rpartition(")")[2].split()[1])
    family, total = {first}, 0
    while more := {pid for pid, parent in parents.items() if parent in family} - family:
        family |= more
    for pid in family:
        total += _private(pid)
    return total


def _private(pid: int) -> int:
    """Bytes of memory that a process occupies, files aside: its share, or all of it where that is not told."""
    told = _sum(f"/proc/{pid}/smaps_rollup", ("Pss_Anon:", "Pss_Shmem:"))
    if not told:
        # Not told of a process that refuses to be looked at or whose first thread has ended: ask its other threads.
        with contextlib.suppress(OSError):
            tasks = os.listdir(f"/proc/{pid}/task")
            told = max(_sum(f"/proc/{pid}/task/{task}/status", ("RssAnon:", "RssShmem:")) for task in tasks)
    return told


def _sum(path: str, names: tuple[str, ...]) -> int:
    with contextlib.suppress(OSError), open(path) as lines:
        return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(names))
    return 0


def _kill(pid: int) -> None:
    for end in (os.kill, os.killpg):  # the group only matters where there is no pid namespace
        with contextlib.suppress(OSError):
            end(pid, signal.SIGKILL)


def _reap(pid: int) -> tuple[int, float, int]:
    if hasattr(os, "waitid"):
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        _kill(pid)  # its number is not given to anybody else before wait4
    _, status, usage = os.wait4(pid, 0)
    peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime, peak
