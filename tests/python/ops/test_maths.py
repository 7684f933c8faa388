from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from onnxformers import ops
from onnxformers.errors import InvalidArgumentError

floats = arrays(
    np.float32,
    array_shapes(min_dims=1, max_dims=3, max_side=9),
    elements=st.floats(-50, 50, width=32),
)


@given(floats)
def test_softmax_agrees_with_its_definition(x: np.ndarray) -> None:
    rows = x.reshape(-1, x.shape[-1]).tolist()
    expected = [[math.exp(v) / math.fsum(map(math.exp, row)) for v in row] for row in rows]
    np.testing.assert_allclose(
        ops.softmax(x).reshape(-1, x.shape[-1]), expected, rtol=2e-6, atol=1e-30
    )


@given(floats)
def test_sigmoid_agrees_with_its_definition(x: np.ndarray) -> None:
    expected = [1 / (1 + math.exp(-v)) for v in x.ravel().tolist()]
    np.testing.assert_allclose(ops.sigmoid(x).ravel(), expected, rtol=2e-6)


def test_extreme_values_do_not_overflow() -> None:
    x = np.array([-1e4, 0.0, 1e4], dtype=np.float32)
    np.testing.assert_array_equal(ops.sigmoid(x), [0.0, 0.5, 1.0])
    np.testing.assert_array_equal(ops.softmax(x), [0.0, 0.0, 1.0])
    assert ops.sigmoid(x).dtype == ops.softmax(x).dtype == np.float32


def test_cos_sim_of_zero_vectors_is_zero() -> None:
    np.testing.assert_array_equal(ops.cos_sim([0.0, 0.0], [[1.0, 1.0]]), [[0.0]])


def test_cos_sim_refuses_other_widths() -> None:
    with pytest.raises(InvalidArgumentError, match=r"\[cos_sim\] expected shapes"):
        ops.cos_sim([[1.0, 2.0]], [[1.0]])


@given(floats)
def test_log_softmax_is_the_logarithm_of_softmax(x: np.ndarray) -> None:
    np.testing.assert_allclose(
        ops.log_softmax(x), np.log(ops.softmax(x.astype(np.float64))), atol=1e-4
    )


def test_log_softmax_tells_what_softmax_takes_for_nothing() -> None:
    np.testing.assert_array_equal(ops.log_softmax([[0.0, -5e4]]), [[0.0, -5e4]])
    assert ops.log_softmax(np.zeros(2, np.float32)).dtype == np.float32


@given(floats, st.integers(1, 12))
def test_topk_agrees_with_sorting(x: np.ndarray, k: int) -> None:
    values, indices = ops.topk(x, k)
    for row, best, where in zip(
        x.reshape(-1, x.shape[-1]).tolist(),
        values.reshape(-1, values.shape[-1]).tolist(),
        indices.reshape(-1, indices.shape[-1]).tolist(),
        strict=True,
    ):
        expected = sorted(range(len(row)), key=lambda i: -row[i])[:k]
        assert where == expected
        assert best == [row[i] for i in expected]


@given(st.integers(1, 9), st.integers(60, 900), st.integers(1, 400), st.integers(0, 2**32 - 1))
def test_topk_of_many_values_agrees_with_sorting(k: int, size: int, kinds: int, seed: int) -> None:
    """Few kinds of values: equals lie everywhere, also where blocks of them meet."""
    x = np.random.default_rng(seed).integers(0, kinds, (2, 3, size)).astype(np.float32)
    x[0, 0, :: max(1, size // 3)] = np.nan
    values, indices = ops.topk(x, k)
    # NaN is the largest.
    expected = np.argsort(-np.nan_to_num(x, nan=np.inf), axis=-1, kind="stable")[..., :k]
    np.testing.assert_array_equal(indices, expected)
    np.testing.assert_array_equal(values, np.take_along_axis(x, expected, axis=-1))


def test_topk_of_other_kinds_of_numbers() -> None:
    values, indices = ops.topk(np.array([2, 255, 7], np.uint8))
    assert (values.dtype, indices.dtype) == (np.uint8, np.int64)
    assert (values.tolist(), indices.tolist()) == ([255, 7, 2], [1, 2, 0])
    assert ops.topk([1.0, np.nan, 3.0], 2)[1].tolist() == [1, 2]
    assert ops.topk([True, False, True], 2)[1].tolist() == [0, 2]


def test_layer_norm_agrees_with_its_definition() -> None:
    x = np.random.default_rng(1).standard_normal((3, 4, 5))
    flat = x.reshape(3, 20)
    expected = (flat - flat.mean(1, keepdims=True)) / np.sqrt(flat.var(1, keepdims=True) + 0.5)
    np.testing.assert_allclose(ops.layer_norm(x, (4, 5), eps=0.5), expected.reshape(3, 4, 5))
    assert ops.layer_norm(x.astype(np.float32), 5).dtype == np.float32


@given(st.lists(st.integers(-9, 9).map(lambda n: n / 2), min_size=1))
def test_bankers_round_is_round(values: list[float]) -> None:
    assert ops.bankers_round(values).tolist() == [round(value) for value in values]
    assert ops.bankers_round(values[0]).shape == ()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ops.topk([1.0], 0), r"\[topk\] k must be a positive int or None, got 0"),
        (lambda: ops.topk(1.0), r"\[topk\] expected an array of one axis or more"),
        (lambda: ops.layer_norm([[1.0]], [2]), r"\[layer_norm\] normalized_shape \(2,\) must be"),
        (lambda: ops.layer_norm([[1.0]], []), r"\[layer_norm\] normalized_shape \(\) must be"),
    ],
)
def test_what_does_not_fit_is_refused(call: Callable[[], object], message: str) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        call()
