"""How near an observation comes to the reference's: how much of it is there already, entry by entry."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from autograder.judging.difference import close
from autograder.judging.verdict import Frame

Path = tuple[Any, ...]


def share(mine: Any, reference: Any, rtol: float, atol: float) -> float:
    """Of the reference's entries, those that stand in the same place here with the same value: from 0 to 1."""
    own, wanted = dict(_entries(mine)), dict(_entries(reference))
    return sum(path in own and _same(own[path], value, rtol, atol) for path, value in wanted.items()) / len(wanted)


def line(frame: Frame) -> int:
    """The line of the answer at which it raised: the later, the further it came."""
    frames = (frame.get("raised") or {}).get("frames") or [{}]
    return int(frames[-1].get("line") or 0)


def _same(mine: Any, theirs: Any, rtol: float, atol: float) -> bool:
    if isinstance(mine, int | float) and isinstance(theirs, int | float):
        return close(mine, theirs, rtol, atol)
    return bool(mine == theirs)


def _entries(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """(where, value) of each entry; of a tensor its form and its elements, of a list or dict also its size."""
    if isinstance(value, dict) and "tensor" in value:
        yield (*path, "form"), (value["tensor"], value["shape"], value["grad"])
        for i, element in enumerate(value["values"] or ()):
            yield (*path, i), element
    elif isinstance(value, dict) and "dict" in value:
        yield (*path, "size"), len(value["dict"])
        for key, item in value["dict"]:
            yield from _entries(item, (*path, repr(key)))
    elif isinstance(value, list):
        yield (*path, "size"), len(value)
        for i, item in enumerate(value):
            yield from _entries(item, (*path, i))
    else:
        yield path, value
