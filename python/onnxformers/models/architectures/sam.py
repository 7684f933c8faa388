"""SAM: an image is encoded once, and asked about many times."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from onnxformers.models.base import PreTrainedModel
from onnxformers.models.graph import Budget
from onnxformers.models.outputs import ModelOutput

if TYPE_CHECKING:
    from onnxformers._native.runtime import CancelToken


class SamModel(PreTrainedModel):
    """SAM with its image encoder by itself.

    Source: spec/transformers.js/models.md, SamModel.
    """

    def get_image_embeddings(
        self,
        pixel_values: Any,
        *,
        timeout_s: float | None = None,
        cancel: CancelToken | None = None,
    ) -> ModelOutput:
        """What the decoder needs of images; given to a call in place of `pixel_values`.

        Args:
            pixel_values: Of shape (rows, 3, height, width); or a mapping that has them.
            timeout_s: Stop after this many seconds.
            cancel: Stop when this token is cancelled.

        Returns:
            `image_embeddings` and `image_positional_embeddings`, each of shape (rows, width,
            height of the grid, width of the grid).

        Raises:
            InvalidArgumentError: The pixels are missing or of a wrong shape.
            RunTimeoutError, RunCancelledError: The run was stopped.

        Example:
            >>> model = SamModel.from_pretrained("Xenova/slimsam-77-uniform")  # doctest: +SKIP
            >>> seen = model.get_image_embeddings(processor("cat.jpg"))  # doctest: +SKIP
            >>> model(**seen, input_points=[[[[300, 200]]]]).iou_scores.shape  # doctest: +SKIP
            (1, 1, 3)
        """
        given = pixel_values if isinstance(pixel_values, dict) else {"pixel_values": pixel_values}
        found = self._forward.encode(dict(given), Budget(timeout_s, cancel))
        return ModelOutput(found)
