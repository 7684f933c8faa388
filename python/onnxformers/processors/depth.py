"""Pictures of models that tell depths: sizes in multiples of a number.

Source: transformers 4.46.3, models/dpt and glpn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

from onnxformers.ops import interpolate
from onnxformers.processors.frames import Frame
from onnxformers.processors.image import ImageProcessor
from onnxformers.processors.image_sizes import multiple_size, multiples_down, multiples_up
from onnxformers.processors.outputs import array_of, sizes_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from onnxformers.processors.image import Settings
    from onnxformers.processors.image_sizes import Size

_PLACE = "post_process_depth_estimation"


class DepthMap(TypedDict):
    """The depths of one picture: float32 of shape (height, width)."""

    predicted_depth: NDArray[Any]


class DepthEstimation:
    """Models that give a depth for each pixel."""

    def post_process_depth_estimation(
        self, outputs: Any, target_sizes: Any = None
    ) -> list[DepthMap]:
        """The depths, stretched to the size of each picture.

        Args:
            outputs: a mapping with `predicted_depth` (pictures, height, width).
            target_sizes: (height, width) of each picture; without it they stay as they are.

        Returns:
            A dict for each picture, of `predicted_depth`.

        Raises:
            InvalidTypeError: `outputs` is no mapping.
            InvalidArgumentError: the array is missing or has another shape, or `target_sizes` are
                not one for each picture.

        Source: transformers 4.46.3, DPTImageProcessor.post_process_depth_estimation.
        """
        depths = array_of(outputs, _PLACE, "predicted_depth", axes=3)
        return [
            DepthMap(predicted_depth=depth if size is None else interpolate(depth, size, "bicubic"))
            for depth, size in zip(depths, sizes_of(target_sizes, len(depths), _PLACE), strict=True)
        ]


class DPTSizes(ImageProcessor):
    """Multiples of `ensure_multiple_of`, in the picture's shape with `keep_aspect_ratio`."""

    def resized_size(self, picture: Size, settings: Settings) -> Size | None:
        """Height and width that a picture is resized to; None when it is not."""
        target = super().resized_size(picture, {**settings, "size_divisor": None})
        if target is None or "height" not in settings["size"]:
            return target
        keep, multiple = settings["keep_aspect_ratio"], settings["ensure_multiple_of"]
        return multiple_size(picture, target, keep, multiple)

    def frame(self, size: Size, settings: Settings) -> Frame:
        """In the middle of the next multiple of `size_divisor`."""
        divisor = settings.get("size_divisor")
        if not settings["do_pad"] or not divisor:
            return Frame(size)
        height, width = multiples_up(size, divisor)
        return Frame((height, width), ((height - size[0]) // 2, (width - size[1]) // 2))


class GLPNSizes(ImageProcessor):
    """Multiples of `size_divisor`, rounded down; pixels from 0 to 1."""

    def resized_size(self, picture: Size, settings: Settings) -> Size | None:
        """Height and width that a picture is resized to; None when it is not."""
        return multiples_down(picture, settings["size_divisor"]) if settings["do_resize"] else None
