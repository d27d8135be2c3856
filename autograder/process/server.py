"""The confined warm process: torch, IPython and matplotlib imported, a child for each submission.

Started by autograder/process/box.py inside bubblewrap. It holds nothing worth stealing: what it has in memory, its
children can read.
"""

from __future__ import annotations

import gc

gc.disable()

import functools  # noqa: E402
import importlib  # noqa: E402
import os  # noqa: E402
import socket  # noqa: E402
import sys  # noqa: E402
from typing import Any, Literal, cast  # noqa: E402

from autograder.beside import observe, shell, student  # noqa: E402
from autograder.beside.load import silence_checks  # noqa: E402
from autograder.process import hugepages, sandbox  # noqa: E402
from autograder.process.isolate import receive, send  # noqa: E402


def serve(connection: socket.socket, mode: Literal["full", "weak", "off"]) -> None:
    """Answer jobs until the other side closes: a message about how the child ended, then the bytes that it wrote."""
    _import_more()
    ready = shell.prepare()
    silence_checks()
    assert len(os.listdir("/proc/self/task")) == 1 if sys.platform == "linux" else True
    gc.freeze()
    answered = 0
    while True:
        if answered == hugepages.WORTH:
            hugepages.collapse()
        try:
            job = receive(connection)
        except (EOFError, OSError):
            return
        code = observe.compiled(job["probes"])
        limits = sandbox.Limits(**job["limits"])
        try:
            ended = sandbox.run(functools.partial(student.work, job=job, probes=code, shell=ready), limits, mode=mode)
        except sandbox.SandboxUnavailable as error:
            send(connection, {"refused": str(error), "length": 0})
            continue
        told = {"status": ended.status, "stopped": ended.stopped, "cpu": ended.cpu_seconds, "peak": ended.peak_bytes}
        send(connection, told | {"length": len(ended.data)})
        connection.sendall(ended.data)
        answered += 1


def _import_more() -> None:
    """What answers use and what takes long the first time (an optimizer imports a third of torch)."""
    for name in ("torch._dynamo", "torch.utils.data"):
        importlib.import_module(name)


def main(argv: list[str]) -> None:
    serve(socket.socket(fileno=int(argv[0])), cast(Any, argv[1]))
    os._exit(0)
