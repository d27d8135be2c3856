"""The trusted end of the confined warm process: start it in the sandbox, ask it, replace it when it is gone."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from autograder.process import sandbox
from autograder.process.isolate import receive, send

_PARENT = str(Path(__file__).resolve().parents[2])
_START = "import sys; sys.path.insert(0, {!r}); from autograder.process import server; server.main(sys.argv[1:])"
#: Seconds beyond a submission's own limit after which the warm process is taken for dead; the first answer waits for
#: torch to be imported.
GRACE = 60.0


class BoxFailed(RuntimeError):
    """The grading itself failed, not the submission: nothing can be said about it."""


@dataclass(frozen=True)
class Answer:
    """What a child left behind. `stopped` is "time", "memory", "output" or None, as in sandbox.Ended."""

    data: bytes
    status: int
    stopped: str | None
    cpu: float


class Box:
    """One confined warm process. Not for several threads; start it from a thread that lasts."""

    def __init__(self, ruling: sandbox.Ruling | None = None):
        self.ruling = ruling or sandbox.require(sandbox.layers())
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None

    def start(self) -> None:
        """Start the process without waiting for it. Safe to call again."""
        if self._process is not None and self._process.poll() is None:
            return
        self.stop()
        ours, theirs = socket.socketpair()
        program = [sys.executable, "-I", "-c", _START.format(_PARENT), str(theirs.fileno()), self.ruling.mode]
        self._process = subprocess.Popen(
            sandbox.command(program, mode=self.ruling.mode),
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        theirs.close()
        self._socket = ours

    def ask(self, job: dict[str, Any], limits: sandbox.Limits) -> Answer:
        """Run one job in a child of its own. BoxFailed when the machine, and not the submission, is to blame."""
        self.start()
        assert self._socket is not None
        try:
            self._socket.settimeout(limits.seconds + GRACE)
            send(self._socket, job | {"limits": asdict(limits)})
            told = receive(self._socket)
            data = self._exactly(told["length"])
        except (OSError, EOFError) as error:
            code = self._process.poll() if self._process else None
            self.stop()
            raise BoxFailed(
                f"the confined process gave no answer ({type(error).__name__}, exit code {code})"
            ) from error
        if "refused" in told:
            raise sandbox.SandboxUnavailable(told["refused"])
        return Answer(data, told["status"], told["stopped"], told["cpu"])

    def _exactly(self, length: int) -> bytes:
        assert self._socket is not None
        data = bytearray()
        while len(data) < length:
            part = self._socket.recv(min(length - len(data), 1 << 20))
            if not part:
                raise EOFError
            data += part
        return bytes(data)

    def stop(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        if self._process is not None:
            with contextlib.suppress(OSError):
                self._process.kill()
            self._process.wait()
            self._process = None


_shared: Box | None = None


def box() -> Box:
    """The box of this process, started on first use and gone when this process is."""
    global _shared
    if _shared is None:
        import atexit

        _shared = Box()
        atexit.register(_shared.stop)
    return _shared
