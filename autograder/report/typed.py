"""What to type next, where `make check exercise=softmax` does not do: without make, or in another folder."""

from __future__ import annotations

import os
import re
import shlex
from typing import Any

from autograder import places

#: Of the commands that make has, and the installed kit too.
NAMES = "check|watch|hint|answer|list|reset|train|predict|lab|copy|progress|doctor|stop"
#: Those that take a section as others take an exercise.
BY_SECTION = {"train", "lab", "copy", "list"}
COMMAND = re.compile(rf"\bmake ({NAMES})\b((?: [a-z_]+=[^\s,;)`]+)*)")


def typed(text: str) -> str:
    """The text with the words of the installed kit."""
    text = text.replace("python -m autograder", "autograder")
    return COMMAND.sub(_command, text)


def elsewhere(text: str) -> str:
    """The text with what is typed in the current folder, which may not be the one that has the Makefile."""
    path = os.path.relpath(places.WORKSPACE)
    return text if path == "." else COMMAND.sub(rf"make -C {shlex.quote(path)} \1\2", text)


def _command(found: re.Match[str]) -> str:
    return " ".join(["autograder", found[1], *(_word(found[1], setting) for setting in found[2].split())])


def _word(command: str, setting: str) -> str:
    name, _, value = setting.partition("=")
    dot = "." if value.endswith(".") else ""  # the end of the sentence
    value = value.removesuffix(".") if dot else value
    option = "--" + name.replace("_", "-")
    if name in ("exercise", "notebook") or (name == "section" and command in BY_SECTION):
        return value + dot
    return (option if value == "1" else f"{option} {value}") + dot


class Typed:
    """A stream that says what to type as it is typed here."""

    def __init__(self, stream: Any):
        self._stream = stream

    def write(self, text: str) -> int:
        self._stream.write(typed(text))
        return len(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
