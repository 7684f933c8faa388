"""Models that give what a test says, and pictures to give them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np
from PIL import Image

from onnxformers import pipelines, processors
from onnxformers.configs import PretrainedConfig
from onnxformers.models import ModelOutput

Arrays = Mapping[str, np.ndarray[Any, Any]]


class FakeModel:
    """Stands for a loaded model of one file; `answer` gives its outputs, by its inputs."""

    name_or_path = "fake"
    device = ("CPUExecutionProvider", 0)
    closed = False
    kind = "encoder-only"
    generation_config = None

    def __init__(
        self,
        answer: Callable[[Arrays], dict[str, Any]],
        config: dict[str, Any],
        inputs: tuple[str, ...] = ("pixel_values",),
    ) -> None:
        self.answer = answer
        self.config = PretrainedConfig(config)
        self.session = SimpleNamespace(inputs=[SimpleNamespace(name=name) for name in inputs])
        self.sessions = {"model": self.session}
        self.calls: list[Arrays] = []

    def __call__(self, *, timeout_s: Any = None, cancel: Any = None, **inputs: Any) -> ModelOutput:
        self.calls.append(inputs)
        return ModelOutput(self.answer(inputs))


def make(
    pipeline: str,
    answer: Callable[[Arrays], dict[str, Any]],
    processor: str = "ViTImageProcessor",
    *,
    config: dict[str, Any] | None = None,
    inputs: tuple[str, ...] = ("pixel_values",),
    tokenizer: Any = None,
    **settings: Any,
) -> Any:
    """A pipeline over a fake model and a processor of pictures of 8 x 8.

    Args:
        pipeline: Name of its class.
        answer: As of `FakeModel`.
        processor: Name of the processor's class.
        config: The model's.
        inputs: Names of what the model takes.
        tokenizer: Of tasks that have one.
        **settings: Of the processor.
    """
    chosen = getattr(processors, processor)({"size": {"height": 8, "width": 8}, **settings})
    model = FakeModel(answer, config or {}, inputs)
    parts = {"tokenizer": tokenizer} if tokenizer is not None else {}
    return getattr(pipelines, pipeline)(task="fake", model=model, processor=chosen, **parts)


def picture(width: int, height: int, seed: int = 0) -> Image.Image:
    """A picture of noise."""
    rng = np.random.default_rng(seed)
    return Image.fromarray(rng.integers(0, 256, (height, width, 3), np.uint8))


def names(*labels: str) -> dict[str, Any]:
    """A config with the names of labels."""
    return {"id2label": dict(enumerate(labels))}
