"""Pipelines that give arrays and pictures: features, depths, larger images, keypoints."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from fake_images import Arrays, make, names, picture

from onnxformers.errors import FileFormatError, InvalidArgumentError, InvalidTypeError


def states(inputs: Arrays) -> dict[str, Any]:
    rows = len(inputs["pixel_values"])
    return {
        "last_hidden_state": np.arange(rows * 6, dtype=np.float32).reshape(rows, 2, 3),
        "pooler_output": np.ones((rows, 3), np.float32),
    }


def test_features_are_stacked() -> None:
    embed = make("ImageFeatureExtractionPipeline", states)
    assert embed(picture(8, 8)).shape == (1, 2, 3)
    assert embed([picture(8, 8)] * 3, batch_size=2).shape == (3, 2, 3)
    assert embed([picture(8, 8)] * 2, pool=True).tolist() == [[1, 1, 1]] * 2
    assert [each.shape for each in embed(iter([picture(8, 8)] * 2))] == [(2, 3)] * 2
    with pytest.raises(InvalidTypeError, match="pool must be True or False"):
        embed(picture(8, 8), pool="yes")


def test_halves_become_singles() -> None:
    half = np.full((1, 1, 4, 4), 0.5, np.float16)
    embed = make("ImageFeatureExtractionPipeline", lambda _: {"last_hidden_state": half})
    assert embed(picture(8, 8)).dtype == np.float32
    estimate = make("DepthEstimationPipeline", lambda _: {"predicted_depth": half})
    assert estimate(picture(8, 8))["predicted_depth"].dtype == np.float32
    (part,) = make("ImageSegmentationPipeline", lambda _: {"alphas": half})(picture(4, 4))
    assert np.asarray(part["mask"]).tolist() == [[127] * 4] * 4


@pytest.mark.parametrize("name", ["logits", "image_embeds"])
def test_other_outputs_count_as_features(name: str) -> None:
    embed = make("ImageFeatureExtractionPipeline", lambda _: {name: np.ones((1, 4), np.float32)})
    assert embed(picture(8, 8)).shape == (1, 4)
    with pytest.raises(FileFormatError, match=r"pooler_output, got .*leave out pool"):
        embed(picture(8, 8), pool=True)


def test_features_of_several_shapes_come_one_by_one() -> None:
    def answer(inputs: Arrays) -> dict[str, Any]:
        return {"last_hidden_state": inputs["pixel_values"][:, 0]}

    embed = make("ImageFeatureExtractionPipeline", answer, do_resize=False)
    images = [picture(8, 8), picture(6, 4)]
    with pytest.raises(InvalidArgumentError, match=r"\(8, 8\), \(4, 6\)"):
        embed(images)
    assert [each.shape for each in embed(iter(images))] == [(8, 8), (4, 6)]


def test_depth_has_the_size_of_the_image() -> None:
    def answer(inputs: Arrays) -> dict[str, Any]:
        plane = np.tile(np.linspace(1, 3, 4, dtype=np.float32), (4, 1))
        return {"predicted_depth": np.stack([plane] * len(inputs["pixel_values"]))}

    estimate = make("DepthEstimationPipeline", answer)
    found = estimate(picture(16, 8))
    assert found["predicted_depth"].shape == (8, 16)
    assert found["predicted_depth"].dtype == np.float32
    assert found["predicted_depth"][0, 0] == 1
    assert found["depth"].size == (16, 8)
    levels = np.asarray(found["depth"])
    assert levels.min() == 0
    assert levels.max() == 255
    sizes = [one["depth"].size for one in estimate([picture(4, 4), picture(5, 9)], batch_size=2)]
    assert sizes == [(4, 4), (5, 9)]


def test_a_flat_depth_is_black() -> None:
    flat = np.ones((1, 1, 4, 4), np.float32)
    found = make("DepthEstimationPipeline", lambda _: {"predicted_depth": flat})(picture(4, 4))
    assert np.asarray(found["depth"]).max() == 0
    with pytest.raises(FileFormatError, match="must give predicted_depth"):
        make("DepthEstimationPipeline", lambda _: {"logits": flat})(picture(4, 4))


def test_a_new_image_is_clipped_and_rounded() -> None:
    def answer(inputs: Arrays) -> dict[str, Any]:
        values = np.array([-1, 0.5, 0.999, 2], np.float32).reshape(1, 1, 2, 2)
        return {"reconstruction": np.repeat(values, 3, axis=1)}

    enlarge = make("ImageToImagePipeline", answer)
    image = enlarge(picture(8, 8))
    assert image.mode == "RGB"
    assert np.asarray(image)[:, :, 0].tolist() == [[0, 128], [255, 255]]
    assert len(enlarge([picture(8, 8)] * 2)) == 2
    with pytest.raises(FileFormatError, match="must give a reconstruction"):
        make("ImageToImagePipeline", states)(picture(8, 8))


def heat(inputs: Arrays) -> dict[str, Any]:
    maps = np.zeros((len(inputs["pixel_values"]), 2, 4, 8), np.float32)
    maps[:, 0, 1, 2], maps[:, 0, 1, 3] = 0.9, 0.5
    maps[:, 1, 3, 7] = 0.4
    return {"heatmaps": maps}


def test_keypoints_are_where_the_heat_is() -> None:
    find = make("KeypointDetectionPipeline", heat, config=names("nose", "elbow"))
    nose, elbow = find(picture(80, 40))
    assert nose["label"] == "nose"
    assert nose["score"] == pytest.approx(0.9)
    # The middle of the cell, and a quarter of one towards the warmer neighbour.
    assert nose["point"] == {"x": 27.5, "y": 15.0}
    assert elbow["point"] == {"x": 77.5, "y": 37.5}
    assert find(picture(80, 40), threshold=0.5) == [nose]
    assert find(picture(80, 40), top_k=1) == [nose]
    with pytest.raises(FileFormatError, match="must give heatmaps"):
        make("KeypointDetectionPipeline", states)(picture(8, 8))
