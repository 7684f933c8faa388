"""The words of a window with their times and probabilities, as openai-whisper places them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from onnxformers.models.architectures.whisper_alignment import read_again
from onnxformers.models.prompts import eos_tokens
from onnxformers.ops import softmax
from onnxformers.tokenizers.whisper_languages import LANGUAGES, WITHOUT_SPACES
from onnxformers.tokenizers.whisper_words import (
    CLOSING,
    OPENING,
    Word,
    merge_punctuation,
    split_on_spaces,
    split_on_unicode,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from onnxformers.models.architectures.whisper_decoding import Decoding
    from onnxformers.models.architectures.whisper_segments import Segment

    Ids = NDArray[np.int64]
    Words = list[dict[str, Any]]

_SENTENCE_ENDS = ".。!！?？"  # noqa: RUF001 - the full-width marks are meant
#: Words are taken to last at most so long in the middle.
_USUAL_S = 0.7


@dataclass(slots=True)
class Timing:
    """A word of a window.

    Attributes:
        text: With the space before it.
        count: Tokens that make it.
        begin, end: Seconds in the window.
        probability: Mean of its tokens.
    """

    text: str
    count: int
    begin: float
    end: float
    probability: float


def timings_of(
    decoding: Decoding, encoded: NDArray[Any], begin: Ids, tokens: list[int], frames: int
) -> list[Timing]:
    """The words of a text, by what the decoder looks at while it reads it once more.

    Args:
        decoding: The call, with a tokenizer.
        encoded: The encoder's states, shape (1, frames, width).
        begin: What the text begins with, shape (tokens,).
        tokens: Of the text, without timestamps.
        frames: Mel frames of sound.

    Raises:
        UnsupportedModelError, InvalidArgumentError: See `whisper_alignment.alignment_heads`.

    Source: openai-whisper 20250625, `find_alignment`.
    """
    config = decoding.settings.config
    if not tokens:
        return []
    end = eos_tokens(config)[0]
    ids = np.array([*begin.tolist(), config["no_timestamps_token_id"], *tokens, end], np.int64)
    rows = slice(len(begin), len(ids) - 1)
    times, logits = read_again(decoding, encoded, ids, rows, frames)
    own = softmax(logits[rows][: len(tokens), :end].astype(np.float32))
    chances = own[np.arange(len(tokens)), tokens]
    words = _split(decoding, begin, tokens)
    return [
        Timing(word.text, len(word.tokens), *_span(word, times), float(chances[word.places].mean()))
        for word in words
    ]


def _span(word: Word, times: NDArray[Any]) -> tuple[float, float]:
    return float(times[word.places[0]]), float(times[word.places[-1] + 1])


def _split(decoding: Decoding, begin: Ids, tokens: list[int]) -> list[Word]:
    """A text as words, punctuation by itself."""
    table = decoding.settings.config.get("lang_to_id") or {}
    spoken = {code.strip("<|>") for code, token in table.items() if token in begin}
    names = {LANGUAGES.get(code) for code in spoken}
    split = split_on_unicode if names & WITHOUT_SPACES else split_on_spaces
    return split(decoding.call.tokenizer, tokens)


def place_words(
    segments: Sequence[Segment],
    counts: Sequence[int],
    timings: list[Timing],
    offset: float,
    last_end: float,
) -> list[Words]:
    """The words of each segment, and its begin and end by them.

    Words are cut where they seem to last through a pause: at the ends of sentences, and where a
    segment begins.

    Args:
        segments: Whose `start` and `end` change.
        counts: Tokens of text in each.
        timings: Of all their words.
        offset: Second at which the window begins.
        last_end: Second at which speech ended before it.

    Returns:
        For each segment words with `word`, `start`, `end` and `probability`, in seconds of the
        recording.

    Source: openai-whisper 20250625, `add_word_timestamps`.
    """
    lengths = [timing.end - timing.begin for timing in timings if timing.end != timing.begin]
    usual = min(_USUAL_S, float(np.median(lengths))) if lengths else 0.0
    if lengths:
        _cut_at_sentences(timings, 2 * usual)
    left = _merged(timings)
    found = []
    for segment, count in zip(segments, counts, strict=True):
        words: Words = []
        taken = 0
        while left and taken < count:
            timing = left.pop(0)
            taken += timing.count
            words.append(
                {
                    "word": timing.text,
                    "start": round(offset + timing.begin, 2),
                    "end": round(offset + timing.end, 2),
                    "probability": timing.probability,
                }
            )
        if words:
            _cut_at_begin(words, usual, last_end)
            _agree(segment, words, usual)
            last_end = segment["end"]
        found.append(words)
    return found


def _cut_at_sentences(timings: list[Timing], most: float) -> None:
    """Shorten what is longer than `most`: an end of a sentence, or a word behind one."""
    for place, timing in enumerate(timings[1:], 1):
        if timing.end - timing.begin > most:
            if timing.text in _SENTENCE_ENDS:
                timing.end = timing.begin + most
            elif timings[place - 1].text in _SENTENCE_ENDS:
                timing.begin = timing.end - most


def _merged(timings: list[Timing]) -> list[Timing]:
    """Punctuation joined to its words, whose times stay."""
    words = [Word(timing.text, [], [place]) for place, timing in enumerate(timings)]
    found = []
    for word in merge_punctuation(words, OPENING, CLOSING):
        parts = [timings[place] for place in word.places]
        is_mark = [part.text.startswith(" ") and part.text.strip() in OPENING for part in parts]
        main = parts[is_mark.index(False) if False in is_mark else -1]
        count = sum(part.count for part in parts)
        found.append(Timing(word.text, count, main.begin, main.end, main.probability))
    return found


def _cut_at_begin(words: Words, usual: float, last_end: float) -> None:
    """Shorten the first words behind a pause."""
    most = 2 * usual
    first, second = words[0], words[1] if len(words) > 1 else None
    if first["end"] - last_end <= 4 * usual:
        return
    is_long = first["end"] - first["start"] > most
    if not is_long and (second is None or second["end"] - first["start"] <= 2 * most):
        return
    if second is not None and second["end"] - second["start"] > most:
        first["end"] = second["start"] = max(second["end"] / 2, second["end"] - most)
    first["start"] = max(0, first["end"] - most)


def _agree(segment: Segment, words: Words, usual: float) -> None:
    """Let a segment begin and end with its words, or they with it where they are too long."""
    first, last = words[0], words[-1]
    if segment["start"] < first["end"] and segment["start"] - 0.5 > first["start"]:
        first["start"] = max(0, min(first["end"] - usual, segment["start"]))
    else:
        segment["start"] = first["start"]
    if segment["end"] > last["start"] and segment["end"] + 0.5 < last["end"]:
        last["end"] = max(last["start"] + usual, segment["end"])
    else:
        segment["end"] = last["end"]
