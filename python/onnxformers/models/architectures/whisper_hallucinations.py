"""Words that are said where nobody speaks: how they are told, and what is heard in their place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from onnxformers.models.architectures.whisper_options import INPUT_STRIDE
from onnxformers.models.architectures.whisper_word_times import place_words, timings_of
from onnxformers.models.prompts import eos_tokens
from onnxformers.tokenizers.whisper_words import CLOSING, OPENING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from onnxformers.models.architectures.whisper_decoding import Decoding
    from onnxformers.models.architectures.whisper_recording import Recording
    from onnxformers.models.architectures.whisper_segments import Segment
    from onnxformers.models.architectures.whisper_text import Text

    Words = list[dict[str, Any]]

#: Words that are no sign of anything.
_MARKS = OPENING + CLOSING
#: A word below this probability is odd, one between these lengths in seconds is not.
_UNLIKELY, _SHORT_S, _LONG_S = 0.15, 0.133, 2.0
#: Seconds at the edges of a window that count as silence.
_EDGE_S = 2.0


class Window(NamedTuple):
    """A window of a recording, in seconds of it.

    Attributes:
        begin: Where it begins.
        sound: How much sound is in it.
        length: How long it is with padding.
        total: How long the recording is.
    """

    begin: float
    sound: float
    length: float
    total: float


@dataclass(slots=True)
class Doubts:
    """Judges the segments of one recording, window by window.

    Args:
        threshold: Silence of more seconds around odd words makes them a hallucination.
    """

    threshold: float
    last_end: float = 0.0

    def judge(
        self, segments: list[Segment], words: Sequence[Words], window: Window, *, ends: bool
    ) -> tuple[int, float | None]:
        """How many of a window's segments are to be believed, and where to go on.

        Args:
            segments: With their `start` and `end`.
            words: Of each segment, with `word`, `start`, `end` and `probability`.
            window: Where they were heard.
            ends: The text says itself that nothing follows it in the window.

        Returns:
            Segments from the first on, and the second from which the recording is to be heard
            again; None where the text's timestamps say.

        Source: openai-whisper 20250625, `transcribe` with `hallucination_silence_threshold`.
        """
        if not segments:
            self.last_end = window.begin + window.sound
            return 0, None
        seek = None if ends else self._behind(words, segments, window)
        first = next((place for place, own in enumerate(words) if own), None)
        if first is not None and is_odd(words[first]):
            gap = segments[first]["start"] - window.begin
            if gap > self.threshold:
                return 0, window.begin + gap
        kept = self._first_false(segments, words, window)
        if kept is not None:
            segment = segments[kept]
            seek = max(window.begin + 1, segment["start"])
            if window.total - segment["end"] < self.threshold:
                seek = window.total
        count = len(segments) if kept is None else kept
        end = _end(words[:count], segments[:count])
        self.last_end = self.last_end if end is None else end
        return count, seek

    def _behind(
        self, words: Sequence[Words], segments: Sequence[Segment], window: Window
    ) -> float | None:
        """Behind the last word, where enough of the window is left to be worth it."""
        end = _end(words, segments)
        if end is None or end <= window.begin:
            return None
        is_worth = window.begin + window.length - end > self.threshold
        return end if is_worth else window.begin + window.sound

    def _first_false(
        self, segments: Sequence[Segment], words: Sequence[Words], window: Window
    ) -> int | None:
        """The first odd segment with silence, or others that are odd, on both of its sides."""
        last = self.last_end
        for place, (segment, own) in enumerate(zip(segments, words, strict=True)):
            if not own:
                continue
            begin, end = segment["start"], segment["end"]
            if is_odd(own):
                following = next((part for part in words[place + 1 :] if part), None)
                next_begin = following[0]["start"] if following else window.begin + window.sound
                is_before = (
                    begin - last > self.threshold
                    or begin < self.threshold
                    or begin - window.begin < _EDGE_S
                )
                is_behind = (
                    next_begin - end > self.threshold
                    or (following is not None and is_odd(following))
                    or window.begin + window.length - end < _EDGE_S
                )
                if is_before and is_behind:
                    return place
            last = end
        return None


def is_odd(words: Words) -> bool:
    """Whether the first words of a segment are unlikely, or too short or long to be said."""
    counted = [word for word in words if word["word"] not in _MARKS][:8]
    score = sum(map(_oddness, counted))
    return bool(words) and (score >= 3 or score + 0.01 >= len(counted))


def _oddness(word: dict[str, Any]) -> float:
    length: float = word["end"] - word["start"]
    score: float = word["probability"] < _UNLIKELY
    return score + max(_SHORT_S - length, 0.0) * 15 + max(length - _LONG_S, 0.0)


def _end(words: Sequence[Words], segments: Sequence[Segment]) -> float | None:
    """When the last word ends; without words, the last segment."""
    last = next((own[-1]["end"] for own in reversed(words) if own), None)
    if last is None and segments:
        last = segments[-1]["end"]
    return None if last is None else float(last)


def believed(
    decoding: Decoding,
    encoded: NDArray[Any],
    recording: Recording,
    text: Text,
    found: tuple[list[Segment], int],
) -> tuple[list[Segment], int]:
    """Those of a window's segments that somebody said, with their words, and the frames heard.

    Args:
        decoding: The call.
        encoded: The encoder's states of the window, shape (1, frames, width).
        recording: With its doubts.
        text: Of the window.
        found: Its segments and its frames, by the timestamps.

    Raises:
        UnsupportedModelError, InvalidArgumentError: The model cannot tell the times of words.
    """
    segments, step = found
    settings, doubts = decoding.settings, recording.doubts
    if doubts is None or recording.begin is None:
        return found
    second = settings.options.time_precision / INPUT_STRIDE
    begin, size = recording.seek, settings.window_frames
    frames = min(recording.frames - begin, size)
    window = Window(*(count * second for count in (begin, frames, size, recording.frames)))
    end = eos_tokens(settings.config)[0]
    own = [[token for token in part["tokens"].tolist() if token < end] for part in segments]
    tokens = [token for part in own for token in part]
    timings = timings_of(decoding, encoded, recording.begin, tokens, frames)
    counts = [len(part) for part in own]
    words = place_words(segments, counts, timings, window.begin, doubts.last_end)
    is_stamp = [token >= settings.timestamp_begin for token in text.tokens[-2:]]
    count, again = doubts.judge(segments, words, window, ends=is_stamp == [False, True])
    if again is not None and round(again / second) > begin:
        step = round(again / second) - begin
    for segment, part in zip(segments, words, strict=True):
        segment |= {"words": part, "window": step * second}
    return segments[:count], step
