"""The resident process: quick where it can be, the same words in any case, and nothing depends on it.

One small kit in a folder of its own, with processes that stay behind; whatever is done to them, a check is right.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import small_kit

from autograder.process import limits, resident, warm

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing can be forked here"),
]

WRONG = "def double(x):\n    return x * x\n"
HANGS = "def double(x):\n    while True:\n        pass\n"
FULL_DISK = """
import errno, os, pathlib

def write(*_, **__):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

pathlib.Path.write_text = pathlib.Path.write_bytes = write
"""
RAISES = "def double(x):\n    return y\n"

INHERITS = """
import gc, os, socket
from autograder import keeper
from autograder.commands import group
from autograder.process import warm

def command(*_, **__):  # opens files, in one of which a lock might be
    opened = [os.open(os.devnull, os.O_RDONLY) for _ in range(50)]
    gc.collect()
    print(sum(os.path.exists(f"/proc/self/fd/{fd}") for fd in opened))

group.autograder = command
kept = [socket.socketpair() for _ in range(10)]
for ours, _ in kept:
    warm.converse(ours.dup())  # as it does in a pause, to work ahead
question = {"environment": dict(os.environ), "folder": ".", "streams": [["utf-8", "strict"]] * 3, "command": ["check"]}
keeper._become(question, [*map(os.dup, range(3)), socket.socketpair()[0].detach()])
"""

OFTEN = """
import sys
from autograder.process import resident
for _ in range(int(sys.argv[1])):
    assert resident.command(["check", "double", "--plain"]) == 0
"""

IMPORTS = """
import importlib, os, sys
from autograder import keeper, lesson
from autograder.commands import group
for name in keeper.READ_AHEAD:
    importlib.import_module(name)
lesson.exercises()
read = set(sys.modules)

def leave(code):
    print("imported:", *sys.modules.keys() - read, flush=True)
    os._exit(0)

group.leave = importlib.import_module(f"autograder.commands.{sys.argv[1]}").leave = leave
group.autograder(sys.argv[1:])
"""

ASK = "import json, sys; from autograder.process import resident; print(json.dumps(resident.ask(sys.argv[1])))"


class Kit:
    def __init__(self, folder: Path):
        self.folder = folder

    def environment(self, **more: str) -> dict[str, str]:
        return small_kit.environment(**{"AUTOGRADER_RESIDENT": "1", "CI": ""} | more)

    def run(self, *words: str, **environment: str) -> tuple[int, str, str]:
        words = ("-m", "autograder", *words)
        done = small_kit.run(self.folder, *words, check=False, env=self.environment(**environment))
        return done.returncode, done.stdout, done.stderr

    def begin(self, *words: str, **environment: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "autograder", *words]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        return subprocess.Popen(command, cwd=self.folder, env=self.environment(**environment), **pipes)  # type: ignore[call-overload]

    def ask(self, question: str = "status") -> list[int]:
        """The processes that are kept, none where there are none."""
        told = json.loads(small_kit.run(self.folder, "-c", ASK, question, env=self.environment()).stdout)
        return (told or {}).get("processes", [])

    def passes(self) -> None:
        code, out, _ = self.run("check", "double", "--plain")
        assert code == 0, out
        assert "double passed" in out


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kit]:
    kit = Kit(small_kit.make(tmp_path_factory.mktemp("resident") / "kit"))
    small_kit.answer(kit.folder, "setup", **small_kit.RIGHT)
    for name, text in {"wrong": WRONG, "hangs": HANGS, "raises": RAISES}.items():
        (kit.folder / f"{name}.py").write_text(text)
    yield kit
    kit.ask("stop")


@pytest.fixture
def kit(made: Kit) -> Kit:
    """With a process that stays behind."""
    made.passes()
    assert len(made.ask()) == 2
    return made


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def soon(true: Callable[[], bool]) -> bool:
    until = time.monotonic() + 60
    while not true() and time.monotonic() < until:
        time.sleep(0.05)
    return true()


def checking(kit: Kit) -> tuple[Path, set[str]]:
    """The processes of commands that run there, as soon as there is one, and the file that lists them."""
    kept = kit.ask()
    listed = Path(f"/proc/{kept[0]}/task/{kept[0]}/children")
    assert soon(lambda: set(listed.read_text().split()) - set(map(str, kept)) != set())
    time.sleep(0.5)  # whoever asked has been told
    return listed, set(listed.read_text().split()) - set(map(str, kept))


@pytest.mark.parametrize(
    "words",
    [
        ("check", "double", "--file", "wrong.py"),
        ("check", "double", "--file", "raises.py", "--json"),
        ("check", "doubel"),
        ("check", "--help"),
        ("check", "double", "--file", "absent.py"),
        ("list", "--plain"),
    ],
)
def test_the_words_and_the_exit_code_are_the_same_without_it(kit: Kit, words: tuple[str, ...]) -> None:
    kept = kit.ask()
    with_it = kit.run(*words)
    assert kit.ask() == kept
    assert with_it == kit.run(*words, AUTOGRADER_RESIDENT="0")
    assert with_it[1] or with_it[2]


def test_the_second_check_starts_nothing(kit: Kit) -> None:
    before = kit.ask()
    kit.passes()
    kit.passes()
    assert kit.ask() == before


def test_no_warning_comes_of_it_in_anybodys_pytest(kit: Kit) -> None:
    plugin = ["-p", "autograder.pytest_plugin", "-p", "no:cacheprovider"]
    words = ["-m", "pytest", "-q", "-W", "error", *plugin, "exercises", "-k", "double"]
    for before in ("kept", "killed"):
        if before == "killed":
            for pid in kit.ask():
                with contextlib.suppress(ProcessLookupError):  # it ends with the one that was killed before
                    os.kill(pid, signal.SIGKILL)
        done = small_kit.run(kit.folder, *words, check=False, env=kit.environment())
        assert done.returncode == 0, before + done.stdout + done.stderr


def test_what_the_caller_has_counts(kit: Kit) -> None:
    code, out, _ = kit.run("check", "double", PYTHONIOENCODING="ascii")
    assert code == 0
    assert "+ doubles each value" in out  # and no sign that this terminal does not know
    elsewhere = kit.folder / "exercises"
    done = small_kit.run(
        elsewhere, "-m", "autograder", "check", "double", "--file", "../wrong.py", check=False,
        env=kit.environment(PYTHONPATH=str(kit.folder)),
    )  # fmt: skip
    assert done.returncode == 1, done.stdout + done.stderr
    assert kit.run("check", "double", "--file", "hangs.py", AUTOGRADER_TIMEOUT="0.5")[0] == 1


def test_two_at_once(kit: Kit) -> None:
    both = [kit.begin("check", "double", "--plain"), kit.begin("check", "double", "--plain", "--file", "wrong.py")]
    told = [process.communicate(timeout=100)[0] for process in both]
    assert [process.returncode for process in both] == [0, 1]
    assert "double passed" in told[0]
    assert "You square each value" in told[1]


def test_ctrl_c_stops_what_runs_there(kit: Kit) -> None:
    before = kit.ask()
    process = kit.begin("check", "double", "--file", "hangs.py", AUTOGRADER_TIMEOUT="100")
    checking(kit)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=50)
    assert process.returncode == 130
    assert err == "Stopped.\n"
    assert out == ""
    kit.passes()
    assert kit.ask() == before


def test_a_caller_that_dies_takes_its_check_along(kit: Kit) -> None:
    process = kit.begin("check", "double", "--file", "hangs.py", AUTOGRADER_TIMEOUT="100")
    listed, running = checking(kit)
    process.kill()
    process.communicate()
    assert soon(lambda: not set(listed.read_text().split()) & running)


@pytest.mark.parametrize("which", [0, 1])
def test_one_that_was_killed_is_replaced(kit: Kit, which: int) -> None:
    before = kit.ask()
    os.kill(before[which], signal.SIGKILL)
    assert soon(lambda: gone(before[which]))
    kit.passes()
    assert soon(lambda: len(kit.ask()) == 2)
    assert before[which] not in kit.ask()


@pytest.mark.parametrize("which", [0, 1])
def test_killed_in_the_middle_the_check_is_right_all_the_same(kit: Kit, which: int) -> None:
    process = kit.begin("check", "double", "--file", "hangs.py", "--json", AUTOGRADER_TIMEOUT="3")
    checking(kit)
    os.kill(kit.ask()[which], signal.SIGKILL)
    out, _ = process.communicate(timeout=200)
    assert process.returncode == 1
    assert json.loads(out)["outcome"] == "timeout"


def test_one_that_does_not_answer_is_killed_and_not_waited_for(kit: Kit) -> None:
    keeper = kit.ask()[0]
    os.kill(keeper, signal.SIGSTOP)
    hasty = "import sys; sys.argv[1:] = ['check', 'double']; from autograder.process import resident; "
    hasty += "resident.ANSWERS = 0.5; from autograder.__main__ import main; main()"
    done = small_kit.run(kit.folder, "-c", hasty, env=kit.environment())
    assert "double passed" in done.stdout
    assert soon(lambda: gone(keeper))


def test_while_it_imports_what_is_needed_later_it_is_there_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = "def work(job, emit):\n    emit({'said': job['word']})\n"
    (tmp_path / "kind.py").write_text(f"def prepare(): pass\ndef expect(job): return ()\n{work}")
    begun, enough = tmp_path / "begun", tmp_path / "enough"
    waits = f"open({str(begun)!r}, 'w')\nwhile not os.path.exists({str(enough)!r}):\n    time.sleep(0.01)\n"
    (tmp_path / "later.py").write_text(f"import os, time\n{waits}")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(warm, "FILE", "kind")
    monkeypatch.setattr(warm, "FOR_OPTIMIZERS", "later")
    sessions = warm.Sessions()
    sessions.start()

    def says(word: str) -> bool:
        visiting = warm.Visiting(sessions.conversation())
        outcome = visiting.run({"word": word}, limits.generous(2))
        visiting.stop()
        return {"said": word} in outcome.frames

    try:
        assert says("first")
        assert soon(begun.exists)
        assert says("while it imports")
        enough.touch()
        assert says("afterwards")
        pid = sessions.process.pid
        assert soon(lambda: not Path(f"/proc/{pid}/task/{pid}/children").read_text())
    finally:
        enough.touch()
        sessions.stop()
        assert sessions.process.wait(60) == 0


def test_a_changed_kit_is_read_again(kit: Kit) -> None:
    before = kit.ask()
    checks = kit.folder / "autograder" / "checks" / "setup" / "double.py"
    text = checks.read_text()
    checks.write_text(text.replace("You square each value", "You multiply each value by itself"))
    try:
        assert "by itself" in kit.run("check", "double", "--file", "wrong.py", "--plain")[1]
        assert soon(lambda: all(map(gone, before)))
    finally:
        checks.write_text(text)


def test_a_moved_workspace(kit: Kit, tmp_path: Path) -> None:
    long = tmp_path / ("a" * 120)  # longer than the path of a socket may be
    before = kit.ask()
    shutil.move(kit.folder, long)
    moved = Kit(long)
    try:
        moved.passes()
        assert len(moved.ask()) == 2
        assert soon(lambda: all(map(gone, before)))
    finally:
        moved.ask("stop")
        shutil.move(long, kit.folder)


def test_another_user_s_is_left_alone(kit: Kit) -> None:
    folder = kit.folder / ".autograder" / "resident"
    folder.chmod(0o755)
    try:
        assert kit.ask() == []
        kit.passes()
        folder.chmod(0o700)
        if os.geteuid() == 0:
            os.chown(folder, 12345, -1)
            assert kit.ask() == []
    finally:
        os.chown(folder, os.geteuid(), -1)
        folder.chmod(0o700)


def test_where_it_is_not_wanted_it_is_not(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    kit.ask("stop")
    with monkeypatch.context() as windows:
        for module, name in ((os, "fork"), (socket, "AF_UNIX")):
            windows.delattr(module, name)
        windows.setenv("AUTOGRADER_RESIDENT", "1")
        windows.setenv("CI", "")
        assert resident.command(["check", "double"]) is None
        assert resident.jobs() is None
        assert resident.ask("stop") is None
    for unwanted in ({"AUTOGRADER_RESIDENT": "0"}, {"CI": "true"}):
        assert kit.run("check", "double", "--plain", **unwanted)[0] == 0
        assert kit.ask() == []


def test_where_nothing_can_be_written_everybody_can_check(kit: Kit, tmp_path: Path) -> None:
    """There is no folder for the socket, and the disk is full."""
    kit.ask("stop")
    folder = kit.folder / ".autograder" / "resident"
    assert soon(lambda: not (folder / "socket").exists())
    shutil.rmtree(folder)
    folder.write_text("in the way")
    (tmp_path / "sitecustomize.py").write_text(FULL_DISK)
    check = "import sys; sys.argv[1:] = ['check', 'double', '--plain']; from autograder.__main__ import main; main()"
    try:
        done = small_kit.run(kit.folder, "-c", check, env=kit.environment(PYTHONPATH=str(tmp_path)))
        assert "double passed" in done.stdout
        assert done.stderr == ""
        assert kit.ask() == []
    finally:
        folder.unlink()


def test_stop_and_doctor_say_what_there_is(kit: Kit) -> None:
    before = kit.ask()
    told = json.loads(kit.run("doctor", "--json")[1])
    assert "make stop" in next(finding for finding in told if finding["name"] == "quick checks")["mend"]
    assert "Stopped." in kit.run("stop")[1]
    assert soon(lambda: all(map(gone, before)))
    assert "Nothing is running." in kit.run("stop")[1]


def test_after_a_jump_of_the_clocks_a_check_is_right_and_it_ends_since_nobody_comes(kit: Kit, tmp_path: Path) -> None:
    kit.ask("stop")
    sleepy = f"import os, time; clocks, days = (time.monotonic, time.time), {str(tmp_path)!r}; "
    sleepy += "time.monotonic, time.time = (lambda c=c: c() + 86400 * len(os.listdir(days)) for c in clocks); "
    sleepy += "from autograder import keeper; keeper.GLANCE = 0.2; keeper.main()"
    ours, theirs = socket.socketpair()
    with ours, theirs:
        socket.send_fds(ours, [b"?"], [])
        resident.tell(ours, {"status": True, "fingerprint": ""})
        process = subprocess.Popen(
            [sys.executable, "-c", sleepy, str(theirs.fileno())],
            cwd=kit.folder, env=kit.environment(), pass_fds=[theirs.fileno()],
        )  # fmt: skip
        assert soon(lambda: process.pid in kit.ask())
        check = kit.begin("check", "double", "--file", "hangs.py", "--json", AUTOGRADER_TIMEOUT="3")
        checking(kit)
        (tmp_path / "the lid was closed for a day").touch()
        assert json.loads(check.communicate(timeout=200)[0])["outcome"] == "timeout"
        (tmp_path / "and for another one").touch()
        assert process.wait(100) == 0


def test_what_a_command_inherits_closes_nothing_that_it_opens() -> None:
    done = subprocess.run([sys.executable, "-c", INHERITS], text=True, capture_output=True, check=True)
    assert done.stdout == "50\n"


@pytest.mark.parametrize("words", [["check", "double"], ["check", "double", "--file", "wrong.py"], ["hint", "double"]])
def test_what_a_command_needs_it_has_read_ahead(words: list[str], made: Kit) -> None:
    done = small_kit.run(made.folder, "-c", IMPORTS, *words, env=small_kit.environment())
    imported = done.stdout.partition("imported:")[2].split()
    assert [name for name in imported if not name.startswith("rich._unicode_data")] == []
    assert "imported:" in done.stdout


def test_many_checks_leave_nothing_behind(made: Kit, tmp_path: Path) -> None:
    """Two hundred in a row: a few as a learner types them, most by the client of that command alone."""
    made.ask("stop")
    environment = made.environment(TMPDIR=str(tmp_path))

    def passes(times: int) -> None:
        done = small_kit.run(made.folder, "-c", OFTEN, str(times), env=environment)
        assert done.stdout.count("double passed") == times

    def occupied(keeper: int) -> tuple[int, int, list[str]]:
        children = Path(f"/proc/{keeper}/task/{keeper}/children").read_text().split()
        return len(children), len(os.listdir(f"/proc/{keeper}/fd")), os.listdir(tmp_path)

    def memory() -> list[int]:
        """What each has of its own, in kB."""
        told = [Path(f"/proc/{pid}/status").read_text() for pid in made.ask()]
        return [int(text.partition("RssAnon:")[2].split()[0]) for text in told]

    def settled() -> tuple[int, int, list[str]]:
        """What is occupied when nothing has changed for three seconds: in a pause it works ahead."""
        seen: list[tuple[int, int, list[str]]] = []
        keeper = made.ask()[0]
        while len(seen) < 30 or any(one != seen[-1] for one in seen[-30:]):
            seen.append(occupied(keeper))
            time.sleep(0.1)
        return seen[-1]

    passes(10)
    before, kept, little = settled(), made.ask(), memory()
    for _ in range(5):
        made.passes()
    passes(195)
    children, descriptors, files = settled()
    assert (children, files) == (before[0], before[2])
    assert descriptors <= before[1] + 2
    assert made.ask() == kept
    assert all(now < first + 2000 for now, first in zip(memory(), little, strict=True))
