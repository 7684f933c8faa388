"""What a user's type checker sees of the pipelines over images; read by mypy, never run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL.Image import Image
from typing_extensions import assert_type

from onnxformers import pipeline
from onnxformers.pipelines import (
    BackgroundRemovalPipeline,
    DepthEstimationPipeline,
    DocumentQuestionAnsweringPipeline,
    ImageClassificationPipeline,
    ImageFeatureExtractionPipeline,
    ImageSegmentationPipeline,
    ImageToTextPipeline,
    MaskGenerationPipeline,
    ObjectDetectionPipeline,
    ZeroShotImageClassificationPipeline,
    ZeroShotObjectDetectionPipeline,
)
from onnxformers.pipelines.image_results import (
    Depth,
    DetectedObject,
    ImageAnswer,
    ImageLabel,
    ImageText,
    Masks,
    Segment,
)


async def classified(
    classify: ImageClassificationPipeline, image: Image, file: BinaryIO, pixels: NDArray[np.uint8]
) -> None:
    assert_type(classify("a.jpg"), list[ImageLabel])
    assert_type(classify(Path("a.jpg"), top_k=1), list[ImageLabel])
    assert_type(classify(image), list[ImageLabel])
    assert_type(classify(file), list[ImageLabel])
    assert_type(classify(pixels), list[ImageLabel])
    assert_type(classify(["a.jpg", image, pixels]), list[list[ImageLabel]])
    assert_type(classify(iter(["a.jpg"])), Iterator[list[ImageLabel]])
    assert_type(await classify.acall("a.jpg"), list[ImageLabel])
    assert_type(await classify.acall(["a.jpg"]), list[list[ImageLabel]])
    assert_type(pipeline("image-classification"), ImageClassificationPipeline)
    classify(7)  # type: ignore[call-overload]


def seen(
    embed: ImageFeatureExtractionPipeline,
    detect: ObjectDetectionPipeline,
    segment: ImageSegmentationPipeline,
    remove: BackgroundRemovalPipeline,
    estimate: DepthEstimationPipeline,
    cut: MaskGenerationPipeline,
) -> None:
    assert_type(embed(["a.jpg"]), NDArray[np.float32])
    assert_type(detect("a.jpg", threshold=0.5), list[DetectedObject])
    assert_type(detect("a.jpg")[0]["box"]["xmin"], float)
    assert_type(segment(["a.jpg"]), list[list[Segment]])
    assert_type(segment("a.jpg")[0]["mask"], Image)
    assert_type(remove("a.jpg"), Image)
    assert_type(remove(["a.jpg"]), list[Image])
    assert_type(estimate("a.jpg"), Depth)
    assert_type(cut("a.jpg", input_points=[1, 2]), Masks)


def asked(
    describe: ImageToTextPipeline,
    ask: DocumentQuestionAnsweringPipeline,
    choose: ZeroShotImageClassificationPipeline,
    find: ZeroShotObjectDetectionPipeline,
) -> None:
    assert_type(describe("a.jpg"), list[ImageText])
    assert_type(ask("a.png", "Who?"), list[ImageAnswer])
    assert_type(ask(["a.png"], "Who?"), list[list[ImageAnswer]])
    assert_type(choose("a.jpg", ["cat", "dog"]), list[ImageLabel])
    assert_type(find(["a.jpg"], "cat,dog"), list[list[DetectedObject]])
