"""Grids resampled to another size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from onnxformers.errors import InvalidArgumentError
from onnxformers.ops.arrays import float_array

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

#: The free parameter of the cubic convolution kernel, as torch and ONNX have it.
_CUBIC_A = -0.75


def interpolate(
    values: ArrayLike,
    size: Sequence[int],
    mode: str = "bilinear",
    *,
    align_corners: bool = False,
) -> NDArray[Any]:
    """The last two axes resampled to another size, as torch's `interpolate` does, not as PIL.

    No smoothing: where a grid shrinks, values between the points that are looked at do not count.

    Args:
        values: Real numbers, shape (..., height, width).
        size: The new (height, width).
        mode: "bilinear", "bicubic" or "nearest".
        align_corners: The outermost values keep their places at the corners; without it each value
            stands for a cell and the corners of the outermost cells keep theirs. Not with
            "nearest".

    Returns:
        Shape (..., *size); floats keep their dtype, everything else becomes float64.

    Raises:
        InvalidArgumentError: `size` is not two positive ints, `mode` is unknown, or `values` has
            fewer than two axes or an empty one.

    Example:
        >>> interpolate([[0.0, 4.0]], (1, 4)).tolist()
        [[0.0, 1.0, 3.0, 4.0]]

    Source: spec/transformers.js/utils_tensor.md, interpolate and interpolate_4d;
        torch.nn.functional.interpolate.
    """
    x = float_array(values, "interpolate")
    _check(x, size, mode, align_corners)
    if mode == "bilinear" and x.dtype == np.float32 and x.size:
        return _bilinear(x, size, align_corners)
    for axis, length in zip((-2, -1), size, strict=True):
        if mode != "nearest" and length == x.shape[axis]:
            continue
        x = _resampled(x, axis, *_taps(x.shape[axis], length, mode, align_corners))
    return x


def _bilinear(x: NDArray[Any], size: Sequence[int], align_corners: bool) -> NDArray[Any]:
    """What models give, in the core."""
    from onnxformers._native import base, image

    grids = np.ascontiguousarray(x.reshape(-1, *x.shape[-2:]))
    stretched = image.interpolate(grids, list(size), align_corners, base.cpu_info()["threads"])
    return stretched.reshape(*x.shape[:-2], *size)


def _resampled(
    x: NDArray[Any], axis: int, indices: NDArray[np.intp], weights: Floats
) -> NDArray[Any]:
    """One axis with each value the sum of some old ones; indices and weights as of `_taps`."""
    shape = (len(weights), 1) if axis == -2 else (len(weights),)
    total = np.zeros((), x.dtype)
    for index, weight in zip(indices.T, weights.T, strict=True):
        total = total + np.take(x, index, axis=axis) * weight.reshape(shape).astype(x.dtype)
    return total


def _check(x: NDArray[Any], size: Sequence[int], mode: str, align_corners: bool) -> None:
    if len(size) != 2 or any(type(length) is not int or length < 1 for length in size):
        raise InvalidArgumentError(
            f"[interpolate] size must be two positive ints (height, width), got {size!r}"
        )
    if mode not in _KERNELS:
        raise InvalidArgumentError(
            f"[interpolate] mode must be one of {', '.join(_KERNELS)}; got {mode!r}"
        )
    if mode == "nearest" and align_corners:
        raise InvalidArgumentError("[interpolate] align_corners has no meaning for mode 'nearest'")
    if x.ndim < 2 or 0 in x.shape[-2:]:
        raise InvalidArgumentError(
            f"[interpolate] expected shape (..., height, width), got {x.shape}"
        )


def _taps(old: int, new: int, mode: str, align_corners: bool) -> tuple[NDArray[np.intp], Floats]:
    """Which old values each new one is made of, and how much of each; shape (new, taps)."""
    steps = np.arange(new)
    if mode == "nearest":
        return (steps * old // new)[:, None], np.ones((new, 1))
    if align_corners:
        places = steps * ((old - 1) / (new - 1) if new > 1 else 0.0)
    else:
        places = (steps + 0.5) * (old / new) - 0.5
        if mode == "bilinear":
            places = places.clip(min=0)
    first, kernel = _KERNELS[mode]
    whole = np.floor(places).astype(np.intp)
    weights = kernel(places - whole)
    indices = whole[:, None] + first + np.arange(weights.shape[1])
    return indices.clip(0, old - 1), weights


def _linear(t: Floats) -> Floats:
    return np.stack([1 - t, t], axis=1)


def _cubic(t: Floats) -> Floats:
    """Weights of the values at -1, 0, 1 and 2 for a place `t` between 0 and 1."""
    a = _CUBIC_A

    def near(d: Floats) -> Floats:
        return ((a + 2) * d - (a + 3)) * d * d + 1

    def far(d: Floats) -> Floats:
        return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a

    return np.stack([far(t + 1), near(t), near(1 - t), far(2 - t)], axis=1)


#: Mode -> the first value a new one is made of, counted from the one before it; its weights.
_KERNELS: dict[str, tuple[int, Callable[[Floats], Floats]]] = {
    "bilinear": (0, _linear),
    "bicubic": (-1, _cubic),
    "nearest": (0, np.ones_like),
}
