"""A kind of jobs for tests: as autograder/beside/file.py, where torch does without what the job says."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from autograder.process import sandbox
from autograder.process.box import Box
from autograder.process.frames import Outcome
from autograder.process.limits import Limits

TESTS = Path(__file__).resolve().parents[1]
START = "import sys; sys.path[:0] = {!r}; from autograder.process import server; server.main(sys.argv[1:])"


class Unplugged(Box):
    """A box in which answers in files run as those in cells do when they are confirmed."""

    def __init__(self) -> None:
        super().__init__(kind=__name__)
        self.without: Collection[str] = ()

    def command(self, *words: str) -> list[str]:
        program = [sys.executable, "-I", "-c", START.format([str(TESTS.parent), str(TESTS)]), *words]
        return sandbox.command(program, readable=[TESTS / "attacks"], mode=self.ruling.mode)

    def ask(self, job: dict[str, Any]) -> Outcome:
        return self.run(job | {"without": sorted(self.without)}, Limits(seconds=job["timeout"]))


def prepare() -> None:
    from autograder.beside import file

    file.prepare()


def expect(job: dict[str, Any]) -> list[str]:
    from autograder.beside import file, unplug

    return [*file.expect(job), *unplug.files(job["without"])]


def work(job: dict[str, Any], emit: Callable[[dict[str, Any]], None]) -> None:
    from autograder.beside import file, unplug

    unplug.unplug(job["without"])
    file.work(job, emit)
