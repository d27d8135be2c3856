"""Hostile frames, notebooks and folders, made at random: `make attack` tries 10,000 and prints what they cost.

None may earn a point, make the trusted side raise, or cost it much time or memory.
"""

from __future__ import annotations

import json
import random
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder import lesson
from autograder.classroom import frames, submission
from autograder.classroom.reception import Reception
from autograder.classroom.run import Budget, Run
from autograder.process.frames import outcome
from autograder.process.limits import Limits

SECTION, SEED = "cross_entropy", 11
NAMES = [*lesson.load(SECTION), "no_such_exercise", "__class__", ""]
PROBES = [probe for e in lesson.load(SECTION).values() for probe in e.probes] + ["", "__init__"]
KEYS = [
    "exercise",
    "cell",
    "outputs",
    "probe",
    "value",
    "raised",
    "complaint",
    "loaded",
    "found",
    "end",
    "done",
    "answer",
]
KEYS += [
    "tensor",
    "shape",
    "values",
    "grad",
    "dict",
    "set",
    "object",
    "repr",
    "shortcuts",
    "changed",
    "printed",
    "frames",
]
TEXTS = ["", "float32", "function", "class", "\x1b[2J", "\ud800", "=1+1", "<script>", "../..", "nan", "A" * 3000, "\0"]


def anything(draw: random.Random, depth: int = 0) -> Any:
    kind = draw.randrange(9 if depth < 5 else 6)
    if kind == 0:
        return draw.choice([None, True, False])
    if kind == 1:
        return draw.choice([0, -1, 1, 2**31, 10**400, draw.randrange(100)])
    if kind == 2:
        return draw.choice([0.0, float("nan"), float("inf"), 1e308, draw.random()])
    if kind < 6:
        return draw.choice([draw.choice(TEXTS), draw.choice(NAMES), draw.choice(PROBES)])
    if kind < 8:
        return {draw.choice(KEYS): anything(draw, depth + 1) for _ in range(draw.randrange(5))}
    return [anything(draw, depth + 1) for _ in range(draw.choice([0, 1, 2, 50]))]


def a_frame(draw: random.Random) -> bytes:
    frame = {draw.choice(KEYS): anything(draw) for _ in range(4)}
    if draw.random() < 0.8:
        frame |= {"exercise": draw.choice(NAMES), "probe": draw.choice(PROBES)}
    if draw.random() < 0.3:
        frame = {"exercise": draw.choice(NAMES), "loaded": {"failure": None, "found": draw.choice(TEXTS)}}
    text = json.dumps(frame).encode()
    return text[: draw.randrange(len(text))] if draw.random() < 0.1 else text


def frames_of_a_child(draw: random.Random) -> float:
    """What a child wrote, taken in and judged; the points of code that it earned. (A letter may be guessed.)"""
    junk = [b"", b"\n" * 1000, b"[" * 5000, b"\xff\xfe", b'{"a":' * 2000, b"1e999999999"]
    data = b"\n".join(draw.choice(junk) if draw.random() < 0.1 else a_frame(draw) for _ in range(draw.randrange(40)))
    run = Run(["x = 1"], SECTION, SEED, where=None, budget=Budget())  # type: ignore[arg-type]
    status = draw.choice([0, 1, -9, 71, 70])
    run.take(
        outcome(data, status, draw.choice([None, "time", "memory", "output"]), Limits()), list(lesson.load(SECTION))
    )
    verdicts = {name: run.verdict(name) for name in lesson.load(SECTION)}
    return sum(verdict.points for name, verdict in verdicts.items() if lesson.find(name).kind == "code")


def a_notebook(draw: random.Random) -> float:
    """A file that was handed in, read; it has no points to give."""
    cells = [
        {"cell_type": draw.choice(["code", "markdown", "raw", 3]), "source": anything(draw), "metadata": anything(draw)}
        | {draw.choice(["outputs", "attachments", "id", "cells"]): anything(draw)}
        for _ in range(draw.choice([0, 1, 30]))
    ]
    data = json.dumps({"cells": draw.choice([cells, anything(draw)]), "metadata": anything(draw)}).encode()
    for _ in range(draw.choice([0, 0, 1, 5])):
        place = draw.randrange(len(data))
        data = data[:place] + draw.randbytes(draw.randrange(3)) + data[place + draw.randrange(9) :]
    read = submission.read(data)
    for cell in read.cells:
        assert isinstance(cell["source"], str)
        json.dumps(cell).encode()
        submission.harmless(cell["source"])
    frames.outputs(anything(draw))
    return 0.0


def a_folder(draw: random.Random) -> float:
    """What lies in submitted/, looked at: nothing but regular files in real folders is taken."""
    top = Path(tempfile.mkdtemp(prefix="attack-"))
    try:
        for _ in range(draw.randrange(4)):
            place = top / draw.choice(["ann", "b\x1b[2Jen", "-rf", ".hidden", "=cmd", "x" * 200]) / "assignment"
            place.mkdir(parents=True, exist_ok=True)
            name = place / draw.choice([f"{SECTION}.ipynb", f"{SECTION} (1).ipynb", "other.ipynb", "a\nb.ipynb"])
            if name.exists() or name.is_symlink():
                continue
            made = draw.randrange(4)
            if made == 0:
                name.symlink_to(draw.choice(["/etc/passwd", "/dev/zero", "../..", str(name)]))
            elif made == 1:
                name.mkdir()
            else:
                name.write_bytes(draw.choice([b"", b"{}", b'{"cells": []}', draw.randbytes(50)]))
        taken = Reception(top, "/assignment", "assignment", {SECTION: []}, False).look(["ann"], None)
        for one in taken.handed:
            for path in one.notebooks.values():
                assert path.is_file()
                assert not path.is_symlink()
        return 0.0
    finally:
        shutil.rmtree(top)


KINDS: dict[str, tuple[Callable[[random.Random], float], int]] = {
    "frames": (frames_of_a_child, 50),
    "notebooks": (a_notebook, 40),
    "folders": (a_folder, 10),
}


@dataclass
class Row:
    kind: str
    cases: int
    points: float
    seconds: float  # the most for one
    megabytes: float  # by which this process grew


def attack(cases: int, seed: int) -> list[Row]:
    """So many cases of all kinds together; each is made again by its kind, the seed and its number."""
    rows = []
    for kind, (case, share) in KINDS.items():
        row = Row(kind, cases * share // 100, 0.0, 0.0, 0.0)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for number in range(row.cases):
            started = time.process_time()
            try:
                row.points += case(random.Random(f"{kind} {seed} {number}"))
            except Exception as error:
                raise AssertionError(f"{kind}, seed {seed}, case {number}") from error
            row.seconds = max(row.seconds, time.process_time() - started)
        row.megabytes = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        rows.append(row)
    return rows


def main(argv: list[str]) -> None:
    cases, seed = (int(word) for word in (*argv, *["10000", "0"][len(argv) :]))
    print(f"{'':<12}{'cases':>7}{'points':>8}{'seconds, the longest':>22}{'MB more':>9}")
    for row in attack(cases, seed):
        print(f"{row.kind:<12}{row.cases:>7}{row.points:>8g}{row.seconds:>22.3f}{row.megabytes:>9.0f}")
        if row.points:
            raise SystemExit(f"{row.kind} earned points that nobody answered for")


if __name__ == "__main__":
    main(sys.argv[1:])
