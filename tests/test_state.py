"""What the kit remembers survives several writers, damage, hands that edit it, and kits of another age."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograder import state

ROOT = Path(__file__).resolve().parents[1]
WRITER = """
import sys
from pathlib import Path
from autograder import state
state.FOLDER, state.PATH = Path(sys.argv[1]), Path(sys.argv[1]) / "progress.json"
for i in range(20):
    state.record([(f"e{i}", "failed", 1, sys.argv[2] + str(i))])
    with state.change() as remembered:
        remembered["count"] = remembered.get("count", 0) + 1
"""


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(state, "FOLDER", tmp_path / ".autograder")
    monkeypatch.setattr(state, "PATH", tmp_path / ".autograder" / "progress.json")
    return state.PATH


def test_several_writers_lose_nothing(memory: Path) -> None:
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(memory.parent), name], cwd=ROOT, stderr=subprocess.PIPE)
        for name in "abcd"
    ]
    for writer in writers:
        assert writer.communicate(timeout=60)[1] == b""
    found = json.loads(memory.read_text())
    assert found["count"] == 80
    assert [found["exercises"][f"e{i}"]["attempts"] for i in range(20)] == [4] * 20
    assert [path.name for path in memory.parent.glob("*.new")] == []


def test_a_damaged_file_is_put_aside_and_not_overwritten(memory: Path) -> None:
    memory.parent.mkdir()
    memory.write_text('{"exercises": {"softmax"')
    assert state.read() == {}
    state.record([("softmax", "passed", 4, "x")])
    assert memory.with_suffix(".damaged.json").read_text() == '{"exercises": {"softmax"'
    assert state.exercises()["softmax"]["outcome"] == "passed"


@pytest.mark.parametrize(
    "text",
    ["[]", '{"exercises": 3}', '{"exercises": {"softmax": []}}', '{"exercises": {"softmax": {"attempts": "two"}}}'],
)
def test_a_file_that_somebody_edited_stops_nothing(memory: Path, text: str) -> None:
    memory.parent.mkdir()
    memory.write_text(text)
    assert state.exercises() == {}
    state.record([("softmax", "failed", 2, "x")])
    assert state.exercises()["softmax"] == {"attempts": 1, "outcome": "failed", "points": 2, "seen": "x"}


def test_what_another_kit_wrote_is_kept(memory: Path) -> None:
    memory.parent.mkdir()
    memory.write_text('{"later": [1], "exercises": {"softmax": {"mood": "good"}, "gone": {"outcome": "passed"}}}')
    state.record([("softmax", "passed", 4, "x")])
    found = json.loads(memory.read_text())
    assert found["later"] == [1]
    assert found["exercises"]["softmax"]["mood"] == "good"
    assert found["exercises"]["gone"] == {"outcome": "passed"}


def test_attempts_are_counted_and_the_first_pass_stays(memory: Path) -> None:
    state.record([("softmax", "not_started", 0, "stub")])
    state.record([("softmax", "failed", 1, "one")])
    state.record([("softmax", "failed", 1, "one")])  # the same text again
    state.record([("softmax", "passed", 4, "two")])
    first = state.exercises()["softmax"]["passed"]
    state.record([("softmax", "passed", 4, "three")], attempt=False)
    entry = state.exercises()["softmax"]
    assert entry["attempts"] == 2
    assert entry["passed"] == first


def test_a_folder_that_cannot_be_written_is_no_error(memory: Path) -> None:
    memory.parent.write_text("a file where the folder should be")
    state.record([("softmax", "passed", 4, "x")])
    assert state.read() == {}


def test_a_full_disk_is_no_error_and_what_was_remembered_stays(memory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state.record([("softmax", "passed", 4, "x")])
    before = memory.read_bytes()

    def half(path: Path, text: str, **_: object) -> int:
        path.write_bytes(text.encode()[:10])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_text", half)
    state.record([("softmax", "failed", 0, "y")])
    assert memory.read_bytes() == before
    assert sorted(path.name for path in memory.parent.iterdir()) == ["lock", "progress.json"]
