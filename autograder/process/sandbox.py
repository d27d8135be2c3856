"""Where submissions of strangers run: what keeps them apart, whether this machine has it, and what to do if not.

    ruling = require(layers())                        # trusted: refuses, or says in words what is weaker
    warm = subprocess.Popen(command([sys.executable, "-m", "..."], mode=ruling.mode), pass_fds=[...])
    run(work, Limits(), mode=ruling.mode)             # in the warm process, once per submission

Three walls, each of which holds if another fails: bubblewrap shows the warm process a file tree with nothing else in
it, no network, and no other processes (`bubble`); each child has namespaces and a folder of its own, from which nothing
reaches the warm process or the next child (`child`, `walls`); Landlock and seccomp take away the calls by which such
walls have been climbed (`landlock`, `seccomp`). Whatever the warm process has in memory, its children can read: it must
never hold a solution, nor anything of another submission.
"""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.process import bubble
from autograder.process.bubble import environment
from autograder.process.child import Ended, run
from autograder.process.frames import SandboxUnavailable
from autograder.process.limits import Limits
from autograder.process.walls import Layers, Mode, confine

__all__ = [
    "Ended",
    "Limits",
    "Mode",
    "Ruling",
    "SandboxUnavailable",
    "command",
    "confine",
    "environment",
    "layers",
    "require",
    "run",
]

VARIABLE = "AUTOGRADER_SANDBOX"

# Every layer, and what can happen without it.
MEANING = {
    "bubblewrap": "submissions could read your files, the gradebook among them, and use the network",
    "pid_namespace": "submissions could see and stop other processes, and leave some running",
    "namespaces": "submissions could reach each other through shared memory, sockets and mounts",
    "folder": "what a submission writes would lie on your disk, without a limit for all of it",
    "user_namespace": "submissions could debug the process that starts them, and processes would be counted together",
    "limits": "submissions could use up the memory, the processor or the disk of this machine",
    "privileges": "submissions would keep privileges of the user who grades",
    "landlock": "a hole in the other walls round the file system would not be stopped a second time",
    "seccomp": "submissions could use system calls that have often been a way out (ptrace, io_uring, bpf, sockets)",
}

_LINUX_ONLY = "needs Linux"
_PACKAGE_PARENT = Path(__file__).resolve().parents[2]
_PROBE = "import sys; sys.path.insert(0, {!r}); from autograder.process import sandbox; sandbox._report()"


@dataclass(frozen=True)
class Ruling:
    """How submissions are to run. `notice` belongs in every result: empty, or what is weaker and who said so."""

    mode: Mode
    missing: tuple[str, ...] = ()
    notice: str = ""


def command(
    argv: Sequence[str],
    *,
    readable: Iterable[str | os.PathLike[str]] = (),
    hidden: Iterable[str | os.PathLike[str]] = (),
    writable: Iterable[str | os.PathLike[str]] = (),
    mode: Mode = "full",
) -> list[str]:
    """The command that runs `argv` inside bubblewrap, as `bubble.command` says; "off" without, "weak" if it works."""
    if mode == "off" or (mode == "weak" and layers()["bubblewrap"] is not True):
        return bubble.plain(argv)
    return bubble.command(argv, readable=readable, hidden=hidden, writable=writable)


@functools.cache
def layers() -> Layers:
    """For each layer True, or in words why this machine does not have it. Found by doing it, in a child thrown away."""
    found: Layers = {}
    if sys.platform != "linux":
        found.update(dict.fromkeys(MEANING, _LINUX_ONLY))
        if os.name == "posix":
            found["limits"] = True
        return found
    probe = [sys.executable, "-I", "-S", "-c", _PROBE.format(str(_PACKAGE_PARENT))]
    if bubble.find() is None:
        found["bubblewrap"] = "the program bwrap is not installed"
        found.update(_try(bubble.plain(probe)))
        if found.get("folder") is not True:
            found["folder"] = "it needs bubblewrap"
        return found
    try:
        found.update(_try(bubble.command(probe)))
        found["bubblewrap"] = True
    except SandboxUnavailable as error:
        found["bubblewrap"] = str(error)
        found.update(_try(bubble.plain(probe)))
    return found


def require(available: Mapping[str, bool | str], wanted: str | None = None) -> Ruling:
    """Refuse to run submissions without every layer, unless the instructor said so.

    `wanted` is "full", "weak" (run with what there is) or "off" (limits alone); by default what the environment
    variable AUTOGRADER_SANDBOX says, else "full".
    """
    wanted = wanted or os.environ.get(VARIABLE) or "full"
    missing = tuple(name for name in MEANING if available.get(name) is not True)
    lost = "\n".join(f"  {name} ({available.get(name, 'not tried')}): {MEANING[name]}" for name in missing)
    if wanted == "off":
        notice = f"GRADED WITHOUT A SANDBOX: {VARIABLE}=off. Any submission could read, change and forge anything."
        return Ruling("off", tuple(MEANING), notice)
    if wanted not in ("full", "weak"):
        raise SandboxUnavailable(f"{VARIABLE} is {wanted!r}; it can be full, weak or off.")
    if not missing:
        return Ruling("full")
    if wanted == "weak":
        return Ruling("weak", missing, f"GRADED IN A WEAK SANDBOX: {VARIABLE}=weak. Missing here:\n{lost}")
    raise SandboxUnavailable(
        f"Submissions are not run, since this machine cannot keep them apart. Missing:\n{lost}\n{_advice(available)}"
    )


def _advice(available: Mapping[str, bool | str]) -> str:
    """What to type next."""
    advice = []
    if sys.platform != "linux":
        here = {"darwin": "macOS", "win32": "Windows"}.get(sys.platform, sys.platform)
        advice.append(
            f"{here} has nothing that keeps a process in as Linux does. Grade on Linux: in WSL 2, a virtual machine, "
            "or a server."
        )
    elif bubble.find() is None:
        advice.append("Install bubblewrap: sudo apt install bubblewrap (or dnf, pacman, zypper, apk).")
    elif any(available.get(name) is not True for name in ("bubblewrap", "namespaces", "user_namespace")):
        advice += ["Allow user namespaces:", *(f"  {line}" for line in _userns_advice())]
    if sys.platform == "linux" and available.get("landlock") is not True:
        advice.append("Landlock needs Linux 5.13 or newer, and 'landlock' in the kernel's lsm= setting.")
    advice.append(f"To grade with less, knowing the above, put it before the command:  {VARIABLE}=weak make grade")
    advice.append(f"That is with what there is; {VARIABLE}=off is without any of it.")
    return "\n".join(advice)


def _userns_advice() -> list[str]:
    advice = []
    for name, bad, command_ in (
        ("user/max_user_namespaces", "0", "sudo sysctl -w user.max_user_namespaces=15000"),
        ("kernel/unprivileged_userns_clone", "0", "sudo sysctl -w kernel.unprivileged_userns_clone=1"),
        (
            "kernel/apparmor_restrict_unprivileged_userns",
            "1",
            "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0  # AppArmor, Ubuntu 23.10 and later",
        ),
    ):
        try:
            value = Path("/proc/sys", name).read_text().strip()
        except OSError:
            continue
        if value == bad:
            advice.append(command_)
    if not advice:
        unconfined = "--security-opt seccomp=unconfined --security-opt apparmor=unconfined"
        advice.append(f"docker run {unconfined} --security-opt systempaths=unconfined  # in a container of Docker")
    return advice


def _try(words: list[str]) -> Layers:
    """Run the probe; what it reports. SandboxUnavailable in the words of whatever failed."""
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=30, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.SubprocessError) as error:
        raise SandboxUnavailable(str(error)) from error
    try:
        found: Layers = json.loads(done.stdout)
    except ValueError:
        said = (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]
        raise SandboxUnavailable(said) from None
    return found


def _report() -> None:
    """The probe: what a child finds, as JSON."""
    limits = Limits(memory_bytes=64 << 20, processes=4, seconds=10, disk_bytes=1 << 20)
    ended = run(lambda results: os.write(results, b"honest"), limits, mode="weak")
    report = ended.layers
    if ended.data != b"honest":
        report["limits"] = f"a child that did nothing wrong ended with {ended.status}"
    print(json.dumps(report))
