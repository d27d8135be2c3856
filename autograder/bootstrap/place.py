"""The `.venv` folder: may it be made here, made, half made, ready."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import IO

from autograder.bootstrap import plan
from autograder.bootstrap.trouble import AGAIN, Trouble


class Place:
    def __init__(self, root: Path) -> None:
        self.root = root
        self.venv = root / ".venv"
        self.python = self.venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        # Present while something is being installed: if a set-up was killed, the next one finds it and starts afresh,
        # since pip takes a half-unpacked package for an installed one.
        self.unfinished = self.venv / "unfinished"
        self.ready = self.venv / "ready"
        self.held: IO[str] | None = None

    def _site(self) -> Path:
        library = "Lib" if os.name == "nt" else "lib/python*"
        return next(self.venv.glob(f"{library}/site-packages"), self.venv)

    def packages(self) -> list[str]:
        """The names and versions installed, as their folders spell them: torch-2.13.0+cpu."""
        return [p.name.removesuffix(".dist-info") for p in self._site().glob("*.dist-info")]

    def show_the_kit(self) -> None:
        """What an editor starts, in whatever folder, finds the kit, and goes on finding it when both are moved."""
        (self._site() / "kit.pth").write_text(os.path.relpath(self.root, self._site()) + "\n", "utf-8")

    def is_ready(self, group: str) -> bool:
        stamp = self.ready / group
        fresh = stamp.exists() and stamp.read_text("utf-8") == plan.fingerprint(group)
        return fresh and not self.unfinished.exists() and self.works()

    def mark_ready(self, group: str) -> None:
        """Make looks at the time of the stamp, we at what is in it."""
        self.ready.mkdir(exist_ok=True)
        for included in plan.included(group):
            (self.ready / included).write_text(plan.fingerprint(included), "utf-8")

    def works(self) -> bool:
        code = "import sys; sys.exit(sys.version_info[:2] < (3, 11))"
        try:
            return subprocess.run([self.python, "-c", code], capture_output=True, check=False).returncode == 0
        except OSError:
            return False

    def version(self) -> str:
        """The version of Python in `.venv`, or of the one that will make it."""
        with contextlib.suppress(OSError):
            told = re.search(r"^version\w* *= *(\d+\.\d+\.\d+)", (self.venv / "pyvenv.cfg").read_text("utf-8"), re.M)
            if told:
                return told[1]
        return platform.python_version()

    def keep_torch(self) -> list[str]:
        """What tells pip to leave the build of torch alone that is installed, whatever else it tries."""
        for package in self.packages():
            if package.startswith("torch-"):
                kept = self.venv / "torch.txt"
                kept.write_text(f"torch=={package.removeprefix('torch-')}\n", "utf-8")
                return ["--constraint", str(kept)]
        return []

    def lock(self) -> None:
        """Two terminals may ask at once. The lock is on a file that is there anyway, and ends with the process; pip
        holds it too, so that a set-up that was killed while its pip still writes is waited for."""
        with contextlib.suppress(ImportError, OSError):  # Windows, some network disks: then without
            import fcntl

            self.held = (self.root / "pyproject.toml").open()
            try:
                fcntl.flock(self.held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                print("Another set-up is running in this folder: waiting for it.", flush=True)
                fcntl.flock(self.held, fcntl.LOCK_EX)

    def discard_if_unsound(self) -> str:
        """Remove a `.venv` of ours that cannot be trusted, and say why. One that somebody else made is left alone."""
        if not self.venv.exists():
            return ""
        if self.unfinished.exists():
            why = "The last set-up was interrupted, so it starts afresh."
        elif self.ready.exists() and not any(self.ready.iterdir()) and self.version() != platform.python_version():
            why = f"The last set-up, with Python {self.version()}, did not get to its end, so it starts afresh."
        elif self.works():
            return ""
        elif self.ready.exists():
            why = "The Python that .venv was made with is gone, so .venv is made afresh."
        else:
            raise Trouble(
                f"There is a .venv here that set-up did not make, without a Python 3.11 or newer that starts.\n"
                f"If you don't need it, remove it:   rm -r .venv\n{AGAIN}"
            )
        shutil.rmtree(self.venv)
        return why

    def check_disk(self, megabytes: int) -> None:
        free = shutil.disk_usage(self.root).free // 1_000_000
        if free < megabytes:
            raise Trouble(
                f"Set-up needs about {gigabytes(megabytes)} of disk, and {gigabytes(free)} are free here.\n"
                f"Make room (`python3 -m pip cache purge` may give some back), or move to a larger disk.\n{AGAIN}"
            )

    def begin(self) -> None:
        """From here on, until `end`, a `.venv` that is found is a half-made one."""
        try:
            self.venv.mkdir(exist_ok=True)
            self.unfinished.touch()
        except OSError as error:
            raise Trouble(
                f"This folder cannot be written to ({error.strerror}): {self.root}\n"
                f"Clone the kit into a folder of yours, such as your home, and type the same command there."
            ) from None

    def end(self) -> None:
        self.unfinished.unlink(missing_ok=True)

    def make(self) -> None:
        """An empty virtual environment with pip in it."""
        missing = [name for name in ("venv", "ensurepip") if importlib.util.find_spec(name) is None]
        made = None
        if not missing:
            made = subprocess.run(
                [sys.executable, "-m", "venv", self.venv], capture_output=True, text=True, check=False
            )
        if made is None or made.returncode:
            version = ".".join(str(part) for part in sys.version_info[:2])
            detail = "\n".join(made.stdout.splitlines()[-3:] + made.stderr.splitlines()[-3:]) if made else ""
            shutil.rmtree(self.venv, ignore_errors=True)
            if made and "ensurepip is not" not in detail and "No module named" not in detail:
                raise Trouble(f"Python could not make a virtual environment in .venv:\n{detail}\n{AGAIN}")
            raise Trouble(
                f"This Python {version} came without the modules that make a virtual environment ({sys.executable}).\n"
                f"Debian, Ubuntu:   sudo apt install python3-venv     (or python{version}-venv)\n{AGAIN}"
            )
        self.ready.mkdir()

    def ensure_pip(self) -> None:
        """An environment that another tool made may lack it."""
        if not any(p.startswith("pip-") for p in self.packages()):
            subprocess.run([self.python, "-m", "ensurepip"], capture_output=True, check=False)

    def compile(self) -> None:
        """Compile the kit, so that the first check need not; nor any, where Python may not keep what it compiles."""
        folders = [self.root / "autograder", self.root / "solutions"]
        subprocess.run([self.python, "-m", "compileall", "-q", *folders], capture_output=True, check=False)


def gigabytes(megabytes: int) -> str:
    return f"{megabytes / 1000:.1f} GB" if megabytes >= 1000 else f"{megabytes} MB"
