"""Boxes, masks and classes from outputs that were written down, and outputs that cannot be read."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import onnxformers
from onnxformers.errors import InvalidArgumentError, InvalidTypeError

FAR = 20.0


def certain(classes: list[int], count: int) -> np.ndarray:
    """Logits that leave no doubt about each row's class."""
    return np.eye(count, dtype=np.float32)[classes][None] * FAR


BOXES = np.array([[[0.5, 0.5, 0.2, 0.4], [0.25, 0.25, 0.5, 0.5]]], np.float32)


def test_boxes_of_a_detector_with_background() -> None:
    outputs = {"logits": certain([1, 2], 3), "pred_boxes": BOXES}
    (found,) = onnxformers.DetrImageProcessor().post_process_object_detection(
        outputs, 0.9, [(100, 200)]
    )
    np.testing.assert_allclose(found["boxes"], [[80, 30, 120, 70]], rtol=1e-6)
    assert found["classes"].tolist() == found["labels"].tolist() == [1]
    assert found["scores"].tolist() == [1.0]


def test_a_box_whose_background_wins_counts_by_its_best_class() -> None:
    outputs = {"logits": np.array([[[0.0, 1.0, 1.1]]], np.float32), "pred_boxes": BOXES[:, :1]}
    (found,) = onnxformers.YolosImageProcessor().post_process_object_detection(outputs, 0.3)
    assert found["classes"].tolist() == [1]
    np.testing.assert_allclose(found["boxes"], [[0.4, 0.3, 0.6, 0.7]], rtol=1e-6)


def test_a_detector_without_background_may_take_a_box_twice() -> None:
    logits = np.array([[[3.0, 2.0], [1.0, -1.0]]], np.float32)
    (found,) = onnxformers.RTDetrImageProcessor().post_process_object_detection(
        {"logits": logits, "pred_boxes": BOXES}
    )
    assert found["classes"].tolist() == [0, 1]
    np.testing.assert_array_equal(found["boxes"][0], found["boxes"][1])


def test_zero_shot_takes_every_text_above_the_threshold() -> None:
    logits = np.array([[[1.0, -1.0, 2.0], [-1.0, -2.0, -3.0]]], np.float32)
    outputs = {"logits": logits, "pred_boxes": BOXES}
    processor = onnxformers.OwlViTImageProcessor()
    (every,) = processor.post_process_object_detection(outputs, 0.5, None, True)
    assert every["classes"].tolist() == [0, 2]
    (best,) = processor.post_process_object_detection(outputs, 0.5)
    assert best["classes"].tolist() == [2]


def test_boxes_in_a_padded_square_are_scaled_by_its_side() -> None:
    outputs = {"logits": certain([0, 0], 1), "pred_boxes": BOXES}
    (found,) = onnxformers.Owlv2ImageProcessor().post_process_object_detection(
        outputs, 0.5, [(100, 200)]
    )
    np.testing.assert_allclose(found["boxes"][0], [80, 60, 120, 140], rtol=1e-6)


def halves() -> dict[str, np.ndarray]:
    """Two masks, left and right, of classes 1 and 1, and one that is of no class."""
    left = np.full((4, 6), -FAR, np.float32)
    left[:, :3] = FAR
    return {
        "logits": certain([1, 1, 2], 3),
        "pred_masks": np.stack([left, -left, np.full_like(left, FAR)])[None],
    }


def test_segments_and_what_is_fused() -> None:
    processor = onnxformers.DetrImageProcessor()
    (apart,) = processor.post_process_panoptic_segmentation(halves(), 0.5, 0.5, 0.8)
    assert apart["segmentation"][0].tolist() == [1, 1, 1, 2, 2, 2]
    assert [segment["id"] for segment in apart["segments_info"]] == [1, 2]
    (fused,) = processor.post_process_panoptic_segmentation(halves(), 0.5, 0.5, 0.8, {1}, [(2, 2)])
    assert fused["segmentation"].tolist() == [[1, 1], [1, 1]]
    assert [segment["was_fused"] for segment in fused["segments_info"]] == [True, True]
    (none,) = processor.post_process_instance_segmentation(halves(), 1.0, target_sizes=[(2, 3)])
    assert none["segments_info"] == []
    assert none["segmentation"].tolist() == [[-1] * 3] * 2


def test_instances_of_maskformer_count_from_zero() -> None:
    outputs = {
        "class_queries_logits": halves()["logits"],
        "masks_queries_logits": halves()["pred_masks"],
    }
    (found,) = onnxformers.MaskFormerImageProcessor().post_process_instance_segmentation(outputs)
    assert sorted(np.unique(found["segmentation"]).tolist()) == [0, 1]
    assert [segment["id"] for segment in found["segments_info"]] == [0, 1]


def test_classes_of_pixels() -> None:
    left = halves()["pred_masks"][0, 0]
    outputs = {"logits": np.stack([left, -left])[None]}
    processor = onnxformers.SegformerImageProcessor()
    (found,) = processor.post_process_semantic_segmentation(outputs, [(1, 2)])
    assert found["segmentation"].tolist() == [[0, 1]]
    assert found["labels"] == [0, 1]
    (masked,) = onnxformers.DetrImageProcessor().post_process_semantic_segmentation(halves())
    assert masked["labels"] == [1]


def test_depths_take_the_size_of_the_picture() -> None:
    depth = np.linspace(0, 1, 12, dtype=np.float32).reshape(1, 3, 4)
    processor = onnxformers.DPTImageProcessor()
    (same,) = processor.post_process_depth_estimation({"predicted_depth": depth})
    np.testing.assert_array_equal(same["predicted_depth"], depth[0])
    (larger,) = processor.post_process_depth_estimation({"predicted_depth": depth}, [(6, 8)])
    assert larger["predicted_depth"].shape == (6, 8)


def test_joints_lie_in_their_boxes() -> None:
    heat = np.zeros((2, 3, 4, 4), np.float32)
    heat[:, 0, 1, 2] = 0.9
    heat[:, 0, 1, 3] = 0.5
    heat[:, 1, 0, 0] = 0.4
    processor = onnxformers.VitPoseImageProcessor()
    boxes = [[[0, 0, 40, 80]], [[100, 200, 40, 80]]]
    one, other = processor.post_process_pose_estimation({"heatmaps": heat}, boxes)
    np.testing.assert_allclose(one[0]["keypoints"][0], [27.5, 30])
    np.testing.assert_allclose(other[0]["keypoints"], one[0]["keypoints"] + [100, 200])
    (((best,)),) = processor.post_process_pose_estimation({"heatmaps": heat[:1]}, boxes[:1], 0.3)
    assert best["labels"].tolist() == [0, 1]
    assert best["scores"].tolist() == pytest.approx([0.9, 0.4])
    with pytest.raises(InvalidArgumentError, match="a box for each of 2 rows"):
        processor.post_process_pose_estimation({"heatmaps": heat}, boxes[:1])


GOOD = {"logits": certain([1, 2], 3), "pred_boxes": BOXES}


@pytest.mark.parametrize(
    ("outputs", "sizes", "message"),
    [
        ({"logits": GOOD["logits"]}, None, "outputs have no pred_boxes; they hold logits"),
        ({}, None, "outputs have no logits; they hold nothing"),
        ({**GOOD, "logits": GOOD["logits"][0]}, None, "logits must be numbers of 3 axes"),
        ({**GOOD, "logits": np.array([[["a"]]])}, None, "logits must be numbers of 3 axes"),
        ({**GOOD, "pred_boxes": BOXES[:, :1]}, None, r"pred_boxes must be of shape \(1, 2, 4\)"),
        (GOOD, [(1, 1), (2, 2)], r"a list of \(height, width\), one for each of 1 rows"),
        (GOOD, "ab", r"a list of \(height, width\)"),
        (GOOD, [(0, 3)], "two whole numbers above 0"),
        (GOOD, [(1.5, 3)], "two whole numbers above 0"),
        (GOOD, [3], "two whole numbers above 0"),
    ],
)
def test_outputs_that_cannot_be_read_say_why(outputs: Any, sizes: Any, message: str) -> None:
    processor = onnxformers.DetrImageProcessor()
    with pytest.raises(InvalidArgumentError, match=message):
        processor.post_process_object_detection(outputs, 0.5, sizes)


def test_outputs_are_a_mapping() -> None:
    with pytest.raises(InvalidTypeError, match="outputs must be a mapping of arrays"):
        onnxformers.DetrImageProcessor().post_process_object_detection([GOOD])


def test_an_array_of_sizes_is_as_good_as_a_list() -> None:
    processor = onnxformers.DetrImageProcessor()
    (one,) = processor.post_process_object_detection(GOOD, 0.5, np.array([[100, 200]]))
    (other,) = processor.post_process_object_detection(GOOD, 0.5, [np.array([100, 200])])
    np.testing.assert_array_equal(one["boxes"], other["boxes"])
