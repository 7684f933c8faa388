"""EfficientNet's pixels: from -1 to 1 where asked, and divided by the deviation a second time.

Source: transformers 4.46.3, models/efficientnet/image_processing_efficientnet.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from onnxformers.processors.frames import level_table, normalized
from onnxformers.processors.image import ImageProcessor

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from onnxformers.processors.image import Settings


class EfficientNetLevels(ImageProcessor):
    """`rescale_offset` takes 1 off after rescaling; `include_top` divides once more."""

    def levels(self, settings: Settings, channels: int) -> NDArray[np.float32]:
        """What becomes of each byte, shape (channels, 256)."""
        place = type(self).__name__
        table = level_table(place, {**settings, "do_normalize": False}, channels)
        if settings["do_rescale"] and settings["rescale_offset"]:
            table = table - np.float32(1)
        if settings["do_normalize"]:
            table = normalized(place, table, settings)
        if settings["include_top"]:
            table = normalized(place, table, {**settings, "image_mean": (0.0,)})
        return table
