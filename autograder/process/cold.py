"""The same jobs where nothing can be forked (Windows): each gets a new process (once.py) and waits for torch."""

from __future__ import annotations

import json
import subprocess
import tempfile
import threading
from typing import Any

from autograder import process
from autograder.process import limits as settings
from autograder.process.conversation import Superseded, environment
from autograder.process.frames import Frame, Outcome, outcome
from autograder.process.limits import generous


class Cold:
    """What is asked of warm.Warm."""

    def __init__(self, kind: str) -> None:
        self._words = process.python("process.once", kind)
        self._process: subprocess.Popen[bytes] | None = None
        self.superseded = threading.Event()

    def start(self) -> None: ...

    def ask(self, job: Frame) -> Outcome:
        if self.superseded.is_set():
            raise Superseded
        limits, stopped = generous(job.setdefault("timeout", settings.patience())), None
        with tempfile.TemporaryDirectory(prefix="answer-", ignore_cleanup_errors=True) as folder:
            pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
            self._process = process = subprocess.Popen(self._words, env=environment(), **pipes)
            asked = json.dumps(job | {"folder": folder}).encode()
            try:
                out, _ = process.communicate(asked, timeout=limits.seconds + settings.GRACE)
            except subprocess.TimeoutExpired:
                process.kill()
                out, _ = process.communicate()
                stopped = "time"
        if self.superseded.is_set():
            raise Superseded
        return outcome(out, process.returncode, stopped, limits)

    def cancel(self) -> None:
        """Stop the job that another thread is waiting for."""
        self.superseded.set()
        if self._process is not None:
            self._process.kill()

    def stop(self) -> None: ...

    abandon = dismiss = stop
