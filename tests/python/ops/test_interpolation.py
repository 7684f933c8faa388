from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onnxformers import ops
from onnxformers.errors import InvalidArgumentError

lengths = st.integers(1, 6)


def kernel(mode: str, distance: float) -> float:
    """How much a value counts at a distance from the place that is asked for."""
    d = abs(distance)
    if mode == "bilinear":
        return max(0.0, 1 - d)
    if d <= 1:
        return 1.25 * d**3 - 2.25 * d**2 + 1
    return -0.75 * d**3 + 3.75 * d**2 - 6 * d + 3 if d < 2 else 0.0


def line(values: list[float], new: int, mode: str, align_corners: bool) -> list[float]:
    """One row of numbers resampled, value by value."""
    old, result = len(values), []
    for step in range(new):
        place = (step + 0.5) * old / new - 0.5
        if align_corners:
            place = step * (old - 1) / (new - 1) if new > 1 else 0.0
        below = math.floor(place)
        result.append(
            sum(
                kernel(mode, place - tap) * values[min(max(tap, 0), old - 1)]
                for tap in range(below - 1, below + 3)
            )
        )
    return result


@given(lengths, lengths, lengths, lengths, st.sampled_from(["bilinear", "bicubic"]), st.booleans())
def test_interpolation_agrees_with_its_definition(
    height: int, width: int, new_height: int, new_width: int, mode: str, align_corners: bool
) -> None:
    x = np.random.default_rng(height * 7 + width).standard_normal((2, height, width))
    rows = [[line(row, new_width, mode, align_corners) for row in grid] for grid in x.tolist()]
    columns = [
        [line(list(column), new_height, mode, align_corners) for column in zip(*g, strict=True)]
        for g in rows
    ]
    expected = np.array(columns).swapaxes(1, 2)
    found = ops.interpolate(x, (new_height, new_width), mode, align_corners=align_corners)
    np.testing.assert_allclose(found, expected, atol=1e-12)


@given(lengths, lengths, lengths, lengths)
def test_nearest_takes_the_value_of_the_cell(
    height: int, width: int, new_height: int, new_width: int
) -> None:
    x = np.arange(height * width, dtype=np.float32).reshape(1, 1, height, width)
    found = ops.interpolate(x, (new_height, new_width), "nearest")
    for i, j in np.ndindex(new_height, new_width):
        assert found[0, 0, i, j] == x[0, 0, i * height // new_height, j * width // new_width]


def test_types_and_shapes() -> None:
    assert ops.interpolate(np.zeros((3, 2, 2), np.float16), (4, 5)).dtype == np.float16
    assert ops.interpolate([[1, 2]], [1, 2]).dtype == np.float64
    assert ops.interpolate(np.zeros((0, 2, 2)), (4, 5)).shape == (0, 4, 5)


@pytest.mark.parametrize(
    ("values", "size", "mode", "message"),
    [
        ([[1.0]], (1,), "bilinear", "size must be two positive ints"),
        ([[1.0]], (0, 1), "bilinear", "size must be two positive ints"),
        ([[1.0]], (1, 1.5), "bilinear", "size must be two positive ints"),
        ([[1.0]], (1, 1), "lanczos", "mode must be one of bilinear, bicubic, nearest; got 'lan"),
        ([1.0], (1, 1), "bilinear", r"expected shape \(..., height, width\), got \(1,\)"),
        ([[]], (1, 1), "bilinear", r"expected shape \(..., height, width\), got \(1, 0\)"),
    ],
)
def test_what_cannot_be_resampled(
    values: list[object], size: tuple[int, int], mode: str, message: str
) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        ops.interpolate(values, size, mode)  # type: ignore[arg-type]


def test_nearest_has_no_corners_to_align() -> None:
    with pytest.raises(InvalidArgumentError, match="align_corners has no meaning"):
        ops.interpolate([[1.0]], (1, 1), "nearest", align_corners=True)
