"""The way to the resident process: what a first check leaves behind, so that the next need not import torch again.

It is the keeper (keeper.py), reached by a socket in the workspace that only its owner may open. Whoever comes first
starts it. It is asked to run a command in our place (`command`), or for a conversation with a process that has torch
imported (`jobs`). Where it is not to be had, the answer is None, and everything is done without it. This is read at the
start of every command: the standard library alone, and little of it.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import os
import signal
import socket
import stat
import struct
import subprocess
import sys
from typing import Any

from autograder import places, process

FOLDER = places.STATE / "resident"
NAME = "socket"
#: Seconds that it waits for the next command before it ends.
IDLE = 900.0
#: What it needs to know before it runs a command, and what is told when it has run: as JSON.
Message = dict[str, Any]
#: Seconds until it answers at all, and until one that was just started does; else it is taken for dead.
ANSWERS, STARTS = 10.0, 60.0
#: What would have been other for a process that is started now: with another value of these there is another answer.
ENVIRONMENT = ("PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "LD_PRELOAD", "CUDA_VISIBLE_DEVICES")


def wanted() -> bool:
    """Whether one may be used: not with AUTOGRADER_RESIDENT=0, not in CI, not where processes cannot be forked."""
    if os.environ.get("AUTOGRADER_RESIDENT", "1") == "0" or os.environ.get("CI", "") not in ("", "0", "false"):
        return False
    return hasattr(os, "fork") and hasattr(socket, "AF_UNIX")


@functools.cache
def fingerprint() -> str:
    """What a process that is kept has read once and for all: the kit, the lesson, Python and what is installed."""
    told: list[object] = [sys.prefix, sys.version, str(places.KIT), str(places.WORKSPACE)]
    told += [(name, os.environ.get(name)) for name in ENVIRONMENT]
    told += [os.stat(path).st_mtime_ns for path in sys.path if path.endswith("-packages") and os.path.isdir(path)]
    own = places.own()
    waiting = [str(places.PACKAGE), str(places.WORKSPACE / "solutions"), *([str(own)] if own else [])]
    while waiting:
        with contextlib.suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting += [] if entry.name in ("__pycache__", "data") else [entry.path]
                elif entry.name.endswith((".py", ".toml")):
                    told.append((entry.path, entry.stat().st_mtime_ns, entry.stat().st_size))
    return hashlib.sha256(repr(sorted(map(repr, told))).encode()).hexdigest()


def command(words: list[str]) -> int | None:
    """Let it run `python -m autograder WORDS` on our standard streams; the exit code, None if it could not."""
    try:
        streams = [(stream.encoding, stream.errors) for stream in (sys.stdin, sys.stdout, sys.stderr)]
        asked = {"command": words, "folder": os.getcwd(), "environment": dict(os.environ), "streams": streams}
    except (OSError, AttributeError):  # the folder is gone; a standard stream is closed
        return None
    connection, told = _welcomed(asked, [0, 1, 2])
    if connection is None:
        return None
    with contextlib.closing(connection):
        return _code(connection, told["pid"])


def _code(connection: socket.socket, pid: int) -> int | None:
    """Wait for the end of our command; what interrupts us interrupts it."""
    while True:
        try:
            return int(hear(connection)["code"])
        except KeyboardInterrupt:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGINT)
        except (OSError, EOFError, ValueError, KeyError):
            with contextlib.suppress(OSError):  # whatever is left of it is not to print beside us
                os.kill(pid, signal.SIGKILL)
            return None


def jobs() -> socket.socket | None:
    """A conversation with a process that has torch imported (server.py), which nobody else uses."""
    return _welcomed({"jobs": True}, [])[0]


def _welcomed(question: Message, streams: list[int]) -> tuple[socket.socket | None, Message]:
    """Ask; once more if the one that is there has become out of date meanwhile, and leaves."""
    for begin, seconds in ((_connected, ANSWERS), (_started, STARTS)) if wanted() else ():
        if connection := begin():
            try:
                connection.settimeout(seconds)
                socket.send_fds(connection, [b"?"], streams)
                tell(connection, question | {"fingerprint": fingerprint()})
                told = hear(connection)
                if "stale" not in told:
                    connection.settimeout(None)
                    return connection, told
            except TimeoutError:
                _kill(connection)  # it may hold our standard streams, and would hang the next check as well
            except (OSError, EOFError, ValueError):
                pass
            connection.close()
    return None, {}


def _kill(connection: socket.socket) -> None:
    if hasattr(socket, "SO_PEERCRED"):
        size = struct.calcsize("3i")  # process, user, group: unix(7)
        pid, _, _ = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size))
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGKILL)


def ask(question: str) -> Message | None:
    """Ask for "status", or tell it to "stop"; None where none is there."""
    if not hasattr(socket, "AF_UNIX") or (connection := _connected()) is None:
        return None
    with contextlib.closing(connection):
        try:
            connection.settimeout(ANSWERS)
            socket.send_fds(connection, [b"?"], [])
            tell(connection, {question: True, "fingerprint": ""})
            return hear(connection)
        except (OSError, EOFError, ValueError):
            return None


def tell(connection: socket.socket, message: Message) -> None:
    body = json.dumps(message).encode()
    connection.sendall(len(body).to_bytes(4, "big") + body)


def hear(connection: socket.socket) -> Message:
    """The next message. EOFError where there is none any more."""
    return json.loads(_exactly(connection, int.from_bytes(_exactly(connection, 4), "big")))


def _exactly(connection: socket.socket, length: int) -> bytes:
    data = b""
    while len(data) < length:
        part = connection.recv(length - len(data))
        if not part:
            raise EOFError
        data += part
    return data


def _connected() -> socket.socket | None:
    try:
        theirs = FOLDER.stat()
        if theirs.st_uid != os.getuid() or stat.S_IMODE(theirs.st_mode) & 0o077:
            return None  # another's workspace
        connection = socket.socket(socket.AF_UNIX)
        try:
            with _in(str(FOLDER)):
                connection.connect(NAME)
        except OSError:
            connection.close()
            return None
        return connection
    except OSError:
        return None


def _started() -> socket.socket | None:
    """Start one, which answers us first of all, whether others can reach it or not; nowhere but in a workspace."""
    if not places.EXERCISES.is_dir():
        return None
    try:
        ours, theirs = socket.socketpair()
        with contextlib.closing(theirs):
            started = subprocess.Popen(
                process.python("keeper", str(theirs.fileno())),
                cwd=places.WORKSPACE,
                env=dict(os.environ) | {"PYTHONPATH": os.pathsep.join(_path())},
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        started.returncode = 0  # it outlives us, and is nobody's to wait for: no warning of it
        return ours
    except OSError:
        return None


def _path() -> list[str]:
    return [str(places.KIT), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]


class _in:
    """In that folder for a moment: the whole path of a socket may have 107 bytes (unix(7)), its name has six."""

    def __init__(self, folder: str):
        self.folder = folder

    def __enter__(self) -> None:
        self.before = os.getcwd()
        os.chdir(self.folder)

    def __exit__(self, *_: object) -> None:
        os.chdir(self.before)
