"""The values of pixels, one by one, and their order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from onnxformers.errors import InvalidArgumentError
from onnxformers.image.arrays import checked_pixels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from onnxformers.image.arrays import Pixels


def rescale(array: Pixels, factor: float, *, offset: float = 0.0) -> NDArray[np.float32]:
    """Every value times a factor, plus an offset.

    Args:
        array: Numbers, shape (height, width) or (height, width, channels).
        factor: 1/255 for values from 0 to 1.
        offset: -1 with a factor of 1/127.5 for values from -1 to 1.

    Returns:
        float32, computed in float64.

    Raises:
        InvalidTypeError: `array` is no array of numbers.
        InvalidArgumentError: Its shape is none of the above.

    Source: transformers.image_transforms.rescale.
    """
    pixels = checked_pixels(array, "rescale").astype(np.float64)
    return (pixels * factor + offset).astype(np.float32)


def normalize(
    array: Pixels, mean: float | Sequence[float], std: float | Sequence[float]
) -> NDArray[np.float32]:
    """(value - mean) / std, channel by channel.

    Args:
        array: Numbers, shape (height, width) or (height, width, channels).
        mean: One for all channels or one for each.
        std: One for all channels or one for each; not 0.

    Returns:
        float32, computed in float32.

    Raises:
        InvalidTypeError: `array` is no array of numbers.
        InvalidArgumentError: Its shape, or the number of means, does not fit.

    Source: transformers.image_transforms.normalize.
    """
    pixels = checked_pixels(array, "normalize").astype(np.float32)
    channels = pixels.shape[2] if pixels.ndim == 3 else 1
    means, stds = per_channel(mean, channels, "mean"), per_channel(std, channels, "std")
    if not stds.all():
        raise InvalidArgumentError(f"[normalize] std must not be 0, got {std!r}")
    if pixels.ndim == 2:
        means, stds = means[0], stds[0]
    normalized: NDArray[np.float32] = (pixels - means) / stds
    return normalized


def flip_channels(array: Pixels) -> Pixels:
    """The channels in the opposite order: RGB to BGR and back.

    Args:
        array: Numbers, shape (height, width, 3).

    Returns:
        A copy with the dtype of `array`.

    Raises:
        InvalidTypeError: `array` is no array of numbers.
        InvalidArgumentError: It does not have 3 channels.
    """
    pixels = checked_pixels(array, "flip_channels")
    if pixels.ndim != 3 or pixels.shape[2] != 3:
        raise InvalidArgumentError(
            f"[flip_channels] expected shape (height, width, 3), got {pixels.shape}"
        )
    return np.ascontiguousarray(pixels[..., ::-1])


def to_channels_first(array: Pixels) -> Pixels:
    """The channels as the first axis.

    Args:
        array: Numbers, shape (height, width) or (height, width, channels).

    Returns:
        Shape (channels, height, width), contiguous, the dtype of `array`.

    Raises:
        InvalidTypeError: `array` is no array of numbers.
        InvalidArgumentError: Its shape is none of the above.
    """
    pixels = checked_pixels(array, "to_channels_first")
    if pixels.ndim == 2:
        return np.array(pixels[None])
    return np.ascontiguousarray(pixels.transpose(2, 0, 1))


def per_channel(
    value: float | Sequence[float], channels: int, name: str, place: str = "normalize"
) -> NDArray[np.float32]:
    """One float32 a channel.

    Raises:
        InvalidArgumentError: `value` is neither a number nor one for each channel.
    """
    values: NDArray[np.float32] = np.asarray(value, np.float32)
    if values.ndim == 0:
        return np.full(channels, values)
    if values.shape != (channels,):
        raise InvalidArgumentError(
            f"[{place}] {name} must be a number or one for each of {channels} channels, "
            f"got {value!r}"
        )
    return values
