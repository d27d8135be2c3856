"""Python, disk, editor, browser and terminal."""

from __future__ import annotations

import os
import shutil
import struct
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from autograder.doctor.finding import Finding
from autograder.places import INSTALLED, KIT, WORKSPACE

OLDEST = (3, 11)
#: Megabytes: below the first things break, below the second soon.
LEAST, LITTLE = 50, 1000
AFRESH = "Make it afresh: make clean, then make check"


def python() -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    told = f"{version} on {sys.platform}, {sys.executable}"
    if sys.version_info[:2] < OLDEST:
        yield Finding("Python", "fault", told, f"The kit needs {OLDEST[0]}.{OLDEST[1]} or newer. {AFRESH}")
    elif struct.calcsize("P") < 8:
        yield Finding(
            "Python", "fault", f"{told}, 32 bits", "torch needs a Python of 64 bits: install one, then make clean"
        )
    else:
        yield Finding("Python", "fine", told)
    inside = Path(sys.prefix).resolve() == (KIT / ".venv").resolve()
    if not inside and not INSTALLED:
        told = f"this Python is not the one in {KIT.name}/.venv, so other packages are used than those tested"
        yield Finding("environment", "note", told, "Call the kit with make, or with .venv/bin/python -m autograder")


def disk() -> Iterator[Finding]:
    for name, folder in (("disk", KIT), ("temporary files", Path(tempfile.gettempdir()))):
        free = shutil.disk_usage(folder).free // 1_000_000
        if free < LEAST:
            mend = "Make room: empty the trash, or python -m pip cache purge"
            yield Finding(name, "fault", f"only {free} MB are free in {folder}", mend)
        elif free < LITTLE:
            yield Finding(name, "note", f"{free} MB are free in {folder}; set-up of further commands may need more")
        else:
            yield Finding(name, "fine", f"{free / 1000:.0f} GB are free in {folder}")


def writing() -> Iterator[Finding]:
    """The folders that commands write into."""
    first = WORKSPACE if INSTALLED else KIT
    for folder in (first, first / "exercises", first / ".autograder"):
        where = folder.relative_to(first.parent)
        try:
            folder.mkdir(exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError as error:
            mend = f"Make the folder yours, or move the kit into a folder that is: ls -ld {folder}"
            yield Finding("writing", "fault", f"nothing can be written into {where} ({error.strerror})", mend)
            return
    yield Finding("writing", "fine", "the kit's folders can be written to")


def editor() -> Iterator[Finding]:
    from autograder.watch import editor

    found = editor.editor()
    if found:
        yield Finding("editor", "fine", " ".join(found))
    else:
        yield Finding("editor", "note", "the key e of make watch cannot open one", editor.missing())


def browser() -> Iterator[Finding]:
    import webbrowser

    try:
        found = webbrowser.get()
    except webbrowser.Error:
        mend = "make progress writes progress.html all the same: open it where there is a browser"
        yield Finding("browser", "note", "none was found", mend)
    else:
        yield Finding("browser", "fine", str(getattr(found, "name", "") or type(found).__name__))


def terminal() -> Iterator[Finding]:
    encoding = getattr(sys.stdout, "encoding", None) or "unknown"
    if encoding.lower().replace("-", "") != "utf8":
        mend = "Set it, for example: export LC_ALL=C.UTF-8    (Windows: set PYTHONUTF8=1)"
        yield Finding("terminal", "note", f"the encoding is {encoding}, so some signs are replaced by letters", mend)
    elif os.environ.get("TERM") == "dumb":
        yield Finding("terminal", "note", "it cannot show a full screen", "Use: python -m autograder watch --plain")
    else:
        yield Finding("terminal", "fine", f"{encoding}, {os.environ.get('TERM') or 'no TERM'}")


ALL = [python, disk, writing, editor, browser, terminal]
