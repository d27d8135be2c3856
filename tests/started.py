"""`python -m nbgrader ...` and `python -m autograder ...`, without the seconds that importing nbgrader and torch takes.

A process that has imported what they need from others, and nothing of the kit, forks for each run, which has its own
folder, environment and standard streams. What it runs is what `python -m` would run. When that starts a warm process,
it is forked likewise, by a process that has imported torch. A few tests start the real thing.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

COMMANDS = ["nbformat", "nbgrader.apps", "click", "rich.console"]
WARM = ["torch", "torch._dynamo"]

_one = threading.Lock()

#: Stands in for Python where a command starts a process: it has a warm process forked, and hands itself over to Python
#: for anything else. It ends when that process does, and takes it along when it is killed.
PYTHON = """#!{python} -IS
import json, os, signal, socket, sys
words = sys.argv[1:]
server = {servers!r}.get(words[1])
if not server:
    os.execv({python!r}, [{python!r}, *words])
with socket.socket(socket.AF_UNIX) as asking:
    asking.connect(server)
    streams = [0, 1, 2, *(int(word) for word in words[2:3] if word.isdigit())]
    asked = {{"words": words[1:], "folder": os.getcwd(), "environment": dict(os.environ)}}
    asked |= {{"streams": streams, "python": sys.argv[0]}}
    socket.send_fds(asking, [b"?"], streams)
    asking.sendall(json.dumps(asked).encode() + b"\\n")
    told = asking.makefile()
    forked = int(told.readline())
    signal.signal(signal.SIGINT, lambda number, frame: os.kill(forked, number))
    code = int(told.readline() or -9)
    if code < 0:
        signal.signal(-code, signal.SIG_DFL) if code != -9 else None
        os.kill(os.getpid(), -code)
    os._exit(code)
"""


def run(
    module: str, words: Sequence[str], folder: Path, environment: dict[str, str], given: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Like subprocess.run([python, "-m", module, *words], capture_output=True, text=True); several at once may."""
    with contextlib.ExitStack() as stack:
        streams = [stack.enter_context(tempfile.TemporaryFile("w+b")) for _ in range(3)]
        streams[0].write((given or "").encode())
        streams[0].seek(0)
        asking = stack.enter_context(socket.socket(socket.AF_UNIX))
        asked: dict[str, Any] = {"words": [module, *words], "folder": str(folder), "environment": environment}
        asked |= {"python": python(), "streams": [0, 1, 2]}
        asking.connect(_server(*COMMANDS))
        socket.send_fds(asking, [b"?"], [stream.fileno() for stream in streams])
        asking.sendall(json.dumps(asked).encode() + b"\n")
        _, code = map(int, asking.makefile().read().split())
        printed, said = map(_written, streams[1:])
    return subprocess.CompletedProcess([sys.executable, "-m", module, *words], code, printed, said)


def _written(stream: IO[bytes]) -> str:
    stream.seek(0)
    return stream.read().decode(errors="replace")


@functools.cache
def _server(*modules: str) -> str:
    """The address of this process's server that has imported these modules, which ends with it."""
    from autograder.process.conversation import ONE_THREAD

    folder = tempfile.mkdtemp(prefix="started-")
    address = f"{folder}/socket"
    words = [sys.executable, __file__, address, *modules]
    server = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=os.environ | ONE_THREAD)
    assert server.stdout is not None
    server.stdout.readline()  # it listens

    def end() -> None:
        server.communicate()
        Path(address).unlink(missing_ok=True)
        Path(folder, "python").unlink(missing_ok=True)
        Path(folder).rmdir()

    atexit.register(end)
    return address


def python() -> str:
    """The path of PYTHON, written out."""
    with _one:
        return _written_out()


@functools.cache
def _written_out() -> str:
    warm, commands = _server(*WARM), _server(*COMMANDS)
    servers = dict.fromkeys(["autograder.process.server", "autograder.milestones.child"], warm)
    servers |= dict.fromkeys(["autograder.classroom.worker", "autograder", "nbgrader"], commands)
    path = Path(warm).with_name("python")
    path.write_text(PYTHON.format(python=sys.executable, servers=servers))
    path.chmod(0o755)
    return str(path)


def command(python: str, module: str, *words: str) -> list[str]:
    """Like autograder.process.python, with another Python."""
    return [python, "-m", f"autograder.{module}", *words]


def _serve(address: str, modules: Sequence[str]) -> None:
    gc.disable()  # as the warm process does, and for the same reason
    for module in modules:
        importlib.import_module(module)
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # whoever is done is not waited for
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(address)
        listening.listen()
        print("ready", flush=True)
        while sys.stdin not in select.select([listening, sys.stdin], [], [])[0]:  # whoever started it is there
            connection, _ = listening.accept()
            if not os.fork():
                listening.close()
                _answer(connection)
            connection.close()


def _answer(connection: socket.socket) -> None:
    """In a child: run in its child what is asked for, until it ends or nobody waits. Tell its number and exit code."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _, streams, _, _ = socket.recv_fds(connection, 1, 4)
    asked = json.loads(connection.makefile().readline())
    pid = os.fork()
    if not pid:
        connection.close()
        _become(asked, streams)
    connection.sendall(f"{pid}\n".encode())
    for stream in streams:
        os.close(stream)
    ended = os.pidfd_open(pid)
    ready, _, _ = select.select([ended, connection.fileno()], [], [])
    if ended not in ready:
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    with contextlib.suppress(OSError):
        connection.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
    os._exit(0)


def _become(asked: dict[str, Any], streams: list[int]) -> None:
    os.setsid()
    for number, stream in zip(asked["streams"], streams, strict=True):
        if stream != number:
            os.dup2(stream, number)
            os.close(stream)
    os.chdir(asked["folder"])
    os.environ.clear()
    os.environ.update(asked["environment"])
    added = [path for path in asked["environment"].get("PYTHONPATH", "").split(os.pathsep) if path]
    sys.path[:1] = [asked["folder"], *added]
    sys.argv = asked["words"]
    if encoding := asked["environment"].get("PYTHONIOENCODING"):
        sys.stdout.reconfigure(encoding=encoding)  # type: ignore[union-attr]
    gc.enable()
    with contextlib.suppress(ImportError):  # the kit of that folder
        from autograder import process

        process.python = functools.partial(command, asked["python"])
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    sys.exit(0)


if __name__ == "__main__":
    _serve(sys.argv[1], sys.argv[2:])
