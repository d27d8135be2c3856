"""Wrong answers written from the prompts alone, the wrong lines marked: what is told of them must be true."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

MARK = "# <- wrong"


@dataclass(frozen=True)
class Marked:
    exercise: str
    text: str
    lines: frozenset[int]

    def is_true(self, lines: list[int]) -> bool:
        """Whether each told line is a marked one, or next to one: something missing or moved is told beside it."""
        return all(any(abs(line - marked) <= 1 for marked in self.lines) for line in lines)

    def is_exact(self, lines: list[int]) -> bool:
        return set(lines) <= self.lines


def answers(of: str = "*") -> list[Marked]:
    found = []
    for path in sorted((Path(__file__).parent / "answers").glob(f"{of}.txt")):
        for block in re.split(r"^=== ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
            name, text = block.split("\n", 1)
            lines = frozenset(i for i, line in enumerate(text.split("\n"), 1) if MARK in line)
            found.append(Marked(name, text.replace("   " + MARK, ""), lines))
    return found
