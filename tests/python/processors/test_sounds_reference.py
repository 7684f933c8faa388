"""Features beside those of transformers: within 1e-5."""

from __future__ import annotations

import logging
import warnings
from typing import Any

import numpy as np
import pytest

from onnxformers import processors

pytestmark = pytest.mark.oracle
transformers = pytest.importorskip(
    "transformers", reason="the reference: pip install transformers==4.46.3"
)
logging.getLogger("transformers").setLevel(logging.ERROR)

DRAWS = np.random.default_rng(5)


def sounds(rate: int) -> list[np.ndarray]:
    """Noise, a tone, a sweep that fades, and silence with a click."""
    t = np.arange(int(0.9 * rate)) / rate
    noise = DRAWS.normal(0, 0.1, len(t))
    tone = 0.3 * np.sin(2 * np.pi * 440 * t)
    sweep = np.sin(2 * np.pi * (100 + 1500 * t) * t) * np.exp(-3 * t)
    click = np.zeros(int(0.7 * rate))
    click[len(click) // 2] = 0.9
    return [sound.astype(np.float32) for sound in (noise, tone, sweep, click)]


def compare(name: str, config: dict[str, Any], call: dict[str, Any], atol: float = 1e-5) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = getattr(transformers, name)(**config)
    ours = getattr(processors, name)(config)
    for batch in ([s] for s in sounds(ours.sampling_rate)):
        check(ours(batch, **call), theirs, batch, call, atol)
    batch = sounds(ours.sampling_rate)
    if call.get("padding") is not False:
        check(ours(batch, **call), theirs, batch, call, atol)


def check(got: Any, theirs: Any, batch: list[np.ndarray], call: Any, atol: float) -> None:
    seed = call.get("seed", 0)
    np.random.seed(seed)  # noqa: NPY002 - the reference draws from it
    named = {key: value for key, value in call.items() if key != "seed"}
    wanted = theirs(batch, sampling_rate=theirs.sampling_rate, return_tensors="np", **named)
    # Whisper's gives the mask of samples too where it normalises.
    assert set(got) == set(wanted) - ({"attention_mask"} - set(got))
    for key, value in got.items():
        assert value.shape == wanted[key].shape, key
        assert np.abs(value.astype(np.float64) - wanted[key]).max() <= atol, key


@pytest.mark.parametrize(
    ("config", "call"),
    [
        ({"chunk_length": 1}, {}),
        ({"chunk_length": 1, "feature_size": 128}, {"return_attention_mask": True}),
        ({"chunk_length": 2}, {"do_normalize": True}),
        ({"chunk_length": 1}, {"padding": "longest", "pad_to_multiple_of": 1000}),
        ({"chunk_length": 1}, {"max_length": 12000}),
        ({"chunk_length": 1, "n_fft": 512, "hop_length": 128}, {}),
    ],
)
def test_whisper(config: dict[str, Any], call: dict[str, Any]) -> None:
    # With torch the reference's transforms are of float32, and 6e-5 from those of numpy.
    atol = 1e-4 if transformers.is_torch_available() else 1e-5
    compare("WhisperFeatureExtractor", config, call, atol)


@pytest.mark.parametrize(
    ("config", "call"),
    [
        ({}, {"padding": True}),
        ({"return_attention_mask": True}, {"padding": True}),
        ({"do_normalize": False, "padding_value": -1.0}, {"padding": "longest"}),
        ({"return_attention_mask": True}, {"padding": False}),
        (
            {"return_attention_mask": True},
            {"padding": "max_length", "max_length": 12000, "truncation": True},
        ),
    ],
)
def test_wav2vec2(config: dict[str, Any], call: dict[str, Any]) -> None:
    compare("Wav2Vec2FeatureExtractor", config, call)


@pytest.mark.parametrize(
    ("config", "call"),
    [
        ({}, {}),
        ({"padding_value": 1.0, "stride": 3}, {}),
        ({"num_mel_bins": 40, "feature_size": 40}, {"pad_to_multiple_of": 8}),
        ({}, {"do_normalize_per_mel_bins": False}),
        ({}, {"return_attention_mask": False}),
        ({}, {"padding": "max_length", "max_length": 60, "truncation": True}),
    ],
)
def test_seamless(config: dict[str, Any], call: dict[str, Any]) -> None:
    # Filters of a steady tone hardly vary; divided by that, the last digit of float32 shows.
    compare("SeamlessM4TFeatureExtractor", config, call, 1e-3)


@pytest.mark.parametrize("truncation", ["rand_trunc", "fusion"])
@pytest.mark.parametrize("padding", ["repeatpad", "repeat", "pad"])
@pytest.mark.parametrize("seconds", [0.8, 2])
def test_clap(truncation: str, padding: str, seconds: float) -> None:
    pytest.importorskip("torch", reason="the reference shrinks by torch: pip install torch")
    config = {"truncation": truncation, "padding": padding, "max_length_s": 2}
    call = {"max_length": int(seconds * 48000), "seed": 11}
    compare("ClapFeatureExtractor", config, call, 2e-5)


@pytest.mark.parametrize(
    "config",
    [{"max_length": 60}, {"max_length": 120, "num_mel_bins": 64, "do_normalize": False}],
)
def test_ast(config: dict[str, Any]) -> None:
    pytest.importorskip("torch", reason="the reference pads by torch: pip install torch")
    compare("ASTFeatureExtractor", config, {})


@pytest.mark.parametrize(
    ("config", "call"),
    [
        ({}, {"padding": True}),
        ({"do_normalize": True}, {"padding": True}),
        ({"do_normalize": True, "return_attention_mask": False}, {"padding": True}),
    ],
)
def test_speecht5(config: dict[str, Any], call: dict[str, Any]) -> None:
    compare("SpeechT5FeatureExtractor", config, call)
    theirs = transformers.SpeechT5FeatureExtractor(**config)
    ours = processors.SpeechT5FeatureExtractor(config)
    batch = sounds(16000)
    wanted = theirs(audio_target=batch, return_tensors="np", sampling_rate=16000, **call)
    got = ours(audio_target=batch, **call)
    assert set(wanted) == set(got)
    for key, value in wanted.items():
        assert np.abs(got[key] - value).max() <= 1e-5


@pytest.mark.parametrize(
    ("config", "call"),
    [
        ({}, {}),
        ({"chunk_length_s": 0.3, "overlap": 0.25}, {}),
        ({"chunk_length_s": 0.3, "overlap": 0.25}, {"truncation": True}),
        ({}, {"max_length": 30000, "padding": "max_length"}),
    ],
)
def test_encodec(config: dict[str, Any], call: dict[str, Any]) -> None:
    compare("EncodecFeatureExtractor", config, call)
