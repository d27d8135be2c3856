"""Calling git, and the few questions that are put to it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path


class CannotUpgrade(Exception):
    """Nothing was changed; the text says why and what to do."""


class Git:
    """git in one folder; no prompts, no translations, no hooks of plumbing commands."""

    def __init__(self, root: Path):
        self.root = root

    def run(self, *words: str, index: Path | None = None, given: str | None = None) -> str:
        """The output of a command, without the newline at its end; CannotUpgrade when it fails."""
        code, out, error = self.ask(*words, index=index, given=given)
        if code:
            last = (error.strip().splitlines() or [f"exit code {code}"])[-1]
            raise CannotUpgrade(f"git {words[0]} failed: {last}")
        return out

    def ask(self, *words: str, index: Path | None = None, given: str | None = None) -> tuple[int, str, str]:
        environment = dict(os.environ) | {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0"}
        if index:
            environment["GIT_INDEX_FILE"] = str(index)
        try:
            done = subprocess.run(
                ["git", "-c", "core.quotePath=false", "-c", "core.hooksPath=/dev/null", *words],
                cwd=self.root,
                env=environment,
                input=given,
                capture_output=True,
                text=True,
                encoding="utf-8",
                errors="surrogateescape",
                check=False,
            )
        except FileNotFoundError:
            raise CannotUpgrade("git is not installed. Install it, then: make upgrade") from None
        return done.returncode, done.stdout.rstrip("\n"), done.stderr

    def names(self, *words: str) -> list[str]:
        """The paths that a command with -z lists."""
        return [name for name in self.run(*words).split("\0") if name]

    def exists(self, revision: str) -> bool:
        return self.ask("rev-parse", "--verify", "--quiet", revision)[0] == 0

    def folder(self) -> Path:
        return self.root / self.run("rev-parse", "--git-dir")

    def upstream(self) -> tuple[str, str]:
        """(remote, branch) that this branch follows; else the main branch of the only remote or of origin."""
        branch = self.ask("rev-parse", "--abbrev-ref", "HEAD")[1]
        remote, merge = (self.ask("config", f"branch.{branch}.{key}")[1] for key in ("remote", "merge"))
        if remote and merge:
            return remote, merge.removeprefix("refs/heads/")
        remotes = self.run("remote").split()
        remote = "origin" if "origin" in remotes else remotes[0] if len(remotes) == 1 else ""
        if not remote:
            raise CannotUpgrade("This branch follows no other. Say what to bring in: --from REMOTE/BRANCH")
        head = self.ask("rev-parse", "--abbrev-ref", f"{remote}/HEAD")[1].removeprefix(f"{remote}/")
        return remote, head if head and head != "HEAD" else "main"

    def unfinished(self) -> bool:
        """Whether a merge, rebase or the like is half done."""
        names = ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "rebase-merge", "rebase-apply")
        return any((self.folder() / name).exists() for name in names)
