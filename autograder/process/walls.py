"""What a forked child gives up before a submission runs in it: sight of others, a lasting disk, privileges, plenty.

The facts relied on are those of namespaces(7), user_namespaces(7), pid_namespaces(7), mount_namespaces(7),
getrlimit(2) and capabilities(7).
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Literal

from autograder.process import kernel, landlock, seccomp
from autograder.process.bubble import HOME, SHARED, TEMPORARY, WORK

# All layers or nothing is run; what there is of them; the limits alone.
Mode = Literal["full", "weak", "off"]
# For each layer True, or in words why it is not there.
Layers = dict[str, bool | str]

try:
    import resource  # here rather than where it is used: that is once per child
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/ptmx", "/dev/pts")
_MIB = 1 << 20


class SandboxUnavailable(RuntimeError):
    """Something that keeps submissions apart is missing; nothing was run."""


@dataclass(frozen=True)
class Limits:
    """What one submission may use.

    memory_bytes    bytes that each of its processes may ask for beyond what the warm process already had, and that all
                    of them may really occupy together
    cpu_seconds     seconds of computing, of each process
    seconds         seconds by the clock, of the whole submission
    processes       number of processes and threads at one time, all of them together
    file_bytes      bytes in one file
    disk_bytes      bytes in all files together, those in shared memory included
    files           number of files and folders
    open_files      number of open file descriptors, of each process
    output_bytes    bytes of results that are read back; more ends the submission
    """

    memory_bytes: int = 2048 * _MIB
    cpu_seconds: int = 60
    seconds: float = 90.0
    processes: int = 64
    file_bytes: int = 50 * _MIB
    disk_bytes: int = 200 * _MIB
    files: int = 10_000
    open_files: int = 256
    output_bytes: int = 64 * _MIB


DEFAULT = Limits()


def confine(limits: Limits, *, keep: Collection[int] = (), mode: Mode = "full", spare: str | None = None) -> Layers:
    """Give up, for good, what a submission does not need. For a freshly forked child with a single thread.

    File descriptors not in `keep` are closed; standard input, output and error lead nowhere unless they are in it. The
    working folder is a new one in memory, or else `spare`. Where a layer cannot be had, "full" raises
    SandboxUnavailable, while "weak" goes on; "off" applies the limits alone. Returns for each layer True, or why not.
    """
    found: Layers = {}

    def layer(name: str, apply: Callable[[], object], unless: str = "") -> None:
        if unless:
            found[name] = unless
            return
        try:
            apply()
            found[name] = True
        except (OSError, ValueError, AttributeError, TypeError, ImportError) as error:
            found[name] = str(error) or type(error).__name__
            if mode == "full":
                raise SandboxUnavailable(f"{name}: {found[name]}") from error

    skipped = "switched off" if mode == "off" else ""
    _keep_only(keep)
    with contextlib.suppress(OSError):
        os.setsid()
    layer("pid_namespace", _first_of_its_namespace, skipped)
    layer("namespaces", _own_namespaces, skipped)
    layer("folder", lambda: _own_folder(limits), "" if found["namespaces"] is True else "needs namespaces")
    layer("user_namespace", _own_user_namespace, skipped)
    folder = HOME if found["folder"] is True else _spare_folder(spare)
    os.chdir(WORK if folder == HOME else folder)
    with contextlib.suppress(OSError):  # when memory runs out, this process goes first and not the grader
        _write("/proc/self/oom_score_adj", "1000")
    layer("limits", lambda: _limit(limits))
    layer("privileges", _drop, skipped)
    layer("landlock", lambda: landlock.restrict(writable=_existing(folder), devices=_existing(*_DEVICES)), skipped)
    layer("seccomp", seccomp.restrict, skipped)
    return found


def _keep_only(keep: Collection[int]) -> None:
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in {0, 1, 2}.difference(keep):
        os.dup2(nowhere, standard)
    low = 3
    for descriptor in sorted(set(keep) - {0, 1, 2}):
        os.closerange(low, descriptor)
        low = descriptor + 1
    os.closerange(low, 1 << 20)


def _first_of_its_namespace() -> None:
    if os.getpid() != 1:
        raise OSError("other processes can be seen and signalled")


def _own_namespaces() -> None:
    kernel.unshare(kernel.NEWNS | kernel.NEWIPC | kernel.NEWNET | kernel.NEWUTS | kernel.NEWCGROUP)
    kernel.mount(None, "/", None, kernel.MS_REC | kernel.MS_PRIVATE)


def _own_folder(limits: Limits) -> None:
    safe = kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC
    if os.getpid() == 1:
        kernel.mount("proc", "/proc", "proc", safe)
    kernel.mount("tmpfs", HOME, "tmpfs", safe, f"size={limits.disk_bytes},nr_inodes={limits.files},mode=0700")
    for path in (WORK, TEMPORARY, SHARED):
        os.mkdir(path)
    # One file system, so that one size bounds them all.
    kernel.mount(SHARED, "/dev/shm", None, kernel.MS_BIND)
    if not os.listdir("/tmp"):  # else the kit itself is installed there
        kernel.mount(TEMPORARY, "/tmp", None, kernel.MS_BIND)


def _own_user_namespace() -> None:
    """Last of the namespaces: the others stay with the one above, so that no right in this one reaches them.

    Processes are counted from zero in it (since Linux 5.14), and nothing outside can be debugged from it.
    """
    user, group = os.getuid(), os.getgid()
    kernel.unshare(kernel.NEWUSER)
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{user} {user} 1")
    _write("/proc/self/gid_map", f"{group} {group} 1")


def _spare_folder(path: str | None) -> str:
    """The weaker way: an ordinary new folder, which whoever forked has to remove."""
    if path is None:
        path = tempfile.mkdtemp(prefix="submission-")
    else:
        os.mkdir(path, 0o700)
    os.environ.update(HOME=path, TMPDIR=path)
    tempfile.tempdir = None
    return path


def _existing(*paths: str) -> list[str]:
    candidates = [*paths, "/tmp", "/dev/shm"] if HOME in paths else list(paths)
    return [path for path in candidates if os.path.exists(path)]


def _limit(limits: Limits) -> None:
    if resource is None:
        raise OSError("this system has no limits for processes")
    page = resource.getpagesize()
    try:
        with open("/proc/self/statm") as sizes:
            size, *_, data, _ = (int(word) * page for word in sizes.read().split())
    except OSError:
        size = data = 0
    wanted = {
        # Both: the address space counts memory shared with forked processes too; private data is what is usual.
        "RLIMIT_AS": size + limits.memory_bytes,
        "RLIMIT_DATA": data + limits.memory_bytes,
        # The hard limit kills; the first process of a namespace would not notice the soft one's signal.
        "RLIMIT_CPU": limits.cpu_seconds,
        "RLIMIT_FSIZE": limits.file_bytes,
        "RLIMIT_NOFILE": limits.open_files,
        # One byte rather than none: Linux takes 1 to mean that a core dump is not piped to a program either.
        "RLIMIT_CORE": 1 if sys.platform == "linux" else 0,
        "RLIMIT_MSGQUEUE": 0,
        "RLIMIT_MEMLOCK": 65_536,
        "RLIMIT_SIGPENDING": 1024,
        "RLIMIT_NPROC": limits.processes,
    }
    for name, value in wanted.items():
        kind = getattr(resource, name, None)  # which limits there are depends on the system
        if kind is None:
            continue
        hard = resource.getrlimit(kind)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        try:
            resource.setrlimit(kind, (value, value))
        except (OSError, ValueError):
            if sys.platform == "linux":  # macOS refuses some of them
                raise


def _drop() -> None:
    kernel.drop_capabilities()
    kernel.no_new_privileges()


def _write(path: str, text: str) -> None:
    # One write call: the kernel takes these files whole. No buffering object, since this runs once per child.
    opened = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(opened, text.encode())
    finally:
        os.close(opened)
