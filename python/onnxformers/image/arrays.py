"""What the functions of this package take for a picture, and pictures as arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from onnxformers.errors import InvalidArgumentError, InvalidTypeError

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL.Image import Image

    Pixels = NDArray[Any]

#: Channels a picture may have: grey, grey with alpha, colours, colours with alpha.
CHANNELS = (1, 2, 3, 4)


def to_array(image: Image) -> NDArray[np.uint8]:
    """The pixels of a PIL image of mode L, LA, RGB or RGBA.

    Args:
        image: As `load_image` gives it.

    Returns:
        uint8, shape (height, width, channels), (height, width) of mode L.

    Raises:
        InvalidTypeError: `image` is no PIL image, or of another mode.
    """
    from PIL import Image as pillow

    given: object = image
    if not isinstance(given, pillow.Image) or given.mode not in {"L", "LA", "RGB", "RGBA"}:
        got = f"mode {given.mode}" if isinstance(given, pillow.Image) else type(given).__name__
        raise InvalidTypeError(
            f"[to_array] expected a PIL image of mode L, LA, RGB or RGBA, got {got}; "
            "load_image() converts"
        )
    return np.asarray(given)


def checked_pixels(array: object, place: str, dtypes: tuple[type, ...] | None = None) -> Pixels:
    """An array of shape (height, width) or (height, width, channels) with no empty axis.

    Args:
        array: What the caller gave.
        place: Function for the message.
        dtypes: Types of numbers that are taken; None for every type of numbers.

    Raises:
        InvalidTypeError: No numpy array, or of another type.
        InvalidArgumentError: Another shape.
    """
    if not isinstance(array, np.ndarray):
        raise InvalidTypeError(
            f"[{place}] expected a numpy array, got {type(array).__name__}; "
            "load_image() and numpy.asarray() make one"
        )
    if array.dtype.kind not in "biuf" or (dtypes and array.dtype.type not in dtypes):
        names = " or ".join(np.dtype(each).name for each in dtypes) if dtypes else "numbers"
        raise InvalidTypeError(f"[{place}] expected {names}, got {array.dtype}")
    is_grid = array.ndim == 2 or (array.ndim == 3 and array.shape[2] in CHANNELS)
    if not is_grid or 0 in array.shape:
        raise InvalidArgumentError(
            f"[{place}] expected shape (height, width) or (height, width, channels) with 1 to 4 "
            f"channels and at least one pixel, got {array.shape}"
        )
    return array


def checked_size(size: object, place: str, name: str = "size") -> tuple[int, int]:
    """Height and width, each at least 1.

    Raises:
        InvalidArgumentError: `size` is something else.
    """
    if isinstance(size, tuple | list) and len(size) == 2:
        height, width = size
        if all(isinstance(side, int | np.integer) and side > 0 for side in size):
            return int(height), int(width)
    raise InvalidArgumentError(
        f"[{place}] {name} must be two positive ints (height, width), got {size!r}"
    )
