"""Where untrusted code is allowed to be, and how it is reached."""

import sys


def python(module: str, *words: str) -> list[str]:
    """The command that runs a module of the kit in a process of its own."""
    return [sys.executable, "-m", f"autograder.{module}", *words]


def nbgrader(*words: str) -> list[str]:
    """The command that runs nbgrader, with this Python."""
    return [sys.executable, "-m", "nbgrader", *words]
