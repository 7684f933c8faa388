"""Boxes of objects, of labels that a model has and of those that the caller makes up."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from fake_images import Arrays, make, names, picture

from onnxformers.errors import InvalidArgumentError, InvalidTypeError

CONFIG = names("cat", "dog")
# Two objects and the background; boxes as (x, y) of the middle, width, height.
LOGITS = [[4.0, 0.0, 0.0], [0.0, 3.0, 0.0], [0.0, 0.0, 5.0]]
BOXES = [[0.5, 0.5, 0.5, 0.5], [0.25, 0.3, 0.21, 0.4], [0.1, 0.1, 0.1, 0.1]]


def found(inputs: Arrays) -> dict[str, Any]:
    rows = len(inputs["pixel_values"])
    return {
        "logits": np.array([LOGITS] * rows, np.float32),
        "pred_boxes": np.array([BOXES] * rows, np.float32),
    }


def detector(inputs: tuple[str, ...] = ("pixel_values", "pixel_mask")) -> Any:
    return make(
        "ObjectDetectionPipeline", found, "DetrImageProcessor", config=CONFIG, inputs=inputs
    )


def test_boxes_are_in_pixels_of_the_image() -> None:
    first, second = detector()(picture(40, 20), threshold=0.5)
    assert first["label"] == "cat"
    assert first["box"] == {"xmin": 10, "ymin": 5, "xmax": 30, "ymax": 15}
    assert all(type(side) is int for side in first["box"].values())
    # 0.145 * 40 = 5.8 is cut, not rounded.
    assert second["box"] == {"xmin": 5, "ymin": 2, "xmax": 14, "ymax": 10}
    assert first["score"] == pytest.approx(np.exp(4) / (np.exp(4) + 2))


def test_boxes_as_shares() -> None:
    first, _ = detector()(picture(40, 20), threshold=0.5, percentage=True)
    assert first["box"] == pytest.approx({"xmin": 0.25, "ymin": 0.25, "xmax": 0.75, "ymax": 0.75})


def test_the_usual_threshold_is_nine_tenths() -> None:
    assert [one["label"] for one in detector()(picture(40, 20))] == ["cat", "dog"]
    assert [one["label"] for one in detector()(picture(40, 20), threshold=0.95)] == ["cat"]


def test_several_images_and_the_mask_that_goes_with_them() -> None:
    detect = detector()
    results = detect([picture(40, 20), picture(10, 10)], threshold=0.95, batch_size=2)
    assert [[one["box"]["xmax"] for one in objects] for objects in results] == [[30], [7]]
    assert all(set(call) == {"pixel_values", "pixel_mask"} for call in detect.model.calls)
    # A model that takes no mask gets none.
    bare = detector(inputs=("pixel_values", "other"))
    bare(picture(4, 4))
    assert set(bare.model.calls[0]) == {"pixel_values"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"threshold": 1.5}, "threshold must be from 0 to 1"),
        ({"threshold": True}, "threshold must be from 0 to 1"),
        ({"treshold": 0.5}, "did you mean 'threshold'"),
    ],
)
def test_bad_options(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        detector()(picture(4, 4), **options)
    with pytest.raises(InvalidTypeError, match="percentage must be True or False"):
        detector()(picture(4, 4), percentage=1)


class Words:
    """A tokenizer: a token for each word, its length."""

    model_max_length = None

    def encode_ragged(self, texts: list[str], **_: Any) -> Any:
        from types import SimpleNamespace

        return SimpleNamespace(truncated=np.array([len(text) > 20 for text in texts]))

    def __call__(self, texts: list[str], **_: Any) -> dict[str, np.ndarray[Any, Any]]:
        width = max(len(text.split()) for text in texts)
        rows = [[len(word) for word in text.split()] for text in texts]
        return {"input_ids": np.array([row + [0] * (width - len(row)) for row in rows])}


def zero_shot() -> Any:
    def answer(inputs: Arrays) -> dict[str, Any]:
        assert len(inputs["pixel_values"]) == 1
        labels = len(inputs["input_ids"])
        logits = np.full((1, 3, labels), -9, np.float32)
        logits[0, 0, -1], logits[0, 1, 0], logits[0, 2, -1] = 0, 2, 1
        return {"logits": logits, "pred_boxes": np.array([BOXES], np.float32)}

    return make(
        "ZeroShotObjectDetectionPipeline",
        answer,
        "OwlViTImageProcessor",
        inputs=("input_ids", "pixel_values"),
        tokenizer=Words(),
    )


def test_labels_of_the_caller_best_first() -> None:
    detect = zero_shot()
    objects = detect(picture(40, 20), ["a cat", "remote control"])
    assert [one["label"] for one in objects] == ["a cat", "remote control", "remote control"]
    scores = [one["score"] for one in objects]
    assert scores == sorted(scores, reverse=True)
    assert objects[-1]["box"] == {"xmin": 10, "ymin": 5, "xmax": 30, "ymax": 15}
    assert detect(picture(40, 20), "a cat, remote control") == objects
    assert detect(picture(40, 20), candidate_labels=("a cat", "remote control")) == objects
    assert detect(picture(40, 20), ["a cat", "remote control"], top_k=1) == objects[:1]
    assert detect(picture(40, 20), ["a cat", "remote control"], threshold=0.6) == objects[:2]


def test_images_go_one_by_one_whatever_the_batch() -> None:
    detect = zero_shot()
    images = [picture(40, 20), picture(20, 20)]
    results = detect(images, ["a cat"], batch_size=2)
    assert results == [detect(image, ["a cat"]) for image in images]


def test_labels_are_needed_and_cut_ones_are_said(caplog: pytest.LogCaptureFixture) -> None:
    detect = zero_shot()
    with pytest.raises(InvalidArgumentError, match="candidate_labels are missing"):
        detect(picture(4, 4))
    with pytest.raises(InvalidArgumentError, match="candidate_labels are empty"):
        detect(picture(4, 4), [])
    with pytest.raises(InvalidTypeError, match=r"candidate_labels\[1\] must be a str"):
        detect(picture(4, 4), ["a", 7])
    detect(picture(4, 4), ["a", "b" * 30])
    assert "1 of 2 labels were cut" in caplog.text
