"""While a check takes its time: a line under its cell, and what is said where somebody presses stop."""

from __future__ import annotations

import contextlib
import threading
import uuid
from collections.abc import Iterator

from autograder.notebooks import place

#: Seconds that a check may take without a word.
IN_SILENCE = 0.5


class Line:
    """What comes of the check stands in its place. What a page knows it by is in `display`, once it is shown."""

    def __init__(self) -> None:
        self.display = ""
        self.cell = _running()

    def show(self, text: str) -> None:
        from IPython.display import publish_display_data

        update, self.display = bool(self.display), self.display or uuid.uuid4().hex
        publish_display_data({"text/plain": text}, transient={"display_id": self.display}, update=update)

    def given_up(self) -> str:
        """Its place, for something else: once, and while its own cell runs."""
        display, self.display = self.display, ""
        return display if self.cell == _running() else ""


def _running() -> int:
    return getattr(place.shell(), "execution_count", 0)


@contextlib.contextmanager
def told(text: str) -> Iterator[Line]:
    """Show `text` after a moment, until it is over; in a kernel, since a terminal cannot take a line back."""
    line = Line()
    if not hasattr(place.shell(), "kernel"):
        yield line
        return
    later = threading.Timer(IN_SILENCE, line.show, [text])
    later.daemon = True
    later.start()
    try:
        yield line
    finally:
        later.cancel()
        later.join()
        if line.display:
            line.show("")


class Stopped(KeyboardInterrupt):
    """The learner pressed stop: says in which of their lines, and shows nothing of the kit."""

    def __init__(self, where: str):
        super().__init__(where)
        self.where = where

    def _render_traceback_(self) -> list[str]:
        """What IPython prints in place of a traceback."""
        return [f"Stopped in {self.where}" if self.where else "Stopped."]


@contextlib.contextmanager
def stoppable() -> Iterator[None]:
    """Also while the kit itself is at work, stop shows nothing of it."""
    try:
        yield
    except Stopped:
        raise
    except KeyboardInterrupt:
        raise Stopped("") from None
