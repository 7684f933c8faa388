"""Calls of many threads, made one after the other on one."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from onnxformers.errors import ClosedError, ForkError, QueueFullError


class Lane:
    """Makes calls in the order in which they come, on a thread of its own.

    Args:
        max_waiting: Calls that may wait.

    Attributes:
        thread: That thread; None before the first call.
    """

    def __init__(self, max_waiting: int) -> None:
        self.thread: threading.Thread | None = None
        self._max_waiting = max_waiting
        self._changed = threading.Condition()
        self._waiting: deque[tuple[Callable[[], None], Future[Any]]] = deque()
        self._running: Future[Any] | None = None
        self._closed = False
        self._process = os.getpid()

    def submit(self, call: Callable[[], None], future: Future[Any]) -> None:
        """Make a call when its turn comes.

        Args:
            call: Never raises.
            future: Who waits for it; not called when this was cancelled.

        Raises:
            QueueFullError: As many wait as may.
            ClosedError: The lane was closed.
            ForkError: It is another process's.
        """
        if self._process != os.getpid():
            raise ForkError("[GenerationQueue] the queue was made before the process forked")
        with self._changed:
            if self._closed:
                raise ClosedError("[GenerationQueue] the queue was closed")
            if len(self._waiting) >= self._max_waiting:
                raise too_many(self._max_waiting)
            self._waiting.append((call, future))
            if self.thread is None:
                self.thread = threading.Thread(
                    target=self._run, name="onnxformers-lane", daemon=True
                )
                self.thread.start()
            self._changed.notify_all()

    @property
    def load(self) -> tuple[int, int]:
        """How many calls run (none or one), and how many wait."""
        return int(self._running is not None), len(self._waiting)

    def close(self, *, cancel: bool) -> None:
        """Take no further calls; with `cancel`, cancel the futures of those there are."""
        if self._process != os.getpid():
            return
        with self._changed:
            self._closed = True
            futures = [future for _, future in self._waiting]
            if self._running is not None:
                futures.append(self._running)
            self._changed.notify_all()
        if cancel:
            for future in futures:
                future.cancel()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._running = None
                self._changed.wait_for(lambda: self._waiting or self._closed)
                if not self._waiting:
                    return
                call, future = self._waiting.popleft()
                self._running = future
            if not future.cancelled():
                call()


def too_many(max_waiting: int) -> QueueFullError:
    """The error of a queue that is full."""
    return QueueFullError(
        f"[GenerationQueue] {max_waiting} requests wait, and no more may (max_waiting); try again "
        "later"
    )
