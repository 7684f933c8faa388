"""What post-processing takes from a model's outputs and from its caller."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from onnxformers.errors import InvalidArgumentError, InvalidTypeError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from onnxformers.processors.image_sizes import Size


def array_of(outputs: Any, place: str, *names: str, axes: int) -> NDArray[Any]:
    """An array of a model's outputs.

    Args:
        outputs: a mapping, such as a `ModelOutput`.
        place: for messages.
        *names: those it may have; the first one there is taken.
        axes: how many it must have.

    Raises:
        InvalidTypeError: `outputs` is no mapping.
        InvalidArgumentError: none of the names is there, or the array has another shape.
    """
    if not isinstance(outputs, Mapping):
        raise InvalidTypeError(
            f"[{place}] outputs must be a mapping of arrays, as models return it; "
            f"got {type(outputs).__name__}"
        )
    for name in names:
        if name in outputs:
            array = np.asarray(outputs[name])
            if array.ndim != axes or array.dtype.kind not in "fiu":
                raise InvalidArgumentError(
                    f"[{place}] {name} must be numbers of {axes} axes, the first of them the "
                    f"batch; got {array.dtype} of shape {array.shape}"
                )
            return array if array.dtype.kind == "f" else array.astype(np.float32)
    raise InvalidArgumentError(
        f"[{place}] outputs have no {' or '.join(names)}; they hold "
        f"{', '.join(outputs) or 'nothing'}"
    )


def sizes_of(target_sizes: Any, rows: int, place: str) -> list[Size | None]:
    """Height and width for each row; None for each when none were given.

    Raises:
        InvalidArgumentError: as many sizes as there are no rows, or no sizes at all.
    """
    if target_sizes is None:
        return [None] * rows
    if isinstance(target_sizes, np.ndarray):
        target_sizes = target_sizes.tolist()
    is_list = isinstance(target_sizes, Sequence) and not isinstance(target_sizes, str)
    if not is_list or len(target_sizes) != rows:
        raise InvalidArgumentError(
            f"[{place}] target_sizes must be a list of (height, width), one for each of {rows} "
            f"rows; got {target_sizes!r}"
        )
    return [_size(each, place) for each in target_sizes]


def _size(value: Any, place: str) -> Size:
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, list | tuple) and len(value) == 2:
        height, width = value
        if all(isinstance(side, int | np.integer) and side > 0 for side in (height, width)):
            return int(height), int(width)
    raise InvalidArgumentError(
        f"[{place}] target_sizes: expected (height, width), two whole numbers above 0; "
        f"got {value!r}"
    )
