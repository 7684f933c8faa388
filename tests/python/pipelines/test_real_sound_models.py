"""Real models of sound with recorded outputs; run with ONNXFORMERS_DATA=<folder>."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest

from onnxformers import pipeline
from onnxformers.audio import read_audio
from onnxformers.pipelines.voice_activity import EnergyDetector, SileroDetector

DATA = Path(os.environ.get("ONNXFORMERS_DATA", "nowhere"))
SILERO = DATA / "models" / "onnx-community" / "silero-vad"
RATE = 16_000

pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason="real models are not kept in the repository; set ONNXFORMERS_DATA"
)


def test_silero_gives_the_recorded_probabilities() -> None:
    detect = SileroDetector.load(SILERO)
    for line in (SILERO / "golden.jsonl").read_text().splitlines():
        case = json.loads(line)
        got = detect.probabilities(read_audio(DATA / case["input"], RATE), RATE)
        wanted = np.array(case["output"])
        np.testing.assert_allclose(got[: len(wanted)], wanted, atol=1e-5)
        assert (got[: len(wanted)] > 0.5).mean() == pytest.approx(case["speech_share"], abs=0.001)


def test_the_older_silero_hears_about_the_same() -> None:
    sound = read_audio(DATA / "inputs" / "audio" / "jfk.wav", RATE)
    newer = SileroDetector.load(SILERO).probabilities(sound, RATE)
    older = SileroDetector.load(DATA / "models" / "snakers4" / "silero-vad-v4")
    assert ((older.probabilities(sound, RATE) > 0.5) == (newer > 0.5)).mean() > 0.93


def test_loudness_alone_finds_about_the_same_speech() -> None:
    sound = read_audio(DATA / "inputs" / "audio" / "jfk.wav", RATE)
    share = np.zeros((2, len(sound) // 160), bool)
    for row, detect in zip(share, (SileroDetector.load(SILERO), EnergyDetector()), strict=True):
        for begin, end in detect(sound, RATE):
            row[int(begin * 100) : int(end * 100)] = True
    assert (share[0] == share[1]).mean() > 0.85


def test_gtcrn_takes_noise_out_of_speech() -> None:
    clean = read_audio(DATA / "inputs" / "audio" / "jfk.wav", RATE)[: 4 * RATE]
    noise = 0.03 * np.random.default_rng(0).standard_normal(len(clean))
    with pipeline("audio-to-audio", DATA / "models" / "xiaobin-rong" / "gtcrn") as enhance:
        (found,) = enhance((clean + noise).astype(np.float32))
    assert found["sampling_rate"] == RATE
    assert found["audio"].shape == clean.shape
    left = ((found["audio"] - clean) ** 2).sum()
    assert left < 0.5 * (noise**2).sum()


def test_voices_in_noise_are_transcribed_only_where_they_are() -> None:
    speech = read_audio(DATA / "inputs" / "audio" / "jfk.wav", RATE)
    silence = np.zeros(5 * RATE, np.float32)
    regions = SileroDetector.load(SILERO)(np.concatenate([silence, speech, silence]), RATE)
    assert regions[0][0] > 5.0
    assert regions[-1][1] < 5.0 + len(speech) / RATE + 0.2
