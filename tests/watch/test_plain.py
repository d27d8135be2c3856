"""Plain lines: nothing is said by colour, by a mark or by a place on the screen alone."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import small_kit

from autograder import lesson
from autograder.api import check_text
from autograder.report import plain

DRAWN = set("─│┌┐└┘━┃✓✗·●█░\x1b")
WRONG = "def softmax(x):\n    print('hello')\n    return x.exp() / x.exp().sum()\n"


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    kit = small_kit.make(tmp_path_factory.mktemp("plain") / "kit")
    small_kit.answer(kit, "setup", double="def double(x):\n    return x * x\n", total=small_kit.RIGHT["total"])
    return kit


def autograder(kit: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return small_kit.run(kit, "-m", "autograder", *words, check=False, env=small_kit.environment(**environment))


def test_check_and_list_have_a_word_for_every_mark(kit: Path) -> None:
    done = autograder(kit, "check", "double", "--plain")
    assert done.returncode == 1
    assert not DRAWN & set(done.stdout)
    lines = done.stdout.splitlines()
    assert lines[0] == "double does not pass yet: 0 of 1 checks agree."
    assert lines[1] == "does not agree: doubles each value"
    assert any(line.startswith("expected: tensor(") for line in lines)
    assert any(line.startswith("yours: tensor(") for line in lines)
    assert lines[-1] == "Stuck: make hint exercise=double"

    done = autograder(kit, "check", "--plain")
    assert "total: passed, 1 of 1 points" in done.stdout.splitlines()
    assert "1 of 3 pass." in done.stdout.splitlines()

    done = autograder(kit, "list", "--plain")
    assert done.returncode == 0
    assert not DRAWN & set(done.stdout)
    assert "double, code: not yet, 0 of 1 points" in done.stdout.splitlines()
    assert "which_is_true, question: not started, 0 of 2 points" in done.stdout.splitlines()
    assert "All: 1 of 3 passed, 1 of 4 points" in done.stdout.splitlines()


def test_a_hint_and_an_answer_are_lines(kit: Path) -> None:
    done = autograder(kit, "hint", "double", "--plain")
    assert done.stdout.startswith("Hint 1 of ")
    done = autograder(kit, "answer", "which_is_true", "--give-up", "--plain")
    assert not DRAWN & set(done.stdout)
    lines = done.stdout.splitlines()
    assert "The reference:" in lines
    assert any(line.startswith("Statement a: ") for line in lines)


def test_the_environment_can_ask_for_plain_lines_once_and_for_all(kit: Path) -> None:
    for words in (["check", "double"], ["list"], ["answer", "double", "--give-up"]):
        always = autograder(kit, *words, AUTOGRADER_PLAIN="1").stdout
        assert always == autograder(kit, *words, "--plain").stdout
        assert always != autograder(kit, *words).stdout


def test_every_part_of_a_verdict_is_a_line() -> None:
    verdict = check_text(WRONG, "answer.py", lesson.find("softmax"))
    lines = plain.verdict(verdict, steps=True)
    assert "Your code printed:" in lines
    assert any(line.startswith("does not agree: ") for line in lines)
    assert any(line.startswith("agrees: ") for line in lines)
    verdict = check_text("def softmax(x):\n    y = x\n    return y.oops()\n", "answer.py", lesson.find("softmax"))
    lines = plain.verdict(verdict)
    assert "answer.py, line 3 in softmax: return y.oops()" in lines
    assert any(line.startswith("y is tensor") for line in lines)
    verdict = check_text("def softmax(x)\n    return x\n", "answer.py", lesson.find("softmax"))
    assert "at column 15" in plain.verdict(verdict)


@pytest.mark.parametrize("command", [("check", "double"), ("list",)])
def test_no_color_is_obeyed_on_a_terminal(kit: Path, command: tuple[str, ...]) -> None:
    pexpect = pytest.importorskip("pexpect")
    for value, coloured in (("", True), ("1", False)):
        environment = small_kit.environment(TERM="xterm-256color", NO_COLOR=value)
        words = ["-m", "autograder", *command]
        shown = pexpect.run(
            " ".join([small_kit.sys.executable, *words]), cwd=str(kit), env=environment, timeout=30, encoding="utf-8"
        )
        colours = [part for part in ("\x1b[31m", "\x1b[1;31m", "\x1b[32m", "\x1b[1;32m") if part in shown]
        assert bool(colours) == coloured, shown
        assert any(word in shown for word in ("not yet", "does not pass yet"))
