"""Submissions that try to get more than they earned, to see or harm others, or that are merely mangled.

Each is a function whose docstring says what it tries. It returns the code of the answer to `softmax`, unless it takes
the released notebook: then it returns a notebook, or bytes. `earns` is the share of the points of each exercise that
it honestly earns; of all others it earns nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Notebook = dict[str, Any]

SECTION = "cross_entropy"
RIGHT = "import torch\ndef softmax(x):\n    e = x.exp()\n    return e / e.sum(-1, keepdim=True)\n"
WRONG = "def softmax(x):\n    return x\n"


@dataclass(frozen=True)
class Attack:
    name: str
    tries: str
    make: Callable[..., Any]
    earns: dict[str, float]

    def notebook(self, released: Notebook) -> Notebook | bytes:
        copy = json.loads(json.dumps(released))
        if self.make.__code__.co_argcount:
            return self.make(copy)
        return put(copy, "softmax", self.make())


ATTACKS: dict[str, Attack] = {}


def attack(earns: dict[str, float] | None = None) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def declare(function: Callable[..., Any]) -> Callable[..., Any]:
        name = function.__name__
        assert name not in ATTACKS, name
        ATTACKS[name] = Attack(name, " ".join((function.__doc__ or "").split()), function, earns or {})
        return function

    return declare


def put(notebook: Notebook, name: str, source: str) -> Notebook:
    """Put code into the answer cell of an exercise."""
    cell(notebook, f"{name}-answer")["source"] = source
    return notebook


def cell(notebook: Notebook, grade_id: str) -> dict[str, Any]:
    return next(c for c in notebook["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == grade_id)


def code(source: str) -> dict[str, Any]:
    return {"cell_type": "code", "id": "new", "metadata": {}, "source": source, "outputs": [], "execution_count": None}
