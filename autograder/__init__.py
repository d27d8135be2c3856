"""A self-grading exercise kit for minibatch training.

`check` and `check_file` are the two functions that other programs call. Nothing is imported here until one of them is
used, so that the command line starts at once.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from autograder.grade import check_file
    from autograder.judge import Verdict
    from autograder.report.notebook import answer, check, hint, progress

__all__ = ["Verdict", "answer", "check", "check_file", "hint", "progress"]


def __getattr__(name: str) -> Any:
    if name == "check_file":
        from autograder.grade import check_file as found
    elif name in ("answer", "check", "hint", "progress"):
        import autograder.report.notebook

        found = getattr(autograder.report.notebook, name)
    elif name == "Verdict":
        from autograder.judge import Verdict as found
    else:
        raise AttributeError(f"module 'autograder' has no attribute {name!r}")
    return found
