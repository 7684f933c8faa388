"""Recordings of any length: window by window, each from where the last one's text ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from onnxformers.models.architectures.whisper_alignment import token_times
from onnxformers.models.architectures.whisper_decoding import BOLD, Decoding, Text
from onnxformers.models.architectures.whisper_options import INPUT_STRIDE
from onnxformers.models.outputs import ModelOutput
from onnxformers.models.prompts import eos_tokens, pad_token

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from onnxformers.models.architectures.whisper_options import Settings

    Ids = NDArray[np.int64]
    Segment = dict[str, Any]


def transcribe(decoding: Decoding, features: NDArray[Any]) -> Any:
    """What was said in each recording.

    Args:
        decoding: The call.
        features: Of shape (recordings, mels, frames).

    Returns:
        Ids of shape (recordings, tokens) without prompts; with `return_segments` or
        `return_token_timestamps` a mapping, see `WhisperForConditionalGeneration`.

    Source: Radford et al., 2022, section 3.8; transformers 4.46.3, `generate` of Whisper.
    """
    options = decoding.settings.options
    if features.shape[-1] > decoding.settings.window_frames:
        # A window's timestamps say where the next one begins.
        decoding = decoding.with_timestamps()
    progress = _Progress(decoding.settings, features)
    found = [
        _hear(decoding, features[row : row + 1], row, progress) for row in range(len(features))
    ]
    pad = pad_token(decoding.settings.config) or 0
    output: dict[str, Any] = {
        "sequences": _stack([_join(segments, "tokens") for segments in found], pad, np.int64)
    }
    if options.return_token_timestamps:
        times = [_join(segments, "token_timestamps") for segments in found]
        output["token_timestamps"] = _stack(times, 0, np.float32)
    if options.return_segments:
        output["segments"] = found
    return ModelOutput(output) if len(output) > 1 else output["sequences"]


class _Progress:
    """Tells the caller how much of each recording was heard."""

    def __init__(self, settings: Settings, features: NDArray[Any]) -> None:
        total = [settings.frames_of(row, features.shape[-1]) for row in range(len(features))]
        self.counts = np.array([[0, frames] for frames in total], np.int64).reshape(-1, 2)
        self._monitor = settings.options.monitor_progress

    def advance(self, row: int, frames: int) -> None:
        self.counts[row, 0] = min(frames, self.counts[row, 1])
        if self._monitor is not None:
            self._monitor(self.counts.copy())


def _hear(
    decoding: Decoding, features: NDArray[Any], row: int, progress: _Progress
) -> list[Segment]:
    settings = decoding.settings
    total = int(progress.counts[row, 1])
    segments: list[Segment] = []
    said: list[int] = []
    begin, seek = None, 0
    while seek < total:
        frames = min(total - seek, settings.window_frames)
        encoded = decoding.encode(_cut(features, seek, frames, settings.window_frames))
        if begin is None:  # the first window tells the language
            begin = decoding.begin(encoded, row)[0]
        before = _before(said, decoding)
        text = decoding.window(encoded, before, begin)
        step = frames
        if not text.is_silence:
            times = _times(decoding, encoded, before, begin, text, frames)
            new, step = split(text, times, seek, frames, settings)
            segments += new
            said += [token for segment in new for token in segment["tokens"].tolist()]
        if text.temperature >= BOLD:
            said.clear()  # a wild guess leads nobody
        seek += step
        progress.advance(row, seek)
    return segments


def _cut(features: NDArray[Any], seek: int, frames: int, window: int) -> NDArray[Any]:
    """Frames of a recording, padded to a window."""
    part = features[:, :, seek : seek + frames]
    if frames == window:
        return np.ascontiguousarray(part)
    if seek == 0 and features.shape[-1] == window:
        return features  # padded by the feature extractor
    return np.pad(part, ((0, 0), (0, 0), (0, window - frames)))


def _before(said: list[int], decoding: Decoding) -> Ids:
    """What stands before a window's text: the prompt, or what was said."""
    options, settings = decoding.settings.options, decoding.settings
    prompt = decoding.prompt_ids()
    if not options.condition_on_prev_tokens or not said:
        return prompt
    room = settings.max_positions // 2 - 1
    head, rest = prompt[:1], [*prompt[1:].tolist(), *said]
    if options.prompt_condition_type == "all-segments":
        head, rest = prompt, said
    if not len(head):
        token = settings.config.get("prev_sot_token_id")
        head = np.array([] if token is None else [token], np.int64)
    return np.concatenate([head, np.array(rest[-room:], np.int64)])


def _times(
    decoding: Decoding, encoded: NDArray[Any], before: Ids, begin: Ids, text: Text, frames: int
) -> list[float]:
    """The second within the window at which each token begins; [] where nobody asked."""
    if not decoding.settings.options.return_token_timestamps or not text.tokens:
        return []
    end = eos_tokens(decoding.settings.config)[:1]
    sequence = np.concatenate([before, begin, np.array(text.tokens + end, np.int64)])
    prompt_length = len(before) + len(begin)
    times = token_times(decoding, encoded, sequence[None], prompt_length, frames)
    found: list[float] = times[0, prompt_length : prompt_length + len(text.tokens)].tolist()
    return found


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
        end = min(tokens[-1] - begin, length) if ends_with_one else length
        whole = [(0, len(tokens), start, end)]
        return _segments(text, times, whole, seek, frames, settings), frames
    if ends_with_one:
        cuts.append(len(tokens))
    parts = [
        (first, last, tokens[first] - begin, min(tokens[last - 1] - begin, length))
        for first, last in zip([0, *cuts], cuts, strict=False)
    ]
    step = frames if ends_with_one else (tokens[cuts[-1] - 1] - begin) * INPUT_STRIDE
    # A text that ends where it began would be heard for ever.
    step = min(step, frames) or frames
    return _segments(text, times, parts, seek, step, settings), step


def _segments(
    text: Text,
    times: Sequence[float],
    parts: Sequence[tuple[int, int, int, int]],
    seek: int,
    step: int,
    settings: Settings,
) -> list[Segment]:
    """Segments as dicts; those that say nothing, or take no time, are left out."""
    precision = settings.options.time_precision
    offset = seek / INPUT_STRIDE * precision
    found = []
    for first, last, start, end in parts:
        tokens = text.tokens[first:last]
        if start >= end or all(token >= settings.timestamp_begin for token in tokens):
            continue
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


def _join(segments: list[Segment], name: str) -> NDArray[Any]:
    parts = [segment[name] for segment in segments]
    return np.concatenate(parts) if parts else np.zeros(0, np.int64)


def _stack(rows: list[NDArray[Any]], filler: int, dtype: type) -> NDArray[Any]:
    width = max(map(len, rows), default=0)
    stacked: NDArray[Any] = np.full((len(rows), width), filler, dtype)
    for target, row in zip(stacked, rows, strict=True):
        target[: len(row)] = row
    return stacked
