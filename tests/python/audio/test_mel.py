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


@pytest.mark.parametrize("scale", ["htk", "slaney", "kaldi"])
def test_scales_take_any_shape(scale: str) -> None:
    hertz = np.arange(12, dtype=np.int64).reshape(3, 4) * 700
    mels = hertz_to_mel(hertz, scale)
    assert mels.shape == (3, 4)
    assert mels[1, 2] == hertz_to_mel(4200, scale)
    assert mel_to_hertz(mels.T, scale).shape == (4, 3)
    assert hertz_to_mel(np.zeros(()), scale).shape == ()
    with pytest.raises(InvalidArgumentError, match="unknown mel_scale 'bark'"):
        mel_to_hertz(1.0, "bark")


@pytest.mark.parametrize("over_mels", [False, True])
def test_filters_are_lines_between_their_corners(over_mels: bool) -> None:
    bank = mel_filter_bank(
        101, 7, 50.0, 3800.0, 8000, "slaney", "slaney", triangularize_in_mel_space=over_mels
    )
    corners = np.linspace(hertz_to_mel(50.0, "slaney"), hertz_to_mel(3800.0, "slaney"), 9)
    places = hertz_to_mel(np.arange(101) * 8000 / 202, "slaney")
    if not over_mels:
        corners, places = mel_to_hertz(corners, "slaney"), np.linspace(0, 4000, 101)
    for i, column in enumerate(bank.T):
        sides = np.interp(places, corners[i : i + 3], [0, 1, 0], left=0, right=0)
        assert np.allclose(column, sides * 2 / (corners[i + 2] - corners[i]), atol=1e-14)


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
        ({"sampling_rate": 0}, "sampling_rate must be a positive int"),
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
    shapes = {"hann": np.hanning, "hamming": np.hamming, "boxcar": np.ones}
    shapes["povey"] = lambda length: np.hanning(length) ** 0.85
    for length in (1, 2, 3, 8, 400, 401):
        assert np.allclose(hanning(length), np.hanning(length), rtol=0, atol=1e-15)
        assert np.allclose(hamming(length), np.hamming(length), rtol=0, atol=1e-15)
        for name, shape in shapes.items():
            symmetric = window_function(length, name, periodic=False)
            assert np.allclose(symmetric, shape(length), rtol=0, atol=1e-13)
            periodic = window_function(length, name)
            assert np.allclose(periodic, shape(length + 1)[:length], rtol=0, atol=1e-13)
    assert hanning(0).size == hanning(-1).size == hamming(0).size == 0
    assert np.array_equal(window_function(8, "hann_window"), window_function(8, "hann"))
    assert np.array_equal(window_function(8, "hamming_window"), window_function(8, "hamming"))
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
