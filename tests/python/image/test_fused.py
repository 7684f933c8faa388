"""Batches in one pass against the same steps one after the other."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from onnxformers import image as img
from onnxformers.errors import InvalidArgumentError, InvalidTypeError

MEAN = [0.485, 0.456, 0.406]
STD = [0.229, 0.224, 0.225]


def noise(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, shape, np.uint8)


def by_hand(pixels: np.ndarray, size: tuple[int, int], crop: tuple[int, int] | None) -> np.ndarray:
    pixels = np.asarray(Image.fromarray(pixels).resize(size[::-1], 3))
    if crop is not None:
        pixels = img.center_crop(pixels, crop)
    values = (pixels.astype(np.float64) * (1 / 255)).astype(np.float32)
    values = (values - np.array(MEAN, np.float32)) / np.array(STD, np.float32)
    return values.transpose(2, 0, 1)


@pytest.mark.parametrize("crop", [None, (50, 40), (80, 90), (30, 90), (71, 33)])
def test_equals_the_steps(crop: tuple[int, int] | None) -> None:
    pictures = [noise(90, 120, 3), noise(33, 200, 3, seed=1), noise(1, 1, 3, seed=2)]
    got = img.preprocess(pictures, (70, 60), "bicubic", crop_size=crop, mean=MEAN, std=STD)
    expected = np.stack([by_hand(each, (70, 60), crop) for each in pictures])
    assert got.dtype == np.float32
    np.testing.assert_array_equal(got, expected)


@pytest.mark.parametrize("mode", ["RGB", "L", "RGBA"])
def test_pil_images_are_read_in_place(mode: str) -> None:
    image = Image.fromarray(noise(37, 41, 4)).convert(mode)
    for size in (None, (20, 30), (37, 15), (90, 41)):
        got = img.preprocess([image], size, "lanczos")
        expected = img.preprocess([np.asarray(image)], size, "lanczos")
        np.testing.assert_array_equal(got, expected)


def test_pil_images_in_several_blocks() -> None:
    image = Image.fromarray(noise(2100, 2100, 3))  # over 16 MB as Pillow keeps it
    expected = np.asarray(image.resize((9, 8), 2)).transpose(2, 0, 1)
    got = img.preprocess([image], (8, 9), "bilinear", rescale_factor=None)
    np.testing.assert_array_equal(got[0], expected)


def test_no_step_but_the_layout() -> None:
    pixels = noise(5, 6, 3)
    got = img.preprocess([pixels], rescale_factor=None)
    np.testing.assert_array_equal(got[0], pixels.transpose(2, 0, 1))
    flipped = img.preprocess([pixels], rescale_factor=None, flip_channels=True)
    np.testing.assert_array_equal(flipped[0], got[0, ::-1])
    gray = img.preprocess([pixels[..., 0]], rescale_factor=1 / 127.5, offset=-1)
    np.testing.assert_array_equal(gray[0, 0], img.rescale(pixels[..., 0], 1 / 127.5, offset=-1))


def test_half_precision_is_rounded_single_precision() -> None:
    pixels = noise(20, 30, 3)
    half = img.preprocess([pixels], (8, 8), mean=MEAN, std=STD, dtype="float16")
    single = img.preprocess([pixels], (8, 8), mean=MEAN, std=STD)
    assert half.dtype == np.float16
    np.testing.assert_array_equal(half, single.astype(np.float16))


def test_sizes_of_their_own_and_padding() -> None:
    pictures = [noise(20, 30, 3), noise(25, 10, 3)]
    sizes = [(10, 15), (20, 8)]
    got = img.preprocess(pictures, sizes, mean=MEAN, std=STD, pad_size=(24, 16))
    expected = np.zeros((2, 3, 24, 16), np.float32)
    for row, pixels, (height, width) in zip(expected, pictures, sizes, strict=True):
        row[:, :height, :width] = img.preprocess([pixels], (height, width), mean=MEAN, std=STD)[0]
    np.testing.assert_array_equal(got, expected)


def test_threads_change_nothing() -> None:
    pictures = [noise(60, 50 + i, 3, seed=i) for i in range(17)]
    expected = np.concatenate([img.preprocess([each], (20, 20)) for each in pictures])
    for threads in (1, 2, 5, None):
        np.testing.assert_array_equal(img.preprocess(pictures, (20, 20), threads=threads), expected)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "different sizes"),
        ({"size": (5, 5), "dtype": "float64"}, "float32"),
        ({"size": (5, 5), "crop_size": (3, 3), "pad_size": (5, 5)}, "not both"),
        ({"size": (5, 5), "pad_size": (4, 5)}, "smaller than a picture"),
        ({"size": [(5, 5)]}, "a size for each of 2 pictures"),
        ({"size": (5, 5), "mean": [0.5, 0.5]}, "one for each of 3 channels"),
        ({"size": (5, 5), "std": 0}, "must not be 0"),
        ({"size": (5, 5), "threads": 0}, "threads"),
        ({"size": 5}, "two positive ints"),
    ],
)
def test_options_that_are_refused(options: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        img.preprocess([noise(9, 9, 3), noise(8, 9, 3)], **options)


def test_pictures_that_are_refused() -> None:
    with pytest.raises(InvalidTypeError, match="at least one picture"):
        img.preprocess([])
    with pytest.raises(InvalidTypeError, match="uint8, got float32"):
        img.preprocess([np.zeros((3, 3, 3), np.float32)])
    with pytest.raises(InvalidTypeError, match="mode CMYK"):
        img.preprocess([Image.new("CMYK", (3, 3))])
    with pytest.raises(InvalidArgumentError, match="different numbers of channels"):
        img.preprocess([noise(4, 4, 3), noise(4, 4)], (2, 2))
