"""Parts of pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from onnxformers.errors import InvalidArgumentError
from onnxformers.image.arrays import checked_pixels, checked_size

if TYPE_CHECKING:
    from collections.abc import Sequence

    from onnxformers.image.arrays import Pixels


def crop(array: Pixels, box: Sequence[int], *, fill: float = 0) -> Pixels:
    """A rectangle of the picture.

    Args:
        array: Numbers, shape (height, width) or (height, width, channels).
        box: (left, upper, right, lower) in whole pixels; the right and lower edges are outside.
            It may reach beyond the picture.
        fill: What lies there.

    Returns:
        A copy of shape (lower - upper, right - left) or with channels, same dtype.

    Raises:
        InvalidTypeError: `array` is no array of numbers.
        InvalidArgumentError: Its shape, or `box`, is none of the above.

    Example:
        >>> import numpy as np
        >>> from onnxformers.image import crop
        >>> crop(np.arange(6, dtype=np.uint8).reshape(2, 3), (1, 0, 4, 1)).tolist()
        [[1, 2, 0]]
    """
    pixels = checked_pixels(array, "crop")
    if len(box) != 4 or not all(isinstance(edge, int | np.integer) for edge in box):
        raise InvalidArgumentError(
            f"[crop] box must be four ints (left, upper, right, lower), got {box!r}"
        )
    left, upper, right, lower = box
    if right <= left or lower <= upper:
        raise InvalidArgumentError(f"[crop] box {box!r} holds no pixel")
    return _window(pixels, (upper, left), (lower - upper, right - left), fill)


def center_crop(array: Pixels, size: Sequence[int], *, fill: float = 0) -> Pixels:
    """The middle of the picture, with a border where the picture is smaller.

    Args:
        array: Numbers, shape (height, width) or (height, width, channels).
        size: (height, width) of the part. Of an odd rest the larger half is cut below and at the
            right, and a border is wider above and at the left.
        fill: What the border is made of.

    Returns:
        A copy of shape (*size) or (*size, channels), same dtype.

    Raises:
        InvalidTypeError: `array` is no array of numbers.
        InvalidArgumentError: Its shape, or `size`, is none of the above.

    Source: transformers.image_transforms.center_crop.
    """
    pixels = checked_pixels(array, "center_crop")
    height, width = checked_size(size, "center_crop")
    top, left = (pixels.shape[0] - height) // 2, (pixels.shape[1] - width) // 2
    return _window(pixels, (top, left), (height, width), fill)


def crop_margin(array: Pixels, gray_threshold: int = 200) -> Pixels:
    """The picture without the light border around what is on it.

    Args:
        array: uint8, shape (height, width) or (height, width, 3).
        gray_threshold: Between the darkest pixel (0) and the lightest (255): what is below counts.

    Returns:
        A copy, uint8; the whole picture where it is of one grey.

    Raises:
        InvalidTypeError: `array` is no array of uint8.
        InvalidArgumentError: Its shape is none of the above.

    Source: transformers, NougatImageProcessor.crop_margin.
    """
    pixels = checked_pixels(array, "crop_margin", (np.uint8,))
    gray = _gray(pixels)
    darkest, lightest = int(gray.min()), int(gray.max())
    if darkest == lightest:
        return np.array(pixels)
    levels = (np.arange(256) - darkest) / (lightest - darkest) * 255
    marks = (levels < gray_threshold)[gray]
    rows, columns = np.flatnonzero(marks.any(axis=1)), np.flatnonzero(marks.any(axis=0))
    if rows.size == 0:
        return np.array(pixels)
    return np.array(pixels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])


def _gray(pixels: Pixels) -> Pixels:
    """Grey as Pillow's mode L has it."""
    if pixels.ndim == 2:
        return pixels
    if pixels.shape[2] != 3:
        raise InvalidArgumentError(
            f"[crop_margin] expected 3 channels or none, got shape {pixels.shape}"
        )
    from PIL import Image

    return np.asarray(Image.fromarray(np.ascontiguousarray(pixels)).convert("L"))


def _window(pixels: Pixels, start: tuple[int, int], size: tuple[int, int], fill: float) -> Pixels:
    """What a window of a size shows whose corner is at `start`, (row, column)."""
    out = np.full((*size, *pixels.shape[2:]), fill, pixels.dtype)
    (top, left), (height, width) = start, size
    rows = slice(max(0, top), max(0, min(pixels.shape[0], top + height)))
    columns = slice(max(0, left), max(0, min(pixels.shape[1], left + width)))
    part = pixels[rows, columns]
    top, left = max(0, -top), max(0, -left)
    out[top : top + part.shape[0], left : left + part.shape[1]] = part
    return out
