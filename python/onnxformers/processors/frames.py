"""Pictures of bytes to one array of floats: rescaled, normalised, padded, channels first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from onnxformers.errors import InvalidArgumentError
from onnxformers.processors.views import View, channels_of, pixels_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from onnxformers.processors.image_sizes import Size

    Pixels = NDArray[np.uint8]
    #: The float of each byte, shape (channels, 256).
    Levels = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Frame:
    """Where a picture lies in its array.

    Attributes:
        size: height and width of the array.
        corner: row and column of the picture's upper left pixel.
        fills_pixels: what lies around the picture is 0 before it is normalised, not after.
    """

    size: Size
    corner: Size = (0, 0)
    fills_pixels: bool = False


def batch_of(
    place: str,
    views: Sequence[View],
    frames: Sequence[Frame],
    levels: Levels,
    resample: int,
    flip_channels: bool = False,
) -> NDArray[np.float32]:
    """One array of all pictures: resized, cropped, rescaled and normalised in one pass.

    Args:
        place: for messages.
        views: the pictures.
        frames: where each one goes.
        levels: what each byte of each channel becomes.
        resample: Pillow's number of a filter.
        flip_channels: last channel first.

    Returns:
        float32 of shape (pictures, channels, height, width).

    Raises:
        InvalidArgumentError: the arrays differ in size or the pictures in channels.
    """
    sizes = sorted({frame.size for frame in frames})
    if len(sizes) > 1:
        raise InvalidArgumentError(
            f"[{place}] pictures come out with different sizes ({sizes[0]} and {sizes[1]}, height "
            "and width): give size= with height and width, or one picture a call"
        )
    for view, frame in zip(views, frames, strict=True):
        _check_fits(place, view, frame, len(levels))
    from onnxformers.image.fused import Place, fill_batch

    # What the batch shows in a channel is what the picture has in that at the other end.
    table = levels[::-1] if flip_channels else levels
    nothing = np.zeros(len(table), np.float32)
    surround = np.stack([table[:, 0] if frame.fills_pixels else nothing for frame in frames])
    return fill_batch(
        [view.picture for view in views],
        [
            Place(view.resized, view.window, view.corner, frame.corner)
            for view, frame in zip(views, frames, strict=True)
        ],
        sizes[0],
        table,
        surround,
        resample=resample,
        flip_channels=flip_channels,
    )


def _check_fits(place: str, view: View, frame: Frame, channels: int) -> None:
    if channels_of(view.picture) != channels:
        raise InvalidArgumentError(
            f"[{place}] image_mean and image_std are for {channels} channels, a picture has "
            f"{channels_of(view.picture)}"
        )
    (top, left), (height, width) = frame.corner, view.window
    if min(top, left) < 0 or top + height > frame.size[0] or left + width > frame.size[1]:
        raise InvalidArgumentError(
            f"[{place}] a picture of height and width {(height, width)} does not fit into "
            f"{frame.size}, to which it is to be padded; resize it, or give a larger size"
        )


def shown(view: View, resample: int) -> Pixels:
    """The pixels of a view, uint8 of shape (height, width, channels)."""
    from onnxformers.image import crop, resize

    pixels = pixels_of(view.picture)
    if view.resized != pixels.shape[:2]:
        pixels = resize(pixels, view.resized, resample)
    if view.window == view.resized:
        return pixels
    (top, left), (height, width) = view.corner, view.window
    return crop(pixels, (left, top, left + width, top + height))


def level_table(place: str, settings: Mapping[str, Any], channels: int) -> Levels:
    """The float of each byte, with the roundings of transformers.

    Args:
        place: for messages.
        settings: do_rescale, rescale_factor, do_normalize, image_mean and image_std.
        channels: of the pictures.

    Raises:
        InvalidArgumentError: as many means or deviations as no picture has channels, or 0 among
            the latter.
    """
    values = np.arange(256)
    table: Levels = np.broadcast_to(values.astype(np.float32), (channels, 256))
    if settings.get("do_rescale"):
        scaled = values.astype(np.float64) * settings["rescale_factor"]
        table = np.broadcast_to(scaled.astype(np.float32), (channels, 256))
    if settings.get("do_normalize"):
        table = normalized(place, table, settings)
    return np.ascontiguousarray(table)


def normalized_planes(
    place: str, planes: NDArray[np.float32], settings: Mapping[str, Any]
) -> NDArray[np.float32]:
    """Planes of shape (channels, height, width), as `normalized` does with a table."""
    rows = normalized(place, planes.reshape(planes.shape[0], -1), settings)
    return rows.reshape(planes.shape)


def normalized(place: str, table: Levels, settings: Mapping[str, Any]) -> Levels:
    """A table less the mean, divided by the deviation of each channel."""
    mean, std = (
        _per_channel(place, name, settings, table.shape[0]) for name in ("image_mean", "image_std")
    )
    if not std.all():
        raise InvalidArgumentError(f"[{place}] image_std must not be 0")
    result: Levels = (table - mean) / std
    return result


def _per_channel(
    place: str, name: str, settings: Mapping[str, Any], channels: int
) -> NDArray[np.float32]:
    values = settings.get(name)
    if values is None:
        raise InvalidArgumentError(f"[{place}] do_normalize needs {name}")
    column = np.asarray(values, np.float32)[:, None]
    if column.shape[0] not in {1, channels}:
        raise InvalidArgumentError(
            f"[{place}] {name} has {column.shape[0]} numbers, pictures have {channels} channels"
        )
    return np.broadcast_to(column, (channels, 1))


def pixel_mask(views: Sequence[View], size: Sequence[int]) -> NDArray[np.int64]:
    """1 where there is picture, 0 below and at the right; shape (pictures, height, width)."""
    mask = np.zeros((len(views), *size), np.int64)
    for plane, view in zip(mask, views, strict=True):
        plane[: view.window[0], : view.window[1]] = 1
    return mask
