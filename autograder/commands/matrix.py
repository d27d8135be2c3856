"""`matrix`: the grading graded."""

from __future__ import annotations

import json

import click

from autograder import lesson
from autograder.commands.group import NOT_PASSED, PASSED, chosen, leave, told_broken, tracked
from autograder.proofread import AuthorsError


@click.command()
@click.argument("names", nargs=-1)
@click.option("--section", help="Examine this section.")
@click.option("--mutants/--no-mutants", default=True, help="Also change the reference in small ways.")
@click.option("--seeds", "many", default=1, show_default=True, help="Try this many seeds: each must judge alike.")
@click.option("--fair", "seeds", default=0, help="Only try the right answers, under this many seeds.")
@click.option("--seed", default=0, show_default=True, help="Draw the inputs from this seed.")
@click.option("--json", "as_json", is_flag=True, help="Print findings as JSON.")
@click.option("--mistake", help="Show what this mistake of the exercise is, an edit written out, instead.")
def matrix(
    names: tuple[str, ...],
    section: str | None,
    mutants: bool,
    many: int,
    seeds: int,
    seed: int,
    as_json: bool,
    mistake: str | None,
) -> None:
    """Grade the grading: which probe catches which mistake, and what is weak or unfair.

    Exits with 1 when there are findings, or changes of the reference that survive.
    """
    from autograder.authoring.families import complete
    from autograder.authoring.slips import Misfit
    from autograder.authoring.variants import edited, misfits
    from autograder.matrix.fair import false_alarms
    from autograder.matrix.selfcheck import Examination, across, examine
    from autograder.report import kill_matrix

    if mistake is not None:
        (exercise,) = lesson.select(list(names), section)
        known = [*exercise.mistakes, *complete(exercise)]
        if mistake not in known:
            raise lesson.UnknownName(lesson.suggest(mistake, known, f"mistake of {exercise.name}"))
        click.echo(edited(exercise, mistake))
        leave(PASSED)
    exercises, broken = chosen(names, section)
    examined = []
    for exercise in tracked(exercises, shown=True):
        try:
            if many > 1:
                found = across(exercise, list(range(seed, seed + many)))
            elif not seeds:
                found = examine(exercise, seed, mutants)
            else:
                found = Examination(exercise, seeds=seeds)
                found.findings = [f"false alarm: {alarm}" for alarm in false_alarms(exercise, seeds)]
        except AuthorsError as error:
            others = misfits(exercise) if isinstance(error, Misfit) else []
            found = Examination(exercise, findings=[*dict.fromkeys([str(error), *others])])
        examined.append(found)
        if not as_json:
            kill_matrix.show(found, alone=len(exercises) == 1 and exercise.kind == "code")
    if as_json:
        click.echo(json.dumps([kill_matrix.to_dict(found) for found in examined], indent=1))
    broken = broken or (not names and told_broken(section))
    leave(NOT_PASSED if broken or any(found.findings or found.survivors for found in examined) else PASSED)
