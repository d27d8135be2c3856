"""The process that a training run lives in: `python -m autograder.milestones.child`, with the job on standard input.

It writes one JSON object a line: {"event": "start" | "call" | "untrained" | "batch" | "epoch" | "print" | "failed" |
"done", ...}. Standard input stays open as long as the run is wanted; when it closes, the process ends. An interrupt
(SIGINT) makes it tell where in the learner's code it was, and end.
"""

from __future__ import annotations

import contextlib
import gc
import io
import json
import os
import signal
import sys
import threading
from typing import Any

gc.disable()  # as in the warm process: it would walk everything that torch brings

import torch  # noqa: E402

from autograder import mnist  # noqa: E402
from autograder.beside.failure import failure  # noqa: E402
from autograder.beside.load import put_pieces, read_pieces, run_file  # noqa: E402
from autograder.milestones.recipes import RECIPES, Pieces, Run  # noqa: E402
from autograder.process import limits  # noqa: E402

#: Bytes beyond what the process has with torch imported. The images take 0.4 GB; graphs that are kept take the rest.
MOST_MEMORY = 3 << 30
#: Seconds of computing, should nobody be left to end it.
MOST_SECONDS = 3600
#: Lines of the learner's prints that are passed on.
MOST_LINES = 20
VALID = 10_000

to_json = json.dumps


class Printed(io.TextIOBase):
    """What the learner's code prints, as events; after so many lines it is dropped."""

    def __init__(self, emit: Any):
        self.emit, self.rest, self.lines = emit, "", 0

    def write(self, text: str) -> int:
        if self.lines <= MOST_LINES:
            *lines, self.rest = (self.rest + text).split("\n")
            for line in lines[: MOST_LINES + 1 - self.lines]:
                self.lines += 1
                told = line[:200] if self.lines <= MOST_LINES else "... and more"
                self.emit({"event": "print", "text": told})
            self.rest = self.rest[:200]
        return len(text)


def pieces_of(files: list[dict[str, Any]]) -> dict[str, Any]:
    """Run the learner's files, put reference pieces in the place of what is replaced, and gather the pieces."""
    found: dict[str, Any] = {}
    for number, file in enumerate(files):
        lent = read_pieces(file["reference"], file["replaced"]) if file["replaced"] else {}
        module, _ = run_file(file["path"], file["text"], f"exercises_{number}", lent)
        put_pieces(module, lent)
        found |= {name: module.__dict__[name] for name in file["names"]}
    return found


def data(examples: int) -> tuple[torch.Tensor, torch.Tensor]:
    """The first `examples` training images and the last 10,000, which validate."""
    images, labels = mnist.load("train")
    if examples < len(images) - VALID:
        images = torch.cat([images[:examples], images[-VALID:]])
        labels = torch.cat([labels[:examples], labels[-VALID:]])
    return images, labels


def main() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # what a shell starts with & ignores it, and so would we
    job = json.loads(sys.stdin.buffer.readline())
    threading.Thread(target=_end_when_unwanted, daemon=True).start()
    events = os.fdopen(os.dup(1), "wb", buffering=0)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)

    def emit(event: dict[str, Any]) -> None:
        events.write(to_json(event).encode() + b"\n")

    gc.enable()
    sys.stdout = sys.stderr = Printed(emit)
    paths = {file["path"] for file in job["files"]}
    try:
        with contextlib.suppress(OSError):  # Windows has none
            limits.apply(limits.generous(MOST_SECONDS, MOST_MEMORY))
        torch.set_num_threads(1)
        images, labels = data(job["examples"])
        use = Pieces(pieces_of(job["files"]), emit)
        RECIPES[job["section"]](use, Run(images, labels, VALID, job["epochs"], emit))
        emit({"event": "done"})
    except BaseException as error:
        # Learner code may have left gradients off, or a broken stdout: what is told here needs neither.
        with contextlib.suppress(BrokenPipeError):
            emit({"event": "failed", "failure": failure(error, paths)})
    os._exit(0)


def _end_when_unwanted() -> None:
    with contextlib.suppress(OSError):
        while os.read(0, 4096):
            pass
    os._exit(0)


if __name__ == "__main__":
    main()
