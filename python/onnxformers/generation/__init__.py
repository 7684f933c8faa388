"""How models write: options, logits processors, stopping and streamers.

The token loop is in the native core; what stands here is what a user touches.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from onnxformers.generation.config import GenerationConfig as GenerationConfig
    from onnxformers.generation.iterator_streamer import (
        TextIteratorStreamer as TextIteratorStreamer,
    )
    from onnxformers.generation.logits import LogitsProcessor as LogitsProcessor
    from onnxformers.generation.logits import LogitsProcessorList as LogitsProcessorList
    from onnxformers.generation.logits import LogitsWarper as LogitsWarper
    from onnxformers.generation.stopping import EosTokenCriteria as EosTokenCriteria
    from onnxformers.generation.stopping import (
        InterruptableStoppingCriteria as InterruptableStoppingCriteria,
    )
    from onnxformers.generation.stopping import MaxLengthCriteria as MaxLengthCriteria
    from onnxformers.generation.stopping import MaxTimeCriteria as MaxTimeCriteria
    from onnxformers.generation.stopping import StoppingCriteria as StoppingCriteria
    from onnxformers.generation.stopping import StoppingCriteriaList as StoppingCriteriaList
    from onnxformers.generation.stopping import StopStringCriteria as StopStringCriteria
    from onnxformers.generation.streamers import BaseStreamer as BaseStreamer
    from onnxformers.generation.streamers import TextStreamer as TextStreamer

_HOMES = {
    "BaseStreamer": "streamers",
    "EosTokenCriteria": "stopping",
    "GenerationConfig": "config",
    "InterruptableStoppingCriteria": "stopping",
    "LogitsProcessor": "logits",
    "LogitsProcessorList": "logits",
    "LogitsWarper": "logits",
    "MaxLengthCriteria": "stopping",
    "MaxTimeCriteria": "stopping",
    "StopStringCriteria": "stopping",
    "StoppingCriteria": "stopping",
    "StoppingCriteriaList": "stopping",
    "TextIteratorStreamer": "iterator_streamer",
    "TextStreamer": "streamers",
}

__all__ = [*_HOMES]  # noqa: PLE0604


def __getattr__(name: str) -> Any:
    """Import a public name at its first use."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"onnxformers.generation.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """The public names."""
    return sorted(__all__)
