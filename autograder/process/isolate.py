"""Processes, limits and time-outs: where learner code is allowed to be.

A *warm* process imports torch once and runs no operation. For each job it forks a child, which runs the learner's code
under limits and writes frames to a pipe; the warm process collects them until the child ends or its time is up, kills
what is left of it, and answers. The asking process, which judges, never imports torch or a learner's file.

Where processes cannot be forked (Windows) each job gets a new process: slower by the import, otherwise the same.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import struct
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
#: Seconds for one exercise; a right answer needs a few milliseconds.
TIMEOUT = float(os.environ.get("AUTOGRADER_TIMEOUT", "10"))
#: Seconds beyond the limit after which the warm process itself is taken for dead.
GRACE = 20.0

#: The exit code of a process that ended itself because its time was up (Windows, where nobody else can).
OUT_OF_TIME = 71

#: Set before torch is imported: one thread, so that a fork is safe and grading is repeatable.
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1")


class Superseded(Exception):
    """The job was stopped from another thread, because its result is not wanted any more."""


@dataclass
class Outcome:
    """What a job left behind. `ending` is "finished", "timeout", "exited" or "killed"; `detail` says how."""

    frames: list[dict[str, Any]] = field(default_factory=list)
    ending: str = "finished"
    detail: str = ""
    printed: str = ""


class Warm:
    """A warm process and the conversation with it. Thread-safe; one job at a time."""

    def __init__(
        self,
        command: list[str] | None = None,
        environment: dict[str, str] | None = None,
        preload: bool = False,
        quiet: bool = False,
    ):
        self._command = command or [sys.executable, "-m", "autograder.process.warm"]
        self._preload = preload
        self._quiet = quiet
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None
        self._lock = threading.Lock()
        self._sending = threading.Lock()
        self._busy = False
        #: Set from another thread by `cancel`: jobs raise Superseded until it is cleared.
        self.superseded = threading.Event()

    def start(self) -> None:
        """Start the process without waiting for it. Safe to call again."""
        if self._process is not None and self._process.poll() is None:
            return
        self.stop()
        ours, theirs = socket.socketpair()
        environment = dict(os.environ if self._environment is None else self._environment)
        environment |= ONE_THREAD | {"PYTHONPATH": _path(environment)}
        self._process = subprocess.Popen(
            [*self._command, str(theirs.fileno()), *(["preload"] if self._preload else [])],
            pass_fds=[theirs.fileno()],
            env=environment,
            stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL if self._quiet else None,
            start_new_session=True,
        )
        theirs.close()
        self._socket = ours

    def ask(self, job: dict[str, Any]) -> Outcome:
        """Run one job; a warm process that died or fell silent is replaced, and the job is reported as lost."""
        with self._lock:
            self.start()
            assert self._socket is not None
            limit = job.setdefault("timeout", TIMEOUT)
            try:
                self._socket.settimeout(limit + GRACE)
                with self._sending:
                    if self.superseded.is_set():
                        raise Superseded
                    send(self._socket, job)
                    self._busy = True
                answer = receive(self._socket)
                with self._sending:
                    self._busy = False
                if self.superseded.is_set():
                    raise Superseded
                return Outcome(**answer)
            except (OSError, EOFError, ValueError) as error:
                code = self._process.poll() if self._process else None
                self.stop()
                detail = f"the grading process ended ({code})" if code else f"no answer ({type(error).__name__})"
                return Outcome(ending="killed", detail=detail)

    def cancel(self) -> None:
        """Stop the job that another thread is waiting for; the warm process lives on and has the child killed."""
        with self._sending:
            self.superseded.set()
            if self._busy and self._socket is not None:
                with contextlib.suppress(OSError):
                    send(self._socket, {"cancel": True})

    def stop(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        if self._process is not None:
            if self._busy:  # it sees our end close, and first ends the child that it is waiting for
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self._process.wait(2)
                self._busy = False
            with contextlib.suppress(OSError):
                self._process.kill()
            self._process.wait()
            self._process = None

    def abandon(self) -> None:
        """Kill the process without waiting for it to be gone; for the last moment of a command.

        One that is waiting for a child is left to kill that first: it sees our end of the socket close.
        """
        if self._process is not None and not self._busy:
            with contextlib.suppress(OSError):
                self._process.kill()


class Cold:
    """The same conversation where nothing can be forked: a new process for each job."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self.superseded = threading.Event()

    def start(self) -> None: ...

    def ask(self, job: dict[str, Any]) -> Outcome:
        if self.superseded.is_set():
            raise Superseded
        limit = job.setdefault("timeout", TIMEOUT)
        environment = dict(os.environ) | ONE_THREAD | {"PYTHONPATH": _path(dict(os.environ))}
        process = subprocess.Popen(
            [sys.executable, "-m", "autograder.process.warm", "once"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
        )
        self._process = process
        timed_out = False
        try:
            out, _ = process.communicate(json.dumps(job).encode(), timeout=limit + GRACE)
        except subprocess.TimeoutExpired:
            process.kill()
            out, _ = process.communicate()
            timed_out = True
        if self.superseded.is_set():
            raise Superseded
        return Outcome(**parse(out, process.returncode, timed_out or process.returncode == OUT_OF_TIME))

    def cancel(self) -> None:
        """Stop the job that another thread is waiting for."""
        self.superseded.set()
        if self._process is not None:
            self._process.kill()

    def stop(self) -> None: ...

    abandon = stop


def parse(written: bytes, status: int, timed_out: bool) -> dict[str, Any]:
    """The answer to a job from what its child wrote and how it ended (an exit code, negative for a signal)."""
    frames, done = [], False
    for line in written.split(b"\n"):
        try:
            frame = json.loads(line)
        except ValueError:  # the learner's code wrote here, or the child was killed half-way through a line
            continue
        if isinstance(frame, dict):
            done |= "done" in frame
            frames.append(frame)
    frames = [frame for frame in frames if "done" not in frame]
    if timed_out:
        return {"frames": frames, "ending": "timeout"}
    if done:
        return {"frames": frames, "ending": "finished"}
    if status < 0:
        return {"frames": frames, "ending": "killed", "detail": _signal_name(-status)}
    return {"frames": frames, "ending": "exited", "detail": f"exit code {status}"}


def _signal_name(number: int) -> str:
    import signal

    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _path(environment: dict[str, str]) -> str:
    return os.pathsep.join(filter(None, [str(ROOT), environment.get("PYTHONPATH", "")]))


def send(connection: socket.socket, message: dict[str, Any]) -> None:
    body = json.dumps(message).encode()
    connection.sendall(struct.pack("!Q", len(body)) + body)


def receive(connection: socket.socket) -> dict[str, Any]:
    (length,) = struct.unpack("!Q", _exactly(connection, 8))
    return json.loads(_exactly(connection, length))


def _exactly(connection: socket.socket, length: int) -> bytes:
    parts, missing = [], length
    while missing:
        part = connection.recv(min(missing, 1 << 20))
        if not part:
            raise EOFError
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


_shared: Warm | Cold | None = None


def warm(preload: bool = False, quiet: bool = False) -> Warm | Cold:
    """The warm process of this process, started on first use and gone when this process is.

    `preload`: import also what a torch optimizer needs, which takes as long again as torch; worth it for many jobs.
    `quiet`: its own warnings are dropped, because a full screen is shown.
    """
    global _shared
    if _shared is None:
        import atexit

        _shared = Warm(preload=preload, quiet=quiet) if hasattr(os, "fork") else Cold()
        atexit.register(_shared.stop)
    return _shared
