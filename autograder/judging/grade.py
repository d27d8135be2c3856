"""Grade one exercise: observe the learner's file and the reference, judge, and look for what explains a failure."""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Callable
from typing import Any

from autograder import lesson, source
from autograder.exercise import Exercise
from autograder.judging.diagnosis import diagnose
from autograder.judging.judge import SMALL, by_probe, compare, judge, most_telling
from autograder.judging.known_mistakes import suspects
from autograder.judging.observing import expected, observe, observe_answer, reference_small
from autograder.judging.verdict import Diagnosis, Frame, Verdict
from autograder.process.frames import Outcome
from autograder.process.warm import warm
from autograder.workspace import span, uses

#: How alike a name must be to be taken for a misspelt one.
ALIKE = 0.75
#: (exercise, the learner's text as a spec, what was observed of it, the verdict so far, the seed) to what to say.
Explain = Callable[[Exercise, dict[str, Any], Outcome, Verdict, int], list[Diagnosis]]


def check_text(text: str, path: str, exercise: Exercise, seed: int = 0, explain: Explain | None = None) -> Verdict:
    """Grade `exercise` as `text`, the content of a learner's file, defines it. `path` names it in feedback.

    `explain` may say more about a failing answer: the places of its text that keep it from passing (repair/).
    """
    warm().start()  # it imports torch while this process reads and compares
    runs = [{"seed": seed}]
    own = {"file": text, "path": path}
    observed = observe_answer(exercise, own, runs)
    reference = expected(exercise, seed)
    verdict = judge(exercise, observed, reference, path)
    if (verdict.trouble or {}).get("kind") == "missing":
        verdict.trouble = {**(verdict.trouble or {}), "near": _near(text, exercise.name)}
    if verdict.passed:
        return verdict
    again = _bound_again(text, exercise.name, _is_brought(observed))
    if again and isinstance(again, ast.FunctionDef | ast.ClassDef):
        verdict.defined_again = again.lineno
    elif again:
        verdict.trouble = {"kind": "again", "line": again.lineno, "source": ast.unparse(again)}
        return verdict
    if verdict.outcome in ("not_started", "shortcut"):
        return verdict
    better, own, observed = _with_pieces(exercise, own, runs, observed, verdict)
    if better.outcome in ("failed", "error"):
        _explain(exercise, own, observed, better, seed)
    if explain and exercise.kind == "code" and better.outcome in ("failed", "error", "timeout"):
        better.diagnoses = explain(exercise, own, observed, better, seed)
        better.diagnosis = better.diagnoses[0] if better.diagnoses else None
    return better


def _near(text: str, name: str) -> str:
    """What the file defines under a name that is nearly this one, and is no other exercise's."""
    defined = re.findall(r"^(?:def|class) (\w+)", text, re.MULTILINE)
    taken = {other for section in lesson.sections() for other in lesson.names(section)}
    return next(iter(difflib.get_close_matches(name, [n for n in defined if n not in taken], 1, ALIKE)), "")


def _is_brought(observed: Outcome) -> bool:
    """Whether what has the name of the answer was made in another module."""
    loaded = [frame["loaded"] for frame in observed.frames if isinstance(frame.get("loaded"), dict)]
    return any("." in str(told.get("of")) for told in loaded)


def _bound_again(text: str, name: str, brought: bool) -> ast.stmt | None:
    """What stands below the learner's definition and gives its name to something else, the last such.

    `brought`: an `import *` did it, if there is one; else such an import has left the name alone.
    """
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError):
        return None
    found: ast.stmt | None = None
    defined = False
    for node in body:
        bound = _bound_by(node)
        if defined and (name in bound or ("*" in bound and brought)):
            found = node
        defined |= isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name
    return found


def _bound_by(node: ast.stmt) -> list[str]:
    """The names that a statement of a file gives to something."""
    match node:
        case ast.FunctionDef() | ast.ClassDef():
            return [node.name]
        case ast.Import() | ast.ImportFrom():
            return [alias.asname or alias.name.split(".")[0] for alias in node.names]
        case ast.Assign():
            read = {part.id for part in ast.walk(node.value) if isinstance(part, ast.Name)}  # f = cache(f) has it still
            return [target.id for target in node.targets if isinstance(target, ast.Name) and target.id not in read]
    return []


#: How the line begins that stands where an experiment shows nothing.
UNFINISHED = "(the experiment did not finish:"


def experiment(exercise: Exercise) -> list[str]:
    """The lines that a concept question's experiment prints, run apart from this process."""
    from autograder.authoring import variants

    outcome = warm().ask({"experiment": variants.experiment(exercise)})
    for frame in outcome.frames:
        return frame["lines"] if "lines" in frame else [f"{UNFINISHED} {frame['failed']})"]
    return [f"{UNFINISHED} {outcome.ending} {outcome.detail})"]


def _with_pieces(
    exercise: Exercise, own: dict[str, Any], runs: list[dict[str, Any]], observed: Outcome, verdict: Verdict
) -> tuple[Verdict, dict[str, Any], Outcome]:
    """Try once more with the reference's earlier pieces in the learner's file: one failure is not to cause another."""
    text, names = source.pieces(exercise.name, exercise.section)
    used = [name for name in names if name in uses(own["file"], exercise.name)]
    trouble = verdict.trouble or {}
    away = trouble.get("kind") == "missing" and not _lacks(trouble.get("failure") or {}, own["file"], used)
    if not used or away or trouble.get("kind") == "not_callable" or _hangs(exercise, own, observed):
        return verdict, own, observed
    helped = own | {"pieces": text, "names": used}
    again = observe_answer(exercise, helped, runs)
    better = judge(exercise, again, expected(exercise, runs[0]["seed"]), own["path"])
    same = (
        trouble.get("kind") != "missing"
        and better.points == verdict.points
        and not _wants(verdict, used)
        and not _differ(exercise, observed, again, verdict)
    )
    if better.points < verdict.points or same:
        return verdict, own, observed
    better.stood_in, better.defined_again = used, verdict.defined_again
    return better, helped, again


def _lacks(failure: Frame, text: str, names: list[str]) -> bool:
    """Whether the answer's own header stopped at an earlier exercise that stands nowhere in the file."""
    missing = [name for name in names if failure.get("message", "") == f"name '{name}' is not defined"]
    return bool(missing) and not any(missing[0] in _bound_by(node) for node in ast.parse(text).body)


def _hangs(exercise: Exercise, own: dict[str, Any], observed: Outcome) -> bool:
    """Whether its time was up within the answer itself, whatever else it uses."""
    line = re.match(r"line (\d+):", observed.detail) if observed.ending == "timeout" else None
    place = span(own["file"], exercise.name) if line else None
    return bool(line and place and place[0] <= int(line[1]) <= place[1])


def _differ(exercise: Exercise, observed: Outcome, again: Outcome, verdict: Verdict) -> bool:
    """Whether a check that fails sees something else of it with the other pieces."""
    mine, theirs = by_probe(observed), by_probe(again)
    return mine.keys() == theirs.keys() and any(
        compare(exercise, exercise.probes[name], mine[name], theirs[name])[0] != "agrees"
        for name in verdict.failing
        if name in mine
    )


def _wants(verdict: Verdict, names: list[str]) -> bool:
    """Whether it stopped for want of one of these: the file does not define it, or holds its stub."""
    first = verdict.first_failure
    raised = ((first.frame or {}).get("raised") if first else None) or {}
    missing = raised.get("type") == "NameError" and any(f"'{name}'" in raised["message"] for name in names)
    return bool(missing or (raised.get("type") == "NotImplementedError" and raised["frames"]))


def _explain(exercise: Exercise, own: dict[str, Any], observed: Outcome, verdict: Verdict, seed: int) -> None:
    """Add the diagnosis and the smallest failing case to the verdict."""
    first = verdict.first_failure
    frames = by_probe(observed)
    if exercise.kind == "code" and observed.ending == "finished" and first and first.name in frames:
        verdict.diagnosis = diagnose(exercise, frames, suspects(exercise, frames, first.name, seed), verdict.failing)
    if first and first.why in ("differs", "changed") and exercise.kind == "code":
        verdict.smallest = smallest(exercise, own, first.name)


def smallest(exercise: Exercise, own: dict[str, Any], probe_name: str) -> tuple[Frame, Frame] | None:
    """The smallest case on which the probe still fails: (the learner's frame, the reference's)."""
    mine = observe(exercise, [own], SMALL, [probe_name])
    theirs = reference_small(exercise, probe_name)
    both = ([by_probe(seen, 0, run).get(probe_name) for seen in (mine, theirs)] for run in range(len(SMALL)))
    return most_telling(exercise, exercise.probes[probe_name], ((got, want) for got, want in both))
