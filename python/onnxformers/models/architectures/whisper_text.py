"""What was written about a window of sound, and whether it is to be believed."""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from onnxformers.ops import log_softmax

if TYPE_CHECKING:
    from onnxformers.models.architectures.whisper_options import WhisperOptions

#: Text that was drawn at this temperature or above does not lead the next window.
BOLD = 0.5


@dataclass(frozen=True, slots=True)
class Text:
    """What was written about one window.

    Attributes:
        tokens: Without what stood before them, the end and padding.
        temperature: At which it was written.
        avg_logprob: Mean log-probability of its tokens; NaN where nobody asked.
        compression_ratio: How well it packs; high for what repeats itself.
        no_speech_prob: Probability of silence; NaN where nobody asked.
        is_silence: It is a guess about silence, to be dropped.
    """

    tokens: list[int]
    temperature: float = 0.0
    avg_logprob: float = math.nan
    compression_ratio: float = math.nan
    no_speech_prob: float = math.nan
    is_silence: bool = False


def is_silence(text: Text, options: WhisperOptions) -> bool:
    """Whether a text is a guess about silence, which is dropped."""
    most, least = options.no_speech_threshold, options.logprob_threshold
    if most is None or text.no_speech_prob <= most:
        return False
    return least is None or text.avg_logprob < least


def is_refused(text: Text, options: WhisperOptions) -> bool:
    """Whether a text repeats itself or is a guess, and is to be written again."""
    repeats, guesses = options.compression_ratio_threshold, options.logprob_threshold
    return not text.is_silence and (
        (repeats is not None and text.compression_ratio > repeats)
        or (guesses is not None and text.avg_logprob < guesses)
    )


def compression_ratio(tokens: list[int], vocab_size: int) -> float:
    """How many times smaller tokens get when they are packed; 0 without tokens.

    Source: transformers 4.46.3, `_retrieve_compression_ratio`.
    """
    size = int(math.log2(vocab_size) / 8) + 1
    packed = b"".join(token.to_bytes(size, "little") for token in tokens)
    return len(packed) / len(zlib.compress(packed))


def mean_logprob(
    output: Mapping[str, Any], row: int, tokens: list[int], temperature: float
) -> float:
    """Mean over a row's tokens and the end, of whose log-probability nothing is added.

    Source: transformers 4.46.3, `_retrieve_avg_logprobs`.
    """
    if "sequences_scores" in output:
        return float(output["sequences_scores"][row])
    total = 0.0
    for token, scores in zip(tokens, output["scores"], strict=False):
        total += float(log_softmax(scores[row] * temperature)[token])
    return total / (len(tokens) + 1)
