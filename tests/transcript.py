"""What the guides show of a session: each command, and what is printed below it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from autograder import places

#: What differs from machine to machine, and the lines of files, which move with every prompt above.
MASKED = (r"(?<=in\\ )\d+(?=\\ s)", r"(?<=line\\ )\d+", r"(?<=Makefile:)\d+")


def commands(block: str, prompt: str = r"\$ ") -> Iterator[tuple[str, str]]:
    """Each command of a block, and what is shown below it."""
    for part in re.split(rf"^{prompt}", block, flags=re.M)[1:]:
        command, _, shown = part.partition("\n")
        yield command, shown


def pattern(shown: str) -> str:
    """A line of dots stands for any lines."""
    lines = [r"(?:.*\n)*?" if line == "..." else re.escape(line) + r"\n" for line in shown.splitlines()]
    return re.sub("|".join(MASKED), r"\\d+", "".join(lines))


def is_shown(shown: str, said: str) -> bool:
    return re.fullmatch(pattern(shown or "\n"), said) is not None


def five_minutes(way: str) -> list[str]:
    """The blocks of one of the three ways in the learner's guide: "In a clone", "With pip", "In a notebook"."""
    text = (places.KIT / "docs" / "learners.md").read_text(encoding="utf-8")
    part = text.partition("## The first five minutes")[2].partition("\n## ")[0]
    (told,) = [told for told in re.split(r"^(?=In a|With pip)", part, flags=re.M) if told.startswith(way)]
    return re.findall(r"^```\w+\n(.*?)^```", told, re.S | re.M)
