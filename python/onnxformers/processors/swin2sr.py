"""Swin2SR's pictures: mirrored below and at the right up to whole windows.

Source: spec/transformers.js/processors.md, pad_image; Transformers.js, Swin2SRImageProcessor, which
adds no window where the sides are whole ones already, as transformers does.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from onnxformers.processors.image import ImageProcessor
from onnxformers.processors.views import pixels_of, whole

if TYPE_CHECKING:
    from onnxformers.processors.image import Settings
    from onnxformers.processors.views import Pixels, View


class MirroredWindows(ImageProcessor):
    """Pads to multiples of `pad_size`."""

    def to_arrays(self, views: Sequence[View], settings: Settings) -> dict[str, Any]:
        """The arrays that a model takes, by name."""
        if settings["do_pad"]:
            window = settings["pad_size"]
            views = [whole(_mirrored(pixels_of(view.picture), window)) for view in views]
        return super().to_arrays(views, {**settings, "do_pad": False})


def _mirrored(picture: Pixels, window: int) -> Pixels:
    height, width = picture.shape[:2]
    # numpy mirrors again and again where a picture is smaller than what is added.
    return np.pad(picture, ((0, -height % window), (0, -width % window), (0, 0)), "symmetric")
