"""Pictures of detectors: sizes that keep the shape, and a mask of what is picture.

Source: transformers 4.46.3, models/detr, yolos, rt_detr and maskformer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from onnxformers.processors.frames import Frame, pixel_mask
from onnxformers.processors.image import ImageProcessor
from onnxformers.processors.image_sizes import (
    capped_size,
    edges_size,
    multiples_up,
    output_size,
    shortest_edge_size,
)

if TYPE_CHECKING:
    from onnxformers.processors.image import Settings
    from onnxformers.processors.image_sizes import Size
    from onnxformers.processors.views import View

#: Sides of YOLOS's pictures are multiples of this.
_YOLOS_PATCH = 16


class PaddedBatch(ImageProcessor):
    """Pads pictures below and at the right to the largest of the call, or to `pad_size`."""

    def frames(self, views: Sequence[View], settings: Settings) -> list[Frame]:
        """One size for all pictures."""
        if not settings["do_pad"]:
            return super().frames(views, settings)
        largest = (max(view.window[0] for view in views), max(view.window[1] for view in views))
        pad_size = settings.get("pad_size")
        size = largest if pad_size is None else (pad_size["height"], pad_size["width"])
        return [Frame(size) for _ in views]


class MaskedBatch(PaddedBatch):
    """Likewise, with `pixel_mask`: int64 (pictures, height, width), 1 where there is picture."""

    def to_arrays(self, views: Sequence[View], settings: Settings) -> dict[str, Any]:
        """`pixel_values`, and `pixel_mask` where pictures are padded."""
        arrays = super().to_arrays(views, settings)
        if settings["do_pad"]:
            arrays["pixel_mask"] = pixel_mask(views, arrays["pixel_values"].shape[2:])
        return arrays


class YolosSizes(PaddedBatch):
    """Sides in multiples of 16, rounded down."""

    def resized_size(self, picture: Size, settings: Settings) -> Size | None:
        """Height and width that a picture is resized to; None when it is not."""
        size = settings["size"]
        if not settings["do_resize"] or "shortest_edge" not in size:
            return super().resized_size(picture, settings)
        longest = size.get("longest_edge", float("inf"))
        height, width = edges_size(picture, size["shortest_edge"], longest, keeps_tall=False)
        return height - height % _YOLOS_PATCH, width - width % _YOLOS_PATCH


class MaskFormerSizes(MaskedBatch):
    """Sides in multiples of `size_divisor`, rounded up."""

    def resized_size(self, picture: Size, settings: Settings) -> Size | None:
        """Height and width that a picture is resized to; None when it is not."""
        if not settings["do_resize"]:
            return None
        size, place = settings["size"], type(self).__name__
        if "shortest_edge" in size and "longest_edge" in size:
            found = capped_size(picture, size["shortest_edge"], size["longest_edge"], place)
        elif "shortest_edge" in size:
            found = shortest_edge_size(picture, size["shortest_edge"])
        else:
            found = output_size(picture, size, place)
        divisor = settings.get("size_divisor")
        return multiples_up(found, divisor) if divisor else found
