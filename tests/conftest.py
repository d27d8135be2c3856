"""What several test files use."""

from __future__ import annotations

import compileall
import functools
import gc
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import small_kit
import started
from attacks import graded
from xdist.scheduler import LoadScopeScheduling

from autograder import lesson, places, process, source, state, workspace
from autograder.api import check_text
from autograder.judging.verdict import Verdict
from autograder.process import conversation
from autograder.process.box import Box
from autograder.repair import measure
from autograder.repair import places as places_of_answers

Check = Callable[..., Verdict]
looked_for = places_of_answers.places

# Looking for places in a wrong answer takes up to two seconds of each; tests/repair asks for it.
os.environ.setdefault("AUTOGRADER_EXPLAIN", "0")
# A process that stays behind is for people; tests/process/test_resident.py asks for it.
os.environ["AUTOGRADER_RESIDENT"] = "0"

# Whoever has Python write no bytecode would have it compile the kit in each of the processes that are started here.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
# What is imported until the tests are found stays: the collector would walk it again and again.
gc.disable()

# Whoever starts the tests with & makes them ignore Ctrl-C, and with them every process that they start and interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)


#: What a worker takes at most, with what its tests start; 2.6 were seen.
GIGABYTES = 3

#: What takes longest, longest first: what starts last would keep one worker busy after the others are done.
FIRST = [
    "classroom/test_browser.py",
    "process/test_resident.py",  # while the notebooks are released that the others need
    "classroom/test_class_grading.py",
    "classroom/test_course_page.py",
    "notebooks/test_release.py",
    "classroom/test_classroom.py",
    "test_own_questions.py",
    "classroom/test_upgraded_lesson.py",
    "classroom/test_course.py",
    "bootstrap/test_bootstrap.py",
    "classroom/test_intake.py",
    "milestones/test_milestones.py",
    "process/test_isolate.py",
    "process/test_sandbox.py",
    "notebooks/test_build.py",
    "commands/test_cli.py",
    "watch/test_watch.py",
    "test_second_lesson.py",
    "test_installed.py",
    "test_pytest_plugin.py",
    "classroom/test_exchange.py",
    "watch/test_plain.py",
    "report/test_plots.py",
]
#: Graded beside the other tests from the beginning, in a process of its own: looked at when all else is done.
BESIDE = "classroom/test_attacks.py"
#: Their tests share nothing that takes long to make, so each goes to whichever worker is free; last, to even out.
APART = ["matrix/test_exercises.py", "judging/test_grade.py"]


def pytest_configure(config: pytest.Config) -> None:
    """The workers share a folder for what is made once."""
    if not hasattr(config, "workerinput"):
        compileall.compile_dir(places.KIT / "autograder", quiet=2)  # for all the copies that are made
        started.keep()


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        shutil.rmtree(os.environ.pop(started.SHARED), ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files come in the order of FIRST, those of APART last."""
    place = {name: number for number, name in enumerate(FIRST)} | {name: len(FIRST) + 1 for name in APART}
    place[BESIDE] = len(FIRST) + 2
    items.sort(key=lambda item: place.get(item.path.relative_to(places.KIT / "tests").as_posix(), len(FIRST)))


def pytest_collection_finish(session: pytest.Session) -> None:
    gc.freeze()
    gc.enable()
    gc.set_threshold(50_000)  # syntax trees are many and hold no circles, and most are kept
    if (
        any(item.path == places.KIT / "tests" / BESIDE for item in session.items)
        and not session.config.option.collectonly
    ):
        graded.begin()


class ByFile(LoadScopeScheduling):
    """One worker runs the tests of a file, so that what they share is made once; those of APART go to whoever is free.

    Not `--dist loadgroup`: it writes into a test's id, which pytest 9.2 does not read from there any more.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return nodeid if file.removeprefix("tests/") in APART else file


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors, since tests also wait; as far as each has the memory that it needs."""
    gigabytes = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return max(1, min((os.cpu_count() or 1) + 1, int(gigabytes / GIGABYTES)))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    return ByFile(config, log)


@pytest.fixture
def check() -> Check:
    """Grade a text as the learner's file: check("softmax", "def softmax(x): ...")."""

    def graded(name: str, text: str, path: str = "answer.py") -> Verdict:
        return check_text(text, path, lesson.find(name))

    return graded


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    """Write a learner's file and return its path."""

    def written(text: str) -> Path:
        path = tmp_path / "answer.py"
        path.write_text(text, encoding="utf-8")
        return path

    return written


@pytest.fixture(autouse=True, scope="module")
def forked(request: pytest.FixtureRequest) -> Iterator[None]:
    """Processes that import torch are forked from one that has (started.py), but for the tests of such processes."""
    with pytest.MonkeyPatch.context() as patch:
        if request.path.parent.name != "process":
            patch.setattr(process, "python", functools.partial(started.command, started.python()))
            patch.setattr(conversation, "begin", started.begin(started.python(), conversation.begin))
            patch.setattr(Box, "command", started.box(started.python(), Box.command))
            if api := sys.modules.get("nbgrader.api"):
                patch.setattr(api, "get_alembic_version", started.version_of_gradebooks)
        yield


@pytest.fixture(autouse=True)
def computing_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Places are looked for as long as on a machine that does nothing else: seconds of computing, not the clock's."""
    monkeypatch.setattr(places_of_answers, "places", functools.partial(looked_for, clock=measure.computed))


class Kit:
    """A copy of the kit, as a learner has it, and its commands."""

    def __init__(self, root: Path):
        self.root = root

    def run(self, *words: str, code: int | None = 0, stdin: str | None = None) -> str:
        """The output of `python -m autograder ...`; `code` is the exit code that must come."""
        done = self.python("-m", "autograder", *words, stdin=stdin)
        assert code is None or done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def python(self, *words: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        if words[0] == "-m":
            return started.run(words[1], words[2:], self.root, environment, stdin)
        return subprocess.run(
            [sys.executable, *words], cwd=self.root, env=environment, text=True, capture_output=True, input=stdin
        )

    def write(self, name: str, text: str) -> None:
        """Put an answer into the learner's file, in place of what is there."""
        section = source.section_of(name)
        assert section is not None
        path = self.root / "exercises" / f"{section}.py"
        lines, place = path.read_text().splitlines(), workspace.span(path.read_text(), name)
        assert place is not None
        lines[place[0] - 1 : place[1]] = text.rstrip().splitlines()
        path.write_text("\n".join(lines) + "\n")


@pytest.fixture(autouse=True, scope="session")
def elsewhere_remembered(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What is checked in this process is not the learner's, who may be the developer."""
    state.FOLDER = tmp_path_factory.mktemp("state")
    state.PATH = state.FOLDER / "progress.json"


@pytest.fixture
def kit(tmp_path: Path) -> Kit:
    """A fresh copy of the repository's own files; the images are linked, not copied."""
    root = tmp_path / "kit"
    small_kit.copied(root, "mnist")
    shutil.copytree(places.KIT / "solutions", root / "solutions")
    (root / "autograder" / "data").mkdir(exist_ok=True)
    (root / "autograder" / "data" / "mnist").symlink_to(places.KIT / "autograder" / "data" / "mnist")
    (root / "exercises").mkdir()
    for section in lesson.sections():
        (root / "exercises" / f"{section}.py").write_text(source.stubs(section), encoding="utf-8")
    for name in ("conftest.py", "pyproject.toml", "Makefile", "constraints.txt"):
        shutil.copy(places.KIT / name, root)
    return Kit(root)
