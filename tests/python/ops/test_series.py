from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes

from onnxformers import ops
from onnxformers.errors import InvalidArgumentError, InvalidTypeError

whole = st.integers(0, 9)
shapes = array_shapes(min_dims=2, max_dims=2, max_side=4)


def mirrored(values: list[int], index: int) -> int:
    last = len(values) - 1
    return values[last - abs(last - abs(index))]


@given(st.lists(whole, min_size=1, max_size=12), st.sampled_from([1, 3, 5]))
def test_median_filter_agrees_with_its_definition(values: list[int], window: int) -> None:
    half = window // 2
    expected = values
    if len(values) > half:
        expected = [
            sorted(mirrored(values, i + d) for d in range(-half, half + 1))[half]
            for i in range(len(values))
        ]
    assert ops.median_filter(values, window).tolist() == expected
    assert ops.median_filter([values] * 2, window).tolist() == [expected] * 2


def test_median_filter_leaves_its_argument_alone() -> None:
    values = np.array([5.0], np.float32)
    ops.median_filter(values, 3)[0] = 0
    assert values.tolist() == [5.0]


def ways(rows: int, columns: int) -> list[list[tuple[int, int]]]:
    """Every way from the first cell to the last one."""
    if (rows, columns) == (1, 1):
        return [[(0, 0)]]
    before = [(rows - 1, columns - 1), (rows - 1, columns), (rows, columns - 1)]
    shorter = itertools.chain.from_iterable(ways(*cell) for cell in before if min(cell) > 0)
    return [[*way, (rows - 1, columns - 1)] for way in shorter]


@given(st.integers(0, 2**32), shapes)
def test_the_way_through_the_matrix_is_the_cheapest(seed: int, shape: tuple[int, int]) -> None:
    # Random numbers, as no two ways cost the same then: in ties the reference is not the cheapest.
    costs = np.random.default_rng(seed).random(shape, np.float32)
    first, second = ops.dynamic_time_warping(costs)
    way = list(zip(first.tolist(), second.tolist(), strict=True))
    every = ways(*costs.shape)
    assert way in every
    cheapest = min(sum(costs[cell] for cell in one) for one in every)
    assert sum(costs[cell] for cell in way) == pytest.approx(cheapest, abs=1e-6)


@pytest.mark.parametrize(
    ("costs", "first", "second"),
    [
        ([[1]], [0], [0]),
        ([[0, 0, 0]], [0, 0, 0], [0, 1, 2]),
        ([[0], [0]], [0, 1], [0, 0]),
        # Of equally cheap ways the one that comes to a cell by the second series alone.
        ([[0, 0], [0, 0]], [0, 1, 1], [0, 0, 1]),
    ],
)
def test_ways_through_small_matrices(
    costs: list[list[int]], first: list[int], second: list[int]
) -> None:
    way = ops.dynamic_time_warping(costs)
    assert (way[0].tolist(), way[1].tolist()) == (first, second)
    assert way[0].dtype == way[1].dtype == np.int64


@pytest.mark.parametrize("window", [0, 2, -1, 3.0, True, None])
def test_windows_that_cannot_be(window: object) -> None:
    with pytest.raises(InvalidArgumentError, match=r"\[median_filter\] window_size must be"):
        ops.median_filter([1, 2, 3], window)  # type: ignore[arg-type]


def test_series_that_cannot_be() -> None:
    with pytest.raises(InvalidArgumentError, match=r"\[median_filter\] expected one axis or more"):
        ops.median_filter(1.0, 3)
    with pytest.raises(InvalidArgumentError, match=r"expected shape \(first, second\), got \(2,\)"):
        ops.dynamic_time_warping([1.0, 2.0])
    with pytest.raises(InvalidArgumentError, match=r"expected shape \(first, second\), got \(0, 3"):
        ops.dynamic_time_warping(np.zeros((0, 3)))
    with pytest.raises(InvalidTypeError, match=r"\[dynamic_time_warping\] expected numbers"):
        ops.dynamic_time_warping([["a"]])
