"""Grading on a Dask cluster: the same tasks as in pool.py, sent to a scheduler. How to start one: docs/cluster.md.

A worker of the cluster needs this kit and the sandbox's programs, and nothing of the course: a task brings the
submission, and its result goes back. Where a worker dies, Dask gives its tasks to another; a task that ran twice gives
the same result twice, and it is kept once.
"""

from __future__ import annotations

import uuid
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from autograder.classroom.references import References
from autograder.classroom.worker import Answer, Task, grade

#: How often a task may take its worker with it before it is given up.
ATTEMPTS = 3


class Cluster:
    """`submit(task, references)` gives a future of worker.Answer, as pool.Pool does."""

    def __init__(self, address: str):
        from distributed import Client

        self._client = Client(address, timeout="30s", set_as_default=False)
        self._references: dict[tuple[str, int], Any] = {}

    @property
    def jobs(self) -> int:
        return max(1, sum(self._client.nthreads().values()))

    def submit(self, task: Task, references: References) -> Future[Answer]:
        inputs = task["section"], task["seed"]
        if inputs not in self._references:
            # As a task of its own, and not scattered: the scheduler sends it again when the worker that had it dies.
            key = f"references-{task['section']}-{uuid.uuid4().hex}"
            self._references[inputs] = self._client.submit(_same, references, key=key)
        sent = self._client.submit(
            on_worker, task, self._references[inputs], key=f"grade-{task['key']}", retries=ATTEMPTS
        )
        answer: Future[Answer] = Future()
        sent.add_done_callback(lambda done: _pass_on(done, answer))
        return answer

    def close(self) -> None:
        self._client.close(timeout=5)


def _pass_on(done: Any, answer: Future[Answer]) -> None:
    try:
        answer.set_result(done.result())
    except Exception as error:  # the cluster has given the task up
        answer.set_exception(error)


def _same(references: References) -> References:
    return references


# The sandbox ends with the thread that started it, and it is not for several threads: one that lasts, for all tasks.
_thread = ThreadPoolExecutor(1, thread_name_prefix="grading")


def on_worker(task: Task, references: References) -> Answer:
    """Runs in a worker process of the cluster, which keeps its warm process from one task to the next."""
    return _thread.submit(grade, task, references).result()
