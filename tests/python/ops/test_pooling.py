from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from onnxformers import ops
from onnxformers.errors import InvalidArgumentError, InvalidTypeError


@given(st.integers(1, 4), st.integers(1, 7), st.integers(1, 33), st.randoms(use_true_random=False))
def test_mean_pooling_agrees_with_a_loop(
    rows: int, tokens: int, width: int, random: object
) -> None:
    rng = np.random.default_rng(random.randrange(1 << 30))  # type: ignore[attr-defined]
    hidden = rng.standard_normal((rows, tokens, width)).astype(np.float32)
    mask = rng.integers(0, 2, (rows, tokens))
    expected = np.zeros((rows, width))
    for r in range(rows):
        kept = [hidden[r, t].astype(np.float64) for t in range(tokens) if mask[r, t]]
        if kept:
            expected[r] = sum(kept) / len(kept)
    np.testing.assert_allclose(ops.mean_pooling(hidden, mask), expected, atol=1e-6)


def test_pooling_never_reads_what_the_mask_hides() -> None:
    hidden = np.array([[[1.0], [np.nan]]], dtype=np.float32)
    for pooling in ("mean", "cls", "max", "lasttoken", "weightedmean", "mean_sqrt_len_tokens"):
        np.testing.assert_array_equal(ops.pool(hidden, [[1, 0]], pooling), [[1.0]])


@pytest.mark.parametrize(
    ("hidden", "mask", "pooling", "message"),
    [
        (
            np.zeros((1, 2)),
            [[1, 1]],
            "mean",
            r"\[pool\] expected vectors of shape \(rows, tokens, width\)",
        ),
        (np.zeros((1, 2, 3)), [[1]], "mean", r"\[pool\] expected vectors"),
        (
            np.zeros((1, 2, 3)),
            [[1, 1]],
            "median",
            r"\[pool\] unknown pooling 'median'; known: mean cls max",
        ),
    ],
)
def test_pool_refuses_what_does_not_fit(
    hidden: np.ndarray, mask: list[list[int]], pooling: str, message: str
) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        ops.pool(hidden, mask, pooling)


@given(
    arrays(
        np.float32, st.tuples(st.integers(1, 3), st.just(16)), elements=st.floats(-1, 1, width=32)
    )
)
def test_quantized_bits_are_the_signs(x: np.ndarray) -> None:
    unsigned = ops.quantize_embeddings(x, "ubinary")
    np.testing.assert_array_equal(np.unpackbits(unsigned, axis=-1), x > 0)
    signed = ops.quantize_embeddings(x, "binary")
    assert signed.dtype == np.int8
    np.testing.assert_array_equal(signed.astype(int), unsigned.astype(int) - 128)


@pytest.mark.parametrize(
    ("values", "precision", "error", "message"),
    [
        ([1.0] * 7, "binary", InvalidArgumentError, "multiple of 8"),
        ([1.0] * 8, "int8", InvalidArgumentError, "must be 'binary' or 'ubinary', got 'int8'"),
        (["a"] * 8, "binary", InvalidTypeError, "expected numbers"),
        ([[1.0], [1.0, 2.0]], "binary", InvalidArgumentError, "expected an array of numbers"),
    ],
)
def test_quantize_refuses(
    values: list[object], precision: str, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        ops.quantize_embeddings(values, precision)  # type: ignore[arg-type]
