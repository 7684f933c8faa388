"""Sounds read to mono float32 at the rate that a model wants.

Decoding is libsndfile's (package soundfile); `resampling` says how rates are converted.

Source: spec/transformers.js/utils_audio.md, read_audio; MEDIA_MODELS.md, "Sound".
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from onnxformers.audio.extras import import_soundfile
from onnxformers.audio.resampling import resample
from onnxformers.audio.sources import opened, samples_of
from onnxformers.errors import FileFormatError, InvalidArgumentError
from onnxformers.hub.media import MAX_MEDIA_BYTES
from onnxformers.options import check_count

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Longer sounds are refused unless the caller says otherwise: four hours.
MAX_DURATION_S = 4 * 3600.0
#: More channels than this are no recording for a speech model.
MAX_CHANNELS = 32
_BLOCK_S = 10.0


def read_audio(
    source: Any,
    sampling_rate: int,
    *,
    mono: bool = True,
    max_duration_s: float | None = MAX_DURATION_S,
    max_bytes: int = MAX_MEDIA_BYTES,
) -> NDArray[np.float32]:
    """A sound as mono samples.

    Args:
        source: A path; an http(s):// or data: address; the bytes of a file; a file object opened
            in mode "rb"; an array of samples at `sampling_rate`, mono of shape (samples,) or
            (channels, samples); a pair (array, rate); a mapping with `array` (or `raw`) and
            `sampling_rate`. Integers of 8 to 32 bits are scaled to [-1, 1).
        sampling_rate: What the samples are wanted at, in hertz.
        mono: False keeps the channels apart.
        max_duration_s: A longer sound is refused; None for no limit.
        max_bytes: Largest file taken from an address or a stream.

    Returns:
        float32, shape (samples,), or with ``mono=False`` (channels, samples). Two channels are
        mixed as sqrt(2) * (left + right) / 2, of more
        than two the first is taken, both as Transformers.js does.

    Raises:
        MissingFileError: There is no such file.
        FileFormatError: It is no sound file, of an unknown format, or it ends too early.
        InvalidArgumentError: It has no samples, too many, or some that are no numbers.
        MissingExtraError: soundfile or soxr is not installed.

    Example:
        >>> read_audio((np.zeros(48000), 48000), 16000).shape
        (16000,)
    """
    limits = (max_duration_s, max_bytes)
    chunks = list(_resampled(source, sampling_rate, limits, "read_audio", mono))
    joined = chunks[0] if len(chunks) == 1 else np.concatenate(chunks)
    return joined if mono else np.ascontiguousarray(joined.T)


def audio_chunks(
    source: Any,
    sampling_rate: int,
    *,
    chunk_length_s: float = 30.0,
    max_duration_s: float | None = None,
    max_bytes: int = MAX_MEDIA_BYTES,
) -> Iterator[NDArray[np.float32]]:
    """A sound in pieces, for files that need not fit into memory.

    Args:
        source: As for `read_audio`.
        sampling_rate: What the samples are wanted at, in hertz.
        chunk_length_s: Length of a piece; the last one may be shorter.
        max_duration_s: A longer sound is refused when this much of it has been read.
        max_bytes: Largest file taken from an address or a stream.

    Yields:
        float32, shape (samples,); joined they are what `read_audio` gives.

    Raises:
        InvalidArgumentError: `chunk_length_s` is not above 0; or as `read_audio`.

    Example:
        >>> [len(chunk) for chunk in audio_chunks(np.zeros(70000), 16000, chunk_length_s=2.0)]
        [32000, 32000, 6000]
    """
    size = int(chunk_length_s * sampling_rate)
    if size < 1:
        raise InvalidArgumentError(
            f"[audio_chunks] chunk_length_s must be above 0, got {chunk_length_s}"
        )
    return _cut(
        _resampled(source, sampling_rate, (max_duration_s, max_bytes), "audio_chunks"), size
    )


def _cut(blocks: Iterator[NDArray[np.float32]], size: int) -> Iterator[NDArray[np.float32]]:
    held: list[NDArray[np.float32]] = []
    count = 0
    for block in blocks:
        held.append(block)
        count += len(block)
        if count >= size:
            joined = np.concatenate(held)
            whole = count - count % size
            for start in range(0, whole, size):
                yield joined[start : start + size]
            held, count = [joined[whole:]], count - whole
    if count:
        yield np.concatenate(held)


def _resampled(
    source: Any, rate: int, limits: tuple[float | None, int], place: str, mono: bool = True
) -> Iterator[NDArray[np.float32]]:
    """Blocks at `rate`, of shape (samples,) or (samples, channels); at least one, none empty."""
    check_count(rate, "sampling_rate", place)
    max_duration_s, max_bytes = limits
    given = samples_of(source, place)
    if given is not None:
        array, own_rate = given
        blocks = iter([_as_float(_by_frames(array, place), place)])
        yield from _convert(blocks, (own_rate or rate, rate), max_duration_s, place, mono)
        return
    with opened(source, place, max_bytes) as file, _decoder(file, source, place) as decoder:
        rates = (decoder.samplerate, rate)
        yield from _convert(_decoded(decoder, place), rates, max_duration_s, place, mono)


def _by_frames(array: NDArray[Any], place: str) -> NDArray[Any]:
    """Shape (samples, channels) of samples as callers hold them."""
    if array.ndim == 1:
        return array[:, None]
    if array.ndim == 2 and 0 < array.shape[0] <= MAX_CHANNELS:
        by_frames: NDArray[Any] = array.T
        return by_frames
    raise InvalidArgumentError(
        f"[{place}] expected samples of shape (samples,) or (channels, samples) with at most "
        f"{MAX_CHANNELS} channels, got {array.shape}"
    )


def _as_float(samples: NDArray[Any], place: str) -> NDArray[np.float32]:
    kind = samples.dtype.kind
    if kind == "i" and samples.dtype.itemsize == 8:
        # What a list of int becomes: floats without a fraction, or samples of any width.
        if samples.size and (samples.min() < -1 or samples.max() > 1):
            raise InvalidArgumentError(
                f"[{place}] samples of {samples.dtype} have no scale; give int16 or int32 as they "
                f"were recorded, or floats from -1 to 1"
            )
    elif kind == "i":
        # The scale is a power of two: nothing is rounded after the conversion.
        scale = np.float32(-1.0 / np.iinfo(samples.dtype).min)
        samples = np.multiply(samples.astype(np.float32), scale)
    elif kind == "u" and samples.dtype.itemsize == 1:
        samples = (samples.astype(np.float32) - 128.0) / 128.0
    elif kind != "f":
        raise InvalidArgumentError(
            f"[{place}] samples must be float, signed integers or uint8, got {samples.dtype}"
        )
    floats: NDArray[np.float32] = samples.astype(np.float32, copy=False)
    return floats


def _decoder(file: IO[bytes], source: Any, place: str) -> Any:
    soundfile = import_soundfile(place)
    try:
        decoder = soundfile.SoundFile(file)
    except soundfile.LibsndfileError as error:
        name = source if isinstance(source, str) else type(source).__name__
        raise FileFormatError(
            f"[{place}] {str(name)[:200]} is no sound file that can be read ({error}); "
            "wav, flac, ogg and mp3 can"
        ) from None
    if decoder.channels > MAX_CHANNELS:
        decoder.close()
        raise FileFormatError(
            f"[{place}] the file has {decoder.channels} channels; at most {MAX_CHANNELS} are read"
        )
    return decoder


def _decoded(decoder: Any, place: str) -> Iterator[NDArray[np.float32]]:
    from soundfile import LibsndfileError

    read = 0
    size = int(_BLOCK_S * decoder.samplerate)
    while True:
        try:
            block = decoder.read(size, dtype="float32", always_2d=True)
        except LibsndfileError as error:
            raise FileFormatError(f"[{place}] the file is broken: {error}") from None
        if not len(block):
            break
        read += len(block)
        yield block
    # A stream without a length in its header says the largest number there is.
    if read < decoder.frames < 2**62:
        raise FileFormatError(
            f"[{place}] the file ends after {read / decoder.samplerate:.2f} s of "
            f"{decoder.frames / decoder.samplerate:.2f} s: it is truncated or broken"
        )


def _mono(frames: NDArray[np.float32]) -> NDArray[np.float32]:
    """One channel of shape (samples, channels)."""
    if frames.shape[1] != 2:
        return np.ascontiguousarray(frames[:, 0])
    mixed: NDArray[np.float32] = (frames[:, 0] + frames[:, 1]) * np.float32(math.sqrt(2) / 2)
    return mixed


def _checked(
    blocks: Iterator[NDArray[np.float32]], rate: int, max_duration_s: float | None, place: str
) -> Iterator[NDArray[np.float32]]:
    count = 0
    for block in blocks:
        count += len(block)
        if max_duration_s is not None and count > max_duration_s * rate:
            raise InvalidArgumentError(
                f"[{place}] the sound is longer than max_duration_s={max_duration_s:g}; raise it, "
                "or read the sound in pieces with audio_chunks()"
            )
        if not _is_finite(block):
            raise InvalidArgumentError(f"[{place}] the sound holds NaN or infinite samples")
        if len(block):
            yield block
    if not count:
        raise InvalidArgumentError(f"[{place}] the sound has no samples")


def _is_finite(block: NDArray[np.float32]) -> bool:
    # A sum is finite only if every sample is. One of float32 is quicker, but may leave its range.
    with np.errstate(over="ignore", invalid="ignore"):
        quick = float(block.sum())
    return math.isfinite(quick) or math.isfinite(float(block.sum(dtype=np.float64)))


def _convert(
    blocks: Iterator[NDArray[np.float32]],
    rates: tuple[int, int],
    max_duration_s: float | None,
    place: str,
    mono: bool,
) -> Iterator[NDArray[np.float32]]:
    """Blocks of shape (samples, channels) checked, mixed and brought from one rate to another."""
    own, wanted = rates
    checked = _checked(blocks, own, max_duration_s, place)
    if mono:
        checked = map(_mono, checked)
    yield from checked if own == wanted else resample(checked, own, wanted, place)
