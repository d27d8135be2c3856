"""`make doctor`: is everything there that the kit needs, and if not, what mends it.

finding.py    what an examination finds, in words and as JSON
machine.py    Python, disk, editor, browser, terminal
torch.py      importing torch, its threads, and one check from end to end
kit.py        the installed packages, the learner's files, git, and what keeps the code of strangers apart
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from autograder.doctor.finding import Finding


def examine() -> Iterator[Finding]:
    """Every finding, as soon as there is one. An examination that fails itself is a finding too."""
    from autograder.doctor import kit, machine, torch

    for part in (*machine.ALL, *torch.ALL, *kit.ALL):
        yield from _carefully(part)


def _carefully(part: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    name = part.__name__.replace("_", " ")
    try:
        yield from part()
    except Exception as error:
        yield Finding(name, "note", f"could not be looked at: {type(error).__name__}: {error}")
