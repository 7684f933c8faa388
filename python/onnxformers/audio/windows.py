"""Windows: what each frame is multiplied with before its transform."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from onnxformers._native import audio as native
from onnxformers.errors import InvalidArgumentError
from onnxformers.options import check_positive

if TYPE_CHECKING:
    from numpy.typing import NDArray


def hanning(M: int) -> NDArray[np.float64]:
    """The Hann window, symmetric: 0 at both ends.

    Args:
        M: How many points; 1 gives [1], less gives none.

    Returns:
        float64, shape (M,).

    Example:
        >>> hanning(5).tolist()
        [0.0, 0.5, 1.0, 0.5, 0.0]

    Source: spec/transformers.js/utils_audio.md, hanning.
    """
    return native.window("hann", max(M, 0), periodic=False)


def hamming(M: int) -> NDArray[np.float64]:
    """The Hamming window, symmetric: 0.08 at both ends.

    Args:
        M: How many points; 1 gives [1], less gives none.

    Returns:
        float64, shape (M,).

    Example:
        >>> hamming(3).round(2).tolist()
        [0.08, 1.0, 0.08]

    Source: spec/transformers.js/utils_audio.md, hamming.
    """
    return native.window("hamming", max(M, 0), periodic=False)


def window_function(
    window_length: int,
    name: str = "hann",
    *,
    periodic: bool = True,
    frame_length: int | None = None,
    center: bool = True,
) -> NDArray[np.float64]:
    """A window by its name.

    Args:
        window_length: How many samples it covers.
        name: boxcar, hamming, hann or povey (Kaldi's; hann to the power 0.85); hamming_window and
            hann_window are the same as those without it.
        periodic: Leave out the last point of a symmetric window that is one longer, so that copies
            in a row are one cosine.
        frame_length: When the frame is longer: zeros are put around the window.
        center: With `frame_length`, half of the zeros before the window; False puts all behind.

    Returns:
        float64, shape (window_length,) or (frame_length,).

    Raises:
        InvalidArgumentError: The name is unknown, or the window longer than the frame.

    Example:
        >>> window_function(4, "hann").tolist()
        [0.0, 0.5, 1.0, 0.5]

    Source: spec/transformers.js/utils_audio.md, window_function.
    """
    place = "window_function"
    check_positive(window_length, "window_length", place)
    check_positive(frame_length, "frame_length", place)
    window = native.window(name, window_length, periodic=bool(periodic))
    if frame_length is None:
        return window
    if window_length > frame_length:
        raise InvalidArgumentError(
            f"[{place}] window_length {window_length} is larger than frame_length {frame_length}"
        )
    padded = np.zeros(frame_length)
    offset = (frame_length - window_length) // 2 if center else 0
    padded[offset : offset + window_length] = window
    return padded
