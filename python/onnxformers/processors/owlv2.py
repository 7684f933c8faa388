"""OWLv2's pictures: padded to a square, smoothed and interpolated rather than resized by Pillow.

Source: transformers 4.46.3, models/owlv2/image_processing_owlv2.py, and of scipy.ndimage what it
uses: gaussian_filter and zoom (order 1, mode "mirror", grid_mode).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
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
    resized = planes
    for axis, old, new in ((1, planes.shape[1], size[0]), (2, planes.shape[2], size[1])):
        indices, weights = axis_taps(old, new)
        shape = (-1, 1) if axis == 1 else (-1,)
        total = np.zeros((), np.float32)
        for index, weight in zip(indices, weights, strict=True):
            total = total + resized.take(index, axis) * weight.reshape(shape)
        resized = total
    return resized.clip(planes.min(), planes.max())


@lru_cache(maxsize=32)
def axis_taps(old: int, new: int) -> tuple[NDArray[np.intp], Floats]:
    """Which old values each new one is made of, and how much of each.

    Returns:
        Indices and weights, each of shape (taps, new).
    """
    curve = _bell_curve((old / new - 1) / 2) if old > new else np.ones(1)
    radius = len(curve) // 2
    places = (np.arange(new) + 0.5) * (old / new) - 0.5
    below = np.floor(places).astype(np.intp)
    share = places - below
    dense = np.zeros((new, old))
    rows = np.arange(new)
    # The curve is symmetric, so smoothing what was mirrored is the same as mirroring the smooth.
    for step, height in zip(range(-radius, radius + 1), curve.tolist(), strict=True):
        np.add.at(dense, (rows, _mirrored(below + step, old)), height * (1 - share))
        np.add.at(dense, (rows, _mirrored(below + 1 + step, old)), height * share)
    taps = min(old, 2 * radius + 2)
    first = (below - radius).clip(0, old - taps)
    indices = first + np.arange(taps)[:, None]
    return indices, np.take_along_axis(dense, indices.T, axis=1).T.astype(np.float32)


def _bell_curve(deviation: float) -> NDArray[np.float64]:
    radius = int(_TRUNCATE * deviation + 0.5)
    steps = np.arange(-radius, radius + 1)
    curve: NDArray[np.float64] = np.exp(-0.5 * (steps / deviation) ** 2)
    share: NDArray[np.float64] = curve / curve.sum()
    return share


def _mirrored(indices: NDArray[np.intp], length: int) -> NDArray[np.intp]:
    """Indices beyond the ends, mirrored about the outermost values."""
    if length == 1:
        return np.zeros_like(indices)
    period = 2 * length - 2
    folded = np.abs(indices) % period
    inside: NDArray[np.intp] = np.minimum(folded, period - folded)
    return inside
