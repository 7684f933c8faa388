"""What the functions of this package take for an array of numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from onnxformers.errors import InvalidArgumentError, InvalidTypeError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


def number_array(values: ArrayLike, place: str) -> NDArray[Any]:
    """The values as an array of integers, floats or booleans.

    Raises:
        InvalidTypeError: They are no numbers.
        InvalidArgumentError: Their shape is ragged.
    """
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise InvalidArgumentError(f"[{place}] expected an array of numbers: {error}") from error
    if array.dtype.kind not in "iufb":
        raise InvalidTypeError(f"[{place}] expected numbers, got {array.dtype}")
    return array


def float_array(values: ArrayLike, place: str) -> NDArray[Any]:
    """As `number_array`; what is not of a float type becomes float64."""
    array = number_array(values, place)
    return array if array.dtype.kind == "f" else array.astype(np.float64)
