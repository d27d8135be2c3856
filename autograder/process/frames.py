"""What goes between the processes: messages of our own, and the frames of a job, which may be anything at all."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import struct
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from autograder.process.limits import Limits

Frame = dict[str, Any]

#: How the last line of a child begins.
DONE = b'{"done": '
#: Bytes of one message of our own; what a class's references weigh is a tenth of it.
MOST_MESSAGE = 1 << 30
#: The exit code of a process that ended itself because its time was up, where nobody else could end it.
OUT_OF_TIME = 71
#: Why a job was stopped, as its outcome says it; not the time, which has an ending of its own.
STOPPED = {"memory": "it used too much memory", "output": "it wrote too much", "superseded": "it is not wanted"}


class SandboxUnavailable(RuntimeError):
    """Something that keeps submissions apart is missing; nothing was run."""


@dataclass
class Outcome:
    """What a job left behind. `ending` is "finished", "timeout", "exited" or "killed"; `detail` says how.

    `seconds`: by the clock, less those that it was ready to run and others had the processor; `contended`: these were
    so many that it ran out of time, if it did, because of them.
    """

    frames: list[Frame] = field(default_factory=list)
    ending: str = "finished"
    detail: str = ""
    printed: str = ""
    seconds: float = 0.0
    contended: bool = False


def send(connection: socket.socket, message: Frame, data: bytes = b"", along: socket.socket | None = None) -> None:
    """Send a message of our own, with it, unread, what a job wrote, and `along` with it one end of another socket."""
    body = json.dumps(message).encode()
    head = struct.pack("!QQ", len(body), len(data))
    if along:
        sent = socket.send_fds(connection, [head], [along.fileno()])
        head = head[sent:]
    connection.sendall(head + body)
    connection.sendall(data)


def receive_along(connection: socket.socket) -> tuple[Frame, list[int]]:
    """The next message, and the file descriptors that came along with it."""
    head, along, _, _ = socket.recv_fds(connection, 16, 1)
    if not head:
        raise EOFError
    try:
        return receive(connection, head=head)[0], list(along)
    except BaseException:
        for end in along:
            os.close(end)
        raise


def receive(
    connection: socket.socket, most: int = MOST_MESSAGE, until: float | None = None, head: bytes = b""
) -> tuple[Frame, bytes]:
    """The next message and what came with it. OSError or EOFError when there is none, by `until` on the clock.

    It is the process that forks which is trusted to tell the truth about lengths, and even so only up to `most`.
    `head` has been read of it already.
    """
    lengths = struct.unpack("!QQ", head + _exactly(connection, 16 - len(head), until))
    if sum(lengths) > most:
        raise OSError(f"a message of {sum(lengths)} bytes")
    body = _exactly(connection, lengths[0], until)
    return json.loads(body), _exactly(connection, lengths[1], until)


def requests(end: int) -> Iterator[tuple[Frame, Callable[[Frame], None]]]:
    """In a child that stays: one request after another, and what takes the frames of its answer, until nobody asks."""
    to_json = json.dumps  # before any code of a learner runs, which may replace it
    with socket.socket(fileno=end) as connection, contextlib.suppress(EOFError, OSError):
        while True:
            request, _ = receive(connection)
            yield request, lambda frame: connection.sendall(to_json(frame).encode() + b"\n")


def answered(connection: socket.socket, most: int, until: float) -> bytes:
    """What such a child tells of one request, whole (frames.whole) or as far as it came: so many bytes, by `until`."""
    data = bytearray()
    with contextlib.suppress(OSError):
        while len(data) < most and not whole(data):
            connection.settimeout(max(until - time.monotonic(), 0.001))
            part = connection.recv(1 << 20)
            if not part:
                break
            data += part
    return bytes(data)


def whole(data: bytes | bytearray) -> bool:
    """Whether an answer has its last line."""
    return data.endswith(b"}\n") and data[data.rfind(b"\n", 0, -1) + 1 :].startswith(DONE)


def waited(data: bytes) -> float:
    """Seconds that it waited for a processor meanwhile, by the last line of a whole answer."""
    try:
        return float(json.loads(data[data.rfind(b"\n", 0, -1) + 1 :])["waited"])
    except (ValueError, KeyError, TypeError, RecursionError):  # a learner's code wrote it
        return 0.0


def later(end: int) -> tuple[Frame, bytes]:
    """In a child: ask for the rest of its job, of which nothing was in memory until now."""
    with socket.socket(fileno=end) as connection:
        connection.sendall(b"?")
        return receive(connection)


def _exactly(connection: socket.socket, length: int, until: float | None) -> bytes:
    data = bytearray()
    while len(data) < length:
        if until is not None:
            connection.settimeout(max(until - time.monotonic(), 0.001))
        part = connection.recv(min(length - len(data), 1 << 20))
        if not part:
            raise EOFError
        data += part
    return bytes(data)


def read(data: bytes, limits: Limits) -> tuple[list[Frame], bool]:
    """(the lines of a job that are JSON objects, whether that is all of them).

    So many lines, and so many values in all of them together, are read that it takes a second at most: the commas and
    brackets of a line are counted before it is parsed. A line that is no object was cut off when the job was
    stopped, or the learner's code wrote it.
    """
    found: list[Frame] = []
    start, lines, values = 0, limits.output_lines, limits.output_values
    while start < len(data):
        end = data.find(b"\n", start)
        line = data[start:] if end < 0 else data[start:end]
        start += len(line) + 1
        lines -= 1
        values -= sum(map(line.count, (b",", b"[", b"{")))
        if lines < 0 or values < 0:
            return found, False
        try:
            frame = json.loads(line) if line.startswith(b"{") else None
        except (ValueError, RecursionError):
            continue
        if isinstance(frame, dict):
            found.append(frame)
    return found, True


def outcome(data: bytes, status: int, stopped: str | None, limits: Limits, printed: str = "") -> Outcome:
    """What a job left behind: it wrote `data`, and ended with `status` (negative for a signal) or was `stopped`."""
    told, whole = read(data, limits)
    frames = [frame for frame in told if "done" not in frame]
    if stopped == "time" or status == OUT_OF_TIME:
        return Outcome(frames, "timeout", "", printed)
    if stopped or not whole:
        return Outcome(frames, "killed", STOPPED[stopped or "output"], printed)
    if len(frames) < len(told):
        return Outcome(frames, "finished", "", printed)
    if status < 0:
        return Outcome(frames, "killed", _signal_name(-status), printed)
    return Outcome(frames, "exited", f"exit code {status}", printed)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
