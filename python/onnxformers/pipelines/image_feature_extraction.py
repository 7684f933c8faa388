"""Image feature extraction: embeddings of images."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from onnxformers.errors import FileFormatError, InvalidArgumentError
from onnxformers.options import check_flag
from onnxformers.pipelines.base import CallOptions
from onnxformers.pipelines.image import Batch, ImageOnlyPipeline

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

_TASK = "image-feature-extraction"
#: What a model may give, the first of them that it does.
_STATES = ("last_hidden_state", "logits", "image_embeds")
_POOLED = ("pooler_output",)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageFeatureExtractionOptions(CallOptions):
    """Options of an image-feature-extraction call.

    Attributes:
        pool: Give what the model's pooler makes of an image rather than a vector for each patch.
    """

    pool: bool = False

    def __post_init__(self) -> None:
        CallOptions.__post_init__(self)
        check_flag(self.pool, "pool", _TASK)


class ImageFeatureExtractionPipeline(
    ImageOnlyPipeline[
        ImageFeatureExtractionOptions,
        "NDArray[np.float32]",
        "NDArray[np.float32]",
        "NDArray[np.float32]",
    ]
):
    """Embeds images with the base model, or with the vision tower of a model of text and images.

    Call it with an image (a path, a URL, bytes, a PIL image, an array), a list or a generator of
    them, and with the fields of `ImageFeatureExtractionOptions`.

    Returns:
        float32 of shape (images, ...): the output `last_hidden_state`, else `logits`, else
        `image_embeds`; with `pool` `pooler_output`. One image counts as a list of one. For a
        generator: a generator of arrays without the first axis.

    Raises:
        InvalidArgumentError: An empty list, an unknown option, images of which the model gives
            arrays of several shapes.
        InvalidTypeError: Something that is no image.
        FileFormatError: The model gives no such output.

    Example:
        >>> from onnxformers import pipeline
        >>> embed = pipeline("image-feature-extraction")  # doctest: +SKIP
        >>> embed("cat.jpg").shape  # doctest: +SKIP
        (1, 197, 768)

    Source: spec/transformers.js/pipelines.md, ImageFeatureExtractionPipeline.
    """

    options_class: ClassVar[type[Any]] = ImageFeatureExtractionOptions

    def run_single(self, item: Any, options: ImageFeatureExtractionOptions) -> NDArray[np.float32]:
        """The features of one image, with a first axis of 1."""
        return self.run_many([item], options)

    def run_many(
        self, items: Sequence[Any], options: ImageFeatureExtractionOptions
    ) -> NDArray[np.float32]:
        """The features of images in their order."""
        found = list(self.run_stream(items, options))
        if len({features.shape for features in found}) > 1:
            raise InvalidArgumentError(
                f"[{self.task}] the model gives arrays of several shapes for these images: "
                f"{', '.join(str(features.shape) for features in found)}; give them one by one, or "
                "as a generator"
            )
        return np.stack(found)

    def postprocess(
        self, batch: Batch, options: ImageFeatureExtractionOptions
    ) -> Iterable[NDArray[np.float32]]:
        """The features of each image."""
        names = _POOLED if options.pool else _STATES
        given = (batch.outputs[name] for name in names if name in batch.outputs)
        found: NDArray[np.float32] | None = next(given, None)
        if found is None:
            hint = "; leave out pool, as it has no pooler" if options.pool else ""
            raise FileFormatError(
                f"[{self.task}] the model must give {' or '.join(names)}, got "
                f"{', '.join(batch.outputs)}{hint}"
            )
        return iter(found.astype(np.float32, copy=False))
