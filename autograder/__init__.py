"""A self-grading exercise kit for minibatch training.

`check` and `check_file` are the two functions that other programs call. Nothing is imported here until one of them is
used, so that the command line starts at once.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from autograder.api import check_file
    from autograder.judging.verdict import Verdict
    from autograder.report.notebook import answer, check, hint, progress

__all__ = ["Verdict", "answer", "check", "check_file", "hint", "progress"]


WHERE = dict.fromkeys(__all__, "autograder.report.notebook") | {
    "Verdict": "autograder.judging.judge",
    "check_file": "autograder.api",
}


def __getattr__(name: str) -> Any:
    if name not in WHERE:
        raise AttributeError(f"module 'autograder' has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(WHERE[name]), name)
