"""Sound in and out, and the spectrograms that speech models read. Everything is numpy.

Source: spec/transformers.js/utils_audio.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from onnxformers.lazy import lazy_names

if TYPE_CHECKING:
    from onnxformers.audio.decibels import amplitude_to_db as amplitude_to_db
    from onnxformers.audio.decibels import power_to_db as power_to_db
    from onnxformers.audio.mel import hertz_to_mel as hertz_to_mel
    from onnxformers.audio.mel import mel_filter_bank as mel_filter_bank
    from onnxformers.audio.mel import mel_to_hertz as mel_to_hertz
    from onnxformers.audio.reading import audio_chunks as audio_chunks
    from onnxformers.audio.reading import read_audio as read_audio
    from onnxformers.audio.spectrograms import SpectrogramStream as SpectrogramStream
    from onnxformers.audio.spectrograms import spectrogram as spectrogram
    from onnxformers.audio.windows import hamming as hamming
    from onnxformers.audio.windows import hanning as hanning
    from onnxformers.audio.windows import window_function as window_function
    from onnxformers.audio.writing import encode_wav as encode_wav
    from onnxformers.audio.writing import write_audio as write_audio

_HOMES = {
    "SpectrogramStream": "spectrograms",
    "amplitude_to_db": "decibels",
    "audio_chunks": "reading",
    "encode_wav": "writing",
    "hamming": "windows",
    "hanning": "windows",
    "hertz_to_mel": "mel",
    "mel_filter_bank": "mel",
    "mel_to_hertz": "mel",
    "power_to_db": "decibels",
    "read_audio": "reading",
    "spectrogram": "spectrograms",
    "window_function": "windows",
    "write_audio": "writing",
}

__all__ = [*_HOMES]  # noqa: PLE0604


__getattr__, __dir__ = lazy_names(__name__, _HOMES)
