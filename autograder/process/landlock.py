"""Landlock: a process gives up access to files for itself and its descendants, without any privilege.

See landlock(7). It guards the same things as the namespaces do, by another mechanism of the kernel: a mistake in one
does not open the other. What can be given up grew with the versions of its interface (ABI): 1 (Linux 5.13) files,
2 moving between folders, 3 truncation, 4 TCP, 5 ioctl on devices, 6 signals and abstract sockets outside the domain.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterable

from autograder.process.kernel import syscall

# The same numbers on every architecture: these calls are younger than the common numbering.
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION_FLAG, _PATH_BENEATH = 1, 1

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1, 2, 4, 8
_ALL_BY_VERSION = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}
_TRUNCATE, _IOCTL_DEV = 1 << 14, 1 << 15
_READING = EXECUTE | READ_FILE | READ_DIR
# What makes sense for something that is not a folder; the kernel refuses the rest for a file.
_FOR_FILES = EXECUTE | WRITE_FILE | READ_FILE | _TRUNCATE | _IOCTL_DEV


class _Ruleset(ctypes.Structure):
    _fields_ = [("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scoped", ctypes.c_uint64)]


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"  # what _pack_ means; newer Pythons want it said
    _fields_ = [("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32)]


def version() -> int:
    """The version of the interface that this kernel offers. OSError where Landlock is absent or switched off."""
    return syscall("Landlock", _CREATE_RULESET, None, 0, _VERSION_FLAG)


def restrict(
    *, writable: Iterable[str], devices: Iterable[str], readable: Iterable[str] = ("/",), network: bool = False
) -> None:
    """Reading stays allowed beneath `readable`, everything beneath `writable`, reading and writing for `devices`.

    TCP unless `network`, and where the kernel can say so signals to and abstract sockets of processes outside, end here
    as well.
    Mounting is refused from here on, so mount first. Needs no_new_privs.
    """
    available = version()
    every = max(bits for since, bits in _ALL_BY_VERSION.items() if since <= available)
    wanted = _Ruleset(every, 3 if available >= 4 and not network else 0, 3 if available >= 6 else 0)
    size = 24 if available >= 6 else 16 if available >= 4 else 8  # an older kernel refuses fields that it does not know
    ruleset = syscall("Landlock rules", _CREATE_RULESET, ctypes.byref(wanted), size, 0)
    try:
        for paths, allowed in ((readable, _READING), (writable, every & ~EXECUTE), (devices, _FOR_FILES & ~EXECUTE)):
            for path in paths:
                _allow(ruleset, path, allowed & every)
        syscall("Landlock restriction", _RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: str, allowed: int) -> None:
    opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        rule = _PathBeneath(allowed, opened)
        syscall(f"Landlock rule for {path}", _ADD_RULE, ruleset, _PATH_BENEATH, ctypes.byref(rule), 0)
    finally:
        os.close(opened)
