"""Zero-shot object detection: boxes of whatever the caller names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from onnxformers.options import check_flag, check_positive, check_share
from onnxformers.pipelines.boxes import found_objects
from onnxformers.pipelines.candidate_labels import read_labels
from onnxformers.pipelines.image import Batch
from onnxformers.pipelines.image_labels import LabelledImagePipeline, LabelOptions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from PIL.Image import Image

    from onnxformers.models.outputs import ModelOutput
    from onnxformers.pipelines.image_results import DetectedObject

_TASK = "zero-shot-object-detection"


@dataclass(frozen=True, slots=True, kw_only=True)
class ZeroShotObjectDetectionOptions(LabelOptions):
    """Options of a zero-shot-object-detection call.

    Attributes:
        threshold: Leave out what scores no more.
        top_k: At most so many objects, best first; None for all.
        percentage: Give boxes as shares of the image's size (0 to 1) rather than in pixels.
    """

    threshold: float = 0.1
    top_k: int | None = None
    percentage: bool = False

    def __post_init__(self) -> None:
        LabelOptions.__post_init__(self)
        check_share(self.threshold, "threshold", _TASK)
        check_positive(self.top_k, "top_k", _TASK)
        check_flag(self.percentage, "percentage", _TASK)


class ZeroShotObjectDetectionPipeline(
    LabelledImagePipeline[ZeroShotObjectDetectionOptions, "DetectedObject"]
):
    """Finds what the caller names, with a model such as OWL-ViT or OWLv2.

    Call it with an image (a path, a URL, bytes, a PIL image, an array), a list or a generator of
    them, the labels, and the fields of `ZeroShotObjectDetectionOptions`. Each image goes through
    the model by itself.

    Returns:
        For an image: a list of `DetectedObject`, best first. For a list: such a list for each
        image. For a generator: a generator of them.

    Raises:
        InvalidArgumentError: No labels, an empty list, an unknown option.
        InvalidTypeError: Something that is no image, or a label that is no str.

    Example:
        >>> from onnxformers import pipeline
        >>> detect = pipeline("zero-shot-object-detection")  # doctest: +SKIP
        >>> detect("astronaut.png", ["human face", "rocket"], threshold=0.05)  # doctest: +SKIP
        [{'score': 0.2439, 'label': 'human face', 'box': {'xmin': 180, 'ymin': 67, ...}}, ...]

    Source: spec/transformers.js/pipelines.md, ZeroShotObjectDetectionPipeline.
    """

    options_class: ClassVar[type[Any]] = ZeroShotObjectDetectionOptions

    def preprocess(self, images: Sequence[Image]) -> Iterator[tuple[list[int], dict[str, Any]]]:
        """Image by image: exports leave out overlapping boxes, and mix up rows as they do."""
        for row, image in enumerate(images):
            for _, inputs in super().preprocess([image]):
                yield [row], inputs

    def forward(
        self, inputs: Mapping[str, Any], options: ZeroShotObjectDetectionOptions
    ) -> ModelOutput:
        """Run the model on an image and the labels."""
        texts = self.encode(read_labels(options.candidate_labels, self.task))
        return super().forward({**inputs, **texts}, options)

    def postprocess(
        self, batch: Batch, options: ZeroShotObjectDetectionOptions
    ) -> Iterator[list[DetectedObject]]:
        """The objects in each image, best first."""
        labels = read_labels(options.candidate_labels, self.task)
        sizes = None if options.percentage else batch.sizes
        found = self.image_processor.post_process_object_detection(
            batch.outputs, options.threshold, sizes, True
        )
        for each in found:
            objects = list(found_objects(each, labels, as_ints=not options.percentage))
            # A stable sort: equal scores keep their order.
            objects.sort(key=lambda one: -one["score"])
            yield objects[: options.top_k]
