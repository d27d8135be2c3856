"""Submissions beside each other: none takes the other's time."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from attacks import RIGHT
from attacks.costs import Counting, costs

from autograder.classroom.grading import grade_cells
from autograder.classroom.run import Budget
from autograder.process.box import Box

SPINS = """
import os, time
for _ in range(60):
    try: child = os.fork()
    except OSError: break
    if child == 0:
        try: os.setsid()
        except OSError: pass
        while True: pass
time.sleep(600)
"""
WORKS = "import time\nend = time.process_time() + 1\nwhile time.process_time() < end: pass\n"


@pytest.fixture
def boxes() -> Iterator[list[Counting]]:
    made = [Counting() for _ in range(2)]
    for box in made:  # from here: a sandbox ends with the thread that started it
        box.start()
    yield made
    for box in made:
        box.stop()


def test_a_submission_that_spins_takes_nothing_from_its_neighbours(boxes: list[Counting]) -> None:
    budget = Budget(cell=2.0, exercise=2.0, process=4.0, whole=5.0)

    def grade(box: Box, text: str) -> dict[str, Any]:
        return grade_cells([text], "cross_entropy", 5, box, budget)

    with ThreadPoolExecutor(2) as pool:
        spinning, working = pool.map(grade, boxes, [SPINS, WORKS + RIGHT])
    assert spinning["out_of_time"]
    assert (working["exercises"]["softmax"]["outcome"], working["contended"]) == ("passed", False)


def test_who_loops_on_a_busy_machine_has_had_the_time_and_is_not_tried_again(boxes: list[Counting]) -> None:
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2 * (os.cpu_count() or 1))]
    try:
        told = grade_cells(["while True: pass"], "cross_entropy", 5, boxes[0], Budget(cell=1.0, exercise=1.0))
    finally:
        for process in busy:
            process.kill()
            process.wait()
    assert (told["out_of_time"], told["contended"]) == (True, False)


STALLS = """
import signal, time, torch
if abs(float(torch.softmax(torch.zeros(2), 0)[0]) - 0.5) > 0.1:  # it is being confirmed
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, signal.SIG_IGN)
    time.sleep(10_000)
"""


def test_a_submission_that_stalls_where_it_is_confirmed_keeps_no_points(boxes: list[Counting]) -> None:
    budget = Budget(cell=2.0, exercise=2.0, process=2.0, whole=3.0)
    told = grade_cells([STALLS + RIGHT], "cross_entropy", 5, boxes[0], budget)
    assert told["out_of_time"]
    assert (told["exercises"]["softmax"]["outcome"], told["exercises"]["softmax"]["share"]) == ("timeout", 0.0)


def test_no_submission_has_itself_started_for_ever_or_reads_more_than_its_file(boxes: list[Counting]) -> None:
    for row, _ in costs(["cells_that_end", "a_cell_of_20_MB"], boxes[0]):
        assert (row.points, row.named) == (0.0, True)
        assert row.megabytes < 100
