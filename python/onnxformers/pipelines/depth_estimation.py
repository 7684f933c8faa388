"""Depth estimation: how far away everything in an image is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from onnxformers import ops
from onnxformers.errors import FileFormatError
from onnxformers.pipelines.base import CallOptions
from onnxformers.pipelines.image import Batch, ImageOnlyPipeline

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from onnxformers.pipelines.image_results import Depth


class DepthEstimationPipeline(ImageOnlyPipeline[CallOptions, "Depth", "list[Depth]", "Depth"]):
    """Estimates depth with a model such as DPT, GLPN or Depth Anything.

    Call it with an image (a path, a URL, bytes, a PIL image, an array), a list or a generator of
    them.

    Returns:
        For an image: a `Depth`, of the size of the image. For a list: a list of them. For a
        generator: a generator of them.

    Raises:
        InvalidArgumentError: An empty list, an unknown option.
        InvalidTypeError: Something that is no image.
        FileFormatError: The model gives no depth.

    Example:
        >>> from onnxformers import pipeline
        >>> estimate = pipeline("depth-estimation")  # doctest: +SKIP
        >>> estimate("street.jpg")["depth"].save("depth.png")  # doctest: +SKIP

    Source: spec/transformers.js/pipelines.md, DepthEstimationPipeline.
    """

    def postprocess(self, batch: Batch, options: CallOptions) -> Iterator[Depth]:
        """The depth of each image."""
        from PIL import Image

        found = batch.outputs.get("predicted_depth")
        if found is None or found.ndim not in (3, 4):
            raise FileFormatError(
                f"[{self.task}] the model must give predicted_depth of shape (rows, height, "
                f"width), got {', '.join(f'{k} {v.shape}' for k, v in batch.outputs.items())}"
            )
        planes = found.reshape(len(found), *found.shape[-2:]).astype(np.float32, copy=False)
        for plane, size in zip(planes, batch.sizes, strict=True):
            depth = ops.interpolate(plane, size)
            yield {"predicted_depth": depth, "depth": Image.fromarray(grey_levels(depth))}


def grey_levels(values: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Values from the least to the greatest as 0 to 255; all 0 where they are equal.

    Args:
        values: Of any shape.

    Returns:
        uint8, of the same shape; fractions are cut off.
    """
    least, greatest = values.min(), values.max()
    if not greatest > least:
        return np.zeros(values.shape, np.uint8)
    shares: Any = (values - least) / (greatest - least)
    levels: NDArray[np.uint8] = (shares * np.float32(255)).astype(np.uint8)
    return levels
