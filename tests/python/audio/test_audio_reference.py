"""Windows, filters and spectra beside those of transformers and of librosa, with drawn options."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

from onnxformers import audio
from onnxformers.errors import InvalidArgumentError

pytestmark = pytest.mark.oracle
reference = pytest.importorskip(
    "transformers.audio_utils", reason="the reference: pip install transformers==4.46.3"
)

LENGTHS = (2, 3, 4, 5, 7, 16, 25, 64, 67, 100, 127, 131, 400, 512)
SCALES = ("htk", "kaldi", "slaney")


class Draws:
    """Options, drawn from a seed."""

    def __init__(self, seed: int) -> None:
        self.random = np.random.default_rng(seed)

    def one(self, *values: Any) -> Any:
        return values[self.random.integers(len(values))]

    def sound(self, length: int) -> np.ndarray:
        longest = max(2, int(self.random.integers(2, 3000)))
        count = self.one(1, 2, 3, length - 1, length, length + 1, 2 * length + 3, longest)
        loud = self.one(1e-3, 0.1, 1.0, 100.0)
        sound = self.random.normal(0, loud, count)
        if self.one(True, False, False):
            sound[: count // 2] = 0
        return sound.astype(self.one(np.float32, np.float64))

    def bank(self, bins: int) -> np.ndarray:
        filters, norm = self.one(1, 4, 20, 80), self.one(None, "slaney")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of filters without a bin
            return reference.mel_filter_bank(
                bins, filters, 0.0, 8000.0, 16000, norm, self.one(*SCALES), self.one(True, False)
            )

    def options(self, length: int) -> dict[str, Any]:
        options: dict[str, Any] = {
            "fft_length": length + self.one(0, 0, 1, 2, 13, 112),
            "power": self.one(None, 1.0, 1.5, 2.0, 2.0, 3.0),
            "center": self.one(True, False),
            "pad_mode": self.one("reflect", "constant", "edge"),
            "onesided": self.one(True, True, False),
            "remove_dc_offset": self.one(True, False),
            "preemphasis": self.one(None, None, 0.0, 0.5, 0.97, 1.0),
        }
        if options["power"] is None or not options["onesided"]:
            return options
        if self.one(True, False):
            options["mel_filters"] = self.bank(options["fft_length"] // 2 + 1)
            options["mel_floor"] = self.one(1e-10, 1e-3)
        options["log_mel"] = self.one(None, "log", "log10", "dB")
        if options["log_mel"] == "dB":
            options["power"] = self.one(1.0, 2.0)
            options["reference"] = self.one(0.5, 1.0, 2.0)
            options["min_value"] = self.one(1e-10, 1e-5)
            options["db_range"] = self.one(None, 80.0, 5.0)
        return options


def is_near(got: np.ndarray, wanted: np.ndarray, linear: np.ndarray, options: Any) -> bool:
    """Of logarithms where there is more than rounding, of others beside the largest value."""
    largest = max(float(np.abs(linear).max()), 1e-30)
    if options.get("log_mel") is None:
        return bool(np.abs(got - wanted).max() <= 3e-6 * largest)
    least = 1e-5 if options["power"] == 1.0 else 1e-7
    there = np.abs(linear) > least * largest
    return bool(np.abs(got[there] - wanted[there]).max(initial=0.0) < 2e-3)


@pytest.mark.parametrize("seed", range(8))
def test_spectra_with_drawn_options(seed: int) -> None:
    compared = 0
    for trial in range(100):
        draws = Draws(1000 * seed + trial)
        length = draws.one(*LENGTHS)
        sound, options = draws.sound(length), draws.options(length)
        hop = int(draws.random.integers(1, 2 * length + 2))
        window = draws.one("hann", "hamming", "povey", "boxcar")
        window = audio.window_function(length, window, periodic=draws.one(True, False))
        if len(sound) < length and not options["center"]:
            # Their spectrogram is an array without a frame.
            with pytest.raises(InvalidArgumentError, match="a frame"):
                audio.spectrogram(sound, window, length, hop, **options)
            continue
        if len(sound) == 1 or (options["remove_dc_offset"] and np.ptp(sound) == 0):
            continue  # a constant without its mean: nothing but rounding
        with np.errstate(divide="ignore"):
            wanted = reference.spectrogram(sound, window, length, hop, **options)
        plain = {**options, "log_mel": None}
        linear = reference.spectrogram(sound, window, length, hop, **plain)
        got = audio.spectrogram(sound, window, length, hop, **options)
        assert got.shape == wanted.shape
        assert is_near(got, wanted, linear, options), (trial, length, hop, len(sound), options)
        compared += 1
    assert compared > 50


def test_windows_with_every_option() -> None:
    for name in ("boxcar", "hamming", "hamming_window", "hann", "hann_window", "povey"):
        for length in (2, 3, 64, 399, 400):
            for frame_length in (None, length, length + 1, 512):
                for periodic in (True, False):
                    for center in (True, False):
                        options = {"frame_length": frame_length, "center": center}
                        got = audio.window_function(length, name, periodic=periodic, **options)
                        wanted = reference.window_function(length, name, periodic, **options)
                        assert np.allclose(got, wanted, rtol=0, atol=1e-13)


def test_banks_with_drawn_options() -> None:
    for trial in range(300):
        draws = Draws(trial)
        rate = draws.one(8000, 16000, 22050, 44100, 48000)
        lowest = draws.one(0.0, 20.0, 133.3)
        highest = draws.one(rate / 2, rate / 4, float(rate // 2))
        shape = (draws.one(2, 33, 201, 256, 257, 513), draws.one(1, 5, 23, 64, 80, 128))
        options = (draws.one(None, "slaney"), draws.one(*SCALES), draws.one(True, False))
        got = audio.mel_filter_bank(*shape, lowest, highest, rate, *options)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of filters without a bin
            wanted = reference.mel_filter_bank(*shape, lowest, highest, rate, *options)
        assert np.allclose(got, wanted, rtol=1e-9, atol=1e-12), trial


def test_banks_and_powers_of_librosa() -> None:
    librosa = pytest.importorskip("librosa", reason="the reference: pip install librosa")
    sound = np.random.default_rng(3).normal(0, 0.1, 16000).astype(np.float32)
    for filters, is_htk in ((40, True), (80, False), (128, False)):
        scale, norm = ("htk", None) if is_htk else ("slaney", "slaney")
        bank = audio.mel_filter_bank(201, filters, 0.0, 8000.0, 16000, norm, scale)
        wanted = librosa.filters.mel(sr=16000, n_fft=400, n_mels=filters, htk=is_htk, norm=norm)
        assert np.allclose(bank.T, wanted, atol=1e-6)
        for mode in ("reflect", "constant"):
            mel = librosa.feature.melspectrogram(
                y=sound, sr=16000, n_fft=400, hop_length=160, n_mels=filters, htk=is_htk,
                norm=norm, pad_mode=mode,
            )  # fmt: skip
            options = {"power": 2.0, "mel_filters": bank, "pad_mode": mode}
            got = audio.spectrogram(sound, audio.window_function(400), 400, 160, **options)
            assert np.abs(got - mel).max() < 1e-5 * mel.max()
