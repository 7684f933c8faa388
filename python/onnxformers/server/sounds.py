"""Sounds as files of the formats of OpenAI's interface."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from onnxformers.audio import read_audio
from onnxformers.audio.extras import import_soundfile
from onnxformers.audio.writing import encode_wav


class Format(NamedTuple):
    """How a sound is written.

    Attributes:
        content_type: What to call it.
        container: Of soundfile; None where we write it ourselves.
        codec: Within it; None for the usual one.
        rates: What it can hold, in hertz; () for any.
    """

    content_type: str
    container: str | None = None
    codec: str | None = None
    rates: tuple[int, ...] = ()


_MP3_RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)
FORMATS: Mapping[str, Format] = {
    "flac": Format("audio/flac", "FLAC"),
    "mp3": Format("audio/mpeg", "MP3", rates=_MP3_RATES),
    "opus": Format("audio/ogg", "OGG", "OPUS", (8000, 12000, 16000, 24000, 48000)),
    "pcm": Format("audio/pcm", rates=(24000,)),
    "wav": Format("audio/wav"),
}


def encode(sound: Mapping[str, Any], form: str) -> bytes:
    """The bytes of a sound.

    Args:
        sound: What text-to-audio gave.
        form: One of `FORMATS`.

    Raises:
        MissingExtraError: The format needs soundfile, or another rate needs soxr.
    """
    found = FORMATS[form]
    samples = np.atleast_2d(np.asarray(sound["audio"], np.float32))
    rate = int(sound["sampling_rate"])
    if found.rates and rate not in found.rates:
        wanted = next((one for one in found.rates if one >= rate), found.rates[-1])
        samples, rate = read_audio((samples, rate), wanted, mono=False), wanted
    if form == "wav":
        return encode_wav(samples, rate)
    if form == "pcm":
        whole = np.rint(np.clip(samples.mean(axis=0), -1, 1) * 32767)
        return bytes(whole.astype("<i2"))
    soundfile = import_soundfile("speech")
    file = io.BytesIO()
    soundfile.write(file, samples.T, rate, format=found.container, subtype=found.codec)
    return file.getvalue()
