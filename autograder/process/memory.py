"""How much memory a process and everything that it started really occupy."""

from __future__ import annotations

import contextlib
import os


def occupied(first: int) -> int:
    """Bytes of memory that a process and its descendants really occupy, counting what they share once."""
    parents: dict[int, int] = {}
    with contextlib.suppress(OSError):
        for name in filter(str.isdigit, os.listdir("/proc")):
            with contextlib.suppress(OSError, ValueError), open(f"/proc/{name}/stat") as stat:
                # The name of the program may contain anything; the fields after it are plain.
                parents[int(name)] = int(stat.read().rpartition(")")[2].split()[1])
    family = {first}
    while more := {pid for pid, parent in parents.items() if parent in family} - family:
        family |= more
    return sum(map(private, family))


def private(pid: int) -> int:
    """Bytes of memory that a process occupies, files aside: its share, or all of it where that is not told."""
    told = _sum(f"/proc/{pid}/smaps_rollup", ("Pss_Anon:", "Pss_Shmem:"))
    if not told:
        # Not told of a process that refuses to be looked at or whose first thread has ended: ask its other threads.
        with contextlib.suppress(OSError):
            tasks = os.listdir(f"/proc/{pid}/task")
            told = max(_sum(f"/proc/{pid}/task/{task}/status", ("RssAnon:", "RssShmem:")) for task in tasks)
    return told


def _sum(path: str, names: tuple[str, ...]) -> int:
    with contextlib.suppress(OSError), open(path) as lines:
        return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(names))
    return 0
