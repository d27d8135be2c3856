"""The command line: `python -m autograder COMMAND`, which the Makefile's targets call."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any, NoReturn

import click

from autograder import daily, lesson, state, teaching
from autograder.exercise import Exercise
from autograder.grade import UnreadableFile, check_text, read
from autograder.isolate import warm
from autograder.judge import Verdict
from autograder.lesson import UnknownName
from autograder.milestones.command import train
from autograder.options import plain_option

PASSED, NOT_PASSED, USAGE = 0, 1, 2


def leave(code: int) -> NoReturn:
    """End at once: tearing down the interpreter and the warm process would cost more than a check."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:  # the reader has seen enough: `make check | head`
        pass
    warm().abandon()
    os._exit(code)


class Commands(click.Group):
    """Commands whose mistakes in names and files end with one clear line."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (UnknownName, UnreadableFile) as error:
            click.echo(str(error), err=True)
            leave(USAGE)
        except KeyboardInterrupt:
            click.echo("Stopped.", err=True)
            leave(130)
        except (click.exceptions.Exit, click.Abort):  # RuntimeErrors too: `check --help` ends so
            raise
        except RuntimeError as error:  # the kit's own reference could not be observed, for example
            click.echo(f"The kit itself failed: {error}\n`make doctor` looks for the reason.", err=True)
            leave(USAGE)

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            click.echo(lesson.suggest(args[0], list(self.commands), "command"), err=True)
            leave(USAGE)
        return super().resolve_command(ctx, args)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Check exercises, get hints, see answers: minibatch training by writing it."""


@cli.command()
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
    chosen = lesson.select(list(names), section)
    if not as_json and not as_plain:
        from autograder.report import pages  # while torch is imported elsewhere, or it would be waited for afterwards

        pages.get_ready()
    verdicts = []
    for exercise in _progress(chosen, shown=len(chosen) > 3 and not as_json and not as_plain):
        verdicts.append(_check(exercise, path, seed))
    if path is None:
        state.record([(v.exercise, v.outcome, v.points, state.fingerprint(v.exercise, v.section)) for v in verdicts])
    if as_json:
        told = [verdict.to_dict() for verdict in verdicts]
        click.echo(json.dumps(told[0] if len(names) == len(told) == 1 and section is None else told, indent=1))
    elif as_plain:
        from autograder.report import plain

        click.echo("\n".join(plain.verdicts(verdicts, _experiment)))
    else:
        pages.show(verdicts, _experiment)
        if as_plot:
            _plot(verdicts, path)
    leave(PASSED if all(verdict.passed for verdict in verdicts) else NOT_PASSED)


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
        curves.draw(chosen.exercise, read(path), _label(path))


def _check(exercise: Exercise, path: Path | None, seed: int) -> Verdict:
    from autograder.source import exercises_path

    path = path or exercises_path(exercise.section)
    return check_text(read(path), _label(path), exercise, seed)


def _label(path: Path) -> str:
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def _progress(items: list[Exercise], shown: bool) -> Any:
    if not shown or not sys.stderr.isatty():
        return items
    from rich.console import Console
    from rich.progress import track

    return track(items, description="Checking", console=Console(stderr=True), transient=True)


def _experiment(exercise: Exercise) -> list[str]:
    from autograder.grade import experiment

    return experiment(exercise)


@cli.command()
@click.argument("name")
@plain_option
def hint(name: str, as_plain: bool) -> None:
    """Give the next hint for the exercise NAME, a little stronger at each call."""
    exercise = lesson.find(name)
    with state.change() as remembered:
        entry = state.exercise(remembered, name)
        given = entry.get("hints", 0)
        number = min(given + 1, len(exercise.hints))
        entry["hints"] = number
    repeated = given >= len(exercise.hints)
    if as_plain:
        from autograder.report import plain

        click.echo("\n".join(plain.hint(exercise, number, repeated)))
    else:
        from autograder.report import pages

        pages.show_hint(exercise, number, repeated)


@cli.command()
@click.argument("name")
@click.option("--give-up", is_flag=True, help="Show it although yours does not pass yet.")
@plain_option
def answer(name: str, give_up: bool, as_plain: bool) -> None:
    """Show the reference answer to NAME beside your own, once yours passes or you give up."""
    exercise = lesson.find(name)
    if not give_up and not _check(exercise, None, 0).passed:
        click.echo(f"{name} does not pass yet, so its answer stays hidden.")
        click.echo(f"One more hint:        make hint exercise={name}")
        click.echo(f"Show it all the same: make answer exercise={name} give_up=1")
        leave(NOT_PASSED)
    experiment = _experiment(exercise) if exercise.experiment_function else None
    if as_plain:
        from autograder.report import plain

        click.echo("\n".join(plain.answer(exercise, experiment)))
    else:
        from autograder.report import pages

        pages.show_answer(exercise, experiment)
    leave(PASSED)


@cli.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print the exercises as JSON.")
@plain_option
def list_(as_json: bool, as_plain: bool) -> None:
    """Show sections, exercises, outcomes and points."""
    from autograder import overview

    rows = overview.rows()
    if as_json:
        click.echo(json.dumps(rows, indent=1))
    elif as_plain:
        from autograder.report import plain

        click.echo("\n".join(plain.rows(rows)))
    else:
        from autograder.report import pages

        pages.show_list(rows)
    leave(PASSED)


@cli.command()
@click.argument("name", required=False)
@click.option("--section", help="Restore the whole file of this section.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def reset(name: str | None, section: str | None, yes: bool) -> None:
    """Restore the stub of the exercise NAME, or the file of a section. What you wrote is kept in a backup."""
    from autograder import source, workspace

    if section is None and name is None:
        raise click.UsageError("Name an exercise, as in: make reset exercise=softmax")
    exercise = lesson.find(name) if name and not lesson.is_section(name) else None
    section = exercise.section if exercise else lesson.select([], section or name)[0].section
    name = exercise.name if exercise else section
    path = _label(source.exercises_path(section))
    if not yes and sys.stdin.isatty():
        click.confirm(f"Restore {name} in {path}? Your text is kept in a backup.", abort=True)
    try:
        kept = workspace.reset(section, exercise.name if exercise else None)
    except workspace.Unparsable as error:
        click.echo(f"{path} has a syntax error ({error}), so {name} cannot be found in it.", err=True)
        click.echo(f"Mend that line, or restore the whole file: make reset section={section}", err=True)
        leave(USAGE)
    click.echo(f"{name} is a stub again in {path}." + (f" What was there is in {_label(kept)}" if kept else ""))


@cli.command()
def build() -> None:
    """Generate what is generated: the stubs in exercises/ and the notebooks in source/.

    An answer that somebody wrote is left alone.
    """
    from autograder import workspace
    from autograder.notebooks.build import ASSIGNMENT, build_all

    for section, (renewed, edited) in workspace.refresh_all().items():
        told = f"{len(renewed)} renewed" if renewed else "up to date"
        click.echo(f"exercises/{section}.py: {told}" + (f", left as written: {', '.join(edited)}" if edited else ""))
    for section, changed in build_all().items():
        click.echo(f"source/{ASSIGNMENT}/{section}.ipynb: {'renewed' if changed else 'up to date'}")


@cli.command()
@click.argument("names", nargs=-1)
@click.option("--section", help="Examine this section.")
@click.option("--mutants/--no-mutants", default=True, help="Also change the reference in small ways.")
@click.option("--fair", "seeds", default=0, help="Only try the right answers, under this many seeds.")
@click.option("--seed", default=0, show_default=True, help="Draw the inputs from this seed.")
@click.option("--json", "as_json", is_flag=True, help="Print findings as JSON.")
def matrix(names: tuple[str, ...], section: str | None, mutants: bool, seeds: int, seed: int, as_json: bool) -> None:
    """Grade the grading: which probe catches which mistake, and what is weak or unfair.

    Exits with 1 when there are findings.
    """
    from autograder.report import kill_matrix
    from autograder.selfcheck import Examination, examine, false_alarms

    examined = []
    for exercise in _progress(lesson.select(list(names), section), shown=True):
        found = examine(exercise, seed, mutants) if not seeds else Examination(exercise, seeds=seeds)
        if seeds:
            found.findings = [f"false alarm: {alarm}" for alarm in false_alarms(exercise, seeds)]
        examined.append(found)
        if not as_json:
            kill_matrix.show(found)
    if as_json:
        click.echo(json.dumps([kill_matrix.to_dict(found) for found in examined], indent=1))
    leave(NOT_PASSED if any(found.findings for found in examined) else PASSED)


for command in [*daily.COMMANDS, *teaching.COMMANDS, train]:
    cli.add_command(command)
