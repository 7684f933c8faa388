"""A model that is a function of token ids, for what no recorded model shows."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from onnxformers.configs import PretrainedConfig
from onnxformers.models import ModelOutput


class FunctionModel:
    """Stands for a loaded model: logits of shape (rows, tokens, outputs) from ids alone.

    The logits of a token depend on it and on the two before it, so that neither padding nor the
    other rows of a batch matter.
    """

    name_or_path = "function"
    device = ("CPUExecutionProvider", 0)
    closed = False

    def __init__(self, outputs: int, config: dict[str, Any], scale: float = 3.0) -> None:
        self.config = PretrainedConfig(config)
        rng = np.random.default_rng(zlib.crc32(repr((outputs, config)).encode()))
        self.table = (rng.standard_normal((997, outputs)) * scale).astype(np.float32)
        self.calls = 0

    def logits(self, ids: np.ndarray) -> np.ndarray:
        before = np.roll(ids, 1, axis=1)
        return self.table[(ids * 7 + before * 31) % 997]

    def __call__(self, *, input_ids: Any, **_: Any) -> ModelOutput:
        self.calls += 1
        return ModelOutput({"logits": self.logits(input_ids)})


@pytest.fixture(scope="session")
def function_model() -> Callable[..., FunctionModel]:
    return FunctionModel
