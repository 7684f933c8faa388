"""Places of joints from maps of heat: a method of ViTPose's image processor.

Source: Transformers.js, VitPoseImageProcessor.post_process_pose_estimation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

import numpy as np

from onnxformers.errors import InvalidArgumentError
from onnxformers.processors.outputs import array_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

_PLACE = "post_process_pose_estimation"


class Pose(TypedDict):
    """The joints found in one box.

    Attributes:
        bbox: the box, as it was given.
        keypoints: float of shape (joints, 2): x and y in pixels of the picture.
        scores: float32 of shape (joints,).
        labels: int64, which joint each one is.
    """

    bbox: NDArray[np.floating[Any]]
    keypoints: NDArray[np.floating[Any]]
    scores: NDArray[np.floating[Any]]
    labels: NDArray[np.int64]


class PoseEstimation:
    """Models that give a map of heat for each joint."""

    def post_process_pose_estimation(
        self, outputs: Any, boxes: Any, threshold: float | None = None
    ) -> list[list[Pose]]:
        """The joints in each box.

        Args:
            outputs: a mapping with `heatmaps` (boxes of all pictures, joints, height, width).
            boxes: for each picture a list of boxes that were cut out of it: left, top, width and
                height in pixels.
            threshold: joints with a lower score are left out.

        Returns:
            For each picture a list with a dict for each box. A joint lies at the greatest heat,
            moved a quarter of a cell towards the warmer neighbour.

        Raises:
            InvalidTypeError: `outputs` is no mapping.
            InvalidArgumentError: the maps are missing or have another shape, or there are not as
                many boxes.
        """
        maps = array_of(outputs, _PLACE, "heatmaps", axes=4)
        per_picture = [np.asarray(each, np.float64).reshape(-1, 4) for each in boxes]
        if sum(map(len, per_picture)) != len(maps):
            raise InvalidArgumentError(
                f"[{_PLACE}] expected a box for each of {len(maps)} rows of heatmaps, got "
                f"{sum(map(len, per_picture))}"
            )
        rows = iter(maps)
        return [[_pose(next(rows), box, threshold) for box in each] for each in per_picture]


def _pose(maps: NDArray[Any], box: NDArray[Any], threshold: float | None) -> Pose:
    scores, places = hottest(maps)
    keep = np.flatnonzero(scores >= (-np.inf if threshold is None else threshold))
    return Pose(
        bbox=box,
        keypoints=box[:2] + places[keep] * box[2:],
        scores=scores[keep],
        labels=keep.astype(np.int64),
    )


def hottest(maps: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.float64]]:
    """The greatest value of each map, and where it is.

    Args:
        maps: shape (maps, height, width).

    Returns:
        Values of shape (maps,), and places (x, y) as shares of width and height, (maps, 2).
    """
    count, height, width = maps.shape
    flat = maps.reshape(count, -1)
    best = flat.argmax(axis=1)
    rows, columns = np.divmod(best, width)
    index = np.arange(count)
    padded = np.pad(maps, ((0, 0), (1, 1), (1, 1)), mode="edge")
    right = padded[index, rows + 1, columns + 2] - padded[index, rows + 1, columns]
    below = padded[index, rows + 2, columns + 1] - padded[index, rows, columns + 1]
    x = (columns + 0.5 + 0.25 * np.sign(right)) / width
    y = (rows + 0.5 + 0.25 * np.sign(below)) / height
    return flat[index, best], np.stack([x, y], axis=1)
