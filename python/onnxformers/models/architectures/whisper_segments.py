"""The segments of a window's text, by the timestamps in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from onnxformers.models.architectures.whisper_options import INPUT_STRIDE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from onnxformers.models.architectures.whisper_options import Settings
    from onnxformers.models.architectures.whisper_text import Text

    Segment = dict[str, Any]
    #: First token, the one behind the last, and the timestamps of begin and end.
    Part = tuple[int, int, int, int]


def split(
    text: Text, times: Sequence[float], seek: int, frames: int, settings: Settings
) -> tuple[list[Segment], int]:
    """The segments of a window's text, and how many frames they speak of.

    Two timestamps in a row end one segment and begin the next. What stands behind the last such
    pair is not over: the next window begins there, unless a single timestamp ends it.

    Args:
        text: Of the window.
        times: Of its tokens, or none.
        seek: Frame at which the window begins.
        frames: Frames of sound in it.
        settings: The options.

    Source: transformers 4.46.3, `_retrieve_segment`.
    """
    tokens, begin = text.tokens, settings.timestamp_begin
    is_stamp = [token >= begin for token in tokens]
    cuts = [i + 1 for i in range(len(tokens) - 1) if is_stamp[i] and is_stamp[i + 1]]
    ends_with_one = is_stamp[-2:] == [False, True]
    length = frames // INPUT_STRIDE
    if not cuts:
        start = tokens[0] - begin if is_stamp[:1] == [True] else 0
        end = tokens[-1] - begin if ends_with_one else max(length, start + 1)
        whole = _kept([(0, len(tokens), start, end)], is_stamp, length)
        return _segments(text, times, whole, seek, frames, settings), frames
    if ends_with_one:
        cuts.append(len(tokens))
    parts = [
        (first, last, tokens[first] - begin, tokens[last - 1] - begin)
        for first, last in zip([0, *cuts], cuts, strict=False)
    ]
    step = frames if ends_with_one else (tokens[cuts[-1] - 1] - begin) * INPUT_STRIDE
    # A text that ends where it began would be heard for ever.
    step = min(step, frames) or frames
    return _segments(text, times, _kept(parts, is_stamp, length), seek, step, settings), step


def _kept(parts: Sequence[Part], is_stamp: Sequence[bool], length: int) -> list[Part]:
    """The parts that say something and take time.

    The model may tell times of the padding behind the sound: they become the sound's end.
    """
    return [
        (first, last, min(start, length), min(end, length))
        for first, last, start, end in parts
        if start < end and not all(is_stamp[first:last])
    ]


def _segments(
    text: Text,
    times: Sequence[float],
    parts: Sequence[Part],
    seek: int,
    step: int,
    settings: Settings,
) -> list[Segment]:
    """Parts of a window's text as dicts."""
    precision = settings.options.time_precision
    offset = seek / INPUT_STRIDE * precision
    found = []
    for first, last, start, end in parts:
        tokens = text.tokens[first:last]
        segment: Segment = {
            "start": offset + start * precision,
            "end": offset + end * precision,
            "tokens": np.array(tokens, np.int64),
            "offset": offset,
            "window": step / INPUT_STRIDE * precision,
            "temperature": text.temperature,
            "avg_logprob": text.avg_logprob,
            "compression_ratio": text.compression_ratio,
            "no_speech_prob": text.no_speech_prob,
        }
        if times:
            within = np.minimum(np.array(times[first:last], np.float32), segment["window"])
            segment["token_timestamps"] = within + np.float32(offset)
        found.append(segment)
    return found
