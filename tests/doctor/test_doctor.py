"""The doctor finds what is broken on purpose, and says what mends it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import webbrowser
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
import small_kit

from autograder import doctor
from autograder.doctor import kit as examined
from autograder.doctor import machine, torch
from autograder.doctor.finding import Finding

States = dict[str, Finding]


def found(part: Callable[[], Iterator[Finding]]) -> States:
    return {finding.name: finding for finding in part()}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_kit.make(tmp_path_factory.mktemp("made") / "kit")


@pytest.fixture
def kit(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A kit in a folder of its own, which the examinations in this process look at too."""
    kit = Path(shutil.copytree(made, tmp_path / "kit"))
    monkeypatch.setattr(examined, "KIT", kit)
    monkeypatch.setattr(machine, "KIT", kit)
    monkeypatch.setattr(examined.state, "PATH", kit / ".autograder" / "progress.json")
    monkeypatch.setattr(examined.lesson, "sections", lambda: ["setup", "cross_entropy"])
    monkeypatch.setattr(examined.source, "exercises_path", lambda section: kit / "exercises" / f"{section}.py")
    return kit


def diagnose(kit: Path, **environment: str) -> tuple[int, States]:
    environment = small_kit.environment(**environment)
    done = small_kit.run(kit, "-m", "autograder", "doctor", "--json", check=False, env=environment)
    return done.returncode, {entry["name"]: Finding(**entry) for entry in json.loads(done.stdout)}


def test_a_sound_kit_has_no_fault_and_everything_is_looked_at(kit: Path) -> None:
    code, states = diagnose(kit, EDITOR="vi")
    assert code == 0
    assert not [finding for finding in states.values() if finding.state == "fault"]
    looked_at = {
        "Python",
        "disk",
        "writing",
        "editor",
        "browser",
        "terminal",
        "torch",
        "threads",
        "processes",
        "a check",
    }
    assert looked_at <= set(states)
    assert states["a check"].state == "fine"
    assert states["threads"].state == "fine"
    for finding in states.values():
        assert finding.says
        assert finding.state == "fine" or finding.mend or finding.name in ("packages", "git")


def test_a_broken_torch_is_found_and_a_check_points_here(kit: Path) -> None:
    broken = kit / "broken"
    broken.mkdir()
    (broken / "torch.py").write_text("raise ImportError('libtorch_cpu.so: file too short')\n")
    code, states = diagnose(kit, PYTHONPATH=str(broken))
    assert code == 1
    assert states["torch"].state == "fault"
    assert "file too short" in states["torch"].says
    assert "make clean" in states["torch"].mend
    environment = small_kit.environment(PYTHONPATH=str(broken))
    small_kit.answer(kit, "setup", double=small_kit.RIGHT["double"])
    command = [f"{sys.prefix}/bin/python", "-m", "autograder", "check", "double"]
    done = subprocess.run(command, cwd=kit, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "make doctor" in done.stdout + done.stderr


def test_words_and_exit_code_say_the_same(kit: Path) -> None:
    (kit / "exercises" / "setup.py").write_text("def double(x:\n")
    done = small_kit.run(kit, "-m", "autograder", "doctor")
    assert "note   setup.py: has a syntax error in line 1" in done.stdout
    assert done.stdout.rstrip().endswith("Nothing keeps the kit from working.")


def test_files_that_cannot_be_read_are_named(kit: Path) -> None:
    assert found(examined.your_files)["your files"].state == "fine"
    (kit / "exercises" / "setup.py").unlink()
    (kit / "exercises" / "cross_entropy.py").write_bytes(b"\xff\xfe")
    states = found(examined.your_files)
    assert "make reset exercise=setup" in states["setup.py"].mend
    assert states["cross_entropy.py"].state == "fault"


def test_a_damaged_memory_is_told(kit: Path) -> None:
    examined.state.PATH.parent.mkdir(exist_ok=True)
    examined.state.PATH.write_text("{")
    assert found(examined.memory)["progress"].state == "note"
    examined.state.PATH.write_text("[]")
    assert found(examined.memory)["progress"].says.startswith("0 exercises")


def test_disk_editor_browser_and_terminal(monkeypatch: pytest.MonkeyPatch, kit: Path) -> None:
    for free, state in ((10, "fault"), (500, "note"), (5000, "fine")):
        monkeypatch.setattr(shutil, "disk_usage", lambda folder, free=free: SimpleNamespace(free=free * 1_000_000))
        assert found(machine.disk)["disk"].state == state
    monkeypatch.setenv("VISUAL", "no-such-editor")
    assert "no-such-editor" in found(machine.editor)["editor"].mend

    def nothing() -> None:
        raise webbrowser.Error("could not locate runnable browser")

    monkeypatch.setattr(webbrowser, "get", nothing)
    assert found(machine.browser)["browser"].state == "note"
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(encoding="ascii"))
    assert "LC_ALL" in found(machine.terminal)["terminal"].mend
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(encoding="utf-8"))
    monkeypatch.setenv("TERM", "dumb")
    assert "--plain" in found(machine.terminal)["terminal"].mend


def test_an_old_python_and_a_foreign_one(monkeypatch: pytest.MonkeyPatch, kit: Path) -> None:
    assert found(machine.python)["environment"].state == "note"  # this one is not in the small kit's .venv
    monkeypatch.setattr(sys, "version_info", (3, 9, 1))
    assert found(machine.python)["Python"].state == "fault"


def test_a_folder_that_cannot_be_written(kit: Path) -> None:
    (kit / ".autograder").rename(kit / "aside") if (kit / ".autograder").exists() else None
    (kit / ".autograder").write_text("a file where a folder should be")
    assert found(machine.writing)["writing"].state == "fault"


def test_stale_and_interrupted_set_up(kit: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(small_kit.ROOT / "constraints.txt", kit)
    assert found(examined.packages)["packages"].state == "fine"
    (kit / "constraints.txt").write_text("click==0.1  # learn\nnot-installed==1\n# torch==0\n")
    assert "(tested: 0.1)" in found(examined.packages)["packages"].says
    ready = kit / ".venv" / "ready"
    ready.mkdir(parents=True)
    (ready / "learn").write_text("of another time")
    assert "next make command" in found(examined.packages)["packages"].mend
    (kit / ".venv" / "unfinished").touch()
    assert found(examined.packages)["packages"].state == "fault"


def test_states_of_git(kit: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(kit.parent))
    assert "not a clone" in found(examined.git)["git"].says

    def git(*words: str) -> None:
        who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
        subprocess.run(["git", *who, *words], cwd=kit, check=True, capture_output=True)

    git("init", "-b", "main")
    git("add", ".")
    git("commit", "-m", "one")
    assert "follows no other" in found(examined.git)["git"].says
    git("branch", "up")
    git("branch", "-u", "up")
    assert found(examined.git)["git"].state == "fine"
    (kit / "exercises" / "setup.py").write_text("# mine\n")
    assert found(examined.git)["git"].state == "fine"
    (kit / "autograder" / "beside" / "draw.py").write_text("# changed\n")
    assert "autograder/beside/draw.py" in found(examined.git)["git"].says
    (kit / ".git" / "MERGE_HEAD").write_text("")
    assert found(examined.git)["git"].state == "fault"
    monkeypatch.setenv("PATH", os.devnull)
    assert "not installed" in found(examined.git)["git"].says


def test_an_examination_that_fails_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def odd_thing() -> Iterator[Finding]:
        raise ValueError("surprise")

    assert list(doctor._carefully(odd_thing)) == [
        Finding("odd thing", "note", "could not be looked at: ValueError: surprise")
    ]


def test_a_system_that_cannot_fork_is_told_what_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    assert found(torch.fork)["processes"].state == "fine"
    monkeypatch.delattr(os, "fork")
    finding = found(torch.fork)["processes"]
    assert finding.state == "note"
    assert "memory is not limited" in finding.says
