"""`python -m nbgrader ...` and `python -m autograder ...`, without the two seconds that importing nbgrader takes.

A process that has imported what they need from others, and nothing of the kit, forks for each run, which has its own
folder, environment and standard streams. What it runs is what `python -m` would run. A few tests start the real thing.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any


def run(
    module: str, words: Sequence[str], folder: Path, environment: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    """Like subprocess.run([python, "-m", module, *words], capture_output=True, text=True); several at once may."""
    with tempfile.TemporaryFile("w+b") as out, tempfile.TemporaryFile("w+b") as errors:
        with socket.socket(socket.AF_UNIX) as asking:
            asking.connect(_server())
            asked = {"module": module, "words": list(words), "folder": str(folder), "environment": environment}
            socket.send_fds(asking, [b"?"], [out.fileno(), errors.fileno()])
            asking.sendall(json.dumps(asked).encode())
            asking.shutdown(socket.SHUT_WR)
            code = int(asking.makefile().read() or 255)
        printed, said = map(_written, (out, errors))
    return subprocess.CompletedProcess([sys.executable, "-m", module, *words], code, printed, said)


def _written(stream: IO[bytes]) -> str:
    stream.seek(0)
    return stream.read().decode(errors="replace")


@functools.cache
def _server() -> str:
    """The address of this process's server, which ends with it."""
    folder = tempfile.mkdtemp(prefix="started-")
    address = f"{folder}/socket"
    server = subprocess.Popen([sys.executable, __file__, address], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert server.stdout is not None
    server.stdout.readline()  # it listens

    def end() -> None:
        server.kill()
        server.communicate()
        Path(address).unlink(missing_ok=True)
        Path(folder).rmdir()

    atexit.register(end)
    return address


def _serve(address: str) -> None:
    import nbformat  # noqa: F401
    import nbgrader.apps  # noqa: F401

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # whoever is done is not waited for
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(address)
        listening.listen()
        print("ready", flush=True)
        while True:
            connection, _ = listening.accept()
            if not os.fork():
                listening.close()
                _answer(connection)
            connection.close()


def _answer(connection: socket.socket) -> None:
    """In a child: run what is asked for in a child of its own, and tell its exit code."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _, streams, _, _ = socket.recv_fds(connection, 1, 2)
    asked = json.loads(connection.makefile().read())
    pid = os.fork()
    if not pid:
        connection.close()
        _become(asked, streams)
    _, status = os.waitpid(pid, 0)
    with contextlib.suppress(OSError):
        connection.sendall(str(os.waitstatus_to_exitcode(status)).encode())
    os._exit(0)


def _become(asked: dict[str, Any], streams: list[int]) -> None:
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number, stream in enumerate(streams, 1):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(asked["folder"])
    os.environ.clear()
    os.environ.update(asked["environment"])
    added = [path for path in asked["environment"].get("PYTHONPATH", "").split(os.pathsep) if path]
    sys.path[:1] = [asked["folder"], *added]
    sys.argv = [asked["module"], *asked["words"]]
    runpy.run_module(asked["module"], run_name="__main__", alter_sys=True)
    sys.exit(0)


if __name__ == "__main__":
    _serve(sys.argv[1])
