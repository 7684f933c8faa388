"""Background removal: the foreground of an image by itself."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from onnxformers.errors import InvalidArgumentError
from onnxformers.pipelines.image import Batch
from onnxformers.pipelines.image_segmentation import ImageSegmentationOptions, SegmentingPipeline

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from PIL.Image import Image

    from onnxformers.pipelines.image_results import Segment


class BackgroundRemovalPipeline(SegmentingPipeline["Image", "list[Image]", "Image"]):
    """Cuts the foreground out of images with a model such as MODNet, ISNet or BiRefNet.

    With a model that names segments it is all of them but "background". As
    `ImageSegmentationPipeline`, with masks of the size of the image, but:

    Returns:
        For an image: a PIL image of mode RGBA that is transparent where the background was. For a
        list: a list of them. For a generator: a generator of them.

    Example:
        >>> from onnxformers import pipeline
        >>> cut_out = pipeline("background-removal")  # doctest: +SKIP
        >>> cut_out("portrait.jpg").save("portrait.png")  # doctest: +SKIP

    Source: Transformers.js 3.2, BackgroundRemovalPipeline.
    """

    def postprocess(self, batch: Batch, options: ImageSegmentationOptions) -> Iterator[Image]:
        """Each image without its background."""
        if options.target_sizes is not None:
            raise InvalidArgumentError(
                f"[{self.task}] target_sizes are of image-segmentation; resize what comes back"
            )
        for image, segments in zip(batch.images, self.segments(batch, options), strict=True):
            cut = image.convert("RGBA")
            cut.putalpha(_foreground(segments, image.size))
            yield cut


def _foreground(segments: Sequence[Segment], size: tuple[int, int]) -> Image:
    """Where any segment is but the background."""
    from PIL import Image as pillow
    from PIL import ImageChops

    masks = [part["mask"] for part in segments if part["label"] != "background"]
    return functools.reduce(ImageChops.lighter, masks, pillow.new("L", size))
