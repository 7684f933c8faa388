"""Sounds brought from one sampling rate to another."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np

from onnxformers.audio.extras import import_soxr
from onnxformers.errors import InvalidArgumentError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

#: Sounds of up to so many samples, six seconds at 44.1 kHz, are resampled ideally, in one piece:
#: that costs a multiple of a filter, and most where the length is prime. Longer ones go through
#: soxr's filter (HQ) in blocks, in constant memory.
IDEAL_SAMPLES = 1 << 18


def resample(
    blocks: Iterator[NDArray[np.float32]], own: int, wanted: int, place: str
) -> Iterator[NDArray[np.float32]]:
    """Blocks at another rate; none of them is empty.

    Args:
        blocks: One at least, of shape (samples,) or (samples, channels).
        own: Their rate, in hertz.
        wanted: The rate they are wanted at.
        place: Function for messages.

    Yields:
        Blocks of the same axes; how the sound is cut into them may differ.

    Raises:
        InvalidArgumentError: The sound is too short for one sample at the new rate.
        MissingExtraError: The sound is long, and soxr is not installed.
    """
    held: list[NDArray[np.float32]] = []
    count = 0
    for block in blocks:
        held.append(block)
        count += len(block)
        if count > IDEAL_SAMPLES:
            yield from _filtered(itertools.chain(held, blocks), own, wanted, place)
            return
    converted = _ideal(np.concatenate(held), own, wanted)
    if not len(converted):
        raise InvalidArgumentError(f"[{place}] the sound is too short for {wanted} Hz")
    yield converted


def _ideal(sound: NDArray[np.float32], own: int, wanted: int) -> NDArray[np.float32]:
    """Every frequency below half of both rates as it is, every other one gone.

    The sound counts as a period: what lies at its ends rings into the other end.
    """
    length = round(len(sound) * wanted / own)
    if not length:
        return sound[:0]
    spectrum = np.fft.rfft(sound.astype(np.float64), axis=0)
    kept = np.zeros((length // 2 + 1, *sound.shape[1:]), np.complex128)
    shared = min(len(kept), len(spectrum))
    kept[:shared] = spectrum[:shared]
    converted = np.fft.irfft(kept, length, axis=0) * (length / len(sound))
    return converted.astype(np.float32)


def _filtered(
    blocks: Iterable[NDArray[np.float32]], own: int, wanted: int, place: str
) -> Iterator[NDArray[np.float32]]:
    soxr = import_soxr(place)
    stream = None
    for block in blocks:
        if stream is None:
            channels = 1 if block.ndim == 1 else block.shape[1]
            stream = soxr.ResampleStream(own, wanted, channels, dtype="float32", quality="HQ")
            empty = block[:0]
        converted = stream.resample_chunk(block)
        if len(converted):
            yield converted
    if stream is not None:
        yield stream.resample_chunk(empty, last=True)
