"""Keypoint detection: places that a model knows, such as elbows, in images."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from onnxformers.errors import FileFormatError
from onnxformers.options import check_positive, check_share
from onnxformers.pipelines.base import CallOptions
from onnxformers.pipelines.image import Batch, ImageOnlyPipeline
from onnxformers.processors.keypoints import hottest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onnxformers.pipelines.image_results import Keypoint

_TASK = "keypoint-detection"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeypointDetectionOptions(CallOptions):
    """Options of a keypoint-detection call.

    Attributes:
        threshold: Leave out what scores less.
        top_k: At most so many of the best; None for all.
    """

    threshold: float = 0.0
    top_k: int | None = None

    def __post_init__(self) -> None:
        CallOptions.__post_init__(self)
        check_share(self.threshold, "threshold", _TASK)
        check_positive(self.top_k, "top_k", _TASK)


class KeypointDetectionPipeline(
    ImageOnlyPipeline[
        KeypointDetectionOptions, "list[Keypoint]", "list[list[Keypoint]]", "list[Keypoint]"
    ]
):
    """Finds keypoints with a model that gives a heat map for each of them, such as ViTPose.

    The whole image is looked at: of several people cut out one by one, with object-detection.
    Call it with an image (a path, a URL, bytes, a PIL image, an array), a list or a generator of
    them, and with the fields of `KeypointDetectionOptions`.

    Returns:
        For an image: a list of `Keypoint`, in the order of the model's labels, with `top_k` best
        first. For a list: such a list for each image. For a generator: a generator of them.

    Raises:
        InvalidArgumentError: An empty list, an unknown option.
        InvalidTypeError: Something that is no image.
        FileFormatError: The model gives no heat maps.

    Example:
        >>> from onnxformers import pipeline
        >>> find = pipeline("keypoint-detection", "onnx-community/vitpose")  # doctest: +SKIP
        >>> find("runner.jpg", threshold=0.3)  # doctest: +SKIP
        [{'score': 0.91, 'label': 'Nose', 'point': {'x': 212.5, 'y': 40.1}}, ...]

    Source: Transformers.js 3.2, VitPoseForPoseEstimation; heat maps as simple baselines for human
        pose estimation read them.
    """

    options_class: ClassVar[type[Any]] = KeypointDetectionOptions

    def postprocess(
        self, batch: Batch, options: KeypointDetectionOptions
    ) -> Iterator[list[Keypoint]]:
        """The keypoints in each image."""
        heatmaps = batch.outputs.get("heatmaps")
        if heatmaps is None or heatmaps.ndim != 4:
            raise FileFormatError(
                f"[{self.task}] the model must give heatmaps of shape (rows, keypoints, height, "
                f"width), got {', '.join(f'{k} {v.shape}' for k, v in batch.outputs.items())}"
            )
        names = self.model.config.id2label
        for maps, (height, width) in zip(heatmaps, batch.sizes, strict=True):
            scores, places = hottest(maps)
            x, y = places[:, 0] * width, places[:, 1] * height
            found: list[Keypoint] = [
                {
                    "score": float(scores[i]),
                    "label": names.get(i, f"LABEL_{i}"),
                    "point": {"x": float(x[i]), "y": float(y[i])},
                }
                for i in range(len(maps))
                if scores[i] >= options.threshold
            ]
            if options.top_k is not None:
                found = sorted(found, key=lambda one: -one["score"])[: options.top_k]
            yield found
