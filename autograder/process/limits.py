"""How much a child may use, and the limits of the system that see to it."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass

try:
    import resource  # here rather than where it is used: that is once per child
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

#: Seconds for one exercise, unless the environment has AUTOGRADER_TIMEOUT; a right answer needs a few milliseconds.
TIMEOUT = 10.0
#: Seconds beyond the limit after which the process that keeps it is taken for dead; before its first answer it has to
#: import torch.
GRACE = 20.0
#: By the clock a job may take so many times its seconds, while it waits for a processor that others have.
BACKSTOP = 4.0

_MIB = 1 << 20


@dataclass(frozen=True)
class Limits:
    """What one job may use. As they stand, the limits are those of a stranger's submission; None is no limit.

    seconds         seconds by the clock, of the whole job, less those that its first process waited for a processor
    cpu_seconds     seconds of computing, of all its processes together where `together`, of each in any case
    memory_bytes    bytes that each of its processes may ask for beyond what the warm process already had
    together        whether both bound all its processes as one, with the memory that they share; the first alone
                    keeps its priority
    processes       number of processes and threads at one time, all of them together
    file_bytes      bytes in one file
    disk_bytes      bytes in all files together, those in shared memory included
    files           number of files and folders
    open_files      number of open file descriptors, of each process
    output_bytes    bytes of results that are read back; more ends the job
    output_lines    lines of results that are read
    output_values   values in all of them, roughly; what is beyond is not read
    printed_bytes   bytes of prints that are kept; the rest is dropped. With none of them, prints lead nowhere
    """

    seconds: float = 90.0
    cpu_seconds: int = 60
    memory_bytes: int = 2048 * _MIB
    together: bool = True
    processes: int | None = 16
    file_bytes: int | None = 50 * _MIB
    disk_bytes: int = 200 * _MIB
    files: int = 10_000
    open_files: int | None = 256
    output_bytes: int = 64 * _MIB
    output_lines: int = 20_000
    output_values: int = 2_000_000
    printed_bytes: int = 0


def patience() -> float:
    """Seconds for one exercise. Not kept: a resident process serves commands with environments of their own."""
    return float(os.environ.get("AUTOGRADER_TIMEOUT", TIMEOUT))


def generous(seconds: float, memory_bytes: int = 1024 * _MIB) -> Limits:
    """The limits of somebody's own code on their own machine, which are there to find a mistake, not to keep it in.

    The kit's implementations are observed under them as well, a hundred in one job. The processor time is what ends a
    loop should nobody be left to look at the clock.
    """
    return Limits(
        seconds,
        int(seconds) + 30,
        memory_bytes,
        together=False,
        processes=None,
        file_bytes=None,
        open_files=None,
        output_lines=200_000,
        output_values=20_000_000,
        printed_bytes=20_000,
    )


def apply(limits: Limits) -> None:
    """Put the limits on this process and all that it starts, for good. OSError where the system has none."""
    if resource is None:
        raise OSError("this system has no limits for processes")
    size, data = _has()
    apart = limits.together
    wanted = {
        # Both where it matters: the address space counts memory shared with forked processes too; private data is
        # what is usual, and leaves alone what a graphics card reserves.
        "RLIMIT_AS": size + limits.memory_bytes if apart else None,
        "RLIMIT_DATA": data + limits.memory_bytes,
        # The hard limit kills; the first process of a namespace would not notice the soft one's signal.
        "RLIMIT_CPU": limits.cpu_seconds + apart,  # later, where somebody looks at all of them together
        "RLIMIT_FSIZE": limits.file_bytes,
        "RLIMIT_NOFILE": limits.open_files,
        # One byte rather than none: Linux takes 1 to mean that a core dump is not piped to a program either.
        "RLIMIT_CORE": 1 if sys.platform == "linux" else 0,
        "RLIMIT_MSGQUEUE": 0 if apart else None,
        "RLIMIT_MEMLOCK": 65_536 if apart else None,
        "RLIMIT_SIGPENDING": 1024 if apart else None,
        "RLIMIT_NPROC": limits.processes,
    }
    for name, value in wanted.items():
        kind = getattr(resource, name, None)  # which limits there are depends on the system
        if kind is None or value is None:
            continue
        hard = resource.getrlimit(kind)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        try:
            resource.setrlimit(kind, (value, value))
        except (OSError, ValueError):
            if sys.platform == "linux":  # macOS refuses some of them
                raise


def _has() -> tuple[int, int]:
    """Bytes of address space and of private data that this process has."""
    try:
        with open("/proc/self/statm") as sizes:
            size, *_, data, _ = (int(word) * resource.getpagesize() for word in sizes.read().split())
    except OSError:
        return 0, 0
    return size, data
