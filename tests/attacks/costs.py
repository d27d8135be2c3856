"""What a hostile submission costs the class: `make attack` prints points, seconds and megabytes for each kind.

Each is graded as `make grade` does it, in a trusted process of its own, beside nothing else. It may cost at most twice
its time limit, and earns only what it answered for.
"""

from __future__ import annotations

import json
import multiprocessing
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import attacks.flooding
import attacks.mangling
from attacks import ATTACKS, RIGHT, SECTION, WRONG, code, put
from autograder import lesson
from autograder.classroom.grading import grade_notebook
from autograder.classroom.run import Budget
from autograder.process.box import Box
from autograder.process.conversation import Later
from autograder.process.frames import Frame, Outcome
from autograder.process.limits import Limits

BUDGET = Budget(cell=1.0, exercise=1.0, process=3.0, whole=6.0, memory_bytes=600 << 20)
#: Seconds beside the limit: processes are forked and looked at, and where nobody is to blame results are judged.
ASIDE = 1.0

PIPES = """
import os
def pipes():
    for end in range(3, 40):
        try: there = os.readlink(f"/proc/self/fd/{end}").startswith("pipe")
        except OSError: continue
        if there:
            os.set_blocking(end, True)
            yield end
"""
FORKS = (
    "import os, time\nfor _ in range(60):\n    try: child = os.fork()\n    except OSError: break\n    if child == 0:\n"
)
UNPLUGGED = "import torch\nif abs(float(torch.softmax(torch.zeros(2), 0)[0]) - 0.5) > 0.1:\n"
AFTERWARDS = "    import signal, time\n    signal.setitimer(signal.ITIMER_REAL, 0)\n    signal.signal(signal.SIGALRM, signal.SIG_IGN)\n"
#: Cells that stand before the answer.
CELLS = {
    "newlines": f"{PIPES}for end in pipes():\n    while True: os.write(end, b'\\n' * (1 << 20))\n",
    "one_frame_of_60_MB": f"{PIPES}for end in pipes():\n"
    '    os.write(end, b\'\\n{"cell": 0, "outputs": [\' + b"[]," * (20 << 20) + b"[]]}\\n")\n',
    "one_text_of_60_MB": f"{PIPES}for end in pipes():\n"
    '    os.write(end, b\'\\n{"exercise": "softmax", "probe": "\' + b"x" * (60 << 20) + b\'"}\\n\')\n',
    "frames_without_end": f"{PIPES}for end in pipes():\n    while True: os.write(end, b'{{\"cell\": 0}}\\n' * 10_000)\n",
    "children_that_spin": f"{FORKS}        while True: pass\ntime.sleep(600)\n",
    "children_that_sleep": f"{FORKS}        time.sleep(600)\ntime.sleep(600)\n",
    "children_of_children": "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass\n",
    "children_that_end_at_once": "import os, time\nwhile True:\n    try: child = os.fork()\n    except OSError: continue\n"
    "    if child == 0: os._exit(0)\n    os.waitpid(child, 0)\n",
    "spins_where_it_is_confirmed": f"{UNPLUGGED}{AFTERWARDS}    while True: pass\n",
    "sleeps_where_it_is_confirmed": f"{UNPLUGGED}{AFTERWARDS}    time.sleep(600)\n",
    "sleeps_without_alarms": f"if True:\n{AFTERWARDS}    time.sleep(600)\n",
    "ends_in_every_cell": "import os\nos._exit(1)\n",
}
EMPTY = b'{"cell_type": "code", "source": "", "metadata": {}, "outputs": []},'
OUTPUT = {"output_type": "stream", "name": "stdout", "text": "x" * 50_000_000}
BEGIN, END = b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [', EMPTY[:-1] + b"]}"
#: Whole files.
FILES: dict[str, Callable[[], bytes]] = {
    "empty_cells_of_180_MB": lambda: BEGIN + EMPTY * ((180 << 20) // len(EMPTY)) + END,
    "empty_cells_of_90_MB": lambda: BEGIN + EMPTY * ((90 << 20) // len(EMPTY)) + END,
    "empty_cells_just_read": lambda: BEGIN + EMPTY * 480_000 + END,
    "lists_of_90_MB": lambda: b"[" * (45 << 20) + b"]" * (45 << 20),
    "outputs_of_50_MB": lambda: json.dumps({"cells": [code(RIGHT) | {"outputs": [OUTPUT]}]}).encode(),
    "a_cell_of_20_MB": lambda: json.dumps({"cells": [code("x = 1\n" * (20 << 18))]}).encode(),
    "cells_that_hang": lambda: json.dumps({"cells": [code("while True: pass")] * 2000}).encode(),
    "cells_that_end": lambda: json.dumps({"cells": [code("import os\nos._exit(0)")] * 2000}).encode(),
}


@dataclass
class Row:
    kind: str
    points: float
    seconds: float  # of the trusted process and of the submission's, less those that it waited for a processor
    clock: float
    megabytes: float  # by which the trusted process grew
    named: bool  # whether its result says that it was stopped for its time, or could not be read

    @property
    def dear(self) -> bool:
        return self.seconds > 2 * BUDGET.whole + ASIDE


def kinds() -> dict[str, tuple[Callable[[], bytes], float]]:
    """By name: what is handed in, and the points that it honestly earns."""
    blank: dict[str, Any] = {"cells": [code("")], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    blank["cells"][0]["metadata"] = {"nbgrader": {"grade_id": "softmax-answer"}}

    def with_cell(text: str, answer: str) -> Callable[[], bytes]:
        return lambda: json.dumps(
            put({**blank, "cells": [code(text), dict(blank["cells"][0])]}, "softmax", answer)
        ).encode()

    most = lesson.find("softmax").points
    found = {name: (with_cell(text, RIGHT), float(most)) for name, text in CELLS.items()}
    found |= {name: (make, float(most)) for name, make in FILES.items()}
    for name, attack in ATTACKS.items():
        if attack.make.__module__ == attacks.flooding.__name__:
            found[name] = (with_cell("", attack.make()), attack.earns.get("softmax", 0.0) * most)
    found["honest"] = with_cell("x = 1", RIGHT), float(most)
    found["wrong"] = with_cell("x = 1", WRONG), 0.0
    return found


class Counting(Box):
    """Knows the seconds that were used in it."""

    used = 0.0

    def run(self, job: Frame, limits: Limits, later: Later | None = None) -> Outcome:
        left = super().run(job, limits, later)
        self.used += left.seconds
        return left


def cost(kind: str, data: bytes, box: Counting, told: Any) -> None:
    """In a process of its own, so that what it grows by is this kind's."""
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    used = time.process_time() + box.used
    graded = grade_notebook(data, SECTION, 5, box, BUDGET)
    seconds, clock = time.process_time() + box.used - used, time.monotonic() - started
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    points = sum(one["share"] * lesson.find(name).points for name, one in graded["exercises"].items())
    told.send(Row(kind, points, seconds, clock, grown, bool(graded["out_of_time"] or graded["trouble"])))


def costs(names: list[str], box: Counting) -> list[tuple[Row, float]]:
    """For each of these kinds what it cost, and the most points that it may have."""
    rows, forked = [], multiprocessing.get_context("fork")
    grade_notebook(kinds()["honest"][0](), SECTION, 5, box, BUDGET)  # what is read and observed once
    for name in names:
        make, most = kinds()[name]
        ours, theirs = forked.Pipe(duplex=False)
        process = forked.Process(target=cost, args=(name, make(), box, theirs))
        process.start()
        theirs.close()
        rows.append((ours.recv(), most))
        process.join()
    return rows


def main(names: list[str]) -> None:
    box = Counting()
    box.start()
    print(f"{'':<34}{'points':>7}{'seconds':>9}{'by the clock':>14}{'MB more':>9}   the limit is {BUDGET.whole:g} s")
    wrong = []
    for name in names or kinds():
        [(row, most)] = costs([name], box)
        said = "named" if row.named else ""
        print(
            f"{row.kind:<34}{row.points:>7g}{row.seconds:>9.1f}{row.clock:>14.1f}{row.megabytes:>9.0f}   {said}",
            flush=True,
        )
        wrong += [name] if row.points > most or row.dear else []
    box.stop()
    if wrong:
        raise SystemExit(f"points that nobody answered for, or more than twice the limit: {', '.join(wrong)}")


if __name__ == "__main__":
    main(sys.argv[1:])
