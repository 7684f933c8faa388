"""Recordings of requests, as samples."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from onnxformers.audio import read_audio

if TYPE_CHECKING:
    from onnxformers.server.settings import Limits


async def decoded(files: list[Any], rate: int, limits: Limits) -> list[Any]:
    """The samples of files, read on another thread: small files may hold hours of silence.

    Args:
        files: Their bytes.
        rate: In hertz.
        limits: `audio_s` for all of them together.

    Returns:
        float32 arrays, shape (samples,).

    Raises:
        InvalidArgumentError: They are too long, or have no samples.
        FileFormatError: One is no sound.
    """
    found: list[Any] = []
    left_s = limits.audio_s
    for file in files:
        samples = await asyncio.to_thread(read_audio, file, rate, max_duration_s=left_s)
        # Above nothing, so that the next one is refused for its length.
        left_s = max(left_s - len(samples) / rate, 1 / rate)
        found.append(samples)
    return found
