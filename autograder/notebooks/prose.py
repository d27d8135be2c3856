"""Prompts as Markdown. A prompt is written to be read as a docstring; a notebook shows the same words, laid out."""

from __future__ import annotations

import re
from collections.abc import Iterator

_STATEMENT = re.compile(r"([a-h])\) +(.*)")
#: "xb, yb: the batch" and "`bs`   the batch size": a parameter and what it is.
_PARAMETER = re.compile(r"(?P<name>[a-z_][a-z_0-9]*(?:, [a-z_][a-z_0-9]*)*): +(?P<text>\S.*)")
_COLUMN = re.compile(r"(?P<name>`[^`]+`(?:, `[^`]+`)*) {2,}(?P<text>\S.*)")
#: An underscore within a word is nothing special.
_SPECIAL = re.compile(r"[*<]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
_BULLET = re.compile(r"([-*]|\d+\.) ")


def markdown(prompt: str) -> str:
    """The prompt as Markdown: examples as code, statements and parameters as lists."""
    return "\n\n".join(filter(None, map(_block, _blocks(prompt))))


def first_sentence(prompt: str) -> str:
    """The first paragraph on one line, which is the docstring of the answer cell."""
    return " ".join(prompt.split("\n\n")[0].split())


def _blocks(prompt: str) -> Iterator[list[str]]:
    block: list[str] = []
    for line in prompt.splitlines():
        if line.strip():
            block.append(line)
        elif block:
            yield block
            block = []
    if block:
        yield block


def _block(lines: list[str]) -> str:
    if lines[0].lstrip().startswith(">>>"):
        indent = len(lines[0]) - len(lines[0].lstrip())
        return "\n".join(["```python", *(line[indent:] for line in lines), "```"])
    if all(line.startswith("    ") for line in lines):
        return "\n".join(["```text", *(line[4:] for line in lines), "```"])
    return "\n".join(_items(lines)).strip("\n")


def _items(lines: list[str]) -> Iterator[str]:
    """Lines, those that start an item made into one; an indented line goes on with the item before it."""
    in_list = False
    for line in lines:
        statement, named = _STATEMENT.match(line), _PARAMETER.match(line) or _COLUMN.match(line)
        if statement:
            yield from _start(in_list, f"- **{statement[1]})** {safe(statement[2])}")
            in_list = True
        elif named and (in_list or line is lines[0] or _alike(lines)):
            names = ", ".join(f"`{name.strip('`')}`" for name in named["name"].split(", "))
            yield from _start(in_list, f"- {names}: {safe(named['text'])}")
            in_list = True
        elif _BULLET.match(line):
            mark, rest = line.split(" ", 1)
            yield from _start(in_list, f"{mark} {safe(rest)}")
            in_list = True
        elif in_list and (line.startswith(" ") or _STATEMENT.match(lines[0])):
            yield "  " + safe(line.strip())
        else:
            in_list = False
            yield safe(line.strip())


def _start(in_list: bool, item: str) -> Iterator[str]:
    if not in_list:
        yield ""
    yield item


def _alike(lines: list[str]) -> bool:
    return sum(bool(_PARAMETER.match(line) or _COLUMN.match(line)) for line in lines) > 1


def safe(text: str) -> str:
    """Underscores and stars outside of `code` stand for themselves."""
    parts = re.split(r"(`[^`]*`)", text)
    return "".join(part if part.startswith("`") else _SPECIAL.sub(r"\\\g<0>", part) for part in parts)
