"""How models write: options, logits processors, stopping and streamers.

The token loop is in the native core; what stands here is what a user touches.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onnxformers.lazy import lazy_names

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
    from onnxformers.generation.whisper_streamer import WhisperTextStreamer as WhisperTextStreamer

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
    "WhisperTextStreamer": "whisper_streamer",
}

__all__ = [*_HOMES]  # noqa: PLE0604


__getattr__, __dir__ = lazy_names(__name__, _HOMES)
