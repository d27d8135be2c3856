"""What the commands share: how they are found, how they end, and how they name files."""

from __future__ import annotations

import contextlib
import errno
import importlib.util
import os
import pkgutil
import shutil
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import click

from autograder import api, commands, lesson, places
from autograder.description import BadLesson
from autograder.exercise import Exercise
from autograder.judging import answer_file
from autograder.judging.verdict import Verdict
from autograder.process.warm import warm
from autograder.proofread import AuthorsError

#: How this program is called.
PROGRAM = "autograder" if places.INSTALLED else "python -m autograder"
PASSED, NOT_PASSED, USAGE, FAILED = 0, 1, 2, 3
#: Commands that a learner needs not.
APART = {
    "To teach": ["course", "assign", "collect", "grade", "feedback", "report", "export"],
    "To write exercises": ["new", "build", "matrix"],
}
#: What keeps files from being written: no room, no room for this user, a disk that can only be read.
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
#: Seconds that a command may take without a word.
IN_SILENCE = 1.0

plain_option = click.option(
    "--plain",
    "as_plain",
    is_flag=True,
    envvar="AUTOGRADER_PLAIN",
    help="Plain lines, for a screen reader. Always, if the environment has AUTOGRADER_PLAIN=1.",
)


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
    """The modules beside this one, each imported when it is asked for. Mistakes in names end with one clear line."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(m.name for m in pkgutil.iter_modules(commands.__path__) if m.name != "group")

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in self.list_commands(ctx):
            return None
        found = vars(importlib.import_module(f"autograder.commands.{name}")).values()
        return next(value for value in found if isinstance(value, click.Command))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Those for teaching and for authors apart: whoever learns needs none of them."""
        known = self.list_commands(ctx)
        apart = {name for names in APART.values() for name in names}
        groups = {"To learn": [name for name in known if name not in apart], **APART}
        for title, names in groups.items():
            found = [(name, self.get_command(ctx, name)) for name in names]
            with formatter.section(title):
                formatter.write_dl([(name, command.get_short_help_str(67)) for name, command in found if command])

    def invoke(self, ctx: click.Context) -> Any:
        if places.INSTALLED:
            _installed(sys.argv[1:])
        try:
            return super().invoke(ctx)
        except (lesson.UnknownName, BadLesson, answer_file.UnreadableFile, AuthorsError) as error:
            click.echo(str(error), err=True)
            leave(USAGE)
        except KeyboardInterrupt:
            click.echo("Stopped.", err=True)
            leave(130)
        except click.UsageError as error:
            click.echo(error.format_message(), err=True)
            leave(USAGE)
        except (click.exceptions.Exit, click.Abort):  # RuntimeErrors too: `check --help` ends so
            raise
        except OSError as error:
            if error.errno not in FULL:
                raise
            click.echo(f"{error.strerror}, so not everything was written. `make doctor` looks for room.", err=True)
            leave(FAILED)
        except RuntimeError as error:  # the kit's own reference could not be observed, for example
            click.echo(f"The kit itself failed: {error}\n`make doctor` looks for the reason.", err=True)
            leave(USAGE)

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        known = self.list_commands(ctx)
        if args and args[0] not in known and not args[0].startswith("-"):
            click.echo(lesson.suggest(args[0], known, "command"), err=True)
            leave(USAGE)
        return super().resolve_command(ctx, args)


def _installed(words: list[str]) -> None:
    """Without make, in a folder of the learner's: say what is typed there, and see that there is something to check."""
    from autograder import workspace
    from autograder.report.typed import Typed

    sys.stdout, sys.stderr = Typed(sys.stdout), Typed(sys.stderr)
    if words[:1] == ["start"] or {"--file", "--help", "-h"} & set(words):
        return
    if why := _needs_a_clone(words[0] if words else ""):
        click.echo(why, err=True)
        leave(USAGE)
    if not places.EXERCISES.is_dir():
        click.echo("There are no exercises in this folder or above it. To make some:   autograder start", err=True)
        leave(USAGE)
    workspace.upgrade()


def _needs_a_clone(command: str) -> str:
    """Why a command is of no use here, "" if it is; what it would write belongs beside what a clone has."""
    if command in APART["To teach"] and not Path("nbgrader_config.py").exists():
        return f"{command} is for a class, and a class is taught in a clone of the kit, which has nbgrader_config.py."
    if command == "build" and places.lesson_folder() == places.KIT:
        return "build is for authors, in a clone of the kit or in a folder with a solutions/lesson.toml of its own."
    return ""


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def autograder() -> None:
    """Check exercises, get hints, see answers: minibatch training by writing it."""


def graded(exercise: Exercise, path: Path | None = None, seed: int = 0) -> Verdict:
    """The verdict on the learner's own answer, or on the one in the file at `path`."""
    from autograder.source import exercises_path

    path = path or exercises_path(exercise.section)
    return api.check_text(answer_file.read(path), answer_file.short(path), exercise, seed)


def chosen(names: tuple[str, ...], section: str | None) -> tuple[list[Exercise], bool]:
    """The exercises asked for, and whether one of several names cannot be used until its author mends something."""
    if len(names) < 2:
        return lesson.select(list(names), section), False
    found, broken = lesson.select([], section) if section else [], False
    for name in names:
        try:
            found += lesson.select([name])
        except AuthorsError as error:
            click.echo(str(error), err=True)
            broken = True
    return found, broken


def told_broken(section: str | None = None) -> bool:
    """Say which exercises cannot be used until their author mends something; whether there are any."""
    errors = lesson.broken(section)
    for error in errors:
        click.echo(str(error), err=True)
    return bool(errors)


def needs(command: str, *modules: str) -> None:
    """Go on where they are installed; else say what brings them."""
    missing = [module for module in modules if importlib.util.find_spec(module) is None]
    if missing:
        pip = "pip" if shutil.which("pip") == str(Path(sys.executable).with_name("pip")) else f"{sys.executable} -m pip"
        brings = f"{pip} install {' '.join(missing)}" if places.INSTALLED else f"make {command}"
        click.echo(f"{command} needs {' and '.join(missing)}. To install what is missing:   {brings}", err=True)
        leave(USAGE)


@contextlib.contextmanager
def told_to_wait(what: str, wanted: bool = True) -> Iterator[None]:
    """Where somebody looks, say after a second that it goes on; the words are gone when it is over."""
    if not wanted or not sys.stderr.isatty():
        yield
        return
    told: list[str] = []

    def tell() -> None:
        told.append(what)
        click.echo(f"{what} ...", nl=False, err=True)

    words = threading.Timer(IN_SILENCE, tell)
    words.daemon = True
    words.start()
    try:
        yield
    finally:
        words.cancel()
        words.join()
        if told:
            click.echo("\r\x1b[K", nl=False, err=True)


def tracked(items: list[Exercise], shown: bool) -> Any:
    """The items, with a progress bar where somebody looks."""
    if not shown or not sys.stderr.isatty():
        return items
    from rich.console import Console
    from rich.progress import track

    return track(items, description="Checking", console=Console(stderr=True), transient=True)
