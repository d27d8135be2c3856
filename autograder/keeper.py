"""The resident process: keeps the commands' code and a process with torch in memory, and forks for each command.

`python -m autograder.keeper FD`, started by process/resident.py, whose first question is waiting at FD. It never runs a
learner's code and never imports torch: the process that does is its own child (process/server.py), which forks once
for each conversation. It ends when nobody came for some minutes, when what it has read has changed, when its socket is
gone, or when it is told to.
"""

from __future__ import annotations

import contextlib
import fcntl
import gc
import importlib
import io
import os
import select
import signal
import socket
import sys
import time
from dataclasses import dataclass, field
from typing import Any, NoReturn

from autograder import lesson
from autograder.judging import known_mistakes
from autograder.process import resident, warm
from autograder.process.resident import Message

#: What a check imports on its way to a verdict, beside the exercise's own file.
READ_AHEAD = (
    "autograder.commands.check",
    "autograder.commands.hint",
    "autograder.commands.list",
    "autograder.report.pages",
    "autograder.report.places",
    "autograder.report.plain",
    "autograder.report.pointers",
    "autograder.repair.places",
    "autograder.authoring.variants",
    "encodings.utf_8_sig",
    "filelock",
    "rich.progress",
)
#: Seconds without a question after which it works ahead.
PAUSE = 0.5
#: Seconds between two looks at whether its socket is still there.
GLANCE = 30.0
#: Seconds that a question may take to arrive.
PATIENCE = 5.0


@dataclass
class Keeper:
    #: What was read once and for all, as the first who asked told it.
    fingerprint: str | None = None
    #: Where those who ask come from; None where there can be none.
    listener: socket.socket | None = None
    #: Those who wait for the end of a command, by its process.
    waiting: dict[int, socket.socket] = field(default_factory=dict)
    torch: warm.Sessions = field(default_factory=warm.Sessions)
    leaving: bool = False
    #: What was checked, and will be again: what its reference and its known mistakes do is not known here yet.
    asked: set[str] = field(default_factory=set)
    #: Whether it asks for such observations itself already.
    asks: bool = False

    def keep(self, first: socket.socket) -> None:
        wake = _woken_by_children()
        self.torch.start()
        for name in READ_AHEAD:
            importlib.import_module(name)
        with contextlib.suppress(Exception):  # an author's mistake in one of them is told by the command that asks
            lesson.exercises()
        gc.collect()
        gc.freeze()
        self.answer(first)
        self.listener = _listener()
        last = time.monotonic()
        while self.waiting or not self.leaving:
            mine = [self.listener] if self.listener and not self.leaving else []
            awaited: list[Any] = [*mine, wake, *self.waiting.values()]
            ready = select.select(awaited, [], [], PAUSE if self.asked else GLANCE)[0]
            last = time.monotonic() if ready else last
            if self.listener and self.listener in ready:
                with contextlib.suppress(OSError):
                    self.answer(self.listener.accept()[0])
            if wake in ready:
                os.read(wake, 4096)
            self._tell_ends()
            self._stop_unwanted(ready)
            if not ready and not self.waiting and self.asked:
                self._observe(self.asked.pop())
            if not self.waiting and (time.monotonic() - last > resident.IDLE or not _is_reachable(self.listener)):
                break

    def answer(self, connection: socket.socket) -> None:
        """Do what the other side asks for; whatever is wrong with it is its own affair."""
        try:
            connection.settimeout(PATIENCE)
            _, streams, _, _ = socket.recv_fds(connection, 1, 3)
            question = resident.hear(connection)
            connection.settimeout(None)
            if question["fingerprint"] and self._is_stale(question["fingerprint"]):
                resident.tell(connection, {"stale": True})
                connection.close()
            elif "command" in question:
                self._run(question, connection, streams)
            elif "jobs" in question:
                resident.tell(connection, {"welcome": True})
                self.torch.serve(connection)
                connection.close()
            elif "stop" in question:
                self.leaving = True
                resident.tell(connection, {"stopped": True})
            else:
                resident.tell(connection, {"processes": [os.getpid(), self.torch.process.pid], "idle": resident.IDLE})
            for fd in streams:
                os.close(fd)
        except (OSError, EOFError, ValueError, KeyError):
            connection.close()

    def _is_stale(self, fingerprint: str) -> bool:
        self.fingerprint = self.fingerprint or fingerprint
        if self.fingerprint != fingerprint:  # whoever asks starts another
            self.leaving = True
            _remove(self.listener)
        return self.leaving

    def _run(self, question: Message, connection: socket.socket, streams: list[int]) -> None:
        jobs = self.torch.conversation()
        pid = os.fork()
        if pid == 0:
            _become(question, [*streams, jobs.fileno()])
        jobs.close()
        self.waiting[pid] = connection
        self.asked.update(question["command"][1:2] if question["command"][0] == "check" else [])
        resident.tell(connection, {"pid": pid})

    def _observe(self, name: str) -> None:
        """In a pause: have what the next check of this exercise compares with."""
        if not self.asks:
            warm.converse(self.torch.conversation())
            self.asks = True
        with contextlib.suppress(Exception):  # a command that needs it says what is wrong
            known_mistakes.references(lesson.find(name), seed=0)

    def _tell_ends(self) -> None:
        while self.waiting:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            if connection := self.waiting.pop(pid, None):
                with contextlib.suppress(OSError):
                    if os.WIFEXITED(status):  # of one that was killed nothing is known: the asker does it again
                        resident.tell(connection, {"code": os.WEXITSTATUS(status)})
                connection.close()

    def _stop_unwanted(self, ready: list[Any]) -> None:
        """End the commands whose askers are gone."""
        for pid, connection in self.waiting.items():
            if connection in ready:
                with contextlib.suppress(OSError):
                    os.kill(pid, signal.SIGKILL)


def _become(question: Message, passed: list[int]) -> NoReturn:
    """In a new process: be the command that was asked for, as if it had been started there.

    What is `passed`: the standard streams, and the socket of a conversation with the process that has torch.
    """
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for target, source in enumerate(passed):  # a descriptor that comes later is not below its own number
        os.dup2(source, target)
    gc.freeze()  # an inherited socket, collected later, would close whatever has its number by then
    os.closerange(len(passed), 1024)
    warm.converse(socket.socket(fileno=3))
    os.environ.clear()
    os.environ.update(question["environment"])
    os.chdir(question["folder"])
    for number, (encoding, errors) in enumerate(question["streams"]):
        name, lines = ("stdin", "stdout", "stderr")[number], number == 2 or os.isatty(number)
        raw = open(number, "wb" if number else "rb", closefd=False)  # noqa: SIM115
        opened = io.TextIOWrapper(raw, encoding, errors, line_buffering=lines)
        setattr(sys, name, opened)
        setattr(sys, f"__{name}__", opened)
    sys.argv = [importlib.import_module("autograder").__file__ or "", *question["command"]]
    from autograder.commands.group import PROGRAM, autograder, leave

    try:
        autograder(question["command"], prog_name=PROGRAM)
    except SystemExit as error:
        leave(error.code if isinstance(error.code, int) else int(error.code is not None))
    except BaseException:
        sys.excepthook(*sys.exc_info())
        leave(1)
    leave(0)


def _woken_by_children() -> int:
    """A descriptor to read from when a child has ended."""
    ours, theirs = os.pipe()
    os.set_blocking(theirs, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.set_wakeup_fd(theirs, warn_on_full_buffer=False)
    return ours


def _listener() -> socket.socket | None:
    """The socket in the workspace; None where it cannot be, or where another keeper has one."""
    folder = resident.FOLDER
    try:
        folder.parent.mkdir(exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        os.chdir(folder)
        lock = os.open("lock", os.O_CREAT | os.O_RDWR, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(resident.NAME)
        made = socket.socket(socket.AF_UNIX)
        made.bind(resident.NAME)
        made.listen(16)
        return made
    except OSError:
        return None
    finally:
        os.chdir("/")  # no folder is kept busy


def _is_reachable(listener: socket.socket | None) -> bool:
    if listener is None:
        return False
    try:
        return (resident.FOLDER / resident.NAME).is_socket()
    except OSError:
        return False


def _remove(listener: socket.socket | None) -> None:
    if listener is not None:
        with contextlib.suppress(OSError):
            os.unlink(resident.FOLDER / resident.NAME)


def main() -> None:
    keeper = Keeper()
    try:
        keeper.keep(socket.socket(fileno=int(sys.argv[1])))
    finally:
        _remove(keeper.listener)
        keeper.torch.stop()
        os._exit(0)


if __name__ == "__main__":
    main()
