"""Code that hangs, crashes, floods or cheats yields the right outcome and a helpful message, within a time limit."""

from __future__ import annotations

import subprocess
import time

import pytest

from autograder.process import limits
from autograder.process.warm import Warm, warm
from conftest import Check

RIGHT = "x.exp() / x.exp().sum(-1, keepdim=True)"

#: (what the file holds, the outcome, a part of the message)
FILES = {
    "hangs": ("def softmax(x):\n    while True: pass", "timeout", "loop that never ends"),
    "hangs when it is read": ("import time\ntime.sleep(1000)\ndef softmax(x): ...", "timeout", "being read"),
    "recurses for ever": ("def softmax(x):\n    return softmax(x)", "error", "RecursionError"),
    "ends the process": ("import os\ndef softmax(x):\n    os._exit(0)", "error", "ended the whole Python process"),
    "leaves by sys.exit": ("import sys\ndef softmax(x):\n    sys.exit(0)", "error", "ends the whole program"),
    "leaves when it is read": (f"import sys\nsys.exit(0)\ndef softmax(x):\n    return {RIGHT}", "passed", "passed"),
    "raises when it is read": ("1 / 0\n", "error", "ZeroDivisionError"),
    "has a syntax error": ("def nll(a):\n    return (a\n\ndef softmax(x):\n    return x\n", "error", "line 2"),
    "prints without end": ("def softmax(x):\n    while True: print('x' * 1000)", "timeout", "prints without end"),
    "prints a great deal": (f"def softmax(x):\n    print('x' * 30_000_000)\n    return {RIGHT}", "passed", "passed"),
    "replaces a builtin": (
        f"import builtins\nbuiltins.isinstance = builtins.open = None\ndef softmax(x):\n    return {RIGHT}",
        "error",
        "put something else in the place of len or open",
    ),
    "starts threads": (
        "import threading, time\ndef softmax(x):\n"
        f"    threading.Thread(target=time.sleep, args=[1000]).start()\n    return {RIGHT}",
        "passed",
        "passed",
    ),
    "leaves a process behind": (
        f"import os, time\ndef softmax(x):\n    if os.fork() == 0: time.sleep(1000)\n    return {RIGHT}",
        "passed",
        "passed",
    ),
    "allocates without end": (
        "def softmax(x):\n    kept = []\n    while True: kept.append(bytearray(10_000_000))",
        "error",
        "MemoryError",
    ),
    "allocates tensors without end": (
        "import torch\ndef softmax(x):\n    kept = []\n    while True: kept.append(torch.ones(10_000_000))",
        "error",
        "memory",
    ),
    "crashes Python": ("import ctypes\ndef softmax(x):\n    ctypes.string_at(0)", "error", "crashed"),
    "closes every file": (
        f"import os\ndef softmax(x):\n    os.closerange(0, 200)\n    return {RIGHT}",
        "error",
        "broke",
    ),
    "replaces torch's comparisons": (
        "import torch\ntorch.allclose = torch.equal = torch.Tensor.equal = lambda *a, **k: True\n"
        "torch.Tensor.tolist = lambda *a: []\ndef softmax(x):\n    return x",
        "failed",
        "differ",
    ),
    "replaces json": (
        "import json\njson.dumps = lambda *a, **k: 'null'\ndef softmax(x):\n    return x",
        "failed",
        "differ",
    ),
    "defines a number": ("softmax = 3", "failed", "not something that can be called"),
    "defines nothing": ("", "error", "does not define softmax"),
    "defines it later with an error before": (f"1 / 0\ndef softmax(x):\n    return {RIGHT}", "passed", "passed"),
    "is the stub": ("def softmax(x):\n    raise NotImplementedError", "not_started", "not started"),
    "breaks the bytes of its source": ("def softmax(x):\n    return '\0'", "error", "cannot read"),
    "returns an object that fights back": (
        "class Odd:\n    def __getattribute__(self, name): raise RuntimeError\n"
        "    def __repr__(self): raise RuntimeError\ndef softmax(x):\n    return Odd()",
        "failed",
        "Odd",
    ),
}


@pytest.mark.parametrize("what", FILES)
def test_a_file_that(what: str, check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    text, outcome, part = FILES[what]
    limit = 1.5 if outcome == "timeout" else 60.0  # patient where a busy machine must not decide
    monkeypatch.setattr(limits, "TIMEOUT", limit)
    start = time.monotonic()
    verdict = check("softmax", text)
    assert verdict.outcome == outcome, verdict.message
    assert part in verdict.message
    assert (verdict.points == verdict.max_points) == (outcome == "passed")
    assert time.monotonic() - start < 2 * limit + 60, "a grader that hangs is worse than any answer"


def test_one_broken_function_does_not_take_its_neighbours_down(check: Check) -> None:
    text = f"raise SystemExit\n\ndef nll(a, b):\n    while True: pass\n\ndef softmax(x):\n    return {RIGHT}\n"
    assert check("softmax", text).passed


def _process() -> subprocess.Popen[bytes]:
    shared = warm()
    assert isinstance(shared, Warm)
    assert shared._process is not None
    return shared._process


def test_the_warm_process_survives_all_of_this_and_forks_from_one_thread(check: Check) -> None:
    check("softmax", "import os\ndef softmax(x):\n    os.kill(os.getpid(), 9)")
    assert check("softmax", f"def softmax(x):\n    return {RIGHT}").passed
    process = _process()
    with open(f"/proc/{process.pid}/status") as file:
        assert "Threads:\t1\n" in file.read()


def test_a_warm_process_that_dies_is_replaced(check: Check) -> None:
    check("softmax", "")
    process = _process()
    process.kill()
    process.wait()
    assert check("softmax", f"def softmax(x):\n    return {RIGHT}").passed


def test_nothing_leaks_from_one_child_to_the_next(check: Check) -> None:
    spoiling = "import torch, builtins\ntorch.exp = None\nbuiltins.sum = None\ndef softmax(x):\n    return x"
    assert not check("softmax", spoiling).passed
    assert check("softmax", f"def softmax(x):\n    return {RIGHT}").passed
