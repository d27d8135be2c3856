"""Whether the Python that runs this can run the kit: in a clone another one is set up for it."""

from __future__ import annotations

import importlib.util
import os
import sys

from autograder.places import INSTALLED, KIT

#: What nothing goes without; the rest is told when it is missing (commands/group.py).
NEEDS = ("click", "rich", "torch")


def wanting(words: str) -> str:
    """What is missing, and what to type in place of `python -m WORDS`; "" where nothing is."""
    missing = [name for name in NEEDS if importlib.util.find_spec(name) is None]
    if not missing:
        return ""
    told = f"This Python has no {' and no '.join(missing)}: {sys.executable}."
    own = KIT / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if INSTALLED:
        return f"{told} What pip installed is not whole: pip install it again."
    if not own.exists():
        return f"{told} `make doctor` sets up one that has."
    return f"{told} The one that was set up has:   {os.path.relpath(own)} -m {words}"
