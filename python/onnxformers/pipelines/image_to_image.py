"""Image to image: models that make a larger or better image of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from onnxformers.errors import FileFormatError
from onnxformers.pipelines.base import CallOptions
from onnxformers.pipelines.image import Batch, ImageOnlyPipeline

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL.Image import Image


class ImageToImagePipeline(ImageOnlyPipeline[CallOptions, "Image", "list[Image]", "Image"]):
    """Transforms images, for example to a higher resolution with Swin2SR.

    Call it with an image (a path, a URL, bytes, a PIL image, an array), a list or a generator of
    them.

    Returns:
        For an image: a PIL image of mode RGB, what the processor padded included. For a list: a
        list of them. For a generator: a generator of them.

    Raises:
        InvalidArgumentError: An empty list, an unknown option.
        InvalidTypeError: Something that is no image.
        FileFormatError: The model gives no image.

    Example:
        >>> from onnxformers import pipeline
        >>> enlarge = pipeline("image-to-image")  # doctest: +SKIP
        >>> enlarge("small.jpg").save("large.png")  # doctest: +SKIP

    Source: spec/transformers.js/pipelines.md and transformers 4.46.3, ImageToImagePipeline.
    """

    def postprocess(self, batch: Batch, options: CallOptions) -> Iterator[Image]:
        """The new image of each image."""
        from PIL import Image

        found = batch.outputs.get("reconstruction")
        if found is None or found.ndim != 4 or found.shape[1] not in (1, 3):
            raise FileFormatError(
                f"[{self.task}] the model must give a reconstruction of shape (rows, 3, height, "
                f"width), got {', '.join(f'{k} {v.shape}' for k, v in batch.outputs.items())}"
            )
        for planes in found.astype(np.float32, copy=False):
            levels = np.rint(planes.clip(0, 1) * np.float32(255)).astype(np.uint8)
            pixels = np.ascontiguousarray(levels.transpose(1, 2, 0))
            yield Image.fromarray(pixels if pixels.shape[2] == 3 else pixels[:, :, 0])
