"""Labels of images, and what all pipelines over images do: inputs, batches, streams, errors."""

from __future__ import annotations

import asyncio
import io
import itertools
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from onnxformers import AutoImageProcessor, AutoModelForImageClassification, pipeline
from onnxformers.errors import (
    ClosedError,
    FileFormatError,
    InvalidArgumentError,
    InvalidTypeError,
    MissingFileError,
)
from onnxformers.pipelines import ImageClassificationPipeline

CONFORMANCE = Path(__file__).parents[2] / "conformance"
VIT = CONFORMANCE / "models" / "vit-cls"
INPUTS = CONFORMANCE / "inputs"
PHOTO = INPUTS / "media-port.jpg"
LABELS = 7


@pytest.fixture(scope="module")
def classify() -> ImageClassificationPipeline:
    return pipeline("image-classification", VIT)


def pictures(*sizes: tuple[int, int]) -> list[Image.Image]:
    rng = np.random.default_rng(3)
    return [
        Image.fromarray(rng.integers(0, 256, (height, width, 3), np.uint8))
        for width, height in sizes
    ]


def test_an_image_may_come_in_many_ways(classify: ImageClassificationPipeline) -> None:
    wanted = classify(str(PHOTO))
    data = PHOTO.read_bytes()
    image = Image.open(PHOTO)
    assert classify(PHOTO) == wanted
    assert classify(data) == wanted
    assert classify(io.BytesIO(data)) == wanted
    assert classify(image) == wanted
    assert classify(np.asarray(image)) == wanted
    assert classify(images=PHOTO) == wanted


def test_how_many_labels(classify: ImageClassificationPipeline) -> None:
    found = classify(PHOTO)
    assert len(found) == 5
    assert [label["score"] for label in found] == sorted(
        (label["score"] for label in found), reverse=True
    )
    every = classify(PHOTO, top_k=None)
    assert every == classify(PHOTO, top_k=0)
    assert every[:5] == found
    assert sum(label["score"] for label in every) == pytest.approx(1)
    assert classify(PHOTO, top_k=1) == found[:1]


def test_scores_of_other_functions(classify: ImageClassificationPipeline) -> None:
    raw = classify(PHOTO, function_to_apply="none")
    shares = classify(PHOTO, function_to_apply="sigmoid")
    for logit, share in zip(raw, shares, strict=True):
        assert logit["label"] == share["label"]
        assert share["score"] == pytest.approx(1 / (1 + np.exp(-logit["score"])), rel=1e-5)


@pytest.mark.parametrize("batch_size", [None, 1, 2, 3, 50])
def test_a_list_gives_what_each_image_gives_alone(
    classify: ImageClassificationPipeline, batch_size: int | None
) -> None:
    images = pictures((40, 30), (32, 32), (40, 30), (10, 90), (32, 32))
    alone = [classify(image) for image in images]
    together = classify(images, batch_size=batch_size)
    assert classify(tuple(images), batch_size=batch_size) == together
    for one, other in zip(alone, together, strict=True):
        assert [label["label"] for label in one] == [label["label"] for label in other]
        scores = [label["score"] for label in one]
        assert scores == pytest.approx([label["score"] for label in other], rel=1e-4)


def test_a_generator_gives_a_lazy_generator(classify: ImageClassificationPipeline) -> None:
    read = 0

    def endless() -> Iterator[Image.Image]:
        nonlocal read
        for image in itertools.cycle(pictures((20, 20), (30, 20))):
            read += 1
            yield image

    results = classify(endless(), batch_size=2)
    assert read == 0
    first = list(itertools.islice(results, 3))
    assert read == 4
    assert first[0] == first[2] != first[1]


def test_acall_gives_the_same(classify: ImageClassificationPipeline) -> None:
    assert asyncio.run(classify.acall(PHOTO, top_k=2)) == classify(PHOTO, top_k=2)


def test_pickling_and_closing() -> None:
    pipe = pipeline("image-classification", VIT, top_k=1)
    copy = pickle.loads(pickle.dumps(pipe))
    assert copy(PHOTO) == pipe(PHOTO)
    copy.close()
    with pytest.raises(ClosedError):
        copy(PHOTO)
    assert len(pipe(PHOTO)) == 1


def test_loaded_parts_are_taken(classify: ImageClassificationPipeline) -> None:
    model = AutoModelForImageClassification.from_pretrained(VIT)
    processor = AutoImageProcessor.from_pretrained(VIT)
    pipe = pipeline("image-classification", model, processor=processor)
    assert pipe.model is model
    assert pipe.processor is processor
    assert pipe.tokenizer is None
    assert pipe(PHOTO) == classify(PHOTO)
    assert pipeline("image-classification", model)(PHOTO) == classify(PHOTO)
    assert pipeline("image-classification", VIT, processor=VIT)(PHOTO) == classify(PHOTO)


@pytest.mark.parametrize(
    ("image", "error", "message"),
    [
        ("nowhere.jpg", MissingFileError, "nowhere.jpg"),
        (b"", FileFormatError, "empty|no bytes|0 bytes"),
        (PHOTO.read_bytes()[:300], FileFormatError, "cut short|broken|truncated"),
        (7, InvalidTypeError, "expected an image"),
        ([], InvalidArgumentError, "empty"),
        (np.full((4, 4, 3), np.nan, np.float32), InvalidArgumentError, "nan"),
        (np.zeros((5, 6, 7), np.uint8), InvalidArgumentError, "shape"),
    ],
)
def test_bad_input_is_refused_and_the_pipeline_goes_on(
    classify: ImageClassificationPipeline, image: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        classify(image)
    assert len(classify(PHOTO)) == 5


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"topk": 1}, "did you mean 'top_k'?"),
        ({"top_k": -1}, "top_k must be a positive int or None"),
        ({"function_to_apply": "tanh"}, "function_to_apply must be one of sigmoid, softmax, none"),
        ({"batch_size": 0}, "batch_size must be a positive int"),
    ],
)
def test_bad_options_are_refused(
    classify: ImageClassificationPipeline, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidArgumentError) as info:
        classify(PHOTO, **options)
    assert message in str(info.value)


def test_a_task_over_images_takes_no_tokenizer() -> None:
    with pytest.raises(InvalidArgumentError, match="image-classification has no tokenizer"):
        pipeline("image-classification", VIT, tokenizer=VIT)
    with pytest.raises(InvalidTypeError, match="processor must be a name"):
        pipeline("image-classification", VIT, processor=7)


def test_a_single_pixel_and_a_thin_line_are_images(classify: ImageClassificationPipeline) -> None:
    assert len(classify(pictures((1, 1), (1, 90), (90, 1)))) == 3


def test_a_broken_image_among_others_is_said_where_it_comes(
    classify: ImageClassificationPipeline,
) -> None:
    images: list[Any] = [PHOTO, PHOTO, b"no picture", PHOTO]
    with pytest.raises(FileFormatError):
        classify(images)
    results = classify(iter(images), batch_size=1)
    assert next(results) == next(results) == classify(PHOTO)
    with pytest.raises(FileFormatError):
        next(results)
