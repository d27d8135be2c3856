"""Asking processes for observations: the warm one, and a new one for each job where nothing can be forked.

`Cold` is what Windows gets. It runs on any system, so it is tried here with the same answers as the warm one.
"""

from __future__ import annotations

import contextlib
import functools
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import small_kit
import started

from autograder import lesson, process, source
from autograder.api import check_text
from autograder.process import limits
from autograder.process import warm as processes
from autograder.process.cold import Cold
from autograder.process.conversation import ROOT, Conversation, Lost, Superseded
from autograder.process.frames import Outcome, outcome
from autograder.process.limits import Limits, generous
from autograder.process.warm import FILE, Warm

pytestmark = pytest.mark.timeout(120)

RIGHT = "import torch\n\n\ndef softmax(x):\n    e = x.exp()\n    return e / e.sum(-1, keepdim=True)\n"
WRONG = RIGHT.replace("-1", "0")
HANGS = "def softmax(x):\n    while True:\n        pass\n"
EXITS = "import os\n\n\ndef softmax(x):\n    os._exit(3)\n"
LEAVES = "def softmax(x):\n    raise SystemExit(5)\n"
PRINTS = RIGHT.replace("    e =", "    print('x' * 1_000_000)\n    e =")


def job(text: str, timeout: float = 20.0) -> dict[str, Any]:
    asked = {"file": text, "path": "answer.py"}
    return {
        "exercise": "softmax",
        "probes": source.probes("cross_entropy"),
        "only": None,
        "implementations": [asked],
        "runs": [{"seed": 0}],
        "timeout": timeout,
    }


def values(left: Outcome) -> list[Any]:
    return [frame["value"] for frame in left.frames if "value" in frame]


@pytest.fixture(scope="module")
def warm() -> Iterator[Warm]:
    if not hasattr(os, "fork"):
        pytest.skip("processes cannot be forked here")
    asked = Warm()
    yield asked
    asked.stop()


def test_a_cold_process_sees_what_a_warm_one_sees(warm: Warm) -> None:
    cold = Cold(FILE).ask(job(RIGHT))
    assert cold.ending == "finished"
    assert values(cold) == values(warm.ask(job(RIGHT)))
    assert len(values(cold)) == len(lesson.find("softmax").probes)


def test_a_cold_process_that_hangs_is_ended_and_what_it_saw_is_kept() -> None:
    start = time.monotonic()
    outcome = Cold(FILE).ask(job(HANGS, timeout=0.5))
    assert outcome.ending == "timeout"
    assert [frame["loaded"]["found"] for frame in outcome.frames] == ["function"]
    assert time.monotonic() - start < 60  # an import of torch and the half second, on a busy machine


def test_a_cold_process_that_leaves_says_how() -> None:
    outcome = Cold(FILE).ask(job(EXITS))
    assert (outcome.ending, outcome.detail) == ("exited", "exit code 3")
    assert Cold(FILE).ask(job(LEAVES)).ending == "finished"  # raised and reported, as any exception


def test_prints_do_not_get_between_the_frames_of_a_cold_process() -> None:
    outcome = Cold(FILE).ask(job(PRINTS))
    assert outcome.ending == "finished"
    assert len(values(outcome)) == len(lesson.find("softmax").probes)


def test_a_cold_job_can_be_superseded_and_the_next_one_runs() -> None:
    cold = Cold(FILE)
    timer = threading.Timer(3.0, cold.cancel)
    timer.start()
    with pytest.raises(Superseded):
        cold.ask(job(HANGS, timeout=30))
    with pytest.raises(Superseded):
        cold.ask(job(RIGHT))
    cold.superseded.clear()
    assert cold.ask(job(RIGHT)).ending == "finished"


def test_a_whole_check_where_nothing_can_be_forked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "python", functools.partial(started.command, started.python()))
    monkeypatch.setattr(processes, "_shared", None)
    monkeypatch.delattr(os, "fork", raising=False)
    assert isinstance(processes.warm(), Cold)
    exercise = lesson.find("softmax")
    assert check_text(RIGHT, "answer.py", exercise).outcome == "passed"
    verdict = check_text(WRONG, "answer.py", exercise)
    assert verdict.outcome == "failed"
    assert verdict.diagnosis is not None
    assert verdict.smallest is not None
    assert check_text("def softmax(x):\n    raise NotImplementedError\n", "a.py", exercise).outcome == "not_started"
    assert check_text(EXITS, "a.py", exercise).outcome == "error"


def test_a_warm_job_can_be_superseded_from_another_thread(warm: Warm) -> None:
    warm.ask(job(RIGHT))
    timer = threading.Timer(0.3, warm.cancel)
    timer.start()
    start = time.monotonic()
    with pytest.raises(Superseded):
        warm.ask(job(HANGS, timeout=300))
    assert time.monotonic() - start < 60
    with pytest.raises(Superseded):
        warm.ask(job(RIGHT))
    warm.superseded.clear()
    assert warm.ask(job(RIGHT)).ending == "finished"


def test_cancelling_at_any_moment_leaves_a_warm_process_that_answers(warm: Warm) -> None:
    for delay in (0, 0.001, 0.004, 0.01, 0.02, 0.05):
        timer = threading.Timer(delay, warm.cancel)
        timer.start()
        try:
            outcome = warm.ask(job(RIGHT))
        except Superseded:
            outcome = None
        timer.join()
        warm.superseded.clear()
        assert outcome is None or outcome.ending == "finished"
        assert len(values(warm.ask(job(RIGHT)))) == len(lesson.find("softmax").probes)


ASKS = """
import sys
from autograder.process.warm import Warm
sys.path[:0] = ["tests", "tests/process"]
from test_isolate import job
if __name__ == "__main__":
    Warm().ask(job(open(sys.argv[1]).read(), timeout=300))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_hanging_answer_ends_with_the_process_that_asked(tmp_path: Path) -> None:
    answer = tmp_path / "answer.py"
    answer.write_text(HANGS)
    asking = subprocess.Popen([sys.executable, "-c", ASKS, str(answer)], cwd=ROOT)
    pids: list[int] = []
    while not pids:
        assert asking.poll() is None
        time.sleep(0.02)
        pids = [child for server in children_of(asking.pid) for child in children_of(server)]
    assert alive(pids[0])
    asking.kill()  # as by closing the terminal: it can say goodbye to nobody
    asking.wait()
    deadline = time.monotonic() + 60
    while alive(pids[0]):
        assert time.monotonic() < deadline, "the endless loop of the answer lives on"
        time.sleep(0.02)


def children_of(pid: int) -> list[int]:
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize(
    ("written", "status", "stopped", "ending", "detail"),
    [
        (b'{"done": true}\n', 0, None, "finished", ""),
        (b'{"a": 1}\nnoise\n{"done": true}\n', 0, None, "finished", ""),
        (b'{"a": 1}\n{"b": ', -9, None, "killed", "SIGKILL"),
        (b"", -99, None, "killed", "signal 99"),
        (b'{"a": 1}\n', 0, "time", "timeout", ""),
        (b'{"a": 1}\n', 71, None, "timeout", ""),
        (b'{"a": 1}\n', -9, "memory", "killed", "it used too much memory"),
        (b"3\n[]\n", 1, None, "exited", "exit code 1"),
    ],
)
def test_how_a_process_ended(written: bytes, status: int, stopped: str | None, ending: str, detail: str) -> None:
    left = outcome(written, status, stopped, generous(1.0))
    assert (left.ending, left.detail) == (ending, detail)
    assert left.frames == ([{"a": 1}] if b'"a"' in written else [])


@pytest.mark.parametrize(
    "flood",
    [
        pytest.param(b"\n" * (64 << 20), id="empty lines"),
        pytest.param(b"{}\n" * (20 << 20), id="empty frames"),
        pytest.param(b"{{{{{{{\n" * (8 << 20), id="lines that are no frames"),
        pytest.param(b'{"a": [' + b"0," * (30 << 20) + b"0]}\n", id="one frame of many values"),
        pytest.param(b'{"a": ' + b"[" * (60 << 20), id="one frame of many depths"),
        pytest.param(b'{"a": "' + b"x" * (60 << 20), id="one long line"),
        pytest.param(b'{"a": ' + b"9" * (60 << 20) + b"}", id="one long number"),
    ],
)
def test_a_flood_of_results_is_read_in_a_moment(flood: bytes) -> None:
    start = time.process_time()
    left = outcome(b'{"a": 1}\n' + flood, 0, None, Limits())
    assert time.process_time() - start < 2
    assert left.frames[0] == {"a": 1}
    assert left.ending in ("killed", "exited")


NO_FORK = """
import os, sys
for name in ("fork", "setsid", "killpg"):
    if hasattr(os, name):
        delattr(os, name)


class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name in ("fcntl", "resource", "termios", "pty", "tty", "pwd", "grp"):
            raise ModuleNotFoundError(name)


sys.meta_path.insert(0, Blocked())
for name in ("fcntl", "resource", "termios", "pty", "tty", "pwd", "grp"):
    sys.modules.pop(name, None)
"""


@pytest.mark.timeout(240)
def test_the_commands_work_where_the_system_has_no_such_modules(tmp_path: Path) -> None:
    """As far as this machine can play Windows: no fork, no sessions, no resource limits, no terminal modules."""
    kit = small_kit.make(tmp_path / "kit")
    small_kit.answer(kit, "setup", total=small_kit.RIGHT["total"])
    plain = tmp_path / "plain"
    plain.mkdir()
    (plain / "sitecustomize.py").write_text(NO_FORK)
    environment = small_kit.environment(PYTHONPATH=str(plain))

    def autograder(*words: str, **options: Any) -> tuple[int, str]:
        done = small_kit.run(kit, "-m", "autograder", *words, check=False, env=environment, **options)
        assert "Traceback" not in done.stderr, done.stderr
        return done.returncode, done.stdout

    assert "total passed" in autograder("check", "total")[1]
    assert "1 of 3 passed" in autograder("list")[1]
    watched = autograder("watch", "--plain", "total", input="q\n")
    assert watched[0] == 0
    assert "Exercise 2 of 3: total" in watched[1]


def test_a_system_without_limits_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "resource", None)
    with pytest.raises(OSError, match="no limits"):
        limits.apply(limits.generous(10.0))


COUNTS = RIGHT.replace("    e =", "    import gc\n    print(len(gc.get_objects()))\n    e =")


def test_what_a_job_imports_is_not_walked_by_the_collector_of_every_child(warm: Warm) -> None:
    before = warm.ask(job(COUNTS))
    after = warm.ask(job(COUNTS) | {"imports": ["torch._dynamo"]})
    most = 2 * int(before.printed.split()[0])
    assert int(after.printed.split()[0]) < most


@contextlib.contextmanager
def ctrl_c_in_half_a_second() -> Iterator[None]:
    """The keyboard interrupt is expected to come."""

    def stop(*_: Any) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, stop)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.5)
        with pytest.raises(KeyboardInterrupt):
            yield
    finally:
        signal.signal(signal.SIGALRM, before)


def test_after_ctrl_c_the_next_question_gets_its_own_answer(warm: Warm) -> None:
    warm.ask(job(RIGHT))
    with ctrl_c_in_half_a_second():
        warm.ask(job(HANGS, timeout=2.0))
    assert warm.ask(job(RIGHT)).ending == "finished"


def test_two_threads_may_stop_it_at_once() -> None:
    asked = Conversation(lambda number: [sys.executable, "-c", "import time; time.sleep(60)"])
    raised: list[BaseException] = []

    def wait() -> None:
        try:
            asked.exchange({}, 60)
        except Lost as error:
            raised.append(error)

    threads = [threading.Thread(target=wait), threading.Thread(target=asked.stop)]
    threads[0].start()
    while not asked._busy:
        time.sleep(0.01)
    threads[1].start()
    while asked._socket is not None:
        time.sleep(0.01)
    asked.stop()
    for thread in threads:
        thread.join()
    assert [type(error) for error in raised] == [Lost]
