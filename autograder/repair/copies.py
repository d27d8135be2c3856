"""A function of the learner's own that does the work of an earlier exercise, under another name.

An earlier exercise that fails is lent by its name. A copy has none that is known: it is found by use. With the kit's
answer in its place every check passes, so what is to be mended stands in it.
"""

from __future__ import annotations

import ast
import dataclasses
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from autograder import lesson, source
from autograder.exercise import Exercise
from autograder.judging import observing
from autograder.judging.judge import by_probe, compare, judge
from autograder.judging.verdict import Diagnosis
from autograder.repair.reading import Definition, is_text
from autograder.repair.rights import reference_of
from autograder.repair.trial import Frames, Observe
from autograder.workspace import uses

#: Seconds of computing for an answer with one of its functions replaced.
EACH = 0.5
#: So many functions of theirs, each with an exercise that it may be a copy of, are tried.
MOST = 60
#: How the kit's answer stands in for a copy: as it is, or with the dimension kept that it takes away.
AS = ("{copy} = {name}", "def {copy}(*args): return {name}(*args).unsqueeze(-1)")


@dataclass(frozen=True)
class Copy:
    """The learner's function or class `name`, which is at fault, and the earlier exercise that it does the work of.

    `beside` are the names of what the answer uses and the copy does not, and the answer's own.
    """

    name: str
    of: Exercise
    beside: frozenset[str]


def at_fault(
    exercise: Exercise, own: dict[str, Any], failing: str, reference: Frames, observe: Observe, seconds: float
) -> Copy | None:
    """The one function of theirs with whose work done by the kit's answer to an earlier exercise all checks pass."""
    pairs = list(itertools.islice(_pairs(exercise, own["file"]), MOST))
    tried = [(pair, own | _lent(own, *pair, how)) for pair in pairs for how in AS]
    for probes in ([failing], list(exercise.probes)):  # most are no help with the first already
        passing = _passing(exercise, [spec for _, spec in tried], probes, reference, observe, seconds)
        tried = list(itertools.compress(tried, passing))
    helping = dict.fromkeys(pair for pair, _ in tried)
    found = [
        pair for pair in helping if not any(_is_right(own, pair[0], other, seconds) for other in _may_be(*pair, pairs))
    ]
    if len({copy for copy, _ in found}) != 1:
        return None
    copy, name = max(found, key=lambda pair: pair[1] in pair[0])
    beside = (uses(own["file"], exercise.name) | {exercise.name}) - uses(own["file"], copy) - {copy}
    return Copy(copy, lesson.find(name), frozenset(beside))


def _pairs(exercise: Exercise, text: str) -> Iterator[tuple[str, str]]:
    """Each function or class that the answer uses, with every earlier exercise that takes as many arguments."""
    order = [name for section in lesson.sections() for name in lesson.names(section)]
    earlier = list(itertools.takewhile(lambda name: name != exercise.name, order))
    used = uses(text, exercise.name) - set(lesson.names(exercise.section))
    for node in ast.parse(text).body if used else []:
        if isinstance(node, Definition) and node.name in used and (count := _arguments(node)):
            rights = [(name, reference_of(lesson.home(name) or "", name)) for name in earlier]
            yield from ((node.name, n) for n, r in rights if type(r) is type(node) and _arguments(r) == count)


def _arguments(node: Definition) -> int:
    """How many arguments a function takes, or the making of an object."""
    if isinstance(node, ast.ClassDef):
        inits = [n for n in node.body if isinstance(n, ast.FunctionDef) and n.name == "__init__"]
        return len(inits[-1].args.args) - 1 if inits else 0
    return len(node.args.args)


def _lent(own: dict[str, Any], copy: str, name: str, how: str) -> dict[str, Any]:
    solutions = source.solutions_path(lesson.home(name) or "").read_text(encoding="utf-8")
    text = "\n".join([own.get("pieces", ""), solutions, how.format(copy=copy, name=name)])
    return {"pieces": text, "names": [*own.get("names", ()), copy]}


def _passing(
    exercise: Exercise,
    specs: list[dict[str, Any]],
    probes: list[str],
    reference: Frames,
    observe: Observe,
    seconds: float,
) -> list[bool]:
    if not specs:
        return []
    seen, found = observe(specs, probes, seconds, EACH), []
    for i in range(len(specs)):
        frames = by_probe(seen, i)
        pairs = [(exercise.probes[name], frames.get(name), reference[name]) for name in probes]
        found.append(all(got and compare(exercise, probe, got, want)[0] == "agrees" for probe, got, want in pairs))
    return found


def _may_be(copy: str, name: str, pairs: list[tuple[str, str]]) -> list[str]:
    """The exercises of which it may be a right copy: what the answer makes of it is wrong then, and not the copy.

    One that bears the name of an exercise is meant to be no other.
    """
    return [name] if name in copy else [other for mine, other in pairs if mine == copy]


def _is_right(own: dict[str, Any], copy: str, name: str, seconds: float) -> bool:
    exercise, spec = lesson.find(name), own | {"file": f"{own['file']}\n{name} = {copy}\n"}
    seen = observing.observe(exercise, [spec], [{"seed": 0}], None, seconds, EACH)
    return judge(exercise, seen, observing.expected(exercise, 0)).passed


def told(copy: Copy, found: list[Diagnosis], text: str) -> list[Diagnosis]:
    """What was found, if it has a line; else that it is this function of theirs: its one statement, or its header."""
    if any(diagnosis.lines for diagnosis in found):
        return found
    node = next(n for n in ast.parse(text).body if isinstance(n, Definition) and n.name == copy.name)
    body = [inner for inner in node.body if not is_text(inner)]
    line = body[0].lineno if len(body) == 1 and isinstance(node, ast.FunctionDef) else node.lineno
    known = found[0] if found else Diagnosis("copy", said={"call": copy.name}, known=False)
    return [dataclasses.replace(known, lines=(line,), source=text.split("\n")[line - 1].strip())]
