"""Recordings cut into pieces that overlap, so that no word is lost at a border."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

from onnxformers.errors import InvalidArgumentError
from onnxformers.generation.config_fields import is_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

_TASK = "automatic-speech-recognition"
#: The part of a piece that it shares with each neighbour, where nobody says.
STRIDE_SHARE = 6


class Piece(NamedTuple):
    """A piece of a recording.

    Attributes:
        samples: Its samples, shape (samples,).
        left: How many of them the piece before it has too.
        right: How many of them the piece behind it has too.
        begin: Where it begins in the recording.
    """

    samples: NDArray[np.float32]
    left: int
    right: int
    begin: int

    def stride(self, rate: int) -> tuple[float, float, float]:
        """Seconds of the piece, and of it those shared at the left and right."""
        return len(self.samples) / rate, self.left / rate, self.right / rate


def read_lengths(
    chunk_length_s: float, stride_length_s: float | Sequence[float] | None
) -> tuple[float, float, float]:
    """Seconds of a piece, and those that it shares at the left and right.

    Raises:
        InvalidArgumentError: They are no seconds, or neighbours would share all of a piece.
    """
    given: Any = chunk_length_s / STRIDE_SHARE if stride_length_s is None else stride_length_s
    pair = tuple(given) if isinstance(given, (list, tuple)) else (given, given)
    if len(pair) != 2 or not all(is_number(part) and math.isfinite(part) for part in pair):
        raise InvalidArgumentError(
            f"[{_TASK}] stride_length_s must be a number of seconds or a pair of them, got "
            f"{stride_length_s!r}"
        )
    left, right = pair
    if min(left, right) < 0 or left + right >= chunk_length_s:
        raise InvalidArgumentError(
            f"[{_TASK}] chunk_length_s must be more than stride_length_s on both sides together, "
            f"got {chunk_length_s} and {left} + {right}"
        )
    return chunk_length_s, left, right


def cut(
    waveform: NDArray[np.float32],
    rate: int,
    lengths: tuple[float, float, float],
    align_to: int = 1,
) -> list[Piece]:
    """The pieces of a recording.

    Args:
        waveform: Samples, shape (samples,).
        rate: Samples of a second.
        lengths: As of `read_lengths`.
        align_to: All lengths are multiples of so many samples.

    Source: transformers 4.46.3, `chunk_iter`.
    """
    size, left, right = (round(length * rate / align_to) * align_to for length in lengths)
    step = size - left - right
    if step < 1:
        raise InvalidArgumentError(
            f"[{_TASK}] chunk_length_s={lengths[0]} is too short for this model"
        )
    pieces: list[Piece] = []
    for begin in range(0, len(waveform), step):
        samples = waveform[begin : begin + size]
        is_last = begin + size >= len(waveform)
        shared = left if begin else 0
        if len(samples) > shared:
            pieces.append(Piece(samples, shared, 0 if is_last else right, begin))
        if is_last:
            break
    return pieces
