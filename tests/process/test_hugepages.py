"""A process that was made cheap to fork is the same process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from autograder.places import KIT as ROOT
from autograder.process import hugepages

SCRIPT = """
import gc; gc.disable()
import os, torch
from autograder.process import hugepages
content = bytearray(range(256)) * 100_000
moved = hugepages.collapse()
told = dict(line.split()[:2] for line in open("/proc/self/smaps_rollup") if line.count(":") == 1)
pid = os.fork()
if pid == 0:
    same = content == bytearray(range(256)) * 100_000
    content[:] = bytes(len(content))
    os._exit(not same or any(content[::4096]))
status = os.waitpid(pid, 0)[1]
print(moved, int(told["AnonHugePages:"]) * 1024, status, content == bytearray(range(256)) * 100_000)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_memory_moves_and_nothing_in_it_changes() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    moved, huge, status, same = done.stdout.split()
    assert int(moved) <= int(huge)
    assert (status, same) == ("0", "True")
    if _collapses():
        assert int(moved) > 100 << 20


def _collapses() -> bool:
    """Whether this system has huge pages to give: Linux 6.1, and not switched off."""
    try:
        enabled = Path("/sys/kernel/mm/transparent_hugepage/enabled").read_text()
        release = Path("/proc/sys/kernel/osrelease").read_text().split(".")[:2]
    except OSError:
        return False
    return "[never]" not in enabled and tuple(map(int, release)) >= (6, 1)


@pytest.mark.parametrize(
    ("line", "pages"),
    [
        ("7f0000000000-7f0000400000 rw-p 00000000 00:00 0", (0x7F0000000000, 4 << 20)),
        ("7f0000001000-7f0000400000 rw-p 00000000 00:00 0 [heap]", (0x7F0000200000, 2 << 20)),
        ("7f0000001000-7f0000300000 rw-p 00000000 00:00 0", None),
        ("7f0000000000-7f0000400000 r--p 00000000 00:00 0", None),
        ("7f0000000000-7f0000400000 rw-p 00000000 08:01 7 /usr/lib/x.so", None),
        ("7f0000000000-7f0000400000 rw-p 00000000 00:00 0 [stack]", None),
    ],
)
def test_only_private_memory_without_a_file_is_moved(line: str, pages: tuple[int, int] | None) -> None:
    assert hugepages._whole_pages(line.split()) == pages


def test_another_system_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert hugepages.collapse() == 0
