"""An answer that was to be built without a torch function is tried where torch does not have that function.

Watching, beside the submission's own code, is what gives a learner a message (autograder/beside/shortcut.py); it can be
deceived. This cannot: the answer runs once more, with the function unplugged (unplug.py), and keeps its points only
if it earns them again.
"""

from __future__ import annotations

from autograder import lesson
from autograder.classroom.run import Run
from autograder.exercise import Exercise
from autograder.judging.verdict import Verdict

#: What answers to other exercises are made of: never unplugged for all of a section at once.
EVERYDAY = {"exp", "log", "xlogy"}


def confirm(run: Run, verdicts: dict[str, Verdict]) -> None:
    """Replace the verdicts on answers that have points and lose some without what they were to be built without."""
    exercises = lesson.load(run.section)
    without = {
        name: functions
        for name, verdict in verdicts.items()
        if verdict.points and verdict.outcome != "shortcut" and (functions := forbidden(exercises[name]))
    }
    everyday = [name for name in without if without[name] & EVERYDAY]
    plain = [name for name in without if name not in everyday]
    confirmed: set[str] = set()
    for names in filter(None, (plain, everyday)):
        again = run.again(names, without=set().union(*(without[name] for name in names)))
        confirmed |= {name for name in names if again.verdict(name).points >= verdicts[name].points}
    for name in without.keys() - confirmed:  # by itself: another's function may be what this one is made of
        again = run.again([name], without=without[name])
        verdict = again.verdict(name)
        if verdict.points < verdicts[name].points:
            verdicts[name] = verdict if again.ran_out else _refused(run, name, exercises[name].shortcut[0])


def forbidden(exercise: Exercise) -> set[str]:
    """What to do without, as unplug.py takes it."""
    return set(exercise.shortcut)


def _refused(run: Run, name: str, function: str) -> Verdict:
    """The verdict as if the watching had seen everything."""
    for frame in run.seen[name].frames:
        if "probe" in frame:
            frame["shortcuts"] = [f"torch's {function}"]
    return run.verdict(name)
