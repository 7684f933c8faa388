"""PIL images from arrays of numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from onnxformers.errors import InvalidArgumentError, InvalidTypeError

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL.Image import Image

#: Channels -> PIL's mode.
_MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}


def image_from_array(array: NDArray[Any]) -> Image:
    """A picture of mode L, LA, RGB or RGBA.

    Args:
        array: Shape (height, width), (height, width, channels) or, where the last axis cannot be
            that of channels, (channels, height, width). Whole numbers from 0 to 255, of any type,
            or floats from 0 to 1, which are multiplied by 255 and rounded.

    Raises:
        InvalidTypeError: The array does not hold numbers.
        InvalidArgumentError: Another shape, or numbers out of range, NaN among them.
    """
    from PIL import Image as pillow

    pixels = _bytes_of(_channels_last(array))
    if pixels.ndim == 3 and pixels.shape[2] == 1:
        pixels = pixels[..., 0]
    return pillow.fromarray(np.ascontiguousarray(pixels))


def _channels_last(array: NDArray[Any]) -> NDArray[Any]:
    if 0 not in array.shape:
        if array.ndim == 2 or (array.ndim == 3 and array.shape[2] in _MODES):
            return array
        if array.ndim == 3 and array.shape[0] in {1, 3, 4}:
            return np.moveaxis(array, 0, 2)
    raise InvalidArgumentError(
        "[load_image] expected an array of shape (height, width), (height, width, channels) or "
        f"(channels, height, width) with 1, 3 or 4 channels, got {array.shape}"
    )


def _bytes_of(array: NDArray[Any]) -> NDArray[np.uint8]:
    if array.dtype == np.uint8:
        return array
    if array.dtype == np.bool_:
        white: NDArray[np.uint8] = array.astype(np.uint8) * np.uint8(255)
        return white
    if array.dtype.kind not in "iuf":
        raise InvalidTypeError(f"[load_image] expected an array of numbers, got {array.dtype}")
    low, high = array.min(), array.max()
    if not (low >= 0 and high <= 255):  # NaN is neither
        raise InvalidArgumentError(
            "[load_image] expected numbers from 0 to 255 or floats from 0 to 1, got numbers from "
            f"{low} to {high}"
        )
    if array.dtype.kind != "f" or bool((array == np.floor(array)).all()):
        return array.astype(np.uint8)
    if high > 1:
        raise InvalidArgumentError(
            "[load_image] floats above 1 must be whole numbers from 0 to 255; round them, or "
            "divide by 255"
        )
    scaled: NDArray[np.uint8] = np.rint(array.astype(np.float64) * 255).astype(np.uint8)
    return scaled
