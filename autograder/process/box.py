"""The warm process of a class: it runs the cells of strangers, confined."""

from __future__ import annotations

import sys
from pathlib import Path

from autograder.process import sandbox
from autograder.process.group import Group
from autograder.process.warm import CELLS, Warm

_PARENT = str(Path(__file__).resolve().parents[2])
_START = "import sys; sys.path.insert(0, {!r}); from autograder.process import server; server.main(sys.argv[1:])"


class Box(Warm):
    """One confined warm process. Start it from a thread that lasts: the sandbox ends with that."""

    grace = 60.0

    def __init__(self, ruling: sandbox.Ruling | None = None, kind: str = CELLS):
        self.ruling = ruling or sandbox.require(sandbox.layers())
        self._group = Group()
        super().__init__(kind, self.ruling.mode)

    def command(self, *words: str) -> list[str]:
        program = [sys.executable, "-I", "-c", _START.format(_PARENT), *words]
        return self._group.entering(sandbox.command(program, mode=self.ruling.mode), int(words[0]))

    def stop(self) -> None:
        super().stop()
        self._group.remove()


_shared: Box | None = None


def box() -> Box:
    """The box of this process, started on first use and gone when this process is."""
    global _shared
    if _shared is None:
        import atexit

        _shared = Box()
        atexit.register(_shared.stop)
    return _shared
