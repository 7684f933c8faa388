"""A model without weights, for what comes after a model."""

from __future__ import annotations

from typing import Any

import numpy as np

from onnxformers.configs import PretrainedConfig
from onnxformers.models import ModelOutput


class RandomLogits:
    """A model whose logits depend on the tokens and a seed, and not on padding.

    `outputs` says how many values each output has for a row; None: one for each token.
    """

    name_or_path = "random"

    def __init__(self, seed: int, outputs: dict[str, int | None], **config: Any) -> None:
        self.device = ["CPUExecutionProvider"]
        self.seed, self.names = seed, outputs
        self.config = PretrainedConfig(config)

    def row(self, ids: list[int], name: str) -> np.ndarray:
        rng = np.random.default_rng([self.seed, len(name), *ids])
        width = self.names[name]
        shape = len(ids) if width is None else width
        return (rng.standard_normal(shape) * 4).astype(np.float32)

    def __call__(self, *, input_ids: Any, attention_mask: Any, **_: Any) -> ModelOutput:
        rows = {
            name: [
                self.row(ids[mask == 1].tolist(), name)
                for ids, mask in zip(input_ids, attention_mask, strict=True)
            ]
            for name in self.names
        }
        width = input_ids.shape[1]
        return ModelOutput(
            {
                name: np.stack(
                    [
                        np.pad(row, (0, width - len(row)), constant_values=9)
                        if self.names[name] is None
                        else row
                        for row in values
                    ]
                )
                for name, values in rows.items()
            }
        )
