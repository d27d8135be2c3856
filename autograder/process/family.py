"""A process and everything that it started, as the kernel tells of them: what they use, and how long they waited."""

from __future__ import annotations

import contextlib
import os

from autograder.process import group

#: Niceness of all but the first: where others want the processor too, they get a seventieth of what those get.
LOWEST = 19

Numbers = dict[int, list[str]]


class Family:
    """The first process and its descendants. What is seen at a `look` adds up, so that those which ended count."""

    def __init__(self, first: int):
        self.first = first
        self.members: set[int] = {first}
        self._computed: dict[tuple[int, str], float] = {}  # by number and hour of birth, since numbers come again
        self._waited: dict[tuple[int, int], float] = {}
        self._at_once = 0.0
        self._lowered: set[int] = set()
        self._before = group.computed()

    def look(self) -> None:
        """See who there is, and give all but the first thread of the first process the lowest priority."""
        told = _stats()
        self.members = {self.first}
        while more := {pid for pid, fields in told.items() if int(fields[1]) in self.members} - self.members:
            self.members |= more
        at_once = 0.0
        for pid in self.members & told.keys():
            own, with_those_it_awaited = _seconds(told[pid][11:13]), _seconds(told[pid][11:15])
            self._computed[pid, told[pid][19]] = own
            at_once += with_those_it_awaited
            for task in _tasks(pid):
                self._waited[pid, task] = waited(task)
                if task != self.first and task not in self._lowered:
                    self._lowered.add(task)
                    with contextlib.suppress(OSError):
                        os.setpriority(os.PRIO_PROCESS, task, LOWEST)
        self._at_once = max(self._at_once, at_once)

    @property
    def computed(self) -> float:
        """Seconds of computing of all of them. What ended is known by whoever awaited it, from an earlier look, or
        where they are a control group of their own."""
        counted = 0.0 if self._before is None else (group.computed() or 0.0) - self._before
        return max(self._at_once, sum(self._computed.values()), counted)

    @property
    def waited(self) -> float:
        """Seconds that they waited for a processor, added up."""
        return sum(self._waited.values())

    def occupied(self) -> int:
        """Bytes of memory that they really occupy, counting what they share once."""
        return sum(map(private, self.members))


def waited(task: int) -> float:
    """Seconds that a process, or a thread by its number, was ready to run and no processor was free; 0 if not told."""
    with contextlib.suppress(OSError, ValueError, IndexError), open(f"/proc/{task}/schedstat") as told:
        return int(told.read().split()[1]) / 1e9
    return 0.0


def private(pid: int) -> int:
    """Bytes of memory that a process occupies, files aside: its share, or all of it where that is not told."""
    told = _sum(f"/proc/{pid}/smaps_rollup", ("Pss_Anon:", "Pss_Shmem:"))
    if not told:
        # Not told of a process that refuses to be looked at or whose first thread has ended: ask its other threads.
        told = max(
            (_sum(f"/proc/{pid}/task/{task}/status", ("RssAnon:", "RssShmem:")) for task in _tasks(pid)), default=0
        )
    return told


def _stats() -> Numbers:
    """By number of a process, what /proc tells of it after its name, which may contain anything."""
    found: Numbers = {}
    with contextlib.suppress(OSError):
        for name in filter(str.isdigit, os.listdir("/proc")):
            with contextlib.suppress(OSError, ValueError), open(f"/proc/{name}/stat") as stat:
                found[int(name)] = stat.read().rpartition(")")[2].split()
    return found


def _tasks(pid: int) -> list[int]:
    with contextlib.suppress(OSError):
        return [int(task) for task in os.listdir(f"/proc/{pid}/task")]
    return []


def _seconds(ticks: list[str]) -> float:
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def _sum(path: str, names: tuple[str, ...]) -> int:
    with contextlib.suppress(OSError), open(path) as lines:
        return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(names))
    return 0
