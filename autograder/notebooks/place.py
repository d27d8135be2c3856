"""What a place in the learner's notebook is called. Imports nothing, since the trusted side uses it too."""

from __future__ import annotations

import sys
from typing import Any

HERE = "the cell above"


def is_cell(filename: str) -> bool:
    return filename.startswith(("<ipython-input", "<cell ")) or filename in cells()


def label(filename: str) -> str:
    """What a cell is called beside its left edge, "cell [3]"; for anything else the name of its file."""
    if filename.startswith("<cell "):
        return filename.strip("<>")
    number = cells().get(filename)
    return f"cell [{number}]" if number else HERE if is_cell(filename) else filename.rsplit("/", 1)[-1]


def cells() -> dict[str, Any]:
    """Numbers of the cells of this kernel by file name; empty where there is no kernel."""
    kernel = shell()
    return getattr(getattr(kernel, "compile", None), "_filename_map", {}) if kernel else {}


def shell() -> Any:
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython else None


def namespace() -> dict[str, Any]:
    """Where the learner's names are."""
    kernel = shell()
    return kernel.user_ns if kernel else sys.modules["__main__"].__dict__
