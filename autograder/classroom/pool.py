"""Grading on this machine: threads that each own one worker process (worker.py), which owns one warm process."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor, wait

from autograder import process
from autograder.classroom.references import References
from autograder.classroom.worker import Answer, Task
from autograder.process.conversation import Conversation, Lost

#: Seconds after which a worker is taken for dead; a submission's own limits end it long before.
SILENCE = 1800.0
#: How often a task is given to a new worker when the one that had it died.
ATTEMPTS = 3


def _command(fd: int) -> list[str]:
    return process.python("classroom.worker", str(fd))


class Pool:
    """`submit(task, references)` gives a future of worker.Answer."""

    def __init__(self, jobs: int):
        self.jobs = jobs
        self._threads = ThreadPoolExecutor(jobs, thread_name_prefix="grading")
        self._own = threading.local()
        self._workers: list[Conversation] = []
        self._closed = False
        self._futures: set[Future[Answer]] = set()

    def submit(self, task: Task, references: References) -> Future[Answer]:
        future = self._threads.submit(self._ask, task, references)
        self._futures.add(future)
        future.add_done_callback(self._futures.discard)
        return future

    def _worker(self) -> Conversation:
        if not hasattr(self._own, "worker"):
            self._own.worker = Conversation(_command)
            self._workers.append(self._own.worker)
        return self._own.worker

    def _ask(self, task: Task, references: References) -> Answer:
        worker, detail, left = self._worker(), "", ATTEMPTS
        question: dict[str, object] = {"task": task}
        while left and not self._closed:
            try:
                answer, _ = worker.exchange(question, SILENCE)
            except Lost as error:
                left, detail = left - 1, str(error)
                question.pop("references", None)
                continue
            if "wants" not in answer:
                return answer
            question["references"] = references  # a new worker, or a section that is new to it
        return {"failed": f"a worker process died {ATTEMPTS} times over it ({detail})", "stopped": self._closed}

    def close(self) -> None:
        """Stop at once; what has not been answered is not graded."""
        self._closed = True
        self._threads.shutdown(wait=False, cancel_futures=True)
        while True:  # a worker may be about to be started again
            for worker in self._workers:
                worker.kill()
            if not wait(list(self._futures), timeout=0.2).not_done:
                break
        for worker in self._workers:
            worker.stop()
