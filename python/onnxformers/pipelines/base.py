"""What every pipeline shares: one, many or a stream of inputs; async calls; closing; pickling."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import islice
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from onnxformers.errors import ClosedError, InvalidArgumentError, InvalidTypeError
from onnxformers.options import check_positive, override

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

    from onnxformers._native.runtime import CancelToken
    from onnxformers.models.base import PreTrainedModel

READ_AHEAD = 32
MAX_SEEN = 64
# Sequences that are no list of inputs.
NO_LISTS = (str, bytes, bytearray, memoryview)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOptions:
    """Options that every pipeline takes with a call.

    Attributes:
        batch_size: At most this many inputs go through the model at once; a stream is read ahead
            by as many. None: lists are cut by token budget, streams are read ahead by 32.
        timeout_s: Stop a model run after this many seconds.
        cancel: Stop when this token is cancelled.
    """

    batch_size: int | None = None
    timeout_s: float | None = None
    cancel: CancelToken | None = None

    #: Options that users of other libraries know, and what to do instead.
    replaced: ClassVar[Mapping[str, str]] = {}
    #: Whether a pipeline keeps the options of its last calls, for calls repeat them.
    kept: ClassVar[bool] = True

    def __post_init__(self) -> None:
        check_positive(self.batch_size, "batch_size", "pipeline")

    @classmethod
    def names(cls) -> set[str]:
        """The names of all options."""
        return {field.name for field in fields(cls)}

    def changed(self, changes: Mapping[str, Any], task: str) -> Self:
        """A copy with some options changed.

        Raises:
            InvalidArgumentError: There is no such option, or it has a bad value.
        """
        return override(self, changes, task)


Options = TypeVar("Options", bound=CallOptions)


class Pipeline(ABC, Generic[Options]):
    """Base of all pipelines.

    A pipeline is immutable: one object serves many threads, and options travel with the call.

    Attributes:
        task: The task's name, as asked for.
        model: The model; closed with the pipeline.
        tokenizer: The tokenizer, if the task has one.
        processor: What makes arrays of images or sound, if the task has one.
    """

    options_class: ClassVar[type[Any]] = CallOptions

    def __init__(
        self,
        *,
        task: str,
        model: PreTrainedModel,
        tokenizer: Any = None,
        processor: Any = None,
        **defaults: Any,
    ) -> None:
        self.task = task
        self.model = model
        self.tokenizer = tokenizer
        self.processor = processor
        self.defaults: Options = self.options_class().changed(defaults, task)
        self._given_defaults = defaults
        self._seen: dict[Any, Options] = {}

    def __call__(self, *args: Any, **options: Any) -> Any:
        """Run the pipeline; see the subclass for inputs, options and results."""
        # The first of several inputs may hold them all.
        is_whole = len(args) == 1 and (not options or len(self.input_names) == 1)
        inputs = args[0] if is_whole else self._read(args, options)
        settings = self._settings(options) if options else self.defaults
        if self.is_single(inputs):
            return self.run_single(inputs, settings)
        if isinstance(inputs, Sequence) and not isinstance(inputs, NO_LISTS):
            if not inputs:
                raise InvalidArgumentError(f"[{self.task}] the list of inputs is empty")
            return self.run_many(inputs, settings)
        if isinstance(inputs, Iterator):
            return self._stream(inputs, settings)
        raise InvalidTypeError(
            f"[{self.task}] expected {self.input_name}, a list or a generator of them, "
            f"got {type(inputs).__name__}"
        )

    def _settings(self, options: dict[str, Any]) -> Options:
        """The defaults with a call's options; the last few are kept, as calls repeat."""
        # With the types, for True == 1, and 1 is no value of `normalize`.
        key = (*options.items(), *map(type, options.values()))
        try:
            settings = self._seen.get(key)
        except TypeError:  # a value that cannot be hashed, such as a list of labels
            return self.defaults.changed(options, self.task)
        if settings is None:
            settings = self.defaults.changed(options, self.task)
            if settings.kept and settings.cancel is None:
                if len(self._seen) >= MAX_SEEN:
                    self._seen.clear()
                self._seen[key] = settings
        return settings

    def _read(self, args: tuple[Any, ...], options: dict[str, Any]) -> Any:
        """The inputs of a call as one value; takes what is one of them out of `options`."""
        names = (*self.input_names, *self.positional_options)
        if len(args) > len(names):
            raise InvalidTypeError(
                f"[{self.task}] takes {', '.join(names)} by position, got {len(args)} arguments; "
                "options go by name"
            )
        for name, value in zip(names, args, strict=False):
            if name in options:
                raise InvalidTypeError(f"[{self.task}] {name} was given by position and by name")
            options[name] = value
        inputs = {name: options.pop(name) for name in self.input_names if name in options}
        first = self.input_names[0]
        return inputs[first] if list(inputs) == [first] else self.join_inputs(inputs)

    #: Inputs of a call, by position or by keyword; of several, the first alone may hold them all.
    input_names: ClassVar[tuple[str, ...]] = ("inputs",)
    #: Options that may follow the inputs by position.
    positional_options: ClassVar[tuple[str, ...]] = ()
    #: What one input is, for messages.
    input_name: ClassVar[str] = "an input"

    def join_inputs(self, inputs: dict[str, Any]) -> Any:
        """One value of the inputs of a task that takes several.

        Args:
            inputs: Name to what the caller gave: one, or a list of as many as the other lists.

        Returns:
            An item, which is a dict with a value for each name, or a list of items; what there is
            one of is in each.

        Raises:
            InvalidTypeError: An input is missing.
            InvalidArgumentError: Lists of different length.
        """
        missing = [name for name in self.input_names if inputs.get(name) is None]
        if missing:
            raise InvalidTypeError(f"[{self.task}] {missing[0]} is missing")
        lists = {name: value for name, value in inputs.items() if isinstance(value, (list, tuple))}
        if not lists:
            return inputs
        if len({len(value) for value in lists.values()}) > 1:
            lengths = " and ".join(f"{name} {len(value)}" for name, value in lists.items())
            raise InvalidArgumentError(
                f"[{self.task}] lists must be of equal length, got {lengths}"
            )
        count = len(next(iter(lists.values())))
        return [
            {name: lists[name][i] if name in lists else value for name, value in inputs.items()}
            for i in range(count)
        ]

    @abstractmethod
    def is_single(self, inputs: Any) -> bool:
        """Whether this is one input rather than many."""

    @abstractmethod
    def run_single(self, item: Any, options: Options) -> Any:
        """The result for one input."""

    @abstractmethod
    def run_many(self, items: Sequence[Any], options: Options) -> Any:
        """The result for a list of inputs, in their order."""

    def run_stream(self, items: Sequence[Any], options: Options) -> Iterable[Any]:
        """The results that a stream yields for some of its items; by default those of a list."""
        results: Iterable[Any] = self.run_many(items, options)
        return results

    def _stream(self, inputs: Iterator[Any], options: Options) -> Iterator[Any]:
        size = options.batch_size or READ_AHEAD
        while items := list(islice(inputs, size)):
            yield from self.run_stream(items, options)

    async def acall(self, *args: Any, **options: Any) -> Any:
        """As calling the pipeline, without blocking the event loop.

        Cancelling the awaiting task stops the model run. A stream is not taken: await one call per
        item.

        Raises:
            InvalidTypeError: An input is a generator.

        Example:
            >>> import asyncio
            >>> from onnxformers import pipeline
            >>> pipe = pipeline("feature-extraction", "examples/models/all-MiniLM-L6-v2")
            >>> asyncio.run(pipe.acall("Hello", pooling="mean")).shape
            (1, 384)
        """
        import asyncio

        from onnxformers._native.runtime import CancelToken

        if any(isinstance(value, Iterator) for value in args):
            raise InvalidTypeError(
                f"[{self.task}] acall takes one input or a list, not a generator"
            )
        token = options.pop("cancel", None) or CancelToken()
        try:
            return await asyncio.to_thread(self, *args, cancel=token, **options)
        except asyncio.CancelledError:
            token.cancel()
            raise

    def close(self) -> None:
        """Close the model; calling the pipeline afterwards raises `ClosedError`. Idempotent."""
        self.model.close()

    def __enter__(self) -> Self:
        if self.model.closed:
            raise ClosedError(f"[{self.task}] this pipeline was closed")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __reduce__(self) -> tuple[Any, ...]:
        parts = {"task": self.task, "model": self.model, "tokenizer": self.tokenizer}
        if self.processor is not None:
            parts["processor"] = self.processor
        return _rebuild, (type(self), {**parts, **self._given_defaults})

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.task!r}, {self.model.name_or_path!r})"


def _rebuild(cls: type[Pipeline[Any]], parts: dict[str, Any]) -> Pipeline[Any]:
    return cls(**parts)
