"""A job of one file: a learner's answer to one exercise is observed, or what the kit knows of it. Untrusted side only.

What the server asks of a kind of jobs (autograder/process/server.py); the observing itself is in observe.py.
"""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Callable
from typing import Any

from autograder.beside import observe
from autograder.beside.load import silence_checks
from autograder.beside.patience import waited
from autograder.process.frames import requests


def prepare() -> None:
    silence_checks()
    # torch blames whatever Python line is running, and with a shortcut to watch for that is ours.
    warnings.filterwarnings("ignore", module=r"autograder\.beside\.shortcut")


def expect(job: dict[str, Any]) -> list[str]:
    for one in job.get("several", [job]):
        for name in one.get("imports", ()):
            importlib.import_module(name)
        if "probes" in one:
            observe.compiled(one["probes"])
    return []


def work(job: dict[str, Any], emit: Callable[[dict[str, Any]], None]) -> None:
    """The job is that of observe.run, with {"imports": modules that it will need and that take long}.

    With "later" it stays: what is missing of the job comes from there, again and again, and the answers go there. The
    last line of each tells how many seconds it waited for a processor.
    """
    if "later" not in job:
        observe.run(job, emit)
        return
    for request, tell in requests(job["later"]):
        before = waited()
        observe.run(job | request, tell)
        tell({"done": True, "waited": waited() - before})
