"""`check`: grade the learner's answers, and say what was seen."""

from __future__ import annotations

import json
import re
from pathlib import Path

import click

from autograder import state
from autograder.commands.group import (
    NOT_PASSED,
    PASSED,
    USAGE,
    chosen,
    graded,
    leave,
    plain_option,
    told_broken,
    told_to_wait,
    tracked,
)
from autograder.exercise import Exercise
from autograder.judging.answer_file import read, short
from autograder.judging.grade import experiment
from autograder.judging.verdict import Verdict
from autograder.proofread import AuthorsError


@click.command()
@click.argument("names", nargs=-1)
@click.option("--section", help="Check this section.")
@click.option("--file", "path", type=click.Path(path_type=Path), help="Grade NAME as this file defines it.")
@click.option("--json", "as_json", is_flag=True, help="Print results as JSON.")
@plain_option
@click.option("--plot", "as_plot", is_flag=True, help="Also train with the answer NAME and draw its loss curve.")
@click.option("--seed", default=0, show_default=True, help="Draw the inputs from this seed.")
def check(
    names: tuple[str, ...],
    section: str | None,
    path: Path | None,
    as_json: bool,
    as_plain: bool,
    as_plot: bool,
    seed: int,
) -> None:
    """Check exercises by NAME, a whole section, or everything.

    Exits with 0 when all of them pass, 1 when one does not, 2 when a name is unknown.
    """
    exercises, broken = chosen(names, section)
    if path is not None and not names and section is None:
        exercises = _defined(exercises, path)
    if not as_json and not as_plain:
        from autograder.report import pages  # while torch is imported elsewhere, or it would be waited for afterwards

        pages.get_ready()
    verdicts = []
    few = len(exercises) < 4
    for exercise in tracked(exercises, shown=not few and not as_json and not as_plain):
        try:
            with told_to_wait(f"Checking {exercise.name}", few and not as_plain):
                verdicts.append(graded(exercise, path, seed))
        except AuthorsError as error:
            if len(exercises) == 1:
                raise
            click.echo(str(error), err=True)
    if path is None:
        state.record([(v.exercise, v.outcome, v.points, state.fingerprint(v.exercise, v.section)) for v in verdicts])
    if as_json:
        told = [verdict.to_dict() for verdict in verdicts]
        click.echo(json.dumps(told[0] if len(names) == len(told) == 1 and section is None else told, indent=1))
    elif as_plain:
        from autograder.report import plain

        click.echo("\n".join(plain.verdicts(verdicts, experiment)))
    else:
        pages.show(verdicts, experiment)
        if as_plot:
            _plot(verdicts, path)
    broken = broken or (not names and told_broken(section))
    passed = len(verdicts) == len(exercises) and all(verdict.passed for verdict in verdicts)
    leave(PASSED if passed and not broken else NOT_PASSED)


def _defined(exercises: list[Exercise], path: Path) -> list[Exercise]:
    """Of these exercises those that a file has a definition of."""
    text = read(path)
    found = [e for e in exercises if re.search(rf"^(def|class) {e.name}\b", text, re.MULTILINE)]
    if not found:
        click.echo(f"{short(path)} has no answer in it: no exercise has the name of what it defines.", err=True)
        leave(USAGE)
    return found


def _plot(verdicts: list[Verdict], path: Path | None) -> None:
    """Draw the first answer that was written and does not pass, or the one that there is."""
    from autograder.milestones.composition import DRAWN
    from autograder.report import curves
    from autograder.source import exercises_path

    written = [v for v in verdicts if v.outcome != "not_started"]
    drawable = [v for v in written if v.exercise in DRAWN] or written
    chosen = next((v for v in drawable if not v.passed), drawable[0] if drawable else None)
    if chosen:
        path = path or exercises_path(chosen.section)
        curves.draw(chosen.exercise, read(path), short(path))
