"""Sounds written to files, and to the bytes of a wav file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from onnxformers.audio.extras import import_soundfile
from onnxformers.errors import InvalidArgumentError
from onnxformers.options import check_count

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

_FLOAT_FORMAT = 3
_CHUNK_HEADER_BYTES = 8
_HEADER_BYTES = 12 + 2 * _CHUNK_HEADER_BYTES + 16


def encode_wav(audio: ArrayLike, sampling_rate: int) -> bytes:
    """The bytes of a wav file of 32-bit floats: nothing is clipped or rounded.

    Args:
        audio: Samples of shape (samples,), or (channels, samples).
        sampling_rate: In hertz.

    Returns:
        A header of 44 bytes and the samples.

    Raises:
        InvalidArgumentError: There are no samples, or more than a wav file can hold.

    Example:
        >>> encode_wav([0.0, 0.5], 16000)[:4]
        b'RIFF'

    Source: spec/transformers.js/utils_audio.md; Transformers.js writes the same layout.
    """
    place = "encode_wav"
    check_count(sampling_rate, "sampling_rate", place)
    frames = _frames(audio, place)
    data = frames.astype("<f4").tobytes()
    if len(data) > 2**32 - _HEADER_BYTES:
        raise InvalidArgumentError(f"[{place}] a wav file holds at most 4 GB, got {len(data)}")
    channels = frames.shape[1]
    parts = (
        b"RIFF",
        np.uint32(_HEADER_BYTES - _CHUNK_HEADER_BYTES + len(data)),
        b"WAVEfmt ",
        np.uint32(16),
        np.uint16(_FLOAT_FORMAT),
        np.uint16(channels),
        np.uint32(sampling_rate),
        np.uint32(sampling_rate * channels * 4),
        np.uint16(channels * 4),
        np.uint16(32),
        b"data",
        np.uint32(len(data)),
    )
    header = b"".join(
        p if isinstance(p, bytes) else p.astype(p.dtype.newbyteorder("<")).tobytes() for p in parts
    )
    return header + data


def write_audio(path: str | os.PathLike[str], audio: ArrayLike, sampling_rate: int) -> None:
    """Write a sound to a file; its ending says the format.

    Args:
        path: .wav (32-bit floats, without any package), .flac, .ogg or .mp3 (by soundfile, which
            clips what lies outside [-1, 1]). An existing file is replaced.
        audio: Samples of shape (samples,), or (channels, samples).
        sampling_rate: In hertz.

    Raises:
        InvalidArgumentError: The ending is unknown, or the samples cannot be written.
        MissingExtraError: The format needs soundfile, which is not installed.

    Example:
        >>> write_audio("tone.wav", np.sin(np.arange(16000) * 0.1), 16000)
    """
    place = "write_audio"
    target = Path(path)
    ending = target.suffix.lower()
    if ending == ".wav":
        target.write_bytes(encode_wav(audio, sampling_rate))
        return
    if ending not in {".flac", ".ogg", ".mp3"}:
        raise InvalidArgumentError(
            f"[{place}] unknown ending {ending!r}; known: .wav, .flac, .ogg, .mp3"
        )
    check_count(sampling_rate, "sampling_rate", place)
    soundfile = import_soundfile(place)
    try:
        soundfile.write(target, _frames(audio, place), sampling_rate)
    except soundfile.LibsndfileError as error:
        raise InvalidArgumentError(f"[{place}] {ending} cannot hold this sound: {error}") from None


def _frames(audio: ArrayLike, place: str) -> NDArray[np.float32]:
    samples: NDArray[Any] = np.asarray(audio)
    if samples.dtype.kind not in "fiu" or samples.ndim not in {1, 2} or not samples.size:
        raise InvalidArgumentError(
            f"[{place}] expected samples of shape (samples,) or (channels, samples), "
            f"got {samples.dtype} of shape {samples.shape}"
        )
    frames = samples[:, None] if samples.ndim == 1 else samples.T
    return np.ascontiguousarray(frames, np.float32)
