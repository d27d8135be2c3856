"""docs/course.md, word for word: its commands are typed, its files written, and what it shows is what is printed."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import small_kit
import started
from transcript import commands, is_shown

from autograder import places

PAGE = (places.KIT / "docs" / "course.md").read_text(encoding="utf-8")
SECTIONS = '["setup", "training_loop"]'
#: What the page says about the upgrade.
TO_IMAGES = '''

def to_images(x):
    """Turn flat rows back into images.

    x: float tensor (n, 784)

    Return a float tensor (n, 28, 28).
    """
    return x.view(len(x), 28, 28)
'''
CHECKS = '''"""to_images: its probe."""

from autograder.exercise import code

to_images = code("to_images", ids=["X1"], hints=["How many rows has an image?", "One method changes a shape."])


@to_images.probe
def gives_each_row_two_dimensions(to_images, draw):
    return to_images(draw.normal(draw.size(2, 4), 784))
'''


def steps() -> Iterator[tuple[str, str, str]]:
    """The blocks of the page: the language, the file named last before it, and the text."""
    for found in re.finditer(r"^```(\w+)\n(.*?)^```", PAGE, re.S | re.M):
        named = re.findall(r"`([\w./]+\.\w+)`", PAGE[: found.start()].rpartition("\n```")[2])
        yield found[1], named[-1] if named else "", found[2]


class Reader:
    """Somebody who does what the page says, in a folder of theirs."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.upstream = folder / "upstream"
        self.environment = small_kit.environment(HOME=str(folder), GIT_CONFIG_NOSYSTEM="1")
        listed = ["git", "ls-files", "-z", "-co", "--exclude-standard"]
        names = subprocess.run(listed, cwd=places.KIT, capture_output=True, check=True, text=True).stdout
        for name in filter(None, names.split("\0")):
            if (places.KIT / name).is_file() and not name.startswith(("tests/", "docs/", "open/", "benchmarks/")):
                (self.upstream / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(places.KIT / name, self.upstream / name)
        self._shorten()
        self.git("init", "-q", "-b", "main")
        self.commit("The kit")

    def _shorten(self) -> None:
        """The lesson keeps the sections that the page uses: what is printed does not depend on the others."""
        told = self.upstream / "solutions" / "lesson.toml"
        text = told.read_text(encoding="utf-8")
        text = re.sub(r"^milestones = .*$", "milestones = []", text, flags=re.M)
        told.write_text(re.sub(r"^sections = \[.*?\]", f"sections = {SECTIONS}", text, flags=re.S | re.M))
        for other in {path.stem for path in told.parent.glob("*.py")} - set(json.loads(SECTIONS)):
            (told.parent / f"{other}.py").unlink()
            shutil.rmtree(self.upstream / "autograder" / "checks" / other)

    def git(self, *words: str) -> None:
        who = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *who, *words], cwd=self.upstream, env=self.environment, check=True)

    def commit(self, message: str) -> None:
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)

    def types(self, command: str) -> str:
        if command.startswith("git clone"):
            clone = command.replace("<this repository>", str(self.upstream)).partition(" && ")[0]
            said = self._run(f"{clone} -q")
            self.folder = self.folder / "kit"
            self._set_up()
            return said
        return self._run(command)

    def _run(self, command: str) -> str:
        done = subprocess.run(
            command,
            shell=True,
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        lines = (line.rstrip() for line in done.stdout.splitlines() if "grading as root" not in line)
        said = (
            "".join(f"{line}\n" for line in lines).replace("\N{BOM}", "").rstrip("\n") + "\n"
        )  # a terminal shows none
        assert not done.returncode, f"{command}\n{said}"
        return said

    def _set_up(self) -> None:
        """The first make would install everything."""
        ready = self.folder / ".venv" / "ready"
        ready.mkdir(parents=True)
        (self.folder / ".venv" / "bin").mkdir()
        shutil.copy(started.python(), self.folder / ".venv" / "bin" / "python")
        for extra in ("learn", "class"):
            (ready / extra).touch()

    def writes(self, file: str, text: str) -> None:
        path = self.folder / file
        if text.startswith("[") and path.exists():  # a table in place of one that is there
            name = re.escape(text.splitlines()[0])
            text = re.sub(rf"^{name}\n.*?(?=^\[)", text + "\n", path.read_text(), count=1, flags=re.S | re.M)
        path.write_text(text)

    def the_kit_moves_on(self) -> None:
        with open(self.upstream / "solutions" / "setup.py", "a") as file:
            file.write(TO_IMAGES)
        (self.upstream / "autograder/checks/setup/to_images.py").write_text(CHECKS)
        checks = self.upstream / "autograder/checks/setup/hyperparameters.py"
        checks.write_text(checks.read_text().replace(".probe(fixed=", ".probe(points=2, fixed=", 1))
        self.commit("to_images, and a point more for the hidden units")


@pytest.mark.slow
def test_two_weeks_are_typed_and_print_what_the_page_shows(tmp_path: Path) -> None:
    reader = Reader(tmp_path)
    differs = []
    for language, file, block in steps():
        if language == "text":
            page = (reader.folder / file).read_text()
            told = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
            differs += [f"{file} lacks: {line}" for line in block.splitlines() if line not in told]
        elif language != "console":
            reader.writes(file, block)
        else:
            for command, shown in commands(block):
                if command == "make upgrade":
                    reader.the_kit_moves_on()
                said = reader.types(command)
                if not is_shown(shown, said):
                    differs.append(f"$ {command}\n{said}")
    assert not differs, "\n".join(differs)
    to_commit = reader.types("git status --porcelain")
    assert not [name for name in ("roster.csv", "source/", "release/", "feedback/") if name in to_commit], to_commit


def test_it_takes_fewer_than_ten_commands() -> None:
    made = {command.split()[1] for _, _, block in steps() for command, _ in commands(block) if command[:4] == "make"}
    assert "upgrade" in made
    assert len(made) < 10
