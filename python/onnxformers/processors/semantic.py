"""The class of each pixel from a model's outputs: a method of image processors for segmentation.

Source: spec/transformers.js/processors.md, post_process_semantic_segmentation; transformers 4.46.3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

import numpy as np

from onnxformers.image import label_map
from onnxformers.ops import sigmoid, softmax
from onnxformers.processors.outputs import array_of, sizes_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

_PLACE = "post_process_semantic_segmentation"


class SemanticMap(TypedDict):
    """The classes of one picture.

    Attributes:
        segmentation: int64 of shape (height, width): the class of each pixel.
        labels: the classes there are, ascending.
    """

    segmentation: NDArray[np.int64]
    labels: list[int]


class SemanticSegmentation:
    """Models that give a score for each class and pixel."""

    def post_process_semantic_segmentation(
        self, outputs: Any, target_sizes: Any = None
    ) -> list[SemanticMap]:
        """The best class of each pixel.

        Args:
            outputs: a mapping with `logits` (pictures, classes, height, width); of models that find
                masks, with those (see `post_process_panoptic_segmentation`).
            target_sizes: (height, width) of each picture, to which the scores are stretched.

        Returns:
            A dict for each picture: `segmentation` and the `labels` in it.

        Raises:
            InvalidTypeError: `outputs` is no mapping.
            InvalidArgumentError: an array is missing or has another shape, or `target_sizes` are
                not one for each picture.
        """
        scores = self.pixel_scores(outputs)
        found = []
        for row, size in zip(scores, sizes_of(target_sizes, len(scores), _PLACE), strict=True):
            classes = row.argmax(axis=0) if size is None else label_map(row, size)
            found.append(SemanticMap(segmentation=classes, labels=np.unique(classes).tolist()))
        return found

    def pixel_scores(self, outputs: Any) -> NDArray[Any]:
        """A score for each class and pixel, shape (pictures, classes, height, width)."""
        return array_of(outputs, _PLACE, "logits", axes=4)


class MaskedSemanticSegmentation(SemanticSegmentation):
    """Models that find masks, each with scores for classes; the last class is none."""

    def pixel_scores(self, outputs: Any) -> NDArray[Any]:
        """The masks, weighed by the scores of their classes."""
        classes = array_of(outputs, _PLACE, "logits", "class_queries_logits", axes=3)
        masks = array_of(outputs, _PLACE, "pred_masks", "masks_queries_logits", axes=4)
        weights = np.asarray(softmax(classes))[..., :-1]
        scores: NDArray[Any] = np.einsum("bqc,bqhw->bchw", weights, np.asarray(sigmoid(masks)))
        return scores
