"""Pictures of another size, as Pillow makes them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from onnxformers.errors import InvalidArgumentError
from onnxformers.image.arrays import checked_pixels, checked_size
from onnxformers.image.filters import filter_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from onnxformers.image.arrays import Pixels

    Box = tuple[float, ...]

_NEAREST = 0
#: How far the filters look, in pixels of the smaller picture, by their numbers.
_SUPPORT = {1: 3.0, 2: 1.0, 3: 2.0, 4: 0.5, 5: 1.0}


def resize(
    array: Pixels,
    size: Sequence[int],
    resample: int | str = "bilinear",
    *,
    box: Sequence[float] | None = None,
    reducing_gap: float | None = None,
) -> Pixels:
    """The picture in another size, equal to the bit to Pillow's.

    Where it shrinks, every pixel counts (antialiasing), except with "nearest".

    Args:
        array: uint8 or float32, shape (height, width) or (height, width, channels). The last of 2
            or 4 channels of uint8 is alpha, which the others are weighted by.
        size: The new (height, width).
        resample: PIL's number or name: nearest (0), lanczos (1), bilinear (2), bicubic (3), box
            (4), hamming (5).
        box: The part to take, (left, upper, right, lower), fractions of pixels allowed; all.
        reducing_gap: As in PIL.Image.Image.resize: first average whole blocks, to a picture still
            this many times larger at least. Quicker, and not the same pixels.

    Returns:
        The dtype of `array`, shape (*size) or (*size, channels); a copy also at the same size.

    Raises:
        InvalidTypeError: `array` is no array of uint8 or float32.
        InvalidArgumentError: Its shape, or an option, is none of the above.

    Example:
        >>> import numpy as np
        >>> from onnxformers.image import resize
        >>> resize(np.array([[0, 100]], np.uint8), (1, 4)).tolist()
        [[0, 25, 75, 100]]

    Source: spec/transformers.js/utils_image.md, RawImage.resize; Pillow's Image.resize.
    """
    pixels = checked_pixels(array, "resize", (np.uint8, np.float32))
    number = filter_number(resample, "resize")
    height, width = checked_size(size, "resize")
    if box is not None:
        _check_box(box, pixels.shape[1], pixels.shape[0])
    if reducing_gap is not None and not reducing_gap >= 1:
        raise InvalidArgumentError(
            f"[resize] reducing_gap must be 1 or more, or None; got {reducing_gap!r}"
        )
    whole = (0.0, 0.0, float(pixels.shape[1]), float(pixels.shape[0]))
    edges = whole if box is None else tuple(float(edge) for edge in box)
    if (height, width) == pixels.shape[:2] and edges == whole:
        return np.array(pixels)
    from onnxformers._native import image as native

    has_alpha = pixels.dtype == np.uint8 and pixels.ndim == 3 and pixels.shape[2] in {2, 4}
    if number == _NEAREST or not has_alpha:
        return _resampled(pixels, (height, width), number, edges, reducing_gap)
    pixels = native.weight_by_alpha(pixels)
    resampled = _resampled(pixels, (height, width), number, edges, reducing_gap)
    native.divide_by_alpha(resampled)
    return resampled


def _resampled(
    pixels: Pixels, size: tuple[int, int], number: int, box: Box, gap: float | None
) -> Pixels:
    from onnxformers._native import image as native

    if gap is not None and number != _NEAREST:
        pixels, box = _reduced(pixels, size, number, box, gap)
    resampled: Pixels = native.resize(_contiguous(pixels), list(size), number, box)
    return resampled


def _contiguous(pixels: Pixels) -> Pixels:
    return np.ascontiguousarray(pixels) if pixels.dtype == np.float32 else pixels


def _reduced(
    pixels: Pixels, size: tuple[int, int], number: int, box: Box, gap: float
) -> tuple[Pixels, Box]:
    """Whole blocks averaged, and the box in what is left; the rules are Pillow's."""
    left, upper, right, lower = box
    (height, width), (old_height, old_width) = size, pixels.shape[:2]
    columns = int((right - left) / width / gap) or 1
    rows = int((lower - upper) / height / gap) or 1
    if columns == rows == 1:
        return pixels, box
    # What the filter looks at beyond the box.
    reach = _SUPPORT[number] - 0.5
    reach_x, reach_y = reach * (right - left) / width, reach * (lower - upper) / height
    x, y = max(0, int(left - reach_x)), max(0, int(upper - reach_y))
    end_x = min(old_width, math.ceil(right + reach_x))
    end_y = min(old_height, math.ceil(lower + reach_y))
    from onnxformers._native import image as native

    reduced = native.reduce(_contiguous(pixels[y:end_y, x:end_x]), [rows, columns])
    return reduced, (
        (left - x) / columns,
        (upper - y) / rows,
        (right - x) / columns,
        (lower - y) / rows,
    )


def thumbnail(array: Pixels, size: Sequence[int], resample: int | str = "bicubic") -> Pixels:
    """The picture shrunk to fit into a size, its proportions kept; never enlarged.

    Args:
        array: uint8 or float32, shape (height, width) or (height, width, channels).
        size: The most it may have, (height, width).
        resample: PIL's number or name, see `resize`.

    Returns:
        The dtype of `array`.

    Raises:
        InvalidTypeError, InvalidArgumentError: See `resize`.

    Source: transformers, DonutImageProcessor.thumbnail.
    """
    pixels = checked_pixels(array, "thumbnail", (np.uint8, np.float32))
    old_height, old_width = pixels.shape[:2]
    most_height, most_width = checked_size(size, "thumbnail")
    height, width = min(old_height, most_height), min(old_width, most_width)
    if (height, width) == (old_height, old_width):
        return np.array(pixels)
    if old_height > old_width:
        width = int(old_width * height / old_height)
    elif old_width > old_height:
        height = int(old_height * width / old_width)
    return resize(pixels, (max(1, height), max(1, width)), resample, reducing_gap=2.0)


def _check_box(box: Sequence[float], width: int, height: int) -> None:
    if len(box) == 4:
        left, upper, right, lower = box
        if 0 <= left < right <= width and 0 <= upper < lower <= height:
            return
    raise InvalidArgumentError(
        "[resize] box must be (left, upper, right, lower) inside the picture of "
        f"{width} x {height} pixels, got {box!r}"
    )
