"""Does a probe see the same again, whatever ran before it, is what it is given drawn, and does it return that?"""

from __future__ import annotations

import ast
from typing import Any

from autograder import proofread, source
from autograder.exercise import Exercise
from autograder.judging.judge import by_probe, compare
from autograder.judging.observing import expected, reference_on
from autograder.judging.verdict import Frame
from autograder.matrix.declared import place_of
from autograder.proofread import AuthorsError

#: What is random, by its last name, and what to write for it.
DRAWN = {"randn": "normal", "normal": "normal", "gauss": "normal", "rand": "uniform", "uniform": "uniform"}
DRAWN |= {"random": "number", "randint": "integers", "randrange": "integer", "randperm": "shuffled"}
DRAWN |= {"shuffle": "shuffled", "sample": "shuffled", "permutation": "shuffled", "choice": "choice"}
#: What changes more than the probe, by module and name, and why it has no place there.
OUTSIDE = {("", "print"): "what is printed there a learner takes for their own"}
OUTSIDE |= {("torch", "manual_seed"): "whoever knows the seed knows the inputs, and draw has one for each student"}
OUTSIDE |= {("torch", "set_default_dtype"): "it holds for the answer too; draw a tensor and say .double()"}
#: So many further draws are looked at before a probe is said to see the same under every seed.
DRAWS = 8
DRAW = "draw what it is given, as with draw.normal(...), or say why nothing varies in fixed=..."


def steady(exercise: Exercise, reference: dict[str, Frame], seed: int) -> None:
    """AuthorsError where the probes, in the opposite order and then once more, see something else of the reference."""
    names = list(exercise.watched)[::-1]
    seen = reference_on(exercise, [{"seed": seed}, {"seed": seed}], names)
    for again in (by_probe(seen), by_probe(seen, run=1)):
        for probe in [exercise.watched[name] for name in names if name in again]:
            if compare(exercise, probe, again[probe.name], reference[probe.name])[0] != "agrees":
                told = "Draw what is random, as with draw.normal(...), and make anew what probes share"
                told += " or the reference keeps"
                what = f"the probe `{probe.name}` sees something else when it runs again with the same draws"
                raise AuthorsError(*probe.place, f"{what}. {told}.")


def undrawn(exercise: Exercise) -> list[str]:
    """What is random in the probes and does not come from `draw`, and so gets no smaller to be shown; and asserts."""
    if exercise.kind == "concept":
        return []
    found = []
    for node in ast.walk(ast.parse(source.probes(exercise.section, exercise.name))):
        if isinstance(node, ast.Assert):
            file, line = source.place_of(exercise.section, exercise.name, node.lineno)
            told = "a probe asserts nothing: return what it looks at, and the kit compares"
            found.append(f"{proofread.shown(file)}:{line}: {told}")
        if not isinstance(node, ast.Call):
            continue
        module, _, last = ast.unparse(node.func).rpartition(".")
        if module in ("torch", "random", "numpy.random", "np.random") and last in DRAWN:
            file, line = source.place_of(exercise.section, exercise.name, node.lineno)
            told = f"draw what is random: draw.{DRAWN[last]}(...) in place of {module}.{last}"
            found.append(f"{proofread.shown(file)}:{line}: {told}")
        if (module, last) in OUTSIDE:
            file, line = source.place_of(exercise.section, exercise.name, node.lineno)
            told = f"take {ast.unparse(node.func)}(...) out: {OUTSIDE[module, last]}"
            found.append(f"{proofread.shown(file)}:{line}: {told}")
    return found


def fixed(exercise: Exercise, references: list[dict[str, Frame]], seeds: list[int]) -> list[str]:
    """Probes that see the same whatever is drawn. Two draws may be alike by chance, so more are asked for then."""
    others = iter(range(max(seeds) + 1, max(seeds) + 1 + DRAWS))
    drawn = list(references)
    open_ = [p.name for p in exercise.probes.values() if exercise.kind == "code" and not p.fixed]
    while open_ := [name for name in open_ if all(_sight(r[name]) == _sight(drawn[0][name]) for r in drawn)]:
        if (seed := next(others, None)) is None:
            break
        drawn.append(expected(exercise, seed))
    verdicts = [name for name in open_ if isinstance(drawn[0][name].get("value"), bool)]
    varied = expected(exercise, max(seeds) + 1 + DRAWS) if any(p.fixed for p in exercise.probes.values()) else {}
    needless = [
        f"{place_of(exercise, p.name)}: {p.name} sees something else under another seed: leave fixed= out"
        for p in exercise.probes.values()
        if p.fixed and not any("raised" in frames[p.name] for frames in (varied, *references))
        if _sight(varied[p.name]) != _sight(references[0][p.name])
    ]
    return needless + [
        f"{place_of(exercise, name)}: {name} sees the same under every seed, so its answer can be hard-coded: "
        + ("return what came back, and no verdict on it" if name in verdicts else DRAW)
        for name in open_
    ]


def verdicts(exercise: Exercise, reference: dict[str, Frame]) -> list[str]:
    """Probes that return True and False for what an answer gave, and not what it gave."""
    as_text = "returns a tensor as a text: return the tensor, whose last digits may differ"
    texts = [
        f"{place_of(exercise, name)}: {name} {as_text}"
        for name, frame in reference.items()
        if any(isinstance(one, str) and "tensor(" in one for one in _parts(frame.get("value")))
    ]
    told = "returns True and False alone: return what came back, and no verdict on it"
    return texts + [
        f"{place_of(exercise, name)}: {name} {told}"
        for name, frame in reference.items()
        if isinstance(seen := frame.get("value"), list)
        and any(call.get("result") is not None for call in frame["calls"])
        and seen
        and all(isinstance(one, bool) for one in seen)
        and not any(isinstance(call.get("result"), bool) for call in frame["calls"])
    ]


def _parts(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _sight(frame: Frame) -> Any:
    return frame.get("value"), frame.get("raised", {}).get("type"), frame.get("complaint")
