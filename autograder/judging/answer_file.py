"""The text of a learner's file, a script or a notebook."""

from __future__ import annotations

import json
from pathlib import Path

from autograder import places


class UnreadableFile(Exception):
    """The learner's file is not there or is not text; the message names it and says what to type."""


def read(path: Path) -> str:
    """The text of a .py file, or the code of an .ipynb notebook with one cell after the other."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        advice = " `make reset` brings it back." if path.parent == places.EXERCISES else ""
        raise UnreadableFile(f"There is no file {short(path)}.{advice}") from None
    except IsADirectoryError:
        raise UnreadableFile(f"{short(path)} is a folder: name a file in it.") from None
    except UnicodeDecodeError:
        raise UnreadableFile(f"{short(path)} is not UTF-8 text: save it as UTF-8 in your editor.") from None
    except OSError as error:
        raise UnreadableFile(f"{short(path)} cannot be read ({error.strerror}).") from None
    return _notebook_code(text, path) if path.suffix == ".ipynb" else text


def _notebook_code(text: str, path: Path) -> str:
    try:
        cells = json.loads(text)["cells"]
        sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    except (ValueError, KeyError, TypeError):
        raise UnreadableFile(f"{short(path)} is not a notebook that can be read: open it in Jupyter.") from None
    return "\n\n".join(map(without_magic, sources))


def without_magic(cell: str) -> str:
    """A notebook's cell with `pass` for each line that is Jupyter's and not Python's."""
    return "\n".join("pass" if line.startswith(("%", "!", "?")) else line for line in cell.split("\n"))


def short(path: Path) -> str:
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
