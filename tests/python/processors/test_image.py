"""What each step makes of a picture, beside Pillow and numpy doing the same by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PIL import Image

import onnxformers
from onnxformers.errors import InvalidArgumentError, InvalidTypeError, MissingFileError


def picture(height: int = 23, width: int = 37, mode: str = "RGB") -> Image.Image:
    random = np.random.default_rng([height, width])
    pixels = random.integers(0, 256, (height, width, 3), np.uint8)
    return Image.fromarray(pixels).convert(mode)


def by_hand(image: Image.Image, size: tuple[int, int], resample: int = 2) -> np.ndarray:
    """Resized to (height, width), from 0 to 1, channels first."""
    resized = image.resize(size[::-1], Image.Resampling(resample))
    return (np.asarray(resized) / 255).astype(np.float32).transpose(2, 0, 1)


def levels(processor: Any, image: Any, **options: Any) -> np.ndarray:
    """The one array of a picture, not normalised."""
    array: np.ndarray = processor(image, do_normalize=False, **options).pixel_values[0]
    return array


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (12, (12, 12)),
        ([10, 20], (10, 20)),
        ([9], (9, 9)),
        ({"height": 10, "width": 20}, (10, 20)),
        ({"shortest_edge": 10}, (10, 16)),
        ({"shortest_edge": 20, "longest_edge": 24}, (15, 24)),
        ({"longest_edge": 24}, (14, 24)),
        ({"max_height": 10, "max_width": 30}, (10, 16)),
    ],
    ids=str,
)
@pytest.mark.parametrize("resample", range(6))
def test_every_form_of_size(size: Any, expected: tuple[int, int], resample: int) -> None:
    processor = onnxformers.ViTImageProcessor(size=size, resample=resample)
    features = processor(picture(), do_normalize=False)
    want = by_hand(picture(), expected, resample)
    np.testing.assert_array_equal(features.pixel_values[0], want)
    assert features.original_sizes == [[23, 37]]
    assert features.reshaped_input_sizes == [list(expected)]


def test_a_number_is_the_shorter_side_where_the_class_says_so() -> None:
    assert onnxformers.CLIPImageProcessor(size=10).size == {"shortest_edge": 10}
    assert onnxformers.CLIPImageProcessor(crop_size=10).crop_size == {"height": 10, "width": 10}
    assert onnxformers.SamImageProcessor(size=64).size == {"longest_edge": 64}
    detr = onnxformers.DetrImageProcessor({"size": 10, "max_size": 20})
    assert detr.size == {"shortest_edge": 10, "longest_edge": 20}


def test_a_centre_is_cut_out_or_framed() -> None:
    image = picture(8, 8)
    processor = onnxformers.CLIPImageProcessor(size=8, crop_size=[4, 12])
    got, whole = levels(processor, image), by_hand(image, (8, 8))
    np.testing.assert_array_equal(got[:, :, 2:10], whole[:, 2:6])
    assert (got[:, :, :2] == 0).all()


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "HSV", "F"])
def test_every_mode_becomes_rgb(mode: str) -> None:
    image = picture(mode=mode) if mode != "LA" else picture(mode="L").convert("LA")
    want = by_hand(image.convert("RGB"), (6, 7))
    np.testing.assert_array_equal(levels(onnxformers.ViTImageProcessor(size=[6, 7]), image), want)


def test_arrays_are_pictures_too() -> None:
    processor = onnxformers.ViTImageProcessor(size=6)
    pixels = np.asarray(picture())
    want = by_hand(picture(), (6, 6))
    for same in (pixels, pixels.transpose(2, 0, 1), pixels.astype(np.int64), pixels / 255):
        np.testing.assert_array_equal(levels(processor, same), want)
    assert processor(np.stack([pixels] * 3)).pixel_values.shape == (3, 3, 6, 6)


def test_values_are_rescaled_and_normalised() -> None:
    image, mean, std = picture(4, 4), [0.1, 0.2, 0.3], [0.4, 0.5, 0.6]
    processor = onnxformers.ViTImageProcessor(size=4, image_mean=mean, image_std=std)
    want = (by_hand(image, (4, 4)).transpose(1, 2, 0) - np.float32(mean)) / np.float32(std)
    np.testing.assert_allclose(processor(image).pixel_values[0], want.transpose(2, 0, 1), rtol=1e-6)
    bare = processor(image, do_rescale=False, do_normalize=False).pixel_values[0]
    np.testing.assert_array_equal(bare, np.asarray(image).transpose(2, 0, 1))


def test_red_and_blue_are_swapped_where_the_config_says_so() -> None:
    processor = onnxformers.MobileViTImageProcessor(size=6, crop_size=6)
    image = picture(6, 6)
    np.testing.assert_array_equal(processor(image).pixel_values[0], by_hand(image, (6, 6))[::-1])


def test_channels_are_normalised_before_they_are_swapped() -> None:
    config = {"do_normalize": True, "image_mean": [0.1, 0.2, 0.3], "image_std": [1, 2, 3]}
    plain = onnxformers.ImageProcessor(config)(picture())
    swapped = onnxformers.ImageProcessor(config, do_flip_channel_order=True)(picture())
    np.testing.assert_array_equal(swapped.pixel_values, plain.pixel_values[:, ::-1])


def test_a_class_reads_the_settings_it_has_and_no_others() -> None:
    config = {"size": 8, "do_center_crop": True, "crop_size": 4}
    assert onnxformers.ViTImageProcessor(config)(picture()).pixel_values.shape[2:] == (8, 8)
    generic = onnxformers.ImageProcessor(config)
    assert generic(picture()).pixel_values.shape[2:] == (4, 4)


def test_the_class_of_transformers_js_rounds_and_pads_to_a_divisor() -> None:
    sizes = {"size": {"shortest_edge": 33}, "size_divisibility": 16}
    assert onnxformers.ImageProcessor(sizes)(picture(40, 60)).pixel_values.shape[2:] == (32, 48)
    padded = onnxformers.ImageProcessor({"do_pad": True, "size_divisibility": 16})
    features = padded(picture(20, 30))
    assert features.pixel_values.shape[2:] == (32, 32)
    assert features.reshaped_input_sizes == [[20, 30]]
    assert (features.pixel_values[..., 20:, :] == 0).all()
    framed = onnxformers.ImageProcessor({"do_pad": True, "do_resize": False, "size": [32, 40]})
    assert framed(picture(20, 30)).pixel_values.shape[2:] == (32, 40)


def test_what_a_crop_cuts_off_does_not_show_in_a_frame() -> None:
    config = {"do_center_crop": True, "crop_size": [8, 12], "do_pad": True, "pad_size": [10, 20]}
    image = picture(12, 10)
    values = onnxformers.ImageProcessor(config)(image).pixel_values[0]
    np.testing.assert_array_equal(values[:, :8, 1:11], by_hand(image, (12, 10))[:, 2:10])
    assert (values[:, 8:] == 0).all()
    assert (values[:, :, 11:] == 0).all()


def test_detectors_pad_to_the_largest_picture() -> None:
    processor = onnxformers.DetrImageProcessor(size={"shortest_edge": 20, "longest_edge": 30})
    features = processor([picture(20, 20), picture(20, 60)], do_normalize=False)
    assert features.pixel_values.shape == (2, 3, 20, 30)
    assert features.pixel_mask.dtype == np.int64
    np.testing.assert_array_equal(features.pixel_mask.sum(axis=(1, 2)), [400, 300])
    np.testing.assert_array_equal(
        features.pixel_values[0, :, :, :20], by_hand(picture(20, 20), (20, 20))
    )
    assert "pixel_mask" not in onnxformers.YolosImageProcessor(size=32)(picture(64, 64))


def test_pages_are_cut_turned_and_centred() -> None:
    page = np.full((40, 80, 3), 255, np.uint8)
    page[10:30, 20:60] = 0
    nougat = onnxformers.NougatImageProcessor(size=[20, 10], do_align_long_axis=True)
    features = nougat(page, do_normalize=False)
    assert features.reshaped_input_sizes == [[20, 10]]
    assert features.pixel_values.shape == (1, 3, 20, 10)
    assert features.pixel_values.max() == 0
    donut = onnxformers.DonutImageProcessor(size=[10, 30])
    assert donut.size == {"height": 30, "width": 10}
    values = donut(np.full((8, 8, 3), 255, np.uint8), do_normalize=False).pixel_values
    assert (values[0, :, 10:20] == 1).all()
    assert values.sum() == 3 * 10 * 10
    assert donut(page).pixel_values.min() == -1  # black before it is normalised


def test_swin2sr_mirrors_up_to_whole_windows() -> None:
    processor = onnxformers.Swin2SRImageProcessor(pad_size=8)
    assert processor(picture(16, 8)).pixel_values.shape[2:] == (16, 8)
    values = processor(picture(3, 5)).pixel_values[0]
    np.testing.assert_array_equal(values[:, :3, 5:8], values[:, :3, 4:1:-1])
    np.testing.assert_array_equal(values[:, 3:6], values[:, 2::-1])


def test_vitmatte_has_the_trimap_as_fourth_channel() -> None:
    trimap = np.full((20, 30), 128, np.uint8)
    features = onnxformers.VitMatteImageProcessor()(picture(20, 30), trimap)
    assert features.pixel_values.shape == (1, 4, 32, 32)
    np.testing.assert_allclose(features.pixel_values[0, 3, :20, :30], 128 / 255)
    np.testing.assert_allclose(
        features.pixel_values[0, :3, :20, :30],
        by_hand(picture(20, 30), (20, 30)) * 2 - 1,
        atol=1e-6,
    )


@pytest.mark.parametrize(
    ("trimaps", "message"),
    [
        (None, "expected trimaps beside the pictures"),
        ([np.zeros((20, 30), np.uint8)] * 2, "a trimap for each of 1 pictures, got 2"),
        (np.zeros((20, 31), np.uint8), "they must be equal"),
    ],
)
def test_trimaps_that_do_not_fit(trimaps: Any, message: str) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        onnxformers.VitMatteImageProcessor()(picture(20, 30), trimaps)


def test_sam_moves_points_and_boxes_with_the_picture() -> None:
    processor = onnxformers.SamImageProcessor(size={"longest_edge": 50}, pad_size=64)
    image = picture(50, 100)
    features = processor(
        image, input_points=[[[10, 20]]], input_labels=[[1]], input_boxes=[[[0, 0, 100, 50]]]
    )
    assert features.pixel_values.shape == (1, 3, 64, 64)
    assert features.input_points.tolist() == [[[[5.0, 10.0]]]]
    assert features.input_labels.tolist() == [[[1]]]
    assert features.input_boxes.tolist() == [[[0.0, 0.0, 50.0, 25.0]]]
    grid = processor(image, input_points=np.zeros((1, 7, 1, 2)), input_labels=np.ones((1, 7, 1)))
    assert grid.input_points.shape == (1, 7, 1, 2)
    prompts = processor(image, input_points=np.zeros((3, 2, 2)))
    assert prompts.input_points.shape == (1, 3, 2, 2)
    several = processor([image] * 3, input_points=np.zeros((3, 2, 2)))
    assert several.input_points.shape == (3, 1, 2, 2)


def test_masks_of_sam_take_the_size_of_the_picture() -> None:
    processor = onnxformers.SamImageProcessor(pad_size=64)
    low = np.full((1, 3, 16, 16), -1.0, np.float32)
    low[..., :8] = 1
    (mask,) = processor.post_process_masks(low[None], [[50, 100]], [[32, 64]])
    assert mask.dtype == bool
    assert mask.shape == (1, 3, 50, 100)
    assert mask[..., :48].all()
    assert not mask[..., 52:].any()
    (values,) = processor.post_process_masks(low[None], [[50, 100]], [[32, 64]], binarize=False)
    np.testing.assert_array_equal(values > 0, mask)
    with pytest.raises(InvalidArgumentError, match="expected as many of each"):
        processor.post_process_masks(low[None], [[1, 1], [2, 2]], [[1, 1]])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"input_labels": [[1]]}, "input_labels need input_points"),
        ({"input_points": [[1, 2]]}, r"expected shape \(pictures, prompts, points, 2\)"),
        ({"input_points": [[[1, 2, 3]]]}, r"expected shape \(pictures, prompts, points, 2\)"),
        ({"input_points": [[[1, 2], [3]]]}, "nested lists of numbers"),
        ({"input_boxes": [[[1, 2, 3]]]}, r"expected shape \(pictures, boxes, 4\)"),
        ({"input_points": [[[1, 2]]], "input_labels": [[1, 0]]}, "one for each point"),
    ],
)
def test_prompts_that_do_not_fit(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        onnxformers.SamImageProcessor()(picture(), **options)


@pytest.mark.parametrize(
    ("images", "settings", "error", "message"),
    [
        ([], {}, InvalidArgumentError, "expected pictures, got none"),
        ("no such file.png", {}, MissingFileError, "no such file"),
        (None, {}, InvalidTypeError, "NoneType"),
        (np.zeros((6, 6, 5)), {}, InvalidArgumentError, "or 4 channels"),
        (np.full((4, 4, 3), np.nan), {}, InvalidArgumentError, "expected numbers from 0 to 255"),
        (np.zeros((0, 4, 3)), {}, InvalidArgumentError, "expected an array of shape"),
        (picture(1, 50), {"size": {"longest_edge": 10}}, InvalidArgumentError, "no pixel"),
        (picture(), {"size": 1 << 15}, InvalidArgumentError, "more than 178956970 pixels"),
        (
            [picture(3, 3), picture(4, 4)],
            {"do_resize": False},
            InvalidArgumentError,
            "one picture a",
        ),
        (picture(), {"image_mean": [1, 2]}, InvalidArgumentError, "image_mean has 2 numbers"),
        (picture(), {"image_std": 0}, InvalidArgumentError, "image_std must not be 0"),
        (
            picture(mode="L"),
            {"do_convert_rgb": False, "image_mean": [1, 2, 3]},
            InvalidArgumentError,
            "1 channels",
        ),
    ],
)
def test_bad_input_says_what_is_wrong(
    images: Any, settings: dict[str, Any], error: type[Exception], message: str
) -> None:
    processor = onnxformers.ImageProcessor(
        {"do_normalize": True, "image_mean": 0.5, "image_std": 0.5, "size": 8}
    )
    with pytest.raises(error, match=message):
        processor(images, **settings)


def test_a_picture_larger_than_what_it_is_padded_to() -> None:
    processor = onnxformers.SamImageProcessor(pad_size=32)
    with pytest.raises(InvalidArgumentError, match=r"does not fit into \(32, 32\)"):
        processor(picture(40, 20), do_resize=False)


def test_efficientnet_and_owlv2_have_pixels_of_their_own() -> None:
    image = picture(8, 8)
    twice = onnxformers.EfficientNetImageProcessor(size=8, image_std=[0.5] * 3)
    once = onnxformers.EfficientNetImageProcessor(size=8, image_std=[0.5] * 3, include_top=False)
    np.testing.assert_allclose(twice(image).pixel_values, once(image).pixel_values * 2)
    shifted = once(image, do_normalize=False, rescale_offset=True).pixel_values
    np.testing.assert_allclose(shifted[0], by_hand(image, (8, 8)) - 1, atol=1e-7)
    owl = onnxformers.Owlv2ImageProcessor(size={"height": 16, "width": 16})
    same = owl(picture(16, 16), do_normalize=False).pixel_values[0]
    np.testing.assert_allclose(same, by_hand(picture(16, 16), (16, 16)), atol=1e-7)
    gray = owl(picture(8, 16), do_normalize=False)
    np.testing.assert_allclose(gray.pixel_values[0, :, 9:], 0.5)
    assert gray.reshaped_input_sizes == [[16, 16]]
