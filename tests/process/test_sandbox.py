"""Every way out that we know of, tried from inside; and honest work, which must not notice.

Nothing is simulated: a real warm process in bubblewrap forks real confined children. `Warm` is also the whole pattern
in small: start through `command`, talk over a socket, `run` each submission, answer with what it wrote.
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import venv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from autograder.process import bubble, sandbox, seccomp
from autograder.process.sandbox import Limits, SandboxUnavailable, command, layers, require

ROOT = Path(__file__).resolve().parents[2]
MISSING = {name: why for name, why in layers().items() if why is not True}
needs_everything = pytest.mark.skipif(bool(MISSING), reason=f"this machine has no complete sandbox: {MISSING}")
pytestmark = pytest.mark.timeout(120)

WARM = """
import json, os, socket, sys
sys.path.insert(0, {root!r})
from autograder.process.sandbox import Limits, run
for name in sys.argv[2:]:
    __import__(name)
control = socket.socket(fileno=int(sys.argv[1]))
stream = control.makefile("rwb")
for line in stream:
    code, limits = json.loads(line)
    def work(results):
        space = {{"results": results}}
        try:
            exec(code, space)
            answer = space.get("answer")
        except BaseException as error:
            answer = f"{{type(error).__name__}}: {{error}}"
        os.write(results, json.dumps(answer).encode())
    ended = run(work, Limits(**limits))
    reply = dict(data=ended.data.decode("latin-1"), status=ended.status, stopped=ended.stopped, cpu=ended.cpu_seconds)
    stream.write(json.dumps(reply).encode() + b"\\n")
    stream.flush()
"""

PROBE = "import sys; sys.path.insert(0, {!r}); from autograder.process import sandbox; print(sandbox.layers())"

# What submissions are given to tell in a word how an attempt went.
ATTEMPT = """
import ctypes, errno, os, socket
libc = ctypes.CDLL(None, use_errno=True)
def attempt(do, *arguments):
    try:
        return f"done: {do(*arguments)!r}"
    except OSError as error:
        return errno.errorcode[error.errno]
def call(number, *arguments):
    result = libc.syscall(ctypes.c_long(number), *map(ctypes.c_long, arguments))
    return "done" if result >= 0 else errno.errorcode[ctypes.get_errno()]
"""


class Ended:
    def __init__(self, reply: dict[str, Any]):
        self.data, self.status, self.stopped = reply["data"], reply["status"], reply["stopped"]
        self.cpu = reply["cpu"]

    @property
    def answer(self) -> Any:
        assert (self.status, self.stopped) == (0, None), (self.status, self.stopped, self.data)
        return json.loads(self.data)


class Warm:
    """A warm process in the sandbox, seen from the trusted side."""

    def __init__(self, *preload: str, **view: Any):
        self.ours, theirs = socket.socketpair()
        program = [sys.executable, "-c", WARM.format(root=str(ROOT)), str(theirs.fileno()), *preload]
        self.process = subprocess.Popen(command(program, **view), pass_fds=[theirs.fileno()])
        theirs.close()
        self.stream = self.ours.makefile("rwb")

    def submit(self, code: str, **limits: Any) -> Ended:
        limits = {"seconds": 20.0, **limits}
        self.stream.write(json.dumps([ATTEMPT + code, limits]).encode() + b"\n")
        self.stream.flush()
        return Ended(json.loads(self.stream.readline()))

    def close(self) -> None:
        self.stream.close()
        self.ours.close()
        assert self.process.wait(10) == 0


@pytest.fixture(scope="module")
def warm() -> Iterator[Warm]:
    if MISSING:
        pytest.skip(f"this machine has no complete sandbox: {MISSING}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INSTRUCTOR_TOKEN", "open sesame")
        started = Warm()
    yield started
    started.close()


@pytest.fixture(scope="module")
def torch_warm() -> Iterator[Warm]:
    if MISSING:
        pytest.skip(f"this machine has no complete sandbox: {MISSING}")
    started = Warm("torch", "torch.utils.data", "matplotlib.pyplot", "numpy")
    yield started
    started.close()


def family(first: int) -> dict[int, str]:
    """The process and its descendants as the trusted side sees them: their numbers, and what they run."""
    parents: dict[int, int] = {}
    names: dict[int, str] = {}
    for entry in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            stat = Path("/proc", entry, "stat").read_text()
            parents[int(entry)] = int(stat.rpartition(")")[2].split()[1])
            names[int(entry)] = Path("/proc", entry, "cmdline").read_text()
    found = {first}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return {pid: names[pid] for pid in found if pid in names}


# --- honest work ------------------------------------------------------------------------------------------------------


def test_a_submission_runs_and_its_bytes_come_back(warm: Warm) -> None:
    assert warm.submit("answer = 6 * 7").answer == 42


def test_torch_learns_with_one_thread(torch_warm: Warm) -> None:
    ended = torch_warm.submit("""
import torch
model = torch.nn.Linear(3, 1)
before = model.weight.detach().clone()
loss = (torch.randn(8, 3) @ torch.randn(3, 4)).sum() + model(torch.randn(8, 3)).pow(2).mean()
loss.backward()
torch.optim.SGD(model.parameters(), lr=0.1).step()
answer = [torch.get_num_threads(), bool((model.weight != before).any())]
""")
    assert ended.answer == [1, True]


def test_a_data_loader_has_worker_processes(torch_warm: Warm) -> None:
    ended = torch_warm.submit("""
import torch
from torch.utils.data import DataLoader, TensorDataset
data = TensorDataset(torch.arange(100.0))
answer = sum(batch.sum().item() for (batch,) in DataLoader(data, batch_size=10, num_workers=2))
""")
    assert ended.answer == 4950


def test_a_plot_is_drawn(torch_warm: Warm) -> None:
    ended = torch_warm.submit("""
import io, matplotlib.pyplot as plt
plt.plot([1, 2, 3]); plt.title("loss")
picture = io.BytesIO(); plt.savefig(picture); plt.savefig("loss.png")
answer = [picture.getvalue()[:4].decode("latin-1"), os.path.getsize("loss.png") > 1000, plt.get_backend().lower()]
""")
    assert ended.answer == ["\x89PNG", True, "agg"]


def test_temporary_files_and_other_programs_work(warm: Warm) -> None:
    ended = warm.submit("""
import subprocess, sys, tempfile, pathlib, multiprocessing, pty
with tempfile.NamedTemporaryFile("w+") as file, tempfile.TemporaryDirectory() as folder:
    file.write("x"); pathlib.Path(folder, "y").write_text("y"); pathlib.Path("/tmp/z").write_text("z")
said = subprocess.run([sys.executable, "-c", "print(1 + 1)"], capture_output=True, text=True).stdout.strip()
with multiprocessing.get_context("fork").Pool(2) as pool:
    squares = pool.map(abs, [-1, -2])
terminal = os.openpty()
answer = [said, squares, os.isatty(terminal[0]), os.getcwd(), os.path.expanduser("~"), tempfile.gettempdir()]
""")
    assert ended.answer == ["2", [1, 2], True, "/submission/work", "/submission", "/submission/tmp"]


# --- files ------------------------------------------------------------------------------------------------------------


def test_files_of_the_instructor_do_not_exist_inside(warm: Warm, tmp_path: Path) -> None:
    (tmp_path / "gradebook.db").write_text("grades")
    outside = [
        "/etc/passwd",
        "/etc/shadow",
        "/etc/hostname",
        "/var/log",
        "/home",
        "/root/.bashrc",
        "/boot",
        "/run",
        str(tmp_path / "gradebook.db"),
        *(str(ROOT / name) for name in (".git", "solutions", "tests", "gradebook.db", "source", "submitted")),
    ]
    ended = warm.submit(f"answer = [path for path in {outside!r} if os.path.lexists(path)]")
    assert ended.answer == []


def test_only_the_way_to_python_and_the_kit_is_there(warm: Warm) -> None:
    ended = warm.submit(f"""
checks = {str(ROOT / "autograder" / "checks")!r}
answer = [sorted(os.listdir({str(ROOT)!r})), os.listdir(checks), sorted(os.listdir("/"))]
""")
    root, checks, top = ended.answer
    assert set(root) <= {"autograder", Path(sys.prefix).name}
    assert checks == []
    assert not {"var", "home", "run", "opt", "mnt", "srv", "boot"} & (
        set(top) - {Path(sys.prefix).parts[1], ROOT.parts[1]}
    )


def test_symlinks_lead_nowhere_else(warm: Warm) -> None:
    ended = warm.submit("""
tricks = []
for target in ("/etc/passwd", "/proc/1/root/etc/passwd", "/proc/self/root/../../etc/passwd", "../../../../etc/passwd"):
    os.path.lexists("link") and os.unlink("link")
    os.symlink(target, "link")
    tricks.append(attempt(lambda: open("link").read()))
    tricks.append(attempt(lambda: open("link", "w")))
os.mkdir("/submission/tmp/x"); os.rename("/submission/tmp/x", "/submission/work/x")
tricks.append(attempt(os.link, "/usr/bin/env", "/submission/work/env"))
answer = tricks
""")
    assert set(ended.answer) <= {"ENOENT", "EACCES", "EXDEV", "EROFS"}


def test_nothing_outside_the_folder_can_be_written(warm: Warm) -> None:
    ended = warm.submit(f"""
import sys, tempfile
folders = {{line.split()[4] for line in open("/proc/self/mountinfo")}}
folders |= {{"/", "/usr", "/usr/lib", "/etc", "/dev", "/proc", "/proc/sys/kernel", "/dev/pts", "/sys", sys.prefix,
             os.path.dirname(tempfile.__file__), {str(ROOT)!r}, {str(ROOT / "autograder")!r}, "/root", "/home"}}
for top in ("/etc", "/dev", {str(ROOT / "autograder")!r}):
    folders |= {{folder for folder, _, _ in os.walk(top)}}
made = []
for folder in sorted(folders):
    for make in (lambda path: open(path, "w").close(), os.mkdir, os.mkfifo, lambda path: os.symlink("x", path)):
        path = os.path.join(folder, "left-behind")
        if attempt(make, path).startswith("done"):
            made.append(folder)
            break
kernel = [attempt(lambda: open(path, "w").write("1")) for path in
          ("/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger", "/proc/self/oom_score_adj", "/proc/self/uid_map")]
answer = [made, kernel]
""")
    made, kernel = ended.answer
    assert set(made) <= {"/submission", "/tmp", "/dev/shm"}
    assert "/submission" in made
    assert set(kernel) <= {"EACCES", "EROFS", "EPERM", "ENOENT"}


def test_nothing_is_left_for_the_next(warm: Warm) -> None:
    places = ["/submission", "/submission/work", "/submission/tmp", "/tmp", "/dev/shm"]
    listing = f"answer = sorted(name for place in {places!r} for name in os.listdir(place))"
    fresh = warm.submit(listing).answer
    ended = warm.submit(f"""
from multiprocessing import shared_memory, resource_tracker
shared = shared_memory.SharedMemory("mailbox", create=True, size=1000)
resource_tracker.unregister(shared._name, "shared_memory")
for place in {places!r}:
    open(place + "/mail", "w").write("answers")
import shutil
shutil.rmtree("/submission/tmp"); os.symlink("/submission/work", "/submission/tmp"); os.chmod("/submission", 0)
os.environ["MAIL"] = "answers"; os.umask(0); os.chdir("/")
import json as module; module.dumps.__doc__ = "answers"
answer = "left"
""")
    assert ended.answer == "left"
    assert warm.submit(listing).answer == fresh
    assert warm.submit(
        "import json as m; answer = ['MAIL' in os.environ, m.dumps.__doc__ == 'answers', os.getcwd()]"
    ).answer == [
        False,
        False,
        "/submission/work",
    ]


@needs_everything
def test_hidden_readable_and_writable_paths(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    for name in ("shown/hidden/again", "drop"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("shown/a", "shown/hidden/b", "shown/hidden/again/c", "shown/key"):
        (tmp_path / name).write_text(name)
    (tmp_path / "drop").chmod(0o777)
    shown, hidden = tmp_path / "shown", tmp_path / "shown" / "hidden"
    reading = (
        "import os, sys\nos.chdir(sys.argv[1])\n"
        "print(sorted(os.listdir('.')), sorted(os.listdir('hidden')), open('a').read())\n"
        "open('../drop/new', 'w').write('written')\n"
        "try: open('a', 'w')\nexcept OSError as error: print(error.strerror)\n"
        "try: open('hidden/b', 'w')\nexcept OSError as error: print(error.strerror)\n"
        "try: print(open('key').read())\nexcept OSError as error: print(error.strerror)"
    )
    words = command(
        [sys.executable, "-c", reading, str(shown)],
        readable=[shown],
        hidden=[hidden, shown / "key"],
        writable=[tmp_path / "drop"],
    )
    done = subprocess.run(words, capture_output=True, text=True, timeout=30)
    assert done.stderr == ""
    first, *denied = done.stdout.splitlines()
    assert first == "['a', 'hidden', 'key'] [] shown/a"
    assert denied == ["Read-only file system", "Read-only file system", "Permission denied"]
    assert (tmp_path / "drop" / "new").read_text() == "written"
    again = [sys.executable, "-c", f"import os; print(os.listdir({str(hidden)!r}))"]
    words = command(again, readable=[shown, hidden / "again"], hidden=[hidden])
    assert subprocess.run(words, capture_output=True, text=True, timeout=30).stdout == "['again']\n"


# --- other processes --------------------------------------------------------------------------------------------------


def test_the_environment_is_clean_and_no_other_can_be_read(warm: Warm) -> None:
    ended = warm.submit("""
pids = sorted(filter(str.isdigit, os.listdir("/proc")))
environments = [open(f"/proc/{pid}/environ", "rb").read().decode() for pid in pids]
answer = [sorted(os.environ), environments, pids, os.getppid()]
""")
    names, environments, pids, parent = ended.answer
    assert set(names) - {"LC_CTYPE", "PWD"} == set(bubble.environment())
    assert "sesame" not in "".join(environments)
    assert (pids, parent) == (["1"], 0)


def test_nobody_else_can_be_signalled_or_debugged(warm: Warm) -> None:
    ended = warm.submit("""
import signal
ptrace, readv = (101, 310) if os.uname().machine == "x86_64" else (117, 270)
others = [pid for pid in range(2, 400) if not attempt(os.kill, pid, 0) == "ESRCH"]
answer = [others, attempt(os.kill, -1, signal.SIGKILL), attempt(os.killpg, 0, 0),
          [call(ptrace, 16, pid, 0, 0) for pid in (0, 1, 2)], call(ptrace, 0, 0, 0, 0), call(readv, 1, 0, 0, 0, 0, 0)]
""")
    others, everybody, _, attached, traced, read = ended.answer
    assert others == []
    assert everybody in ("ESRCH", "done: None")
    assert {*attached, traced, read} == {"EPERM"}
    assert warm.submit("answer = 'still there'").answer == "still there"


def test_only_the_results_are_inherited(warm: Warm) -> None:
    ended = warm.submit("""
opened = {int(name): attempt(os.readlink, f"/proc/self/fd/{name}") for name in os.listdir("/proc/self/fd")}
wrote = [number for number in range(3, 300) if number != results and attempt(os.write, number, b"x") != "EBADF"]
answer = [sorted(set(opened) - {results})[:4], [opened[n] for n in (0, 1, 2)], wrote]
""")
    numbers, standard, wrote = ended.answer
    assert numbers[:3] == [0, 1, 2]
    assert standard == ["done: '/dev/null'"] * 3
    assert wrote == []


def test_a_daemon_ends_with_its_submission(warm: Warm) -> None:
    before = set(family(warm.process.pid))
    ended = warm.submit("""
import time, signal
for _ in range(3):
    if os.fork() == 0:
        os.setpgid(0, 0)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        if os.fork() == 0:
            time.sleep(60)
        os._exit(0)
answer = "the daemons hold the results open"
""")
    assert ended.answer
    assert set(family(warm.process.pid)) == before


def test_ending_early_hanging_and_raising_are_told_apart(warm: Warm) -> None:
    assert warm.submit("os._exit(3)").status == 3
    assert warm.submit("os.close(results); raise SystemExit").status == 70  # cannot write what happened
    started = time.monotonic()
    ended = warm.submit("os.write(results, b'so far'); import time; time.sleep(600)", seconds=0.5)
    assert (ended.stopped, ended.data) == ("time", "so far")
    ended = warm.submit("os.close(results); import time; time.sleep(600)", seconds=0.5)
    assert (ended.stopped, ended.data) == ("time", "")
    assert time.monotonic() - started < 60
    assert warm.submit("ctypes.string_at(0)").status == -signal.SIGSEGV


@needs_everything
def test_the_sandbox_ends_with_whoever_started_it() -> None:
    program = f"""
import subprocess, sys, time
sys.path.insert(0, {str(ROOT)!r})
from autograder.process.sandbox import command
subprocess.Popen(command([sys.executable, "-c", "import time; print('up', flush=True); time.sleep(600)"]))
time.sleep(600)
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as trusted:
        assert trusted.stdout is not None
        assert trusted.stdout.readline() == b"up\n"
        started = set(family(trusted.pid)) - {trusted.pid}
        assert len(started) >= 3
        trusted.kill()
        deadline = time.monotonic() + 60
        while left := {pid for pid in started if Path(f"/proc/{pid}/exe").exists()}:
            assert time.monotonic() < deadline, {pid: Path(f"/proc/{pid}/cmdline").read_text() for pid in left}
            time.sleep(0.02)


@needs_everything
def test_killing_the_command_ends_everything() -> None:
    started = Warm()
    started.stream.write(json.dumps(["import time; time.sleep(600)", {"seconds": 600.0}]).encode() + b"\n")
    started.stream.flush()
    time.sleep(0.5)
    members = set(family(started.process.pid))
    started.process.kill()
    assert started.stream.readline() == b""
    started.process.wait(60)
    deadline = time.monotonic() + 60
    while any(Path(f"/proc/{pid}/exe").exists() for pid in members):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    started.stream.close()
    started.ours.close()


# --- network ----------------------------------------------------------------------------------------------------------


def test_no_network_not_even_this_machine(warm: Warm) -> None:
    with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", 0))
        tcp.settimeout(0.2)
        udp.settimeout(0.2)
        ended = warm.submit(f"""
def tcp(): socket.create_connection(("127.0.0.1", {tcp.getsockname()[1]}), 1)
def udp(): socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", {udp.getsockname()[1]}))
names = ("INET", "INET6", "NETLINK", "PACKET", "VSOCK", "ALG")
families = [getattr(socket, "AF_" + name) for name in names]
kinds = (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW)
others = [attempt(socket.socket, family, kind) for family in families for kind in kinds]
answer = [attempt(tcp), attempt(udp), *others]
""")
        assert set(ended.answer) == {"EPERM"}
        with pytest.raises(TimeoutError):
            tcp.accept()
        with pytest.raises(TimeoutError):
            udp.recv(1)


def test_sockets_without_a_file_reach_nobody_outside(warm: Warm) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("\0autograder-test")
        server.listen()
        ended = warm.submit("""
inside = socket.socket(socket.AF_UNIX); inside.bind("\\0inside"); inside.listen()
mine = socket.socket(socket.AF_UNIX)
answer = [attempt(socket.socket(socket.AF_UNIX).connect, "\\0autograder-test"), attempt(mine.connect, "\\0inside")]
""")
    assert ended.answer[0] in ("ECONNREFUSED", "EPERM")
    assert ended.answer[1].startswith("done")  # queues between one's own processes use such sockets


# --- limits -----------------------------------------------------------------------------------------------------------


def test_a_fork_bomb_stays_small(warm: Warm) -> None:
    ended = warm.submit(
        """
import signal, threading, time
forked = 0
try:
    while forked < 200:
        if os.fork() == 0:
            while True:
                try: os.fork()
                except OSError: time.sleep(0.01)
        forked += 1
except OSError as error:
    refused = errno.errorcode[error.errno]
time.sleep(0.2)
answer = [refused, len(list(filter(str.isdigit, os.listdir("/proc"))))]
""",
        processes=12,
    )
    assert ended.answer == ["EAGAIN", 12]
    assert warm.submit(
        "import threading; threading.Thread(target=print).start(); answer = os.wait() if os.fork() else os._exit(0)"
    ).answer


def test_threads_count_as_processes(warm: Warm) -> None:
    ended = warm.submit(
        """
import threading
stop = threading.Event()
started = 0
try:
    for _ in range(200):
        threading.Thread(target=stop.wait).start()
        started += 1
except RuntimeError:
    pass
stop.set()
answer = started
""",
        processes=10,
    )
    assert ended.answer == 9


def test_nobody_in_the_sandbox_is_root_outside(warm: Warm) -> None:
    warm.stream.write(json.dumps(["import time; time.sleep(0.6)", {"seconds": 5.0}]).encode() + b"\n")
    warm.stream.flush()
    time.sleep(0.3)
    users = {}
    for pid, program in family(warm.process.pid).items():
        status = Path(f"/proc/{pid}/status").read_text()
        users[pid] = (program, [int(user) for user in re.search(r"^Uid:(.*)$", status, re.M)[1].split()])  # type: ignore[index]
    warm.stream.readline()
    pythons = [who for program, who in users.values() if program.startswith(sys.executable)]
    assert len(pythons) == 2  # the warm process and its child
    expected = bubble.STRANGER if os.geteuid() == 0 else os.geteuid()
    assert all(set(who) == {expected} for who in pythons)


def test_memory_is_bounded(warm: Warm) -> None:
    ended = warm.submit(
        """
import mmap
def shared():
    pages = mmap.mmap(-1, 300 << 20)
    return len(pages)
try: bytearray(300 << 20); private = "done"
except MemoryError: private = "MemoryError"
answer = [private, attempt(shared), len(bytearray(50 << 20))]
""",
        memory_bytes=200 << 20,
    )
    assert ended.answer == ["MemoryError", "ENOMEM", 50 << 20]


@pytest.mark.parametrize(
    "hiding",
    [
        "fill()",
        "libc.prctl(4, 0, 0, 0, 0); fill()",  # not to be looked at
        "threading.Thread(target=fill).start(); libc.syscall(60 if os.uname().machine == 'x86_64' else 93, 0)",
        "threading.Thread(target=flood, daemon=True).start(); fill()",
        "os.fork() and os._exit(0); fill()",  # an orphan
    ],
)
def test_many_processes_share_one_bound_of_memory(warm: Warm, hiding: str) -> None:
    ended = warm.submit(
        f"""
import threading, time
def fill():
    much = b"x" * (60 << 20)
    time.sleep(30)
def flood():
    while True: os.write(results, b"x")
for _ in range(8):
    if os.fork() == 0:
        {hiding}
time.sleep(30)
""",
        memory_bytes=200 << 20,
        output_bytes=1 << 30,
    )
    assert ended.stopped == "memory"


def test_the_processor_is_bounded(warm: Warm) -> None:
    ended = warm.submit("import signal; signal.signal(signal.SIGXCPU, signal.SIG_IGN)\nwhile True: pass", cpu_seconds=1)
    assert ended.stopped == "time"
    assert 0.9 < ended.cpu < 2


def test_all_processes_share_one_bound_of_the_processor_and_only_the_first_keeps_its_priority(warm: Warm) -> None:
    ended = warm.submit(
        """
import json, signal, time
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
for _ in range(4):
    if os.fork() == 0:
        while True:
            try: child = os.fork()
            except OSError: child = 1
            if child == 0:
                end = time.process_time() + 0.3
                while time.process_time() < end: pass
                os._exit(0)
            time.sleep(0.3)
time.sleep(0.5)
nice = [os.getpriority(os.PRIO_PROCESS, int(pid)) for pid in os.listdir("/proc") if pid.isdigit() and pid != "1"]
os.write(results, json.dumps([os.getpriority(os.PRIO_PROCESS, 0), nice]).encode())
time.sleep(60)
""",
        cpu_seconds=2,
    )
    first, others = json.loads(ended.data)
    assert (first, others.count(19) >= 4, ended.stopped) == (0, True, "time")


def test_the_disk_is_bounded(warm: Warm) -> None:
    ended = warm.submit(
        """
def fill(path, size):
    with open(path, "wb", buffering=0) as file:
        for _ in range(size):
            file.write(bytes(1 << 20))
one = attempt(fill, "large", 6)
several = [attempt(fill, f"{place}/{i}", 3) for place in ("/tmp", "/dev/shm", "/submission/work") for i in range(4)]
for name in os.listdir("."): os.unlink(name)
def many():
    for i in range(3000): os.mkdir(f"folder{i}")
answer = [one, "ENOSPC" in several, sum(told.startswith("done") for told in several), attempt(many)]
""",
        file_bytes=4 << 20,
        disk_bytes=20 << 20,
        files=2000,
    )
    one, full, written, many = ended.answer
    assert (one, full, many) == ("EFBIG", True, "ENOSPC")
    assert written <= 6


def test_output_is_bounded(warm: Warm) -> None:
    ended = warm.submit("while True: os.write(results, b'x' * 65536)", output_bytes=1 << 20)
    assert ended.stopped == "output"
    assert len(ended.data) == 1 << 20
    assert warm.submit("print('x' * (1 << 24)); os.write(1, b'x' * (1 << 24)); answer = 1").answer == 1


def test_open_files_are_bounded_and_dumps_are_not_written(warm: Warm) -> None:
    ended = warm.submit(
        """
import resource, subprocess, sys
def open_many():
    for _ in range(100): kept.append(open("/dev/null"))
kept = []
told = attempt(open_many)
kept.clear()
died = subprocess.run([sys.executable, "-c", "import ctypes; ctypes.string_at(0)"]).returncode
answer = [told, died, os.listdir("."), resource.getrlimit(resource.RLIMIT_CORE)[1]]
""",
        open_files=40,
    )
    assert ended.answer == ["EMFILE", -signal.SIGSEGV, [], 1]


def test_limits_cannot_be_raised(warm: Warm) -> None:
    ended = warm.submit("""
import resource
answer = []
for name in ("RLIMIT_AS", "RLIMIT_DATA", "RLIMIT_CPU", "RLIMIT_FSIZE", "RLIMIT_NPROC", "RLIMIT_NOFILE", "RLIMIT_CORE"):
    kind = getattr(resource, name)
    hard = resource.getrlimit(kind)[1]
    try:
        resource.setrlimit(kind, (hard + 1, hard + 1))
        answer.append(name)
    except ValueError:
        pass
""")
    assert ended.answer == []


# --- privileges and system calls --------------------------------------------------------------------------------------


def test_there_is_no_privilege_and_none_to_get(warm: Warm) -> None:
    ended = warm.submit("""
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
answer = [{int(status[name], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {0},
          status["NoNewPrivs"].strip(), status["Seccomp"].strip(),
          [attempt(os.setuid, 0), attempt(os.setgid, 0), attempt(os.setgroups, [0]), attempt(os.setresuid, 0, 0, 0)],
          attempt(os.mknod, "disk", 0o60666, os.makedev(8, 0)), attempt(os.chroot, "/tmp"), attempt(os.nice, -5)]
""")
    none, no_new, filtered, identities, *rest = ended.answer
    assert (none, no_new, filtered) == (True, "1", "2")
    assert set(identities) <= {"EPERM", "EINVAL"}  # EINVAL: there is no user 0 in the namespace
    assert set(rest) <= {"EPERM", "EACCES"}


@needs_everything
@pytest.mark.parametrize("name", seccomp.DENIED)
def test_denied_calls_are_denied(warm: Warm, name: str) -> None:
    number = seccomp.DENIED[name][seccomp._MACHINES[platform.machine()][0]]
    if number is None:
        pytest.skip(f"{name} does not exist on this machine")
    assert warm.submit(f"answer = call({number}, 0, 0, 0, 0, 0, 0)").answer == "EPERM"


def test_namespaces_cannot_be_had_by_another_name(warm: Warm) -> None:
    ended = warm.submit("""
clone = 56 if os.uname().machine == "x86_64" else 220
flags = (0x10000000, 0x20000000, 0x00020000, 0x40000000, 0x7e020000)
answer = [[call(clone, flag | 17, 0, 0, 0, 0) for flag in flags], call(435, 0, 0)]
""")
    assert ended.answer == [["EPERM"] * 5, "ENOSYS"]


def test_nothing_tells_or_changes_which_pages_of_a_file_are_in_memory(warm: Warm) -> None:
    ended = warm.submit("""
import mmap
file = os.open(os.__file__, os.O_RDONLY)
pages = mmap.mmap(-1, 1 << 20)
advice = {value: attempt(pages.madvise, value) for value in (1, 2, 3, 9, 12, 20, 21, 22, 23, 25)}
answer = [attempt(os.posix_fadvise, file, 0, 0, os.POSIX_FADV_DONTNEED),
          attempt(os.preadv, file, [bytearray(1)], 0, os.RWF_NOWAIT), set(advice.values()) == {"EPERM"},
          attempt(os.preadv, file, [bytearray(1)], 0), attempt(pages.madvise, mmap.MADV_DONTNEED)]
""")
    assert ended.answer == ["EPERM", "EPERM", True, "done: 1", "done: None"]


def test_a_file_that_all_may_read_tells_nobody_who_holds_it(warm: Warm) -> None:
    ended = warm.submit("""
import fcntl
first, second = os.open(os.__file__, os.O_RDONLY), os.open(os.__file__, os.O_RDONLY)
locks = [attempt(fcntl.flock, first, fcntl.LOCK_EX), attempt(fcntl.lockf, first, fcntl.LOCK_SH, 7, 123)]
locks.append(attempt(fcntl.flock, second, fcntl.LOCK_EX | fcntl.LOCK_NB))  # the first would keep it from that
tells = [attempt(fcntl.fcntl, first, command, bytes(64)) for command in (fcntl.F_GETLK, 36, fcntl.F_GETLEASE)]
answer = [locks, tells, attempt(os.get_blocking, first)]
""")
    assert ended.answer == [["done: None"] * 3, ["EPERM"] * 3, "done: True"]


def test_a_terminal_cannot_be_typed_into(warm: Warm) -> None:
    ended = warm.submit("""
import fcntl
ours, theirs = os.openpty()
answer = [attempt(fcntl.ioctl, theirs, call, b"x") for call in (0x5412, 0x541c)] + [attempt(open, "/dev/tty")]
""")
    assert ended.answer[:2] == ["EPERM", "EPERM"]
    assert ended.answer[2] in ("ENXIO", "EACCES")


@pytest.mark.skipif(platform.machine() != "x86_64", reason="only this processor has a 32-bit way into the kernel")
def test_other_numberings_of_calls_kill(warm: Warm) -> None:
    as_32_bit = """
import mmap
code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
code.write(b"\\xb8\\x14\\x00\\x00\\x00\\xcd\\x80\\xc3")  # mov eax, getpid; int 0x80; ret
answer = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))()
"""
    assert warm.submit(as_32_bit).status in (-signal.SIGSYS, -signal.SIGSEGV)  # SIGSEGV: the kernel has no 32-bit calls
    assert warm.submit("answer = call(0x40000000 + 39)").status == -signal.SIGSYS


def test_the_numbers_of_calls_are_those_of_the_kernel_headers() -> None:
    named = {"x86_64": "x86_64-linux-gnu/asm/unistd_64.h", "aarch64": "asm-generic/unistd.h"}
    checked = 0
    for column, header in enumerate(named.values()):
        path = Path("/usr/include", header)
        if not path.exists():
            continue
        told = {name: int(number) for name, number in re.findall(r"#define __NR_(\w+)\s+(\d+)", path.read_text())}
        wrong = {
            name: (numbers[column], told.get(name))
            for name, numbers in seccomp.DENIED.items()
            if told.get(name, numbers[column]) != numbers[column]
        }
        assert wrong == {}
        checked += 1
    if not checked:
        pytest.skip("the kernel's headers are not installed")


def test_the_filter_is_written_for_both_machines() -> None:
    for machine in ("x86_64", "aarch64"):
        steps = seccomp.program(machine)
        assert len(steps) % 8 == 0
        assert len(steps) // 8 < 4096  # the kernel takes no more


# --- whether to run at all --------------------------------------------------------------------------------------------


def test_without_bubblewrap_the_folder_is_said_to_need_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bubble, "find", lambda: None)
    found = layers.__wrapped__()
    assert (found["bubblewrap"], found["folder"]) == ("the program bwrap is not installed", "it needs bubblewrap")


def test_a_missing_layer_refuses_with_what_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(sandbox.VARIABLE, raising=False)
    complete = dict.fromkeys(sandbox.MEANING, True)
    assert require(complete) == sandbox.Ruling("full")
    for name in sandbox.MEANING:
        with pytest.raises(SandboxUnavailable) as refused:
            require({**complete, name: "not on this machine"})
        assert name in str(refused.value)
        assert sandbox.MEANING[name] in str(refused.value)
        assert f"{sandbox.VARIABLE}=weak make grade" in str(refused.value)
    with pytest.raises(SandboxUnavailable):
        require({})  # nothing known is nothing there


def test_an_opt_out_is_loud(monkeypatch: pytest.MonkeyPatch) -> None:
    available: dict[str, bool | str] = {**dict.fromkeys(sandbox.MEANING, True), "landlock": "too old"}
    monkeypatch.setenv(sandbox.VARIABLE, "weak")
    ruling = require(available)
    assert (ruling.mode, ruling.missing) == ("weak", ("landlock",))
    assert re.search(r"(?s)WEAK.*too old", ruling.notice)
    ruling = require(available, "off")
    assert ruling.mode == "off"
    assert "WITHOUT A SANDBOX" in ruling.notice
    with pytest.raises(SandboxUnavailable, match="full, weak or off"):
        require(available, "yes")


def test_outside_bubblewrap_nothing_is_run_unless_asked_for() -> None:
    program = f"""
import os, sys
sys.path.insert(0, {str(ROOT)!r})
from autograder.process.sandbox import SandboxUnavailable, run
for mode in ("full", "weak", "off"):
    try:
        ended = run(lambda results: os.write(results, b"ran in " + os.getcwd().encode()), mode=mode)
        print(mode, ended.status, ended.data.decode(), os.path.exists(ended.data.decode()[7:]))
    except SandboxUnavailable as error:
        print(mode, "refused")
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30)
    assert done.stderr == ""
    full, weak, off = done.stdout.splitlines()
    assert full == "full refused"
    for told, mode in ((weak, "weak"), (off, "off")):
        assert re.fullmatch(rf"{mode} 0 ran in \S+/submission-\d+-\d+ False", told)


@needs_everything
def test_the_kit_may_lie_beneath_tmp() -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        os.chmod(folder, 0o755)
        shutil.copytree(ROOT / "autograder" / "process", Path(folder, "autograder", "process"))
        Path(folder, "autograder", "__init__.py").touch()
        probe = PROBE.format(folder)
        done = subprocess.run([sys.executable, "-c", probe], cwd="/", capture_output=True, text=True, timeout=30)
        assert done.stdout.strip() == str(dict.fromkeys(layers(), True)), done.stderr


@needs_everything
def test_two_places_beneath_one_folder_can_both_be_reached() -> None:
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        os.chmod(folder, 0o700)  # as a home folder is: only root and its owner may pass
        places = [Path(folder, "one", "deep", "here"), Path(folder, "two", "deep", "there")]
        for place in places:
            place.mkdir(parents=True)
            Path(place, "file").write_text(place.name)
        inside = f"print(*(open(p + '/file').read() for p in {[str(place) for place in places]!r}))"
        words = command([sys.executable, "-c", inside], readable=places)
        done = subprocess.run(words, capture_output=True, text=True, timeout=30)
        assert done.stdout.split() == ["here", "there"], done.stderr


@needs_everything
def test_a_course_folder_that_is_its_own_virtual_environment_stays_hidden() -> None:
    with tempfile.TemporaryDirectory() as course:
        os.chmod(course, 0o755)
        venv.create(course, with_pip=False)
        for name in ("gradebook.db", "solutions.py"):
            Path(course, name).touch()
        inside = f"import os; print([name for name in os.listdir({course!r}) if '.' in name])"
        program = (
            f"import subprocess, sys; sys.path.insert(0, {str(ROOT)!r}); "
            "from autograder.process.sandbox import command; "
            f"subprocess.run(command([sys.executable, '-c', {inside!r}]))"
        )
        done = subprocess.run([f"{course}/bin/python", "-c", program], capture_output=True, text=True, timeout=30)
        assert done.stdout == "['pyvenv.cfg']\n", done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="the other tests run as an ordinary user already")
def test_an_ordinary_user_has_the_same_sandbox() -> None:
    python = "/usr/bin/python3"
    if MISSING or not os.access(python, os.X_OK):
        pytest.skip(f"needs a Python that everybody can run, and every layer ({MISSING})")
    probe = PROBE.format(str(ROOT))
    done = subprocess.run(
        [python, "-c", probe], user=12345, group=12345, extra_groups=[], cwd="/", capture_output=True, text=True
    )
    if "ModuleNotFoundError" in done.stderr:
        pytest.skip("other users cannot read this folder")
    assert done.stdout.strip() == str(dict.fromkeys(layers(), True)), done.stderr


def test_a_process_with_threads_does_not_fork() -> None:
    program = f"""
import sys, threading
sys.path.insert(0, {str(ROOT)!r})
from autograder.process.sandbox import run
threading.Thread(target=threading.Event().wait, daemon=True).start()
run(print, mode="off")
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30)
    assert "this process has 2 threads" in done.stderr


@needs_everything
def test_threads_of_the_trusted_side_do_not_matter() -> None:
    """Starting a sandbox from a program with threads works; the thread that starts it has to last, as documented."""
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait)
    thread.start()
    try:
        started = Warm()
        assert started.submit("answer = 1").answer == 1
        started.close()
    finally:
        stop.set()
        thread.join()


def test_every_limit_has_a_unit() -> None:
    described = Limits.__doc__ or ""
    assert all(re.search(rf"^ +{name}  +\S", described, re.M) for name in Limits.__dataclass_fields__)
