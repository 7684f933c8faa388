"""Resizing against Pillow, to the bit."""

from __future__ import annotations

import numpy as np
import PIL
import pytest
from PIL import Image

from onnxformers.errors import InvalidArgumentError, InvalidTypeError
from onnxformers.image import resize, thumbnail

FILTERS = {"nearest": 0, "lanczos": 1, "bilinear": 2, "bicubic": 3, "box": 4, "hamming": 5}
#: Before version 13 Pillow always made columns first.
PILLOW = int(PIL.__version__.split(".")[0])
MODES = {"L": (), "LA": (2,), "RGB": (3,), "RGBA": (4,)}


def picture(rng: np.random.Generator, height: int, width: int, mode: str) -> np.ndarray:
    """Noise with flat corners, so that sums reach both ends of the range."""
    pixels = rng.integers(0, 256, (height, width, *MODES[mode]), np.uint8)
    pixels[: height // 3, : width // 2] = 255
    pixels[height // 2 :, width // 2 :] = 0
    return pixels


def pillow(pixels: np.ndarray, size: tuple[int, int], number: int, **options: object) -> np.ndarray:
    image = Image.fromarray(pixels)
    if PILLOW < 13 and number != 0 and not options and rows_first(pixels.shape, size):
        alpha = {"LA": "La", "RGBA": "RGBa"}.get(image.mode, image.mode)
        between = image.convert(alpha).resize((image.width, size[0]), number)
        return np.asarray(between.resize(size[::-1], number).convert(image.mode))
    return np.asarray(image.resize(size[::-1], number, **options))


def rows_first(shape: tuple[int, ...], size: tuple[int, int]) -> bool:
    """Pillow's rule since version 13."""
    lost = shape[0] - size[0]
    return lost > 0 and lost > 2 * (shape[1] - size[1])


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("resample", FILTERS)
def test_bytes_equal_pillows(resample: str, mode: str) -> None:
    rng = np.random.default_rng(FILTERS[resample])
    for _ in range(25):
        height, width, new_height, new_width = (int(n) for n in rng.integers(1, 120, 4))
        pixels = picture(rng, height, width, mode)
        size = (new_height, new_width)
        got = resize(pixels, size, resample)
        assert got.dtype == np.uint8
        np.testing.assert_array_equal(got, pillow(pixels, size, FILTERS[resample]))


@pytest.mark.parametrize("resample", FILTERS)
@pytest.mark.parametrize(
    ("shape", "size"),
    [
        ((1, 1), (5, 7)),
        ((300, 1), (20, 1)),
        ((1, 300), (1, 20)),
        ((40, 50), (40, 20)),
        ((40, 50), (20, 50)),
        ((40, 50), (40, 50)),
        ((7, 9), (200, 300)),
        ((1000, 3), (2, 300)),
    ],
)
def test_odd_shapes(resample: str, shape: tuple[int, int], size: tuple[int, int]) -> None:
    pixels = picture(np.random.default_rng(1), *shape, "RGB")
    expected = pillow(pixels, size, FILTERS[resample])
    np.testing.assert_array_equal(resize(pixels, size, resample), expected)


@pytest.mark.parametrize("resample", FILTERS)
def test_a_large_picture(resample: str) -> None:
    pixels = picture(np.random.default_rng(2), 960, 1280, "RGB")
    expected = pillow(pixels, (224, 224), FILTERS[resample])
    np.testing.assert_array_equal(resize(pixels, (224, 224), FILTERS[resample]), expected)


@pytest.mark.parametrize("resample", FILTERS)
def test_floats_equal_pillows(resample: str) -> None:
    rng = np.random.default_rng(3)
    for _ in range(20):
        height, width, new_height, new_width = (int(n) for n in rng.integers(1, 90, 4))
        grid = rng.normal(0, 9, (height, width)).astype(np.float32)
        size = (new_height, new_width)
        expected = pillow(grid, size, FILTERS[resample])
        got = resize(grid, size, resample)
        assert got.dtype == np.float32
        np.testing.assert_array_equal(got, expected)
        both = np.stack([grid, -grid], axis=-1)
        np.testing.assert_array_equal(resize(both, size, resample)[..., 1], -expected)


@pytest.mark.parametrize("resample", FILTERS)
def test_boxes(resample: str) -> None:
    rng = np.random.default_rng(4)
    for _ in range(20):
        height, width, new_height, new_width = (int(n) for n in rng.integers(2, 90, 4))
        pixels = picture(rng, height, width, "RGB")
        left, right = np.sort(rng.uniform(0, width, 2))
        upper, lower = np.sort(rng.uniform(0, height, 2))
        box = (float(left), float(upper), float(right), float(lower))
        expected = pillow(pixels, (new_height, new_width), FILTERS[resample], box=box)
        got = resize(pixels, (new_height, new_width), resample, box=box)
        np.testing.assert_array_equal(got, expected)


@pytest.mark.parametrize("resample", FILTERS)
@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"] if PILLOW >= 13 else ["L", "RGB"])
def test_reducing_gap(resample: str, mode: str) -> None:
    rng = np.random.default_rng(5)
    for gap in (1.0, 1.5, 2.0, 3.0):
        height, width = (int(n) for n in rng.integers(60, 200, 2))
        size = tuple(int(n) for n in rng.integers(3, 30, 2))
        pixels = picture(rng, height, width, mode)
        expected = pillow(pixels, size, FILTERS[resample], reducing_gap=gap)
        got = resize(pixels, size, resample, reducing_gap=gap)
        np.testing.assert_array_equal(got, expected)


def test_reducing_gap_of_floats() -> None:
    grid = np.random.default_rng(6).normal(0, 1, (130, 171)).astype(np.float32)
    expected = pillow(grid, (17, 20), FILTERS["bicubic"], reducing_gap=2.0)
    got = resize(grid, (17, 20), "bicubic", reducing_gap=2.0)
    np.testing.assert_allclose(got, expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize(
    "view",
    [
        lambda pixels: pixels[..., :3],
        lambda pixels: pixels[..., 1:],
        lambda pixels: pixels[::-1, ::-1, :3],
        lambda pixels: pixels[::2, 1::3, :3],
        lambda pixels: pixels[..., 2],
        lambda pixels: pixels.transpose(1, 0, 2)[..., :3],
        lambda pixels: np.broadcast_to(pixels[:1, :, :3], (9, 50, 3)),
    ],
)
def test_arrays_in_any_layout(view: object) -> None:
    pixels = view(picture(np.random.default_rng(7), 40, 50, "RGBA"))  # type: ignore[operator]
    expected = pillow(np.ascontiguousarray(pixels), (11, 13), 3)
    np.testing.assert_array_equal(resize(pixels, (11, 13), "bicubic"), expected)


def test_thumbnails_keep_proportions_and_never_grow() -> None:
    pixels = picture(np.random.default_rng(8), 300, 200, "RGB")
    small = thumbnail(pixels, (90, 80), "bicubic")
    expected = pillow(pixels, (90, 60), 3, reducing_gap=2.0)
    np.testing.assert_array_equal(small, expected)
    np.testing.assert_array_equal(thumbnail(pixels, (400, 400)), pixels)
    assert thumbnail(pixels.transpose(1, 0, 2), (80, 90)).shape == (60, 90, 3)


@pytest.mark.parametrize(
    ("size", "options", "message"),
    [
        ((0, 5), {}, "two positive ints"),
        ((5,), {}, "two positive ints"),
        ((5.0, 5), {}, "two positive ints"),
        ((5, 5), {"resample": "cubic"}, "bicubic"),
        ((5, 5), {"resample": 6}, "got 6"),
        ((5, 5), {"box": (0, 0, 11, 10)}, "inside the picture"),
        ((5, 5), {"box": (3, 0, 3, 10)}, "inside the picture"),
        ((5, 5), {"reducing_gap": 0.5}, "1 or more"),
    ],
)
def test_options_that_are_refused(
    size: tuple[int, ...], options: dict[str, object], message: str
) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        resize(np.zeros((10, 10, 3), np.uint8), size, **options)


def test_arrays_that_are_refused() -> None:
    with pytest.raises(InvalidTypeError, match="uint8 or float32, got float64"):
        resize(np.zeros((4, 4)), (2, 2))
    with pytest.raises(InvalidTypeError, match="numpy array, got list"):
        resize([[1, 2]], (2, 2))  # type: ignore[arg-type]
    for shape in ((4,), (4, 4, 5), (0, 4, 3), (2, 4, 4, 3)):
        with pytest.raises(InvalidArgumentError, match="at least one pixel"):
            resize(np.zeros(shape, np.uint8), (2, 2))
