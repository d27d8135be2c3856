"""The sections of the lesson that is worked on, and loading and finding an exercise by its name."""

from __future__ import annotations

import contextlib
import difflib
import functools
import importlib
import itertools
import re

from autograder import proofread
from autograder.description import current
from autograder.exercise import Exercise
from autograder.misplaced import misplaced, strays
from autograder.postponed import postponed
from autograder.proofread import AuthorsError
from autograder.section_files import checks_folder, exercises_of, is_out, is_own, package, sections_with, solutions_path


def forget() -> None:
    """Look again at which files there are: a question was added."""
    for function in (current, names, home, exercises_of):
        function.cache_clear()


class UnknownName(Exception):
    """No exercise or section has this name; the text says so and suggests the nearest."""


def sections() -> list[str]:
    """The sections whose checks are here."""
    return [name for name in current().sections if exercises_of(name)]


@functools.cache
def names(section: str) -> list[str]:
    """The exercises of a section: a file of checks each, in the order of the definitions in solutions/<section>.py.

    A notebook of an instructor's own, without exercises, is of the section "", which has none.
    """
    if not section:
        return []
    here = exercises_of(section)
    solutions = solutions_path(section)
    if solutions.exists():
        text = solutions.read_text(encoding="utf-8", errors="replace")
        order = re.findall(r"^(?:def|class) (\w+)", text, re.MULTILINE)
    else:  # the copy of the kit that a class gets
        order = importlib.import_module(f"{package(section)}.{section}").ORDER
    return [name for name in dict.fromkeys(order) if name in here] + sorted(here - set(order))


def load(section: str) -> dict[str, Exercise]:
    """The exercises of a section by name, in lesson order, without the `broken` ones. Does not import torch."""
    found = {}
    for name in names(section):
        with contextlib.suppress(AuthorsError):
            found[name] = _usable(section, name)
    return found


def broken(section: str | None = None) -> list[AuthorsError]:
    """What authors have to mend before the exercise can be used, in the section or everywhere."""
    found = [] if section else misplaced(current())
    for each in [section] if section else current().sections:
        for name in names(each) if exercises_of(each) else []:
            try:
                _usable(each, name)
            except AuthorsError as error:
                found.append(error)
        found += _unobserved(each)
    return found


def _unobserved(section: str) -> list[AuthorsError]:
    anywhere = {name for each in current().sections for name in exercises_of(each)} | {
        path.stem for path in strays(current())
    }
    return proofread.unobserved(solutions_path(section), exercises_of(section), anywhere, checks_folder(section))


#: What is wrong with an exercise shows when it runs only: why, by its name.
_aside: dict[str, AuthorsError] = {}


def set_aside(exercise: Exercise, why: AuthorsError) -> None:
    """From here on it is `broken`, so that what runs all exercises of its section goes on without it."""
    _aside[exercise.name] = why


def _usable(section: str, name: str) -> Exercise:
    if name in _aside:
        raise _aside[name]
    return _loaded(section, name)


@functools.cache
def _loaded(section: str, name: str) -> Exercise:
    """One exercise: its own file is read, and what its section shares."""
    path = checks_folder(section) / f"{name}.py"
    _alone(section, name)
    proofread.written(path, package(section))
    try:
        with postponed("torch"):
            module = importlib.import_module(f"{package(section)}.{section}.{name}")
    except Exception as error:  # whatever an author may have written
        raise proofread.unreadable(error, path) from error
    exercise = proofread.declared(vars(module), name, path)
    elsewhere = (p for each in current().sections if each != section and (p := solutions_path(each)).exists())
    proofread.reference(exercise, path, solutions_path(section), elsewhere)
    proofread.probes(exercise, vars(module), path)
    exercise.section = section
    return exercise


def _alone(section: str, name: str) -> None:
    """AuthorsError where another section has an exercise of this name, and this is not the one that it stands for."""
    first = home(name) or section
    others = [other for other in sections_with(name) if other != section]
    asking = [s for s in (section, *others) if (path := solutions_path(s)).exists() and name in proofread.asked(path)]
    if others and asking == [section]:
        return
    if others and len(asking) == 1:
        path, asked = checks_folder(section) / f"{name}.py", solutions_path(asking[0])
        told = f"`{name}` is asked in {proofread.shown(asked)}, and has checks there. Take this file out."
        raise AuthorsError(path, proofread.declared_at(path, name), told)
    out = bool(others) and is_out(name, first)
    if not others or (section == first and (out or all(map(is_own, others)))):
        return
    rename, told = section, "Call one of them something else."
    if out and is_own(first) and not is_own(section):
        rename, others, told = (
            first,
            [section],
            "It is left out: students have yours. Rename yours for the next course.",
        )
    elif out:
        told = "Students have that one. Call this one something else."
    path = checks_folder(rename) / f"{name}.py"
    says = f"the section {others[0]} has an exercise `{name}` too. {told}"
    raise AuthorsError(path, proofread.declared_at(path, name), says)


def exercises() -> list[Exercise]:
    return [exercise for section in sections() for exercise in load(section).values()]


def find(name: str) -> Exercise:
    """The exercise of this name; UnknownName suggests near ones, AuthorsError says why it cannot be used yet."""
    section = home(name)
    if section is None:
        errors = itertools.chain(misplaced(current()), *(_unobserved(each) for each in current().sections))
        for error in errors:
            if f"`{name}`" in str(error):
                raise error
        if name in sections():
            raise UnknownName(f"{name} is a section. Its first exercise is {names(name)[0]}.")
        for path in (checks_folder(each) / f"{other}.py" for each in sections() for other in names(each)):
            if re.search(rf"^{name} = \w+\(", proofread.read(path), re.MULTILINE):
                _usable(path.parent.name, path.stem)  # says that the file is called something else
        raise UnknownName(suggest(name, [e for s in sections() for e in names(s)], "exercise"))
    return _usable(section, name)


@functools.cache
def home(name: str) -> str | None:
    """The section of the exercise that a name stands for: of several the one that students have, or else the first."""
    found = sections_with(name)
    return min(found, key=lambda section: not is_out(name, section)) if found[1:] else next(iter(found), None)


def select(names: list[str], section: str | None = None) -> list[Exercise]:
    """The exercises that the names stand for, or those of a section; neither means all.

    A name may be a section's as well; where an exercise bears the same name (cross_entropy), the exercise is meant.
    """
    if section is not None:
        if section not in sections() and (of := home(section)):
            raise UnknownName(f"{section} is an exercise, of the section {of}.")
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
    return name in sections() and home(name) is None


def suggest(name: str, known: list[str], what: str) -> str:
    lower = {k.lower(): k for k in known}
    near = [lower[n] for n in difflib.get_close_matches(name.lower(), lower, n=3, cutoff=0.5)]
    near += [k for k in known if name.lower() in k.lower() and k not in near][: 3 - len(near)]
    told = f"There is no {what} called {name!r}."
    if near:
        return f"{told} Did you mean {' or '.join(near)}?"
    return f"{told} `make list` shows them all." if what in ("exercise", "section") else told
