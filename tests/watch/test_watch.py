"""Watching, on a real screen (tmux) and as plain lines, with a real kit in a folder of its own.

The sessions are what a learner does: save wrong and right answers, hang, crash, save halves, rename, delete, resize.
"""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from statistics import median

import pytest
import small_kit
import started
from textual.widgets import Static

from autograder import api, lesson, state
from autograder.judging import grade
from autograder.judging.verdict import Diagnosis, Verdict
from autograder.watch import dialogs, editor
from autograder.watch.app import WatchApp
from autograder.watch.engine import Checked, Engine
from autograder.watch.follow import Follower
from autograder.watch.session import Session

pytestmark = pytest.mark.timeout(120)
needs_tmux = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")

SQUARES = "def double(x):\n    return x * x\n"
HANGS = "def double(x):\n    while True:\n        pass\n"
EXITS = "def double(x):\n    import os\n    os._exit(3)\n"
CRASHES = "def double(x):\n    import os, signal\n    os.kill(os.getpid(), signal.SIGSEGV)\n"
PATIENCE = 40.0
REAL = [sys.executable, "-u", "-m", "autograder", "watch"]


class Terminal:
    """A tmux session with `watch` in it; `real`: which imports torch itself."""

    number = 0

    def __init__(self, folder: Path, width: int = 100, height: int = 34, real: bool = False, **environment: str):
        Terminal.number += 1
        self.name = f"watch-{os.getpid()}-{Terminal.number}"
        self.socket = str(folder / f"tmux{Terminal.number}")
        self.folder = folder
        environment = small_kit.environment(TERM="screen-256color", **environment)
        self._tmux("new-session", "-d", "-s", self.name, "-x", str(width), "-y", str(height), env=environment)
        self.type(f"exec {shlex.join(REAL if real else started.typed('autograder', 'watch'))}", "Enter")

    def _tmux(self, *words: str, env: dict[str, str] | None = None) -> str:
        command = ["tmux", "-S", self.socket, "-f", os.devnull, *words]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=self.folder, env=env)
        return done.stdout

    def type(self, *keys: str) -> None:
        self._tmux("send-keys", "-t", self.name, *keys)

    def screen(self) -> str:
        return self._tmux("capture-pane", "-p", "-t", self.name).replace("\u00a0", " ")

    def see(self, *texts: str, without: str = "\0") -> str:
        """Wait until the screen shows all the texts, and return it."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            shown = self.screen()
            if all(text in shown for text in texts) and without not in shown:
                return shown
            time.sleep(0.05)
        pytest.fail(f"{texts} did not show (without {without!r}):\n{self.screen()}")

    def resize(self, width: int, height: int) -> None:
        self._tmux("resize-window", "-t", self.name, "-x", str(width), "-y", str(height))

    def ended(self) -> bool:
        return not self._tmux("list-sessions", "-F", "#{session_name}").strip()

    def close(self) -> None:
        self._tmux("kill-server")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_kit.make(tmp_path_factory.mktemp("made") / "kit")


@pytest.fixture
def kit(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "kit"))


@pytest.fixture
def terminal(kit: Path) -> Iterator[Terminal]:
    # The time is longer than any test waits. Some shells export a size, which is that of the window no longer.
    opened = Terminal(kit, AUTOGRADER_TIMEOUT="100", COLUMNS="80", LINES="24")
    yield opened
    opened.close()


@needs_tmux
def test_a_day_from_the_first_stub_to_everything_done(kit: Path, terminal: Terminal) -> None:
    shown = terminal.see("double is not started")
    assert "0 of 3 passed, 0 of 4 points" in shown
    assert "Twice x, a float tensor of any shape." in shown
    for key in ("n next", "p previous", "l list", "h hint", "a answer", "r again", "e edit", "x reset", "q quit"):
        assert key in shown

    small_kit.answer(kit, "setup", double=SQUARES)
    terminal.see("double does not pass yet", "You square each value")
    terminal.type("h")
    terminal.see("Hint 1 of 2: What is twice one?")
    terminal.type("a")
    terminal.see("Show the answer all the same?")
    terminal.type("n")
    terminal.see("double does not pass yet", without="all the same?")

    small_kit.answer(kit, "setup", double=small_kit.RIGHT["double"])
    terminal.see("double passed", "1 of 3 passed, 1 of 4 points", "n goes to the next one")
    terminal.type("a")
    terminal.see("Yours", "The reference", "return x * 2")
    terminal.type("Escape")
    shown = terminal.see("double passed", without="The reference")
    assert "total" not in shown  # it stays where it is until it is asked

    terminal.type("n")
    terminal.see("total is not started", "2 of 3")
    terminal.type("p")
    terminal.see("double passed", "1 of 3")
    terminal.type("l")
    terminal.see("Go to an exercise", "passed       setup          double")
    terminal.type("cross")
    terminal.see("not started  cross_entropy  which_is_true", without="setup          double")
    terminal.type("Enter")
    terminal.see("which_is_true is not started", "a question")

    small_kit.answer(kit, "cross_entropy", which_is_true='def which_is_true():\n    return {"b"}\n')
    terminal.see("One is less than two", "1 == 1 is True")
    small_kit.answer(kit, "cross_entropy", which_is_true='def which_is_true():\n    return {"A"}\n')
    terminal.see("which_is_true passed", "Still open: 1 (total)")
    terminal.type("n")
    terminal.see("This is the last exercise")

    terminal.type("q")
    wait(terminal.ended)
    again = Terminal(kit, real=True)
    try:
        again.see("which_is_true passed")  # where one was
        again.type("p")
        again.see("total is not started")
        small_kit.answer(kit, "setup", total=small_kit.RIGHT["total"])
        again.see("Everything is done: all 3 exercises pass", "3 of 3 passed, 4 of 4 points")
        again.type("x")
        again.see("Make total a stub again?")
        again.type("y")
        again.see("total is not started", "total is a stub again")
    finally:
        again.close()
    entry = json.loads((kit / ".autograder" / "progress.json").read_text())["exercises"]["double"]
    assert entry["attempts"] == 2
    assert entry["hints"] == 1


@needs_tmux
def test_nothing_that_code_does_stops_it(kit: Path, terminal: Terminal) -> None:
    terminal.see("double is not started")
    small_kit.answer(kit, "setup", double=HANGS)
    terminal.see("it is taking its time")
    small_kit.answer(kit, "setup", double=SQUARES)
    terminal.see("You square each value")  # the hanging one is not waited for
    small_kit.answer(kit, "setup", double=EXITS)
    terminal.see("ended the whole Python process")
    small_kit.answer(kit, "setup", double=CRASHES)
    terminal.see("Python itself crashed")
    small_kit.answer(kit, "setup", double="def double(x):\n    return torch.oops(x)\n")
    terminal.see("AttributeError", "torch.oops(x)")
    small_kit.answer(kit, "setup", double=small_kit.RIGHT["double"])
    terminal.see("double passed")


@needs_tmux
def test_every_way_of_saving(kit: Path, terminal: Terminal) -> None:
    terminal.see("double is not started")
    path = small_kit.answer(kit, "setup", double=SQUARES)
    terminal.see("You square each value")
    wrong = path.read_text()
    right = wrong.replace("x * x", "x * 2")

    new = path.with_suffix(".new")  # editors that save by renaming
    new.write_text(right)
    new.replace(path)
    terminal.see("double passed")

    path.rename(path.with_suffix(".py~"))  # a backup by renaming, and the new file a moment later
    time.sleep(0.05)
    path.write_text(wrong)
    terminal.see("You square each value")

    for i in range(40):  # many quick saves: the last one counts
        path.write_text(right if i % 2 else wrong)
        time.sleep(0.005)
    terminal.see("double passed")

    with path.open("w") as file:  # a half-saved file is not judged
        file.write(wrong[:60])
        file.flush()
        time.sleep(0.06)
        assert "Python cannot read" not in terminal.screen()
        file.write(wrong[60:])
    terminal.see("You square each value")

    path.unlink()
    terminal.see("There is no file exercises/setup.py", "The key x brings it back")
    terminal.type("x")
    terminal.see("a stub again?")
    terminal.type("y")
    terminal.see("double is not started")

    kit.joinpath("exercises").rename(kit / "elsewhere")
    terminal.see("There is no file exercises/setup.py")
    kit.joinpath("elsewhere").rename(kit / "exercises")
    terminal.see("double is not started")
    path.write_text(right)
    terminal.see("double passed")

    path.write_text(right + "(")
    terminal.see("Python cannot read exercises/setup.py")
    path.write_bytes(b"\xff\xfe\x00")
    terminal.see("is not UTF-8 text")
    path.write_text(right)
    terminal.see("double passed")


@needs_tmux
def test_any_size_of_window(kit: Path, terminal: Terminal) -> None:
    terminal.see("double is not started")
    stub = (kit / "exercises" / "setup.py").read_text()
    for width, height in ((40, 14), (200, 50), (20, 6), (82, 25), (80, 24)):
        terminal.resize(width, height)
        terminal.see("double")
    terminal.see("double is not started", "q quit", "Return a new tensor")
    small_kit.answer(kit, "setup", double=SQUARES)
    terminal.resize(60, 15)
    terminal.see("double does not pass yet", "You square each value. Twice two is four", "q quit")
    (kit / "exercises" / "setup.py").write_text(stub)
    terminal.see("double is not started")
    terminal.resize(170, 40)
    texts = ("Twice x", "double is not started")
    wait(lambda: any(all(text in line for text in texts) for line in terminal.screen().splitlines()))


@needs_tmux
def test_a_long_prompt_has_the_lines_that_the_verdict_leaves_free(kit: Path) -> None:
    solutions = kit / "solutions" / "setup.py"
    rules = "".join(f"    - rule {number}\n" for number in range(1, 13))
    text = solutions.read_text(encoding="utf-8")
    assert "    Return a new tensor.\n" in text
    solutions.write_text(text.replace("    Return a new tensor.\n", rules, 1), encoding="utf-8")
    terminal = Terminal(kit)
    try:
        terminal.see("double is not started", "rule 12")
        small_kit.answer(kit, "setup", double=SQUARES)
        terminal.see("double does not pass yet", "rule 1\n", "rule 12")
        terminal.resize(100, 20)
        terminal.see("double does not pass yet", without="rule 12")
    finally:
        terminal.close()


def test_the_list_goes_where_the_name_that_was_typed_points() -> None:
    names = ["softmax_formula", "why_softmax", "softmax", "log_softmax"]
    chooser = dialogs.Chooser([(name, "cross_entropy", "failed") for name in names], "why_softmax")
    assert chooser._meant("", names) == "why_softmax"
    assert chooser._meant("softmax", names) == "softmax"
    assert chooser._meant("soft", names) == "softmax_formula"
    assert chooser._meant("max", names) == "softmax_formula"
    assert chooser._meant("", ["softmax"]) == "softmax"


@needs_tmux
def test_e_opens_the_editor_at_the_answer(kit: Path) -> None:
    script = kit / "vi"
    script.write_text(f"#!/bin/sh\necho \"$@\" > {kit}/opened\nsed -i 's/raise NotImplementedError/return x * 2/' $2\n")
    script.chmod(0o755)
    terminal = Terminal(kit, EDITOR=str(script))
    try:
        terminal.see("double is not started")
        terminal.type("e")
        terminal.see("double passed")
        assert (kit / "opened").read_text() == f"+6 {kit}/exercises/setup.py\n"
    finally:
        terminal.close()
    terminal = Terminal(kit, EDITOR="no-such-editor")
    try:
        terminal.see("double passed")
        terminal.type("e")
        terminal.see("not installed here")
    finally:
        terminal.close()


def wait(condition: object) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.02)


class Lines:
    """`watch --plain` with its lines as they come, each with its time."""

    def __init__(self, folder: Path, *arguments: str, real: bool = False):
        command = [*(REAL if real else started.typed("autograder", "watch")), "--plain", *arguments]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        self.process = subprocess.Popen(command, cwd=folder, env=small_kit.environment(), text=True, **pipes)  # type: ignore[call-overload]
        self.lines: list[tuple[float, str]] = []
        self.reader = threading.Thread(target=self._read)
        self.reader.start()

    def _read(self) -> None:
        for line in self.process.stdout:
            self.lines.append((time.perf_counter(), line.rstrip("\n")))

    def see(self, text: str, after: int = 0) -> float:
        wait(lambda: any(text in line for _, line in self.lines[after:]))
        return next(moment for moment, line in self.lines[after:] if text in line)

    def type(self, line: str) -> None:
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def close(self) -> int:
        self.process.stdin.close()
        code = self.process.wait(PATIENCE)
        self.reader.join()
        self.process.stdout.close()
        return code


def test_the_screen_says_what_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("start", "wake", "stop"):
        monkeypatch.setattr(Engine, name, lambda engine: None)
    monkeypatch.setattr(Follower, "start", lambda follower: None)
    exercise = lesson.find("softmax")
    failed = Checked(exercise, Verdict("softmax", "cross_entropy", "failed", 0, 4), looking=True)
    at_work = Checked(exercise, running=True)
    steps = [
        (at_work, "checking", "torch is being imported"),
        (failed, "looking for the place", "softmax does not pass yet"),
        (replace(failed, looking=False), "arrow keys scroll", "softmax does not pass yet"),
        (at_work, "checking", "it is taking its time"),
    ]

    async def watch() -> None:
        app = WatchApp(Session("softmax"))
        async with app.run_test() as pilot:
            pane, shown = app.query_one("#verdict-pane"), app.query_one("#verdict", Static)
            assert pane.border_title == "verdict: checking ..."
            for checked, title, words in steps:
                app._tell(checked)
                await pilot.pause()
                assert title in str(pane.border_title)
                assert words in str(shown.render_line(0).text)

    asyncio.run(watch())


def test_that_places_are_looked_for_is_told_and_that_none_was_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTOGRADER_EXPLAIN", "1")
    failed = Verdict("softmax", "cross_entropy", "failed", 0, 4)
    found = Verdict("softmax", "cross_entropy", "failed", 0, 4, diagnoses=[Diagnosis("sum", lines=(3,))])
    for later, explained in ((found, True), (Verdict("softmax", "cross_entropy", "failed", 0, 4), False)):
        monkeypatch.setattr(grade, "check_text", lambda *_: failed)
        monkeypatch.setattr(api, "check_text", lambda *_, later=later: later)
        told: list[Checked] = []
        Engine(told.append)._answer(lesson.find("softmax"), "def softmax(x):\n    return x\n")
        first, last = (checked for checked in told if not checked.running)
        assert first.looking
        assert not first.explained
        assert (last.looking, last.explained, last.found_nothing(first)) == (False, explained, not explained)


def test_plain_lines_have_words_for_everything(kit: Path) -> None:
    watching = Lines(kit, real=True)
    watching.see("double is not started.")
    small_kit.answer(kit, "setup", double=SQUARES)
    watching.see("does not agree: doubles each value")
    watching.see("You square each value")
    watching.type("h")
    watching.see("Hint 1 of 2")
    watching.type("a")
    watching.see("Show the answer all the same? y or n")
    watching.type("y")
    watching.see("The reference:")
    watching.type("x")
    watching.see("y or n", after=len(watching.lines) - 1)
    watching.type("n")
    watching.type("l")
    watching.see("which_is_true: not started")
    watching.type("total")
    watching.see("total is not started.")
    watching.type("what?")
    watching.see("n next, p previous")
    watching.type("n")
    watching.see("Exercise 3 of 3: which_is_true")
    small_kit.answer(kit, "cross_entropy", which_is_true='def which_is_true():\n    return {"b"}\n')
    watching.see("Statement a: One is one")
    watching.see("1 == 1 is True")
    assert sum(line.startswith("which_is_true does not pass yet") for _, line in watching.lines) == 1
    watching.type("n")
    watching.see("This is the last exercise. Still open: 3")
    watching.type("q")
    assert watching.close() == 0
    text = "\n".join(line for _, line in watching.lines)
    assert "\x1b" not in text
    assert not set("─│┌└✓✗·") & set(text)


def test_the_verdict_comes_first_and_the_place_is_added(kit: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTOGRADER_EXPLAIN", "4")
    small_kit.answer(kit, "setup", double="def double(x):\n    y = x * 3\n    return y\n")
    lines = Lines(kit, "double")
    verdict = lines.see("double does not pass yet")
    assert verdict < lines.see(": y = x * 3")
    lines.type("h")
    lines.see("Hint on your answer: ")
    lines.type("q")
    assert lines.close() == 0


def test_the_verdict_comes_within_a_blink_of_the_save(kit: Path) -> None:
    watching = Lines(kit, "double")
    watching.see("double is not started.")
    path = small_kit.answer(kit, "setup", double=SQUARES)
    watching.see("You square each value")
    right, wrong = path.read_text().replace("x * x", "x * 2"), path.read_text()
    took = []
    for i in range(12):
        seen = len(watching.lines)
        saved = time.perf_counter()
        path.write_text(wrong if i % 2 else right)
        took.append(watching.see("You square" if i % 2 else "double passed", after=seen) - saved)
        time.sleep(0.1)
    watching.type("q")
    watching.close()
    starts = []
    for _ in range(5):  # what takes tens of milliseconds, too, on a quiet machine
        begun = time.perf_counter()
        subprocess.run([sys.executable, "-c", ""], check=True)
        starts.append(time.perf_counter() - begun)
    assert median(took) < 20 * median(starts), f"save to verdict: {took}, start of Python: {starts}"


def test_it_says_so_where_there_is_no_terminal(kit: Path) -> None:
    done = small_kit.run(kit, "-m", "autograder", "watch", check=False, stdin=subprocess.DEVNULL)
    assert done.returncode == 2
    assert done.stderr.startswith("watch needs a terminal.")
    done = small_kit.run(kit, "-m", "autograder", "watch", "doubel", "--plain", check=False, stdin=subprocess.DEVNULL)
    assert done.returncode == 2
    assert "Did you mean double?" in done.stderr


def test_damaged_state_starts_at_the_first_open_exercise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "FOLDER", tmp_path)
    monkeypatch.setattr(state, "PATH", tmp_path / "progress.json")
    first, second, third = [exercise.name for exercise in lesson.exercises()][:3]
    for text in ("", "{", "[]", '{"at": 3}', '{"at": "gone", "exercises": []}'):
        state.PATH.write_text(text)
        assert Session().current.name == first
    passed = {"outcome": "passed", "points": 1}
    state.PATH.write_text(json.dumps({"exercises": {first: passed, second: 7}, "of a later kit": 1}))
    assert Session().current.name == second
    session = Session(third)
    assert state.read()["of a later kit"] == 1
    assert Session().current.name == third
    assert session.move(-1)
    assert session.move(-1)
    assert not session.move(-1)
    assert session.current.name == first


def test_the_editor_is_told_the_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = Path("exercises/x.py")
    assert editor.command(["vim"], path, 7) == ["vim", "+7", "exercises/x.py"]
    assert editor.command(["/usr/bin/code", "--wait"], path, 7)[-2:] == ["--goto", "exercises/x.py:7"]
    assert editor.command(["hx"], path, 7) == ["hx", "exercises/x.py:7"]
    assert editor.command(["unknown"], path, 7) == ["unknown", "exercises/x.py"]
    assert editor.command(["vim"], path, None) == ["vim", "exercises/x.py"]
    monkeypatch.setenv("VISUAL", "")
    monkeypatch.setenv("EDITOR", f"{sys.executable} -m something")
    assert editor.editor() == [sys.executable, "-m", "something"]
    monkeypatch.setenv("EDITOR", "no-such-editor")
    assert editor.editor() is None
    assert "no-such-editor" in editor.missing()
    monkeypatch.delenv("EDITOR")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert editor.editor() is None
    assert "export EDITOR=" in editor.missing()


def test_a_folder_that_comes_and_goes_is_followed(tmp_path: Path) -> None:
    folder, woken = tmp_path / "exercises", threading.Event()
    follower = Follower(folder, woken.set)
    follower.start()
    folder.mkdir()
    time.sleep(0.9)
    woken.clear()
    (folder / "x.py").write_text("1")
    assert woken.wait(5)
    follower.stop()
    follower.join(5)
    assert not follower.is_alive()
