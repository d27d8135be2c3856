"""Time several things in turn, round after round, and compare their medians."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable

from autograder.lesson import ROOT


def interleaved(tasks: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Median seconds of each task; every round runs each of them once, so that noise meets all alike."""
    taken: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in range(rounds):
        for name, task in tasks.items():
            start = time.perf_counter()
            task()
            taken[name].append(time.perf_counter() - start)
    return {name: statistics.median(times) for name, times in taken.items()}


def python(*words: str) -> Callable[[], object]:
    """A task: a new interpreter, from its start to its end, its output thrown away."""

    def run() -> None:
        subprocess.run([sys.executable, *words], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    return run
