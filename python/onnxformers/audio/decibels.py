"""Spectrograms in decibels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from onnxformers.errors import InvalidArgumentError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


def amplitude_to_db(
    spectrogram: ArrayLike,
    reference: float = 1.0,
    min_value: float = 1e-5,
    db_range: float | None = None,
) -> NDArray[Any]:
    """An amplitude spectrogram in decibels: 20 * log10(spectrogram / reference).

    Args:
        spectrogram: Amplitudes, any shape; it is not changed.
        reference: The amplitude of 0 dB.
        min_value: Smaller amplitudes count as this one: 1e-5 is -100 dB.
        db_range: How far below the loudest value anything may lie, in dB.

    Returns:
        The same shape; float32 stays float32, everything else becomes float64.

    Raises:
        InvalidArgumentError: A bound is not above 0.

    Example:
        >>> amplitude_to_db([1.0, 0.1, 0.0], db_range=80.0).tolist()
        [0.0, -20.0, -80.0]

    Source: spec/transformers.js/utils_audio.md, amplitude_to_db.
    """
    return _to_db("amplitude_to_db", spectrogram, 20.0, (reference, min_value, db_range))


def power_to_db(
    spectrogram: ArrayLike,
    reference: float = 1.0,
    min_value: float = 1e-10,
    db_range: float | None = None,
) -> NDArray[Any]:
    """A power spectrogram in decibels: 10 * log10(spectrogram / reference).

    Args:
        spectrogram: Powers, any shape; it is not changed.
        reference: The power of 0 dB.
        min_value: Smaller powers count as this one: 1e-10 is -100 dB.
        db_range: How far below the loudest value anything may lie, in dB.

    Returns:
        The same shape; float32 stays float32, everything else becomes float64.

    Raises:
        InvalidArgumentError: A bound is not above 0.

    Example:
        >>> power_to_db([1.0, 0.1]).tolist()
        [0.0, -10.0]

    Source: spec/transformers.js/utils_audio.md, power_to_db.
    """
    return _to_db("power_to_db", spectrogram, 10.0, (reference, min_value, db_range))


def _to_db(
    place: str, spectrogram: ArrayLike, factor: float, bounds: tuple[float, float, float | None]
) -> NDArray[Any]:
    reference, min_value, db_range = bounds
    values = np.asarray(spectrogram)
    if values.dtype.kind not in "fiu":
        raise InvalidArgumentError(f"[{place}] expected real numbers, got {values.dtype}")
    for name, bound in (("reference", reference), ("min_value", min_value), ("db_range", db_range)):
        if bound is not None and not bound > 0.0:
            raise InvalidArgumentError(f"[{place}] {name} must be above 0, got {bound}")
    kept = values.dtype if values.dtype == np.float32 else np.dtype(np.float64)
    zero = np.log10(max(min_value, reference))
    result = factor * (np.log10(np.maximum(values.astype(np.float64), min_value)) - zero)
    if db_range is not None and result.size:
        result = np.maximum(result, result.max() - db_range)
    converted: NDArray[Any] = result.astype(kept)
    return converted
