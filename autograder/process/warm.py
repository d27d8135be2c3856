"""The warm process: `python -m autograder.process.warm FD` answers jobs from the socket FD until it is closed.

The collector is off while torch is imported (it would walk a million objects that all stay), and everything imported
is frozen, so that children share its memory.
"""

from __future__ import annotations

import gc

gc.disable()

import contextlib  # noqa: E402
import importlib  # noqa: E402
import json  # noqa: E402
import os  # noqa: E402
import select  # noqa: E402
import selectors  # noqa: E402
import signal  # noqa: E402
import socket  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402
import warnings  # noqa: E402
from collections.abc import Callable  # noqa: E402
from typing import Any  # noqa: E402

from autograder.beside import observe  # noqa: E402  (observe imports torch)
from autograder.beside.load import silence_checks  # noqa: E402
from autograder.process import hugepages  # noqa: E402  (observe imports torch)
from autograder.process.isolate import OUT_OF_TIME, parse, receive, send  # noqa: E402

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

MOST_WRITTEN = 64 << 20
#: Seconds without a job, after which nobody is kept waiting by what makes forks cheaper.
PAUSE = 0.3
MOST_PRINTED = 20_000
#: Bytes of private memory that a child may add to what the warm process has.
MOST_MEMORY = 1 << 30

Confine = Callable[[dict[str, Any]], None]


def serve(connection: socket.socket, confine: Confine | None = None) -> None:
    """Answer jobs until the other side closes. `confine` is called in each child before any learner code runs."""
    gc.freeze()
    answered, settled = 0, False
    while True:
        if answered and not settled and (answered == hugepages.WORTH or _pauses(connection)):
            hugepages.collapse()
            settled = True
        try:
            job = receive(connection)
        except (EOFError, OSError):
            return
        if "cancel" in job:  # it came too late: its job is done and answered
            continue
        try:
            send(connection, answer(job, confine, connection))
            answered += 1
        except OSError:  # the asker is gone
            return


def _pauses(connection: socket.socket) -> bool:
    return not select.select([connection], [], [], PAUSE)[0]


def answer(
    job: dict[str, Any], confine: Confine | None = None, connection: socket.socket | None = None
) -> dict[str, Any]:
    """Fork a child for the job and collect what it reports, for at most job["timeout"] seconds.

    Anything that arrives on `connection` meanwhile, its end too, stops the child: nobody waits for it any more.
    """
    for name in job.get("imports", ()):
        if name not in sys.modules:
            importlib.import_module(name)
            gc.freeze()  # or the collector of every child would walk it, and copy its memory
    if "probes" in job:
        observe.compiled(job["probes"])
    results, results_in = os.pipe()
    output, output_in = os.pipe()
    pid = os.fork()
    if pid == 0:
        _child(job, results_in, output_in, confine)
    os.close(results_in)
    os.close(output_in)
    child = Child(pid)
    written, printed, timed_out = _collect(child, results, output, float(job["timeout"]), connection)
    code = child.end(patience=0.0 if timed_out else 0.2)
    os.close(results)
    os.close(output)
    return parse(written, code, timed_out) | {"printed": printed.decode("utf-8", "replace")}


class Child:
    """A forked child that leads its own session."""

    def __init__(self, pid: int):
        self.pid = pid
        self.status: int | None = None

    def ended(self) -> bool:
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.status = status if pid else None
        return self.status is not None

    def end(self, patience: float) -> int:
        """Give it `patience` seconds to leave by itself, then kill it and whatever it started in its session.

        Returns the exit code, negative for a signal.
        """
        deadline = time.monotonic() + patience
        while not self.ended() and time.monotonic() < deadline:
            time.sleep(0.0005)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        if self.status is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)  # it may not have made its session yet
            _, self.status = os.waitpid(self.pid, 0)
        return os.waitstatus_to_exitcode(self.status)


def _child(job: dict[str, Any], results: int, output: int, confine: Confine | None) -> None:
    """Everything that happens in the child; it never returns into the loop of its parent."""
    code = 70
    try:
        os.setsid()
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(output, 1)
        os.dup2(output, 2)
        for fd in range(3, 256):
            if fd != results:
                with contextlib.suppress(OSError):
                    os.close(fd)
        limit_memory(job.get("memory", MOST_MEMORY))
        limit_processor(float(job["timeout"]) + 30)
        if confine:
            confine(job)
        gc.enable()
        with os.fdopen(results, "wb", buffering=0) as pipe:

            def emit(frame: dict[str, Any]) -> None:
                _write(pipe.fileno(), observe.to_json(frame).encode() + b"\n")

            silence_checks()
            # torch blames whatever Python line is running, and with a shortcut to watch for that is ours.
            warnings.filterwarnings("ignore", module=r"autograder\.beside\.shortcut")
            observe.run(job, emit)
            emit({"done": True})
        code = 0
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        try:
            sys.stdout.flush()
        finally:
            os._exit(code)


def _write(fd: int, data: bytes) -> None:
    while data:
        data = data[os.write(fd, data) :]


def limit_memory(extra: int) -> None:
    """Let this process have `extra` bytes of private memory beyond what it has. Linux only, nothing elsewhere."""
    if resource is None:
        return
    try:
        with open("/proc/self/statm") as file:
            pages = int(file.read().split()[5])
    except OSError:
        return
    limit = pages * os.sysconf("SC_PAGE_SIZE") + extra
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def limit_processor(seconds: float) -> None:
    """End this process after so many seconds of computing, should nobody be left to end it."""
    if resource is None:
        return
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    most = int(seconds) if hard == resource.RLIM_INFINITY else min(int(seconds), hard)
    resource.setrlimit(resource.RLIMIT_CPU, (most, most))


def _collect(
    child: Child, results: int, output: int, seconds: float, connection: socket.socket | None = None
) -> tuple[bytes, bytes, bool]:
    """(frames, prints, timed out). Prints beyond the limit are read and dropped, so that a flood blocks nothing."""
    kept: dict[int, bytearray] = {results: bytearray(), output: bytearray()}
    most = {results: MOST_WRITTEN, output: MOST_PRINTED}
    deadline = time.monotonic() + seconds
    timed_out = False
    with selectors.DefaultSelector() as selector:
        for fd in kept:
            os.set_blocking(fd, False)
            selector.register(fd, selectors.EVENT_READ)
        if connection is not None:
            selector.register(connection, selectors.EVENT_READ)
        # A pipe closes when the last process that holds it ends; the child's own end is enough for us.
        while results in selector.get_map():
            last_look = child.ended()
            timed_out = not last_look and time.monotonic() > deadline
            ready = selector.select(0 if last_look else min(0.05, max(0.0, deadline - time.monotonic())))
            if any(key.fileobj is connection for key, _ in ready):
                timed_out = True  # superseded: the asker takes no notice of the answer
                break
            for key, _ in ready:
                data = os.read(key.fd, 1 << 16)
                if not data:
                    selector.unregister(key.fd)
                kept[key.fd] += data[: most[key.fd] - len(kept[key.fd])]
            if timed_out or (last_look and not ready):
                break
        with contextlib.suppress(BlockingIOError):
            while len(kept[output]) < MOST_PRINTED and (data := os.read(output, 1 << 16)):
                kept[output] += data[: MOST_PRINTED - len(kept[output])]
    return bytes(kept[results]), bytes(kept[output]), timed_out


def once() -> None:
    """One job from standard input, for systems that cannot fork; a timer ends it when its time is up."""
    import threading

    job = json.loads(sys.stdin.buffer.read())
    frames = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    timer = threading.Timer(job["timeout"], os._exit, [OUT_OF_TIME])
    timer.daemon = True
    timer.start()
    gc.enable()

    def emit(frame: dict[str, Any]) -> None:
        frames.write(json.dumps(frame).encode() + b"\n")

    observe.run(job, emit)
    frames.write(b'{"done": true}\n')
    os._exit(0)


if __name__ == "__main__":
    if sys.argv[1] == "once":
        once()
    if "preload" in sys.argv:
        importlib.import_module("torch._dynamo")
    serve(socket.socket(fileno=int(sys.argv[1])))
    os._exit(0)
