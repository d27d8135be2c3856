"""A control group counts what every process of a box computed, where one may be made."""

from __future__ import annotations

import dataclasses
import marshal
import os
from pathlib import Path

import pytest

from autograder.process import group
from autograder.process.box import Box
from autograder.process.limits import Limits
from autograder.process.sandbox import layers

#: Sixty children that compute for twenty milliseconds each, and for which nobody waits.
BRIEF = """
import os, signal, time
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
started = 0
while started < 60:
    try:
        child = os.fork()
    except OSError:
        time.sleep(0.02)
        continue
    started += 1
    if child == 0:
        while time.process_time() < 0.02: pass
        os._exit(0)
    time.sleep(0.025)
print([number for number in os.listdir("/proc/self/fd") if number in ("8", "9")])
"""


def _may() -> bool:
    made = group._made()
    if made:
        made.rmdir()
    return bool(made)


@pytest.mark.skipif(any(why is not True for why in layers().values()), reason="this machine has no complete sandbox")
@pytest.mark.skipif(not _may(), reason="no control group may be made here")
def test_what_brief_children_compute_is_counted_and_nothing_is_left() -> None:
    box = Box()
    job = {"cells": [BRIEF], "skip": [], "without": [], "cell_seconds": 60, "imports": []}
    later = {"exercises": [], "seed": 0, "lent": None, "exercise_seconds": 1}
    nothing = marshal.dumps((compile("", "probes", "exec"), None))
    job["limits"] = dataclasses.asdict(Limits())
    try:
        told, data = box.exchange(job, 100, (later, nothing))
        folder = box._group._folder
        assert folder
        assert folder.exists()
    finally:
        box.stop()
    assert told["stopped"] is None
    assert told["cpu"] > 60 * 0.02
    assert b'"text": "[]\\n"' in data, "the counter is not open in a submission"
    assert not folder.exists()


def test_without_a_group_the_command_is_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group, "TREES", (tmp_path,))
    assert group.Group().entering(["program", "7"], 7) == ["program", "7"]
    monkeypatch.setattr(group, "COUNTERS", (os.open(os.devnull, os.O_RDONLY),))
    assert group.computed() is None
