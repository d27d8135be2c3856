"""Predicting first: which calls are asked about, what may be typed, and the three results of which one is wrong."""

from __future__ import annotations

import json
import random
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import small_kit

from autograder import lesson, state
from autograder.predict import conversation as asking
from autograder.predict import questions as predict
from autograder.predict.questions import Unreadable
from autograder.report import values

TENSOR = {"tensor": "float32", "shape": [2], "values": [0.668188, 0.331812], "grad": True}


@pytest.fixture(autouse=True)
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(state, "FOLDER", tmp_path)
    monkeypatch.setattr(state, "PATH", tmp_path / "progress.json")
    return state.PATH


@pytest.mark.parametrize(
    ("typed", "like", "agrees"),
    [
        ("[0.67, 0.33]", TENSOR, True),
        ("0.67, 0.33", TENSOR, True),
        ("0.67 0.33", TENSOR, True),
        ("[0.67 0.33]", TENSOR, True),
        ("[[0 1] [2]]", [[0, 1], [2]], True),
        ("0.67 -0.33", TENSOR, False),
        ("tensor([0.668, 0.332])", TENSOR, True),
        ("torch.tensor([0.668, 0.332], dtype=torch.float32)", TENSOR, True),
        ("[0.5, 0.5]", TENSOR, False),
        ("[[0.67], [0.33]]", TENSOR, False),
        ("[]", TENSOR, False),
        ("[1]", TENSOR, False),
        ("0.67", TENSOR, False),
        ("0.117", 0.117783, True),
        ("[[0, 1], [2]]", [[0, 1], [2]], True),
        ("[[0, 1, 2]]", [[0, 1], [2]], False),
        ("[[0, 1], [3]]", [[0, 1], [2]], False),
        ("101", 100, False),
        ("[0.67, 0.33], 5", [TENSOR, 5], True),
        ("'relu'", "relu", True),
        ("[exp(0.4) / (exp(0.4) + exp(-0.3)), 1 / (1 + math.exp(0.7))]", TENSOR, True),
        ("1 - 1/3, 1/3", TENSOR, True),
        ("1 - 0.5", 0.5, True),
        ("-log(0.5)", 0.693, True),
        ("sum([1, 2]) * 4 / 2", 6, True),
        ("2 ** 3", 8.0, True),
    ],
)
def test_what_is_typed_is_read_as_the_kind_that_is_expected(typed: str, like: Any, agrees: bool) -> None:
    assert (predict.compare(predict.read(typed, like), like) is None) == agrees


@pytest.mark.parametrize(
    "typed",
    [
        "half",
        "[1, [2]]",
        "[[1, 2], [3]]",
        "__import__('os')",
        "[",
        "1/0",
        "(",
        "9 ** 9 ** 9",
        "exp(1000)",
        "exp()",
        "exp",
        "open(1)",
    ],
)
def test_what_is_no_value_is_said_to_be_none(typed: str) -> None:
    with pytest.raises(Unreadable):
        predict.read(typed, TENSOR)


def questions(name: str) -> list[predict.Question]:
    return predict.questions(lesson.find(name))


def test_questions_fit_in_a_line_and_leave_nothing_to_chance() -> None:
    for name in ("softmax", "sampler_batches"):
        asked = questions(name)
        assert asked
        for question in asked:
            assert len(question.call) <= predict.MOST_WIDTH
            assert question.arguments.get("shuffle") is not True
    for name in ("get_data", "ListModel", "training_step"):
        assert questions(name) == []


def test_of_three_results_one_is_wrong_for_the_reason_that_is_told() -> None:
    exercise = lesson.find("softmax")
    asked = predict.questions(exercise)
    right = {question.call: question.result for question in asked}
    for seed in range(3):
        made = predict.choice(exercise, asked, random.Random(seed))
        assert made is not None
        wrong = [predict.compare(call.result, right[call.call]) is not None for call in made.calls]
        assert wrong == [place == made.wrong for place in range(3)]
        assert made.message in {mistake.message for mistake in exercise.mistakes.values()}


def talk(answers: Iterator[str], said: list[str], name: str = "softmax") -> tuple[int, int]:
    def ask(text: str) -> str:
        said.append(text)
        return next(answers)

    return asking.converse(lesson.find(name), said.append, ask, random.Random(3))


def test_a_conversation_tells_what_is_right_and_keeps_count(memory: Path) -> None:
    first = predict.pick(questions("softmax"), 2, random.Random(3))[0]
    said: list[str] = []
    typed = values.line(first.result, 1000)
    assert talk(iter([typed, "what?", "[0]", "7", "1"]), said)[1] == 3
    text = "\n".join(said)
    assert f"Right: {values.line(first.result, 200)}" in text
    assert "Type a value as Python writes it" in text
    assert "Not quite" in text
    assert "Type 1, 2 or 3." in text
    assert "What went wrong there: " in text
    entry = json.loads(memory.read_text())["exercises"]["softmax"]["predictions"]
    assert entry["asked"] == 3
    assert entry["right"] >= 1


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("[[0], [1, 2]]", "at [0] yours has 1 part, not 2. "),
        ("[[0, 1]]", "yours has 1 part, not 2. "),
        ("[[0, 1, 2], [3]]", "at [0] yours has 3 parts, not 2. "),
        ("[7, [2, 3]]", "at [0] yours is a Python int (7). "),
    ],
)
def test_it_says_which_part_is_not_right(typed: str, says: str) -> None:
    expected = [[0, 1], [2, 3]]
    found = predict.compare(predict.read(typed, expected), expected)
    assert found is not None
    assert asking._why(found) == says


def test_every_question_can_be_skipped(memory: Path) -> None:
    said: list[str] = []
    assert talk(iter(["", "", ""]), said) == (0, 0)
    assert any("It gives" in line for line in said)
    assert not memory.exists()


def test_the_command_asks_on_a_terminal_alone(tmp_path: Path) -> None:
    pexpect = pytest.importorskip("pexpect")
    kit = small_kit.make(tmp_path / "kit")
    done = small_kit.run(kit, "-m", "autograder", "predict", "total", check=False, stdin=subprocess.DEVNULL)
    assert done.returncode == 2
    assert done.stderr.startswith("predict asks and waits")
    child = pexpect.spawn(
        small_kit.sys.executable,
        ["-m", "autograder", "predict", "total", "--seed", "1"],
        cwd=str(kit),
        env=small_kit.environment(),
        timeout=30,
        encoding="utf-8",
    )
    child.expect(r"total with xs = (\[[^\]]*\])")
    child.sendline(str(sum(json.loads(child.match[1]))))
    child.expect("Right: ")
    child.expect("Enter skips")
    child.sendline("")
    child.expect("Which of these three is wrong")
    child.expect("1, 2 or 3")
    child.sendline("1")
    child.expect("You return the first number alone")
    child.expect("Now write it: make check exercise=total")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    done = pexpect.run(
        f"{small_kit.sys.executable} -m autograder predict which_is_true", cwd=str(kit), env=small_kit.environment()
    )
    assert b"is short enough to ask about" in done
