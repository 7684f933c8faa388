"""Voices for models that speak: numbers, or files of them."""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING, Any

import numpy as np

from onnxformers.audio.sources import opened
from onnxformers.errors import FileFormatError, InvalidArgumentError

if TYPE_CHECKING:
    from numpy.typing import NDArray


def read_voice(given: Any, task: str) -> NDArray[np.float32]:
    """Speaker embeddings of shape (voices, width).

    Args:
        given: Numbers of shape (width,) or (voices, width), or a file or address of them: .npy, or
            bare float32 as Transformers.js has them.
        task: For messages.

    Raises:
        InvalidArgumentError: They are of another shape, or no numbers.
        MissingFileError: There is no such file.
        FileFormatError: The file does not hold them.
    """
    values = _read_file(given, task) if isinstance(given, (str, os.PathLike)) else given
    voices = np.asarray(values)
    if voices.dtype.kind not in "fiu" or voices.ndim not in (1, 2) or not voices.size:
        raise InvalidArgumentError(
            f"[{task}] speaker_embeddings must be numbers of shape (width,) or (voices, width), "
            f"got {voices.dtype} of shape {voices.shape}"
        )
    if not np.isfinite(voices).all():
        raise InvalidArgumentError(f"[{task}] speaker_embeddings hold NaN or infinity")
    return np.atleast_2d(voices).astype(np.float32)


def _read_file(source: str | os.PathLike[str], task: str) -> NDArray[Any]:
    with opened(source, task, 1 << 26) as file:
        data = file.read()
    if data[:6] == b"\x93NUMPY":
        try:
            loaded: NDArray[Any] = np.load(io.BytesIO(data), allow_pickle=False)
        except ValueError as error:
            raise FileFormatError(f"[{task}] {source} is a broken .npy file: {error}") from None
        return loaded
    if not data or len(data) % 4:
        raise FileFormatError(
            f"[{task}] {source} holds {len(data)} bytes, which are no float32 numbers"
        )
    return np.frombuffer(data, np.float32)
