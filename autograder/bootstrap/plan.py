"""What a group of commands needs, how large it is, and whether it is there already."""

from __future__ import annotations

import hashlib
import re
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
CONSTRAINTS = ROOT / "constraints.txt"

# Megabytes to download and megabytes in `.venv`, measured on Linux with a CPU build of torch. "learn" is what every
# group needs; the others are what they add to it.
SIZES = {
    "learn": (250, 1100),
    "watch": (5, 30),
    "lab": (40, 200),
    "class": (65, 320),
    "cluster": (5, 40),
    "docs": (35, 170),
    "dev": (110, 250),
}
# What torch's default build for Linux and NVIDIA adds.
CUDA_SIZE = (2900, 5000)


def extras(group: str, table: dict[str, list[str]] | None = None) -> list[str]:
    """The optional groups of pyproject.toml that a group consists of: `test` is made of others, `learn` of none."""
    table = _project()["optional-dependencies"] if table is None else table
    if group == "learn":
        return []
    found: list[str] = []
    for requirement in table[group]:
        if inner := re.fullmatch(r"minibatch-training-kit\[(.*)\]", requirement):
            found += [e for name in inner[1].split(",") for e in extras(name.strip(), table) if e not in found]
        elif group not in found:
            found.append(group)
    return found


def groups() -> list[str]:
    return ["learn", *_project()["optional-dependencies"]]


def requirements(group: str) -> list[str]:
    needed: list[str] = _project()["dependencies"]
    return needed + [requirement for extra in extras(group) for requirement in optional(extra)]


def optional(extra: str) -> list[str]:
    needed: list[str] = _project()["optional-dependencies"][extra]
    return needed


def fingerprint(group: str) -> str:
    """Changes when what is to be installed changes, and not with the rest of pyproject.toml."""
    text = "\n".join(sorted(requirements(group)) + [line.partition("#")[0].rstrip() for line in _pins()])
    return hashlib.sha256(text.encode()).hexdigest()


def included(group: str) -> list[str]:
    """The groups that are ready as well when this one is."""
    return [g for g in groups() if set(extras(g)) <= set(extras(group))]


def count(group: str) -> int:
    """About how many packages will be fetched: the pins of constraints.txt that name one of its groups."""
    wanted = {"learn", *extras(group)}
    return sum(bool(wanted & set(re.findall(r"\w+", line.partition("#")[2]))) for line in _pins())


def pin(name: str) -> str:
    """The pinned requirement of one package: torch==2.13.0."""
    return next(line.split()[0] for line in _pins() if line.startswith(f"{name}=="))


def size(group: str, has_base: bool) -> tuple[int, int]:
    """(MB to download, MB on disk)."""
    parts = [SIZES[e] for e in extras(group)] + ([] if has_base else [SIZES["learn"]])
    return sum(p[0] for p in parts), sum(p[1] for p in parts)


def _pins() -> list[str]:
    return [line for line in CONSTRAINTS.read_text("utf-8").splitlines() if "==" in line]


def _project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
