"""Only what is spoken goes to the model; the times of the recording come back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from onnxformers.errors import InvalidArgumentError
from onnxformers.pipelines.voice_activity import joined

if TYPE_CHECKING:
    from onnxformers.pipelines.audio import Waveform
    from onnxformers.pipelines.speech_options import SpeechOptions
    from onnxformers.pipelines.speech_recognizer import Recognizer

    Region = tuple[float, float]

#: Shorter pauses stay in what the model hears.
_PAUSE_S = 1.0
_WINDOW_S = 30.0


def transcribe_regions(
    recognizer: Recognizer,
    waveforms: Sequence[Waveform],
    detect: Callable[[Waveform, int], list[Region]],
    options: SpeechOptions,
) -> list[dict[str, Any]]:
    """What was said in each recording, where silence and noise are never heard by the model.

    Args:
        recognizer: Of the pipeline.
        waveforms: Samples of each recording.
        detect: Finds speech in one.
        options: Those of the call.

    Raises:
        InvalidArgumentError: The detector gave no times in order.
    """
    rate = recognizer.rate
    found = [_regions(detect(waveform, rate), len(waveform) / rate) for waveform in waveforms]
    parts = [
        waveform[round(begin * rate) : round(end * rate)]
        for waveform, regions in zip(waveforms, found, strict=True)
        for begin, end in regions
    ]
    heard = iter(recognizer.transcribe(parts, options) if parts else [])
    return [_merged([(begin, next(heard)) for begin, _ in regions], options) for regions in found]


def _regions(given: Any, length: float) -> list[Region]:
    regions = [(max(float(begin), 0.0), min(float(end), length)) for begin, end in given]
    for place, (begin, end) in enumerate(regions):
        if begin >= end or (place and begin < regions[place - 1][1]):
            raise InvalidArgumentError(
                f"[voice activity] stretches of speech must follow each other, got {given!r}"
            )
    return joined(regions, _PAUSE_S, _WINDOW_S)


def _merged(parts: list[tuple[float, dict[str, Any]]], options: SpeechOptions) -> dict[str, Any]:
    """The transcripts of stretches as one, in the times of the recording."""
    texts = [part["text"] for _, part in parts if part["text"].strip()]
    # Whisper's texts begin with a space of their own.
    glue = "" if all(text.startswith(" ") for text in texts) else " "
    result: dict[str, Any] = {"text": glue.join(texts)}
    if options.return_timestamps or options.return_language:
        result["chunks"] = [
            _shifted(chunk, begin) for begin, part in parts for chunk in part.get("chunks", ())
        ]
    return result


def _shifted(chunk: dict[str, Any], seconds: float) -> dict[str, Any]:
    if "timestamp" not in chunk:
        return chunk
    times = tuple(None if time is None else round(time + seconds, 3) for time in chunk["timestamp"])
    return {**chunk, "timestamp": times}
