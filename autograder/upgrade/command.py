"""The order of things: fetch, back up, bring in, then new stubs. Until files are brought in, nothing has changed."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

from autograder import process, workspace
from autograder.places import INSTALLED, KIT
from autograder.upgrade import merge
from autograder.upgrade.finish import names
from autograder.upgrade.git import CannotUpgrade, Git


def upgrade(source: str | None, say: Callable[[str], None], root: Path = KIT) -> None:
    """Bring in what is new on `source` ("origin/main"), by default on the branch that this one follows."""
    git = Git(root)
    if git.ask("rev-parse", "--show-toplevel")[0] or Path(git.run("rev-parse", "--show-toplevel")) != root.resolve():
        raise CannotUpgrade(
            "pip installed this kit, and brings what is new: `pip install --upgrade` with what it was installed from."
            " The next command then adds the new stubs."
            if INSTALLED
            else "This folder is not a clone, so there is nothing to upgrade from. Clone the kit again."
        )
    if git.unfinished():
        raise CannotUpgrade("A merge or rebase is half done. Finish or undo it first: git status says how.")
    target = _fetched(git, source)
    old = git.run("rev-parse", "HEAD")
    base = git.ask("merge-base", old, target)[1]
    if not base:
        raise CannotUpgrade("What is upstream has no common history with this folder, so it is not the same kit.")
    had = set(names())
    new = int(git.run("rev-list", "--count", f"{old}..{target}"))
    if new:
        _bring_in(git, old, base, target, say)
    told = f"{new} new commit{'s' * (new > 1)}." if new else "Up to date."
    say("\n".join([told, *_finish(root, had)]))


def _fetched(git: Git, source: str | None) -> str:
    remote, _, branch = source.partition("/") if source else ("", "", "")
    if not source:
        remote, branch = git.upstream()
    if remote != ".":  # a branch of this very folder
        code, _, error = git.ask("fetch", "--quiet", remote, branch)
        if code:
            last = (error.strip().splitlines() or ["no answer"])[-1]
            raise CannotUpgrade(f"Upstream cannot be reached ({last}). Nothing was changed; try again later.")
        return git.run("rev-parse", "FETCH_HEAD^{commit}")
    return git.run("rev-parse", f"{branch}^{{commit}}")


def _bring_in(git: Git, old: str, base: str, target: str, say: Callable[[str], None]) -> None:
    kept = merge.touched(git, base)
    tree = merge.merged(git, base, target, kept)
    before = {path: _bytes(git.root / path) for path in kept}
    copies = [workspace.back_up(git.root / path) for path, content in before.items() if content is not None]
    copies += _staged(git, before)
    merge.bring_in(git, tree)
    commit = target if base == old else _commit(git, tree, old, target)
    git.run("update-ref", "-m", "upgrade", "HEAD", commit, old)
    git.run("reset", "--quiet")  # the index follows; the folder stays
    for path, content in before.items():
        if _bytes(git.root / path) != content:  # it cannot happen, and must not
            raise CannotUpgrade(f"{path} is not what it was. Its copy is in {copies[0].parent}.")
    if copies:
        say(f"Your files stay as they are. Copies of them: {copies[0].parent.relative_to(git.root)}")


def _bytes(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _staged(git: Git, before: dict[str, bytes | None]) -> list[Path]:
    """Keep what was added to git's index and is neither in the folder nor committed: the index will be made afresh."""
    copies = []
    for path in git.names("diff", "--no-renames", "--name-only", "-z", "--cached", "--diff-filter=AM", "HEAD"):
        done = subprocess.run(["git", "show", f":{path}"], cwd=git.root, capture_output=True, check=False)
        if done.returncode == 0 and done.stdout != before.get(path, _bytes(git.root / path)):
            workspace.BACKUPS.mkdir(parents=True, exist_ok=True)
            staged = workspace.BACKUPS / f"staged_{Path(path).name}"
            staged.write_bytes(done.stdout)
            copies.append(workspace.back_up(staged))
            staged.unlink()
    return copies


def _commit(git: Git, tree: str, old: str, target: str) -> str:
    """A merge commit, under the learner's name if git knows it."""
    who = (
        [] if git.ask("config", "user.email")[1] else ["-c", "user.name=Learner", "-c", "user.email=learner@localhost"]
    )
    words = ["commit-tree", tree, "-p", old, "-p", target, "-m", "Bring in what is new upstream"]
    return git.run(*who, *words)


def _finish(root: Path, had: set[str]) -> list[str]:
    """New stubs and prompts, made by the code that came in."""
    done = subprocess.run(process.python("upgrade.finish"), cwd=root, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [""])[-1]
        return [f"The new stubs could not be made: {last}", "`make doctor` looks for the reason; then: make upgrade"]
    told = json.loads(done.stdout)
    new = [name for name in told["exercises"] if name not in had]
    course = ["What this changes for your course: make course"] if (root / "course.toml").is_file() else []
    return [*([f"New exercises: {', '.join(new)}"] if new else []), *told["says"], *course]
