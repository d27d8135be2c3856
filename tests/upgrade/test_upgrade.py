"""Upgrading with real repositories: upstream's, and a learner's clone of it in every state that clones get into."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
import small_kit

pytestmark = pytest.mark.timeout(120)

NEW_SOLUTION = '''

def triple(x):
    """Three times `x`."""
    return x * 3
'''
NEW_CHECKS = """from autograder.exercise import code

triple = code("triple", ids=["R1.3"], hints=["What is three times one?", "Multiply."])


@triple.probe
def triples(triple, draw):
    return triple(draw.normal(2, 2))
"""
MINE = '"""My own words."""\n\nimport torch\n\n\ndef double(x):  # mine\n    return x + x\n'
MINE += "\n\n# a note: ü \u2028 \x0c\nhelper = 3\n"


class Repository:
    def __init__(self, root: Path):
        self.root = root

    def git(self, *words: str) -> str:
        who = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
        done = subprocess.run(["git", *who, *words], cwd=self.root, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def commit(self, message: str) -> None:
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)

    def upgrade(self, *words: str, code: int = 0) -> str:
        environment = small_kit.environment(HOME=str(self.root.parent), GIT_CONFIG_NOSYSTEM="1")
        done = small_kit.run(self.root, "-m", "autograder", "upgrade", *words, check=False, env=environment)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def file(self, name: str) -> Path:
        return self.root / name

    def backups(self) -> set[bytes]:
        return {path.read_bytes() for path in self.file(".autograder/backups").glob("*")}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Upstream with two commits' worth of news, and a clone from before them."""
    place = tmp_path_factory.mktemp("made")
    upstream = Repository(small_kit.make(place / "upstream"))
    upstream.file(".gitignore").write_text("__pycache__/\n/.autograder/\n")
    upstream.git("init", "-q", "-b", "main")
    upstream.commit("The kit")
    upstream.git("clone", "-q", str(upstream.root), str(place / "learner"))
    return place


@pytest.fixture
def repositories(made: Path, tmp_path: Path) -> tuple[Repository, Repository]:
    for name in ("upstream", "learner"):
        shutil.copytree(made / name, tmp_path / name, symlinks=True)
    upstream, learner = Repository(tmp_path / "upstream"), Repository(tmp_path / "learner")
    learner.git("remote", "set-url", "origin", str(upstream.root))
    return upstream, learner


def news(upstream: Repository) -> None:
    """A new exercise, a new section's note, a fixed check, and a better prompt."""
    path = upstream.file("solutions/setup.py")
    path.write_text(path.read_text().replace("The sum of a list", "The sum of all in a list") + NEW_SOLUTION)
    upstream.file("autograder/checks/setup/triple.py").write_text(NEW_CHECKS)
    small_kit.run(upstream.root, "-c", "from autograder import workspace; workspace.refresh_all()")
    upstream.file("autograder/NEW").write_text("new\n")
    upstream.commit("News")


def test_an_untouched_clone_becomes_what_upstream_is(repositories: tuple[Repository, Repository]) -> None:
    upstream, learner = repositories
    assert learner.upgrade() == "Up to date.\n"
    news(upstream)
    assert learner.upgrade() == "1 new commit.\nNew exercises: triple\n"
    assert learner.git("rev-parse", "HEAD") == upstream.git("rev-parse", "HEAD")
    assert learner.git("status", "--porcelain") == ""
    assert "def triple" in learner.file("exercises/setup.py").read_text()
    assert learner.upgrade() == "Up to date.\n"


def test_whoever_teaches_a_course_is_told_where_to_see_what_an_upgrade_changes(
    repositories: tuple[Repository, Repository],
) -> None:
    upstream, learner = repositories
    learner.file("course.toml").write_text("")
    news(upstream)
    assert learner.upgrade().endswith("New exercises: triple\nWhat this changes for your course: make course\n")


def test_answers_that_were_not_committed_stay_to_the_byte(repositories: tuple[Repository, Repository]) -> None:
    upstream, learner = repositories
    mine = learner.file("exercises/setup.py")
    mine.write_bytes(MINE.encode())
    extra = learner.file("exercises/notes.txt")
    extra.write_bytes(b"my notes \xff\n")
    notebook = learner.file("notebooks/mine.ipynb")
    notebook.parent.mkdir()
    notebook.write_text("{}")
    news(upstream)
    told = learner.upgrade()
    assert "New exercises: triple" in told
    text = mine.read_bytes().decode()
    for part in MINE.split("\n\n\n"):
        assert part.strip("\n") in text
    assert "def triple(x):" in text
    assert "The sum of all in a list" in text  # an answer that was not there has come back as a stub
    assert extra.read_bytes() == b"my notes \xff\n"
    assert notebook.read_text() == "{}"
    assert MINE.encode() in learner.backups()
    assert learner.file("autograder/NEW").exists()
    assert learner.git("rev-parse", "HEAD") == upstream.git("rev-parse", "HEAD")
    assert learner.git("diff", "--name-only") == "exercises/setup.py"
    done = small_kit.run(learner.root, "-m", "autograder", "check", "double")
    assert "double passed" in done.stdout


def test_answers_that_were_committed_are_merged_in(repositories: tuple[Repository, Repository]) -> None:
    upstream, learner = repositories
    small_kit.answer(learner.root, "setup", **small_kit.RIGHT)
    learner.file("mine.md").write_text("of my own\n")
    learner.commit("My answers")
    small_kit.answer(learner.root, "cross_entropy", which_is_true='def which_is_true():\n    return "a"\n')
    before = learner.file("exercises/cross_entropy.py").read_bytes()
    news(upstream)
    learner.upgrade()
    assert learner.git("rev-parse", "HEAD^2") == upstream.git("rev-parse", "HEAD")
    assert learner.git("log", "-1", "--format=%an") == "Learner"
    assert learner.file("mine.md").read_text() == "of my own\n"
    assert learner.file("exercises/cross_entropy.py").read_bytes() == before
    text = learner.file("exercises/setup.py").read_text()
    assert "return x * 2" in text
    assert "return sum(xs)" in text
    assert "def triple(x):" in text
    assert learner.upgrade() == "Up to date.\n"
    news_again = upstream.file("autograder/NEW")
    news_again.write_text("newer\n")
    upstream.commit("More")
    learner.upgrade()
    assert learner.file("autograder/NEW").read_text() == "newer\n"


def test_what_was_only_staged_is_kept_too(repositories: tuple[Repository, Repository]) -> None:
    upstream, learner = repositories
    mine = learner.file("exercises/setup.py")
    mine.write_text("staged = 1\n")
    learner.git("add", "exercises/setup.py")
    mine.write_text("in_the_folder = 2\n")
    news(upstream)
    learner.upgrade()
    assert {b"staged = 1\n", b"in_the_folder = 2\n"} <= learner.backups()
    assert "in_the_folder = 2" in mine.read_text()


@pytest.mark.parametrize("committed", [False, True])
def test_the_same_file_of_the_kit_changed_on_both_sides(
    repositories: tuple[Repository, Repository], committed: bool
) -> None:
    upstream, learner = repositories
    learner.file("solutions/setup.py").write_text("# I looked and changed it\n")
    mine = learner.file("exercises/setup.py")
    mine.write_text("mine = 1\n")
    if committed:
        learner.commit("Mine")
    before = {
        path: path.read_bytes() for path in learner.root.rglob("*") if path.is_file() and ".git" not in path.parts
    }
    head = learner.git("rev-parse", "HEAD")
    news(upstream)
    assert "solutions/setup.py" in learner.upgrade(code=2)
    assert learner.git("rev-parse", "HEAD") == head
    for path, content in before.items():
        assert path.read_bytes() == content
    assert not learner.file("autograder/NEW").exists()
    assert learner.git("diff", "--cached", "--name-only") == ""


def test_a_change_that_upstream_does_not_touch_is_carried_along(repositories: tuple[Repository, Repository]) -> None:
    upstream, learner = repositories
    path = learner.file("autograder/beside/draw.py")
    path.write_text(path.read_text() + "# tried something\n")
    news(upstream)
    learner.upgrade()
    assert path.read_text().endswith("# tried something\n")
    assert learner.file("autograder/NEW").exists()


def test_a_file_that_is_in_the_way_is_named_and_left(repositories: tuple[Repository, Repository]) -> None:
    upstream, learner = repositories
    learner.file("autograder/NEW").write_text("mine by chance\n")
    news(upstream)
    learner.upgrade(code=2)
    assert learner.file("autograder/NEW").read_text() == "mine by chance\n"
    upstream.file("exercises/notes.txt").write_text("upstream's\n")
    upstream.commit("More")
    learner.file("autograder/NEW").unlink()
    learner.file("exercises/notes.txt").write_text("mine by chance\n")  # in exercises/ nothing is ever in the way
    learner.upgrade()
    assert learner.file("exercises/notes.txt").read_text() == "mine by chance\n"


def test_a_section_that_upstream_gave_up_stays_with_its_answers(repositories: tuple[Repository, Repository]) -> None:
    upstream, learner = repositories
    small_kit.answer(learner.root, "cross_entropy", which_is_true='def which_is_true():\n    return "a"\n')
    before = learner.file("exercises/cross_entropy.py").read_bytes()
    for file in ("solutions/cross_entropy", "autograder/checks/cross_entropy/which_is_true", "exercises/cross_entropy"):
        upstream.file(f"{file}.py").unlink()
    upstream.commit("One section less")
    learner.upgrade()
    assert learner.file("exercises/cross_entropy.py").read_bytes() == before
    assert not learner.file("solutions/cross_entropy.py").exists()


def test_a_file_with_a_syntax_error_is_left_and_told(repositories: tuple[Repository, Repository]) -> None:
    upstream, learner = repositories
    mine = learner.file("exercises/setup.py")
    mine.write_text("def double(x:\n")
    news(upstream)
    assert "exercises/setup.py has a syntax error (line 1" in learner.upgrade()
    assert mine.read_text() == "def double(x:\n"
    mine.write_text("def double(x):\r\n    return x * 2\r\n", newline="")
    learner.upgrade()
    assert b"def triple(x):\r\n" in mine.read_bytes()  # in the line ends of the file


def test_an_upgrade_that_was_cut_off_is_finished_by_the_next(repositories: tuple[Repository, Repository]) -> None:
    upstream, learner = repositories
    mine = learner.file("exercises/setup.py")
    mine.write_text("mine = 1\n")
    news(upstream)
    learner.git("fetch", "-q")
    for name in ("autograder/NEW", "autograder/checks/setup/triple.py", "solutions/setup.py"):
        content = learner.git("show", f"origin/main:{name}")
        learner.file(name).write_text(content + "\n")
    learner.git("add", "autograder", "solutions")
    learner.upgrade()
    assert learner.git("rev-parse", "HEAD") == upstream.git("rev-parse", "HEAD")
    assert "mine = 1" in mine.read_text()


def test_what_cannot_be_upgraded_says_why(repositories: tuple[Repository, Repository], tmp_path: Path) -> None:
    upstream, learner = repositories
    learner.git("remote", "set-url", "origin", str(tmp_path / "gone"))
    assert "Upstream cannot be reached" in learner.upgrade(code=2)
    learner.git("remote", "remove", "origin")
    assert "--from REMOTE/BRANCH" in learner.upgrade(code=2)
    learner.git("remote", "add", "school", str(upstream.root))
    news(upstream)
    assert "New exercises: triple" in learner.upgrade("--from", "school/main")
    learner.file(".git/MERGE_HEAD").write_text("")
    assert "half done" in learner.upgrade(code=2)
    other = Repository(small_kit.make(tmp_path / "other"))
    assert "not a clone" in other.upgrade(code=2)
    other.git("init", "-q", "-b", "main")
    other.commit("another kit")
    other.git("remote", "add", "origin", str(upstream.root))
    assert "no common history" in other.upgrade(code=2)
