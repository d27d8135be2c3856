"""The tree that is to be: upstream's, in which the learner's own files are as they were in the last commit.

git then has nothing to do for these files, and leaves what is in the folder alone, committed or not. Everything happens
in an index of its own until it is certain that it works.
"""

from __future__ import annotations

from pathlib import Path

from autograder.upgrade.git import CannotUpgrade, Git


def is_protected(path: str) -> bool:
    """Files in which learners write: their exercises, and notebooks wherever they are."""
    return path.startswith("exercises/") or path.endswith(".ipynb")


def touched(git: Git, base: str) -> list[str]:
    """Protected files that differ from where the learner's branch left upstream: edited, added or removed, in commits,
    in the index, in the folder."""
    committed = git.names("diff", "--no-renames", "--name-only", "-z", base, "HEAD")
    staged = git.names("diff", "--no-renames", "--name-only", "-z", "--cached", "HEAD")
    edited = git.names("diff", "--no-renames", "--name-only", "-z")
    untracked = git.names("ls-files", "--others", "--exclude-standard", "-z", "--", "exercises", "*.ipynb")
    return sorted({path for path in (*committed, *staged, *edited, *untracked) if is_protected(path)})


def merged(git: Git, base: str, target: str, kept: list[str]) -> str:
    """The tree of target merged with HEAD, with the files of `kept` as they are in HEAD."""
    index = git.folder() / "upgrade-index"
    try:
        base, target = (_with(git, index, tree, kept) for tree in (base, target))
        index.unlink(missing_ok=True)
        git.run("read-tree", "-i", "-m", "--aggressive", base, "HEAD", target, index=index)
        both = {line.partition("\t")[2] for line in git.run("ls-files", "-u", index=index).splitlines()}
        if both:
            raise CannotUpgrade(
                f"You and upstream both changed {_some(sorted(both))}. Undo your change, or merge by hand with git."
            )
        return git.run("write-tree", index=index)
    finally:
        index.unlink(missing_ok=True)


def _with(git: Git, index: Path, tree: str, kept: list[str]) -> str:
    """A tree with the files of `kept` as in HEAD."""
    index.unlink(missing_ok=True)
    git.run("read-tree", tree, index=index)
    entries = []
    for path in kept:
        found = git.run("ls-tree", "-z", "HEAD", "--", path).rstrip("\0")
        mode, _, blob = found.partition("\t")[0].split() if found else ("0", "", "0" * 40)
        entries.append(f"{mode} {blob}\t{path}\0")
    git.run("update-index", "-z", "--index-info", index=index, given="".join(entries))
    return git.run("write-tree", index=index)


def bring_in(git: Git, tree: str) -> None:
    """Turn the folder into `tree`, or change nothing and say which file is in the way."""
    git.ask("update-index", "-q", "--refresh")
    code, _, error = git.ask("read-tree", "-n", "-m", "-u", "HEAD", tree)
    if code:
        in_the_way = [line.split("'")[1] for line in error.splitlines() if line.count("'") >= 2]
        if in_the_way:
            raise CannotUpgrade(
                f"Upstream changed {_some(in_the_way)}, and so did you. Move yours aside, or bring the old one back "
                f"(git checkout -- {in_the_way[0]}), then: make upgrade"
            )
        raise CannotUpgrade(f"git cannot bring the new files in: {error.strip()}")
    git.run("read-tree", "-m", "-u", "HEAD", tree)


def _some(names: list[str]) -> str:
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
