"""Which class each pixel is of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from onnxformers.errors import InvalidArgumentError
from onnxformers.image.arrays import checked_size
from onnxformers.options import check_positive

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray


def label_map(
    scores: ArrayLike, size: Sequence[int], *, threads: int | None = None
) -> NDArray[np.int64]:
    """The class with the largest score at each pixel, the scores stretched to a size.

    The same as ``interpolate(scores, size).argmax(axis=0)``, without the stretched scores, which
    may be larger than memory.

    Args:
        scores: Numbers, shape (classes, height, width); float32 is read without a copy.
        size: (height, width) of the picture.
        threads: None for as many as there are cores for this process.

    Returns:
        Shape (*size); of equal scores the first class, and the first with NaN.

    Raises:
        InvalidArgumentError: `scores` has another shape, or `size` is no size.

    Example:
        >>> from onnxformers.image import label_map
        >>> label_map([[[0.0, 1.0]], [[1.0, 0.0]]], (1, 4)).tolist()
        [[1, 1, 0, 0]]
    """
    grids = np.ascontiguousarray(scores, np.float32)
    if grids.ndim != 3 or grids.size == 0:
        raise InvalidArgumentError(
            f"[label_map] expected scores of shape (classes, height, width), got {grids.shape}"
        )
    check_positive(threads, "threads", "label_map")
    from onnxformers._native import base
    from onnxformers._native import image as native

    count = base.cpu_info()["threads"] if threads is None else threads
    return native.label_map(grids, checked_size(size, "label_map"), count)
