"""A process of our own at the other end of a socket: started when it is needed, replaced when it is gone."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from autograder.process.frames import MOST_MESSAGE, Frame, answered, receive, send, whole

ROOT = Path(__file__).resolve().parents[2]
#: Set before torch is imported: one thread, so that a fork is safe and grading is repeatable.
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1")


class Lost(RuntimeError):
    """There was no answer: the process died or fell silent. It says nothing about what was asked."""


class Superseded(Exception):
    """The job was stopped from another thread, because its result is not wanted any more."""


def environment() -> dict[str, str]:
    """That of this process, for one of the kit's own that is started from anywhere."""
    path = filter(None, [str(ROOT), *os.environ.get("PYTHONPATH", "").split(os.pathsep)])
    return dict(os.environ) | ONE_THREAD | {"PYTHONPATH": os.pathsep.join(map(os.path.abspath, path))}


#: A message that waits until it is asked for, and the bytes that go with it.
Later = tuple[Frame, bytes]


@contextlib.contextmanager
def _telling(later: Later | None, seconds: float) -> Iterator[socket.socket | None]:
    """A socket, from whose other end a thread meanwhile answers a byte with `later`."""
    if later is None:
        yield None
        return
    ours, theirs = socket.socketpair()
    ours.settimeout(seconds)

    def tell() -> None:
        with contextlib.suppress(OSError):
            if ours.recv(1):
                send(ours, *later)

    teller = threading.Thread(target=tell, daemon=True)
    teller.start()
    try:
        yield theirs
    finally:
        theirs.close()
        with contextlib.suppress(OSError):
            ours.shutdown(socket.SHUT_RDWR)
        teller.join()
        ours.close()


def launch(command: Callable[[int], list[str]], quiet: bool) -> tuple[subprocess.Popen[bytes], socket.socket]:
    """Start a process in a session of its own, with one end of a pair of sockets; the other is returned."""
    ours, theirs = socket.socketpair()
    with theirs:
        return begin(command(theirs.fileno()), theirs.fileno(), quiet), ours


def begin(words: list[str], fd: int, quiet: bool) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        words,
        pass_fds=[fd],
        env=environment(),
        stdin=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL if quiet else None,
        start_new_session=True,
    )


class Conversation:
    """Thread-safe; one question at a time. `command` gives the words that start the process, given its socket."""

    def __init__(self, command: Callable[[int], list[str]], quiet: bool = False):
        self._command = command
        self._quiet = quiet
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None
        self._staying: tuple[Frame, socket.socket] | None = None
        self._lock = threading.Lock()
        self._sending = threading.Lock()
        self._busy = False
        #: Set from another thread by `cancel`: questions raise Superseded until it is cleared.
        self.superseded = threading.Event()

    def start(self) -> None:
        """Start the process without waiting for it. Safe to call again. Where walls depend on it, from a thread that
        lasts as long."""
        if self._process is not None and self._process.poll() is None:
            return
        self.stop()
        self._process, self._socket = launch(self._command, self._quiet)

    def exchange(
        self, question: Frame, seconds: float, later: Later | None = None, most: int = MOST_MESSAGE
    ) -> tuple[Frame, bytes]:
        """The answer to one question, within so many seconds, or Lost; then the process is stopped.

        `later` is told, once it is asked for, to whoever gets the end of a socket that goes along with the question.
        """
        with self._lock, _telling(later, seconds) as along:
            with contextlib.suppress(Lost):
                self._let_go(seconds)
            self.start()
            assert self._socket is not None
            self._socket.settimeout(seconds)
            try:
                with self._sending:
                    if self.superseded.is_set():
                        raise Superseded
                    send(self._socket, question, along=along)
                    self._busy = True
            except OSError as error:
                raise self._lost(error) from error
            return self._answer(seconds, most)

    def _answer(self, seconds: float, most: int = MOST_MESSAGE) -> tuple[Frame, bytes]:
        assert self._socket is not None
        try:
            answer = receive(self._socket, most, time.monotonic() + seconds)
        except KeyboardInterrupt:  # the answer must not be taken for that to the next question
            self.stop()
            raise
        except (OSError, EOFError, ValueError) as error:
            raise self._lost(error) from error
        with self._sending:
            self._busy = False
        if self.superseded.is_set():
            raise Superseded
        return answer

    def _lost(self, error: Exception) -> Lost:
        code = self._process.poll() if self._process else None
        self.stop()
        return Lost(f"the grading process ended ({code})" if code else f"no answer ({type(error).__name__})")

    def further(
        self, question: Frame, more: Frame, request: Frame, seconds: float, most: int
    ) -> tuple[bytes, tuple[Frame, bytes] | None]:
        """Ask a child that stays for one request more: one that the same question has started, else a new one.

        `more` is said to a new one along with the question. Returns what it told within so many seconds, about so many
        bytes at `most`; if that is not whole, also the answer to the question, which comes with its end. Any other
        question ends such a child, too.
        """
        with self._lock:
            if not self.stays(question):
                with contextlib.suppress(Lost):
                    self._let_go(seconds)
                self._staying = question, self._child(question | more)
            assert self._staying is not None
            connection = self._staying[1]
            try:
                with contextlib.suppress(OSError):  # it may have ended
                    connection.settimeout(seconds)
                    send(connection, request)
                told = answered(connection, most, time.monotonic() + seconds)
            except BaseException:  # the rest of this answer must not be taken for the next one
                self.stop()
                raise
            if self.superseded.is_set():
                raise Superseded
            return told, None if whole(told) else self._let_go(seconds)

    def stays(self, question: Frame) -> bool:
        """Whether there is a child that this question has started."""
        return self._staying is not None and self._staying[0] == question

    def dismiss(self) -> None:
        """Nothing more will be asked of the child that stays, which then ends by itself."""
        with self._lock:
            if self._staying is not None:
                self._staying[1].close()
                self._staying = {}, self._staying[1]

    def _child(self, question: Frame) -> socket.socket:
        """Our end of a socket that goes along with the question."""
        self.start()
        assert self._socket is not None
        ours, theirs = socket.socketpair()
        with theirs, self._sending:
            if self.superseded.is_set():
                raise Superseded
            try:
                send(self._socket, question, along=theirs)
            except OSError as error:
                raise self._lost(error) from error
            self._busy = True
        return ours

    def _let_go(self, seconds: float) -> tuple[Frame, bytes] | None:
        """End the child that stays, if there is one: the answer to its question."""
        if self._staying is None:
            return None
        (_, connection), self._staying = self._staying, None
        connection.close()
        return self._answer(seconds)

    def cancel(self) -> None:
        """Stop the job that another thread is waiting for; the process lives on and has the child killed."""
        with self._sending:
            self.superseded.set()
            if self._busy and self._socket is not None:
                with contextlib.suppress(OSError):
                    send(self._socket, {"cancel": True})

    def stop(self) -> None:
        if self._staying is not None:
            self._staying[1].close()
            self._staying = None
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        process, self._process = self._process, None  # the thread that waits for an answer may stop it as well
        if process is not None:
            if self._busy:  # it sees our end close, and first ends the child that it is waiting for
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(2)
                self._busy = False
            with contextlib.suppress(OSError):
                process.kill()
            process.wait()

    def kill(self) -> None:
        """From any thread: the one that waits for an answer finds that there will be none, and cleans up."""
        process = self._process
        if process is not None:
            process.kill()

    def abandon(self) -> None:
        """Kill the process without waiting for it to be gone; for the last moment of a command.

        One that is waiting for a child is left to kill that first: it sees our end of the socket close.
        """
        if self._process is not None and not self._busy:
            with contextlib.suppress(OSError):
                self._process.kill()
