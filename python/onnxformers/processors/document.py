"""Pages for Donut and Nougat: margins cut off, turned, shrunk and centred.

Source: transformers 4.46.3, models/donut and nougat.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from onnxformers.processors.frames import Frame, shown
from onnxformers.processors.image import ImageProcessor
from onnxformers.processors.image_sizes import shortest_edge_size
from onnxformers.processors.views import pixels_of, whole

if TYPE_CHECKING:
    from onnxformers.processors.image import Settings
    from onnxformers.processors.image_sizes import Size
    from onnxformers.processors.views import Picture, View


class PageShape(ImageProcessor):
    """The steps `do_crop_margin`, `do_align_long_axis`, `do_thumbnail`, and padding around."""

    def view(self, picture: Picture, settings: Settings) -> View:
        """The page without its margin, upright, and no larger than `size`."""
        from onnxformers.image import crop_margin, thumbnail

        size = settings["size"]
        target, pixels = (size["height"], size["width"]), pixels_of(picture)
        if settings.get("do_crop_margin"):
            pixels = crop_margin(pixels)
        if settings["do_align_long_axis"] and _lies_across(pixels.shape, target):
            pixels = np.ascontiguousarray(np.rot90(pixels, 3))
        view = super().view(pixels, settings)
        if not settings["do_thumbnail"]:
            return view
        return whole(thumbnail(shown(view, settings["resample"]), target))

    def resized_size(self, picture: Size, settings: Settings) -> Size | None:
        """The shorter side becomes the shorter one of `size`."""
        size = settings["size"]
        if not settings["do_resize"]:
            return None
        return shortest_edge_size(picture, min(size["height"], size["width"]))

    def frame(self, size: Size, settings: Settings) -> Frame:
        """In the middle of the settings' `size`, on black."""
        if not settings["do_pad"]:
            return Frame(size)
        height, width = settings["size"]["height"], settings["size"]["width"]
        corner = ((height - size[0]) // 2, (width - size[1]) // 2)
        return Frame((height, width), corner, fills_pixels=True)


class DonutShape(PageShape):
    """Likewise, with older files in which `size` is width and height."""

    @classmethod
    def read_settings(cls, config: Settings, place: str) -> dict[str, Any]:
        """The settings that a config stands for; two numbers are width and height."""
        size = config.get("size")
        if isinstance(size, list | tuple) and len(size) == 2:
            config = {**config, "size": {"height": size[1], "width": size[0]}}
        return super().read_settings(config, place)


def _lies_across(picture: Sequence[int], target: Size) -> bool:
    height, width = picture[:2]
    return (target[1] < target[0] and width > height) or (target[1] > target[0] and width < height)
