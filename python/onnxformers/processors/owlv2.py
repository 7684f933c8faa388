"""OWLv2's pictures: padded to a square, smoothed and interpolated rather than resized by Pillow.

Source: transformers 4.46.3, models/owlv2/image_processing_owlv2.py, and of scipy.ndimage what it
uses: gaussian_filter and zoom (order 1, mode "mirror", grid_mode).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from onnxformers.processors.frames import level_table, normalized_planes
from onnxformers.processors.image import ImageProcessor
from onnxformers.processors.views import pixels_of, whole

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from onnxformers.processors.image import Settings
    from onnxformers.processors.image_sizes import Size
    from onnxformers.processors.views import Picture, Pixels, View

    Floats = NDArray[np.float32]

#: Grey of what is added, whatever the scale of the pixels.
_GREY = 0.5
#: Deviations to which the bell curve reaches, as in scipy.
_TRUNCATE = 4.0


class SquarePictures(ImageProcessor):
    """Pads to a square with grey, then resizes with a bell curve against aliasing."""

    def view(self, picture: Picture, settings: Settings) -> View:
        """The picture in the size of the square: it is resized as floats, with what is added."""
        size = settings["size"]
        resized = (size["height"], size["width"]) if settings["do_resize"] else None
        return whole(picture, resized)

    def to_arrays(self, views: Sequence[View], settings: Settings) -> dict[str, Any]:
        """The arrays that a model takes, by name."""
        place = type(self).__name__
        bare = {**settings, "do_normalize": False}
        pictures = [pixels_of(view.picture) for view in views]
        table = level_table(place, bare, pictures[0].shape[2])
        planes = [self.planes(picture, table, settings) for picture in pictures]
        if settings["do_normalize"]:
            planes = [normalized_planes(place, each, settings) for each in planes]
        return {"pixel_values": np.stack(planes)}

    def planes(self, picture: Pixels, table: Floats, settings: Settings) -> Floats:
        """One picture as floats, shape (channels, height, width)."""
        planes = np.stack([row[picture[..., i]] for i, row in enumerate(table)])
        if settings["do_pad"]:
            side = max(picture.shape[:2])
            below, right = side - picture.shape[0], side - picture.shape[1]
            planes = np.pad(
                planes, ((0, 0), (0, below), (0, right)), constant_values=np.float32(_GREY)
            )
        if not settings["do_resize"]:
            return planes
        size = settings["size"]
        return smooth_resize(planes, (size["height"], size["width"]))


def smooth_resize(planes: Floats, size: Size) -> Floats:
    """Planes in another size: smoothed by a bell curve where they shrink, then interpolated.

    Args:
        planes: float32 of shape (channels, height, width).
        size: the new height and width.

    Returns:
        float32 of shape (channels, *size), within the range of `planes`.
    """
    rows, columns = (
        axis_weights(old, new) for old, new in zip(planes.shape[1:], size, strict=True)
    )
    resized: Floats = rows @ planes @ columns.T
    return resized.clip(planes.min(), planes.max())


def axis_weights(old: int, new: int) -> Floats:
    """How much of each old value each new one is made of, shape (new, old)."""
    weights = _interpolation(old, new)
    if old > new:
        weights = weights @ _bell_curve(old, (old / new - 1) / 2)
    return weights.astype(np.float32)


def _interpolation(old: int, new: int) -> NDArray[np.float64]:
    places = (np.arange(new) + 0.5) * (old / new) - 0.5
    below = np.floor(places).astype(np.intp)
    weights = np.zeros((new, old))
    rows = np.arange(new)
    np.add.at(weights, (rows, _mirrored(below, old)), 1 - (places - below))
    np.add.at(weights, (rows, _mirrored(below + 1, old)), places - below)
    return weights


def _bell_curve(length: int, deviation: float) -> NDArray[np.float64]:
    radius = int(_TRUNCATE * deviation + 0.5)
    steps = np.arange(-radius, radius + 1)
    curve = np.exp(-0.5 * (steps / deviation) ** 2)
    weights = np.zeros((length, length))
    rows = np.arange(length)
    for step, weight in zip(steps.tolist(), (curve / curve.sum()).tolist(), strict=True):
        np.add.at(weights, (rows, _mirrored(rows + step, length)), weight)
    return weights


def _mirrored(indices: NDArray[np.intp], length: int) -> NDArray[np.intp]:
    """Indices beyond the ends, mirrored about the outermost values."""
    if length == 1:
        return np.zeros_like(indices)
    period = 2 * length - 2
    folded = np.abs(indices) % period
    inside: NDArray[np.intp] = np.minimum(folded, period - folded)
    return inside
