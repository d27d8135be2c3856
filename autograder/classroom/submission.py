"""A student's notebook, read with suspicion: any bytes at all give cells, or a sentence saying why there are none.

Only what grading needs is kept: the sources, nbgrader's grade_id, and pictures in written answers. Outputs are dropped
before anything else looks at the file, so 50 MB of them cost one pass of the JSON reader.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

MOST_BYTES = 100 << 20
#: Values in the whole file, outputs included: each takes fifty bytes of memory and more, however little it is.
MOST_VALUES = 3_000_000
MOST_CELLS = 2_000
#: Characters of all cells together, ten times what is handed out: to read so much as Python takes a second.
MOST_TEXT = 1 << 18
#: Characters of a written answer that are shown, ten pages: to make a page of Markdown takes their square.
MOST_WORDS = 20_000
MOST_ATTACHED = 8 << 20
MOST_PICTURES = 20
MOST_NAME = 200


@dataclass
class Submission:
    """The cells as nbformat's dicts, cleaned. `trouble` is for the student; empty when the file could be read."""

    cells: list[dict[str, Any]] = field(default_factory=list)
    trouble: str = ""
    language: str = "python"

    def sources(self, graded: set[str]) -> list[str]:
        """What is to run, in order: the code cells that are not the locked cells of `graded` exercises."""
        return [cell["source"] for cell in self.cells if runs(cell, graded)]


def runs(cell: Any, graded: set[str]) -> bool:
    """Whether a cell (a dict or a NotebookNode) is the student's code."""
    return cell["cell_type"] == "code" and grade_id(cell) not in graded


def grade_id(cell: Any) -> str:
    meta = cell["metadata"].get("nbgrader") if isinstance(cell.get("metadata"), dict) else None
    found = meta.get("grade_id") if isinstance(meta, dict) else None
    return found if isinstance(found, str) else ""


def read(data: bytes) -> Submission:
    if not data.strip():
        return Submission(trouble="The file is empty.")
    if len(data) > MOST_BYTES:
        return Submission(
            trouble=f"The file is larger than {MOST_BYTES >> 20} MB. Clear its outputs and hand it in again."
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return Submission(
            trouble=f"The file is not UTF-8 text (byte {error.start}). Save it in Jupyter and hand it in again."
        )
    if sum(map(text.count, ",[{")) > MOST_VALUES:
        return Submission(trouble="The file has millions of parts. Clear its outputs and hand it in again.")
    try:
        whole = json.loads(text)
    except RecursionError:
        return Submission(trouble="The file is nested too deeply to be a notebook.")
    except ValueError as error:
        return Submission(trouble=f"The file is not a notebook: its JSON is broken ({_short(str(error))}).")
    if not isinstance(whole, dict):
        return Submission(trouble="The file is JSON, but not a notebook.")
    found = whole.get("cells")
    if found is None and isinstance(whole.get("worksheets"), list):  # the format of 2014
        sheets = [sheet for sheet in whole["worksheets"] if isinstance(sheet, dict)]
        found = [cell for sheet in sheets for cell in sheet.get("cells") or []]
    if not isinstance(found, list):
        return Submission(trouble="The file is JSON, but not a notebook: it has no cells.")
    cells = [cell for cell in map(_cell, found[:MOST_CELLS]) if cell]
    if sum(len(cell["source"]) for cell in cells) > MOST_TEXT:
        return Submission(
            trouble=f"Its cells are longer than {MOST_TEXT:,} characters together. Take out what was pasted in, "
            "and hand it in again."
        )
    return Submission(_with_ids(cells), language=_language(whole))


def _cell(raw: Any) -> dict[str, Any] | None:
    if not isinstance(raw, dict) or raw.get("cell_type") not in ("code", "markdown", "raw", "heading"):
        return None
    kind = raw["cell_type"] if raw["cell_type"] != "heading" else "markdown"
    source = raw.get("source", raw.get("input", ""))
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    if not isinstance(source, str):
        source = ""
    source = source[: MOST_TEXT + 1] if kind == "code" else _words(source)
    cell: dict[str, Any] = {"cell_type": kind, "metadata": {}, "source": _text(source)}
    if name := grade_id(raw):
        cell["metadata"] = {"nbgrader": {"grade_id": _text(name)}}
    if kind == "code":
        cell |= {"execution_count": None, "outputs": []}
    elif attached := _attachments(raw.get("attachments")):
        cell["attachments"] = attached
    return cell


def _words(source: str) -> str:
    """A written answer without pictures that were pasted in as text (Colab does that), as far as it is shown."""
    source = re.sub(r"(data:image/[a-z+]+;base64,)[A-Za-z0-9+/=]+", r"\1...", source)
    return source if len(source) <= MOST_WORDS else f"{source[:MOST_WORDS]}\n\n... and more, left out"


def _attachments(raw: Any) -> dict[str, dict[str, str]]:
    """Pictures pasted into a written answer."""
    kept: dict[str, dict[str, str]] = {}
    size = 0
    for name, bundle in raw.items() if isinstance(raw, dict) else []:
        for mime, data in bundle.items() if isinstance(bundle, dict) else []:
            if mime in ("image/png", "image/jpeg", "image/gif") and isinstance(data, str):
                size += len(data)
                if size <= MOST_ATTACHED and len(kept) < MOST_PICTURES and len(name) <= MOST_NAME:
                    kept[_text(name)] = {mime: data}
    return kept


def _with_ids(cells: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Ids of our own: those of the file may be missing, doubled or of any type."""
    return [{"id": f"cell-{number}", **cell} for number, cell in enumerate(cells)]


def _language(whole: dict[str, Any]) -> str:
    metadata = whole.get("metadata")
    for part in ("kernelspec", "language_info"):
        told = metadata.get(part) if isinstance(metadata, dict) else None
        name = told.get("language", told.get("name")) if isinstance(told, dict) else None
        if isinstance(name, str):
            return name.removesuffix("3").lower()
    return "python"


_APART = "\u200b"  # no width: the text looks as it was written


def harmless(text: str, attached: Iterable[str] = ()) -> str:
    """Markdown without HTML, links that run something, or pictures but those that are attached, as graders see it."""
    text = re.sub(r"<(?=[A-Za-z/!?])", f"<{_APART}", text)
    text = re.sub(r"&(?=#|[A-Za-z]+;)", f"&{_APART}", text)  # a colon can be written as &colon;
    # A heading's anchor could be that of a score, and formgrader would not find the score's own place.
    text = re.sub(r"(?m)^([ \t>*+\-\d.)]*#{1,6}[ \t]+)", rf"\1{_APART}", text)
    text = re.sub(r"(?m)^([^\n]+\n)(?=[ \t>]*(=+|-+)[ \t]*$)", rf"{_APART}\1", text)
    # A picture from elsewhere would tell its owner when and from where the answer is read; MathJax takes styles.
    names = "|".join(map(re.escape, attached)) or "(?!)"
    text = re.sub(rf"!(?=\[)(?!\[[^\[\]]*\]\(attachment:(?:{names})\))", f"!{_APART}", text)
    text = re.sub(r"(?i)(url)(?=[\\\s{}]*\()", rf"\1{_APART}", text)
    return re.sub(r"(?i)(script|data)(?=[\\\s]*:)", rf"\1{_APART}", text)


def _text(value: str) -> str:
    """Without halves of surrogate pairs, which no file can hold."""
    return value.encode("utf-8", "replace").decode("utf-8")


def _short(text: str) -> str:
    return text if len(text) < 120 else text[:117] + "..."


def fingerprint(sources: Sequence[str], section: str, seed: int, kit: str) -> str:
    """What the result of grading depends on: results are kept under it."""
    digest = hashlib.sha256()
    for part in (section, str(seed), kit, *sources):
        digest.update(hashlib.sha256(part.encode("utf-8", "replace")).digest())
    return digest.hexdigest()


def cells_of(section: str, sources: Sequence[str]) -> str:
    """A name for the cells of one notebook that ran, whatever they were graded by."""
    return fingerprint(sources, section, 0, "")
