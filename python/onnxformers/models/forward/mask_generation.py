"""SAM: an image encoder, and a decoder of prompts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from onnxformers.models.feeds import refuse_undeclared
from onnxformers.models.graph import Budget, Graph

if TYPE_CHECKING:
    from collections.abc import Mapping

    from onnxformers._native.runtime import CancelToken
    from onnxformers.configs import PretrainedConfig

_EMBEDDINGS = ("image_embeddings", "image_positional_embeddings")


class Forward:
    """Runs SAM; embeddings of an image that a caller has are not computed again."""

    def __init__(
        self,
        graphs: Mapping[str, Graph],
        config: PretrainedConfig,
        optional_inputs: frozenset[str],
    ) -> None:
        self.encoder, self.decoder = graphs.values()
        self._inputs = [*self.encoder.dtypes, *self.decoder.dtypes]
        self._optional = optional_inputs | {"input_boxes"}

    def __call__(
        self, inputs: Mapping[str, Any], timeout_s: float | None, cancel: CancelToken | None
    ) -> dict[str, Any]:
        """Masks and their scores for the prompts."""
        refuse_undeclared(inputs, self._inputs, self._optional)
        budget = Budget(timeout_s, cancel)
        feeds = dict(inputs)
        if any(feeds.get(name) is None for name in _EMBEDDINGS):
            feeds |= self.encode(inputs, budget)
        if feeds.get("input_labels") is None and feeds.get("input_points") is not None:
            # Every point is one of the object.
            feeds["input_labels"] = np.ones(np.shape(feeds["input_points"])[:-1], np.int64)
        return self.decoder.run(feeds, budget)

    def encode(self, inputs: Mapping[str, Any], budget: Budget) -> dict[str, Any]:
        """Embeddings of an image and of its positions, each (rows, width, height, width)."""
        return self.encoder.run(inputs, budget)
