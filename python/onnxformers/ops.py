"""Array functions that numpy lacks. Everything takes and gives numpy arrays.

Source: spec/transformers.js/utils_maths.md and utils_tensor.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from onnxformers._native import models as _models
from onnxformers.errors import InvalidArgumentError, InvalidTypeError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["cos_sim", "mean_pooling", "pool", "quantize_embeddings", "sigmoid", "softmax"]


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
    x = _floats(values, "softmax")
    exponentials = np.exp(x - x.max(axis=-1, keepdims=True))
    result: NDArray[Any] = exponentials / exponentials.sum(axis=-1, keepdims=True)
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
    x = _floats(values, "sigmoid")
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
    left, right = (np.atleast_2d(_floats(x, "cos_sim")) for x in (a, b))
    if left.ndim != 2 or right.ndim != 2 or left.shape[1] != right.shape[1]:
        raise InvalidArgumentError(
            "[cos_sim] expected shapes (n, width) and (m, width), "
            f"got {left.shape} and {right.shape}"
        )
    norms = np.linalg.norm(left, axis=1)[:, None] * np.linalg.norm(right, axis=1)[None, :]
    products = left @ right.T
    similar: NDArray[Any] = np.divide(products, norms, out=np.zeros_like(products), where=norms > 0)
    return similar


def pool(
    hidden: ArrayLike, attention_mask: ArrayLike, pooling: str, *, normalize: bool = False
) -> NDArray[np.float32]:
    """One vector for each row of token vectors, in the native core.

    Args:
        hidden: Floats, shape (rows, tokens, width).
        attention_mask: Integers, shape (rows, tokens); 0 for padding, which never counts.
        pooling: "mean", "cls", "max", "lasttoken", "weightedmean" or "mean_sqrt_len_tokens".
        normalize: Scale each vector to length 1.

    Returns:
        float32, shape (rows, width). A row without tokens gives zeros.

    Raises:
        InvalidArgumentError: The shapes do not fit, or the pooling is unknown.

    Source: sentence-transformers' Pooling module.
    """
    values = np.ascontiguousarray(_floats(hidden, "pool"), dtype=np.float32)
    mask = np.ascontiguousarray(attention_mask, dtype=np.int64)
    return _models.pool(values, mask, pooling, normalize)


def mean_pooling(hidden: ArrayLike, attention_mask: ArrayLike) -> NDArray[np.float32]:
    """The mean of the token vectors that the mask keeps.

    Args:
        hidden: Floats, shape (rows, tokens, width).
        attention_mask: Integers, shape (rows, tokens).

    Returns:
        float32, shape (rows, width).

    Raises:
        InvalidArgumentError: The shapes do not fit.

    Example:
        >>> mean_pooling([[[1.0], [3.0], [9.0]]], [[1, 1, 0]]).tolist()
        [[2.0]]

    Source: spec/transformers.js/utils_tensor.md, mean_pooling.
    """
    return pool(hidden, attention_mask, "mean")


def quantize_embeddings(embeddings: ArrayLike, precision: str) -> NDArray[np.int8 | np.uint8]:
    """One bit for each dimension: 1 where the value is above 0, first dimension in the top bit.

    Args:
        embeddings: Floats, shape (..., width), width a multiple of 8.
        precision: "binary" (int8, the byte minus 128) or "ubinary" (uint8).

    Returns:
        Shape (..., width / 8).

    Raises:
        InvalidArgumentError: An unknown precision, or a width that is no multiple of 8.

    Example:
        >>> quantize_embeddings([1.0, -1.0, 1.0, -1.0, -1.0, -1.0, -1.0, 1.0], "ubinary").tolist()
        [161]

    Source: spec/transformers.js/utils_tensor.md, quantize_embeddings.
    """
    values = _floats(embeddings, "quantize_embeddings")
    if precision not in ("binary", "ubinary"):
        raise InvalidArgumentError(
            f"[quantize_embeddings] precision must be 'binary' or 'ubinary', got {precision!r}"
        )
    if values.ndim == 0 or values.shape[-1] % 8:
        raise InvalidArgumentError(
            f"[quantize_embeddings] the last axis must be a multiple of 8, got shape {values.shape}"
        )
    packed = np.packbits(values > 0, axis=-1)
    # Flipping the highest bit and reading the byte as signed is subtracting 128.
    return packed if precision == "ubinary" else (packed ^ 0x80).view(np.int8)


def _floats(values: ArrayLike, place: str) -> NDArray[Any]:
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise InvalidArgumentError(f"[{place}] expected an array of numbers: {error}") from error
    if array.dtype.kind not in "iufb":
        raise InvalidTypeError(f"[{place}] expected numbers, got {array.dtype}")
    return array if array.dtype.kind == "f" else array.astype(np.float64)
