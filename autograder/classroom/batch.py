"""Grade a class: give what has no result yet to a pool or a cluster, keep each result as soon as it is there.

Nothing else is remembered. A run that is stopped and started again finds what was kept and goes on with the rest.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Protocol

from autograder.classroom import references, results
from autograder.classroom.intake import Handed
from autograder.classroom.outcome import reason
from autograder.classroom.plan import Plan
from autograder.classroom.worker import Answer, Task


class Executor(Protocol):
    """Where tasks run: pool.Pool here, cluster.Cluster elsewhere."""

    @property
    def jobs(self) -> int: ...

    def submit(self, task: Task, references: references.References) -> Future[Answer]: ...

    def close(self) -> None: ...


@dataclass
class Student:
    """How it stands with one student's notebooks; `failed` tells by notebook why it has no result."""

    handed: Handed
    waiting: int = 1  # one for the student's notebooks not being handed out yet
    failed: dict[str, str] = field(default_factory=dict)
    out_of_time: list[str] = field(default_factory=list)
    #: Those of them that had to share the processor even when they were tried again alone: not final.
    contended: list[str] = field(default_factory=list)


@dataclass
class Counts:
    """Notebooks: in all, found graded, graded now."""

    notebooks: int = 0
    kept: int = 0
    graded: int = 0


class Batch:
    """One run over the class. `students()` yields each student whose notebooks are all graded, or failed to be."""

    #: Students whose notebooks are handed out together, section by section: while the first sections are graded, the
    #: references of the next are observed.
    TOGETHER = 16

    def __init__(
        self, plan: Plan, executor: Executor, again: bool = False, tick: Callable[[int], Any] = lambda count: None
    ):
        self.plan, self.executor, self.again, self.tick = plan, executor, again, tick
        self.counts = Counts()
        self._ready: SimpleQueue[Student | BaseException | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._most_at_once = 8 * executor.jobs
        self._slots = threading.Semaphore(self._most_at_once)  # so that few submissions are in memory at a time
        self._on_the_way: dict[Path, list[tuple[Student, str]]] = {}
        self._references: dict[tuple[str, int], references.References] = {}
        self._stopped = False
        #: What ran out of time while others had the processor; it is tried again, alone, when all others are done.
        self._alone: SimpleQueue[tuple[Path, Task]] = SimpleQueue()

    def students(self, handed: list[Handed]) -> Iterator[Student]:
        feeder = threading.Thread(target=self._feed, args=(handed,), name="feeder", daemon=True)
        feeder.start()
        for _ in handed:
            ready = self._ready.get()
            if isinstance(ready, BaseException):
                raise ready
            assert ready is not None
            yield ready

    def stop(self) -> None:
        self._stopped = True
        self._slots.release(1_000 + self._most_at_once)
        self.executor.close()

    def _feed(self, handed: list[Handed]) -> None:
        try:
            for first in range(0, len(handed), self.TOGETHER):
                self._hand_out([Student(one) for one in handed[first : first + self.TOGETHER]])
            self._try_alone()
        except BaseException as error:
            self._ready.put(error)

    def _hand_out(self, students: list[Student]) -> None:
        for name in self.plan.notebooks:
            for student in students:
                if self._stopped:
                    return
                if name in student.handed.notebooks:
                    self._one(student, name)
        for student in students:
            self._done(student)

    def _one(self, student: Student, name: str) -> None:
        self.counts.notebooks += 1
        found = self.plan.task(student.handed, name)
        if found is None:  # it cannot be read: nothing to run
            self.tick(1)
            return
        place, task = found
        self.plan.seen.note(student.handed.notebooks[name], place)
        with self._lock:
            student.waiting += 1
            also = self._on_the_way.get(place)
            if also is not None:  # the same work, from two students
                also.append((student, name))
                return
            self._on_the_way[place] = [(student, name)]
        if not self._kept(place, task):
            told = self._references_of(task["section"], task["seed"])
            self._slots.acquire()
            if not self._stopped:
                self.executor.submit(task, told).add_done_callback(lambda future: self._arrived(place, task, future))

    def _try_alone(self) -> None:
        """Once the others are done, one after the other: then nothing of this class takes the processor from it."""
        for _ in range(self._most_at_once):
            self._slots.acquire()
        while not self._alone.empty() and not self._stopped:
            place, task = self._alone.get()
            future = self.executor.submit(task, self._references_of(task["section"], task["seed"]))
            wait([future])
            self._kept_or_not(place, task, future, alone=True)

    def _kept(self, place: Path, task: Task) -> bool:
        """Whether there is a result already. With `again`, not one that ran out of time."""
        kept = results.load(place)
        if kept is None or results.contended(kept) or (self.again and results.out_of_time(kept)):
            return False
        self._finish(place, kept=True, late=results.out_of_time(kept))
        return True

    def _references_of(self, section: str, seed: int) -> references.References:
        found = self._references.pop((section, seed), None) or references.of(self.plan.course, section, seed)
        self._references[section, seed] = found
        if len(self._references) > references.MOST:
            del self._references[next(iter(self._references))]
        return found

    def _arrived(self, place: Path, task: Task, future: Future[Answer]) -> None:
        """In a thread of the executor."""
        try:
            self._kept_or_not(place, task, future)
        finally:
            self._slots.release()

    def _kept_or_not(self, place: Path, task: Task, future: Future[Answer], alone: bool = False) -> None:
        """Keep the result, whatever else happens."""
        if self._stopped or future.cancelled():
            return
        try:
            answer = future.result()
            if answer.get("stopped"):
                return
            if "result" in answer and results.contended(answer["result"]) and not alone:
                self._alone.put((place, task))
            elif "result" in answer:
                results.keep(place, answer["result"])
                late, contended = results.out_of_time(answer["result"]), results.contended(answer["result"])
                self._finish(place, late=late, contended=contended)
            else:
                self._finish(place, failed=answer["failed"])
        except Exception as error:  # a task that a cluster gave up, a disk that is full
            self._finish(place, failed=reason(error))

    def _finish(
        self, place: Path, kept: bool = False, failed: str = "", late: bool = False, contended: bool = False
    ) -> None:
        with self._lock:
            served = self._on_the_way.pop(place)
            self.counts.kept += len(served) if kept else 0
            self.counts.graded += 0 if kept or failed else len(served)
            for student, name in served:
                if failed:
                    student.failed[name] = failed
                if late:
                    student.out_of_time.append(name)
                if contended:
                    student.contended.append(name)
        for student, _ in served:
            self._done(student)
        self.tick(len(served))

    def _done(self, student: Student) -> None:
        with self._lock:
            student.waiting -= 1
            last = student.waiting == 0
        if last:
            self._ready.put(student)
