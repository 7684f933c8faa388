"""Options of mask generation: what is asked for, and what counts as an answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from onnxformers.errors import InvalidArgumentError
from onnxformers.options import check_count, check_flag, check_share
from onnxformers.pipelines.base import CallOptions

_TASK = "mask-generation"
PROMPTS = ("input_points", "input_labels", "input_boxes")


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskGenerationOptions(CallOptions):
    """Options of a mask-generation call.

    Attributes:
        input_points: Places (x, y) in the image: one, a list of those of one object, or a list of
            such lists, one for each object. Without points and boxes everything is cut out.
        input_labels: In the same nesting 1 for points of the object, 0 for those outside.
        input_boxes: (left, top, right, bottom) round an object, or a list of them.
        multimask_output: For points and boxes give all the masks that the model thinks of, not
            the best of each object.
        points_per_batch: Points that go through the decoder at once.
        points_per_crop: Points along each side of the grid that is asked for.
        crops_n_layers: Look also at 4, 16, ... parts of the image, for small objects.
        crop_overlap_ratio: How much the parts of the first layer overlap, of the short side.
        crop_n_points_downscale_factor: With each layer the grid has so many times fewer points.
        pred_iou_thresh: Leave out masks of which the model thinks less.
        stability_score_thresh: Leave out masks that change more with the threshold.
        stability_score_offset: How much the threshold is changed for that.
        mask_threshold: The logit from which on a pixel is of a mask.
        crops_nms_thresh: Leave out masks whose box shares more than this with a better one.
        output_rle_mask: Give run lengths too.
        output_bboxes_mask: Give boxes too.
    """

    input_points: Any = None
    input_labels: Any = None
    input_boxes: Any = None
    multimask_output: bool = False
    points_per_batch: int = 64
    points_per_crop: int = 32
    crops_n_layers: int = 0
    crop_overlap_ratio: float = 512 / 1500
    crop_n_points_downscale_factor: int = 1
    pred_iou_thresh: float = 0.88
    stability_score_thresh: float = 0.95
    stability_score_offset: float = 1.0
    mask_threshold: float = 0.0
    crops_nms_thresh: float = 0.7
    output_rle_mask: bool = False
    output_bboxes_mask: bool = False

    kept: ClassVar[bool] = False  # points may be lists

    def __post_init__(self) -> None:
        CallOptions.__post_init__(self)
        for name in ("points_per_batch", "points_per_crop", "crop_n_points_downscale_factor"):
            check_count(getattr(self, name), name, _TASK)
        for name in ("multimask_output", "output_rle_mask", "output_bboxes_mask"):
            check_flag(getattr(self, name), name, _TASK)
        for name in ("crop_overlap_ratio", "crops_nms_thresh"):
            check_share(getattr(self, name), name, _TASK)
        if type(self.crops_n_layers) is not int or not 0 <= self.crops_n_layers <= 4:
            raise InvalidArgumentError(
                f"[{_TASK}] crops_n_layers must be from 0 to 4, got {self.crops_n_layers!r}"
            )

    @property
    def is_prompted(self) -> bool:
        """Whether certain objects are asked for."""
        return any(getattr(self, name) is not None for name in PROMPTS)


def read_prompts(options: MaskGenerationOptions) -> dict[str, Any]:
    """The prompts of a call as arrays with an axis for the image and one for the objects.

    Returns:
        Of those given: input_points of shape (1, objects, points, 2), input_labels of shape
        (1, objects, points), input_boxes of shape (1, objects, 4).

    Raises:
        InvalidArgumentError: One has another shape, or is no numbers.
    """
    prompts: dict[str, Any] = {}
    for name, axes in zip(PROMPTS, (4, 3, 3), strict=True):
        value = getattr(options, name)
        if value is None:
            continue
        try:
            array = np.asarray(value, dtype=np.int64 if name == "input_labels" else np.float64)
        except (TypeError, ValueError):
            raise InvalidArgumentError(
                f"[{_TASK}] {name} must be numbers, as many for each object; got {value!r}"
            ) from None
        if not 1 <= array.ndim <= axes or not array.size:
            raise InvalidArgumentError(
                f"[{_TASK}] {name} must have 1 to {axes} axes, got shape {array.shape}"
            )
        prompts[name] = array.reshape((1,) * (axes - array.ndim) + array.shape)
    points, labels = prompts.get("input_points"), prompts.get("input_labels")
    if labels is not None and (points is None or labels.shape != points.shape[:-1]):
        raise InvalidArgumentError(
            f"[{_TASK}] input_labels must be one number for each of input_points"
        )
    return prompts
