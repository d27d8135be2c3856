"""`python -m nbgrader ...`, `autograder`, Jupyter and its kernels, without the seconds that imports take.

A process that has imported what they need from others, and nothing of the kit, forks for each run, which has its own
folder, environment and standard streams. What it runs is what `python -m` would run. When that starts a warm process,
it is forked likewise, by a process that has imported torch; a box, by one that has within the walls of a box. A few
tests start the real thing. All that run at the same time share these processes.
"""

from __future__ import annotations

import contextlib
import fcntl
import filecmp
import functools
import gc
import hashlib
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
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any

COMMANDS = ["nbformat", "nbgrader.apps", "alembic.script", "sqlalchemy.dialects.sqlite", "IPython.display", "numpy"]
COMMANDS += ["click", "rich.console", "rich.table", "rich.progress", "pytest", "doctest"]
COMMANDS += ["jupyterlab.labapp", "nbgrader.server_extensions.formgrader.formgrader"]
KERNELS = ["ipykernel.kernelapp", "torch"]
WARM = ["torch", "torch._dynamo"]
BOXES = ["boxes"]
#: The boxes that are forked: their kinds of jobs, and their walls.
KINDS, WALLS = ["autograder.beside.cells", "autograder.beside.file"], "full"

#: The variable of the environment that has the folder of what tests share.
SHARED = "AUTOGRADER_TESTS_SHARED"
#: With this in the environment, boxes are started one by one.
REAL_BOXES = "AUTOGRADER_TESTS_REAL_BOXES"

_one = threading.Lock()

#: Stands in for Python where a command starts a process: it has a warm process forked, and hands itself over to Python
#: for anything else. It ends when that process does, and takes it along when it is killed. For a box it passes on the
#: socket, at whose end what was forked ends, too.
PYTHON = """#!{python} -IS
import json, os, select, signal, socket, sys, time
words, parent = sys.argv[1:], os.getppid()
server = {servers!r}.get(words[1])
if not server:
    os.execv({python!r}, [{python!r}, *words])
with socket.socket(socket.AF_UNIX) as asking:
    asking.connect(server)
    if words[1] == "box":
        box = int(words[2])
        socket.send_fds(asking, [words[3].encode()], [box])
        os.close(box)
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(0)
    streams = [0, 1, 2, *(int(word) for word in words[2:3] if word.isdigit())]
    asked = {{"words": words[1:], "folder": os.getcwd(), "environment": dict(os.environ)}}
    asked |= {{"streams": streams, "python": sys.argv[0]}}
    socket.send_fds(asking, [b"?"], streams)
    asking.sendall(json.dumps(asked).encode() + b"\\n")
    told = asking.makefile()
    forked = int(told.readline())
    signal.signal(signal.SIGINT, lambda number, frame: os.kill(forked, number))
    if words[1] == "ipykernel_launcher":  # a kernel would end with its Jupyter server, but is none of its children here
        while not select.select([asking], [], [], 0.5)[0]:
            if os.getppid() != parent:
                os._exit(0)
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


def keep() -> str:
    """Make the folder that tests share; what is started for them ends when this process does."""
    folder = tempfile.mkdtemp(prefix="autograder-tests-")
    os.mkfifo(f"{folder}/held")
    os.open(f"{folder}/held", os.O_RDWR)  # read by what is started, which finds its end when we are gone
    os.environ[SHARED] = folder
    return folder


@functools.cache
def _server(*modules: str) -> str:
    """The address of the server that has imported these modules."""
    from autograder.process.conversation import ONE_THREAD

    folder = os.environ.get(SHARED) or keep()
    address = f"{folder}/{modules[0]}"
    with _alone(folder):
        if not os.path.exists(address):
            words = [sys.executable, __file__, address, *modules]
            with open(f"{folder}/held") as held:
                server = subprocess.Popen(words, stdin=held, stdout=subprocess.PIPE, env=os.environ | ONE_THREAD)
            server.returncode = 0  # it is nobody's to wait for
            with server.stdout as told:  # type: ignore[union-attr]
                told.readline()  # it listens
    return address


@contextlib.contextmanager
def _alone(folder: str) -> Iterator[None]:
    with open(f"{folder}/starting", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def python() -> str:
    """The path of PYTHON, written out."""
    with _one:
        return _written_out()


@functools.cache
def _written_out() -> str:
    warm, commands, boxes = _server(*WARM), _server(*COMMANDS), _server(*BOXES)
    servers = dict.fromkeys(
        [f"autograder.{name}" for name in ("process.server", "process.once", "milestones.child", "notebooks.curve")],
        warm,
    )
    servers |= dict.fromkeys(["autograder.classroom.worker", "autograder.keeper", "autograder", "nbgrader"], commands)
    servers |= dict.fromkeys(["jupyterlab", "jupyter_server"], commands)
    path = Path(warm).with_name("python")
    servers["ipykernel_launcher"] = str(path.with_name(KERNELS[0]))
    with _alone(str(path.parent)):
        if not path.exists():
            path.write_text(PYTHON.format(python=sys.executable, servers=servers | {"box": boxes}))
            path.chmod(0o755)
    return str(path)


def kernel() -> list[str]:
    """The command by which Jupyter starts a kernel, forked from a process that has imported torch."""
    _server(*KERNELS)
    return [python(), "-m", "ipykernel_launcher", "-f", "{connection_file}"]


def command(python: str, module: str, *words: str) -> list[str]:
    """Like autograder.process.python, with another Python."""
    return [python, "-m", f"autograder.{module}", *words]


def typed(*words: str) -> list[str]:
    """Like python -m, for a process of its own in a terminal: the process that imports torch for it is forked."""
    code = (
        f"import sys; sys.path.append({str(Path(__file__).parent)!r}); import started; started.as_typed({python()!r})"
    )
    return [sys.executable, "-u", "-c", code, *words]


def as_typed(python: str) -> None:
    from autograder import process
    from autograder.process import conversation

    process.python = functools.partial(command, python)
    conversation.begin = begin(python, conversation.begin)
    sys.argv[:1] = []
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


class Forked:
    """What there is of subprocess.Popen, for a process that is forked: it is not ours, and stays when we are gone."""

    def __init__(self, words: list[str], streams: dict[int, int], environment: dict[str, str]):
        self._asking = socket.socket(socket.AF_UNIX)
        self._asking.connect(_server(*WARM))
        socket.send_fds(self._asking, [b"?"], list(streams.values()))
        asked = {"words": words, "folder": os.getcwd(), "environment": environment, "streams": list(streams)}
        self._asking.sendall(json.dumps(asked | {"python": python(), "stays": True}).encode() + b"\n")
        self._told = self._asking.makefile()
        self.pid = int(self._told.readline())
        self.returncode: int | None = None

    def wait(self, timeout: float | None = None) -> int:
        if self.returncode is None:
            if not select.select([self._asking], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
            self.returncode = int(self._told.readline() or -9)
            self._told.close()
            self._asking.close()
        return self.returncode

    def poll(self) -> int | None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def kill(self) -> None:
        if self.poll() is None:
            os.kill(self.pid, signal.SIGKILL)


def begin(python: str, start: Callable[..., Any]) -> Callable[..., Any]:
    """Like conversation.begin, which is `start`, for warm processes that need no walls of their own."""

    def begin(words: list[str], fd: int, quiet: bool) -> Any:
        if words[:3] != [python, "-m", "autograder.process.server"]:
            return start(words, fd, quiet)
        from autograder.process.conversation import environment

        with open(os.devnull, "r+b") as nothing:
            none = nothing.fileno()
            return Forked(words[2:], {0: none, 1: 1, 2: none if quiet else 2, fd: fd}, environment())

    return begin


def box(python: str, start: Callable[..., list[str]]) -> Callable[..., list[str]]:
    """Like process.box.Box.command, which is `start`, for boxes that have all their walls and this kit in them."""

    def command(self: Any, fd: str, *kind: str) -> list[str]:
        forked = kind[0] in KINDS and kind[1:] == (WALLS,) and REAL_BOXES not in os.environ and _is_this_kit()
        return [python, "-m", "box", fd, kind[0]] if forked else start(self, fd, *kind)

    return command


@functools.cache
def _is_this_kit() -> bool:
    """Whether the kit that is imported here has the same code for boxes, if it is a copy."""
    import autograder

    own, theirs = Path(__file__).parents[1] / "autograder", Path(autograder.__file__).parent
    files = [path.relative_to(own) for folder in ("", "beside", "process") for path in (own / folder).glob("*.py")]
    return all((theirs / file).exists() and filecmp.cmp(own / file, theirs / file, shallow=False) for file in files)


def version_of_gradebooks() -> str:
    """nbgrader.api.get_alembic_version, without a process that imports nbgrader once more."""
    from alembic.config import Config
    from alembic.script import ScriptDirectory
    from nbgrader.dbutil import _temp_alembic_ini

    with _temp_alembic_ini("sqlite:///") as settings:
        return ScriptDirectory.from_config(Config(settings)).get_current_head() or ""


def _once_for_all() -> None:
    """What nbgrader and its libraries make in each process or for each cell; and no gradebook waits for the disk."""
    import jsonschema  # type: ignore[import-untyped]
    import nbformat
    from nbgrader import api
    from sqlalchemy import Engine, event

    api.get_alembic_version = version_of_gradebooks
    api.create_engine = functools.cache(api.create_engine)  # type: ignore[assignment]
    event.listen(Engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
    with api.Gradebook("sqlite://"):  # configures what it maps
        pass
    jsonschema.Draft4Validator.check_schema = lambda schema, *more: None  # nbgrader's own
    for strict in (False, True):
        nbformat.validate(nbformat.v4.new_notebook(), relax_add_props=not strict, version=4, version_minor=5)


def _serve(address: str, modules: Sequence[str]) -> None:
    gc.disable()  # as the warm process does, and for the same reason
    for module in modules:
        importlib.import_module(module)
    if "nbgrader.api" in sys.modules:
        _once_for_all()
    gc.freeze()
    runpy.run_path(str(Path(__file__).parents[1] / "autograder" / "process" / "hugepages.py"))["collapse"]()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # whoever is done is not waited for
    with socket.socket(socket.AF_UNIX) as listening:
        for connection in _asking(listening, address):
            if not os.fork():
                listening.close()
                _answer(connection)
            connection.close()


def _serve_boxes(address: str) -> None:
    """Pass the sockets of boxes on to a process of their kind within the walls of one, which forks for each."""
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from autograder.process.box import Box
    from autograder.process.conversation import launch
    from autograder.process.warm import FOR_OPTIMIZERS, Sessions

    class Boxes(Sessions):
        def __init__(self, kind: str):
            words = [kind, f"all:{WALLS}", FOR_OPTIMIZERS]
            self.process, self._socket = launch(lambda fd: Box().command(str(fd), *words), quiet=False)

    of = functools.cache(Boxes)
    with socket.socket(socket.AF_UNIX) as listening:
        for connection in _asking(listening, address):
            with connection:
                kind, passed_on, _, _ = socket.recv_fds(connection, 100, 1)
            with socket.socket(fileno=passed_on[0]) as theirs:
                of(kind.decode()).serve(theirs)


def _asking(listening: socket.socket, address: str) -> Iterator[socket.socket]:
    """Those who ask, as long as whoever started this process is there."""
    listening.bind(address)
    listening.listen()
    print("ready", flush=True)
    while sys.stdin not in select.select([listening, sys.stdin], [], [])[0]:
        yield listening.accept()[0]


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
    ready, _, _ = select.select([ended, *([] if "stays" in asked else [connection.fileno()])], [], [])
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
    if sys.argv[0] == "pytest":  # it imports its plugins itself
        for name in [name for name in sys.modules if name.partition(".")[0] == "anyio"]:
            del sys.modules[name]
    with contextlib.suppress(ImportError):  # the kit of that folder, or what nbgrader_config.py is going to find
        sys.path.append(str(Path(__file__).parents[1]))
        from autograder import process
        from autograder.process import conversation

        sys.path.pop()
        process.python = functools.partial(command, asked["python"])
        conversation.begin = begin(asked["python"], conversation.begin)
        process.nbgrader = lambda *words: [asked["python"], "-m", "nbgrader", *words]
        if {"assign", "generate_assignment"} & set(sys.argv) and SHARED in os.environ:
            _record_once()
        if {"nbgrader", "jupyter_server", "autograder.classroom.worker", "feedback"} & set(sys.argv):
            from autograder.process.box import Box

            Box.command = box(asked["python"], Box.command)  # type: ignore[method-assign]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    sys.exit(0)


def _record_once() -> None:
    """What a release records of the references of a lesson takes ten seconds, and is the same in each course."""
    from autograder import section_files
    from autograder.description import current
    from autograder.notebooks import wheel

    here = current()
    lesson = [*here.solutions.glob("*.py"), *(here.folder / here.checks).rglob("*.py")]
    read = sorted(wheel.PACKAGE.rglob("*.py")) + sorted(lesson)
    version = hashlib.sha256(b"\0".join(path.read_bytes() for path in read)).hexdigest()

    def once(name: str, make: Callable[[], Any]) -> Any:
        path = Path(os.environ[SHARED], f"recorded-{version}-{name}")
        with open(f"{path}.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not path.exists():
                path.write_text(json.dumps(make()))
        return json.loads(path.read_text())

    def recorded(section: str) -> Any:
        return of(section) if section_files.is_own(section) else once(section, lambda: of(section))

    of, curves = wheel._recorded, wheel._curves
    wheel._recorded, wheel._curves = recorded, lambda: once("curves", curves)


if __name__ == "__main__":
    _serve_boxes(sys.argv[1]) if sys.argv[2:] == BOXES else _serve(sys.argv[1], sys.argv[2:])
