"""Importing torch, its threads, and one check from end to end."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator

from autograder.doctor.finding import Finding
from autograder.places import KIT

IMPORT = """
import json, time
start = time.perf_counter()
import torch
took = time.perf_counter() - start
torch.ones(300, 300) @ torch.ones(300, 300)
try:
    import os
    tasks = len(os.listdir("/proc/self/task"))
except OSError:
    tasks = None
print(json.dumps([torch.__version__, took, torch.get_num_threads(), tasks]))
"""
SLOW_IMPORT, SLOW_CHECK = 10.0, 0.5
AGAIN = "Install it again: make clean, then make check"


def torch() -> Iterator[Finding]:
    from autograder.process.conversation import ONE_THREAD

    try:
        done = subprocess.run(
            [sys.executable, "-c", IMPORT],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            env=dict(os.environ) | ONE_THREAD,
            cwd=KIT / "exercises" if (KIT / "exercises").is_dir() else KIT,
        )
    except subprocess.TimeoutExpired:
        yield Finding("torch", "fault", "it is not imported after two minutes", "Is the disk a network drive, or full?")
        return
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        yield Finding("torch", "fault", f"it cannot be imported: {last}", AGAIN)
        return
    version, took, threads, tasks = json.loads(done.stdout.strip().splitlines()[-1])
    told = f"{version}, imported in {took:.1f} s"
    if took > SLOW_IMPORT:
        mend = (
            "The second time is faster. A virus scanner or a network drive makes it slow: leave .venv out, or move it"
        )
        yield Finding("torch", "note", told, mend)
    else:
        yield Finding("torch", "fine", told)
    if threads == 1 and tasks in (None, 1):
        yield Finding("threads", "fine", "checks run on one thread")
    else:
        mend = "Report this with the output of make doctor: a check that forks may hang"
        yield Finding("threads", "note", f"torch uses {threads} threads in {tasks} tasks although it is told one", mend)


def fork() -> Iterator[Finding]:
    if hasattr(os, "fork"):
        yield Finding("processes", "fine", "can be forked, so that a check takes milliseconds")
    else:
        told = "cannot be forked here, so that each check imports torch again, and memory is not limited"
        yield Finding("processes", "note", told, "Nothing is wrong. Windows: WSL (wsl --install) is faster")


def a_check() -> Iterator[Finding]:
    """A right and a wrong answer to the first exercise, graded as a learner's would be."""
    from autograder import api, lesson, source

    exercise = next((e for e in lesson.exercises() if e.kind == "code"), None)
    if exercise is None:
        yield Finding(
            "a check", "fault", "there are no exercises", "Is the folder autograder/checks complete? make upgrade"
        )
        return
    right = source.solutions_path(exercise.section).read_text(encoding="utf-8")
    api.check_text(right, "right.py", exercise)
    start = time.perf_counter()
    passed = api.check_text(right, "right.py", exercise)
    took = time.perf_counter() - start
    wrong = api.check_text(right + f"\n\n{exercise.name} = None\n", "wrong.py", exercise)
    if not passed.passed or wrong.passed:
        told = f"the right answer to {exercise.name} is {passed.outcome}, a wrong one {wrong.outcome}: {passed.message}"
        yield Finding("a check", "fault", told, "The kit's files may be damaged: git status, then make upgrade")
    elif took > SLOW_CHECK:
        mend = "Is the machine busy? AUTOGRADER_TIMEOUT=60 gives slow answers more time"
        yield Finding("a check", "note", f"it works, and takes {took:.1f} s", mend)
    else:
        yield Finding("a check", "fine", f"right passes, wrong does not, in {took * 1000:.0f} ms")


ALL = [torch, fork, a_check]
