"""What a forked child gives up before a submission runs in it: sight of others, a lasting disk, privileges, plenty.

The facts relied on are those of namespaces(7), user_namespaces(7), pid_namespaces(7), mount_namespaces(7),
getrlimit(2) and capabilities(7).
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Collection
from typing import Literal

from autograder.process import kernel, landlock, seccomp
from autograder.process.bubble import HOME, SHARED, SLASH_TMP, TEMPORARY, WORK
from autograder.process.frames import SandboxUnavailable
from autograder.process.limits import Limits
from autograder.process.limits import apply as apply_limits

# All layers or nothing is run; what there is of them; the limits alone; and for somebody's own code, where nobody is to
# be kept out: an empty folder to work in, and the rest to be read but not changed where the system can do that.
Mode = Literal["full", "weak", "off", "own"]
# For each layer True, or in words why it is not there.
Layers = dict[str, bool | str]

_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/ptmx", "/dev/pts")


def confine(
    limits: Limits,
    *,
    keep: Collection[int] = (),
    mode: Mode = "full",
    spare: str | None = None,
    hidden: Collection[str] = (),
) -> Layers:
    """Give up, for good, what a job does not need. For a freshly forked child with a single thread.

    File descriptors not in `keep` are closed; standard input, output and error lead nowhere unless they are in it. The
    working folder is a new one in memory, or else `spare`. `hidden` files and folders are empty; who is to be without
    them starts no other program either. Where a layer cannot be had, "full" raises SandboxUnavailable, while the others
    go on without. Returns for each layer True, or why not.
    """
    found: Layers = {}

    def layer(name: str, apply: Callable[[], object], *modes: Mode) -> None:
        if mode not in (modes or ("full", "weak")):
            found[name] = "switched off"
            return
        try:
            apply()
            found[name] = True
        except (OSError, ValueError, AttributeError, TypeError, ImportError) as error:
            found[name] = str(error) or type(error).__name__
            if mode == "full":
                raise SandboxUnavailable(f"{name}: {found[name]}") from error

    _keep_only(keep)
    with contextlib.suppress(OSError):
        os.setsid()
    layer("pid_namespace", _first_of_its_namespace)
    layer("namespaces", _own_namespaces)
    if found["namespaces"] is True:
        layer("folder", lambda: _own_folder(limits, hidden))
    else:
        found["folder"] = "needs namespaces"
    layer("user_namespace", _own_user_namespace)
    folder = HOME if found["folder"] is True else _spare_folder(spare, home=mode != "own")
    os.chdir(WORK if folder == HOME else folder)
    with contextlib.suppress(OSError):  # when memory runs out, this process goes first and not the grader
        _write("/proc/self/oom_score_adj", "1000")
    layer("limits", lambda: apply_limits(limits), "full", "weak", "off", "own")
    layer("privileges", _drop)
    layer("landlock", lambda: _read_only_but(folder, mode), "full", "weak", "own")
    layer("seccomp", lambda: seccomp.restrict(alone=bool(hidden)))
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


def _own_folder(limits: Limits, hidden: Collection[str]) -> None:
    safe = kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC
    if os.getpid() == 1:
        # Processes alone: what counts for the whole machine (memory, names of files, forks) tells of neighbours.
        kernel.mount("proc", "/proc", "proc", safe, "subset=pid")
    kernel.mount("tmpfs", HOME, "tmpfs", safe, f"size={limits.disk_bytes},nr_inodes={limits.files},mode=0700")
    for path in hidden:
        if os.path.isdir(path):
            kernel.mount("tmpfs", path, "tmpfs", safe | kernel.MS_RDONLY, "size=4096,mode=0555")
        elif os.path.exists(path):
            kernel.mount("/dev/null", path, None, kernel.MS_BIND)
    for path in (WORK, TEMPORARY, SHARED, SLASH_TMP):
        os.mkdir(path)
    # One file system, so that one size bounds them all.
    kernel.mount(SHARED, "/dev/shm", None, kernel.MS_BIND)
    for name in os.listdir("/tmp"):  # the kit itself may be installed there, and stays where it is
        os.mkdir(f"{SLASH_TMP}/{name}")
        kernel.mount(f"/tmp/{name}", f"{SLASH_TMP}/{name}", None, kernel.MS_BIND | kernel.MS_REC)
    kernel.mount(SLASH_TMP, "/tmp", None, kernel.MS_BIND | kernel.MS_REC)


def _own_user_namespace() -> None:
    """Last of the namespaces: the others stay with the one above, so that no right in this one reaches them.

    Processes are counted from zero in it (since Linux 5.14), and nothing outside can be debugged from it.
    """
    user, group = os.getuid(), os.getgid()
    kernel.unshare(kernel.NEWUSER)
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{user} {user} 1")
    _write("/proc/self/gid_map", f"{group} {group} 1")


def _spare_folder(path: str | None, home: bool) -> str:
    """The weaker way: an ordinary new folder, which whoever forked has to remove; the `home` folder too, or not."""
    if path is None:
        path = tempfile.mkdtemp(prefix="submission-")
    else:
        os.mkdir(path, 0o700)
    os.environ.update({"HOME": path, "TMPDIR": path} if home else {"TMPDIR": path})
    tempfile.tempdir = None
    return path


def _read_only_but(folder: str, mode: Mode) -> None:
    if mode == "own":  # a graphics card may be used, and the network
        kernel.no_new_privileges()
        landlock.restrict(writable=_existing(folder, "/dev/shm"), devices=["/dev"], network=True)
    else:
        shared = ("/tmp", "/dev/shm") if folder == HOME else ()
        landlock.restrict(writable=_existing(folder, *shared), devices=_existing(*_DEVICES))


def _existing(*paths: str) -> list[str]:
    return [path for path in paths if os.path.exists(path)]


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
