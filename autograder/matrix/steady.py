"""Does a probe see the same again, whatever ran before it, and is what is random drawn?"""

from __future__ import annotations

import ast

from autograder import proofread, source
from autograder.exercise import Exercise
from autograder.judging.judge import by_probe, compare
from autograder.judging.observing import reference_on
from autograder.judging.verdict import Frame
from autograder.proofread import AuthorsError

#: What is random, by its last name, and what to write for it.
DRAWN = {"randn": "normal", "normal": "normal", "gauss": "normal", "rand": "uniform", "uniform": "uniform"}
DRAWN |= {"random": "number", "randint": "integers", "randrange": "integer", "randperm": "shuffled"}
DRAWN |= {"shuffle": "shuffled", "sample": "shuffled", "permutation": "shuffled", "choice": "choice"}


def steady(exercise: Exercise, reference: dict[str, Frame], seed: int) -> None:
    """AuthorsError where the probes, in the opposite order and then once more, see something else of the reference."""
    names = list(exercise.watched)[::-1]
    seen = reference_on(exercise, [{"seed": seed}, {"seed": seed}], names)
    for again in (by_probe(seen), by_probe(seen, run=1)):
        for probe in [exercise.watched[name] for name in names if name in again]:
            if compare(exercise, probe, again[probe.name], reference[probe.name])[0] != "agrees":
                told = "Draw what is random, as with draw.normal(...), and make anew what probes share"
                what = f"the probe `{probe.name}` sees something else when it runs again with the same draws"
                raise AuthorsError(*probe.place, f"{what}. {told}.")


def undrawn(exercise: Exercise) -> list[str]:
    """What is random in the probes and does not come from `draw`: it gets no smaller to be shown."""
    if exercise.kind == "concept":
        return []
    found = []
    for node in ast.walk(ast.parse(source.probes(exercise.section, exercise.name))):
        if not isinstance(node, ast.Call):
            continue
        module, _, last = ast.unparse(node.func).rpartition(".")
        if module in ("torch", "random", "numpy.random", "np.random") and last in DRAWN:
            file, line = source.place_of(exercise.section, exercise.name, node.lineno)
            told = f"draw what is random: draw.{DRAWN[last]}(...) in place of {module}.{last}"
            found.append(f"{proofread.shown(file)}:{line}: {told}")
    return found
