"""Crops, borders and values of pixels."""

from __future__ import annotations

import numpy as np
import pytest

from onnxformers import image as img
from onnxformers.errors import InvalidArgumentError, InvalidTypeError
from onnxformers.ops import interpolate

RANDOM = np.random.default_rng(0)


def noise(*shape: int) -> np.ndarray:
    return RANDOM.integers(0, 256, shape, np.uint8)


def window(pixels: np.ndarray, top: int, left: int, size: tuple[int, int], fill: int) -> np.ndarray:
    """Pixel by pixel."""
    out = np.full((*size, *pixels.shape[2:]), fill, pixels.dtype)
    for y in range(size[0]):
        for x in range(size[1]):
            if 0 <= y + top < pixels.shape[0] and 0 <= x + left < pixels.shape[1]:
                out[y, x] = pixels[y + top, x + left]
    return out


@pytest.mark.parametrize("box", [(1, 2, 5, 6), (-3, -1, 4, 9), (4, 4, 20, 20), (-9, -9, -1, -1)])
def test_crops_may_reach_beyond(box: tuple[int, int, int, int]) -> None:
    for pixels in (noise(7, 8, 3), noise(7, 8).astype(np.float32)):
        left, upper, right, lower = box
        expected = window(pixels, upper, left, (lower - upper, right - left), 9)
        np.testing.assert_array_equal(img.crop(pixels, box, fill=9), expected)


@pytest.mark.parametrize("size", [(3, 4), (4, 3), (7, 8), (10, 5), (5, 11), (12, 13)])
def test_the_centre(size: tuple[int, int]) -> None:
    pixels = noise(7, 8, 3)
    top, left = (7 - size[0]) // 2, (8 - size[1]) // 2
    expected = window(pixels, top, left, size, 0)
    np.testing.assert_array_equal(img.center_crop(pixels, size), expected)


def test_a_border_of_the_centre_is_wider_above() -> None:
    assert img.center_crop(np.ones((2, 1), np.uint8), (5, 1))[:, 0].tolist() == [0, 0, 1, 1, 0]


@pytest.mark.parametrize(
    ("mode", "row"),
    [
        ("constant", [7, 7, 1, 2, 3, 7]),
        ("reflect", [3, 2, 1, 2, 3, 2]),
        ("symmetric", [2, 1, 1, 2, 3, 3]),
        ("edge", [1, 1, 1, 2, 3, 3]),
        ("replicate", [1, 1, 1, 2, 3, 3]),
    ],
)
def test_borders(mode: str, row: list[int]) -> None:
    pixels = np.array([[1, 2, 3]], np.uint8)
    assert img.pad(pixels, ((0, 0), (2, 1)), mode, 7).tolist() == [row]
    deep = np.repeat(pixels[..., None], 3, axis=2)
    assert img.pad(deep, ((0, 0), (2, 1)), mode, 7)[0, :, 2].tolist() == row


def test_a_border_with_a_value_for_each_channel() -> None:
    padded = img.pad(noise(2, 2, 3), 1, value=(1, 2, 3))
    assert padded.shape == (4, 4, 3)
    assert padded[0, 0].tolist() == [1, 2, 3]
    with pytest.raises(InvalidArgumentError, match="one for each of 3 channels"):
        img.pad(noise(2, 2, 3), 1, value=(1, 2))


def test_sides_that_a_number_divides() -> None:
    assert img.pad_to_divisor(noise(9, 16, 3), 8, "symmetric").shape == (16, 16, 3)
    pixels = noise(8, 16)
    np.testing.assert_array_equal(img.pad_to_divisor(pixels, 8), pixels)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"padding": -1}, "0 or more"),
        ({"padding": (1, 2)}, "0 or more"),
        ({"padding": 1.5}, "0 or more"),
        ({"padding": 1, "mode": "mirror"}, "constant, reflect"),
        ({"padding": 3, "mode": "reflect"}, "too small"),
        ({"padding": 4, "mode": "symmetric"}, "too small"),
    ],
)
def test_borders_that_are_refused(options: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        img.pad(noise(3, 3), **options)


def test_margins() -> None:
    pixels = np.full((9, 12, 3), 250, np.uint8)
    pixels[2:5, 3:10] = 20
    pixels[3, 3] = 250
    np.testing.assert_array_equal(img.crop_margin(pixels), pixels[2:5, 3:10])
    np.testing.assert_array_equal(img.crop_margin(pixels[..., 0]), pixels[2:5, 3:10, 0])
    flat = np.full((4, 5, 3), 90, np.uint8)
    np.testing.assert_array_equal(img.crop_margin(flat), flat)
    with pytest.raises(InvalidArgumentError, match="3 channels or none"):
        img.crop_margin(noise(4, 4, 4))


def test_values() -> None:
    pixels = noise(3, 4, 3)
    np.testing.assert_array_equal(
        img.rescale(pixels, 1 / 255), (pixels.astype(np.float64) * (1 / 255)).astype(np.float32)
    )
    assert img.rescale(np.array([[0, 255]], np.uint8), 1 / 127.5, offset=-1).tolist() == [[-1, 1]]
    got = img.normalize(pixels, [1, 2, 3], 2)
    assert got.dtype == np.float32
    np.testing.assert_array_equal(got, (pixels.astype(np.float32) - np.float32([1, 2, 3])) / 2)
    assert img.normalize(np.array([[3.0]]), 1, 2).tolist() == [[1.0]]
    np.testing.assert_array_equal(img.flip_channels(pixels), pixels[..., ::-1])
    np.testing.assert_array_equal(img.to_channels_first(pixels), pixels.transpose(2, 0, 1))
    assert img.to_channels_first(pixels[..., 0]).shape == (1, 3, 4)


def test_nan_stays_nan() -> None:
    grid = np.full((2, 2), np.nan, np.float32)
    assert np.isnan(img.rescale(grid, 2)).all()
    assert np.isnan(img.resize(grid, (3, 3), "bicubic")).all()


def test_values_that_are_refused() -> None:
    with pytest.raises(InvalidArgumentError, match="must not be 0"):
        img.normalize(noise(2, 2, 3), 0, [1, 0, 1])
    with pytest.raises(InvalidArgumentError, match="one for each of 3"):
        img.normalize(noise(2, 2, 3), [1, 2], 1)
    with pytest.raises(InvalidArgumentError, match="height, width, 3"):
        img.flip_channels(noise(2, 2))
    with pytest.raises(InvalidTypeError, match="expected numbers"):
        img.rescale(np.array([["a"]]), 1)
    with pytest.raises(InvalidArgumentError, match="holds no pixel"):
        img.crop(noise(4, 4), (2, 0, 2, 4))
    with pytest.raises(InvalidArgumentError, match="four ints"):
        img.crop(noise(4, 4), (0.5, 0, 2, 4))  # type: ignore[arg-type]
    with pytest.raises(InvalidArgumentError, match="two positive ints"):
        img.center_crop(noise(4, 4), (0, 4))


@pytest.mark.parametrize("size", [(1, 1), (5, 9), (40, 31), (12, 70)])
def test_label_maps(size: tuple[int, int]) -> None:
    scores = RANDOM.normal(size=(7, 12, 9)).astype(np.float32)
    labels = img.label_map(scores, size)
    assert labels.dtype == np.int64
    np.testing.assert_array_equal(labels, interpolate(scores, size).argmax(axis=0))
    np.testing.assert_array_equal(labels, img.label_map(scores.astype(np.float64), size, threads=3))


def test_label_maps_that_are_refused() -> None:
    with pytest.raises(InvalidArgumentError, match="classes, height, width"):
        img.label_map(np.zeros((3, 3)), (2, 2))
    with pytest.raises(InvalidArgumentError, match="two positive ints"):
        img.label_map(np.zeros((1, 3, 3)), (2, 0))
