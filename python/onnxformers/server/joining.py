"""Texts of several clients written as one batch, by pipelines that know nothing of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from onnxformers.models import GenerationQueue
from onnxformers.pipelines.text_generation import TextGenerationPipeline

if TYPE_CHECKING:
    from onnxformers.server.settings import Limits


class JoinedModel:
    """Stands for a model; what threads ask it to write at the same time is written together."""

    def __init__(self, model: Any, limits: Limits) -> None:
        self._model = model
        self._queue = GenerationQueue(
            model, max_rows=limits.generations, max_waiting=limits.requests
        )

    def generate(self, *args: Any, **options: Any) -> Any:
        """As `model.generate`."""
        return self._queue.submit(*args, **options).result()

    def close(self) -> None:
        """Finish what was asked, then let the model go."""
        self._queue.close()
        self._model.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)


def joining(pipe: Any, limits: Limits) -> Any:
    """A pipeline that writes as `pipe` does, together with others."""
    model: Any = JoinedModel(pipe.model, limits)
    return TextGenerationPipeline(task=pipe.task, model=model, tokenizer=pipe.tokenizer)
