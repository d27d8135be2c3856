"""Grade one exercise: observe the learner's file and the reference, judge, and look for what explains a failure."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from autograder import lesson, places, proofread, source
from autograder.exercise import Exercise
from autograder.judging.judge import (
    SMALL,
    Diagnosis,
    Frame,
    Mistakes,
    Verdict,
    by_probe,
    compare,
    diagnose,
    judge,
    most_telling,
)
from autograder.process.frames import Outcome
from autograder.process.warm import warm
from autograder.proofread import AuthorsError
from autograder.workspace import uses

#: Seconds for the kit's own implementations, whose time says nothing about them but that the machine is busy.
PATIENT = 120.0

_expected: dict[tuple[str, int], dict[str, Frame]] = {}
_known: dict[tuple[str, int], Mistakes] = {}
#: The same, seen by one probe alone.
_known_on: dict[tuple[str, int, str], Mistakes] = {}
_small: dict[tuple[str, str], Outcome] = {}
#: (exercise, the learner's text as a spec, what was observed of it, the verdict so far, the seed) to what to say.
Explain = Callable[[Exercise, dict[str, Any], Outcome, Verdict, int], list[Diagnosis]]


class UnreadableFile(Exception):
    """The learner's file is not there or is not text; the message names it and says what to type."""


def read(path: Path) -> str:
    """The text of a .py file, or the code of an .ipynb notebook with one cell after the other."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        advice = " `make reset` brings it back." if path.parent == places.EXERCISES else ""
        raise UnreadableFile(f"There is no file {short(path)}.{advice}") from None
    except IsADirectoryError:
        raise UnreadableFile(f"{short(path)} is a folder: name a file in it.") from None
    except UnicodeDecodeError:
        raise UnreadableFile(f"{short(path)} is not UTF-8 text: save it as UTF-8 in your editor.") from None
    except OSError as error:
        raise UnreadableFile(f"{short(path)} cannot be read ({error.strerror}).") from None
    return _notebook_code(text, path) if path.suffix == ".ipynb" else text


def _notebook_code(text: str, path: Path) -> str:
    try:
        cells = json.loads(text)["cells"]
        sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    except (ValueError, KeyError, TypeError):
        raise UnreadableFile(f"{short(path)} is not a notebook that can be read: open it in Jupyter.") from None
    return "\n\n".join(map(without_magic, sources))


def without_magic(cell: str) -> str:
    """A notebook's cell with `pass` for each line that is Jupyter's and not Python's."""
    return "\n".join("pass" if line.startswith(("%", "!", "?")) else line for line in cell.split("\n"))


def short(path: Path) -> str:
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def check_text(text: str, path: str, exercise: Exercise, seed: int = 0, explain: Explain | None = None) -> Verdict:
    """Grade `exercise` as `text`, the content of a learner's file, defines it. `path` names it in feedback.

    `explain` may say more about a failing answer: the places of its text that keep it from passing (repair/).
    """
    warm().start()  # it imports torch while this process reads and compares
    runs = [{"seed": seed}]
    own = {"file": text, "path": path}
    observed = observe(exercise, [own], runs)
    reference = expected(exercise, seed)
    verdict = judge(exercise, observed, reference, path)
    if verdict.passed or verdict.outcome == "not_started":
        return verdict
    if again := _bound_again(text, exercise.name):
        verdict.trouble = {"kind": "again", "line": again[0], "source": again[1]}
    if again or verdict.outcome == "shortcut":
        return verdict
    better, own, observed = _with_pieces(exercise, own, runs, observed, verdict)
    if better.outcome in ("failed", "error"):
        _explain(exercise, own, observed, better, seed)
    if explain and exercise.kind == "code" and better.outcome in ("failed", "error", "timeout"):
        better.diagnoses = explain(exercise, own, observed, better, seed)
        better.diagnosis = better.diagnoses[0] if better.diagnoses else None
    return better


def _bound_again(text: str, name: str) -> tuple[int, str] | None:
    """Line and source of the import below the learner's definition that takes its name away."""
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError):
        return None
    found: ast.stmt | None = None
    defined = False
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name:
            found, defined = None, True
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.asname or alias.name.split(".")[0] for alias in node.names]
            found = node if defined and name in names else found
    return (found.lineno, ast.unparse(found)) if found else None


def experiment(exercise: Exercise) -> list[str]:
    """The lines that a concept question's experiment prints, run apart from this process."""
    from autograder.authoring import variants

    outcome = warm().ask({"experiment": variants.experiment(exercise)})
    lines = [frame["lines"] for frame in outcome.frames if "lines" in frame]
    return lines[0] if lines else [f"(the experiment did not finish: {outcome.ending} {outcome.detail})"]


def expected(exercise: Exercise, seed: int) -> dict[str, Frame]:
    """The reference's frames by probe; computed once for each seed."""
    key = (exercise.name, seed)
    if key not in _expected:
        observed = observe(exercise, [_reference(exercise)], [{"seed": seed}], timeout=PATIENT)
        frames = by_probe(observed)
        _observable(exercise, observed, frames)
        missing = [name for name in exercise.watched if name not in frames]
        if missing:
            raise RuntimeError(
                f"the reference of {exercise.name} could not be observed by {missing[0]}: "
                f"{observed.ending} {observed.detail} {observed.printed[-500:]}"
            )
        _expected[key] = frames
    return _expected[key]


def _observable(exercise: Exercise, observed: Outcome, frames: dict[str, Frame]) -> None:
    """AuthorsError where a probe, or the reference under it, raises; `fixed=` says of a probe that it is to."""
    solutions = source.solutions_path(exercise.section)
    failed = next((frame["loaded"]["failure"] for frame in observed.frames if "loaded" in frame), None)
    if failed and not frames:
        line = failed["frames"][-1]["line"] if failed["frames"] else 1
        raise AuthorsError(solutions, line, f"this raises {failed['type']}: {failed['message']}")
    for name, frame in frames.items():
        raised, probe = frame.get("raised"), exercise.watched[name]
        if "complaint" in frame:
            place = proofread.definition_of(solutions, exercise.name)
            raise AuthorsError(*place, f"the probe `{name}` refuses the reference: {frame['complaint']}")
        if not raised or (raised["frames"] and probe.fixed):
            continue
        told = f"{raised['type']}: {raised['message']}"
        code = probe.function.__code__
        if not raised["frames"]:
            raise AuthorsError(code.co_filename, code.co_firstlineno, f"the probe `{name}` itself raises {told}")
        line = raised["frames"][-1]["line"]
        also = f"If the probe {name} is to see that, say why in its fixed=..."
        raise AuthorsError(solutions, line, f"the reference raises {told}. {also}")


def observe(
    exercise: Exercise,
    specs: list[dict[str, Any]],
    runs: list[dict[str, Any]],
    only: list[str] | None = None,
    timeout: float | None = None,
    each: float | None = None,
) -> Outcome:
    probes = source.probes(exercise.section, exercise.name)
    job: dict[str, Any] = {"exercise": exercise.name, "probes": probes, "implementations": specs, "runs": runs}
    job |= {"only": only, "each": each, "imports": _slow_imports(exercise, probes, specs)}
    return warm().ask(job if timeout is None else job | {"timeout": timeout})


def _slow_imports(exercise: Exercise, probes: str, specs: list[dict[str, Any]]) -> list[str]:
    """What the lesson says is slow to import, if a probe or an answer will make use of it.

    The warm process then imports it before it forks, once, and no learner's time runs meanwhile.
    """
    texts = [spec["file"] for spec in specs if "file" in spec]

    def used(word: str) -> bool:
        return f"{word}." in probes or any(word in text and word in uses(text, exercise.name) for text in texts)

    return [module for word, module in lesson.current().slow_imports.items() if used(word)]


def _reference(exercise: Exercise) -> dict[str, Any]:
    path = source.solutions_path(exercise.section)
    return {"file": path.read_text(encoding="utf-8"), "path": str(path)}


def _with_pieces(
    exercise: Exercise, own: dict[str, Any], runs: list[dict[str, Any]], observed: Outcome, verdict: Verdict
) -> tuple[Verdict, dict[str, Any], Outcome]:
    """Try once more with the reference's earlier pieces in the learner's file: one failure is not to cause another."""
    text, names = source.pieces(exercise.name, exercise.section)
    used = [name for name in names if name in uses(own["file"], exercise.name)]
    if not used or (verdict.trouble or {}).get("kind") in ("missing", "not_callable"):
        return verdict, own, observed
    helped = own | {"pieces": text, "names": used}
    again = observe(exercise, [helped], runs)
    better = judge(exercise, again, expected(exercise, runs[0]["seed"]), own["path"])
    if better.points <= verdict.points:
        return verdict, own, observed
    better.stood_in = used
    return better, helped, again


def _explain(exercise: Exercise, own: dict[str, Any], observed: Outcome, verdict: Verdict, seed: int) -> None:
    """Add the diagnosis and the smallest failing case to the verdict."""
    first = verdict.first_failure
    frames = by_probe(observed)
    if exercise.kind == "code" and observed.ending == "finished" and first and first.name in frames:
        verdict.diagnosis = diagnose(exercise, frames, suspects(exercise, frames, first.name, seed))
    if first and first.why in ("differs", "changed") and exercise.kind == "code":
        verdict.smallest = smallest(exercise, own, first.name)


def known(exercise: Exercise, seed: int) -> Mistakes:
    """Every known mistake and relation; observed once for each seed."""
    key = (exercise.name, seed)
    if key not in _known:
        _known[key] = _seen(exercise, _variants(exercise), seed)
    return _known[key]


def known_on(exercise: Exercise, seed: int, probe: str) -> Mistakes:
    """Every known mistake with what this probe sees of it, and with more where all of them are known already."""
    key = (exercise.name, seed, probe)
    if key[:2] in _known:
        return _known[key[:2]]
    if key not in _known_on:
        _known_on[key] = _seen(exercise, _variants(exercise), seed, [probe])
    return _known_on[key]


def in_full(exercise: Exercise, seed: int, names: set[str]) -> Mistakes:
    """These known mistakes, with what every probe sees of them."""
    if (exercise.name, seed) in _known:
        return {name: _known[exercise.name, seed][name] for name in names}
    return _seen(exercise, [v for v in _variants(exercise) if v[1] in names], seed) if names else {}


def suspects(exercise: Exercise, frames: dict[str, Frame], failing: str, seed: int) -> Mistakes:
    """The known mistakes that can explain these frames: every one that looks the same on the probe `failing`."""
    probe, tried = exercise.probes[failing], known_on(exercise, seed, failing)
    same = {
        name
        for name, (_, seen) in tried.items()
        if failing in seen and compare(exercise, probe, frames[failing], seen[failing])[0] == "agrees"
    }
    return in_full(exercise, seed, same)


def _variants(exercise: Exercise) -> list[tuple[str, str]]:
    from autograder.authoring.families import complete
    from autograder.authoring.relations import RELATIONS

    relations = [] if exercise.is_class else [name for name in RELATIONS if name not in exercise.mistakes]
    own = [("mistake", name) for name in exercise.mistakes] + [("relation", name) for name in relations]
    return own + [("family", name) for name in complete(exercise)]


def _seen(exercise: Exercise, variants: list[tuple[str, str]], seed: int, only: list[str] | None = None) -> Mistakes:
    from autograder.authoring.families import complete
    from autograder.authoring.relations import RELATIONS
    from autograder.authoring.variants import implementation

    specs = [implementation(exercise, kind, name) for kind, name in variants]
    tried = observe(exercise, specs, [{"seed": seed}], only, timeout=PATIENT)
    found = {}
    for i, (kind, name) in enumerate(variants):
        table = exercise.mistakes if kind == "mistake" else complete(exercise)
        told = RELATIONS[name].__doc__ or "" if kind == "relation" else table[name].message
        found[name] = told.format(name=exercise.name) if kind == "relation" else told, by_probe(tried, i)
    return found


def references(exercise: Exercise, seed: int) -> dict[str, Any]:
    """What `expected` and `known` give, as plain data for another process to `adopt`."""
    return {"expected": expected(exercise, seed), "known": known(exercise, seed) if exercise.kind == "code" else {}}


def adopt(exercise: Exercise, seed: int, told: dict[str, Any]) -> None:
    """Take over what another process has observed; it need not be observed here again."""
    _expected[exercise.name, seed] = told["expected"]
    _known[exercise.name, seed] = {name: (message, frames) for name, (message, frames) in told["known"].items()}


def forget(exercise: Exercise, seed: int) -> None:
    """Let go of what was observed or adopted for a seed that is not needed for now."""
    _expected.pop((exercise.name, seed), None)
    _known.pop((exercise.name, seed), None)


def smallest(exercise: Exercise, own: dict[str, Any], probe_name: str) -> tuple[Frame, Frame] | None:
    """The smallest case on which the probe still fails: (the learner's frame, the reference's)."""
    mine = observe(exercise, [own], SMALL, [probe_name])
    theirs = reference_small(exercise, probe_name)
    both = ([by_probe(seen, 0, run).get(probe_name) for seen in (mine, theirs)] for run in range(len(SMALL)))
    return most_telling(exercise, exercise.probes[probe_name], ((got, want) for got, want in both))


def small_runs(exercise: Exercise, mistakes: list[str]) -> Outcome:
    """What all probes see, on the first small runs, of the known mistakes; of the reference when none is named."""
    from autograder.authoring.variants import implementation

    specs = [implementation(exercise, "mistake", name) for name in mistakes] or [_reference(exercise)]
    return observe(exercise, specs, SMALL[:6])


def reference_small(exercise: Exercise, probe_name: str) -> Outcome:
    """What one probe sees of the reference on the small runs; observed once."""
    key = (exercise.name, probe_name)
    if key not in _small:
        _small[key] = observe(exercise, [_reference(exercise)], SMALL, [probe_name])
    return _small[key]


def reference_on(exercise: Exercise, runs: list[dict[str, Any]]) -> Outcome:
    """What all probes see of the reference on these runs."""
    return observe(exercise, [_reference(exercise)], runs)
