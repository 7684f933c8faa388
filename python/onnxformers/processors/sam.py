"""SAM's pictures, points and boxes, and its masks in the size of the picture.

Source: spec/transformers.js/processors.md, SamImageProcessorResult; transformers 4.46.3,
models/sam/image_processing_sam.py and processing_sam.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from onnxformers.errors import InvalidArgumentError
from onnxformers.ops import interpolate
from onnxformers.processors.batch_feature import BatchFeature
from onnxformers.processors.image import ImageProcessor
from onnxformers.processors.image_sizes import half_up

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from onnxformers.processors.image import Settings
    from onnxformers.processors.image_sizes import Size

Sizes = Sequence[Sequence[int]]


class PromptedPictures(ImageProcessor):
    """Takes points and boxes beside the pictures, and turns masks back into their size."""

    call_options = frozenset({"input_points", "input_labels", "input_boxes"})

    def __call__(
        self,
        images: Any,
        *,
        input_points: Any = None,
        input_labels: Any = None,
        input_boxes: Any = None,
        **options: Any,
    ) -> BatchFeature:
        """The arrays of pictures and of what is asked about them.

        Args:
            images: a picture or a list of them.
            input_points: points in pixels, (x, y), of shape (pictures, prompts, points, 2);
                (pictures, points, 2), or of one picture (prompts, points, 2).
            input_labels: for each point 1 (inside), 0 (outside) or -1 (no point).
            input_boxes: left, top, right and bottom in pixels, of shape (pictures, boxes, 4).
            **options: settings for this call.

        Returns:
            `pixel_values`, `original_sizes`, `reshaped_input_sizes`, and what was given of
            `input_points` (float32), `input_labels` (int64) and `input_boxes` (float32), moved as
            the picture was resized.

        Raises:
            InvalidArgumentError: points, labels or boxes of other shapes, or labels without points;
                otherwise as of `ImageProcessor`.
            InvalidTypeError, FileFormatError: as of `ImageProcessor`.

        Example:
            >>> processor("cat.jpg", input_points=[[[450, 600]]]).input_points.shape
            (1, 1, 1, 2)
        """
        features = super().__call__(images, **options)
        sizes = (features.original_sizes, features.reshaped_input_sizes)
        if input_points is not None:
            features["input_points"] = self.reshape_input_points(input_points, *sizes)
        if input_labels is not None:
            if input_points is None:
                raise InvalidArgumentError(
                    f"[{type(self).__name__}] input_labels need input_points"
                )
            features["input_labels"] = self.add_input_labels(input_labels, features.input_points)
        if input_boxes is not None:
            features["input_boxes"] = self.reshape_input_points(
                input_boxes, *sizes, is_bounding_box=True
            )
        return features

    def resized_size(self, picture: Size, settings: Settings) -> Size | None:
        """The longer side becomes `longest_edge`; halves are rounded upward."""
        if not settings["do_resize"] or "longest_edge" not in settings["size"]:
            return super().resized_size(picture, settings)
        scale = settings["size"]["longest_edge"] / max(picture)
        return half_up(picture[0] * scale), half_up(picture[1] * scale)

    def reshape_input_points(
        self,
        input_points: Any,
        original_sizes: Sizes,
        reshaped_input_sizes: Sizes,
        is_bounding_box: bool = False,
    ) -> NDArray[np.float32]:
        """Points or boxes of the picture, moved to where they are after resizing.

        Args:
            input_points: as of the call; with `is_bounding_box` as of `input_boxes`.
            original_sizes: height and width of each picture.
            reshaped_input_sizes: height and width after resizing.
            is_bounding_box: they are boxes.

        Returns:
            float32 of shape (pictures, prompts, points, 2), of boxes (pictures, boxes, 4).

        Raises:
            InvalidArgumentError: another shape, or not as many as pictures.
        """
        name, width = ("input_boxes", 4) if is_bounding_box else ("input_points", 2)
        points = _numbers(name, input_points, np.float64)
        rows = len(original_sizes)
        if is_bounding_box:
            shape_fits = points.ndim == 3
        else:
            if points.ndim == 3:
                # A point a row for each picture, or several prompts for the one picture.
                points = points[:, None] if len(points) == rows else points[None]
            shape_fits = points.ndim == 4
        if not shape_fits or points.shape[-1] != width or len(points) != rows:
            raise InvalidArgumentError(
                f"[{name}] expected shape "
                + ("(pictures, boxes, 4)" if is_bounding_box else "(pictures, prompts, points, 2)")
                + f" for {rows} pictures, got {points.shape}"
            )
        scales = [
            (new[1] / old[1], new[0] / old[0])
            for old, new in zip(original_sizes, reshaped_input_sizes, strict=True)
        ]
        factors = np.tile(np.array(scales), (1, width // 2))
        moved: NDArray[np.float32] = (
            points * factors.reshape(rows, *[1] * (points.ndim - 2), width)
        ).astype(np.float32)
        return moved

    def add_input_labels(
        self, input_labels: Any, input_points: NDArray[np.float32]
    ) -> NDArray[np.int64]:
        """The labels in the shape of the points they belong to.

        Args:
            input_labels: as of the call.
            input_points: what `reshape_input_points` returned.

        Returns:
            int64 of shape (pictures, prompts, points).

        Raises:
            InvalidArgumentError: another shape than that of the points.
        """
        labels = _numbers("input_labels", input_labels, np.int64)
        wanted = input_points.shape[:3]
        if labels.ndim == 2:
            labels = labels[:, None] if labels[:, None].shape == wanted else labels[None]
        if labels.shape != wanted:
            raise InvalidArgumentError(
                f"[input_labels] expected one for each point, shape {wanted}; got {labels.shape}"
            )
        return labels

    def post_process_masks(
        self,
        masks: Any,
        original_sizes: Sizes,
        reshaped_input_sizes: Sizes,
        mask_threshold: float = 0.0,
        binarize: bool = True,
        pad_size: Any = None,
    ) -> list[NDArray[Any]]:
        """Masks in the size of their pictures.

        Args:
            masks: `pred_masks` of the model: for each picture shape (prompts, masks, height,
                width).
            original_sizes: height and width of each picture.
            reshaped_input_sizes: height and width after resizing, before padding.
            mask_threshold: what a pixel of a mask must exceed.
            binarize: give bools, not the values.
            pad_size: height and width that pictures were padded to; None for the config's.

        Returns:
            For each picture an array of shape (prompts, masks, height, width).

        Raises:
            InvalidArgumentError: as many masks as there are no sizes, or another shape.
        """
        sizes = [[_pair(size) for size in each] for each in (original_sizes, reshaped_input_sizes)]
        if not len(masks) == len(sizes[0]) == len(sizes[1]):
            raise InvalidArgumentError(
                f"[post_process_masks] got {len(masks)} masks, {len(sizes[0])} original_sizes and "
                f"{len(sizes[1])} reshaped_input_sizes; expected as many of each"
            )
        padded = self.settings_with({"pad_size": pad_size})["pad_size"]
        target = (padded["height"], padded["width"])
        found: list[NDArray[Any]] = []
        for mask, original, reshaped in zip(masks, *sizes, strict=True):
            whole = interpolate(np.asarray(mask), target)
            fitted = interpolate(whole[..., : reshaped[0], : reshaped[1]], original)
            found.append(fitted > mask_threshold if binarize else fitted)
        return found


def _numbers(name: str, values: Any, dtype: type[np.generic]) -> NDArray[Any]:
    try:
        return np.asarray(values, dtype)
    except (ValueError, TypeError):
        raise InvalidArgumentError(
            f"[{name}] expected nested lists of numbers, as many in each row"
        ) from None


def _pair(size: Any) -> Size:
    height, width = (int(side) for side in size)
    return height, width
