"""An answer that was to be built without a torch function is tried where torch does not have that function.

Watching, beside the submission's own code, is what gives a learner a message (autograder/shortcut.py); it can be
deceived. This cannot: the answer that passed runs once more, with the function unplugged (unplug.py), and keeps its
points only if it passes again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograder import lesson, source
from autograder.classroom.box import Box
from autograder.judge import Verdict

if TYPE_CHECKING:
    from autograder.classroom.grading import Budget, Run

#: What answers to other exercises are made of: never unplugged for all of a section at once.
EVERYDAY = {"exp", "log", "xlogy"}


def confirm(run: Run, section: str, verdicts: dict[str, Verdict], seed: int, where: Box, budget: Budget) -> None:
    """Replace the verdicts on answers that pass and cannot do without what they were to be built without."""
    exercises = lesson.load(section)
    without = {
        name: functions
        for name, verdict in verdicts.items()
        if verdict.passed and (functions := {f for f in exercises[name].shortcut if "." not in f})
    }
    plain = [name for name in without if not verdicts[name].stood_in and not without[name] & EVERYDAY]
    everyday = [name for name in without if without[name] & EVERYDAY]
    doubtful = set(without)
    for names in (plain, everyday):
        if names:
            unplugged = set().union(*(without[name] for name in names))
            again = _again(run, section, names, unplugged, [], seed, where, budget)
            doubtful -= {name for name in names if again[name].passed}
    for name in without:
        if name in doubtful:
            lent = verdicts[name].stood_in
            if not _again(run, section, [name], without[name], lent, seed, where, budget)[name].passed:
                verdicts[name] = _refused(run, section, name, seed)


def _again(
    run: Run, section: str, names: list[str], without: set[str], lent: list[str], seed: int, where: Box, budget: Budget
) -> dict[str, Verdict]:
    from autograder.classroom import grading

    again = grading.Run(run.sources, list(run.outputs), skip=set(run.skip))
    job = grading.job(again, section, names, seed, budget) | {"without": sorted(without)}
    if lent:
        job["pieces"] = {"text": source.pieces(names[0], section)[0], "names": lent}
    grading.take(again, where.ask(job, budget.limits(budget.process)), names)
    exercises = lesson.load(section)
    return {name: grading._verdict(exercises[name], again.seen.get(name), seed) for name in names}


def _refused(run: Run, section: str, name: str, seed: int) -> Verdict:
    """The verdict as if the watching had seen everything."""
    from autograder.classroom import grading

    exercise = lesson.load(section)[name]
    called = [f"torch's {function}" for function in exercise.shortcut if "." not in function][:1]
    for frame in run.seen[name].frames:
        if "probe" in frame:
            frame["shortcuts"] = called
    return grading._verdict(exercise, run.seen[name], seed)
