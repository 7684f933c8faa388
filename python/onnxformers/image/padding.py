"""Borders around pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from onnxformers.errors import InvalidArgumentError
from onnxformers.image.arrays import checked_pixels
from onnxformers.options import check_count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from onnxformers.image.arrays import Pixels

#: What a border is made of: one value; the picture mirrored, without and with its edge; the edge.
MODES = ("constant", "reflect", "symmetric", "edge")


def pad(
    array: Pixels,
    padding: int | Sequence[Sequence[int]],
    mode: str = "constant",
    value: float | Sequence[float] = 0,
) -> Pixels:
    """The picture with a border.

    Args:
        array: Numbers, shape (height, width) or (height, width, channels).
        padding: Pixels on every side, or ((above, below), (left, right)).
        mode: "constant"; "reflect" and "symmetric" mirror the picture, without and with its edge;
            "edge" (transformers' "replicate") repeats its edge.
        value: What a constant border is made of, one for each channel or one for all.

    Returns:
        A copy with the dtype of `array`.

    Raises:
        InvalidTypeError: `array` is no array of numbers.
        InvalidArgumentError: Its shape, or an option, is none of the above; a picture too small to
            be mirrored.

    Example:
        >>> import numpy as np
        >>> from onnxformers.image import pad
        >>> pad(np.array([[1, 2, 3]], np.uint8), ((0, 0), (0, 2)), "reflect").tolist()
        [[1, 2, 3, 2, 1]]

    Source: transformers.image_transforms.pad.
    """
    pixels = checked_pixels(array, "pad")
    (above, below), (left, right) = _sides(padding)
    if mode == "replicate":
        mode = "edge"
    if mode not in MODES:
        raise InvalidArgumentError(f"[pad] mode must be one of {', '.join(MODES)}; got {mode!r}")
    most = max(above, below), max(left, right)
    for side, length in zip(most, pixels.shape[:2], strict=True):
        if (mode == "reflect" and side >= length) or (mode == "symmetric" and side > length):
            raise InvalidArgumentError(
                f"[pad] a picture of shape {pixels.shape} is too small to be mirrored over "
                f"{side} pixels; pad with mode='edge' or less"
            )
    widths = ((above, below), (left, right), (0, 0))[: pixels.ndim]
    if mode != "constant":
        return np.pad(pixels, widths, mode=mode)  # type: ignore[call-overload,no-any-return]
    shape = (pixels.shape[0] + above + below, pixels.shape[1] + left + right, *pixels.shape[2:])
    out = np.empty(shape, pixels.dtype)
    out[...] = _values(value, pixels)
    out[above : above + pixels.shape[0], left : left + pixels.shape[1]] = pixels
    return out


def pad_to_divisor(
    array: Pixels,
    divisor: int,
    mode: str = "constant",
    value: float | Sequence[float] = 0,
) -> Pixels:
    """The picture with a border below and at the right, so that a number divides both sides.

    Args:
        array: Numbers, shape (height, width) or (height, width, channels).
        divisor: Of the new height and width.
        mode: See `pad`.
        value: See `pad`.

    Returns:
        A copy with the dtype of `array`; a side that `divisor` divides stays.

    Raises:
        InvalidTypeError, InvalidArgumentError: See `pad`.

    Source: transformers.js, Swin2SRImageProcessor.pad_image.
    """
    pixels = checked_pixels(array, "pad_to_divisor")
    check_count(divisor, "divisor", "pad_to_divisor")
    height, width = pixels.shape[:2]
    return pad(pixels, ((0, -height % divisor), (0, -width % divisor)), mode, value)


def _sides(padding: int | Sequence[Sequence[int]]) -> tuple[tuple[int, int], tuple[int, int]]:
    sides = np.asarray(padding)
    if sides.dtype.kind in "iu" and sides.shape in {(), (2, 2)} and sides.min() >= 0:
        (above, below), (left, right) = np.broadcast_to(sides, (2, 2)).tolist()
        return (above, below), (left, right)
    raise InvalidArgumentError(
        "[pad] padding must be pixels, 0 or more, or ((above, below), (left, right)); "
        f"got {padding!r}"
    )


def _values(value: float | Sequence[float], pixels: Pixels) -> Pixels:
    values = np.asarray(value)
    channels = pixels.shape[2] if pixels.ndim == 3 else 1
    if values.dtype.kind not in "biuf" or values.shape not in {(), (channels,)}:
        raise InvalidArgumentError(
            f"[pad] value must be a number, or one for each of {channels} channels; got {value!r}"
        )
    if pixels.ndim == 2:
        values = values.reshape(())
    return values.astype(pixels.dtype)
