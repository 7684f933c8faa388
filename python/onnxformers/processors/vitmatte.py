"""ViTMatte's pictures: with a map of what is known to be in front and behind as fourth channel.

Source: transformers 4.46.3, models/vitmatte/image_processing_vitmatte.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from onnxformers.errors import InvalidArgumentError
from onnxformers.processors.batch_feature import BatchFeature
from onnxformers.processors.frames import level_table
from onnxformers.processors.image import ImageProcessor
from onnxformers.processors.views import pixels_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from onnxformers.processors.image import Settings


class TrimapPictures(ImageProcessor):
    """Takes pictures and trimaps."""

    call_options = frozenset({"trimaps"})

    def __call__(self, images: Any, trimaps: Any = None, **options: Any) -> BatchFeature:
        """The arrays of pictures with their trimaps.

        Args:
            images: a picture or a list of them.
            trimaps: one for each: white in front, black behind, grey where it is not known.
            **options: settings for this call.

        Returns:
            `pixel_values`, float32 of shape (pictures, 4, height, width); `original_sizes` and
            `reshaped_input_sizes`.

        Raises:
            InvalidArgumentError: as many trimaps as there are no pictures, or one of another size
                than its picture; otherwise as of `ImageProcessor`.
            InvalidTypeError, FileFormatError: as of `ImageProcessor`.

        Example:
            >>> processor("cat.png", "trimap.png").pixel_values.shape
            (1, 4, 960, 640)
        """
        if trimaps is None:
            raise InvalidArgumentError(
                f"[{type(self).__name__}] expected trimaps beside the pictures: "
                "processor(image, trimap)"
            )
        pictures, maps = self.as_list(images), self.as_list(trimaps)
        if len(pictures) != len(maps):
            raise InvalidArgumentError(
                f"[{type(self).__name__}] expected a trimap for each of {len(pictures)} pictures, "
                f"got {len(maps)}"
            )
        pairs = list(zip(pictures, maps, strict=True))
        return super().__call__(pairs, **options)

    def read(self, image: Any, settings: Settings) -> NDArray[np.uint8]:
        """A picture and its trimap as uint8 of shape (height, width, 4)."""
        from onnxformers.image import load_image

        picture, trimap = image
        pixels, known = (
            pixels_of(super().read(picture, settings)),
            np.asarray(load_image(trimap, mode="L")),
        )
        if pixels.shape[:2] != known.shape:
            raise InvalidArgumentError(
                f"[{type(self).__name__}] a picture of height and width {pixels.shape[:2]} has a "
                f"trimap of {known.shape}; they must be equal"
            )
        return np.dstack([pixels, known])

    def levels(self, settings: Settings, channels: int) -> NDArray[np.float32]:
        """What becomes of each byte; the trimap is rescaled only."""
        place = type(self).__name__
        bare = level_table(place, {**settings, "do_normalize": False}, 1)
        return np.concatenate([level_table(place, settings, channels - 1), bare])
