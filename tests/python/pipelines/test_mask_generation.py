"""Masks of everything in an image, or of what points show."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from fake_images import FakeModel, picture

from onnxformers import pipelines, processors
from onnxformers.errors import InvalidArgumentError, UnsupportedModelError
from onnxformers.models import ModelOutput
from onnxformers.pipelines import mask_grid

SIDE = 32  # what the model sees; its masks have a quarter of it


class Sam(FakeModel):
    """Finds the left or the right half of what it sees, whichever a point lies in."""

    kind = "mask-generation"

    def __init__(self, *, boxes: bool = False) -> None:
        names = ("input_points", "input_boxes") if boxes else ("input_points",)
        super().__init__(lambda inputs: {}, {}, names)
        self.encoded = 0

    def get_image_embeddings(self, pixels: Any, **_: Any) -> ModelOutput:
        self.encoded += len(pixels)
        return ModelOutput({"image_embeddings": np.zeros((1, 4, 8, 8), np.float32)})

    def __call__(self, **inputs: Any) -> ModelOutput:
        self.calls.append(inputs)
        points = np.asarray(inputs["input_points"])[0]
        masks = np.full((1, len(points), 3, 8, 8), -9, np.float32)
        scores = np.zeros((1, len(points), 3), np.float32)
        for row, place in enumerate(points[:, 0, 0]):
            half = slice(0, 4) if place < SIDE / 2 else slice(4, 8)
            masks[0, row, :, :, half] = 9
            scores[0, row] = [0.5, 0.97 - row / 1000, 0.9]
        return ModelOutput({"pred_masks": masks, "iou_scores": scores})


def generator(model: Any = None) -> Any:
    processor = processors.SamImageProcessor(
        {"size": {"longest_edge": SIDE}, "pad_size": {"height": SIDE, "width": SIDE}}
    )
    return pipelines.MaskGenerationPipeline(
        task="mask-generation", model=model or Sam(), processor=processor
    )


def test_everything_is_found_once() -> None:
    cut = generator()
    found = cut(picture(64, 64), points_per_crop=4, points_per_batch=5)
    assert cut.model.encoded == 1
    assert [len(call["input_points"][0]) for call in cut.model.calls] == [5, 5, 5, 1]
    assert found["masks"].shape == (2, 64, 64)
    assert found["masks"].dtype == bool
    assert found["masks"].sum(axis=0).min() == found["masks"].sum(axis=0).max() == 1
    assert found["scores"].tolist() == sorted(found["scores"].tolist(), reverse=True)
    assert "rle_mask" not in found
    more = cut(picture(64, 64), points_per_crop=2, output_rle_mask=True, output_bboxes_mask=True)
    assert sorted(more["bounding_boxes"].tolist()) == [[0, 0, 31, 63], [32, 0, 63, 63]]
    assert {tuple(each["counts"]) for each in more["rle_mask"]} == {(0, 2048, 2048), (2048, 2048)}


def test_what_is_not_good_enough_is_left_out() -> None:
    cut = generator()
    found = cut(picture(64, 64), points_per_crop=2, pred_iou_thresh=0.99)
    assert found["masks"].shape == (0, 64, 64)
    found = cut(picture(64, 64), points_per_crop=2, stability_score_thresh=1.0)
    assert found["masks"].shape[0] == 0


def test_crops_find_what_lies_in_them() -> None:
    cut = generator()
    found = cut(picture(80, 64), points_per_crop=2, crops_n_layers=1, crops_nms_thresh=1.0)
    assert cut.model.encoded == 5
    assert found["masks"].shape[1:] == (64, 80)
    # Masks that end where a crop does are cut off objects.
    widths = found["masks"].any(axis=1).sum(axis=1)
    assert set(widths.tolist()) <= {40, 39, 41}


def test_points_show_objects() -> None:
    cut = generator()
    found = cut(picture(64, 64), input_points=[50, 10])
    assert found["masks"].shape == (1, 64, 64)
    assert found["scores"].tolist() == [pytest.approx(0.97)]
    assert found["masks"][0, :, 32:].all()
    assert not found["masks"][0, :, :31].any()
    every = cut(picture(64, 64), input_points=[50, 10], multimask_output=True)
    assert every["scores"].tolist() == pytest.approx([0.5, 0.97, 0.9])
    objects = cut(picture(64, 64), input_points=[[[50, 10]], [[3, 4]]], input_labels=[[1], [1]])
    assert objects["masks"][:, 0, 0].tolist() == [False, True]
    several = cut([picture(64, 64), picture(8, 8)], input_points=[[5, 10], [6, 12]])
    assert [each["masks"].shape for each in several] == [(1, 64, 64), (1, 8, 8)]


def test_boxes_need_a_model_that_takes_them() -> None:
    with pytest.raises(UnsupportedModelError, match="exported without boxes"):
        generator()(picture(8, 8), input_boxes=[1, 2, 3, 4])
    cut = generator(Sam(boxes=True))
    cut(picture(64, 64), input_points=[5, 5], input_boxes=[2, 4, 6, 8])
    assert cut.model.calls[0]["input_boxes"].tolist() == [[[1, 2, 3, 4]]]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"input_points": [[[1, 2]], [[1, 2], [3, 4]]]}, "must be numbers, as many"),
        ({"input_points": []}, "must have 1 to 4 axes"),
        ({"input_labels": [1]}, "one number for each of input_points"),
        ({"input_points": [1, 2], "input_labels": [1, 1]}, "one number for each"),
        ({"points_per_batch": 0}, "points_per_batch must be a positive int"),
        ({"crops_n_layers": -1}, "crops_n_layers must be from 0 to 4"),
        ({"crop_overlap_ratio": 2}, "crop_overlap_ratio must be from 0 to 1"),
    ],
)
def test_bad_options(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        generator()(picture(8, 8), **options)


def test_the_better_of_boxes_that_share_too_much_stays() -> None:
    boxes = np.array([[0, 0, 10, 10], [1, 0, 11, 10], [20, 20, 30, 30]], np.float32)
    scores = np.array([0.5, 0.9, 0.7], np.float32)
    assert mask_grid.keep_best(boxes, scores, 0.7).tolist() == [1, 2]
    assert mask_grid.keep_best(boxes, scores, 0.9).tolist() == [1, 2, 0]
    assert mask_grid.keep_best(boxes[:0], scores[:0], 0.5).tolist() == []


def test_empty_masks_have_empty_boxes_and_are_not_steady() -> None:
    masks = np.zeros((1, 4, 5), bool)
    assert mask_grid.mask_boxes(masks).tolist() == [[0, 0, 0, 0]]
    assert mask_grid.stability(np.full((1, 4, 5), -9, np.float32), 0, 1).tolist() == [0]
    assert mask_grid.run_lengths(masks[0]) == {"size": [4, 5], "counts": [20]}


@pytest.mark.oracle
def test_grids_are_those_of_transformers() -> None:
    pytest.importorskip("torch", reason="the reference cuts by torch: pip install torch")
    reason = "the reference: pip install transformers==4.46.3"
    sam = pytest.importorskip("transformers.models.sam.image_processing_sam", reason=reason)
    import torch

    size = (61, 93)
    crops = list(mask_grid.make_crops(size, 2, 512 / 1500))
    boxes, layers = sam._generate_per_layer_crops(2, 512 / 1500, size)
    assert [list(crop.box) for crop in crops] == [list(map(int, box)) for box in boxes]
    assert [crop.layer for crop in crops] == layers
    grid = sam._build_point_grid(5) * np.array([[93, 61]])
    np.testing.assert_allclose(mask_grid.grid_points(5, size), grid)

    values = np.random.default_rng(1).normal(0, 2, (6, 20, 30)).astype(np.float32)
    values[3] = -9
    tensor = torch.tensor(values)
    steady = sam._compute_stability_score_pt(tensor[:3], 0.0, 1.0).numpy()
    np.testing.assert_allclose(mask_grid.stability(values[:3], 0.0, 1.0), steady, rtol=1e-6)
    wanted = sam._batched_mask_to_box(tensor > 4).numpy()
    boxes = mask_grid.mask_boxes(values > 4)
    np.testing.assert_array_equal(boxes, wanted)
    runs = sam._mask_to_rle_pytorch(tensor > 0)
    assert [mask_grid.run_lengths(mask) for mask in values > 0] == runs
    crop = mask_grid.Crop((0, 0, 40, 40), 1)
    near = sam._is_box_near_crop_edge(torch.tensor(boxes), list(crop.box), [0, 0, 93, 61])
    assert mask_grid.is_cut(boxes, crop, size).tolist() == near.tolist()
