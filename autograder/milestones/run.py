"""One training run in a process of its own: starting it, listening to it, stopping it. Never imports learner code."""

from __future__ import annotations

import contextlib
import json
import math
import os
import queue
import signal
import subprocess
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from autograder import process as processes
from autograder.process.conversation import ONE_THREAD, ROOT

#: Seconds without a batch after which a run is taken for stuck. Starting includes importing torch.
SILENCE = 20.0
STARTING = 90.0
#: Seconds that an interrupted child gets to say where it was.
PATIENCE = 2.0
#: Batches in a row whose loss is no number, after which nothing good can come.
HOPELESS = 3

Events = queue.Queue[tuple["Run", dict[str, Any]]]


@dataclass(eq=False)
class Run:
    """What is known of a run so far. `outcome` is "" while it is running."""

    job: dict[str, Any]
    events: Events
    #: Seconds for the training.
    limit: float = 600.0
    outcome: str = ""
    batches: int = 0
    untrained: dict[str, float] | None = None
    epochs: list[dict[str, float]] = field(default_factory=list)
    batch_losses: list[float] = field(default_factory=list)
    #: What the model took each validation image for, after the last epoch.
    predicted: list[int] = field(default_factory=list)
    printed: list[str] = field(default_factory=list)
    #: The piece that the recipe called last.
    piece: str = ""
    failure: dict[str, Any] | None = None
    seconds: float = 0.0
    process: subprocess.Popen[bytes] | None = None
    listener: threading.Thread | None = None
    killed: bool = False
    #: When training began; until then, when the process did.
    started: float = 0.0
    #: When it last told something.
    heard: float = 0.0

    def start(self) -> Run:
        self.started = self.heard = time.monotonic()
        path = [str(ROOT), os.environ.get("PYTHONPATH", "")]
        self.process = subprocess.Popen(
            processes.python("milestones.child"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | ONE_THREAD | {"PYTHONPATH": os.pathsep.join(filter(None, path))},
            start_new_session=True,  # Ctrl-C is for this process, which then decides
        )
        assert self.process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(json.dumps(self.job).encode() + b"\n")
            self.process.stdin.flush()
        self.listener = threading.Thread(target=self._listen, args=[self.process], daemon=True)
        self.listener.start()
        return self

    def _listen(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            with contextlib.suppress(ValueError):  # a line that was cut off, or that learner code wrote
                event = json.loads(line)
                if isinstance(event, dict):
                    self.events.put((self, event))
        self.events.put((self, {"event": "end"}))

    def take(self, event: dict[str, Any]) -> None:
        """Note an event of this run."""
        self.heard = time.monotonic()
        kind = event.get("event")
        if self.outcome:
            if kind == "failed":
                self.failure = event["failure"]  # where it was when it was stopped
            return
        match kind:
            case "start":
                self.started = time.monotonic()  # importing torch and reading the images count for nobody
                self.batches = event["batches"]
            case "call":
                self.piece = event["piece"]
            case "untrained":
                self.untrained = _figures(event)
            case "batch":
                self.batch_losses.append(event["loss"])
                last = self.batch_losses[-HOPELESS:]
                if len(last) == HOPELESS and not any(map(math.isfinite, last)):
                    self.stop("diverged")
            case "epoch":
                self.epochs.append(_figures(event))
                self.predicted = event["predicted"]
            case "print":
                self.printed.append(event["text"])
            case "failed":
                self.failure = event["failure"]
                self._ended("error")
            case "done":
                self._ended("finished")
            case "end":
                self._ended("error")

    def check_time(self) -> None:
        """Stop a run that has been silent for too long, or that is over its limit."""
        now = time.monotonic()
        silence, limit = (SILENCE, self.limit) if self.batches else (STARTING, STARTING)
        if not self.outcome and (now - self.heard > silence or now - self.started > limit):
            self.stop("timeout")

    def stop(self, outcome: str) -> None:
        """End the run; what it has told so far stays. It gets a moment to say in which line it was."""
        if self.outcome:
            return
        self._ended(outcome)
        if self.process and outcome == "timeout" and os.name == "posix":
            self.process.send_signal(signal.SIGINT)
            deadline = time.monotonic() + PATIENCE
            while self.failure is None and time.monotonic() < deadline and self.process.poll() is None:
                self._wait_for_last_words()
        self.kill()

    def _wait_for_last_words(self) -> None:
        with contextlib.suppress(queue.Empty):
            run, event = self.events.get(timeout=0.05)
            run.take(event)

    def kill(self) -> None:
        """End the process, whatever it is doing. Safe to call again."""
        if self.process is None or self.killed:
            return
        self.killed = True  # once: its number may belong to another process later
        with contextlib.suppress(OSError):
            if os.name == "posix":
                os.killpg(self.process.pid, signal.SIGKILL)
            else:
                self.process.kill()
        self.process.wait()
        if self.listener:
            self.listener.join(PATIENCE)  # something that left the process group may still hold the pipe
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe and not (self.listener and self.listener.is_alive()):
                pipe.close()

    def _ended(self, outcome: str) -> None:
        self.outcome = outcome
        self.seconds = time.monotonic() - self.started

    @property
    def code(self) -> int | None:
        """How the process ended: an exit code, negative for a signal."""
        return self.process.poll() if self.process else None


def _figures(event: dict[str, Any]) -> dict[str, float]:
    return {"loss": float(event["loss"]), "accuracy": float(event["accuracy"])}
