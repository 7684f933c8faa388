"""ConvNeXt's pictures: a centre of `crop_pct`, or the whole picture where it is large.

Source: transformers 4.46.3, models/convnext/image_processing_convnext.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onnxformers.processors.image import ImageProcessor
from onnxformers.processors.image_sizes import shortest_edge_size

if TYPE_CHECKING:
    from onnxformers.processors.image import Settings
    from onnxformers.processors.image_sizes import Size

#: From this side on pictures are squeezed into a square, not cropped.
_NO_CROP = 384


class ConvNextCrop(ImageProcessor):
    """Resizes to `shortest_edge` / `crop_pct` and cuts out the centre."""

    def resized_size(self, picture: Size, settings: Settings) -> Size | None:
        """A little larger than what is cut out; a square from 384 on."""
        edge = settings["size"].get("shortest_edge")
        if edge is None or not settings["do_resize"]:
            return super().resized_size(picture, settings)
        if edge >= _NO_CROP:
            return edge, edge
        return shortest_edge_size(picture, int(edge / settings["crop_pct"]))

    def window(self, settings: Settings) -> Size | None:
        """A square of `shortest_edge`."""
        edge = settings["size"].get("shortest_edge")
        if edge is None or edge >= _NO_CROP or not settings["do_resize"]:
            return None
        return edge, edge
