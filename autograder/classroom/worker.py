"""A worker of a class run: `python -m autograder.classroom.worker FD` grades one submission after the other.

It is a trusted process with one confined warm process (process/box.py) of its own, kept between submissions. Its
answers are results as plain data, or the reason why there is none; whatever goes wrong with one submission stays with
that one.
"""

from __future__ import annotations

import os
import socket
import sys
from typing import Any

from autograder.classroom import grading, references
from autograder.classroom.run import Budget
from autograder.process.box import box
from autograder.process.conversation import Lost
from autograder.process.frames import receive, send

#: {"key", "section", "sources", "tests", "seed", "kit", "budget"}
Task = dict[str, Any]
#: {"result": ...} or {"failed": the reason}
Answer = dict[str, Any]

#: The sections and seeds whose references this process has, the one used longest ago first.
_adopted: dict[tuple[str, int], None] = {}


def grade(task: Task, told: references.References | None = None) -> Answer:
    """Grade one submission. A pure function of the task; `told` spares it from observing the references itself."""
    section, seed = task["section"], task["seed"]
    if task["kit"] != grading.kit_version():
        return {"failed": "this worker has another version of the kit"}
    if told is not None and (section, seed) not in _adopted:
        references.adopt(section, seed, told)
    _adopted.pop((section, seed), None)
    _adopted[section, seed] = None
    if len(_adopted) > references.MOST:
        references.forget(*(oldest := next(iter(_adopted))))
        del _adopted[oldest]
    for attempt in (1, 2):
        try:
            budget, tests = Budget(**task["budget"]), task["tests"]
            return {"result": grading.grade_cells(task["sources"], section, seed, box(), budget, tests=tests)}
        except Lost as error:  # the machine killed the warm process, for example; a new one has another chance
            if attempt == 2:
                return {"failed": str(error)}
        except Exception as error:
            return {"failed": f"{type(error).__name__}: {error}"}
    raise AssertionError


def has(task: Task) -> bool:
    """Whether this process knows the references that the task needs."""
    return (task["section"], task["seed"]) in _adopted


def serve(connection: socket.socket) -> None:
    """Answer tasks, in the form that process.conversation speaks, until the other side closes."""
    box().start()  # it imports torch while the first task is on its way
    while True:
        try:
            job, _ = receive(connection)
            if job.get("references") is None and not has(job["task"]):
                answer: Answer = {"wants": "references"}
            else:
                answer = grade(job["task"], job.get("references"))
            send(connection, answer)
        except (EOFError, OSError):
            return


def main() -> None:
    serve(socket.socket(fileno=int(sys.argv[1])))
    box().stop()
    os._exit(0)


if __name__ == "__main__":
    main()
