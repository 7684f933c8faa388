"""Functions over the last axis of an array.

Source: spec/transformers.js/utils_maths.md and utils_tensor.md.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from onnxformers.errors import InvalidArgumentError
from onnxformers.ops.arrays import float_array, number_array
from onnxformers.options import check_positive

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

# Where fewer blocks would be told apart for each of the largest values, all values are sorted.
MIN_BLOCKS = 8


def softmax(values: ArrayLike) -> NDArray[Any]:
    """Exponentials over the last axis that sum to 1.

    Args:
        values: Real numbers, any shape (..., n).

    Returns:
        The same shape; float32 stays float32, everything else becomes float64 unless it is a
        smaller float.

    Example:
        >>> softmax([0.0, 0.0]).tolist()
        [0.5, 0.5]
    """
    x = float_array(values, "softmax")
    exponentials = np.exp(x - x.max(axis=-1, keepdims=True))
    result: NDArray[Any] = exponentials / exponentials.sum(axis=-1, keepdims=True)
    return result


def log_softmax(values: ArrayLike) -> NDArray[Any]:
    """The logarithm of `softmax`, exact also where that is 0 as a float.

    Args:
        values: Real numbers, any shape (..., n).

    Returns:
        The same shape; dtype as in `softmax`.

    Example:
        >>> log_softmax([0.0, -1000.0]).tolist()
        [0.0, -1000.0]
    """
    x = float_array(values, "log_softmax")
    shifted = x - x.max(axis=-1, keepdims=True)
    result: NDArray[Any] = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return result


def sigmoid(values: ArrayLike) -> NDArray[Any]:
    """1 / (1 + exp(-x)) of each value, without overflow.

    Args:
        values: Real numbers, any shape.

    Returns:
        The same shape; dtype as in `softmax`.

    Example:
        >>> sigmoid([0.0]).tolist()
        [0.5]
    """
    x = float_array(values, "sigmoid")
    decay = np.exp(-np.abs(x))
    result: NDArray[Any] = np.where(x >= 0, 1 / (1 + decay), decay / (1 + decay)).astype(x.dtype)
    return result


def cos_sim(a: ArrayLike, b: ArrayLike) -> NDArray[Any]:
    """Cosine similarity of every vector of `a` with every vector of `b`.

    Args:
        a: Shape (n, width) or (width,).
        b: Shape (m, width) or (width,).

    Returns:
        Shape (n, m); a vector counts as one row. A vector of zeros is similar to nothing (0).

    Raises:
        InvalidArgumentError: The widths differ, or an array has more than two axes.

    Example:
        >>> cos_sim([[1.0, 0.0]], [[1.0, 0.0], [0.0, 2.0]]).tolist()
        [[1.0, 0.0]]
    """
    left, right = (np.atleast_2d(float_array(x, "cos_sim")) for x in (a, b))
    if left.ndim != 2 or right.ndim != 2 or left.shape[1] != right.shape[1]:
        raise InvalidArgumentError(
            "[cos_sim] expected shapes (n, width) and (m, width), "
            f"got {left.shape} and {right.shape}"
        )
    norms = np.linalg.norm(left, axis=1)[:, None] * np.linalg.norm(right, axis=1)[None, :]
    products = left @ right.T
    similar: NDArray[Any] = np.divide(products, norms, out=np.zeros_like(products), where=norms > 0)
    return similar


def topk(values: ArrayLike, k: int | None = None) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """The largest values of the last axis, largest first, and where they are.

    Args:
        values: Numbers, shape (..., n).
        k: How many; None, or more than n, gives all n.

    Returns:
        The values, in their dtype, and int64 indices, both of shape (..., min(k, n)). Of equal
        values the first comes first; NaN counts as largest.

    Raises:
        InvalidArgumentError: `k` is not positive, or `values` has no axis.

    Example:
        >>> best, where = topk([3, 1, 4, 1, 5], 2)
        >>> best.tolist(), where.tolist()
        ([5, 4], [4, 2])

    Source: spec/transformers.js/utils_tensor.md, topk; torch.topk.
    """
    x = number_array(values, "topk")
    check_positive(k, "k", "topk")
    if x.ndim == 0:
        raise InvalidArgumentError("[topk] expected an array of one axis or more, got a number")
    places = _blocks_of_largest(x, k)
    if places is None:
        indices = _descending(x)[..., :k]
    else:
        order = _descending(np.take_along_axis(x, places, axis=-1))[..., :k]
        indices = np.take_along_axis(places, order, axis=-1)
    return np.take_along_axis(x, indices, axis=-1), indices


def _descending(x: NDArray[Any]) -> NDArray[np.int64]:
    """Indices that sort the last axis, largest first, equals in their order."""
    # Sorted back to front and read back to front: a stable sort then keeps the order of equals.
    backwards = np.argsort(x[..., ::-1], axis=-1, kind="stable")
    indices: NDArray[np.int64] = (x.shape[-1] - 1 - backwards[..., ::-1]).astype(np.int64)
    return indices


def _blocks_of_largest(x: NDArray[Any], k: int | None) -> NDArray[np.int64] | None:
    """Ascending places of few values, the `k` largest among them; None where that saves nothing.

    The k largest lie in the k blocks with the largest maxima: any other block has k values before
    its own. With blocks of sqrt(n / k) values one pass over x is left, and 2 * sqrt(n * k) values
    to sort.
    """
    size = x.shape[-1]
    if k is None or size < MIN_BLOCKS**2 * k:
        return None
    width = math.isqrt(size // k)
    count = size // width
    maxima = x[..., : count * width].reshape(*x.shape[:-1], count, width).max(axis=-1)
    blocks = np.sort(_descending(maxima)[..., :k], axis=-1)
    places = (blocks[..., None] * width + np.arange(width)).reshape(*x.shape[:-1], -1)
    rest = np.arange(count * width, size)
    return np.concatenate([places, np.broadcast_to(rest, (*x.shape[:-1], len(rest)))], axis=-1)


def layer_norm(
    values: ArrayLike, normalized_shape: int | Sequence[int], *, eps: float = 1e-5
) -> NDArray[Any]:
    """Values less their mean, over the square root of their variance + `eps`.

    Args:
        values: Real numbers, shape (..., *normalized_shape).
        normalized_shape: Lengths of the last axes, over which mean and variance are taken; an int
            is the last one.
        eps: Keeps the division finite.

    Returns:
        The same shape; dtype as in `softmax`.

    Raises:
        InvalidArgumentError: The last axes have other lengths.

    Example:
        >>> layer_norm([[1.0, 3.0]], [2], eps=0.0).tolist()
        [[-1.0, 1.0]]

    Source: spec/transformers.js/utils_tensor.md, layer_norm; torch.nn.functional.layer_norm.
    """
    x = float_array(values, "layer_norm")
    lengths = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
    if not lengths or x.shape[-len(lengths) :] != lengths:
        raise InvalidArgumentError(
            f"[layer_norm] normalized_shape {lengths} must be the last axes of values, whose shape "
            f"is {x.shape}"
        )
    axes = tuple(range(-len(lengths), 0))
    centred = x - x.mean(axis=axes, keepdims=True)
    variance = np.square(centred).mean(axis=axes, keepdims=True)
    result: NDArray[Any] = centred / np.sqrt(variance + np.asarray(eps, x.dtype))
    return result


def bankers_round(values: ArrayLike) -> NDArray[Any]:
    """The nearest whole numbers; of two equally near ones the even one, as Python's `round`.

    Args:
        values: Real numbers, any shape.

    Returns:
        Floats of the same shape; dtype as in `softmax`.

    Example:
        >>> bankers_round([0.5, 1.5, 2.5, -0.5]).tolist()
        [0.0, 2.0, 2.0, -0.0]

    Source: spec/transformers.js/utils_maths.md, bankers_round.
    """
    return np.asarray(np.rint(float_array(values, "bankers_round")))
