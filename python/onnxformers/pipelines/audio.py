"""What the pipelines over sound share: reading, features, batches of equal shape."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar, overload

import numpy as np

from onnxformers.audio import read_audio
from onnxformers.errors import InvalidArgumentError, SessionError
from onnxformers.pipelines.base import CallOptions, Pipeline

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from onnxformers.models.outputs import ModelOutput

    Waveform = NDArray[np.float32]
    # One sound, as the overloads tell it from a list; code within also hands on other arrays.
    OneRecording = (
        str | os.PathLike[str] | bytes | NDArray[Any] | Mapping[str, Any] | tuple[NDArray[Any], int]
    )
    Recording = OneRecording | Any

Options = TypeVar("Options", bound=CallOptions)
# What a pipeline gives for a sound, for a list, and for each item of a generator.
One = TypeVar("One")
Many = TypeVar("Many")
Each = TypeVar("Each")

#: Sounds that go through the model at once. On a CPU more of them gain nothing.
CPU_ROWS = 1
#: Models that hear samples may fail on shorter sounds: their first layers leave nothing of them.
_SHORT_S = 0.1
DEVICE_ROWS = 16


class AudioPipeline(Pipeline[Options]):
    """Base of the pipelines whose model hears sound."""

    options_class: ClassVar[type[Any]] = CallOptions
    input_name: ClassVar[str] = (
        "a sound (a path, a URL, bytes, an array, a pair of an array and its rate)"
    )

    def __init__(self, *, processor: Any, **rest: Any) -> None:
        if processor is None:
            raise InvalidArgumentError("[pipeline] a pipeline over sound needs a processor")
        super().__init__(processor=processor, **rest)
        is_on_cpu = self.model.device[0] == "CPUExecutionProvider"
        self._default_rows = CPU_ROWS if is_on_cpu else DEVICE_ROWS

    @property
    def feature_extractor(self) -> Any:
        """What makes features of sound: the processor, or the part of it that does."""
        return getattr(self.processor, "feature_extractor", None) or self.processor

    @property
    def sampling_rate(self) -> int:
        """Samples of a second that the model hears."""
        return int(self.feature_extractor.sampling_rate)

    def is_single(self, inputs: Any) -> bool:
        """A path, bytes, an array, an open file, or samples with their rate are one input."""
        return is_audio(inputs)

    def read(self, item: Any) -> Waveform:
        """The samples of one input: mono, at the model's rate."""
        return read_audio(item, self.sampling_rate)

    def extract(self, waveform: Waveform, **options: Any) -> dict[str, NDArray[Any]]:
        """The features of one sound, with a leading axis of 1."""
        extracted: Mapping[str, NDArray[Any]] = self.feature_extractor(
            waveform, sampling_rate=self.sampling_rate, **options
        )
        return dict(extracted)

    def run_single(self, item: Any, options: Options) -> Any:
        """The result for one sound."""
        return self.run_many([item], options)[0]

    def run_many(self, items: Sequence[Any], options: Options) -> list[Any]:
        """The result for each sound, in the order given."""
        results: list[Any] = [None] * len(items)
        rows = options.batch_size or self._default_rows
        for begin in range(0, len(items), rows):
            part = [self.extract(self.read(item)) for item in items[begin : begin + rows]]
            for places, inputs in equal_shapes(part):
                outputs = self.forward(inputs, options)
                made = self.postprocess(outputs, options)
                for place, result in zip(places, made, strict=True):
                    results[begin + place] = result
        return results

    def forward(self, inputs: Mapping[str, Any], options: Options) -> ModelOutput:
        """Run the model on those of the inputs that it takes."""
        known = self.model._forward
        taken = {*getattr(known, "_dtypes", ()), *getattr(known, "_inputs", ())}
        fed = {name: value for name, value in inputs.items() if name in taken}
        try:
            return self.model(**fed, timeout_s=options.timeout_s, cancel=options.cancel)
        except SessionError as error:
            samples = np.shape(fed.get("input_values", ()))[-1:]
            if not samples or samples[0] >= _SHORT_S * self.sampling_rate:
                raise
            raise InvalidArgumentError(
                f"[{self.task}] a sound of {samples[0]} samples is too short for this model"
            ) from error

    def postprocess(self, outputs: ModelOutput, options: Options) -> Iterable[Any]:
        """The result for each row of a batch."""
        raise NotImplementedError


class AudioOnlyPipeline(AudioPipeline[Options], Generic[Options, One, Many, Each]):
    """Base of the pipelines that take a sound or several, with the types of their calls."""

    if TYPE_CHECKING:

        @overload
        def __call__(
            self, inputs: list[Recording] | list[str] | list[NDArray[Any]], **options: Any
        ) -> Many: ...
        @overload
        def __call__(self, inputs: Iterator[Recording], **options: Any) -> Iterator[Each]: ...
        @overload
        def __call__(self, inputs: OneRecording, **options: Any) -> One: ...
        def __call__(self, inputs: Any, **options: Any) -> Any:
            """See `Pipeline`."""

        @overload
        async def acall(
            self, inputs: list[Recording] | list[str] | list[NDArray[Any]], **options: Any
        ) -> Many: ...
        @overload
        async def acall(self, inputs: OneRecording, **options: Any) -> One: ...
        async def acall(self, inputs: Any, **options: Any) -> Any:
            """See `Pipeline`."""


def is_audio(value: Any) -> bool:
    """Whether this is one sound: a path, a URL, bytes, samples, or an open file."""
    if isinstance(value, (str, os.PathLike, bytes, bytearray, memoryview, np.ndarray, Mapping)):
        return True
    if isinstance(value, tuple) and len(value) == 2:
        return isinstance(value[0], np.ndarray) and isinstance(value[1], (int, float, np.number))
    return hasattr(value, "read")


def equal_shapes(
    parts: Sequence[Mapping[str, NDArray[Any]]],
) -> Iterator[tuple[list[int], dict[str, NDArray[Any]]]]:
    """Inputs of equal shape as one batch each: others would have to be padded, which shows.

    Yields:
        Which of the parts, and their arrays with a row for each.
    """
    groups: dict[Any, list[int]] = {}
    for place, inputs in enumerate(parts):
        shapes = tuple((name, np.shape(value)[1:]) for name, value in inputs.items())
        groups.setdefault(shapes, []).append(place)
    for places in groups.values():
        names = parts[places[0]]
        yield places, {name: np.concatenate([parts[p][name] for p in places]) for name in names}
