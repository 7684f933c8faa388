"""The mel scale, and banks of filters that are evenly spaced on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from onnxformers._native import audio as native
from onnxformers.errors import InvalidArgumentError
from onnxformers.options import check_count

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Frequencies = TypeVar("Frequencies", float, NDArray[Any])
else:
    Frequencies = TypeVar("Frequencies")


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
    result: Frequencies = _like(native.hertz_to_mel(_numbers(freq), mel_scale), freq)
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
    result: Frequencies = _like(native.mel_to_hertz(_numbers(mels), mel_scale), mels)
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
    _check_bank(num_frequency_bins, num_mel_filters, min_frequency, max_frequency, norm)
    check_count(sampling_rate, "sampling_rate", "mel_filter_bank")
    return native.mel_filter_bank(
        num_frequency_bins,
        num_mel_filters,
        float(min_frequency),
        float(max_frequency),
        sampling_rate,
        mel_scale=mel_scale,
        equal_areas=norm == "slaney",
        over_mels=bool(triangularize_in_mel_space),
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


def _numbers(given: Any) -> NDArray[np.float64]:
    return np.ascontiguousarray(given, np.float64)


def _like(values: NDArray[np.float64], given: Any) -> Any:
    return values.reshape(given.shape) if isinstance(given, np.ndarray) else float(values[0])
