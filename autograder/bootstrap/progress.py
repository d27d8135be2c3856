"""Progress on one line: redrawn on a terminal; elsewhere a new line every few seconds, and for what takes long."""

from __future__ import annotations

import shutil
import sys
import time
from typing import TextIO

BAR = 20
EVERY = 10.0  # seconds between lines where they cannot be redrawn


class Progress:
    def __init__(self, out: TextIO | None = None) -> None:
        self.out = out or sys.stdout
        self.redraws = self.out.isatty()
        self.drawn = 0
        self.last = time.monotonic()
        self.text = ""

    def say(self, text: str) -> None:
        """A line that stays."""
        self._wipe()
        self.out.write(f"  {text}\n")
        self.out.flush()

    def show(self, share: float, text: str, worth_a_line: bool = False) -> None:
        """How far it has come (0 to 1) and with what."""
        now = time.monotonic()
        if self.redraws:
            done = round(BAR * share)
            width = shutil.get_terminal_size().columns
            line = f"  [{'#' * done}{'.' * (BAR - done)}] {share:4.0%}  {text}"[: width - 1]
            self.out.write("\r" + line.ljust(self.drawn))
            self.out.flush()
            self.drawn = len(line)
        elif text != self.text and (worth_a_line or now - self.last > EVERY):
            self.say(f"{share:4.0%}  {text}")
            self.last, self.text = now, text

    def _wipe(self) -> None:
        if self.drawn:
            self.out.write("\r" + " " * self.drawn + "\r")
            self.drawn = 0
