"""Boxes from a detector's outputs: the methods that image processors of detectors have.

Source: spec/transformers.js/processors.md, post_process_object_detection; transformers 4.46.3, the
methods of that name in models/detr, yolos, rt_detr, owlvit and owlv2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

import numpy as np

from onnxformers.errors import InvalidArgumentError
from onnxformers.ops import sigmoid, softmax
from onnxformers.processors.outputs import array_of, sizes_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from onnxformers.processors.image_sizes import Size

    #: Row, class and score of each box that is kept.
    Kept = tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.floating[Any]]]

_PLACE = "post_process_object_detection"


class Detections(TypedDict):
    """The boxes of one picture.

    Attributes:
        boxes: float32 of shape (boxes, 4): left, top, right, bottom; in pixels where the size of
            the picture was given, else from 0 to 1.
        classes: int64, the class of each box.
        scores: float32, from 0 to 1.
        labels: `classes` under the name that transformers has for them.
    """

    boxes: NDArray[np.floating[Any]]
    classes: NDArray[np.int64]
    scores: NDArray[np.floating[Any]]
    labels: NDArray[np.int64]


class Detection:
    """Detectors whose last class is the background."""

    def post_process_object_detection(
        self,
        outputs: Any,
        threshold: float = 0.5,
        target_sizes: Any = None,
        is_zero_shot: bool = False,
    ) -> list[Detections]:
        """The boxes with a score above a threshold.

        Args:
            outputs: a mapping with `logits` (pictures, boxes, classes) and `pred_boxes` (pictures,
                boxes, 4): centre, width and height.
            threshold: the score a box must exceed.
            target_sizes: (height, width) of each picture.
            is_zero_shot: take every class above the threshold by sigmoid, box by box.

        Returns:
            A dict for each picture: `boxes`, `classes`, `scores` and `labels` (equal to `classes`).

        Raises:
            InvalidTypeError: `outputs` is no mapping.
            InvalidArgumentError: an array is missing or has another shape, or `target_sizes` are
                not one for each picture.

        Example:
            >>> found = processor.post_process_object_detection(outputs, 0.9, [(480, 640)])
            >>> found[0]["boxes"].shape
            (3, 4)
        """
        logits = array_of(outputs, _PLACE, "logits", axes=3)
        boxes = corners(array_of(outputs, _PLACE, "pred_boxes", axes=3))
        if boxes.shape[:2] != logits.shape[:2] or boxes.shape[2] != 4:
            raise InvalidArgumentError(
                f"[{_PLACE}] pred_boxes must be of shape {(*logits.shape[:2], 4)}, "
                f"got {boxes.shape}"
            )
        sizes = sizes_of(target_sizes, len(logits), _PLACE)
        found = []
        for row, corner, size in zip(logits, boxes, sizes, strict=True):
            rows, classes, scores = _every_class(row) if is_zero_shot else self.best(row)
            keep = scores > threshold
            scaled = corner if size is None else corner * self.box_scale(size)
            labels = classes[keep].astype(np.int64)
            found.append(
                Detections(
                    boxes=scaled[rows[keep]], classes=labels, scores=scores[keep], labels=labels
                )
            )
        return found

    def best(self, logits: NDArray[Any]) -> Kept:
        """The best class of each box, the background aside."""
        return _best(np.asarray(softmax(logits))[:, :-1])

    def box_scale(self, size: Size) -> NDArray[np.float32]:
        """What turns the corners of boxes into pixels."""
        height, width = size
        return np.array([width, height, width, height], np.float32)


class TopDetection(Detection):
    """Detectors without background: the best pairs of box and class, of all."""

    def best(self, logits: NDArray[Any]) -> Kept:
        """As many pairs as there are boxes, best first; a box may come more than once."""
        scores = np.asarray(sigmoid(logits)).ravel()
        order = np.argsort(-scores, kind="stable")[: len(logits)]
        return order // logits.shape[1], order % logits.shape[1], scores[order]


class TextDetection(Detection):
    """Detectors that look for what a text names: a sigmoid for each text."""

    def best(self, logits: NDArray[Any]) -> Kept:
        """The best text of each box."""
        return _best(np.asarray(sigmoid(logits)))


class SquareTextDetection(TextDetection):
    """Likewise, for pictures that were padded to squares."""

    def box_scale(self, size: Size) -> NDArray[np.float32]:
        """The longer side, which the square has."""
        return np.full(4, max(size), np.float32)


def corners(boxes: NDArray[Any]) -> NDArray[Any]:
    """Left, top, right and bottom from centre, width and height, along the last axis."""
    centre, half = boxes[..., :2], boxes[..., 2:] * boxes.dtype.type(0.5)
    return np.concatenate([centre - half, centre + half], axis=-1)


def _best(scores: NDArray[Any]) -> Kept:
    classes = scores.argmax(axis=-1)
    rows = np.arange(len(scores))
    return rows, classes, scores[rows, classes]


def _every_class(logits: NDArray[Any]) -> Kept:
    scores = np.asarray(sigmoid(logits))
    rows, classes = np.indices(scores.shape)
    return rows.ravel(), classes.ravel(), scores.ravel()
