"""The lesson: its sections in order, and finding an exercise by its name."""

from __future__ import annotations

import contextlib
import difflib
import functools
import importlib
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from autograder.exercise import Exercise

ROOT = Path(__file__).resolve().parent.parent
SECTIONS = ["setup", "cross_entropy", "training_loop", "modules", "optim", "data", "validation", "notes"]


_found: dict[str, Exercise] = {}  # sections stay loaded, so what has been found once stays the same


class UnknownName(Exception):
    """No exercise or section has this name; the text says so and suggests the nearest."""


def sections() -> list[str]:
    """The sections whose checks are here."""
    return [name for name in SECTIONS if (ROOT / "autograder" / "checks" / f"{name}.py").exists()]


@functools.cache
def load(section: str) -> dict[str, Exercise]:
    """The exercises of a section by name, in lesson order. Does not import torch."""
    with postponed("torch"):
        module = importlib.import_module(f"autograder.checks.{section}")
    found = {e.name: e for e in vars(module).values() if isinstance(e, Exercise)}
    for exercise in found.values():
        exercise.section = section
    return found


def exercises() -> list[Exercise]:
    return [exercise for section in sections() for exercise in load(section).values()]


def find(name: str) -> Exercise:
    """The exercise of this name; UnknownName suggests near ones."""
    from autograder.source import section_of

    if name in _found:
        return _found[name]
    # The copy of the kit that a class gets has no solutions to look into.
    section = section_of(name) or next((s for s in sections() if name in load(s)), None)
    if section in sections() and name in load(section):
        return _found.setdefault(name, load(section)[name])
    raise UnknownName(suggest(name, [e.name for e in exercises()], "exercise"))


def select(names: list[str], section: str | None = None) -> list[Exercise]:
    """The exercises that the names stand for, or those of a section; neither means all.

    A name may be a section's as well; where an exercise bears the same name (cross_entropy), the exercise is meant.
    """
    if section is not None:
        if section not in sections():
            raise UnknownName(suggest(section, sections(), "section"))
        return list(load(section).values()) + select(names) if names else list(load(section).values())
    if not names:
        return exercises()
    chosen: list[Exercise] = []
    for name in names:
        chosen += load(name).values() if is_section(name) else [find(name)]
    return chosen


def is_section(name: str) -> bool:
    """Whether a name stands for a section and for no exercise."""
    from autograder.source import section_of

    return name in sections() and section_of(name) is None


def suggest(name: str, known: list[str], what: str) -> str:
    lower = {k.lower(): k for k in known}
    near = [lower[n] for n in difflib.get_close_matches(name.lower(), lower, n=3, cutoff=0.5)]
    near += [k for k in known if name.lower() in k.lower() and k not in near][: 3 - len(near)]
    told = f"There is no {what} called {name!r}."
    return f"{told} Did you mean {' or '.join(near)}?" if near else f"{told} `make list` shows them all."


class Postponed(types.ModuleType):
    """Stands for a module until something in it is used, and imports it then.

    importlib's LazyLoader is made for this, but Python 3.11 imports its modules at the second `import` statement.
    """

    def __getattr__(self, name: str) -> Any:
        return getattr(importlib.import_module(self.__name__), name)


@contextlib.contextmanager
def postponed(name: str) -> Iterator[None]:
    """Meanwhile `import name` costs nothing, unless it is there already; checks use torch in functions alone."""
    if name in sys.modules:
        yield
        return
    sys.modules[name] = Postponed(name)
    try:
        yield
    finally:
        if isinstance(sys.modules[name], Postponed):
            del sys.modules[name]
