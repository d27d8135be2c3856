"""Run pip out of sight, and tell from what it prints how far it has come."""

from __future__ import annotations

import contextlib
import os
import queue
import re
import subprocess
import threading
from pathlib import Path

from autograder.bootstrap.place import Place
from autograder.bootstrap.progress import Progress

FETCHED = re.compile(r"\s*(?:Downloading|Using cached|Processing|Obtaining) (\S+)(?: \(([\d.]+ \wB)\))?")
SETTLED = re.compile(r"Requirement already satisfied: ([\w.-]+)")
BYTES = re.compile(r"Progress (\d+) of (\d+)")
INSTALLING = re.compile(r"Installing collected packages: (.*)")
LARGE = 20  # MB: such a download gets a line of its own

# Where packages would go, or how much is printed, other than set-up expects. All else of pip's settings is respected.
MISLEADING = ["PYTHONPATH", "PYTHONHOME", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_QUIET", "PIP_VERBOSE"]


class Pip:
    def __init__(self, place: Place, progress: Progress, expected: int) -> None:
        self.place, self.progress, self.expected = place, progress, expected
        self.lines: list[str] = []
        self.fetched = 0
        self.share = 0.0
        self.label = "asking for packages"
        self.to_install: list[str] = []

    def install(self, *arguments: str) -> bool:
        """Whether pip succeeded. What it printed is in `lines`."""
        self.lines, self.to_install = [], []
        self.progress.show(self.share, "asking pip for packages")
        command = [str(self.place.python), "-m", "pip", "install", *self._bar(), *arguments]
        environment = {k: v for k, v in os.environ.items() if k not in MISLEADING}
        environment |= {"PYTHONUNBUFFERED": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}
        environment |= {"PIP_USER": "0"}
        held = [self.place.held.fileno()] if self.place.held and os.name == "posix" else []
        with subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            env=environment,
            pass_fds=held,
        ) as process:
            try:
                self._follow(process)
            except BaseException:
                process.terminate()
                raise
        return process.returncode == 0

    def _bar(self) -> list[str]:
        """pip 24.1 and newer can tell the bytes of each download in a form that is meant to be read by programs."""
        version = next((p.split("-")[1] for p in self.place.packages() if p.startswith("pip-")), "0")
        numbers = tuple(int(n) for n in re.findall(r"\d+", version)[:2])
        return ["--progress-bar", "raw" if numbers >= (24, 1) else "off"]

    def _follow(self, process: subprocess.Popen[str]) -> None:
        lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()

        def read() -> None:
            assert process.stdout
            for line in process.stdout:
                lines.put(line.rstrip())
            lines.put(None)

        threading.Thread(target=read, daemon=True).start()
        with (self.place.venv / "pip.log").open("a", encoding="utf-8") as log:
            while True:
                with contextlib.suppress(queue.Empty):
                    line = lines.get(timeout=0.25)
                    if line is None:
                        return
                    if not line.startswith("Progress "):
                        self.lines.append(line)
                        log.write(line + "\n")
                    self.notice(line)
                if self.to_install:
                    self._show_installing()

    def notice(self, line: str) -> None:
        """One line of pip's, on the display. Fetching counts for the first 0.6 of the whole."""
        within = 0.0
        large = False
        if match := FETCHED.match(line):
            name = Path(match[1]).name
            if name.endswith(".metadata"):
                return
            self.fetched += 1
            package = re.split(r"-\d", name)[0]
            self.label = f"{package}, {match[2]}" if match[2] else package
            large = "MB" in (match[2] or "") and float(match[2].split()[0]) >= LARGE
        elif match := SETTLED.match(line):
            self.fetched += 1
            self.label = match[1]
        elif match := BYTES.match(line):
            within = int(match[1]) / max(1, int(match[2]))
        elif "WARNING: Retrying" in line:
            self.progress.show(self._share(0), "the network does not answer; trying again", True)
            return
        elif match := INSTALLING.match(line):
            self.to_install = [plain(name) for name in match[1].split(", ")]
            return
        else:
            return
        count = f"{self.fetched} of about {max(self.expected, self.fetched)}"
        part = f" {within:.0%}" if within else ""
        self.progress.show(self._share(within), f"fetching {count}: {self.label}{part}", large)

    def _share(self, within: float) -> float:
        """Never less than before, though more packages may turn up than were expected."""
        done = max(0, self.fetched - 1 + within)
        self.share = max(self.share, 0.6 * min(1.0, done / max(self.expected, self.fetched, 1)))
        return self.share

    def _show_installing(self) -> None:
        """pip is silent now; a package that is done has its folder of metadata."""
        there = {plain(p.split("-")[0]) for p in self.place.packages()}
        done = sum(name in there for name in self.to_install)
        current = next((name for name in self.to_install if name not in there), "compiling")
        self.share = max(self.share, 0.6 + 0.4 * done / len(self.to_install))
        self.progress.show(self.share, f"unpacking {done} of {len(self.to_install)}: {current}")


def plain(name: str) -> str:
    """A package's name, whichever way it is spelt."""
    return re.sub(r"[-_.]+", "-", name).lower()
