"""What the pipelines over images share: loading, batches of equal shape, inputs of the model."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from typing import TYPE_CHECKING, Any, BinaryIO, ClassVar, Generic, NamedTuple, TypeVar, overload

import numpy as np

from onnxformers.errors import InvalidArgumentError
from onnxformers.image import load_image
from onnxformers.pipelines.base import CallOptions, Pipeline

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray
    from PIL.Image import Image

    from onnxformers.models.outputs import ModelOutput

    # What is one image; a list may hold them in any mixture.
    OneSource = str | os.PathLike[str] | bytes | BinaryIO | Image | NDArray[Any]
    Source = OneSource | Any

Options = TypeVar("Options", bound=CallOptions)
# What a pipeline gives for an image, for a list, and for each item of a generator.
One = TypeVar("One")
Many = TypeVar("Many")
Each = TypeVar("Each")

#: Images that go through the model at once. On a CPU more of them gain nothing.
CPU_ROWS = 1
DEVICE_ROWS = 16
_PIXELS = "pixel_values"


class Batch(NamedTuple):
    """What the model gave for some of the images.

    Attributes:
        rows: Which images of the call these are.
        images: The images, RGB.
        inputs: What the processor made of them.
        outputs: What the model returned.
    """

    rows: Sequence[int]
    images: Sequence[Image]
    inputs: Mapping[str, Any]
    outputs: ModelOutput

    @property
    def sizes(self) -> list[tuple[int, int]]:
        """(height, width) of each image."""
        return [(image.height, image.width) for image in self.images]


class ImagePipeline(Pipeline[Options]):
    """Base of the pipelines whose model reads images."""

    options_class: ClassVar[type[Any]] = CallOptions
    input_names: ClassVar[tuple[str, ...]] = ("images",)
    input_name: ClassVar[str] = "an image (a path, a URL, bytes, a PIL image, an array)"

    def __init__(self, *, processor: Any, **rest: Any) -> None:
        if processor is None:
            raise InvalidArgumentError("[pipeline] a pipeline over images needs a processor")
        super().__init__(processor=processor, **rest)
        is_on_cpu = self.model.device[0] == "CPUExecutionProvider"
        self._default_rows = CPU_ROWS if is_on_cpu else DEVICE_ROWS
        names = [node.name for node in self.model.session.inputs]
        # Models for cutting out backgrounds call their only input as they like.
        self._names = {_PIXELS: names[0]} if len(names) == 1 else {name: name for name in names}

    @property
    def image_processor(self) -> Any:
        """What makes arrays of images: the processor, or the part of it that does."""
        return getattr(self.processor, "image_processor", self.processor)

    def is_single(self, inputs: Any) -> bool:
        """A path, bytes, an array, an open file or a PIL image is one input."""
        return is_image(inputs)

    def run_single(self, item: Any, options: Options) -> Any:
        """The result for one image."""
        return self.run_many([item], options)[0]

    def run_many(self, items: Sequence[Any], options: Options) -> Any:
        """The result for each image, in the order given."""
        return list(self.run_stream(items, options))

    def run_stream(self, items: Sequence[Any], options: Options) -> Iterable[Any]:
        """The result for each image, in the order given, as soon as it is there."""
        size = options.batch_size or self._default_rows
        parts = [items[start : start + size] for start in range(0, len(items), size)]
        if len(parts) == 1:
            return self.run_part(parts[0], options)
        return chain.from_iterable(self._run_ahead(parts, options))

    def _run_ahead(self, parts: Sequence[Sequence[Any]], options: Options) -> Iterator[list[Any]]:
        """The results for each part; a thread decodes the next one while the model runs."""
        with ThreadPoolExecutor(1, "onnxformers-decode") as reader:
            waiting = reader.submit(self.load_part, parts[0])
            for later in parts[1:]:
                loaded, waiting = waiting.result(), reader.submit(self.load_part, later)
                yield self.run_part(loaded, options)
            yield self.run_part(waiting.result(), options)

    def load_part(self, items: Sequence[Any]) -> list[Any]:
        """What `run_part` takes, with the images in memory."""
        return [self.load(item) for item in items]

    def run_part(self, items: Sequence[Any], options: Options) -> list[Any]:
        """The results for so many images as are in memory at once."""
        images = [self.load(item) for item in items]
        results: list[Any] = [None] * len(items)
        for rows, inputs in self.preprocess(images):
            outputs = self.forward(inputs, options)
            batch = Batch(rows, [images[row] for row in rows], inputs, outputs)
            for row, result in zip(rows, self.postprocess(batch, options), strict=True):
                results[row] = result
        return results

    def load(self, item: Any) -> Image:
        """One image, as RGB."""
        return load_image(item)

    def preprocess(self, images: Sequence[Image]) -> Iterator[tuple[list[int], dict[str, Any]]]:
        """What the processor makes of images, those of equal shape together.

        Only images of one size are handed to it at once: it would pad others, which changes what
        the model sees.

        Yields:
            Which images, and arrays with a row for each.
        """
        if len(images) == 1:
            yield [0], dict(self.image_processor(images))
            return
        by_size: dict[tuple[int, int], list[int]] = {}
        for row, image in enumerate(images):
            by_size.setdefault(image.size, []).append(row)
        made = [(rows, dict(self.image_processor([images[row] for row in rows])))
                for rows in by_size.values()]  # fmt: skip
        by_shape: dict[Any, list[int]] = {}
        for index, (_, inputs) in enumerate(made):
            shapes = ((name, np.shape(value)[1:]) for name, value in inputs.items())
            by_shape.setdefault(tuple(shapes), []).append(index)
        for indices in by_shape.values():
            rows = [row for index in indices for row in made[index][0]]
            yield rows, _joined([made[index][1] for index in indices])

    def model_inputs(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """Those of the processor's arrays that the model takes, by its names."""
        return {self._names[name]: value for name, value in inputs.items() if name in self._names}

    def forward(self, inputs: Mapping[str, Any], options: Options) -> ModelOutput:
        """Run the model."""
        return self.model(
            **self.model_inputs(inputs), timeout_s=options.timeout_s, cancel=options.cancel
        )

    def postprocess(self, batch: Batch, options: Options) -> Iterable[Any]:
        """The result for each image of a batch."""
        raise NotImplementedError


class ImageOnlyPipeline(ImagePipeline[Options], Generic[Options, One, Many, Each]):
    """Base of the pipelines that take an image or several, with the types of their calls."""

    if TYPE_CHECKING:

        @overload
        def __call__(self, images: list[Source] | tuple[Source, ...], **options: Any) -> Many: ...
        @overload
        def __call__(self, images: OneSource, **options: Any) -> One: ...
        @overload
        def __call__(self, images: Iterator[Source], **options: Any) -> Iterator[Each]: ...
        def __call__(self, images: Any, **options: Any) -> Any:
            """See `Pipeline`."""

        @overload
        async def acall(
            self, images: list[Source] | tuple[Source, ...], **options: Any
        ) -> Many: ...
        @overload
        async def acall(self, images: OneSource, **options: Any) -> One: ...
        async def acall(self, images: Any, **options: Any) -> Any:
            """See `Pipeline`."""


def is_image(value: Any) -> bool:
    """Whether this is one image: a path, a URL, bytes, an array, an open file or a PIL image."""
    if isinstance(value, (str, os.PathLike, bytes, bytearray, memoryview, np.ndarray)):
        return True
    pillow = sys.modules.get("PIL.Image")  # whoever has an image of it has imported it
    return (pillow is not None and isinstance(value, pillow.Image)) or hasattr(value, "read")


def _joined(parts: list[dict[str, Any]]) -> dict[str, Any]:
    """The rows of several, one after the other."""
    if len(parts) == 1:
        return parts[0]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
