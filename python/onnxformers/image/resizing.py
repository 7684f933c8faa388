"""Pictures of another size, as Pillow makes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from onnxformers.errors import InvalidArgumentError
from onnxformers.image.arrays import checked_pixels, checked_size
from onnxformers.image.filters import filter_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from onnxformers.image.arrays import Pixels


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
        array: uint8 or float32, shape (height, width) or (height, width, channels). Channels are
            taken one by one, alpha too.
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
    options: dict[str, Any] = {"box": box, "reducing_gap": reducing_gap}
    return _resized(pixels, (width, height), number, options)


def _resized(pixels: Pixels, size: tuple[int, int], number: int, options: dict[str, Any]) -> Pixels:
    from PIL import Image

    if pixels.ndim == 2:
        image = Image.fromarray(np.ascontiguousarray(pixels))
        return np.array(image.resize(size, Image.Resampling(number), **options))
    planes = [_resized(pixels[..., i], size, number, options) for i in range(pixels.shape[2])]
    return np.stack(planes, axis=-1)


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
