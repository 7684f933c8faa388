"""Vectors of tokens to vectors of texts, and these to bits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from onnxformers._native import models as _models
from onnxformers.errors import InvalidArgumentError
from onnxformers.ops.arrays import float_array

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


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
    values = np.ascontiguousarray(float_array(hidden, "pool"), dtype=np.float32)
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
    values = float_array(embeddings, "quantize_embeddings")
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
