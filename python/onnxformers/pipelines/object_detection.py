"""Object detection: labels, scores and boxes of what is in an image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from onnxformers.options import check_flag, check_share
from onnxformers.pipelines.base import CallOptions
from onnxformers.pipelines.boxes import found_objects
from onnxformers.pipelines.image import Batch, ImageOnlyPipeline

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onnxformers.pipelines.image_results import DetectedObject

_TASK = "object-detection"


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectDetectionOptions(CallOptions):
    """Options of an object-detection call.

    Attributes:
        threshold: Leave out what scores no more.
        percentage: Give boxes as shares of the image's size (0 to 1) rather than in pixels.
    """

    threshold: float = 0.9
    percentage: bool = False

    def __post_init__(self) -> None:
        CallOptions.__post_init__(self)
        check_share(self.threshold, "threshold", _TASK)
        check_flag(self.percentage, "percentage", _TASK)


class ObjectDetectionPipeline(
    ImageOnlyPipeline[
        ObjectDetectionOptions,
        "list[DetectedObject]",
        "list[list[DetectedObject]]",
        "list[DetectedObject]",
    ]
):
    """Finds objects with a model for object detection, such as DETR, YOLOS or RT-DETR.

    Call it with an image (a path, a URL, bytes, a PIL image, an array), a list or a generator of
    them, and with the fields of `ObjectDetectionOptions`.

    Returns:
        For an image: a list of `DetectedObject`, in the order of the model's queries. For a list:
        such a list for each image. For a generator: a generator of them.

    Raises:
        InvalidArgumentError: An empty list, an unknown option.
        InvalidTypeError: Something that is no image.

    Example:
        >>> from onnxformers import pipeline
        >>> detect = pipeline("object-detection")  # doctest: +SKIP
        >>> detect("cats.jpg")  # doctest: +SKIP
        [{'score': 0.998, 'label': 'cat', 'box': {'xmin': 331, 'ymin': 19, ...}}]

    Source: spec/transformers.js/pipelines.md and transformers 4.46.3, ObjectDetectionPipeline.
    """

    options_class: ClassVar[type[Any]] = ObjectDetectionOptions

    def postprocess(
        self, batch: Batch, options: ObjectDetectionOptions
    ) -> Iterator[list[DetectedObject]]:
        """The objects in each image."""
        sizes = None if options.percentage else batch.sizes
        found = self.image_processor.post_process_object_detection(
            batch.outputs, options.threshold, sizes
        )
        labels = self.model.config.id2label
        for each in found:
            yield list(found_objects(each, labels, as_ints=not options.percentage))
