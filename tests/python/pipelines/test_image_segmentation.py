"""Masks: of segments, of what a semantic model sees, and of a foreground."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from fake_images import Arrays, make, names, picture

from onnxformers.errors import FileFormatError, InvalidArgumentError

CONFIG = names("wall", "floor", "sky")


def halves(inputs: Arrays) -> dict[str, Any]:
    """A wall on the left, sky on the right, of 4 x 4 cells."""
    logits = np.zeros((len(inputs["pixel_values"]), 3, 4, 4), np.float32)
    logits[:, 0, :, :2] = 5
    logits[:, 2, :, 2:] = 5
    return {"logits": logits}


def semantic() -> Any:
    return make("ImageSegmentationPipeline", halves, "SegformerImageProcessor", config=CONFIG)


def queries(inputs: Arrays) -> dict[str, Any]:
    """Two walls and a sky, each a third of the width, certain to various degrees."""
    rows = len(inputs["pixel_values"])
    classes = np.full((rows, 4, 4), -9, np.float32)
    for query, (label, value) in enumerate([(0, 9), (0, 8), (2, 7), (3, 9)]):
        classes[:, query, label] = value
    masks = np.full((rows, 4, 6, 6), -9, np.float32)
    for query in range(3):
        masks[:, query, :, 2 * query : 2 * query + 2] = 9
    return {"class_queries_logits": classes, "masks_queries_logits": masks}


def panoptic() -> Any:
    return make("ImageSegmentationPipeline", queries, "MaskFormerImageProcessor", config=CONFIG)


def test_a_semantic_model_gives_a_mask_for_each_label_that_is_there() -> None:
    left, right = semantic()(picture(12, 6))
    assert (left["label"], right["label"]) == ("wall", "sky")
    assert left["score"] is None
    assert left["mask"].mode == "L"
    assert left["mask"].size == (12, 6)
    pixels = np.asarray(left["mask"])
    assert (pixels[:, :5] == 255).all()
    assert (pixels[:, 7:] == 0).all()
    assert (pixels + np.asarray(right["mask"]) == 255).all()


def test_target_sizes_are_those_of_the_masks() -> None:
    segment = semantic()
    (one,) = segment([picture(12, 6)], target_sizes=[(20, 30)])
    assert one[0]["mask"].size == (30, 20)
    both = segment([picture(12, 6), picture(6, 6)], target_sizes=[(2, 3), [4, 5]], batch_size=2)
    assert [parts[0]["mask"].size for parts in both] == [(3, 2), (5, 4)]
    with pytest.raises(InvalidArgumentError, match="one size for each of 2 images, got 1"):
        segment([picture(12, 6)] * 2, target_sizes=[(2, 3)])


def test_panoptic_segments_have_scores() -> None:
    parts = panoptic()(picture(12, 6))
    assert [part["label"] for part in parts] == ["wall", "wall", "sky"]
    assert all(part["score"] > 0.99 for part in parts)
    covered = sum(np.asarray(part["mask"]).astype(int) for part in parts)
    assert covered.max() == 255


def test_labels_may_be_fused() -> None:
    parts = panoptic()(picture(12, 6), label_ids_to_fuse=[0])
    walls = [np.asarray(part["mask"]) for part in parts if part["label"] == "wall"]
    assert (walls[0] == walls[1]).all()
    assert (walls[0][:, :7] == 255).all()


def test_a_subtask_is_chosen_and_must_be_there() -> None:
    parts = panoptic()(picture(12, 6), subtask="semantic")
    assert {part["label"] for part in parts} <= {"wall", "floor", "sky"}
    assert all(part["score"] is None for part in parts)
    with pytest.raises(InvalidArgumentError, match="cannot do panoptic segmentation"):
        semantic()(picture(4, 4), subtask="panoptic")
    with pytest.raises(InvalidArgumentError, match="subtask must be one of panoptic"):
        semantic()(picture(4, 4), subtask="other")


def foreground(values: float, name: str = "input") -> Any:
    def answer(inputs: Arrays) -> dict[str, Any]:
        shape = (len(inputs[name]), 1, 8, 8)
        found = np.full(shape, values, np.float32)
        found[:, :, :, 4:] = 0
        return {"output": found}

    return make("ImageSegmentationPipeline", answer, inputs=(name,))


def test_a_foreground_has_neither_label_nor_score() -> None:
    segment = foreground(0.5)
    (part,) = segment(picture(8, 8))
    assert part["label"] is None
    assert part["score"] is None
    pixels = np.asarray(part["mask"])
    assert (pixels[:, :4] == 127).all()
    assert (pixels[:, 4:] == 0).all()
    assert set(segment.model.calls[0]) == {"input"}


def test_values_outside_0_to_1_are_logits() -> None:
    pixels = np.asarray(foreground(4.0)(picture(8, 8))[0]["mask"])
    assert (pixels[:, :4] == int(255 / (1 + np.exp(-4)))).all()
    assert (pixels[:, 4:] == 127).all()


def test_what_is_no_mask_is_refused() -> None:
    def answer(inputs: Arrays) -> dict[str, Any]:
        return {"logits": np.zeros((1, 10), np.float32)}

    with pytest.raises(FileFormatError, match=r"shape \(rows, 1, height, width\), got \(1, 10\)"):
        make("ImageSegmentationPipeline", answer)(picture(8, 8))


def test_the_background_is_made_transparent() -> None:
    def answer(inputs: Arrays) -> dict[str, Any]:
        found = np.ones((len(inputs["pixel_values"]), 1, 8, 8), np.float32)
        found[:, :, :, 4:] = 0
        return {"alphas": found}

    remove = make("BackgroundRemovalPipeline", answer)
    image = picture(8, 8)
    cut = remove(image)
    assert cut.mode == "RGBA"
    assert np.asarray(cut)[:, :, 3].tolist() == [[255] * 4 + [0] * 4] * 8
    assert (np.asarray(cut)[:, :, :3] == np.asarray(image)).all()
    assert [one.size for one in remove([picture(8, 8), picture(30, 10)])] == [(8, 8), (30, 10)]
    with pytest.raises(InvalidArgumentError, match="target_sizes are of image-segmentation"):
        remove([image], target_sizes=[(4, 4)])


def test_the_background_that_a_model_names_is_made_transparent() -> None:
    config = names("background", "floor", "sky")
    remove = make("BackgroundRemovalPipeline", halves, "SegformerImageProcessor", config=config)
    alpha = np.asarray(remove(picture(12, 6)))[:, :, 3]
    assert (alpha[:, :5] == 0).all()
    assert (alpha[:, 7:] == 255).all()
