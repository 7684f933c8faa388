"""Segments from masks and their classes: methods of image processors for segmentation.

Source: spec/transformers.js/processors.md, post_process_panoptic_segmentation and
post_process_instance_segmentation; transformers 4.46.3, models/detr and maskformer.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any, TypedDict

import numpy as np

from onnxformers.ops import interpolate, sigmoid, softmax
from onnxformers.processors.detection import Detection
from onnxformers.processors.outputs import array_of, sizes_of
from onnxformers.processors.semantic import MaskedSemanticSegmentation

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from onnxformers.processors.image_sizes import Size

_PANOPTIC = "post_process_panoptic_segmentation"
_INSTANCE = "post_process_instance_segmentation"
_CLASSES = ("logits", "class_queries_logits")
_MASKS = ("pred_masks", "masks_queries_logits")


class Segment(TypedDict):
    """One segment.

    Attributes:
        id: its number in the map.
        label_id: its class.
        was_fused: whether it is one of several of its class that count as one.
        score: from 0 to 1.
    """

    id: int
    label_id: int
    was_fused: bool
    score: float


class Segmentation(TypedDict):
    """The segments of one picture.

    Attributes:
        segmentation: int32 of shape (height, width): the number of the segment each pixel belongs
            to; what belongs to none is 0, or -1 where there is no segment at all.
        segments_info: the segments.
    """

    segmentation: NDArray[np.int32]
    segments_info: list[Segment]


class MaskSegmentation(MaskedSemanticSegmentation):
    """Models that find masks, each with scores for classes; the last class is none."""

    def post_process_panoptic_segmentation(
        self,
        outputs: Any,
        threshold: float = 0.5,
        mask_threshold: float = 0.5,
        overlap_mask_area_threshold: float = 0.8,
        label_ids_to_fuse: Collection[int] | None = None,
        target_sizes: Any = None,
    ) -> list[Segmentation]:
        """Every pixel to one segment at most: things one by one, and what is fused as one.

        Args:
            outputs: a mapping with the scores of classes (`logits` or `class_queries_logits`,
                (pictures, masks, classes + 1)) and the masks (`pred_masks` or
                `masks_queries_logits`, (pictures, masks, height, width)).
            threshold: the score a mask must exceed.
            mask_threshold: the value from which a pixel belongs to a mask.
            overlap_mask_area_threshold: the part of a mask that others must have left to it.
            label_ids_to_fuse: classes whose segments are one.
            target_sizes: (height, width) of each picture, to which the masks are stretched.

        Returns:
            A dict for each picture: `segmentation` and `segments_info`.

        Raises:
            InvalidTypeError: `outputs` is no mapping.
            InvalidArgumentError: an array is missing or has another shape, or `target_sizes` are
                not one for each picture.
        """
        limits = (threshold, mask_threshold, overlap_mask_area_threshold)
        return _segmented(
            _PANOPTIC, outputs, limits, frozenset(label_ids_to_fuse or ()), target_sizes
        )

    def post_process_instance_segmentation(
        self,
        outputs: Any,
        threshold: float = 0.5,
        mask_threshold: float = 0.5,
        overlap_mask_area_threshold: float = 0.8,
        target_sizes: Any = None,
    ) -> list[Segmentation]:
        """As `post_process_panoptic_segmentation`, with nothing fused."""
        limits = (threshold, mask_threshold, overlap_mask_area_threshold)
        return _segmented(_INSTANCE, outputs, limits, frozenset(), target_sizes)


class DetrOutputs(Detection, MaskSegmentation):
    """DETR: boxes, and masks where the model has them."""


class RankedMaskSegmentation(MaskSegmentation):
    """Likewise; as instances count the best pairs of mask and class, of all."""

    def post_process_instance_segmentation(
        self,
        outputs: Any,
        threshold: float = 0.5,
        mask_threshold: float = 0.5,
        overlap_mask_area_threshold: float = 0.8,
        target_sizes: Any = None,
    ) -> list[Segmentation]:
        """The masks above a score, later ones over earlier ones.

        A mask's pixels are those above 0.5; `mask_threshold` and `overlap_mask_area_threshold` have
        no part in it. The map is -1 where there is no segment, and segments count from 0.
        """
        classes = array_of(outputs, _INSTANCE, *_CLASSES, axes=3)
        masks = array_of(outputs, _INSTANCE, *_MASKS, axes=4)
        sizes = sizes_of(target_sizes, len(classes), _INSTANCE)
        return [
            _ranked(scores, mask, threshold, size)
            for scores, mask, size in zip(classes, masks, sizes, strict=True)
        ]


def _segmented(
    place: str,
    outputs: Any,
    limits: tuple[float, float, float],
    fused: frozenset[int],
    target_sizes: Any,
) -> list[Segmentation]:
    classes = np.asarray(softmax(array_of(outputs, place, *_CLASSES, axes=3)))
    masks = np.asarray(sigmoid(array_of(outputs, place, *_MASKS, axes=4)))
    sizes = sizes_of(target_sizes, len(classes), place)
    found = []
    for probabilities, mask, size in zip(classes, masks, sizes, strict=True):
        scores, labels = probabilities.max(axis=-1), probabilities.argmax(axis=-1)
        keep = (labels != probabilities.shape[-1] - 1) & (scores > limits[0])
        if keep.any():
            kept = (mask[keep], scores[keep], labels[keep])
            found.append(_segments(*kept, limits, fused, size))
        else:
            empty = np.full(size or mask.shape[1:], -1, np.int32)
            found.append(Segmentation(segmentation=empty, segments_info=[]))
    return found


def _segments(
    masks: NDArray[Any],
    scores: NDArray[Any],
    labels: NDArray[np.intp],
    limits: tuple[float, float, float],
    fused: frozenset[int],
    size: Size | None,
) -> Segmentation:
    masks = (masks if size is None else interpolate(masks, size)) * scores[:, None, None]
    owners = masks.argmax(axis=0)
    segmentation = np.zeros(owners.shape, np.int32)
    segments: list[Segment] = []
    numbers: dict[int, int] = {}
    number = 0
    for index, label in enumerate(labels.tolist()):
        owned = owners == index
        area, whole = int(owned.sum()), int((masks[index] >= limits[1]).sum())
        # In float32, as torch: 3 of 10 pixels exceed 0.3 there.
        if area == 0 or whole == 0 or not float(np.float32(area) / np.float32(whole)) > limits[2]:
            continue
        # After a fused segment transformers goes on counting from its number.
        number = numbers.get(label, number + 1)
        segmentation[owned] = number
        score = round(float(scores[index]), 6)
        segments.append(Segment(id=number, label_id=label, was_fused=label in fused, score=score))
        if label in fused:
            numbers[label] = number
    return Segmentation(segmentation=segmentation, segments_info=segments)


def _ranked(
    logits: NDArray[Any], masks: NDArray[Any], threshold: float, size: Size | None
) -> Segmentation:
    scores = np.asarray(softmax(logits))[:, :-1]
    order = np.argsort(-scores.ravel(), kind="stable")[: len(scores)]
    masks, labels = masks[order // scores.shape[1]], order % scores.shape[1]
    inside = masks > 0
    sums = (np.asarray(sigmoid(masks)) * inside).sum(axis=(1, 2))
    worth = scores.ravel()[order] * (sums / (inside.sum(axis=(1, 2)) + 1e-6))
    if size is not None:
        inside = interpolate(inside.astype(np.float32), size, "nearest") > 0
    segmentation = np.full(inside.shape[1:], -1, np.int32)
    segments: list[Segment] = []
    for index in np.flatnonzero(inside.any(axis=(1, 2)) & (worth >= threshold)).tolist():
        segmentation[inside[index]] = len(segments)
        score, label = round(float(worth[index]), 6), int(labels[index])
        segments.append(Segment(id=len(segments), label_id=label, was_fused=False, score=score))
    return Segmentation(segmentation=segmentation, segments_info=segments)
