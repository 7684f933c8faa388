"""Where somebody speaks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import onnx_builder as ob
from onnxformers import AutoModel
from onnxformers.errors import InvalidArgumentError, InvalidTypeError, UnsupportedModelError
from onnxformers.pipelines.voice_activity import (
    EnergyDetector,
    Regions,
    SileroDetector,
    detector_of,
    joined,
)

RATE = 16_000


def voice(seconds: float, level: float = 0.3) -> np.ndarray:
    """Harmonics of a deep voice whose loudness comes and goes."""
    t = np.arange(int(seconds * RATE)) / RATE
    tone = sum(np.sin(2 * np.pi * 140 * k * t) / k for k in range(1, 12))
    sound: np.ndarray = level * tone * (0.6 + 0.4 * np.sin(2 * np.pi * 4 * t))
    return sound.astype(np.float32)


def noise(seconds: float, level: float = 0.003, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return (level * rng.standard_normal(int(seconds * RATE))).astype(np.float32)


def test_a_voice_between_silences_is_found() -> None:
    sound = np.concatenate([noise(1.0), voice(0.8), noise(1.0), voice(0.5), noise(0.7)])
    regions = EnergyDetector()(sound, RATE)
    assert len(regions) == 2
    np.testing.assert_allclose(regions[0], (1.0, 1.8), atol=0.16)
    np.testing.assert_allclose(regions[1], (2.8, 3.3), atol=0.16)


@pytest.mark.parametrize(
    "sound",
    [
        np.zeros(2 * RATE, np.float32),
        noise(3.0, 0.0005),
        noise(3.0, 0.3),
        np.zeros(100, np.float32),
        np.zeros(0, np.float32),
    ],
)
def test_silence_and_noise_are_no_speech(sound: np.ndarray) -> None:
    assert EnergyDetector()(sound, RATE) == []


def test_bursts_of_noise_are_no_speech() -> None:
    sound = np.concatenate([noise(1.0), noise(0.5, 0.3, 1), noise(1.0), noise(0.4, 0.2, 2)])
    assert EnergyDetector()(sound, RATE) == []


@pytest.mark.parametrize("rate", [8000, 11_025, 16_000, 44_100])
def test_scores_are_those_of_the_definition(rate: int) -> None:
    rng = np.random.default_rng(rate)
    t = np.arange(2 * rate + 17) / rate
    tone = np.sin(2 * np.pi * 300 * t) * (np.sin(3 * t) > 0)
    sound = (0.2 * tone + 0.01 * rng.standard_normal(len(t))).astype(np.float32)
    size = int(0.03 * rate)
    frames = sound[: len(sound) // size * size].astype(np.float64).reshape(-1, size)
    frames = frames - frames.mean(axis=1, keepdims=True)
    level = 10 * np.log10(np.mean(frames**2, axis=1) + 1e-12)
    hertz = np.fft.rfftfreq(size, 1 / rate)
    power = np.abs(np.fft.rfft(frames * np.hanning(size), axis=1)) ** 2 + 1e-12
    band = power[:, (hertz >= 100) & (hertz <= 4000)]
    flatness = np.exp(np.log(band).mean(axis=1)) / band.mean(axis=1)
    least = max(min(np.quantile(level, 0.1) + 9, level.max() - 20), -55)
    wanted = (level >= least) & (flatness < 0.35)
    assert 0 < wanted.sum() < len(wanted)
    assert np.array_equal(EnergyDetector().scores(sound, rate), wanted)


def test_probabilities_become_stretches_with_patience() -> None:
    scores = np.array([0, 0.9, 0.9, 0.4, 0.9, 0, 0, 0, 0, 0.9, 0, 0, 0], np.float32)
    rule = Regions(min_speech_s=0.15, min_silence_s=0.2, pad_s=0.05)
    assert rule.find(scores, 0.1, 1.3) == [(pytest.approx(0.05), pytest.approx(0.55))]
    open_end = Regions(min_speech_s=0.05, min_silence_s=0.2, pad_s=0.0)
    found = open_end.find(np.array([0.0, 0.9, 0.9]), 0.1, 0.25)
    assert found == [(pytest.approx(0.1), pytest.approx(0.25))]


def test_near_stretches_are_joined_up_to_a_length() -> None:
    regions = [(0.0, 1.0), (1.5, 2.0), (4.0, 5.0), (5.1, 40.0)]
    assert joined(regions, 1.0, 30.0) == [(0.0, 2.0), (4.0, 5.0), (5.1, 40.0)]


def silero(folder: Path, *, with_state: bool = True) -> Any:
    """A model whose probability is the mean loudness plus what its state has seen."""
    state = "state" if with_state else "h"
    size = 128 if with_state else 64
    shape = [2, 1, size]
    nodes = [
        ob.node("Abs", ["input"], ["loud"]),
        ob.node("ReduceMean", ["loud"], ["output"], keepdims=1),
        ob.node("Add", [state, "output"], ["stateN" if with_state else "hn"]),
    ]
    inputs = [
        ob.value("input", "float32", [1, None]),
        ob.value(state, "float32", shape),
        ob.value("sr", "int64", []),
    ]
    outputs = [
        ob.value("output", "float32", [1, 1]),
        ob.value("stateN" if with_state else "hn", "float32", shape),
    ]
    (folder / "onnx").mkdir(parents=True)
    (folder / "config.json").write_text('{"model_type": "custom"}')
    (folder / "onnx" / "model.onnx").write_bytes(ob.model(ob.graph(nodes, inputs, outputs)))
    return AutoModel.from_pretrained(folder)


def test_silero_models_hear_frames_with_their_context(tmp_path: Path) -> None:
    detect = SileroDetector(silero(tmp_path / "v5"))
    sound = np.concatenate([np.zeros(512), np.ones(512), np.zeros(512)]).astype(np.float32)
    got = detect.probabilities(sound, RATE)
    # 64 samples of the frame before stand in front.
    np.testing.assert_allclose(got, [0.0, 512 / 576, 64 / 576], rtol=1e-5)
    older = SileroDetector(silero(tmp_path / "v4", with_state=False))
    np.testing.assert_allclose(older.probabilities(sound, RATE), [0, 1, 0], rtol=1e-5)
    assert detect.probabilities(sound[:700], RATE).shape == (2,)


def test_other_rates_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidArgumentError, match="16000 or 8000"):
        SileroDetector(silero(tmp_path / "m")).probabilities(np.zeros(512, np.float32), 44_100)


def test_what_finds_speech_is_taken_from_what_is_given(tmp_path: Path) -> None:
    assert detector_of(None) is None
    assert detector_of(False) is None
    assert isinstance(detector_of(True), EnergyDetector)
    model = silero(tmp_path / "m")
    assert isinstance(detector_of(model), SileroDetector)
    assert isinstance(detector_of(tmp_path / "m"), SileroDetector)
    assert detector_of(len) is len
    with pytest.raises(InvalidTypeError, match="vad must be True"):
        detector_of(3)


def test_models_that_find_no_speech_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "m"
    (folder / "onnx").mkdir(parents=True)
    (folder / "config.json").write_text('{"model_type": "custom"}')
    (folder / "onnx" / "model.onnx").write_bytes(ob.matmul())
    with pytest.raises(UnsupportedModelError, match="no Silero model"):
        SileroDetector.load(folder)
