"""`pytest exercises/`: one test for each probe, such as cross_entropy.py::softmax::normalises_each_row.

An exercise is checked once, in a child process, when its first probe is reached; its other probes read the same
verdict. With --pdb the failing probe runs again inside pytest's own process, so that the debugger stops in the
learner's code. A stub that nobody has started is skipped with that reason.
"""

from __future__ import annotations

import functools
import gc
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from autograder import lesson, places, source
from autograder.another_python import wanting
from autograder.exercise import Exercise
from autograder.judging.verdict import Verdict


def pytest_configure(config: pytest.Config) -> None:
    """Stop at once where every check would fail, or none be found, for a reason that is none of the answers."""
    if why := wanting("pytest exercises/"):
        raise pytest.UsageError(why)
    theirs = config.rootpath / "exercises"
    if places.INSTALLED and config.inipath and theirs.is_dir() and theirs.resolve() != places.EXERCISES.resolve():
        raise pytest.UsageError(f"pytest has to be started in the folder of the exercises:   cd '{config.rootpath}'")


def pytest_collection_finish(session: pytest.Session) -> None:
    """Note which references will be wanted. What is in memory by now stays: the garbage collector need not walk it."""
    for item in session.items:
        if isinstance(item, ProbeItem):
            _chosen.setdefault(item.path, {})[item.exercise.name] = item.exercise
    gc.freeze()


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    if file_path.parent == places.EXERCISES and file_path.stem in lesson.sections():
        return SectionFile.from_parent(parent, path=file_path)
    return None


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """A file named on the command line is also collected as a module of tests, whatever its name: not ours."""
    if module_path.parent == places.EXERCISES:
        return Nothing.from_parent(parent, path=module_path)
    return None


class Nothing(pytest.File):
    def collect(self) -> Iterable[pytest.Item]:
        return []


class SectionFile(pytest.File):
    def collect(self) -> Iterator[pytest.Collector]:
        for exercise in lesson.load(self.path.stem).values():
            yield ExerciseCollector.from_parent(self, name=exercise.name, exercise=exercise)


class ExerciseCollector(pytest.Class):
    """A class for pytest, since that is what a test explorer shows between the file and its tests."""

    def __init__(self, exercise: Exercise, **kwargs: Any):
        super().__init__(**kwargs)
        self.exercise = exercise

    def collect(self) -> Iterator[pytest.Item]:
        for name in self.exercise.probes:
            yield ProbeItem.from_parent(self, name=name, exercise=self.exercise)


class ProbeItem(pytest.Item):
    def __init__(self, exercise: Exercise, **kwargs: Any):
        super().__init__(**kwargs)
        self.exercise = exercise

    def runtest(self) -> None:
        verdict = _verdict(self.path, self.exercise.name)
        if verdict.outcome == "not_started":
            again = f"make check exercise={self.exercise.name}"
            pytest.skip(_said(f"not started: write it in {verdict.path}, then {again}"))
        result = next(result for result in verdict.probes if result.name == self.name)
        if result.passed:
            return
        if self.config.getoption("usepdb", False) and verdict.trouble is None:
            self._debug(verdict)
        raise ProbeFailed(verdict, self.name)

    def _debug(self, verdict: Verdict) -> None:
        """Run the probe here: what it raises, the debugger stops at; else its variables are there to look at."""
        from autograder.beside.draw import Draw
        from autograder.beside.encode import encode
        from autograder.beside.load import run_file

        module, _ = run_file(str(self.path), self.path.read_text(encoding="utf-8"))
        implementation = module.__dict__[self.exercise.name]
        got = self.exercise.probes[self.name].function(implementation, Draw(0))
        expected = next(r.expected for r in verdict.probes if r.name == self.name)
        assert encode(got) == (expected or {}).get("value"), ProbeFailed(verdict, self.name)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if isinstance(excinfo.value, ProbeFailed):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        line = _lines(self.path).get(self.exercise.name)
        return self.path, line, f"{self.exercise.name}::{self.name}"


class ProbeFailed(AssertionError):
    """A probe saw a difference; the text is the feedback on the exercise."""

    def __init__(self, verdict: Verdict, probe: str):
        super().__init__(verdict, probe)
        self.verdict, self.probe = verdict, probe

    def __str__(self) -> str:
        from autograder.report import terminal

        first = self.verdict.first_failure
        if first is not None and first.name == self.probe:
            return _said(terminal.text(self.verdict))
        result = next(result for result in self.verdict.probes if result.name == self.probe)
        return f"{self.probe.replace('_', ' ')}: {result.why}; see the first failing check of {self.verdict.exercise}"


def _said(text: str) -> str:
    """With commands that can be pasted where pytest was started."""
    from autograder.report.typed import elsewhere, typed

    return typed(text) if places.INSTALLED else elsewhere(text)


#: The exercises of each file whose probes were chosen, until the first of them is checked.
_chosen: dict[Path, dict[str, Exercise]] = {}


@functools.cache
def _verdict(path: Path, name: str) -> Verdict:
    from autograder.api import check_file
    from autograder.judging import observing
    from autograder.process.warm import warm

    warm(preload=False)
    observing.expect(list(_chosen.pop(path, {}).values()), seed=0)
    return check_file(path, name)


@functools.cache
def _lines(path: Path) -> dict[str, int]:
    text = path.read_text(encoding="utf-8", errors="replace").splitlines()
    names = source.answers(path.stem)
    starts = {name: (f"def {name}(", f"class {name}") for name in names}
    return {n: i for n, start in starts.items() for i, line in enumerate(text) if line.startswith(start)}
