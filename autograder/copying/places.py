"""Where answers live: a .py file, or the cells of a notebook. Each block of text is a file or a cell."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

from autograder import places, source, workspace
from autograder.copying import splice
from autograder.judging.answer_file import UnreadableFile, short
from autograder.workspace import lines_of


class Place:
    """Blocks of Python in a file, which can be looked through and changed, and are written once at the end."""

    def __init__(self, path: Path):
        self.path = path
        self.blocks = self._read()
        self.changed = False
        #: What could not be read, for the learner.
        self.remarks: list[str] = []
        for number, text in enumerate(self.blocks):
            try:
                splice.tree(text)
            except SyntaxError as error:
                self.remarks.append(f"{self._where(number)} is not Python ({error.msg}, line {error.lineno})")

    def find(self, name: str) -> str | None:
        """The text of the last definition of this name."""
        number, first, last = self._locate(name)
        return "\n".join(lines_of(self.blocks[number])[first - 1 : last]) + "\n" if last else None

    def statements(self) -> list[tuple[set[str], str]]:
        """(names that it defines, its text) of each top-level statement that defines any."""
        found = []
        for text in self.blocks:
            for node in _nodes(text):
                if names := splice.bound(node):
                    found.append((names, "\n".join(lines_of(text)[_first(node) - 1 : node.end_lineno]) + "\n"))
        return found

    def put(self, name: str, text: str, helpers: list[str]) -> None:
        """Put a definition in the place of the one that is there, or where it belongs; helpers go before it."""
        number, first, last = self._locate(name)
        if not last:
            number, first, last = self._room(name)
        lines = lines_of(self.blocks[number])
        before = [line for helper in helpers for line in (*lines_of(helper), *([""] * (1 + (not _is_import(helper)))))]
        lines[first - 1 : last] = [*before, *lines_of(text)]
        self.blocks[number] = "\n".join(lines) + ("\n" if self.blocks[number].endswith("\n") else "")
        self.changed = True

    def save(self) -> Path | None:
        """Write what was changed and return the backup of what was there."""
        if not self.changed:
            return None
        kept = workspace.back_up(self.path)
        self._write()
        return kept

    def _locate(self, name: str) -> tuple[int, int, int]:
        """(block, first line, last line), the lines from 1; the last line is 0 where there is none."""
        place = (0, 0, 0)
        for number, text in enumerate(self.blocks):
            for node in _nodes(text):
                if getattr(node, "name", None) == name:
                    place = number, _first(node), node.end_lineno or 0
        return place

    def _read(self) -> list[str]:
        raise NotImplementedError

    def _write(self) -> None:
        raise NotImplementedError

    def _where(self, number: int) -> str:
        raise NotImplementedError

    def _room(self, name: str) -> tuple[int, int, int]:
        """Where a definition goes that is not there yet, as an empty range of lines."""
        raise NotImplementedError


class PythonFile(Place):
    def _read(self) -> list[str]:
        from autograder.judging.answer_file import read

        return [read(self.path)]

    def _write(self) -> None:
        workspace.save(self.path, self.blocks[0])

    def _where(self, number: int) -> str:
        return str(self.path.name)

    def _room(self, name: str) -> tuple[int, int, int]:
        """Below the nearest earlier answer that is there, else at the end; two empty lines round it."""
        section = source.section_of(name)
        names = list(source.answers(section)) if section else [name]
        at = next((p[2] for n in reversed(names[: names.index(name)]) if (p := self._locate(n))[2]), 0)
        lines = lines_of(self.blocks[0])
        at = at or len(lines)
        lines[at:at] = ["", "", ""]
        self.blocks[0] = "\n".join(lines) + "\n"
        return 0, at + 3, at + 3


class Notebook(Place):
    def _read(self) -> list[str]:
        try:
            self.content: dict[str, Any] = json.loads(self.path.read_text(encoding="utf-8"))
            self.cells = [cell for cell in self.content["cells"] if cell["cell_type"] == "code"]
            return ["".join(cell["source"]) for cell in self.cells]
        except FileNotFoundError:
            make = " `make lab` makes the notebooks." if self.path.parent == places.NOTEBOOKS else ""
            raise UnreadableFile(f"There is no file {short(self.path)}.{make}") from None
        except (OSError, ValueError, KeyError, TypeError):
            raise UnreadableFile(f"{self.path} is not a notebook that can be read: open it in Jupyter.") from None

    def _write(self) -> None:
        for cell, text in zip(self.cells, self.blocks, strict=True):
            if text != "".join(cell["source"]):
                as_text = isinstance(cell["source"], str)
                cell["source"] = text if as_text else text.splitlines(keepends=True)
        text = json.dumps(self.content, indent=1, ensure_ascii=False) + "\n"
        workspace.save(self.path, text)

    def _where(self, number: int) -> str:
        return f"code cell {number + 1} of {self.path.name}"

    def _room(self, name: str) -> tuple[int, int, int]:
        """A new cell at the end."""
        cell: dict[str, Any] = {
            "cell_type": "code",
            "execution_count": None,
            "metadata": {},
            "outputs": [],
            "source": [],
        }
        if any("id" in other for other in self.content["cells"]):
            cell = {"cell_type": "code", "execution_count": None, "id": f"{name}-copied", **cell}
        self.content["cells"].append(cell)
        self.cells.append(cell)
        self.blocks.append("")
        return len(self.blocks) - 1, 1, 0


def open_place(path: Path) -> Place:
    return Notebook(path) if path.suffix == ".ipynb" else PythonFile(path)


def _nodes(text: str) -> list[ast.stmt]:
    try:
        return splice.tree(text).body
    except (SyntaxError, ValueError):
        return []


def _first(node: ast.stmt) -> int:
    return min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])


def _is_import(text: str) -> bool:
    return text.startswith(("import ", "from "))
