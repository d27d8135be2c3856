"""The grader graded: does the grading of an exercise tell right from wrong, and each wrong from the others?

`examine` observes the stub, the reference, every right, every mistake and every mutant of the reference, and returns
a kill matrix (which probe catches which mistake) with a list of findings, each a sentence for the author. No findings
means that the grading is neither weak nor unfair as far as the declared rights, mistakes and mutants can show.
"""

from __future__ import annotations

import runpy
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any

from autograder import lesson, proofread, source
from autograder.authoring.families import complete, slips
from autograder.authoring.relations import RELATIONS
from autograder.authoring.variants import implementation, rounded
from autograder.exercise import Exercise, Probe
from autograder.judging.difference import difference
from autograder.judging.grade import expected
from autograder.judging.judge import Frame, by_probe, compare, diagnose, explains, judge, remarked
from autograder.matrix.mutants import mutants
from autograder.matrix.promises import untried
from autograder.process.warm import warm

LEAST_RIGHTS, LEAST_MISTAKES, LEAST_HINTS = 2, 4, 2
#: Asked for at once: so much is held in memory, and read within the limits of a job.
MOST_FRAMES = 4000
#: So many further draws are looked at before a probe is said to see the same under every seed.
DRAWS = 8


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
    if with_mutants and exercise.kind == "code":
        found.mutants, survived = survivors(exercise, expected(exercise, seed), seed)
        known = _equivalent(exercise)
        found.survivors = [mutant for mutant in survived if mutant.split("  ->  ")[1] not in known]
    return found


def _equivalent(exercise: Exercise) -> dict[str, str]:
    """The mutants of this reference that somebody has looked at: {changed line: why no probe can catch it}."""
    path = equivalents(exercise.section)
    known: dict[str, dict[str, str]] = runpy.run_path(str(path))["EQUIVALENT"] if path.exists() else {}
    return known.get(exercise.name, {})


def equivalents(section: str) -> Path:
    """The file in which authors say of mutants why no probe can catch them."""
    own = lesson.current().own if lesson.is_own(section) else None
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
        finding if len(under) == len(seeds) else f"{finding} (under {_some(under)})" for finding, under in told.items()
    ]
    for name in [*first.kills, *first.family]:
        caught = [found.kills.get(name, found.family.get(name, [])) for found in examined]
        for probe in exercise.probes:
            missed = [seed for seed, by in zip(seeds, caught, strict=True) if probe not in by]
            if 0 < len(missed) < len(seeds):
                findings.append(f"by luck: {probe} catches the mistake {name}, but not under {_some(missed)}")
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
    examined = [Examination(exercise) for _ in seeds]
    always = _words(exercise) + _families(exercise) + _fixed(exercise, references, seeds)
    for seed, reference, found in zip(seeds, references, examined, strict=True):
        found.findings += always + _reference(reference) + untried(exercise, reference)
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
        taken = {name: _shortcuts(frames[name], reference) for name in frames}
        frames = {name: _values_alone(seen) for name, seen in frames.items()}
        for name in exercise.rights:
            if taken[name]:
                found.findings.append(f"the right answer {name} takes the shortcut {', '.join(taken[name])}")
            for probe in _caught(exercise, frames[name], reference):
                how = _how(exercise.probes[probe], frames[name], reference)
                found.findings.append(f"unfair: the right answer {name} fails {probe}{how}")
        for name, runs in zip(noisy, seen[len(kinds) :], strict=True):
            found.findings += _too_strict(exercise, name, runs[run], frames.get(name, reference), reference)
        found.family = {name: _caught(exercise, frames[name], reference) for name in complete(exercise)}
        found.findings += _remarks(exercise, frames, reference)
        _mistakes(exercise, frames, reference, found, taken)
        _probes(exercise, frames, found)
    return examined


def _too_strict(
    exercise: Exercise, name: str, noisy: dict[str, Frame], plain: dict[str, Frame], reference: dict[str, Frame]
) -> list[str]:
    """Probes that a right answer passes, and fails once its sums are rounded in another way."""
    unfair = _caught(exercise, plain, reference)
    who = f"the right answer {name}" if name else "the reference"
    return [
        f"too strict: {who}, its sums rounded in another way, fails {probe}: give the probe a larger rtol or atol"
        for probe in _caught(exercise, _values_alone(noisy), reference)
        if probe not in unfair
    ]


def declared(exercise: Exercise) -> list[str]:
    return [*exercise.mistakes, *(name for name in exercise.relations if name in RELATIONS)]


def observe_all(exercise: Exercise, specs: list[dict[str, Any]], seeds: list[int]) -> list[list[dict[str, Frame]]]:
    """The frames of each spec under each seed. One that hangs or crashes costs itself alone: the rest goes on."""
    done: list[list[dict[str, Frame]]] = []
    job: dict[str, Any] = {"exercise": exercise.name, "only": None, "afresh": True}
    job["probes"] = source.probes(exercise.section, exercise.name)
    job["runs"] = [{"seed": seed} for seed in seeds]
    while len(done) < len(specs):
        rest = specs[len(done) : len(done) + MOST_FRAMES // (len(seeds) * len(exercise.watched)) + 1]
        outcome = warm().ask(job | {"implementations": rest, "timeout": 20.0 * len(seeds)})
        reached = max((f["implementation"] for f in outcome.frames), default=0)
        count = len(rest) if outcome.ending == "finished" else reached
        table: dict[tuple[int, int], dict[str, Frame]] = {}
        for frame in outcome.frames:
            if "probe" in frame:
                table.setdefault((frame["implementation"], frame["run"]), {})[frame["probe"]] = frame
        done += [[table.get((i, run), {}) for run in range(len(seeds))] for i in range(count)]
        if count == reached < len(rest):  # this one did not come to an end
            each = [[seed] for seed in seeds] if len(seeds) > 1 else []
            alone = [observe_all(exercise, [rest[reached]], one)[0][0] for one in each]
            done.append(alone or [table.get((reached, 0), {})])
    return done


def _shortcuts(frames: dict[str, Frame], reference: dict[str, Frame]) -> list[str]:
    """The shortcuts that an implementation takes and the reference does not."""
    taken = {name: set(frame.get("shortcuts", ())) for name, frame in frames.items()}
    return sorted(set().union(*(taken[name] - set(reference[name].get("shortcuts", ())) for name in taken)))


def _values_alone(frames: dict[str, Frame]) -> dict[str, Frame]:
    """Whoever takes a shortcut fails every probe for it; which of them are needed shows in the values alone."""
    return {name: frame | {"shortcuts": []} for name, frame in frames.items()}


def _how(probe: Probe, frames: dict[str, Frame], reference: dict[str, Frame]) -> str:
    """What a refused right answer gives, where its form alone keeps it from passing."""
    frame, expected = frames.get(probe.name, {}), reference[probe.name]
    if "raised" in frame:
        return f": it raises {frame['raised']['type']}: {frame['raised']['message']}"
    if "complaint" in frame:
        return f": {frame['complaint']}"
    found = difference(frame.get("value"), expected.get("value"), probe.rtol, probe.atol)
    key = {"dtype": "tensor", "shape": "shape"}.get(found.fault if found else "")
    if found is None or key is None:
        return ""
    return f": its {found.fault} is {found.got[key]} where {found.expected[key]} is expected"


def _caught(exercise: Exercise, frames: dict[str, Frame], reference: dict[str, Frame]) -> list[str]:
    return [
        probe.name
        for probe in exercise.probes.values()
        if not {probe.name} <= frames.keys() & reference.keys()
        or compare(exercise, probe, frames[probe.name], reference[probe.name])[0] != "agrees"
    ]


def _reference(reference: dict[str, Frame]) -> list[str]:
    return [
        f"the reference takes the shortcut {', '.join(frame['shortcuts'])} in {name}"
        for name, frame in reference.items()
        if frame.get("shortcuts")
    ]


def _fixed(exercise: Exercise, references: list[dict[str, Frame]], seeds: list[int]) -> list[str]:
    """Probes that see the same whatever is drawn. Two draws may be alike by chance, so more are asked for then."""
    others = iter(range(max(seeds) + 1, max(seeds) + 1 + DRAWS))
    drawn = list(references)
    open_ = [p.name for p in exercise.probes.values() if exercise.kind == "code" and not p.fixed]
    while open_ := [name for name in open_ if all(_sight(r[name]) == _sight(drawn[0][name]) for r in drawn)]:
        if (seed := next(others, None)) is None:
            break
        drawn.append(expected(exercise, seed))
    return [f"{name} sees the same under every seed, so its answer can be hard-coded" for name in open_]


def _sight(frame: Frame) -> Any:
    return frame.get("value"), frame.get("raised", {}).get("type"), frame.get("complaint")


def _remarks(exercise: Exercise, frames: dict[str, dict[str, Frame]], reference: dict[str, Frame]) -> list[str]:
    """Each remark is made about the rights that declare it, and about no other."""
    findings = []
    for name, right in exercise.rights.items():
        made = {probe.name for probe in remarked(exercise, frames[name], reference)}
        for remark in sorted(made ^ set(right.remarks)):
            told = "gets" if remark in made else "does not get"
            findings.append(f"the right answer {name} {told} the remark {remark}: see its remarks=[...]")
    declared = {remark for right in exercise.rights.values() for remark in right.remarks}
    findings += [f"the remark {name} is made about no right answer" for name in exercise.remarks.keys() - declared]
    findings += [
        f"the remark {p.name} says nothing: write its docstring" for p in exercise.remarks.values() if not p.says
    ]
    return findings


def _families(exercise: Exercise) -> list[str]:
    known = slips()
    findings = [f"there is no family slip {name} to refuse" for name in exercise.refuses.keys() - known.keys()]
    return findings + [f"say why {name} is refused" for name, why in exercise.refuses.items() if not why]


def _words(exercise: Exercise) -> list[str]:
    findings = []
    if exercise.kind == "code":
        findings += _names(exercise)
        if len(exercise.rights) < LEAST_RIGHTS:
            findings.append(f"{len(exercise.rights)} right answers: declare at least {LEAST_RIGHTS} in other styles")
        if len(declared(exercise)) < LEAST_MISTAKES:
            findings.append(f"{len(declared(exercise))} mistakes: declare at least {LEAST_MISTAKES}")
        findings += [f"the mistake {m.name} has no message" for m in exercise.mistakes.values() if not m.message]
    else:
        findings += [
            f"statement {s.letter} is not explained" for s in exercise.statements.values() if not s.explanation
        ]
    if len(exercise.hints) < LEAST_HINTS or not all(hint.strip() for hint in exercise.hints):
        findings.append(f"{len(exercise.hints)} hints: give at least {LEAST_HINTS}, the last just short of the answer")
    if not exercise.ids:
        findings.append("no id of the lesson")
    return findings


def _names(exercise: Exercise) -> list[str]:
    """Relations that there are not, twins that there are not, and twins whose readers are told different things."""
    findings = []
    checks = source.checks_path(exercise.section, exercise.name)
    for name in exercise.relations:
        if name not in RELATIONS:
            place = f"{proofread.shown(checks)}:{proofread.declared_at(checks, name)}"
            findings.append(f"{place}: there is no relation {name}{proofread.near_to(name, list(RELATIONS))}")
    for mistake in exercise.mistakes.values():
        place = f"{proofread.shown(Path(mistake.declared[0]))}:{mistake.declared[1]}"
        for twin in mistake.twins:
            if twin not in exercise.mistakes and twin not in RELATIONS:
                near = proofread.near_to(twin, [*exercise.mistakes, *RELATIONS])
                findings.append(f"{place}: {mistake.name} names a twin {twin} that there is not{near}")
            elif twin in exercise.mistakes and exercise.mistakes[twin].message != mistake.message:
                findings.append(f"{place}: the twins {mistake.name} and {twin} say different things: say one")
    return findings


def _stub(exercise: Exercise, reference: dict[str, Frame], seed: int) -> list[str]:
    spec = {"file": source.stubs(exercise.section), "path": f"exercises/{exercise.section}.py"}
    job = {"exercise": exercise.name, "probes": source.probes(exercise.section, exercise.name), "only": None}
    outcome = warm().ask(job | {"implementations": [spec], "runs": [{"seed": seed}]})
    verdict = judge(exercise, outcome, reference)
    if verdict.outcome == "not_started" and not verdict.points:
        return []
    return [f"the untouched stub is {verdict.outcome} with {verdict.points} points, not not_started"]


def _mistakes(
    exercise: Exercise,
    frames: dict[str, dict[str, Frame]],
    reference: dict[str, Frame],
    found: Examination,
    taken: dict[str, list[str]],
) -> None:
    known = {name: ("", frames[name]) for name in [*exercise.mistakes, *(RELATIONS if not exercise.is_class else ())]}
    caught = {name: _caught(exercise, frames[name], reference) for name in known}
    for name in declared(exercise):
        if unseen := [probe for probe in exercise.probes if probe not in frames[name]]:
            found.findings.append(f"the mistake {name} cannot be observed by {unseen[0]}")
        found.kills[name] = caught[name]
        if not found.kills[name]:
            advice = f"if it is right, make it a @{exercise.name}.right"
            if taken[name]:
                advice = f"it takes the shortcut {', '.join(taken[name])}, which is told without it: drop it"
            found.findings.append(f"weak: the mistake {name} passes ({advice})")
            continue
        told = diagnose(exercise, frames[name], {n: known[n] for n in known if caught[n] == caught[name]})
        if told is None or told.mistake != name:
            alike = [
                n
                for n in known
                if n != name and caught[n] == caught[name] and explains(exercise, frames[name], known[n][1])
            ]
            if not set(alike) <= exercise.twins_of(name):
                found.findings.append(f"the mistake {name} looks like {', '.join(alike) or 'nothing known'}")


def _probes(exercise: Exercise, frames: dict[str, dict[str, Frame]], found: Examination) -> None:
    """Every probe is needed: without it a mistake would pass, or two mistakes could not be told apart."""
    idle = []
    for probe in exercise.probes:
        if not _is_needed(exercise, frames, found, {probe}):
            idle.append(probe)
    caught = {probe for probes in [*found.kills.values(), *found.family.values()] for probe in probes}
    found.findings += [f"the probe {probe} catches no mistake" for probe in idle if probe not in caught]
    idle = [probe for probe in idle if probe in caught]
    while idle:
        probe, *idle = idle
        either = [other for other in idle if _is_needed(exercise, frames, found, {probe, other})]
        idle = [other for other in idle if other not in either]
        told = f"one of the probes {' and '.join([probe, *either])}" if either else f"the probe {probe}"
        found.findings.append(f"{told} is not needed: others catch the same mistakes")


def _is_needed(exercise: Exercise, frames: dict[str, dict[str, Frame]], found: Examination, without: set[str]) -> bool:
    """Whether a mistake would pass without these probes, or two of them could not be told apart."""
    kills = found.kills | {name: caught for name, caught in found.family.items() if caught}
    if any(caught and set(caught) <= without for caught in kills.values()):
        return True
    for a, b in combinations(kills, 2):
        if set(kills[a]) ^ set(kills[b]) <= without:
            apart = _told_apart_by(exercise, frames[a], frames[b])
            if apart and set(apart) <= without:
                return True
    return False


def _told_apart_by(exercise: Exercise, one: dict[str, Frame], other: dict[str, Frame]) -> list[str]:
    return _caught(exercise, one, other) if one.keys() & other.keys() >= exercise.probes.keys() else []


def false_alarms(exercise: Exercise, seeds: int) -> list[str]:
    """Right answers that some probe tells from the reference, over the seeds 1000, 1001, ...: "right: probe, seed"."""
    names = list(exercise.rights)
    specs = [implementation(exercise, "right", name) for name in names]
    found = []
    for start in range(1000, 1000 + seeds, 20):
        runs = [{"seed": seed} for seed in range(start, min(start + 20, 1000 + seeds))]
        reference = {"file": source.solutions_path(exercise.section).read_text(encoding="utf-8"), "path": "reference"}
        job = {"exercise": exercise.name, "probes": source.probes(exercise.section, exercise.name), "only": None}
        outcome = warm().ask(job | {"implementations": [reference, *specs], "runs": runs, "timeout": 120.0})
        for run, settings in enumerate(runs):
            expected_frames = by_probe(outcome, 0, run)
            for i, name in enumerate(names, 1):
                for probe in _caught(exercise, by_probe(outcome, i, run), expected_frames):
                    found.append(f"{name}: {probe}, seed {settings['seed']}")
    return found


def survivors(exercise: Exercise, reference: dict[str, Frame], seed: int) -> tuple[int, list[str]]:
    """(how many mutants of the reference there are, those that no probe catches as "line: changed line")."""
    made = mutants(exercise.section, exercise.name)
    path = str(source.solutions_path(exercise.section))
    seen = [only for (only,) in observe_all(exercise, [{"file": m.text, "path": path} for m in made], [seed])]
    return len(made), [
        mutant.description
        for mutant, frames in zip(made, seen, strict=True)
        if frames.keys() >= exercise.probes.keys()
        and not _caught(exercise, frames, reference)
        and not remarked(exercise, frames, reference)
    ]
