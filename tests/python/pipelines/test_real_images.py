"""Real models of images with recorded outputs; run with ONNXFORMERS_DATA=<folder>.

The outputs were recorded with Transformers.js, whose resampling under node looks at the four
pixels round a place and no others. Pillow's, which is ours, looks at all that a new pixel covers.
So the pictures are first made small as the recording did it: what follows must be the same.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from onnxformers import pipeline

DATA = Path(os.environ.get("ONNXFORMERS_DATA", "nowhere"))
GOOGLE = DATA / "models" / "google"
#: It is smaller than what the models see: there the recording's resampling is another one.
SMALL = "inputs/images/dog_segmentation.png"

pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason="real models are not kept in the repository; set ONNXFORMERS_DATA"
)


def golden(model: str) -> list[dict[str, Any]]:
    lines = (GOOGLE / model / "golden.jsonl").read_text("utf-8").splitlines()
    assert lines
    return [json.loads(line) for line in lines]


def made_small(image: Image.Image, size: dict[str, int]) -> Image.Image:
    """Of the four pixels round each place, and with places counted from the corner."""
    pixels = np.asarray(image, np.float32)
    for axis, name in enumerate(("height", "width")):
        old, new = pixels.shape[axis], size[name]
        places = np.arange(new) * (old / new)
        low = places.astype(int)
        high = np.minimum(low + 1, old - 1)
        share = (places - low).reshape((-1, 1, 1) if axis == 0 else (1, -1, 1))
        first, second = np.take(pixels, low, axis), np.take(pixels, high, axis)
        pixels = first * (1 - share) + second * share
    return Image.fromarray(np.rint(pixels).clip(0, 255).astype(np.uint8))


@pytest.mark.parametrize("dtype", ["fp32", "q8"])
def test_mobilenet_gives_the_recorded_labels(dtype: str) -> None:
    model = "mobilenet_v2_1.0_224"
    cases = [case for case in golden(model) if case["dtype"] == dtype]
    assert len(cases) == 6
    with pipeline("image-classification", GOOGLE / model, dtype=dtype) as classify:
        for case in cases:
            image = Image.open(DATA / case["input"]).convert("RGB")
            found = classify(made_small(image, classify.processor.size), **case["options"])
            wanted = case["output"]
            assert [one["label"] for one in found] == [one["label"] for one in wanted]
            scores = [one["score"] for one in found]
            tolerance = 0.03 if case["input"] == SMALL else 0.01
            assert scores == pytest.approx([one["score"] for one in wanted], abs=tolerance)
            # With our own resampling what is certain stays certain.
            (best,) = classify(image, top_k=1)
            if wanted[0]["score"] > 0.6:
                assert best["label"] == wanted[0]["label"]


def test_mobilenet_gives_the_recorded_features() -> None:
    model = "mobilenet_v1_1.0_224_features"
    with pipeline("image-feature-extraction", GOOGLE / model, dtype="q8") as embed:
        for case in golden(model):
            image = Image.open(DATA / case["input"]).convert("RGB")
            found = embed(made_small(image, embed.processor.size))
            assert list(found.shape) == case["dims"]
            np.testing.assert_allclose(found.ravel(), case["output"], atol=0.03)


@pytest.mark.parametrize("dtype", ["fp32", "q8"])
def test_deeplab_gives_the_recorded_masks(dtype: str) -> None:
    model = "deeplabv3_mobilenet_v2_0.5_513"
    cases = [case for case in golden(model) if case["dtype"] == dtype]
    assert len(cases) == 4
    with pipeline("image-segmentation", GOOGLE / model, dtype=dtype) as segment:
        for case in cases:
            image = Image.open(DATA / case["input"]).convert("RGB")
            small = made_small(image, segment.processor.size)
            size = (image.height, image.width)
            (found,) = segment([small], target_sizes=[size])
            assert [part["label"] for part in found] == [part["label"] for part in case["output"]]
            if case["input"] == SMALL:
                continue
            for part, wanted in zip(found, case["output"], strict=True):
                recorded = Image.open(GOOGLE / model / wanted["mask"]["$mask_png"]).convert("L")
                assert (np.asarray(part["mask"]) != np.asarray(recorded)).mean() < 0.002
            ours = {part["label"]: np.asarray(part["mask"]) for part in segment(image)}
            for part in found:
                assert (ours[part["label"]] != np.asarray(part["mask"])).mean() < 0.012
