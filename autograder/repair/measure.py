"""`python -m autograder.repair.measure [EXERCISE...]`: is what is told of wrong answers true?

Rights are spoiled in one, two or three known places, and what the diagnosis says of them is compared with the places.
"""

from __future__ import annotations

import argparse
import ast
import functools
import json
import random
import statistics
import time
import zlib
from typing import Any

from autograder import lesson, source
from autograder.authoring.relations import RELATIONS
from autograder.exercise import Exercise
from autograder.judging import grade, judge, known_mistakes, observing
from autograder.judging.judge import by_probe
from autograder.process.warm import Warm, warm
from autograder.repair import diagnosis, places, rights
from autograder.repair.made import Made, slips_of, spoiled
from autograder.repair.reading import binds

NEIGHBOURS = {"statement_missing", "moved", "return_missing", "method_missing", "outdent", "indent", "statement_extra"}


def sample(exercise: Exercise, each: int, seed: int, slips: bool = False) -> list[Made]:
    """`each` spoiled answers with one, two and three changes that fail, from any right; or so many known mistakes."""
    rng = random.Random(zlib.crc32(exercise.name.encode()) + seed)
    answers = [node for _, node in rights.right_answers(exercise)]
    text = source.solutions_path(exercise.section).read_text(encoding="utf-8")
    earlier = source.pieces(exercise.name, exercise.section)[0]
    checks = source.checks_path(exercise.section, exercise.name).read_text(encoding="utf-8")
    used = rights.used_names([("", node) for node in answers])
    others = [n for n in ast.parse(checks).body if isinstance(n, ast.Import | ast.ImportFrom) and binds(n) & used]
    imports = [n for n in ast.parse(text).body if isinstance(n, ast.Import | ast.ImportFrom)]
    imports += [n for n in others if "autograder" not in ast.unparse(n)]
    defined = [n for n in ast.parse(earlier).body if isinstance(n, source.Definition)]
    for node in defined:
        if len(node.body) > 1:
            del node.body[0]
    helpers = [n for n in defined if n.name in rights.used_names([("", a) for a in answers[:1]])]
    header = ast.unparse(ast.Module([*imports, *helpers], [])) + "\n\n"
    made: list[Made] = []
    spoils = slips_of(exercise) if slips else ()
    if slips and not spoils:
        return []
    for count in (1, 2, 3):
        some = [m for _ in range(each * 4) if (m := spoiled(rng.choice(answers), header, count, rng, spoils))]
        unique = list({m.text: m for m in some}.values())
        made += failing(exercise, unique)[:each]
    return made


def failing(exercise: Exercise, made: list[Made]) -> list[Made]:
    """Those that fail, once all are observed; one that hangs or dies is left out."""
    found = []
    for one in made:
        seen = observe_one(exercise, one.text)
        if seen is not None and any(p not in seen or not _agrees(exercise, p, seen) for p in exercise.probes):
            found.append(one)
    return found


def _agrees(exercise: Exercise, name: str, frames: dict[str, Any]) -> bool:
    reference = observing.expected(exercise, 0)
    return judge.compare(exercise, exercise.probes[name], frames[name], reference[name])[0] == "agrees"


def observe_one(exercise: Exercise, text: str) -> dict[str, Any] | None:
    outcome = observing.observe(exercise, [{"file": text, "path": "answer.py"}], [{"seed": 0}], None, 3.0, 2.0)
    frames = by_probe(outcome)
    return frames if outcome.ending == "finished" and set(frames) >= set(exercise.probes) else None


def look(exercise: Exercise, text: str, seconds: float) -> diagnosis.Looked:
    def observe(specs: Any, only: Any, timeout: float, each: float) -> Any:
        return observing.observe(exercise, specs, [{"seed": 0}], only, timeout, each, stays=hash(text))

    frames = observe_one(exercise, text) or {}
    own = {"file": text, "path": "answer.py"}
    reference = observing.expected(exercise, 0)
    return diagnosis.look(
        exercise,
        own,
        frames,
        reference,
        observe,
        seconds,
        lambda probe: known_mistakes.known_on(exercise, 0, probe),
        lambda names: known_mistakes.in_full(exercise, 0, names),
    )


def computed() -> float:
    """Seconds that this process has computed and its jobs have taken: what a busy machine does not lengthen."""
    process = warm()
    assert isinstance(process, Warm)
    return time.process_time() + process.seconds


def measured(exercise: Exercise, made: Made, seconds: float) -> dict[str, Any]:
    started = computed()
    looked = look(exercise, made.text, seconds)
    took = computed() - started
    row: dict[str, Any] = {"exercise": exercise.name, "count": len(made.what), "what": made.what, "text": made.text}
    row |= {
        "truth": sorted(made.lines),
        "runs": looked.runs,
        "seconds": round(took, 3),
        "clock": round(looked.seconds, 3),
        "told": [],
    }
    if looked.found:
        reached: set[int] = set()
        row["told"] = [[e.kind, list(e.lines), e.said.get("what", "")] for e in looked.found.edits]
        row["true"] = True
        for edit in looked.found.edits:
            slack = (
                1
                if edit.kind in NEIGHBOURS or {"left_out", "exchanged", "indented", "outdented"} & set(made.what)
                else 0
            )
            hit = {
                i for i, place in enumerate(made.places) if any(abs(a - b) <= slack for a in place for b in edit.lines)
            }
            row["true"] &= bool(hit)
            reached |= hit
        row["all"] = len(reached) == len(made.places)
        row["others"] = [[[e.kind, list(e.lines)] for e in other] for other in looked.found.others]
    return row


def names_of(exercise: Exercise, made: Made) -> tuple[int, list[str]]:
    """How many known mistakes are named of an answer that was made of some; and those that are not there.

    One that is behaved like by the whole answer is there, too: several together may do what another one does.
    """
    alike = grade.check_text(made.text, "answer.py", exercise, 0, None).diagnosis
    verdict = grade.check_text(made.text, "answer.py", exercise, 0, functools.partial(places.places, clock=computed))
    named = [found.mistake for found in verdict.diagnoses if found.known and found.mistake not in RELATIONS]
    there = {*made.what, alike.mistake if alike else ""}.union(*map(exercise.twins_of, made.what))
    return len(named), [name for name in named if name not in there]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--each", type=int, default=3, help="answers with one, with two and with three changes")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--slips", action="store_true", help="spoil them by known mistakes, and count those named")
    parser.add_argument("--rows", help="write what was seen of each as JSON lines here")
    asked = parser.parse_args()
    exercises = [e for s in lesson.sections() for e in lesson.load(s).values() if e.kind == "code"]
    rows: list[dict[str, Any]] = []
    for exercise in exercises:
        if asked.names and exercise.name not in asked.names:
            continue
        made = sample(exercise, asked.each, asked.seed, asked.slips)
        mine = [measured(exercise, one, asked.seconds) for one in made]
        for row, one in zip(mine, made, strict=True):
            row["named"], row["not there"] = names_of(exercise, one) if asked.slips else (0, [])
        rows += mine
        print(f"{exercise.name:24}", summary(mine), flush=True)
    for count in (1, 2, 3):
        print(f"with {count}".ljust(24), summary([row for row in rows if row["count"] == count]))
    print("all".ljust(24), summary(rows))
    if asked.rows:
        with open(asked.rows, "w") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)


def summary(rows: list[dict[str, Any]]) -> str:
    if not rows:
        return "nothing"
    told = [row for row in rows if row["told"]]
    true, whole = [row for row in told if row["true"]], [row for row in told if row["all"]]
    seconds = sorted(row["seconds"] for row in rows)
    wrong = [f"{row['exercise']} {name}" for row in rows for name in row["not there"]]
    named = sum(row["named"] for row in rows)
    return (
        f"{len(rows):4} answers, {len(told) / len(rows):4.0%} explained, {len(true) / max(1, len(told)):4.0%} true, "
        f"{len(whole) / max(1, len(told)):4.0%} all places, {statistics.median(r['runs'] for r in rows):4.0f} runs, "
        f"{statistics.median(seconds):.2f} s, {seconds[int(len(seconds) * 0.95)]:.2f} s"
        + (f", {named} named, not there: {', '.join(wrong) or 'none'}" if named else "")
    )


if __name__ == "__main__":
    main()
