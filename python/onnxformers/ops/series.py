"""Functions over series in time: what Whisper's word timestamps are made with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from onnxformers._native import audio as native
from onnxformers.errors import InvalidArgumentError
from onnxformers.ops.arrays import float_array, number_array

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


def median_filter(values: ArrayLike, window_size: int) -> NDArray[Any]:
    """The median of each value and those around it, over the last axis.

    Beyond its ends the series is mirrored, without repeating the value at the end.

    Args:
        values: Numbers, shape (..., n).
        window_size: How many values a median is of; odd.

    Returns:
        The same shape and dtype. A series no longer than half a window comes back as it is.

    Raises:
        InvalidArgumentError: `window_size` is not a positive odd int, or `values` has no axis.

    Example:
        >>> median_filter([1, 9, 2, 3, 8], 3).tolist()
        [9, 2, 3, 3, 3]

    Source: spec/transformers.js/utils_maths.md, medianFilter; transformers 4.46.3,
        `_median_filter` of Whisper.
    """
    x = number_array(values, "median_filter")
    if type(window_size) is not int or window_size < 1 or window_size % 2 == 0:
        raise InvalidArgumentError(
            f"[median_filter] window_size must be a positive odd int, got {window_size!r}"
        )
    if x.ndim == 0:
        raise InvalidArgumentError("[median_filter] expected one axis or more, got a number")
    if x.shape[-1] <= window_size // 2:
        return np.array(x)
    rows = np.ascontiguousarray(x, np.float64).reshape(-1, x.shape[-1])
    result: NDArray[Any] = native.median_filter(rows, window_size).reshape(x.shape)
    return result.astype(x.dtype, copy=False)


def dynamic_time_warping(matrix: ArrayLike) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The cheapest way to walk two series in parallel, from both beginnings to both ends.

    Args:
        matrix: What it costs to be at step i of the first and step j of the second series, shape
            (first, second), such as negated attention of tokens to audio frames.

    Returns:
        The steps of the first and of the second series along the way, two arrays of the same
        length; each step moves on in one of them or in both. Where ways to a cell cost exactly the
        same, the step may come from a dearer one, as in the reference.

    Raises:
        InvalidArgumentError: `matrix` has not two axes, or one of them is empty.

    Example:
        >>> first, second = dynamic_time_warping([[0, 1, 1], [1, 0, 0]])
        >>> first.tolist(), second.tolist()
        ([0, 1, 1], [0, 1, 2])

    Source: spec/transformers.js/utils_maths.md, dynamic_time_warping; transformers 4.46.3,
        `_dynamic_time_warping` of Whisper, whose sums are float32 too.
    """
    costs = float_array(matrix, "dynamic_time_warping")
    if costs.ndim != 2 or not costs.size:
        raise InvalidArgumentError(
            f"[dynamic_time_warping] expected shape (first, second), got {costs.shape}"
        )
    return native.dynamic_time_warping(costs)
