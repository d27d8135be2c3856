"""The command line of bubblewrap that shows a program nothing but what Python needs to run.

bubblewrap builds a file tree out of pieces of the real one, in namespaces of its own (see user_namespaces(7)): what is
not put there does not exist for the program, whatever its permissions are outside. It costs the start of a program, so
one is started per warm process; what each submission gets on top is in `child`.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

HOME = "/submission"  # a place of our own rather than /tmp: the kit itself may be installed beneath /tmp
WORK, TEMPORARY, SHARED = f"{HOME}/work", f"{HOME}/tmp", f"{HOME}/shm"
SLASH_TMP = f"{HOME}/slash-tmp"  # what /tmp is

# Linux does not apply the limit of the number of processes to root, so root starts the sandbox as somebody else:
# a number that distributions leave unused, and that owns no files.
STRANGER = 65533

_PACKAGE = Path(__file__).resolve().parents[1]
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/nix/store")
# Which libraries there are, which of several is meant, and where fonts are; how many processors there are.
_DETAILS = ("/etc/ld.so.cache", "/etc/alternatives", "/etc/fonts", "/sys/devices/system/cpu")
# What a Python installation consists of. Not all of its folder: a virtual environment may *be* the course's folder.
_PYTHON = ("bin", "lib", "lib32", "lib64", "libexec", "include", "share", "ssl", "pyvenv.cfg")
_ONE_THREAD = ("OMP", "MKL", "OPENBLAS", "NUMEXPR", "VECLIB")

# Run between the two stages of `command`: become the stranger, then the second bubblewrap.
_BECOME = (
    "import os, sys; who = int(sys.argv[1]); os.setgroups([]); os.setresgid(who, who, who); "
    "os.setresuid(who, who, who); os.execv(sys.argv[2], sys.argv[2:])"
)


def environment() -> dict[str, str]:
    """The whole environment of a program in the sandbox; nothing is inherited."""
    return {
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "HOME": HOME,
        "TMPDIR": TEMPORARY,
        "USER": "student",  # there is no list of users to look it up in
        "LANG": "C.UTF-8",
        **{f"{library}_NUM_THREADS": "1" for library in _ONE_THREAD},
        "CUDA_VISIBLE_DEVICES": "",
        "MPLBACKEND": "Agg",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",  # the same order of sets on every machine: a regrade gives the same grade
    }


def command(
    argv: Sequence[str],
    *,
    readable: Iterable[str | os.PathLike[str]] = (),
    hidden: Iterable[str | os.PathLike[str]] = (),
    writable: Iterable[str | os.PathLike[str]] = (),
) -> list[str]:
    """The command that runs `argv` where only the system's programs, this Python, this package and `readable` exist.

    Everything is read-only except `writable` and a small /submission in memory. Of the package, `checks` is left out.
    `hidden` folders are empty and `hidden` files cannot be opened. Where paths contain one another the longest decides;
    for one path named twice, hidden wins over writable over readable. File descriptors named in `pass_fds` of
    subprocess stay usable. The sandbox ends when the *thread* that started it does, so start it from one that lasts.
    """
    clean = ["/usr/bin/env", "-i", *(f"{name}={value}" for name, value in environment().items())]
    bwrap = find() or "bwrap"
    view = _view(map(Path, readable), map(Path, hidden), map(Path, writable))
    inside = [bwrap, "--unshare-all", "--unshare-user", "--die-with-parent", "--new-session", "--hostname", "sandbox"]
    inside += ["--proc", "/proc", "--dev", "/dev", *view, "--dir", "/tmp", "--ro-bind-try", bwrap, bwrap]
    inside += ["--tmpfs", HOME, *(word for path in (WORK, TEMPORARY) for word in ("--dir", path))]
    inside += ["--remount-ro", "/dev", "--remount-ro", "/"]
    # The warm process makes the namespaces of each child, for which it has CAP_SYS_ADMIN in namespaces of its own;
    # children lose it before a submission runs. The owner of a pid namespace has to be this innermost user namespace,
    # while bubblewrap's /dev (with terminals) needs one in between: hence once more, for these two alone.
    inside += ["--", bwrap, "--unshare-user", "--unshare-pid", "--die-with-parent", "--dev-bind", "/", "/"]
    inside += ["--proc", "/proc", "--cap-drop", "ALL", "--cap-add", "CAP_SYS_ADMIN", "--chdir", WORK, "--", *argv]
    if os.geteuid() != 0:
        return [*clean, *inside]
    # Root can bind what only root can reach (a Python beneath /root), but must not run there. So root lays out the
    # same view, and an unprivileged user starts the sandbox proper from within it, just as it is for everybody else.
    outside = [
        bwrap,
        "--unshare-pid",
        "--die-with-parent",
        "--cap-drop",
        "ALL",
        "--cap-add",
        "CAP_SETUID",
        "--cap-add",
        "CAP_SETGID",
    ]
    # It needs to see a whole /proc to be allowed one of its own, and mounts its first things on /tmp.
    outside += ["--bind", "/proc", "/proc", "--dev", "/dev", *view, "--dir", "/tmp", "--ro-bind-try", bwrap, bwrap]
    become = [sys.executable, "-I", "-S", "-c", _BECOME, str(STRANGER)]
    return [*clean, *outside, "--", *become, *inside]


def plain(argv: Sequence[str]) -> list[str]:
    """The command that runs `argv` without bubblewrap: in the same clean environment, and with sight of everything."""
    here = {name: value for name, value in environment().items() if name not in ("HOME", "TMPDIR")}
    return ["/usr/bin/env", "-i", *(f"{name}={value}" for name, value in here.items()), *argv]


def find() -> str | None:
    """Where bubblewrap is, if it is."""
    return shutil.which("bwrap") or shutil.which("bwrap", path="/usr/bin:/usr/local/bin:/run/current-system/sw/bin")


def _view(readable: Iterable[Path], hidden: Iterable[Path], writable: Iterable[Path]) -> list[str]:
    words: dict[Path, list[str]] = {}
    sealed: list[str] = []
    for name in _SYSTEM:
        path = Path(name)
        if path.is_symlink() and path.parent == Path("/"):
            words[path] = ["--symlink", os.readlink(path), name]
        elif path.exists():
            words[path] = ["--ro-bind", name, name]
    for name in _DETAILS:
        words[Path(name)] = ["--ro-bind-try", name, name]

    checks = _PACKAGE / "checks"
    asked = [spelled for path in readable for spelled in _spellings(path)]
    prefixes = [sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix]
    pythons = [place / part for prefix in prefixes for place in _spellings(Path(prefix)) for part in _PYTHON]
    covered = [] if checks in asked else [checks]
    for path in [path for path in pythons if path.exists()] + [_PACKAGE, *asked]:
        words.setdefault(path, ["--ro-bind", str(path), str(path)])
    for path in [spelled for given in writable for spelled in _spellings(given)]:
        words[path] = ["--bind", str(path), str(path)]
    for path in covered + [spelled for given in hidden for spelled in _spellings(given)]:
        if path.is_dir():
            words[path] = ["--tmpfs", str(path)]
            sealed += ["--remount-ro", str(path)]  # only at the end: something inside may have to be shown
        elif path.exists():
            words[path] = ["--ro-bind", "/dev/null", str(path)]
    # The folders that lead there, or bubblewrap makes some of them for its own user alone.
    shown = set(words)
    for folder in {folder for path in shown for folder in path.parents if len(folder.parts) > 1}:
        if not shown & {folder, *folder.parents}:
            words[folder] = ["--dir", str(folder)]
    # Outer folders first, or they would cover what is inside them.
    return [word for path in sorted(words, key=lambda path: len(path.parts)) for word in words[path]] + sealed


def _spellings(path: Path) -> list[Path]:
    """A path as it is written and as it really is: a virtual environment points to its Python by either."""
    return list(dict.fromkeys([Path(os.path.abspath(path)), path.resolve()]))
