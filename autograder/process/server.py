"""The warm process: what takes long to import is imported once, and each job gets a child.

`python -m autograder.process.server FD KIND MODE [MODULE ...]` answers jobs from the socket FD until it is closed. KIND
is the module that does such jobs (`beside/file.py`, `beside/cells.py`), MODE says which walls are put round each, and
the MODULEs are imported at once (by the process that a keeper keeps: in its first pause). Nothing worth stealing is in
the memory of this process: its children can read it.

The collector is off while torch is imported (it would walk a million objects that all stay), and everything imported
is frozen, so that children share its memory.
"""

from __future__ import annotations

import gc

gc.disable()

import contextlib  # noqa: E402
import functools  # noqa: E402
import importlib  # noqa: E402
import json  # noqa: E402
import os  # noqa: E402
import select  # noqa: E402
import signal  # noqa: E402
import socket  # noqa: E402
import sys  # noqa: E402
from collections.abc import Callable, Collection, Iterator  # noqa: E402
from typing import Any, Protocol, cast  # noqa: E402

from autograder.process import hugepages  # noqa: E402
from autograder.process.child import run  # noqa: E402
from autograder.process.frames import Frame, SandboxUnavailable, receive_along, send  # noqa: E402
from autograder.process.limits import Limits  # noqa: E402
from autograder.process.walls import Mode  # noqa: E402

#: How MODE begins where FD is the keeper's, through which the sockets of conversations come.
ALL = "all:"

#: Seconds without a job, after which nobody is kept waiting by what makes forks cheaper.
PAUSE = 0.3


class Kind(Protocol):
    """What there is to know of a kind of jobs; a module in beside/ with these three functions."""

    def prepare(self) -> None:
        """Once, in the warm process: import what takes long, run nothing that starts a thread."""

    def expect(self, job: Frame) -> Collection[str]:
        """In the warm process, before it forks for this job: what later jobs need as well.

        Files and folders that nobody may read in its child, where there are walls.
        """

    def work(self, job: Frame, emit: Callable[[Frame], None]) -> None:
        """In the child; each frame goes out as soon as there is one, so that what came before a crash counts.

        Where `job["later"]` is there, it is the socket from which the rest of the job is had (frames.later).
        """


def serve(connection: socket.socket, kind: Kind, mode: Mode) -> None:
    """Answer jobs until the other side closes: a message about how the child ended, with the bytes that it wrote."""
    kind.prepare()
    gc.freeze()
    converse(connection, kind, mode)


def converse(connection: socket.socket, kind: Kind, mode: Mode, settled: bool = False) -> None:
    """`settled`: its memory has been seen to, here or where it was forked from."""
    answered = 0
    while True:
        if answered and not settled and (answered == hugepages.WORTH or _pauses(connection)):
            hugepages.collapse()
            settled = True
        try:
            job, along = receive_along(connection)
            if "cancel" in job:  # it came too late: its job is done and answered
                continue
            limits = Limits(**job.pop("limits"))
            hidden = kind.expect(job)
            gc.freeze()  # what it imported: each child would walk it at its first collection, which takes 0.1 s
            if along:
                job["later"] = along[0]
            try:
                work = functools.partial(_work, kind, job)
                ended = run(work, limits, mode=mode, asker=connection, keep=along, hidden=hidden)
            except SandboxUnavailable as error:
                send(connection, {"refused": str(error)})
                continue
            finally:
                for end in along:
                    os.close(end)
            told: Frame = {"status": ended.status, "stopped": ended.stopped, "cpu": ended.cpu_seconds}
            told |= {"peak": ended.peak_bytes, "printed": ended.printed.decode("utf-8", "replace")}
            told |= {"elapsed": ended.elapsed, "waited": ended.waited, "waited_together": ended.waited_together}
            send(connection, told, ended.data)
            answered += 1
        except (EOFError, OSError):  # the asker is gone
            return


def serve_all(keeper: socket.socket, kind: Kind, mode: Mode, later: list[str]) -> None:
    """Fork for each conversation whose socket the keeper passes on, until it closes; import what is needed `later`."""
    kind.prepare()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them
    settled = False
    while _next_conversation(keeper, kind, mode):
        if not settled and _pauses(keeper):
            with _deputy(keeper, kind, mode):
                for name in later:
                    importlib.import_module(name)
                gc.freeze()
                hugepages.collapse()
            settled = True


def _next_conversation(keeper: socket.socket, kind: Kind, mode: Mode) -> bool:
    """Wait for it, and fork for it; False where there will be none."""
    told, sockets, _, _ = socket.recv_fds(keeper, 1, 1)
    if not told:
        return False
    if os.fork() == 0:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        keeper.close()
        converse(socket.socket(fileno=sockets[0]), kind, mode, settled=True)
        os._exit(0)
    os.close(sockets[0])
    return True


@contextlib.contextmanager
def _deputy(keeper: socket.socket, kind: Kind, mode: Mode) -> Iterator[None]:
    """Another process forks for conversations, as long as this one is busy and there."""
    over, busy = os.pipe()
    if os.fork() == 0:
        os.close(busy)
        awaited: list[Any] = [keeper, over]
        while over not in select.select(awaited, [], [])[0] and _next_conversation(keeper, kind, mode):
            pass
        os._exit(0)
    os.close(over)
    try:
        yield
    finally:
        os.close(busy)


def _pauses(connection: socket.socket) -> bool:
    return not select.select([connection], [], [], PAUSE)[0]


def _work(kind: Kind, job: Frame, results: int) -> None:
    gc.enable()
    # Taken before any of a learner's code runs, which may replace what these modules hold.
    write, to_json = os.write, json.dumps

    def emit(frame: Frame) -> None:
        data = to_json(frame).encode() + b"\n"
        while data:
            data = data[write(results, data) :]

    kind.work(job, emit)
    emit({"done": True})


def main(argv: list[str]) -> None:
    connected, name, walls, *more = argv
    connection, mode = socket.socket(fileno=int(connected)), cast(Mode, walls.removeprefix(ALL))
    if walls.startswith(ALL):
        serve_all(connection, cast(Kind, importlib.import_module(name)), mode, more)
    else:
        for module in more:
            importlib.import_module(module)
        serve(connection, cast(Kind, importlib.import_module(name)), mode)
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
