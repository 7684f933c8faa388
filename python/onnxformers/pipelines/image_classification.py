"""Image classification: labels and scores for images."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from onnxformers.pipelines.class_logits import LabelOptions, best_labels, class_logits, class_scores
from onnxformers.pipelines.image import Batch, ImageOnlyPipeline

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onnxformers.pipelines.image_results import ImageLabel


class ImageClassificationOptions(LabelOptions):
    """Options of an image-classification call; see `LabelOptions`."""

    __slots__ = ()
    task = "image-classification"


class ImageClassificationPipeline(
    ImageOnlyPipeline[
        ImageClassificationOptions,
        "list[ImageLabel]",
        "list[list[ImageLabel]]",
        "list[ImageLabel]",
    ]
):
    """Labels images with a model for image classification.

    Call it with an image (a path, a URL, bytes, a PIL image, an array), a list or a generator of
    them, and with the fields of `ImageClassificationOptions`.

    Returns:
        For an image: a list of `ImageLabel`, best first, `top_k` long. For a list: such a list for
        each image. For a generator: a generator of them.

    Raises:
        InvalidArgumentError: An empty list, an unknown option.
        InvalidTypeError: Something that is no image.

    Example:
        >>> from onnxformers import pipeline
        >>> classify = pipeline("image-classification")  # doctest: +SKIP
        >>> classify("tiger.jpg", top_k=1)  # doctest: +SKIP
        [{'label': 'tiger, Panthera tigris', 'score': 0.6326}]

    Source: spec/transformers.js/pipelines.md and transformers 4.46.3,
        ImageClassificationPipeline.
    """

    options_class: ClassVar[type[Any]] = ImageClassificationOptions

    def postprocess(
        self, batch: Batch, options: ImageClassificationOptions
    ) -> Iterator[list[ImageLabel]]:
        """The best labels of each image."""
        logits = class_logits(self.task, batch.outputs)
        config = self.model.config
        for scores in class_scores(logits, options.function_to_apply, config):
            yield best_labels(scores, options.top_k or None, config)
