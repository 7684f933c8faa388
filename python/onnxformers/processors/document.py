"""Pages for Donut and Nougat: margins cut off, turned, shrunk and centred.

Source: transformers 4.46.3, models/donut and nougat.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from onnxformers.processors.frames import Frame
from onnxformers.processors.image import ImageProcessor
from onnxformers.processors.image_sizes import shortest_edge_size

if TYPE_CHECKING:
    from onnxformers.processors.image import Pixels, Settings
    from onnxformers.processors.image_sizes import Size


class PageShape(ImageProcessor):
    """The steps `do_crop_margin`, `do_align_long_axis`, `do_thumbnail`, and padding around."""

    def shape(self, picture: Pixels, settings: Settings) -> Pixels:
        """The page without its margin, upright, and no larger than `size`."""
        from onnxformers.image import crop_margin, thumbnail

        size = settings["size"]
        target = (size["height"], size["width"])
        if settings.get("do_crop_margin"):
            picture = crop_margin(picture)
        if settings["do_align_long_axis"] and _lies_across(picture, target):
            picture = np.ascontiguousarray(np.rot90(picture, 3))
        picture = super().shape(picture, settings)
        return thumbnail(picture, target) if settings["do_thumbnail"] else picture

    def resized_size(self, picture: Size, settings: Settings) -> Size | None:
        """The shorter side becomes the shorter one of `size`."""
        size = settings["size"]
        if not settings["do_resize"]:
            return None
        return shortest_edge_size(picture, min(size["height"], size["width"]))

    def frame(self, picture: Pixels, settings: Settings) -> Frame:
        """In the middle of `size`, on black."""
        size = settings["size"]
        if not settings["do_pad"]:
            return Frame((picture.shape[0], picture.shape[1]))
        above, left = size["height"] - picture.shape[0], size["width"] - picture.shape[1]
        return Frame((size["height"], size["width"]), (above // 2, left // 2), fills_pixels=True)


class DonutShape(PageShape):
    """Likewise, with older files in which `size` is width and height."""

    @classmethod
    def read_settings(cls, config: Settings, place: str) -> dict[str, Any]:
        """The settings that a config stands for; two numbers are width and height."""
        size = config.get("size")
        if isinstance(size, list | tuple) and len(size) == 2:
            config = {**config, "size": {"height": size[1], "width": size[0]}}
        return super().read_settings(config, place)


def _lies_across(picture: Pixels, target: Size) -> bool:
    height, width = picture.shape[:2]
    return (target[1] < target[0] and width > height) or (target[1] > target[0] and width < height)
