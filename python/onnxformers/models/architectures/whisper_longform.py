"""Recordings of any length: window by window, each from where the last one's text ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from onnxformers.errors import InvalidArgumentError
from onnxformers.models.architectures.whisper_alignment import token_times
from onnxformers.models.architectures.whisper_decoding import Decoding
from onnxformers.models.architectures.whisper_hallucinations import Doubts, believed
from onnxformers.models.architectures.whisper_recording import Recording
from onnxformers.models.architectures.whisper_segments import split
from onnxformers.models.architectures.whisper_text import BOLD, Text
from onnxformers.models.outputs import ModelOutput
from onnxformers.models.prompts import eos_tokens, pad_token

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from onnxformers.models.architectures.whisper_options import Settings
    from onnxformers.models.architectures.whisper_segments import Segment

    Ids = NDArray[np.int64]

#: Arguments of generate() with which a recording must be alone.
_ALONE = ("streamer", "assistant_model", "prefix_allowed_tokens_fn")


def transcribe(decoding: Decoding, features: NDArray[Any]) -> Any:
    """What was said in each recording.

    Windows of several recordings go through the model together, each from where its own text ended;
    recordings that are over leave the others.

    Args:
        decoding: The call.
        features: Of shape (recordings, mels, frames).

    Returns:
        Ids of shape (recordings, tokens) without prompts; with `return_segments` or
        `return_token_timestamps` a mapping, see `WhisperForConditionalGeneration`.

    Source: Radford et al., 2022, section 3.8; transformers 4.46.3, `generate` of Whisper.
    """
    options, settings = decoding.settings.options, decoding.settings
    if (settings.config.num_return_sequences or 1) > 1:
        raise InvalidArgumentError(
            "[generate] segments, thresholds and more than one window have one text each; set "
            "num_return_sequences=1"
        )
    threshold = options.hallucination_silence_threshold
    if threshold is not None and decoding.call.tokenizer is None:
        raise InvalidArgumentError(
            "[generate] hallucination_silence_threshold needs words; give the tokenizer, too"
        )
    if features.shape[-1] > settings.window_frames:
        # A window's timestamps say where the next one begins.
        decoding = decoding.with_timestamps()
    recordings = [
        Recording(
            row=row,
            features=rows,
            frames=settings.frames_of(row, features.shape[-1]),
            doubts=None if threshold is None else Doubts(threshold),
        )
        for row, rows in enumerate(features)
    ]
    progress = _Progress(settings, recordings)
    is_alone = any(getattr(decoding.call, name) is not None for name in _ALONE)
    size = 1 if is_alone else len(recordings)
    for first in range(0, len(recordings), size):
        _hear(decoding, recordings[first : first + size], progress)
    pad = pad_token(settings.config) or 0
    found = [recording.segments for recording in recordings]
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

    def __init__(self, settings: Settings, recordings: list[Recording]) -> None:
        self._recordings = recordings
        self._monitor = settings.options.monitor_progress

    def tell(self) -> None:
        if self._monitor is not None:
            counts = [[min(part.seek, part.frames), part.frames] for part in self._recordings]
            self._monitor(np.array(counts, np.int64).reshape(-1, 2))


def _hear(decoding: Decoding, recordings: list[Recording], progress: _Progress) -> None:
    """Hear recordings to their ends, a window of each at a time."""
    size = decoding.settings.window_frames
    active = [recording for recording in recordings if not recording.is_over]
    while active:
        encoded = decoding.encode(np.concatenate([part.window(size) for part in active]))
        if active[0].begin is None:  # the first windows tell the languages
            begins = decoding.begin(encoded, [part.row for part in active])
            for recording, begin in zip(active, begins, strict=True):
                recording.begin = begin
        written = _write(decoding, encoded, active)
        for place, (recording, (before, text)) in enumerate(zip(active, written, strict=True)):
            _take(decoding, encoded[place : place + 1], recording, before, text)
        progress.tell()
        active = [recording for recording in active if not recording.is_over]


def _write(
    decoding: Decoding, encoded: NDArray[Any], active: list[Recording]
) -> list[tuple[Ids, Text]]:
    """The text of a window of each recording, with what stood before it.

    Rows whose prompts are of one length are written together: padding would be heard.
    """
    befores = [_before(recording.said, decoding) for recording in active]
    begins = [recording.begin for recording in active if recording.begin is not None]
    lengths = np.array([len(before) for before in befores])
    texts: dict[int, Text] = {}
    for length in np.unique(lengths):
        places = np.flatnonzero(lengths == length)
        before = np.stack([befores[place] for place in places])
        begin = np.stack([begins[place] for place in places])
        found = decoding.windows(encoded[places], before, begin)
        texts |= dict(zip(places.tolist(), found, strict=True))
    return [(before, texts[place]) for place, before in enumerate(befores)]


def _take(
    decoding: Decoding, encoded: NDArray[Any], recording: Recording, before: Ids, text: Text
) -> None:
    """Note what was said in a window, and where the next one begins."""
    settings = decoding.settings
    frames = min(recording.frames - recording.seek, settings.window_frames)
    step = frames
    if not text.is_silence:
        times = _times(decoding, encoded, recording, before, text)
        new, step = split(text, times, recording.seek, frames, settings)
        if recording.doubts is not None:
            new, step = believed(decoding, encoded, recording, text, (new, step))
        recording.segments += new
        recording.said += [token for segment in new for token in segment["tokens"].tolist()]
    if text.temperature >= BOLD:
        recording.said.clear()  # a wild guess leads nobody
    recording.seek += step


def _before(said: list[int], decoding: Decoding) -> Ids:
    """What stands before a window's text: the prompt, or what was said."""
    options, settings = decoding.settings.options, decoding.settings
    prompt = decoding.prompt_ids()
    if not options.condition_on_prev_tokens:
        return prompt
    token = settings.previous_token
    head, rest = [] if token is None else [token], [*prompt.tolist(), *said]
    if options.prompt_condition_type == "all-segments":
        head, rest = prompt.tolist() or head, said
    elif rest[:1] == head:
        rest = rest[1:]
    room = settings.max_positions // 2 - 1
    return np.array([*head, *rest[-room:]], np.int64) if rest else prompt


def _times(
    decoding: Decoding,
    encoded: NDArray[Any],
    recording: Recording,
    before: Ids,
    text: Text,
) -> list[float]:
    """The second within the window at which each token begins; [] where nobody asked."""
    settings = decoding.settings
    if not settings.options.return_token_timestamps or not text.tokens or recording.begin is None:
        return []
    frames = min(recording.frames - recording.seek, settings.window_frames)
    end = eos_tokens(settings.config)[:1]
    sequence = np.concatenate([before, recording.begin, np.array(text.tokens + end, np.int64)])
    prompt_length = len(before) + len(recording.begin)
    times = token_times(decoding, encoded, sequence[None], prompt_length, frames)
    found: list[float] = times[0, prompt_length : prompt_length + len(text.tokens)].tolist()
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
