"""Encoded values (autograder/beside/encode.py) as short text: for one line, or as a small table of a tensor."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

#: A tensor with more rows or columns is shown by its corners.
MOST = 6
#: Significant digits of a number, and how many there may be where two would look alike.
DIGITS, MORE_DIGITS = 6, range(6, 18)


def kind(value: Any) -> str:
    """What a value is, with an article: "a list of 3", "a 2x3 tensor (float32)", "None"."""
    if value is None:
        return "None"
    if isinstance(value, bool):
        return f"the bool {value}"
    if isinstance(value, int | float):
        return f"a Python {type(value).__name__} ({number(value)})"
    if isinstance(value, str):
        return "a string"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if "tensor" in value:
        dtype = value["tensor"].removeprefix("numpy.")
        name = "tensor" if dtype == value["tensor"] else "NumPy array"
        told = f"{name} of {shape(value)}" if len(value["shape"]) == 1 else f"{shape(value)} {name}"
        article = "an" if re.match(r"8|1[18](?!\d)", told) else "a"
        return f"{article} {told} ({dtype})"
    if "dict" in value:
        return "a dict"
    if "set" in value:
        return "a set"
    return f"an object of type {value.get('object', '?')}"


def shape(tensor: dict[str, Any]) -> str:
    return "x".join(map(str, tensor["shape"])) if tensor["shape"] else "0-d"


def number(value: float, digits: int = DIGITS) -> str:
    """At most so many significant digits; whole numbers without a point."""
    if isinstance(value, bool | int):
        return str(value)
    if math.isnan(value) or math.isinf(value):
        return str(value)
    short = digits == DIGITS and (abs(value) < 1e-3 or abs(value) >= 1e5)
    text = f"{value:.{4 if short else digits}g}"
    return text if any(c in text for c in ".en") else text + ".0"


def apart(one: Any, other: Any, width: int = 60) -> tuple[str, str]:
    """Two different values, a line each, in which it is to be seen that they differ.

    Of numbers as many digits as that takes; of what is cut alike the part where it differs first.
    """
    digits = next((n for n in MORE_DIGITS if _line(one, n) != _line(other, n)), DIGITS)
    told = line(one, width, digits), line(other, width, digits)
    if told[0] != told[1]:
        return told
    whole = _line(one, digits), _line(other, digits)
    first = next((i for i, (a, b) in enumerate(zip(*whole, strict=False)) if a != b), None)
    if first is None:
        return told
    start = max(0, first - width // 2)
    return _part(whole[0], start, width), _part(whole[1], start, width)


def _part(text: str, start: int, width: int) -> str:
    before = "... " if start else ""
    end = start + width - len(before)
    return before + (text[start:] if len(text) <= end else text[start : end - 4] + " ...")


def line(value: Any, width: int = 60, digits: int = DIGITS) -> str:
    """One line, cut to the width with a note of what was cut."""
    text = _line(value, digits)
    if len(text) <= width:
        return text
    if isinstance(value, dict) and "tensor" in value:
        return kind(value)
    return text[: width - 4] + " ..."


def _line(value: Any, digits: int) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_line(item, digits) for item in value) + "]"
    if isinstance(value, dict):
        if "tensor" in value:
            if value["values"] is None:
                return kind(value)
            suffix = "" if value["tensor"] in ("float32", "int64") else f", {value['tensor']}"
            return f"tensor({_nested(value['values'], value['shape'], digits)}{suffix})"
        if "dict" in value:
            return "{" + ", ".join(f"{_line(k, digits)}: {_line(v, digits)}" for k, v in value["dict"]) + "}"
        if "set" in value:
            return "{" + ", ".join(_line(item, digits) for item in value["set"]) + "}"
        text = value.get("repr", "")
        return value["object"] if text.startswith("<") else f"{value['object']}(...)" if "\n" in text else text
    if isinstance(value, float | int) and not isinstance(value, bool):
        return number(value, digits)
    return repr(value)


def _nested(values: list[Any], shape: list[int], digits: int) -> str:
    if not shape:
        return _scalar(values[0], digits)
    if len(shape) == 1:
        return "[" + ", ".join(_scalar(value, digits) for value in values) + "]"
    step = len(values) // shape[0] if shape[0] else 0
    rows = [_nested(values[i * step : (i + 1) * step], shape[1:], digits) for i in range(shape[0])]
    return "[" + ", ".join(rows) + "]"


def _scalar(value: Any, digits: int = DIGITS) -> str:
    if isinstance(value, list):
        return f"{value[0]:.4g}{value[1]:+.4g}j"
    # float32 in decimal without its noise: 0.4000000059604645 is 0.4
    return number(float(f"{value:.{digits}g}") if isinstance(value, float) else value, digits)


def table(tensor: dict[str, Any], wrong: set[int], star: str = "*", digits: int = 0) -> list[str] | None:
    """The rows of a tensor of one or two dimensions, wrong elements with a star; None for any other tensor.

    Of many rows or columns those of the first wrong element are among the shown ones. `digits`: see `cell`.
    """
    seen = window(tensor, wrong, MOST)
    if seen is None:
        return None
    marked = wrong if star else set()
    cells = [[_cell(tensor, marked, row, column, digits) for column in seen.columns] for row in seen.rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ["  ".join(cell.rjust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in cells]
    return [*lines, f"({seen.left_out})"] if seen.left_out else lines


@dataclass
class Window:
    """Which rows and columns of a tensor are shown, None where some are left out, and words for that."""

    rows: list[int | None]
    columns: list[int | None]
    left_out: str


def window(tensor: dict[str, Any], wrong: set[int], most: int) -> Window | None:
    """At most so many rows and columns, and those of the first wrong element; None where the tensor is no table."""
    dims = tensor["shape"]
    if tensor["values"] is None or len(dims) not in (1, 2) or 0 in dims:
        return None
    rows, columns = (1, dims[0]) if len(dims) == 1 else dims
    row, column = divmod(min({at for at in wrong if at < rows * columns}, default=0), columns)
    left_out = f"{rows} x {columns}, some left out" if max(rows, columns) > most else ""
    return Window(_shown(rows, most, row), _shown(columns, most, column), left_out)


def _shown(count: int, most: int, telling: int) -> list[int | None]:
    """Which rows (or columns) to show of `count`, None where some are left out: both ends, and the telling one."""
    if count <= most:
        return list(range(count))
    chosen = sorted({*range(most // 2), *range(count - most // 2, count), telling})
    shown: list[int | None] = []
    for position, index in enumerate(chosen):
        if position and index != chosen[position - 1] + 1:
            shown.append(None)
        shown.append(index)
    return shown


def _cell(tensor: dict[str, Any], wrong: set[int], row: int | None, column: int | None, digits: int) -> str:
    if row is None or column is None:
        return ".."
    position = row * tensor["shape"][-1] + column
    return ("*" if position in wrong else "") + cell(tensor["values"][position], digits)


def cell(value: Any, digits: int = 0) -> str:
    """An element of a tensor: four digits behind the point where that does, or so many significant `digits`."""
    if digits:
        return _scalar(value, digits)
    return f"{value:.4f}" if isinstance(value, float) and 1e-3 <= abs(value) < 1e4 else _scalar(value)


def digits(one: Any, other: Any, wrong: set[int]) -> int:
    """How many a `cell` needs, so that all wrong elements of two tensors look different; 0 for the usual ones."""
    pairs = [(one["values"][at], other["values"][at]) for at in wrong]
    return next((n for n in (0, *MORE_DIGITS) if all(cell(a, n) != cell(b, n) for a, b in pairs)), 0)
