"""An answer that was to be built without a torch function is tried where torch does not have that function.

Watching, beside the submission's own code, is what gives a learner a message (autograder/beside/shortcut.py); it can be
deceived. This cannot: the answer runs once more, with the function unplugged (unplug.py), and keeps its points only
if it earns them again.
"""

from __future__ import annotations

import ast
import functools

from autograder import lesson, source
from autograder.classroom.run import Run
from autograder.exercise import Exercise
from autograder.judging.verdict import Verdict

#: What answers to other exercises are made of: never unplugged for all of a section at once.
EVERYDAY = {"exp", "log", "xlogy"}
#: What the kit has for its probes and does what an answer is to do: gone where no probe of an exercise takes it.
READY = {"OptimizerSpy", "LoaderSpy", "batches"}


def confirm(run: Run, verdicts: dict[str, Verdict]) -> None:
    """Replace the verdicts on answers that have points and lose some without what they were to be built without."""
    exercises = lesson.load(run.section)
    without = {
        name: functions
        for name, verdict in verdicts.items()
        if verdict.points and verdict.outcome != "shortcut" and (functions := forbidden(exercises[name]))
    }
    alike: dict[tuple[object, ...], list[str]] = {}
    for name, functions in without.items():
        key = bool(functions & EVERYDAY), frozenset(filter(_is_the_kits, functions)), _brings(run.section, name)
        alike.setdefault(key, []).append(name)
    confirmed: set[str] = set()
    for names in alike.values():
        again = run.again(names, without=set().union(*(without[name] for name in names)))
        confirmed |= {name for name in names if again.verdict(name).points >= verdicts[name].points}
    for name in without.keys() - confirmed:  # by itself: another's function may be what this one is made of
        again = run.again([name], without=without[name])
        verdict = again.verdict(name)
        if verdict.points < verdicts[name].points:
            verdicts[name] = verdict if again.ran_out else _refused(run, name, exercises[name].shortcut[0])


def forbidden(exercise: Exercise) -> set[str]:
    """What to do without, as unplug.py takes it."""
    if not exercise.shortcut:
        return set()
    tree = _tree(exercise.section, exercise.name)
    imported = {a.name for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.module == SPIES for a in n.names}
    taken = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)} & imported
    taken |= {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute) and ast.unparse(n.value) == "spies"}
    return set(exercise.shortcut) | {f"{SPIES}:{name}" for name in READY - taken}


SPIES = "autograder.beside.spies"


def _is_the_kits(function: str) -> bool:
    return function.startswith(SPIES)


def _brings(section: str, name: str) -> bool:
    """Whether the probes have a class of their own, such as a dataset, which is not there for the answers to others."""
    return any(isinstance(node, ast.ClassDef) for node in _tree(section, name).body)


@functools.cache
def _tree(section: str, name: str) -> ast.Module:
    return ast.parse(source.without_unused(source.probes(section, name)))


def _refused(run: Run, name: str, function: str) -> Verdict:
    """The verdict as if the watching had seen everything."""
    for frame in run.seen[name].frames:
        if "probe" in frame:
            frame["shortcuts"] = [f"torch's {function}"]
    return run.verdict(name)
