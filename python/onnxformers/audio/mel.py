"""The mel scale, and banks of filters that are evenly spaced on it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from onnxformers.errors import InvalidArgumentError
from onnxformers.options import check_count

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Frequencies = TypeVar("Frequencies", float, NDArray[Any])
else:
    Frequencies = TypeVar("Frequencies")

_SCALES = ("htk", "kaldi", "slaney")
# Slaney's scale is a line up to this frequency and logarithmic above it.
_CORNER_HZ = 1000.0
_CORNER_MEL = 15.0
_LOG_STEP = math.log(6.4) / 27.0


def hertz_to_mel(freq: Frequencies, mel_scale: str = "htk") -> Frequencies:
    """Frequencies on the mel scale.

    Args:
        freq: A number or an array, in hertz.
        mel_scale: htk, slaney or kaldi (htk with a natural logarithm).

    Returns:
        float64, of the shape of `freq`; a float for a number.

    Raises:
        InvalidArgumentError: The scale is unknown.

    Example:
        >>> round(hertz_to_mel(1000.0), 3)
        999.986

    Source: spec/transformers.js/utils_audio.md, hertz_to_mel.
    """
    _check_scale(mel_scale, "hertz_to_mel")
    hertz = np.asarray(freq, np.float64)
    if mel_scale == "htk":
        mels = 2595.0 * np.log10(1.0 + hertz / 700.0)
    elif mel_scale == "kaldi":
        mels = 1127.0 * np.log(1.0 + hertz / 700.0)
    else:
        above = np.maximum(hertz, _CORNER_HZ)
        curve = _CORNER_MEL + np.log(above / _CORNER_HZ) / _LOG_STEP
        mels = np.where(hertz >= _CORNER_HZ, curve, 3.0 * hertz / 200.0)
    result: Frequencies = _like(mels, freq)
    return result


def mel_to_hertz(mels: Frequencies, mel_scale: str = "htk") -> Frequencies:
    """The frequencies that stand at these places of the mel scale.

    Args:
        mels: A number or an array.
        mel_scale: htk, slaney or kaldi.

    Returns:
        Hertz, float64, of the shape of `mels`; a float for a number.

    Raises:
        InvalidArgumentError: The scale is unknown.

    Example:
        >>> round(mel_to_hertz(15.0, "slaney"), 6)
        1000.0

    Source: spec/transformers.js/utils_audio.md, mel_to_hertz.
    """
    _check_scale(mel_scale, "mel_to_hertz")
    values = np.asarray(mels, np.float64)
    if mel_scale == "htk":
        hertz = 700.0 * (np.power(10.0, values / 2595.0) - 1.0)
    elif mel_scale == "kaldi":
        hertz = 700.0 * (np.exp(values / 1127.0) - 1.0)
    else:
        curve = _CORNER_HZ * np.exp(_LOG_STEP * (np.maximum(values, _CORNER_MEL) - _CORNER_MEL))
        hertz = np.where(values >= _CORNER_MEL, curve, 200.0 * values / 3.0)
    result: Frequencies = _like(hertz, mels)
    return result


def mel_filter_bank(
    num_frequency_bins: int,
    num_mel_filters: int,
    min_frequency: float,
    max_frequency: float,
    sampling_rate: int,
    norm: str | None = None,
    mel_scale: str = "htk",
    triangularize_in_mel_space: bool = False,
) -> NDArray[np.float64]:
    """Triangular filters, evenly spaced on the mel scale.

    Args:
        num_frequency_bins: Bins of the spectrogram, fft_length // 2 + 1.
        num_mel_filters: How many filters.
        min_frequency: Where the first filter begins, in hertz.
        max_frequency: Where the last one ends, in hertz; at most sampling_rate / 2.
        sampling_rate: Of the sound, in hertz.
        norm: "slaney" divides each filter by its width in hertz, so that all have the same area.
        mel_scale: htk, slaney or kaldi.
        triangularize_in_mel_space: Draw the sides as lines over mels, as Kaldi and torchaudio's
            `fbank` do, and not over hertz.

    Returns:
        float64, shape (num_frequency_bins, num_mel_filters), as in Python's transformers;
        Transformers.js has the transpose.

    Raises:
        InvalidArgumentError: An option is unknown or out of range.

    Example:
        >>> mel_filter_bank(201, 80, 0.0, 8000.0, 16000, norm="slaney", mel_scale="slaney").shape
        (201, 80)

    Source: spec/transformers.js/utils_audio.md, mel_filter_bank. As in transformers 4.46.3, the
        bins of filters that are drawn over mels lie sampling_rate / (2 * num_frequency_bins) apart:
        Kaldi's families count the bins without the last one and append a row of zeros.
    """
    place = "mel_filter_bank"
    _check_bank(num_frequency_bins, num_mel_filters, min_frequency, max_frequency, norm)
    _check_scale(mel_scale, place)
    lowest, highest = (hertz_to_mel(float(f), mel_scale) for f in (min_frequency, max_frequency))
    corners = np.linspace(lowest, highest, num_mel_filters + 2)
    if triangularize_in_mel_space:
        width = sampling_rate / (num_frequency_bins * 2)
        bins = hertz_to_mel(width * np.arange(num_frequency_bins), mel_scale)
    else:
        corners = mel_to_hertz(corners, mel_scale)
        bins = np.linspace(0, sampling_rate // 2, num_frequency_bins)
    filters = _triangles(bins, corners)
    if norm == "slaney":
        filters *= 2.0 / (corners[2:] - corners[:-2])
    return filters


def _triangles(bins: NDArray[np.float64], corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """Filter i rises from corner i to corner i + 1 and falls to corner i + 2."""
    widths = np.diff(corners)
    distances = corners[None, :] - bins[:, None]
    rising = -distances[:, :-2] / widths[:-1]
    falling = distances[:, 2:] / widths[1:]
    return np.maximum(0.0, np.minimum(rising, falling))


def _check_scale(mel_scale: str, place: str) -> None:
    if mel_scale not in _SCALES:
        raise InvalidArgumentError(
            f"[{place}] unknown mel_scale {mel_scale!r}; known: {', '.join(_SCALES)}"
        )


def _check_bank(bins: int, filters: int, lowest: float, highest: float, norm: str | None) -> None:
    place = "mel_filter_bank"
    check_count(bins, "num_frequency_bins", place)
    check_count(filters, "num_mel_filters", place)
    if bins < 2:
        raise InvalidArgumentError(f"[{place}] num_frequency_bins must be at least 2, got {bins}")
    if not 0 <= lowest < highest:
        raise InvalidArgumentError(
            f"[{place}] min_frequency must be at least 0 and below max_frequency, "
            f"got {lowest} and {highest}"
        )
    if norm not in {None, "slaney"}:
        raise InvalidArgumentError(f"[{place}] norm must be None or 'slaney', got {norm!r}")


def _like(values: NDArray[np.float64], given: Any) -> Any:
    return values if isinstance(given, np.ndarray) else float(values)
