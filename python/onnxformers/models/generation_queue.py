"""Requests side by side: one model writes for several callers at once, as one batch."""

from __future__ import annotations

import asyncio
import atexit
import threading
import time
import weakref
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import Future
from dataclasses import fields
from functools import partial
from typing import TYPE_CHECKING, Any

from onnxformers._native.generation import Scheduler
from onnxformers._native.runtime import CancelToken
from onnxformers.errors import ClosedError, InvalidArgumentError, RunTimeoutError
from onnxformers.generation.stopping import InterruptableStoppingCriteria
from onnxformers.models.generation_jobs import (
    Answer,
    Call,
    Job,
    callables,
    native_callables,
    prepare,
)
from onnxformers.models.joining import can_join, runs_alone
from onnxformers.models.lane import Lane, too_many
from onnxformers.models.steps import decoder_graph

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

    from onnxformers._native.generation import Outcome
    from onnxformers.generation import GenerationConfig
    from onnxformers.models.base import PreTrainedModel
    from onnxformers.models.generation_jobs import Output

_CALL = frozenset(field.name for field in fields(Call))
_queues: weakref.WeakSet[GenerationQueue] = weakref.WeakSet()
_lock = threading.Lock()


class GenerationFuture(Future[Any]):
    """What a request will give: a `concurrent.futures.Future` that can be awaited, too.

    `cancel()` ends the request within a step, also while it runs; so does the cancellation of a
    task that awaits it. Functions given to `add_done_callback` run on the thread that writes for
    all requests: they must be quick.

    Args:
        stop: Ends the request.
    """

    def __init__(self, stop: Callable[[], object]) -> None:
        super().__init__()
        self._stop = stop

    def cancel(self) -> bool:
        """End the request; False when it has ended before."""
        self._stop()
        return super().cancel()

    def __await__(self) -> Generator[Any, None, Any]:
        return asyncio.wrap_future(self).__await__()

    def settle(self, conclude: Callable[[], Output]) -> None:
        """Take the result that this gives, or the error that it raises."""
        try:
            output = conclude()
        except BaseException as error:  # whoever waits is to have it
            if self.set_running_or_notify_cancel():
                self.set_exception(error)
        else:
            if self.set_running_or_notify_cancel():
                self.set_result(output)


class GenerationQueue:
    """Runs requests of many callers on one model, as many at a time as there is room for.

    Greedy search and sampling with decoders that read text run as one batch: a request joins it
    when it comes and leaves it when it ends, at any step, and each has its own options, seed,
    streamer and time. Everything else (beams, contrastive search, drafts, guidance; models with
    an encoder; models whose exports do not let rows of different lengths run together) runs one
    request after the other, beside the batch.

    What a request writes is what `model.generate` writes, but for ties: scores of joined rows
    differ in their last bits, and those of quantised models a little more.

    Args:
        model: Who writes.
        max_rows: Rows of the batch at most.
        max_tokens: Of the batch at most, prompts and what may be written: rows times the longest
            `max_length` among them. None: no limit.
        max_waiting: Requests that may wait; `submit` refuses more.

    Raises:
        InvalidArgumentError: A limit is below 1.

    Example:
        >>> from onnxformers import AutoModelForCausalLM
        >>> from onnxformers.models import GenerationQueue
        >>> model = AutoModelForCausalLM.from_pretrained("tests/conformance/models/gpt-neo")
        >>> with GenerationQueue(model) as queue:
        ...     futures = [queue.submit([[332, i]], max_new_tokens=2) for i in range(3)]
        ...     [future.result().shape for future in futures]
        [(1, 4), (1, 4), (1, 4)]
    """

    def __init__(
        self,
        model: PreTrainedModel,
        *,
        max_rows: int = 16,
        max_tokens: int | None = None,
        max_waiting: int = 512,
    ) -> None:
        limits = {"max_rows": max_rows, "max_tokens": max_tokens, "max_waiting": max_waiting}
        for name, limit in limits.items():
            if limit is not None and limit < 1:
                raise InvalidArgumentError(
                    f"[GenerationQueue] {name} must be at least 1, got {limit}"
                )
        self._model = model
        self._limits: dict[str, Any] = limits
        self._lock = threading.Lock()
        self._scheduler: Scheduler | None = None
        self._thread: threading.Thread | None = None
        self._closed = False
        self._lane = Lane(max_waiting)
        _queues.add(self)
        _close_when_dropped(self, partial(self._lane.close, cancel=False))

    def submit(
        self,
        inputs: Any = None,
        generation_config: GenerationConfig | Mapping[str, Any] | None = None,
        **options: Any,
    ) -> GenerationFuture:
        """Ask for a generation.

        Args:
            inputs: As of `model.generate`.
            generation_config: As there.
            **options: All that `model.generate` takes. `timeout_s` and `max_time` count from now.

        Returns:
            The future output. Its errors are those of `model.generate`, but that
            `future.cancel()` ends in `concurrent.futures.CancelledError`.

        Raises:
            InvalidArgumentError, InvalidTypeError, UnsupportedModelError: As of `model.generate`;
                or the request is larger than the limits.
            QueueFullError: As many wait as may.
            ClosedError: The queue or the model was closed.
            ForkError: The queue was made before `os.fork()`.
        """
        if self._model.kind == "decoder-only":
            own = {name: value for name, value in options.items() if name in _CALL}
            keywords = {name: value for name, value in options.items() if name not in _CALL}
            job = prepare(self._model, inputs, generation_config, Call(**own), keywords)
            if not runs_alone(job) and can_join(self._model):
                return self._submit_row(job)
        return self._submit_alone(partial(self._model.generate, inputs, generation_config), options)

    def _submit_row(self, job: Job) -> GenerationFuture:
        scheduler = self._running_scheduler()
        answer = Answer(job)
        answer.begin()
        token = CancelToken()
        future = GenerationFuture(token.cancel)
        call = answer.job.call
        try:
            taken = scheduler.submit(
                partial(_settle, future, answer),
                job.options,
                job.prompt.ids,
                job.prompt.mask,
                timeout_s=call.timeout_s,
                cancels=[token] if call.cancel is None else [token, call.cancel],
                **native_callables(job.config, call),
            )
            if not taken:
                raise too_many(self._limits["max_waiting"])
        except BaseException as error:
            answer.fail(error)
            raise
        return future

    def _submit_alone(
        self, generate: Callable[..., Output], options: Mapping[str, Any]
    ) -> GenerationFuture:
        stop = InterruptableStoppingCriteria()
        future = GenerationFuture(stop.interrupt)
        given = callables("stopping_criteria", options.get("stopping_criteria"))
        limit = options.get("timeout_s")
        end = None if limit is None else time.monotonic() + limit

        def run() -> Output:
            own = {"stopping_criteria": [*given, stop], "timeout_s": _left(end)}
            return generate(**{**options, **own})

        self._lane.submit(lambda: future.settle(run), future)
        return future

    def _running_scheduler(self) -> Scheduler:
        with self._lock:
            if self._closed:
                raise ClosedError("[GenerationQueue] the queue was closed")
            if self._scheduler is None:
                scheduler = Scheduler(decoder_graph(self._model), **self._limits)
                self._thread = threading.Thread(
                    target=scheduler.run, name="onnxformers-batch", daemon=True
                )
                self._thread.start()
                self._scheduler = scheduler
                _close_when_dropped(self, partial(scheduler.close, cancels=False))
            return self._scheduler

    @property
    def load(self) -> tuple[int, int]:
        """How many requests run, and how many wait."""
        running, waiting = self._lane.load
        if self._scheduler is not None:
            rows = self._scheduler.load()
            running, waiting = running + rows[0], waiting + rows[1]
        return running, waiting

    def close(self, *, cancel: bool = False) -> None:
        """Take no further requests, and wait for those there are. May be called again.

        Args:
            cancel: End them now instead.
        """
        with self._lock:
            self._closed = True
        if self._scheduler is not None:
            self._scheduler.close(cancels=cancel)
        self._lane.close(cancel=cancel)
        for thread in (self._thread, self._lane.thread):
            if thread is not None and thread is not threading.current_thread():
                thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close(cancel=error is not None)


def _settle(future: GenerationFuture, answer: Answer, outcome: Outcome) -> None:
    future.settle(lambda: answer.conclude(outcome.result))


def _left(end: float | None) -> float | None:
    """Seconds until then.

    Raises:
        RunTimeoutError: There are none.
    """
    if end is None:
        return None
    left = end - time.monotonic()
    if left <= 0:
        raise RunTimeoutError("[GenerationQueue] timeout_s was over while the request waited")
    return left


def queue_of(model: PreTrainedModel) -> GenerationQueue:
    """The queue of `model.submit`, made for its first request."""
    with _lock:
        if model._queue is None:
            model._queue = GenerationQueue(model)
        return model._queue


def _close_when_dropped(queue: GenerationQueue, close: Callable[[], object]) -> None:
    """End a thread when nobody has the queue any more, and all its requests have ended."""
    weakref.finalize(queue, close).atexit = False


@atexit.register
def _close_all() -> None:
    for queue in list(_queues):
        queue.close(cancel=True)
