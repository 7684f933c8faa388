"""Pictures of results show what is in them, where it is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PIL import Image

from onnxformers.errors import InvalidTypeError
from onnxformers.pipelines.drawing import draw, palette

GREY = Image.new("RGB", (120, 90), (128, 128, 128))


def changed(picture: Image.Image) -> np.ndarray[Any, Any]:
    """Where a picture differs from the grey one."""
    return (np.asarray(picture) != 128).any(axis=2)


def mask(left: int, right: int) -> Image.Image:
    pixels = np.zeros((90, 120), np.uint8)
    pixels[:, left:right] = 255
    return Image.fromarray(pixels)


def test_boxes_have_edges_and_titles() -> None:
    box = {"xmin": 30, "ymin": 40, "xmax": 80, "ymax": 70}
    picture = draw(GREY, [{"score": 0.9, "label": "cat", "box": box}])
    assert picture.size == GREY.size
    drawn = changed(picture)
    for y, x in ((40, 50), (70, 50), (55, 30), (55, 80)):
        assert drawn[y, x]
    assert not drawn[55, 55]
    assert drawn[30:40, 30:60].mean() > 0.8  # the title
    assert np.asarray(GREY).min() == 128  # the image itself is left alone


def test_boxes_as_shares_and_beyond_the_picture() -> None:
    box = {"xmin": 0.25, "ymin": 0.5, "xmax": 0.75, "ymax": 0.9}
    drawn = changed(draw(GREY, [{"score": 0.9, "label": "", "box": box}]))
    assert drawn[45, 60]
    assert drawn[60, 30]
    outside = {"xmin": -50, "ymin": -20, "xmax": 500, "ymax": 200}
    drawn = changed(draw(GREY, [{"score": 0.9, "label": "cat", "box": outside}]))
    assert drawn[:12, :20].any()  # the title is moved into the picture


def test_boxes_of_one_label_have_one_color() -> None:
    boxes = [{"xmin": x, "ymin": 40, "xmax": x + 20, "ymax": 60} for x in (5, 40, 80)]
    rows = [
        {"score": 0.9, "label": label, "box": box}
        for label, box in zip(("cat", "dog", "cat"), boxes, strict=True)
    ]
    pixels = np.asarray(draw(GREY, rows))
    first, second, third = (tuple(pixels[60, x + 10]) for x in (5, 40, 80))
    assert first == third != second


def test_masks_cover_what_they_are_of() -> None:
    rows = [
        {"score": None, "label": "background", "mask": mask(0, 40)},
        {"score": 0.7, "label": "cat", "mask": mask(40, 80)},
        {"score": None, "label": None, "mask": mask(80, 120)},
    ]
    drawn = changed(draw(GREY, rows))
    assert not drawn[80:, :40].any()
    assert drawn[80:, 40:].all()
    alone = draw(GREY, rows[:1])
    assert changed(alone)[:, :40].all()
    several = draw(GREY, {"masks": np.stack([np.asarray(mask(0, 9)) > 0]), "scores": [0.5]})
    assert changed(several).sum() == 9 * 90


def test_depths_go_from_dark_to_light() -> None:
    depth = np.tile(np.linspace(0, 5, 50, dtype=np.float32), (20, 1))
    picture = draw(GREY, {"predicted_depth": depth, "depth": None})
    assert picture.size == (50, 20)
    light = np.asarray(picture.convert("L"))[0].astype(int)
    assert (np.diff(light) >= 0).all()
    assert light[0] < 40
    assert light[-1] > 230
    flat = draw(GREY, {"predicted_depth": np.ones((3, 4), np.float32), "depth": None})
    assert flat.size == (4, 3)


def test_points_are_where_they_are() -> None:
    rows = [{"score": 0.9, "label": "nose", "point": {"x": 60.0, "y": 45.0}}]
    assert changed(draw(GREY, rows))[45, 60]


@pytest.mark.parametrize(
    "result",
    [
        [{"label": "a very long label " * 9, "score": 0.5}],
        [{"generated_text": "a cat on a couch, " * 9}],
        [{"answer": None}],
        [],
    ],
)
def test_texts_stand_below_the_image(result: Any) -> None:
    picture = draw(GREY, result)
    assert picture.width == 320
    assert picture.height > GREY.height
    below = np.asarray(picture)[GREY.height :]
    assert (below < 100).any()
    assert (np.asarray(picture)[10, 110:200] == 128).all()  # the image, in the middle


def test_pictures_are_given_back() -> None:
    cut = Image.new("RGBA", (5, 5))
    assert draw(GREY, cut) is cut


@pytest.mark.parametrize("result", [7, [7], [{"embedding": 1}], np.ones(3)])
def test_other_results_are_refused(result: Any) -> None:
    with pytest.raises(InvalidTypeError, match="nothing to draw"):
        draw(GREY, result)


def test_many_colors_keep_apart() -> None:
    colors = np.array(palette(12)).astype(int)
    distances = np.abs(colors[:, None] - colors[None]).sum(axis=2) + 999 * np.eye(12)
    assert distances.min() > 40
