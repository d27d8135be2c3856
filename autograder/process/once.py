"""One job in a process of its own, for systems that cannot fork: `python -m autograder.process.once KIND`.

The job is read from standard input, its frames go to standard output. A timer ends it when its time is up.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import sys
import threading
from typing import Any


def main(kind: Any) -> None:
    job = json.loads(sys.stdin.buffer.read())
    frames = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    from autograder.process.frames import OUT_OF_TIME

    timer = threading.Timer(job["timeout"], os._exit, [OUT_OF_TIME])
    timer.daemon = True
    timer.start()
    to_json = json.dumps
    kind.prepare()
    kind.expect(job)
    gc.freeze()
    gc.enable()
    with contextlib.suppress(OSError):
        os.chdir(job["folder"])
    kind.work(job, lambda frame: frames.write(to_json(frame).encode() + b"\n"))
    frames.write(b'{"done": true}\n')
    os._exit(0)


if __name__ == "__main__":
    gc.disable()  # while torch is imported, as in server.py
    main(importlib.import_module(sys.argv[1]))
