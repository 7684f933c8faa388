"""Dynamic batching: what many callers ask at once goes through the model together.

Usable without the server:

    batcher = Batcher(lambda texts, options, cancel: pipe(texts, cancel=cancel, **options))
    batcher.submit(["one", "two"], tokens=[3, 3]).result()
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any, NamedTuple

import numpy as np

from onnxformers._native.base import plan_batches
from onnxformers._native.runtime import CancelToken
from onnxformers.errors import ClosedError, InvalidArgumentError, OnnxformersError, QueueFullError

#: How much of the newest speed goes into the estimate.
_FRESHNESS = 0.2
#: Inputs of up to so many tokens whose run takes up to so long may be run by `Batcher.run_short` on
#: the thread that asked: to hand them to another one and back costs as much as a third of the run.
_SHORT_TOKENS = 64
_SHORT_S = 0.005

Run = Callable[[list[Any], Any, CancelToken], Sequence[Any]]


class BatchReport(NamedTuple):
    """What one run was like.

    Attributes:
        requests: How many callers' inputs it joined.
        items: How many inputs.
        tokens: In all of them.
        padded: Tokens with those that only fill up rows.
        waited_s: How long the first caller waited.
        run_s: How long the model took.
    """

    requests: int
    items: int
    tokens: int
    padded: int
    waited_s: float
    run_s: float


class Job:
    """What one caller asked.

    Attributes:
        future: Holds the results, one for each input.
    """

    __slots__ = ("batch", "entered", "future", "is_left", "items", "key", "tokens", "weight")

    def __init__(self, items: list[Any], tokens: Sequence[int], key: Any) -> None:
        self.items, self.tokens, self.key = items, tokens, key
        self.weight = sum(tokens)
        self.future: Future[list[Any]] = Future()
        self.entered = time.perf_counter()
        self.is_left = False
        self.batch: _Batch | None = None

    def leave(self) -> None:
        """Say that nobody waits for the results: what is not begun is not done.

        A model that runs is stopped when all for whom it runs have left.
        """
        self.is_left = True
        self.future.cancel()
        if self.batch is not None:
            self.batch.stop_if_left()


class _Batch(NamedTuple):
    jobs: list[Job]
    cancel: CancelToken

    def stop_if_left(self) -> None:
        if all(job.is_left for job in self.jobs):
            self.cancel.cancel()


class Batcher:
    """Joins the inputs of callers that ask at the same time, and runs them on a thread of its own.

    Args:
        run: Takes inputs, the key they share, and a token that stops it; gives a result for each.
        token_budget: Tokens that a run may hold; what one caller asks is never cut apart.
        max_wait_s: Whoever waited longer gets a `QueueFullError` in place of results: those who
            came when more seemed possible must not hold up all who come after.
        report: Hears of each run.
        name: Of the thread.
    """

    def __init__(
        self,
        run: Run,
        *,
        token_budget: int = 16_384,
        max_wait_s: float | None = None,
        report: Callable[[BatchReport], None] | None = None,
        name: str = "onnxformers-batcher",
    ) -> None:
        self._run = run
        self._budget = token_budget
        self._max_wait_s = max_wait_s
        self._report = report
        self._jobs: deque[Job] = deque()
        self._changed = threading.Condition()
        self._waiting_tokens = 0
        self._running_tokens = 0
        self._seconds_per_token = 0.0
        self._short_s = self._began = 0.0
        self._is_running = False
        self._is_closed = False
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """Callers whose inputs are not begun."""
        return len(self._jobs)

    def wait_s(self) -> float:
        """Estimated seconds until a new caller's inputs are begun."""
        left_s = self._running_tokens * self._seconds_per_token
        if left_s:
            left_s = max(0.0, left_s - (time.perf_counter() - self._began))
        return self._waiting_tokens * self._seconds_per_token + left_s

    def submit(
        self, items: list[Any], tokens: Sequence[int], key: Any = None, *, begin: bool = True
    ) -> Job:
        """Ask for results; only inputs with equal keys are joined.

        Args:
            items: The inputs, at least one.
            tokens: How many tokens each has, or what else says how much work it is.
            key: What the run is to know.
            begin: False: the caller is about to call `run_short`, which begins it.

        Raises:
            InvalidArgumentError: There are no inputs, or not as many counts.
            ClosedError: The batcher is closed.
        """
        if not items or len(items) != len(tokens):
            raise InvalidArgumentError("[batcher] give inputs, and a count of tokens for each")
        job = Job(items, tokens, key)
        with self._changed:
            if self._is_closed:
                raise ClosedError("[batcher] it was closed")
            self._jobs.append(job)
            self._waiting_tokens += job.weight
            if begin:
                self._changed.notify()
        return job

    def is_short(self, tokens: int) -> bool:
        """Whether inputs with so many tokens are worth `run_short`, as far as is known."""
        return tokens <= _SHORT_TOKENS and 0 < self._short_s <= _SHORT_S

    def run_short(self) -> None:
        """Run what waits on this thread if that is little; else leave it to the batcher's own."""
        with self._changed:
            if not self._jobs:
                return
            if self._is_running or not self.is_short(self._waiting_tokens):
                self._changed.notify()
                return
            jobs = self._begin()
        if jobs:
            self._finish(jobs)
        with self._changed:
            self._end()
            if self._jobs or self._is_closed:
                self._changed.notify()

    def close(self) -> None:
        """Finish what was asked, then end. Idempotent."""
        with self._changed:
            self._is_closed = True
            self._changed.notify()
        self._thread.join()

    def _work(self) -> None:
        while True:
            with self._changed:
                while self._is_running or not self._jobs:
                    if self._is_closed and not self._is_running:
                        return
                    self._changed.wait()
                jobs = self._begin()
            if jobs:
                self._finish(jobs)
            with self._changed:
                self._end()

    def _begin(self) -> list[Job]:
        jobs = self._take()
        self._running_tokens = sum(job.weight for job in jobs)
        self._began = time.perf_counter()
        self._is_running = True
        return jobs

    def _end(self) -> None:
        self._running_tokens = 0
        self._is_running = False

    def _take(self) -> list[Job]:
        """The oldest job, and others of its kind as far as the budget goes, oldest first."""
        self._drop_late()
        taken: list[Job] = []
        kept: list[Job] = []
        weight = 0
        while self._jobs:
            job = self._jobs.popleft()
            if not taken or (job.key == taken[0].key and weight + job.weight <= self._budget):
                self._waiting_tokens -= job.weight
                if job.future.set_running_or_notify_cancel():
                    taken.append(job)
                    weight += job.weight
                continue
            kept.append(job)
            if weight >= self._budget:
                break
        self._jobs.extendleft(reversed(kept))
        return taken

    def _drop_late(self) -> None:
        if self._max_wait_s is None:
            return
        oldest = time.perf_counter() - self._max_wait_s
        while self._jobs and self._jobs[0].entered < oldest:
            job = self._jobs.popleft()
            self._waiting_tokens -= job.weight
            if job.future.set_running_or_notify_cancel():
                job.future.set_exception(QueueFullError("[batcher] it waited too long"))

    def _finish(self, jobs: list[Job]) -> None:
        began = time.perf_counter()
        try:
            results = self._results(jobs)
        except BaseException as error:
            if len(jobs) > 1 and isinstance(error, OnnxformersError):
                for job in jobs:  # what is wrong with one is not the others' affair
                    self._finish([job])
                return
            for job in jobs:
                job.future.set_exception(error)
            return
        self._learn(jobs, began)
        begin = 0
        for job in jobs:
            end = begin + len(job.items)
            job.future.set_result(results[begin:end])
            begin = end

    def _results(self, jobs: list[Job]) -> list[Any]:
        batch = _Batch(jobs, CancelToken())
        for job in jobs:
            job.batch = batch
        batch.stop_if_left()
        items = [item for job in jobs for item in job.items] if len(jobs) > 1 else jobs[0].items
        return list(self._run(items, jobs[0].key, batch.cancel))

    def _learn(self, jobs: list[Job], began: float) -> None:
        run_s = time.perf_counter() - began
        tokens = sum(job.weight for job in jobs)
        newest = run_s / max(tokens, 1)
        self._seconds_per_token = _average(self._seconds_per_token, newest)
        if tokens <= _SHORT_TOKENS:
            self._short_s = _average(self._short_s, run_s)
        if self._report is not None:
            counts = [count for job in jobs for count in job.tokens]
            padded = padded_tokens(counts, self._budget)
            waited_s = began - jobs[0].entered
            self._report(BatchReport(len(jobs), len(counts), tokens, padded, waited_s, run_s))


def _average(old: float, newest: float) -> float:
    return old + _FRESHNESS * (newest - old) if old else newest


def padded_tokens(counts: Sequence[int], budget: int) -> int:
    """Tokens that the model sees of texts of these lengths: rows are filled up to the longest."""
    if len(counts) == 1:
        return counts[0]
    return sum(
        len(rows) * max(counts[row] for row in rows)
        for rows in plan_batches(np.array(counts, np.int64), token_budget=budget)
    )
