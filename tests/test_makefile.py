"""The Makefile: what is a file to make elsewhere is a command here, whatever else is in the folder."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from autograder import places

TEXT = (places.KIT / "Makefile").read_text(encoding="utf-8")
RULES = dict(re.findall(r"^([a-z-]+):[^=][^\n]*((?:\n\t[^\n]*)+)", TEXT, re.M))


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Set up, as far as make can see, and with a folder of the name of each command."""
    made = tmp_path_factory.mktemp("kit")
    shutil.copy(places.KIT / "Makefile", made)
    (made / "solutions").mkdir()
    shutil.copy(places.KIT / "solutions" / "lesson.toml", made / "solutions")
    for name in re.findall(r"\.venv/ready/(\w+)", TEXT):
        (made / ".venv" / "ready").mkdir(parents=True, exist_ok=True)
        (made / ".venv" / "ready" / name).touch()
    for target in RULES:
        (made / target).mkdir(exist_ok=True)
    return made


@pytest.mark.parametrize("target", RULES)
def test_a_command_runs_beside_a_folder_of_its_name_and_takes_its_settings(kit: Path, target: str) -> None:
    used = sorted(set(re.findall(r"\$\((?:if \$\()?([a-z_]+)\)", RULES[target])))
    said = make(kit, target, *(f"{name}=given" for name in used))
    assert "up to date" not in said
    assert not used or said != make(kit, target)


def make(kit: Path, *words: str, **environment: str) -> str:
    done = subprocess.run(["make", "-n", *words], cwd=kit, capture_output=True, text=True, env=os.environ | environment)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_setting_comes_from_the_command_line_alone(kit: Path) -> None:
    said = make(kit, "export", "assignment=week1", roster="stray")
    assert "stray" not in said
    assert "export week1" in said
