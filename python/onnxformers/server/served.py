"""A model that is served: its pipelines, its batches, its turns at writing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from onnxformers.errors import InvalidArgumentError
from onnxformers.pipelines import pipeline
from onnxformers.pipelines.factory import find_task
from onnxformers.pipelines.hosted import tasks
from onnxformers.pipelines.hosted.rows import ROWS
from onnxformers.server.batching import Batcher, BatchReport
from onnxformers.server.joining import joining
from onnxformers.server.problems import Problem, too_busy

if TYPE_CHECKING:
    from onnxformers._native.runtime import CancelToken
    from onnxformers.pipelines.base import Pipeline
    from onnxformers.server.settings import Limits, ModelSettings

#: Tasks that the model of another one can do as well.
_ALSO = {
    "feature-extraction": ("sentence-similarity",),
    "sentence-similarity": ("feature-extraction",),
    "text-generation": ("conversational",),
}
#: Tasks whose time follows from their tokens; a few of them may run on the event loop itself.
_STEADY = frozenset(
    ("feature-extraction", "fill-mask", "text-classification", "token-classification")
)
#: Characters that are counted without leaving the event loop.
_QUICK_CHARACTERS = 20_000


class Served:
    """One model, under one name.

    Attributes:
        name: What clients call it.
        task: What it does when a request does not say.
        pipelines: One for each task that it can do.
    """

    def __init__(
        self,
        settings: ModelSettings,
        limits: Limits,
        report: Callable[[BatchReport], None] | None = None,
    ) -> None:
        self.task = find_task(settings.task).name
        tasks.find_row(self.task)
        pipe = pipeline(self.task, settings.model, **settings.options)
        if self.task == "text-generation":
            pipe = joining(pipe, limits)
        self.name = settings.name or _name_of(settings.model or find_task(self.task).default_model)
        self.pipelines: dict[str, Pipeline[Any]] = {self.task: pipe}
        for task in _ALSO.get(self.task, ()):
            same: Any = pipe
            if task in ROWS:
                same = pipeline(task, pipe.model, tokenizer=pipe.tokenizer)
            self.pipelines[task] = same
        self.limits = limits
        self.turns = asyncio.Semaphore(limits.generations)
        self.writing = 0
        budget = min(limits.batch_tokens, getattr(pipe, "token_budget", limits.batch_tokens))
        self.batcher = Batcher(
            self._run,
            token_budget=budget,
            max_wait_s=limits.wait_s,
            report=report,
            name=f"onnxformers-{self.name}",
        )

    def pipeline_of(self, task: str | None) -> tuple[str, Any]:
        """The task's name and its pipeline.

        Raises:
            Problem: The model does something else.
        """
        if task is None:
            return self.task, self.pipelines[self.task]
        if task in self.pipelines:
            return task, self.pipelines[task]
        name = find_task(task).name
        if name not in self.pipelines:
            can = ", ".join(self.pipelines)
            raise Problem(404, f"model {self.name} does not do {task}; it does {can}")
        return name, self.pipelines[name]

    async def results(
        self, task: str, items: list[Any], options: Mapping[str, Any]
    ) -> tuple[list[Any], int]:
        """A result for each input, and the tokens of all inputs; joined with those of others.

        Raises:
            Problem: There is too much of it, or of what waits already.
        """
        check_count(items, self.limits)
        self._admit()
        is_text = ROWS[task].reads_text
        counts = await self.count(task, items) if is_text else [1] * len(items)
        total = sum(counts)
        if total > self.limits.tokens:
            raise Problem(413, f"the inputs have {total} tokens; {self.limits.tokens} are allowed")
        is_short = task in _STEADY and self.batcher.is_short(total)
        job = self.batcher.submit(items, counts, (task, frozen(options)), begin=not is_short)
        try:
            if is_short:
                await asyncio.sleep(0)  # who asks in the same round of the event loop is joined
                self.batcher.run_short()
            if job.future.done():
                return job.future.result(), total
            return await asyncio.wrap_future(job.future), total
        except asyncio.CancelledError:
            job.leave()
            raise

    def _admit(self) -> None:
        """Refuse what would wait too long, before it costs anything."""
        wait_s = self.batcher.wait_s()
        if wait_s > self.limits.wait_s:
            raise too_busy("the server is busy; try again later", wait_s)

    async def count(self, task: str, items: list[Any], *, is_cut: bool = True) -> list[int]:
        """Tokens of each input; where inputs are cut, as many as the model will read."""
        texts = [texts_of(item) for item in items]
        if sum(len(text) for group in texts for text in group) > _QUICK_CHARACTERS:
            return await asyncio.to_thread(self._count, task, texts, is_cut)
        return self._count(task, texts, is_cut)

    def _count(self, task: str, texts: list[list[str]], is_cut: bool) -> list[int]:
        pipe: Any = self.pipelines[task]
        if pipe.tokenizer is None:
            return [sum(map(len, group)) for group in texts]
        lengths = pipe.tokenizer.encode_ragged([t for group in texts for t in group]).lengths
        limit = getattr(pipe, "model_limit", None) if is_cut else None
        counts = lengths.tolist()
        if limit is not None:
            counts = [min(count, limit) for count in counts]
        found, begin = [], 0
        for group in texts:
            found.append(sum(counts[begin : begin + len(group)]))
            begin += len(group)
        return found

    def _run(self, items: list[Any], key: Any, cancel: CancelToken) -> Sequence[Any]:
        task, options = key
        call = {**thawed(options), "cancel": cancel, "timeout_s": self.limits.time_s}
        return tasks.run(self.pipelines[task], items, call)

    def close(self) -> None:
        """Finish what was asked, then let the model go."""
        self.batcher.close()
        self.pipelines[self.task].close()


def check_count(items: Sequence[Any], limits: Limits) -> None:
    """Refuse more inputs than one request may have.

    Raises:
        Problem: There are more.
    """
    if len(items) > limits.inputs:
        raise Problem(
            422, f"a request may have {limits.inputs} inputs, got {len(items)}; send several"
        )


def texts_of(item: Any) -> list[str]:
    """Every text in an input.

    Raises:
        InvalidArgumentError: There is none.
    """
    found = list(_texts(item))
    if not found:
        raise InvalidArgumentError("[serve] an input holds no text")
    return found


def _texts(item: Any) -> Any:
    if isinstance(item, str):
        yield item
    elif isinstance(item, Mapping):
        for value in item.values():
            yield from _texts(value)
    elif isinstance(item, list):
        for value in item:
            yield from _texts(value)


def frozen(options: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    """Options as something that can be compared: lists of them become tuples."""
    return tuple(
        (name, tuple(value) if isinstance(value, list) else value)
        for name, value in sorted(options.items())
    )


def thawed(options: tuple[tuple[str, Any], ...]) -> dict[str, Any]:
    """The options again."""
    return dict(options)


def _name_of(model: str) -> str:
    """Of a folder the last part of its path."""
    return Path(model).resolve().name if Path(model).is_dir() else model
