"""Zero-shot image classification: labels that the model was never trained on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from onnxformers import ops
from onnxformers.errors import FileFormatError
from onnxformers.pipelines.candidate_labels import fill_template, read_labels
from onnxformers.pipelines.image import Batch
from onnxformers.pipelines.image_labels import LabelledImagePipeline, LabelOptions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from onnxformers.models.outputs import ModelOutput
    from onnxformers.pipelines.image_results import ImageLabel

_TASK = "zero-shot-image-classification"
#: Begin of the type of models that score each label by itself, and read texts padded to the end.
_SIGMOID = "siglip"


@dataclass(frozen=True, slots=True, kw_only=True)
class ZeroShotImageClassificationOptions(LabelOptions):
    """Options of a zero-shot-image-classification call.

    Attributes:
        hypothesis_template: The sentence that an image is compared with; "{}" stands for the label.
    """

    hypothesis_template: str = "This is a photo of {}"

    def __post_init__(self) -> None:
        LabelOptions.__post_init__(self)
        fill_template(self.hypothesis_template, "", _TASK)


class ZeroShotImageClassificationPipeline(
    LabelledImagePipeline[ZeroShotImageClassificationOptions, "ImageLabel"]
):
    """Classifies images by any labels, with a model of texts and images such as CLIP or SigLIP.

    Call it with an image (a path, a URL, bytes, a PIL image, an array), a list or a generator of
    them, the labels, and the fields of `ZeroShotImageClassificationOptions`.

    Returns:
        For an image: a list of `ImageLabel`, best first, all labels in it. For a list: such a list
        for each image. For a generator: a generator of them. The scores of SigLIP are each by
        itself, those of others sum to 1.

    Raises:
        InvalidArgumentError: No labels, a template without "{}", an empty list, an unknown option.
        InvalidTypeError: Something that is no image, or a label that is no str.

    Example:
        >>> from onnxformers import pipeline
        >>> classify = pipeline("zero-shot-image-classification")  # doctest: +SKIP
        >>> classify("tiger.jpg", ["tiger", "horse", "dog"])  # doctest: +SKIP
        [{'score': 0.9994, 'label': 'tiger'}, ...]

    Source: spec/transformers.js/pipelines.md, ZeroShotImageClassificationPipeline; transformers
        4.46.3 for SigLIP.
    """

    options_class: ClassVar[type[Any]] = ZeroShotImageClassificationOptions

    @property
    def _is_sigmoid(self) -> bool:
        return str(self.model.config.model_type).startswith(_SIGMOID)

    def forward(
        self, inputs: Mapping[str, Any], options: ZeroShotImageClassificationOptions
    ) -> ModelOutput:
        """Run the model on images and sentences."""
        labels = read_labels(options.candidate_labels, self.task)
        texts = [fill_template(options.hypothesis_template, label, self.task) for label in labels]
        return super().forward({**inputs, **self.encode(texts, to_limit=self._is_sigmoid)}, options)

    def postprocess(
        self, batch: Batch, options: ZeroShotImageClassificationOptions
    ) -> Iterator[list[ImageLabel]]:
        """All labels of each image, best first."""
        labels = read_labels(options.candidate_labels, self.task)
        logits = batch.outputs.get("logits_per_image")
        if logits is None:
            raise FileFormatError(
                f"[{self.task}] the model must give logits_per_image, got "
                f"{', '.join(batch.outputs)}"
            )
        values = logits.astype(np.float32, copy=False)
        for scores in ops.sigmoid(values) if self._is_sigmoid else ops.softmax(values):
            yield _ranked(scores, labels)


def _ranked(scores: Any, labels: Sequence[str]) -> list[ImageLabel]:
    # A stable sort: equal scores keep the order of the labels.
    order = np.argsort(-scores, kind="stable").tolist()
    return [{"score": float(scores[i]), "label": labels[i]} for i in order]
