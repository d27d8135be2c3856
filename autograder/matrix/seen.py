"""What answers do when they are all observed, and which probes catch them."""

from __future__ import annotations

import re
from typing import Any

from autograder import source
from autograder.authoring.variants import implementation
from autograder.exercise import Exercise
from autograder.judging.judge import compare
from autograder.judging.verdict import Frame
from autograder.process.warm import warm

#: What Python says of a function that does not take what it is given.
UNCALLABLE = re.compile(r"\) (takes \d|takes from|missing \d|got an unexpected keyword|got multiple values)")
#: Of an answer that stands alone, and uses what does not stand in it.
MISSING = "It has to bring along what it needs"
#: Seconds that each may compute; one that takes longer under several seeds is observed under each alone.
AT_MOST = 4.0
#: Asked for at once: so much is held in memory, and read within the limits of a job.
MOST_FRAMES = 4000


def observe_all(exercise: Exercise, specs: list[dict[str, Any]], seeds: list[int]) -> list[list[dict[str, Frame]]]:
    """The frames of each spec under each seed. One that hangs or crashes costs itself alone: the rest goes on.

    Where others took the time of the job, the one that it ended with is tried again.
    """
    done: list[list[dict[str, Frame]]] = []
    job: dict[str, Any] = {"exercise": exercise.name, "only": None, "afresh": True}
    job["probes"] = source.probes(exercise.section, exercise.name)
    job["runs"] = [{"seed": seed} for seed in seeds]
    while len(done) < len(specs):
        rest = specs[len(done) : len(done) + MOST_FRAMES // (len(seeds) * len(exercise.watched)) + 1]
        limits = {"timeout": 20.0 * len(seeds), "each": AT_MOST}
        outcome = warm().ask(job | {"implementations": rest} | limits)
        reached = max((f["implementation"] for f in outcome.frames), default=0)
        late = {f["implementation"] for f in outcome.frames if "late" in f}
        count = len(rest) if outcome.ending == "finished" else reached
        table: dict[tuple[int, int], dict[str, Frame]] = {}
        for frame in outcome.frames:
            if "probe" in frame:
                table.setdefault((frame["implementation"], frame["run"]), {})[frame["probe"]] = frame
        if count == reached < len(rest) and not late - {reached}:  # this one did not come to an end
            late.add(reached)
            count += 1
        for i in range(count):
            if i in late and len(seeds) > 1:
                done.append([observe_all(exercise, [rest[i]], [seed])[0][0] for seed in seeds])
            else:
                done.append([table.get((i, run), {}) for run in range(len(seeds))])
    return done


def absent(exercise: Exercise, kind: str, name: str, unseen: list[str]) -> str:
    """Why a right or a mistake has not been observed by these probes, and what to write."""
    spec = implementation(exercise, kind, name)
    try:
        compile(spec["file"], name, "exec")
    except SyntaxError as error:
        return f"cannot be observed by {unseen[0]}: what its edit makes is no Python: {error.msg}"
    job = {"exercise": exercise.name, "only": unseen[:1], "runs": [], "implementations": [spec], "each": AT_MOST}
    frames = warm().ask(job | {"probes": source.probes(exercise.section, exercise.name)}).frames
    told = next((frame["loaded"] for frame in frames if "loaded" in frame), None)
    if told is None or any("late" in frame for frame in frames) or told["found"] in ("class", "function"):
        return f"does not come to an end in {unseen[0]}. Does its loop end?"
    raised = told["failure"]
    what = f"raises {raised['type']}: {raised['message']}" if raised else f"gives no class, but {told['found']}"
    form = f"def {name}():, and in it the class, and `return` with its name" if exercise.is_class else MISSING
    return f"{what}. {'Write it as ' * exercise.is_class}{form}"


def caught(exercise: Exercise, frames: dict[str, Frame], reference: dict[str, Frame]) -> list[str]:
    """The probes that tell this from the reference, or were not reached."""
    return [
        probe.name
        for probe in exercise.probes.values()
        if not {probe.name} <= frames.keys() & reference.keys()
        or compare(exercise, probe, frames[probe.name], reference[probe.name])[0] != "agrees"
    ]


def shortcuts(frames: dict[str, Frame], reference: dict[str, Frame]) -> list[str]:
    """The shortcuts that an implementation takes and the reference does not."""
    taken = {name: set(frame.get("shortcuts", ())) for name, frame in frames.items()}
    return sorted(set().union(*(taken[name] - set(reference[name].get("shortcuts", ())) for name in taken)))


def values_alone(frames: dict[str, Frame]) -> dict[str, Frame]:
    """Whoever takes a shortcut fails every probe for it; which of them are needed shows in the values alone."""
    return {name: frame | {"shortcuts": []} for name, frame in frames.items()}
