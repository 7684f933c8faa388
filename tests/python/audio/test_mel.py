from __future__ import annotations

import numpy as np
import pytest

from onnxformers.audio import (
    amplitude_to_db,
    hamming,
    hanning,
    hertz_to_mel,
    mel_filter_bank,
    mel_to_hertz,
    power_to_db,
    window_function,
)
from onnxformers.errors import InvalidArgumentError


@pytest.mark.parametrize("scale", ["htk", "slaney", "kaldi"])
def test_scales_go_there_and_back(scale: str) -> None:
    hertz = np.linspace(0, 8000, 50)
    mels = hertz_to_mel(hertz, scale)
    assert np.all(np.diff(mels) > 0)
    assert np.allclose(mel_to_hertz(mels, scale), hertz)
    assert mel_to_hertz(hertz_to_mel(440.0, scale), scale) == pytest.approx(440.0)


def test_known_places_of_the_scales() -> None:
    assert hertz_to_mel(1000.0, "slaney") == pytest.approx(15.0)
    assert hertz_to_mel(6400.0, "slaney") == pytest.approx(42.0)
    assert hertz_to_mel(700.0, "kaldi") == pytest.approx(1127 * np.log(2))
    assert isinstance(hertz_to_mel(700.0), float)


def test_filters_are_triangles_of_one_height_or_one_area() -> None:
    # Corners on a grid of 1 Hz: each filter's sum is its area.
    plain = mel_filter_bank(8001, 10, 0.0, 8000.0, 16000)
    assert plain.shape == (8001, 10)
    assert np.allclose(plain.max(0), 1.0, atol=0.02)
    scaled = mel_filter_bank(8001, 10, 0.0, 8000.0, 16000, norm="slaney")
    assert np.allclose(scaled.sum(0), 1.0, atol=0.01)


def test_neighbouring_filters_sum_to_one_between_their_peaks() -> None:
    bank = mel_filter_bank(257, 20, 20.0, 8000.0, 16000, mel_scale="kaldi")
    peaks = bank.argmax(0)
    assert np.allclose(bank.sum(1)[peaks[0] + 1 : peaks[-1]], 1.0)


@pytest.mark.parametrize(
    ("options", "part"),
    [
        ({"norm": "area"}, "norm"),
        ({"mel_scale": "bark"}, "unknown mel_scale 'bark'; known: htk, kaldi, slaney"),
        ({"num_frequency_bins": 1}, "at least 2"),
        ({"min_frequency": 9000.0}, "below max_frequency"),
        ({"num_mel_filters": 0}, "num_mel_filters must be a positive int"),
    ],
)
def test_wrong_banks_are_refused(options: dict[str, object], part: str) -> None:
    good = {
        "num_frequency_bins": 201,
        "num_mel_filters": 80,
        "min_frequency": 0.0,
        "max_frequency": 8000.0,
        "sampling_rate": 16000,
    }
    with pytest.raises(InvalidArgumentError) as caught:
        mel_filter_bank(**{**good, **options})  # type: ignore[arg-type]
    assert part in str(caught.value)


def test_windows() -> None:
    assert np.array_equal(hanning(9), np.hanning(9))
    assert np.array_equal(hamming(9), np.hamming(9))
    assert hanning(0).size == 0
    assert window_function(8, "hann").tolist() == np.hanning(9)[:8].tolist()
    assert window_function(8, "hamming_window", periodic=False).tolist() == np.hamming(8).tolist()
    assert np.allclose(window_function(8, "povey", periodic=False), np.hanning(8) ** 0.85)
    assert window_function(2, "boxcar", frame_length=5).tolist() == [0, 1, 1, 0, 0]
    assert window_function(2, "boxcar", frame_length=5, center=False).tolist() == [1, 1, 0, 0, 0]


def test_wrong_windows_are_refused() -> None:
    with pytest.raises(InvalidArgumentError, match="unknown window 'kaiser'"):
        window_function(8, "kaiser")
    with pytest.raises(InvalidArgumentError, match="larger than frame_length"):
        window_function(8, frame_length=4)


def test_decibels() -> None:
    power = np.array([1.0, 0.01, 1e-20])
    assert power_to_db(power).tolist() == pytest.approx([0, -20, -100])
    assert power_to_db(power, db_range=50.0).tolist() == pytest.approx([0, -20, -50])
    assert power_to_db(power, reference=0.01).tolist() == pytest.approx([20, 0, -80])
    assert amplitude_to_db(np.sqrt(power)).tolist() == pytest.approx([0, -20, -100])
    assert power_to_db(power.astype(np.float32)).dtype == np.float32
    assert power_to_db(np.zeros(0), db_range=10.0).size == 0
    for bounds in ({"reference": 0.0}, {"min_value": -1.0}, {"db_range": 0.0}):
        with pytest.raises(InvalidArgumentError, match="must be above 0"):
            power_to_db(power, **bounds)
