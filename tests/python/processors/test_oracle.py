"""Image processors beside those of an installed transformers: the same floats, masks and boxes.

Reference: transformers 4.46.3, the classes in models/*/image_processing_*.py.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

import onnxformers
from onnxformers import AutoProcessor
from onnxformers.errors import InvalidArgumentError

MODELS = Path(__file__).parents[2] / "conformance" / "models"
pytestmark = pytest.mark.oracle
transformers = pytest.importorskip(
    "transformers", reason="the reference: pip install transformers==4.46.3"
)

#: (height, width): squares, long and tall ones, single rows and columns, sides above 384.
SIZES = [(1, 1), (1, 9), (13, 1), (16, 16), (31, 17), (40, 40), (24, 97), (101, 37), (64, 64)]
EDGES = [{"shortest_edge": 24, "longest_edge": 41}, {"shortest_edge": 40, "longest_edge": 56}]
STATISTICS = {"image_mean": [0.1, 0.5, 0.9], "image_std": [0.2, 0.5, 1.1]}
CONFIGS: dict[str, list[dict[str, Any]]] = {
    "Beit": [{"size": 20, "crop_size": 16}, {"size": [18, 30], "do_center_crop": False}],
    "Bit": [{"size": 33, "crop_size": {"height": 20, "width": 40}}],
    "Blip": [{"size": {"height": 20, "width": 31}}],
    "CLIP": [
        {"size": 24, "crop_size": 20},
        {"size": {"height": 9, "width": 40}, "crop_size": 33, "resample": 1},
        {"do_resize": False, "crop_size": {"height": 15, "width": 52}},
        {"size": 24, "do_center_crop": False, "do_rescale": False, **STATISTICS},
        {"size": 24, "do_normalize": False, "rescale_factor": 0.01},
    ],
    "ChineseCLIP": [{"size": {"height": 20, "width": 20}, "do_center_crop": False}],
    "ConvNext": [
        {"size": 28, "crop_pct": 0.875},
        {"size": {"shortest_edge": 40}, "crop_pct": 0.7, "resample": 3},
        {"size": {"shortest_edge": 384}},
    ],
    "DPT": [
        {"size": 42, "keep_aspect_ratio": True, "ensure_multiple_of": 14},
        {"size": {"height": 30, "width": 50}, "ensure_multiple_of": 8},
        {"size": 33, "do_pad": True, "size_divisor": 16},
    ],
    "DeiT": [{"size": 40, "crop_size": 30}],
    "Detr": [{"size": size} for size in EDGES]
    + [
        {"size": {"height": 20, "width": 30}},
        {"size": {"max_height": 30, "max_width": 50}},
        {"size": EDGES[0], "pad_size": {"height": 70, "width": 90}},
        {"size": EDGES[0], "do_pad": False},
    ],
    "Donut": [
        {"size": {"height": 48, "width": 36}},
        {"size": [30, 50], "do_align_long_axis": True},
        {"size": {"height": 30, "width": 50}, "do_align_long_axis": True, "do_resize": False},
    ],
    "EfficientNet": [
        {"size": 28},
        {"size": 28, "include_top": False, "resample": 2},
        {"size": 30, "do_center_crop": True, "crop_size": 20, "rescale_factor": 1 / 127.5},
        {"size": 28, "rescale_offset": True, "do_normalize": False, **STATISTICS},
    ],
    "GLPN": [{"size_divisor": 8}, {"size_divisor": 4, "resample": 3}],
    "MaskFormer": [{"size": size, "size_divisor": 16} for size in EDGES]
    + [{"size": {"height": 20, "width": 30}, "size_divisor": 32}],
    "MobileNetV1": [{"size": 36, "crop_size": 28}],
    "MobileNetV2": [{"size": 36, "crop_size": 28, "resample": 5}],
    "MobileViT": [
        {"size": 36, "crop_size": 28},
        {"size": 36, "crop_size": 28, "do_flip_channel_order": False, "resample": 4},
    ],
    "Nougat": [
        {"size": {"height": 48, "width": 36}},
        {"size": {"height": 48, "width": 36}, "do_crop_margin": False, "do_align_long_axis": True},
    ],
    "OwlViT": [{"size": 32}, {"size": 32, "do_center_crop": True, "crop_size": 40}],
    "Owlv2": [{"size": {"height": 32, "width": 32}}, {"size": {"height": 50, "width": 40}}],
    "Pvt": [{"size": 28}],
    "RTDetr": [{"size": {"height": 40, "width": 30}}, {"size": EDGES[0], "do_pad": True}],
    "Sam": [{"size": {"longest_edge": 48}, "pad_size": 64}],
    "Segformer": [{"size": {"height": 32, "width": 20}, "resample": 0}],
    "Siglip": [{"size": {"height": 28, "width": 30}}],
    "ViT": [{"size": {"height": 20, "width": 31}, "resample": each} for each in range(6)],
    "Yolos": [{"size": size} for size in EDGES],
}
CASES = [(prefix, config) for prefix, configs in CONFIGS.items() for config in configs]


def picture(height: int, width: int, seed: int = 0) -> Image.Image:
    random = np.random.default_rng([seed, height, width])
    coarse = random.integers(0, 256, (4, 4, 3), np.uint8)
    smooth = np.asarray(Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC))
    noise = random.integers(-20, 21, smooth.shape)
    return Image.fromarray((smooth + noise).clip(0, 255).astype(np.uint8))


def classes(prefix: str) -> tuple[Any, Any]:
    name = f"{prefix}ImageProcessor"
    return getattr(onnxformers, name), getattr(transformers, name)


def compared(ours: Any, theirs: Any) -> None:
    assert set(theirs) <= set(ours)
    for name in theirs:
        want, got = np.asarray(theirs[name]), np.asarray(ours[name])
        assert got.shape == want.shape, name
        if name == "pixel_values":
            assert got.dtype == np.float32
            np.testing.assert_allclose(got, want, rtol=1e-6, atol=1e-6)
        else:
            np.testing.assert_array_equal(got, want)


@pytest.mark.parametrize(("prefix", "config"), CASES, ids=[f"{p}-{c}" for p, c in CASES])
def test_one_picture_gives_the_same_floats(prefix: str, config: dict[str, Any]) -> None:
    ours, theirs = (cls(**config) for cls in classes(prefix))
    for size in SIZES:
        if prefix == "Owlv2" and min(size) <= 3:
            continue  # it takes sides of 1 and 3 for channels, whatever it is told
        if prefix == "GLPN" and min(size) < config["size_divisor"]:
            continue  # it has no answer; ours is one multiple
        image = picture(*size)
        want = None
        with suppress(ValueError):  # it resizes to sides of 0
            # Told, as it takes narrow pictures for pictures with the channels in front.
            want = theirs(image, return_tensors="np", input_data_format="channels_last")
        if want is not None:
            compared(ours(image), want)
            continue
        with pytest.raises(InvalidArgumentError, match="would be resized to no pixel"):
            ours(image)


@pytest.mark.parametrize("prefix", ["CLIP", "Detr", "MaskFormer", "ViT", "Yolos"])
def test_pictures_of_one_call_give_the_same_arrays(prefix: str) -> None:
    config: dict[str, Any] = {"size": EDGES[0]} if prefix in {"Detr", "Yolos"} else {}
    if prefix == "MaskFormer":
        config = {"size": EDGES[1], "size_divisor": 16}
    ours, theirs = (cls(**config) for cls in classes(prefix))
    images = [picture(40, 60), picture(50, 30, seed=1), picture(64, 64, seed=2)]
    compared(ours(images), theirs(images, return_tensors="np"))


@pytest.mark.parametrize("sides", [(40, 60), (77, 31)])
def test_sam_moves_points_and_boxes_as_the_reference(sides: tuple[int, int]) -> None:
    config = {"size": {"longest_edge": 48}, "pad_size": 64}
    ours, theirs = (cls(**config) for cls in classes("Sam"))
    reference = transformers.SamProcessor(theirs)
    image = picture(*sides)
    prompts = {
        "input_points": [[[3.0, 4.5], [20.0, 7.0]]],
        "input_labels": [[1, 0]],
        "input_boxes": [[[1.0, 2.0, 30.0, 20.5]]],
    }
    want, got = reference(image, return_tensors="np", **prompts), ours(image, **prompts)
    for name in prompts:
        # Arrays of numpy miss the axis of prompts that it gives tensors.
        np.testing.assert_allclose(got[name], np.reshape(want[name], got[name].shape), rtol=1e-6)


def logits(shape: tuple[int, ...], seed: int) -> np.ndarray:
    return (np.random.default_rng(seed).normal(size=shape) * 3).astype(np.float32)


def tensors(arrays: dict[str, np.ndarray]) -> Any:
    torch = pytest.importorskip("torch", reason="the reference's outputs: pip install torch")
    return SimpleNamespace(**{name: torch.from_numpy(array) for name, array in arrays.items()})


@pytest.mark.parametrize("prefix", ["Detr", "Yolos", "RTDetr", "OwlViT", "Owlv2"])
@pytest.mark.parametrize("threshold", [0.2, 0.5, 0.8])
@pytest.mark.parametrize("sizes", [None, [(48, 64), (101, 37)]], ids=str)
def test_boxes_are_those_of_the_reference(prefix: str, threshold: float, sizes: Any) -> None:
    ours, theirs = (cls() for cls in classes(prefix))
    boxes = np.random.default_rng(5).uniform(0.1, 0.6, (2, 12, 4)).astype(np.float32)
    outputs = {"logits": logits((2, 12, 6), 4), "pred_boxes": boxes}
    want = theirs.post_process_object_detection(tensors(outputs), threshold, sizes)
    got = ours.post_process_object_detection(outputs, threshold, sizes)
    for one, other in zip(got, want, strict=True):
        np.testing.assert_array_equal(one["labels"], other["labels"].numpy())
        np.testing.assert_allclose(one["scores"], other["scores"].numpy(), rtol=1e-6)
        np.testing.assert_allclose(one["boxes"], other["boxes"].numpy(), rtol=1e-6)


MASKS = {"Detr": ("logits", "pred_masks")} | dict.fromkeys(
    ("MaskFormer", "Mask2Former"), ("class_queries_logits", "masks_queries_logits")
)


@pytest.mark.parametrize("prefix", ["Detr", "MaskFormer"])
@pytest.mark.parametrize("kind", ["panoptic", "instance", "semantic"])
@pytest.mark.parametrize("sizes", [None, [(20, 30), (11, 7)]], ids=str)
@pytest.mark.parametrize("seed", range(4))
def test_segments_are_those_of_the_reference(prefix: str, kind: str, sizes: Any, seed: int) -> None:
    ours, theirs = (cls() for cls in classes(prefix))
    names = MASKS[prefix]
    # As many classes as make torch.topk(sorted=False), which its instances come from, sort.
    labels = 80 if kind == "instance" else 5
    arrays = (logits((2, 7, labels), seed) * 2, logits((2, 7, 8, 8), seed + 9))
    outputs = dict(zip(names, arrays, strict=True))
    options: dict[str, Any] = {"target_sizes": sizes}
    if kind != "semantic":
        options |= {"threshold": 0.4, "overlap_mask_area_threshold": 0.3}
    if kind == "panoptic":
        options["label_ids_to_fuse"] = {1, 2}
    method = f"post_process_{kind}_segmentation"
    want = getattr(theirs, method)(tensors(outputs), **options)
    got = getattr(ours, method)(outputs, **options)
    for one, other in zip(got, want, strict=True):
        if kind == "semantic":
            np.testing.assert_array_equal(one["segmentation"], other.numpy())
            continue
        np.testing.assert_array_equal(one["segmentation"], other["segmentation"].numpy())
        assert [{**each, "score": 0} for each in one["segments_info"]] == [
            {**each, "score": 0} for each in other["segments_info"]
        ]
        np.testing.assert_allclose(
            [each["score"] for each in one["segments_info"]],
            [each["score"] for each in other["segments_info"]],
            atol=2e-6,
        )


@pytest.mark.parametrize("prefix", ["Segformer", "Beit", "MobileViT", "DPT"])
def test_classes_of_pixels_are_those_of_the_reference(prefix: str) -> None:
    ours, theirs = (cls() for cls in classes(prefix))
    outputs = {"logits": logits((2, 5, 9, 7), 1)}
    for sizes in (None, [(30, 20), (5, 5)]):
        want = theirs.post_process_semantic_segmentation(tensors(outputs), sizes)
        got = ours.post_process_semantic_segmentation(outputs, sizes)
        for one, other in zip(got, want, strict=True):
            np.testing.assert_array_equal(one["segmentation"], other.numpy())


def test_masks_of_sam_are_those_of_the_reference() -> None:
    torch = pytest.importorskip("torch", reason="the reference's outputs: pip install torch")
    config = {"size": {"longest_edge": 48}, "pad_size": 48}
    ours, theirs = (cls(**config) for cls in classes("Sam"))
    masks = logits((2, 1, 3, 12, 12), 3)
    sizes = ([[40, 60], [77, 31]], [[32, 48], [48, 19]])
    for binarize in (True, False):
        want = theirs.post_process_masks(torch.from_numpy(masks), *sizes, binarize=binarize)
        got = ours.post_process_masks(masks, *sizes, binarize=binarize)
        for one, other in zip(got, want, strict=True):
            np.testing.assert_allclose(one, other.numpy(), rtol=1e-5, atol=1e-5)


def test_depths_are_those_of_the_reference() -> None:
    ours, theirs = (cls() for cls in classes("DPT"))
    outputs = {"predicted_depth": logits((2, 12, 9), 2)}
    for sizes in (None, [(30, 20), (5, 15)]):
        want = theirs.post_process_depth_estimation(tensors(outputs), sizes)
        got = ours.post_process_depth_estimation(outputs, sizes)
        for one, other in zip(got, want, strict=True):
            np.testing.assert_allclose(
                one["predicted_depth"], other["predicted_depth"].numpy(), rtol=1e-5, atol=1e-5
            )


@pytest.mark.parametrize(
    ("model", "name", "text"),
    [
        ("clip", None, ["a cat", "dogs"]),
        ("clipseg", None, ["a cat", "dogs"]),
        ("llava", None, ["USER: <image>\nwhat?", "<image> and on"]),
        ("donut", "DonutProcessor", ["abc", "a"]),
        ("donut", "TrOCRProcessor", ["abc", "a"]),
        ("clip", "OwlViTProcessor", [["a cat", "dogs"], ["a"]]),
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_pictures_and_texts_are_put_together_as_in_the_reference(
    model: str, name: str | None, text: Any
) -> None:
    folder = MODELS / model
    if name is None:
        ours, theirs = AutoProcessor, transformers.AutoProcessor
    else:
        ours, theirs = getattr(onnxformers, name), getattr(transformers, name)
    options: dict[str, Any] = {"images": picture(40, 60), "text": text, "return_tensors": "np"}
    if name == "OwlViTProcessor":
        del options["images"]  # CLIP's config is none of OWL-ViT's
    else:
        options["padding"] = True
    want = theirs.from_pretrained(folder)(**options)
    compared(ours.from_pretrained(folder)(**options), want)
