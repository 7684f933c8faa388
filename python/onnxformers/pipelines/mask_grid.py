"""Masks of everything in an image: where to ask, and which answers to keep.

Boxes here are (left, top, right, bottom) in pixels, the last two inclusive where they are of masks.

Source: transformers 4.46.3, models/sam/image_processing_sam.py; Segment Anything.
"""

from __future__ import annotations

import math
from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Masks = NDArray[np.bool_]
    Boxes = NDArray[np.float32]

# How near, in pixels, to the edge of a crop counts as cut by it.
_EDGE = 20.0


class Crop(NamedTuple):
    """A part of an image, and in which layer of ever smaller ones it is."""

    box: tuple[int, int, int, int]
    layer: int


def make_crops(size: tuple[int, int], layers: int, overlap_ratio: float) -> Iterator[Crop]:
    """The whole image, then for each layer 4, 16, 64, ... parts that overlap.

    Args:
        size: (height, width) of the image.
        layers: How many.
        overlap_ratio: Overlap of the parts of the first one as a share of the short side.
    """
    height, width = size
    yield Crop((0, 0, width, height), 0)
    for layer in range(1, layers + 1):
        count = 2**layer
        overlap = int(overlap_ratio * min(size) * (2 / count))
        part_width, part_height = (
            math.ceil((overlap * (count - 1) + side) / count) for side in (width, height)
        )
        lefts = [(part_width - overlap) * i for i in range(count)]
        tops = [(part_height - overlap) * i for i in range(count)]
        for left, top in product(lefts, tops):
            right, bottom = min(left + part_width, width), min(top + part_height, height)
            yield Crop((left, top, right, bottom), layer)


def grid_points(count: int, size: tuple[int, int]) -> NDArray[np.float64]:
    """The middles of `count` x `count` cells of an image of (height, width).

    Returns:
        (x, y) in pixels, shape (count * count, 2), row by row.
    """
    middles = (np.arange(count) + 0.5) / count
    x, y = np.meshgrid(middles * size[1], middles * size[0])
    return np.stack([x.ravel(), y.ravel()], axis=1)


def stability(values: NDArray[np.float32], threshold: float, offset: float) -> NDArray[np.float64]:
    """How little masks change with the threshold: overlap of a strict one and a lax one.

    Args:
        values: Logits, shape (masks, height, width).
        threshold: Where a pixel begins to be of a mask.
        offset: How much stricter and laxer.

    Returns:
        Shape (masks,); 0 for masks that are empty either way.
    """
    strict = (values > threshold + offset).sum(axis=(1, 2))
    lax = (values > threshold - offset).sum(axis=(1, 2))
    shares: NDArray[np.float64] = strict / np.maximum(lax, 1)
    return shares


def mask_boxes(masks: Masks) -> Boxes:
    """The box round each mask, shape (masks, 4); zeros for empty ones."""
    rows: Masks = np.asarray(masks.any(axis=2))
    columns: Masks = np.asarray(masks.any(axis=1))
    height, width = masks.shape[1:]
    boxes = np.stack(
        [
            columns.argmax(axis=1),
            rows.argmax(axis=1),
            width - 1 - columns[:, ::-1].argmax(axis=1),
            height - 1 - rows[:, ::-1].argmax(axis=1),
        ],
        axis=1,
    )
    boxes[rows.sum(axis=1) == 0] = 0
    return boxes.astype(np.float32)


def is_cut(boxes: Boxes, crop: Crop, size: tuple[int, int]) -> NDArray[np.bool_]:
    """Whether boxes end at an edge of the crop that is none of the image.

    Args:
        boxes: In pixels of the image.
        crop: What part of it was looked at.
        size: (height, width) of the image.
    """
    whole = (0, 0, size[1], size[0])
    near_crop = np.abs(boxes - np.asarray(crop.box, np.float32)) <= _EDGE
    near_image = np.abs(boxes - np.asarray(whole, np.float32)) <= _EDGE
    return np.asarray((near_crop & ~near_image).any(axis=1))


def keep_best(boxes: Boxes, scores: NDArray[np.float32], threshold: float) -> NDArray[np.int64]:
    """Non-maximum suppression: leave out boxes that share too much with a better one.

    Args:
        boxes: Shape (boxes, 4).
        scores: Shape (boxes,).
        threshold: The most that two may share: intersection over union.

    Returns:
        Indices of those that stay, best first.
    """
    left = np.argsort(-scores, kind="stable")
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    kept: list[int] = []
    while len(left):
        best, left = left[0], left[1:]
        kept.append(int(best))
        least = np.maximum(boxes[best, :2], boxes[left, :2])
        greatest = np.minimum(boxes[best, 2:], boxes[left, 2:])
        shared = np.prod(np.maximum(greatest - least, 0), axis=1)
        union = areas[best] + areas[left] - shared
        left = left[shared <= threshold * union]
    return np.array(kept, dtype=np.int64)


def run_lengths(mask: Masks) -> dict[str, Any]:
    """A mask as lengths of runs, column by column, the first of them outside the mask.

    Args:
        mask: bool, shape (height, width).

    Returns:
        "size" (height, width) and "counts", as COCO has them uncompressed.

    Example:
        >>> run_lengths(np.array([[False, True], [True, True]]))
        {'size': [2, 2], 'counts': [1, 3]}
    """
    flat = mask.T.ravel()
    turns = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    ends = np.concatenate([[0], turns, [flat.size]])
    counts = np.diff(ends).tolist()
    return {"size": list(mask.shape), "counts": [0, *counts] if flat[0] else counts}
