"""Which editor is opened, and how it is told the line."""

from __future__ import annotations

import os
import shlex
import shutil
from pathlib import Path

#: Tried where neither VISUAL nor EDITOR is set.
USUAL = ("nano", "vim", "vi", "notepad")
#: Editors that take `+LINE FILE`, and those that take `--goto FILE:LINE`; others get the file alone.
PLUS = {"vi", "vim", "nvim", "nano", "pico", "emacs", "emacsclient", "micro", "joe", "ne", "kak", "gedit", "kate"}
GOTO = {"code", "codium", "code-insiders", "cursor"}
COLON = {"hx", "helix", "subl", "zed"}


def editor() -> list[str] | None:
    """The command that VISUAL or EDITOR names, else a usual one that is installed; None when there is none."""
    for name in ("VISUAL", "EDITOR"):
        words = shlex.split(os.environ.get(name, ""), posix=os.name != "nt")
        if words:
            return words if shutil.which(words[0]) else None
    return next(([name] for name in USUAL if shutil.which(name)), None)


def command(words: list[str], path: Path, line: int | None) -> list[str]:
    """The whole command that opens `path` at `line`."""
    name = Path(words[0]).stem
    if line is None:
        return [*words, str(path)]
    if name in PLUS:
        return [*words, f"+{line}", str(path)]
    if name in GOTO:
        return [*words, "--goto", f"{path}:{line}"]
    return [*words, f"{path}:{line}"] if name in COLON else [*words, str(path)]


def missing() -> str:
    """What to say when no editor can be opened."""
    for name in ("VISUAL", "EDITOR"):
        if os.environ.get(name):
            return f"{name} is set to {os.environ[name]!r}, which is not installed here. Set it to an editor that is."
    return "No editor was found. Name yours, for example: export EDITOR=nano"
