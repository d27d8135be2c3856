"""The grader graded: does the grading of an exercise tell right from wrong, and each wrong from the others?

`examine` observes the stub, the reference, every right, every mistake and every mutant of the reference, and returns
a kill matrix (which probe catches which mistake) with a list of findings, each a sentence for the author. No findings
means that the grading is neither weak nor unfair as far as the declared rights, mistakes and mutants can show.
"""

from __future__ import annotations

import ast
import json
import re
import runpy
from dataclasses import dataclass, field
from pathlib import Path

from autograder import lesson, proofread, section_files, source
from autograder.authoring.families import complete
from autograder.authoring.relations import RELATIONS
from autograder.authoring.variants import implementation, rounded
from autograder.declaring import brought
from autograder.exercise import Exercise
from autograder.judging.grade import UNFINISHED, experiment
from autograder.judging.judge import judge, remarked
from autograder.judging.observing import expected, unread_lines
from autograder.judging.verdict import Frame
from autograder.matrix import fair, needed
from autograder.matrix.declared import incomplete, place_of
from autograder.matrix.examples import untrue
from autograder.matrix.lengths import too_long
from autograder.matrix.mutants import mutants
from autograder.matrix.promises import untried
from autograder.matrix.seen import caught, observe_all, shortcuts, values_alone
from autograder.matrix.steady import fixed, steady, undrawn, verdicts
from autograder.process.warm import warm
from autograder.proofread import AuthorsError


@dataclass
class Examination:
    exercise: Exercise
    #: mistake -> the probes that catch it
    kills: dict[str, list[str]] = field(default_factory=dict)
    #: the same for slips that sister exercises share
    family: dict[str, list[str]] = field(default_factory=dict)
    #: (what was changed in the reference, as a line of it) for each mutant that no probe caught
    survivors: list[str] = field(default_factory=list)
    mutants: int = 0
    #: How many seeds were tried, where it is more than one
    seeds: int = 0
    findings: list[str] = field(default_factory=list)


def examine(exercise: Exercise, seed: int = 0, with_mutants: bool = True) -> Examination:
    """Observe everything that is declared about the exercise and report what is weak or unfair in its grading."""
    (found,) = _examinations(exercise, [seed])
    if exercise.kind == "code":
        found.findings += fair.sometimes(exercise, found.findings)
    if with_mutants and exercise.kind == "code":
        by_mutant = noticed(exercise, expected(exercise, seed), seed)
        known = _equivalent(exercise)
        found.mutants = len(by_mutant)
        found.survivors = [m for m, by in by_mutant.items() if not by and m.split("  ->  ")[1] not in known]
        found.findings = [needed.with_mutants(finding, by_mutant) for finding in found.findings]
    return found


def _equivalent(exercise: Exercise) -> dict[str, str]:
    """The mutants of this reference that somebody has looked at: {changed line: why no probe can catch it}."""
    path = equivalents(exercise.section)
    if not path.exists():
        return {}
    write = f'Write EQUIVALENT = {{"{exercise.name}": {{"the changed line": "why it makes no difference"}}}}'
    try:
        known = runpy.run_path(str(path)).get("EQUIVALENT")
    except Exception as error:  # whatever an author may have written
        line, told = getattr(error, "lineno", None) or 1, getattr(error, "msg", str(error))
        raise AuthorsError(path, line, f"this raises {type(error).__name__}: {told}. {write}") from None
    if not isinstance(known, dict) or not isinstance(found := known.get(exercise.name, {}), dict):
        raise AuthorsError(path, 1, f"there is no table EQUIVALENT, or it has another form. {write}")
    return found


def equivalents(section: str) -> Path:
    """The file in which authors say of mutants why no probe can catch them."""
    own = lesson.current().own if section_files.is_own(section) else None
    return (own or lesson.current().folder / "tests") / "equivalent_mutants.py"


def across(exercise: Exercise, seeds: list[int]) -> Examination:
    """Examine under each of the seeds: every one must judge alike, or two students with one answer get two grades.

    The matrix is that of the first seed. A mistake that is not caught by the same probes under every seed is one
    finding for each such probe; any other finding is told with the seeds that it is made under.
    """
    examined = _examinations(exercise, seeds)
    first = examined[0]
    first.seeds = len(seeds)
    told: dict[str, list[int]] = {}
    for seed, found in zip(seeds, examined, strict=True):
        for finding in found.findings:
            told.setdefault(finding, []).append(seed)
    findings = [
        finding if len(under) == len(seeds) else f"{finding} (under {_some(under)})"
        for finding, under in told.items()
        if len(under) == len(seeds) or ": weak: the mistake " not in finding  # of those is told what caught it by luck
    ]
    for name in [*first.kills, *first.family]:
        catching = [found.kills.get(name, found.family.get(name, [])) for found in examined]
        for probe in exercise.probes:
            missed = [seed for seed, by in zip(seeds, catching, strict=True) if probe not in by]
            if 0 < len(missed) < len(seeds):
                luck = f"by luck: {probe} catches the mistake {name}, but not under {_some(missed)}"
                findings.append(f"{place_of(exercise, probe)}: {luck}: draw what separates it for certain")
    first.findings = findings
    return first


def _some(seeds: list[int]) -> str:
    """ "the seeds 3, 5, 8, 9 and 12 more", so that one of them can be looked at."""
    shown = ", ".join(map(str, seeds[:4]))
    more = f" and {len(seeds) - 4} more" if len(seeds) > 4 else ""
    return f"the seed{'s' * (len(seeds) > 1)} {shown}{more}"


def _examinations(exercise: Exercise, seeds: list[int]) -> list[Examination]:
    """What is found under each of the seeds, mutants left out: everything is observed under all of them at once."""
    references = [expected(exercise, seed) for seed in seeds]
    steady(exercise, references[0], seeds[0])
    examined = [Examination(exercise) for _ in seeds]
    always = incomplete(exercise) + too_long(exercise) + untrue(exercise) + undrawn(exercise)
    always += fixed(exercise, references, seeds) + unshown(exercise)
    for seed, reference, found in zip(seeds, references, examined, strict=True):
        found.findings += always + _reference(exercise, reference) + untried(exercise, reference)
        found.findings += verdicts(exercise, reference)
        found.findings += _stub(exercise, reference, seed)
    if exercise.kind == "concept":
        return examined
    kinds = [("right", name) for name in exercise.rights]
    kinds += [("mistake", name) for name in exercise.mistakes]
    kinds += [("relation", name) for name in RELATIONS if not exercise.is_class]
    kinds += [("family", name) for name in complete(exercise)]
    noisy = ["", *exercise.rights]
    specs = [implementation(exercise, *kind) for kind in kinds] + [rounded(exercise, name) for name in noisy]
    seen = observe_all(exercise, specs, seeds)
    for run, (reference, found) in enumerate(zip(references, examined, strict=True)):
        frames = {name: seen[i][run] for i, (_, name) in enumerate(kinds)}
        taken = {name: shortcuts(frames[name], reference) for name in frames}
        frames = {name: values_alone(seen) for name, seen in frames.items()}
        found.findings += fair.refused(exercise, frames, reference, taken)
        for name, runs in zip(noisy, seen[len(kinds) :], strict=True):
            found.findings += fair.too_strict(exercise, name, runs[run], frames.get(name, reference), reference)
        found.family = {name: caught(exercise, frames[name], reference) for name in complete(exercise)}
        found.findings += fair.remarks(exercise, frames, reference)
        found.kills, poor = needed.mistakes(exercise, frames, reference, taken)
        kills = found.kills | {name: by for name, by in found.family.items() if by}
        found.findings += poor + needed.probes(exercise, frames, kills, reference)
    return examined


def _asked(exercise: Exercise) -> str:
    """File and line of the reference."""
    return proofread.at(*proofread.definition_of(source.solutions_path(exercise.section), exercise.name))


def _reference(exercise: Exercise, reference: dict[str, Frame]) -> list[str]:
    return (
        [
            f"{_asked(exercise)}: the reference takes the shortcut {', '.join(frame['shortcuts'])} in {name}. "
            "Write it in another way, or take that out of shortcut=[...]"
            for name, frame in reference.items()
            if frame.get("shortcuts")
        ]
        + _read(exercise)
        + _in_place(exercise, reference)
        + arrays(exercise, reference)
    )


def _read(exercise: Exercise) -> list[str]:
    """A line of the solutions that raises when they are read, as every learner's file would."""
    if exercise.section not in unread_lines:
        return []
    line, told = unread_lines[exercise.section]
    place = proofread.at(source.solutions_path(exercise.section), line)
    return [f"{place}: {told}. Every learner's file has this line: mend it, or take it out"]


def _in_place(exercise: Exercise, reference: dict[str, Frame]) -> list[str]:
    """Whether it changes what it is given, and the prompt says nothing of it."""
    changed = {name for frame in reference.values() for name in frame.get("changed", ())}
    if not changed or re.search(r"in\s+place|chang|updat", source.answers(exercise.section)[exercise.name].prompt):
        return []
    told = "return a new one, or say so in the prompt"
    return [f"{_asked(exercise)}: the reference changes {', '.join(sorted(changed))} in place: {told}"]


def arrays(exercise: Exercise, reference: dict[str, Frame]) -> list[str]:
    """Whether a NumPy array or number comes back, and the prompt says nothing of it."""
    solutions, line = proofread.definition_of(source.solutions_path(exercise.section), exercise.name)
    (asked,) = (node for node in proofread.definitions(solutions) if node.name == exercise.name)
    ends = [node for node in ast.walk(asked) if isinstance(node, ast.Return) and ".numpy()" in ast.unparse(node)]
    results = [call.get("result") for frame in reference.values() for call in frame["calls"]]
    if exercise.is_class:  # of which no calls are recorded
        results = [frame.get("value") for frame in reference.values()]
    seen = ends or '"tensor": "numpy.' in json.dumps(results)
    if not seen or re.search(r"(?i)numpy|array", ast.get_docstring(asked) or ""):
        return []
    told = "what comes back from the reference is NumPy's: leave .numpy() out, or say NumPy in the prompt"
    return [f"{proofread.at(solutions, ends[0].lineno if ends else line)}: {told}"]


def unshown(exercise: Exercise) -> list[str]:
    """An experiment that shows nothing."""
    if not (function := exercise.experiment_function):
        return []
    lines = experiment(exercise)
    if lines and not lines[0].startswith(UNFINISHED):
        return []
    why = lines[0].removeprefix(UNFINISHED).strip(" )") if lines else "there are no lines"
    place = proofread.at(function.__code__.co_filename, function.__code__.co_firstlineno)
    unknown = re.search(r"NameError: name '(\w+)' is not defined$", why)
    told = brought(unknown[1]).replace(" above.", " in it") if unknown else ""
    told = told or ". It has to return a list of lines"
    return [f"{place}: the experiment `{function.__name__}` shows nothing: {why}{told}"]


def _stub(exercise: Exercise, reference: dict[str, Frame], seed: int) -> list[str]:
    spec = {"file": source.stubs(exercise.section), "path": f"exercises/{exercise.section}.py"}
    job = {"exercise": exercise.name, "probes": source.probes(exercise.section, exercise.name), "only": None}
    outcome = warm().ask(job | {"implementations": [spec], "runs": [{"seed": seed}]})
    verdict = judge(exercise, outcome, reference)
    if verdict.outcome == "not_started" and not verdict.points:
        return []
    probe = next((one.name for one in verdict.probes if one.passed), next(iter(exercise.probes)))
    told = f"the untouched stub is {verdict.outcome} with {verdict.points} points, not not_started"
    return [f"{place_of(exercise, probe)}: {told}: let through what the answer raises"]


def noticed(exercise: Exercise, reference: dict[str, Frame], seed: int) -> dict[str, list[str]]:
    """The probes and remarks that notice each mutant of the reference, "line  ->  changed line"."""
    made = mutants(exercise.section, exercise.name)
    path = str(source.solutions_path(exercise.section))
    seen = [only for (only,) in observe_all(exercise, [{"file": m.text, "path": path} for m in made], [seed])]
    return {
        mutant.description: caught(exercise, frames, reference)
        + [probe.name for probe in remarked(exercise, frames, reference)]
        for mutant, frames in zip(made, seen, strict=True)
    }
