"""`run` over images: pictures of results, questions about images, images in tables and JSON."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

Command = Callable[..., tuple[int, str, str]]
INPUTS = Path(__file__).parents[2] / "conformance" / "inputs"
PHOTO = str(INPUTS / "media-port.jpg")  # 54 x 93
BOX = {"xmin": 10, "ymin": 20, "xmax": 30, "ymax": 40}


def opened(path: Path) -> Image.Image:
    with Image.open(path) as image:
        return image.copy()


@pytest.fixture
def detector(use_pipeline: Callable[..., Any]) -> Any:
    return use_pipeline(lambda _: [{"score": 0.9, "label": "cat", "box": BOX}])


@pytest.fixture
def cutter(use_pipeline: Callable[..., Any]) -> Any:
    return use_pipeline(lambda _: Image.new("RGBA", (4, 4), (9, 9, 9, 0)))


def test_a_picture_is_saved(command: Command, detector: Any, tmp_path: Path) -> None:
    path = tmp_path / "out.png"
    options = ["--save", str(path), "--threshold", "0.4"]
    status, out, err = command("run", "object-detection", PHOTO, *options)
    assert (status, err) == (0, f"saved {path}\n")
    assert "cat" in out
    assert detector.calls == [{"threshold": 0.4}]
    pixels = np.asarray(opened(path))
    assert pixels.shape == (93, 54, 3)
    assert len(np.unique(pixels[40, 12:28], axis=0)) == 1  # the lower edge of the box


def test_several_images_get_names_of_their_own(
    command: Command, detector: Any, tmp_path: Path
) -> None:
    other = str(INPUTS / "media-gray.png")
    command("run", "object-detection", PHOTO, other, "--json", "--save", str(tmp_path / "out.jpg"))
    command("run", "object-detection", PHOTO, other, PHOTO, "--save", str(tmp_path))
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "media-gray.png",
        "media-port-3.png",
        "media-port.png",
        "out-2.jpg",
        "out.jpg",
    ]


def test_cut_outs_keep_their_transparency(command: Command, cutter: Any, tmp_path: Path) -> None:
    _, out, _ = command("run", "background-removal", PHOTO, "--save", str(tmp_path / "cut.png"))
    assert "image RGBA 4 x 4" in out
    assert opened(tmp_path / "cut.png").mode == "RGBA"
    command("run", "background-removal", PHOTO, "--save", str(tmp_path / "cut.jpg"))
    assert opened(tmp_path / "cut.jpg").getpixel((1, 1)) == (255, 255, 255)


def test_images_in_json_are_png_in_base64(command: Command, cutter: Any) -> None:
    _, out, _ = command("run", "background-removal", PHOTO, "--json")
    (text,) = json.loads(out)
    assert Image.open(io.BytesIO(base64.b64decode(text))).mode == "RGBA"


def test_masks_are_summed_up_in_tables(command: Command, use_pipeline: Callable[..., Any]) -> None:
    use_pipeline(lambda _: [{"score": None, "label": "sky", "mask": Image.new("L", (3, 2))}])
    _, out, _ = command("run", "image-segmentation", PHOTO)
    assert "image L 3 x 2" in out


@pytest.mark.parametrize("task", ["document-question-answering", "visual-question-answering"])
def test_a_question_goes_with_every_image(
    command: Command, use_pipeline: Callable[..., Any], tmp_path: Path, task: str
) -> None:
    use_pipeline(lambda item: [{"answer": f"{item['question']} {Path(item['image']).name}"}])
    path = tmp_path / "answer.png"
    status, out, _ = command("run", task, PHOTO, "--question", "Who?", "--save", str(path))
    assert status == 0
    assert "Who? media-port.jpg" in out
    assert opened(path).height > 93
    status, _, err = command("run", task, PHOTO)
    assert status != 0
    assert f"{task} needs --question TEXT" in err
    _, _, err = command("run", "image-to-text", PHOTO, "--question", "Who?")
    assert "image-to-text takes no --question" in err


def test_what_cannot_be_saved_is_said(
    command: Command, detector: Any, use_pipeline: Callable[..., Any], tmp_path: Path
) -> None:
    for name in ("out.unknown", "nowhere/out.png"):
        target = str(tmp_path / name)
        status, _, err = command("run", "object-detection", PHOTO, "--save", target)
        assert status != 0
        assert "cannot save" in err
    use_pipeline(lambda _: np.ones(3))
    _, _, err = command("run", "feature-extraction", PHOTO, "--save", str(tmp_path / "x.png"))
    assert "nothing to draw" in err
