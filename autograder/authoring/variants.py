"""Other implementations of an exercise: rights, mistakes and relations. Only the trusted side asks for them."""

from __future__ import annotations

import functools
from typing import Any

from autograder import lesson, source
from autograder.beside.load import run_file


def variant(exercise_name: str, kind: str, name: str) -> Any:
    """The implementation; kind is "right", "mistake" or "relation"."""
    exercise = lesson.find(exercise_name)
    if kind == "relation":
        from autograder.authoring.relations import RELATIONS

        return RELATIONS[name](reference(exercise_name, exercise.section))
    table = exercise.rights if kind == "right" else exercise.mistakes
    function = table[name].function
    return function() if exercise.is_class else function


@functools.cache
def reference(name: str, section: str) -> Any:
    path = source.solutions_path(section)
    module, failed = run_file(str(path), path.read_text(encoding="utf-8"), f"solutions.{section}")
    if failed:
        raise RuntimeError(f"{path} does not run: {failed}")
    return module.__dict__[name]


def experiment(name: str) -> list[str]:
    """Run the experiment of a concept question."""
    function = lesson.find(name).experiment_function
    assert function is not None
    return [str(line) for line in function()]
