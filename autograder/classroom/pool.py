"""Grading on this machine: threads that each own one worker process (worker.py), which owns one warm process."""

from __future__ import annotations

import sys
import threading
from concurrent.futures import Future, ThreadPoolExecutor, wait

from autograder.classroom.references import References
from autograder.classroom.worker import Answer, Task
from autograder.process.isolate import Warm

#: Seconds after which a worker is taken for dead; a submission's own limits end it long before.
SILENCE = 1800.0
#: How often a task is given to a new worker when the one that had it died.
ATTEMPTS = 3


class _Worker(Warm):
    def kill(self) -> None:
        """From any thread: the one that waits for an answer finds that there will be none, and cleans up."""
        process = self._process
        if process is not None:
            process.kill()


class Pool:
    """`submit(task, references)` gives a future of worker.Answer."""

    def __init__(self, jobs: int):
        self.jobs = jobs
        self._threads = ThreadPoolExecutor(jobs, thread_name_prefix="grading")
        self._own = threading.local()
        self._workers: list[_Worker] = []
        self._closed = False
        self._futures: set[Future[Answer]] = set()

    def submit(self, task: Task, references: References) -> Future[Answer]:
        future = self._threads.submit(self._ask, task, references)
        self._futures.add(future)
        future.add_done_callback(self._futures.discard)
        return future

    def _worker(self) -> _Worker:
        if not hasattr(self._own, "worker"):
            self._own.worker = _Worker([sys.executable, "-m", "autograder.classroom.worker"])
            self._workers.append(self._own.worker)
        return self._own.worker

    def _ask(self, task: Task, references: References) -> Answer:
        worker, detail, left = self._worker(), "", ATTEMPTS
        job = {"task": task, "timeout": SILENCE}
        while left and not self._closed:
            outcome = worker.ask(job)
            answer = outcome.frames[0] if outcome.frames else None
            if answer is None:
                left, detail = left - 1, outcome.detail
                job.pop("references", None)
            elif "wants" in answer:  # a new worker, or a section that is new to it
                job["references"] = references
            else:
                return answer
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
