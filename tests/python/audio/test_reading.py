from __future__ import annotations

import base64
import contextlib
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from onnxformers.audio import audio_chunks, encode_wav, read_audio, write_audio
from onnxformers.audio import resampling as resampling_room
from onnxformers.errors import (
    FileFormatError,
    InvalidArgumentError,
    InvalidTypeError,
    MissingFileError,
    OfflineError,
)

soundfile = pytest.importorskip("soundfile", reason="reads files: pip install soundfile")
pytest.importorskip("soxr", reason="resamples: pip install soxr")

RATE = 16000


def tone(seconds: float = 0.5, rate: int = RATE, hertz: float = 440.0) -> np.ndarray:
    t = np.arange(int(seconds * rate)) / rate
    return (0.5 * np.sin(2 * np.pi * hertz * t)).astype(np.float32)


@pytest.fixture
def wav(tmp_path: Path) -> Path:
    path = tmp_path / "tone.wav"
    write_audio(path, tone(), RATE)
    return path


def test_every_kind_of_source_gives_the_same_samples(wav: Path) -> None:
    data = wav.read_bytes()
    address = "data:audio/wav;base64," + base64.b64encode(data).decode()
    unseekable = io.BytesIO(data)
    unseekable.seekable = lambda: False  # type: ignore[method-assign]
    sources: list[Any] = [
        wav,
        str(wav),
        data,
        bytearray(data),
        io.BytesIO(data),
        unseekable,
        address,
        tone(),
        (tone(), RATE),
        tone().tolist(),
        {"array": tone(), "sampling_rate": RATE},
        {"raw": tone(), "sampling_rate": RATE},
    ]
    for source in sources:
        samples = read_audio(source, RATE)
        assert samples.dtype == np.float32
        assert np.array_equal(samples, tone()), type(source)


@pytest.mark.parametrize(("ending", "tolerance"), [("flac", 4e-5), ("ogg", 0.05), ("mp3", 0.05)])
def test_formats_of_soundfile(tmp_path: Path, ending: str, tolerance: float) -> None:
    path = tmp_path / f"tone.{ending}"
    write_audio(path, tone(1.0), RATE)
    samples = read_audio(path, RATE)
    assert abs(len(samples) - RATE) <= 2304  # mp3 pads with whole frames
    assert np.abs(samples[4000:8000]).max() == pytest.approx(0.5, abs=tolerance)


def test_two_channels_are_mixed_and_of_more_the_first_is_taken() -> None:
    left, right = tone(hertz=300), tone(hertz=500)
    mixed = read_audio(np.stack([left, right]), RATE)
    assert np.allclose(mixed, np.sqrt(2) * (left + right) / 2, atol=1e-7)
    assert np.array_equal(read_audio(np.stack([left, right, right]), RATE), left)
    apart = read_audio(np.stack([left, right]), RATE, mono=False)
    assert np.array_equal(apart, np.stack([left, right]))


def test_integers_are_scaled_to_one() -> None:
    assert read_audio(np.array([-32768, 16384], np.int16), RATE).tolist() == [-1.0, 0.5]
    assert read_audio(np.array([0, 128, 192], np.uint8), RATE).tolist() == [-1.0, 0.0, 0.5]


def test_integers_without_a_width_are_refused_unless_they_are_floats_without_a_fraction() -> None:
    assert read_audio([0, 1, -1], RATE).tolist() == [0.0, 1.0, -1.0]
    with pytest.raises(InvalidArgumentError, match="have no scale; give int16 or int32"):
        read_audio(np.array([-32768, 16384]), RATE)


@pytest.mark.parametrize("own", [8000, 22050, 44100, 48000])
def test_another_rate_keeps_the_tone(own: int) -> None:
    # Whole periods: what an ideal filter keeps as it is.
    samples = read_audio((tone(1.0, own), own), RATE)
    assert np.abs(samples - tone(1.0)).max() < 1e-6


def test_long_sounds_go_through_a_filter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resampling_room, "IDEAL_SAMPLES", 1000)
    sound = np.stack([tone(2.0, 44100), tone(2.0, 44100, 880.0)])
    samples = read_audio((sound, 44100), RATE, mono=False)
    assert samples.shape == (2, 2 * RATE)
    middle = slice(4000, 28000)
    assert np.abs(samples[0, middle] - tone(2.0)[middle]).max() < 1e-4
    assert np.abs(samples[1, middle] - tone(2.0, hertz=880.0)[middle]).max() < 1e-4


def test_chunks_joined_are_the_sound(tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    sound = np.random.default_rng(0).uniform(-1, 1, 25 * 8000).astype(np.float32)
    write_audio(path, sound, 8000)
    chunks = list(audio_chunks(path, 8000, chunk_length_s=7.0))
    assert [len(chunk) for chunk in chunks] == [56000, 56000, 56000, 32000]
    assert np.array_equal(np.concatenate(chunks), sound)
    converted = np.concatenate(list(audio_chunks(path, RATE, chunk_length_s=3.0)))
    assert np.array_equal(converted, read_audio(path, RATE))


def test_wav_of_ours_is_read_by_others(wav: Path) -> None:
    samples, rate = soundfile.read(wav, dtype="float32")
    assert rate == RATE
    assert np.array_equal(samples, tone())
    stereo = np.stack([tone(), -tone()])
    samples, _ = soundfile.read(io.BytesIO(encode_wav(stereo, RATE)), dtype="float32")
    assert np.array_equal(samples.T, stereo)
    assert len(encode_wav([0.0], RATE)) == 48


@pytest.mark.parametrize(
    ("source", "error", "part"),
    [
        (np.zeros(0), InvalidArgumentError, "no samples"),
        ([0.0, float("nan")], InvalidArgumentError, "NaN"),
        ([0.0, float("inf")], InvalidArgumentError, "NaN or infinite"),
        (np.zeros((40, 2, 2)), InvalidArgumentError, "(channels, samples)"),
        (np.zeros((40, 100)), InvalidArgumentError, "32 channels"),
        (np.zeros(4, np.complex64), InvalidArgumentError, "complex64"),
        ("nothing.wav", MissingFileError, "no file 'nothing.wav'"),
        (b"RIFF not a sound", FileFormatError, "no sound file"),
        (b"", FileFormatError, "no sound file"),
        ("data:audio/wav;base64,@", InvalidArgumentError, "base64"),
        ("data:audio/wav", InvalidArgumentError, "no data: address"),
        ({"array": [0.0]}, InvalidTypeError, "sampling_rate"),
        (([0.0], 0), InvalidArgumentError, "positive int, got 0"),
        (3, InvalidTypeError, "expected a path"),
        (io.StringIO("text"), InvalidTypeError, "'rb'"),
    ],
)
def test_what_is_no_sound_is_refused(source: Any, error: type[Exception], part: str) -> None:
    with pytest.raises(error, match=r"^\[read_audio\] ") as caught:
        read_audio(source, RATE)
    assert part in str(caught.value)


def test_limits(wav: Path) -> None:
    with pytest.raises(InvalidArgumentError, match=r"longer than max_duration_s=0\.25"):
        read_audio(wav, RATE, max_duration_s=0.25)
    with pytest.raises(InvalidArgumentError, match="max_bytes=100"):
        read_audio("data:," + "x" * 200, RATE, max_bytes=100)
    with pytest.raises(InvalidArgumentError, match="chunk_length_s"):
        next(audio_chunks(wav, RATE, chunk_length_s=0.0))
    assert len(read_audio(wav, RATE, max_duration_s=0.5)) == 8000


def test_a_truncated_mp3_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "tone.mp3"
    write_audio(path, np.random.default_rng(0).uniform(-1, 1, 3 * RATE), RATE)
    data = path.read_bytes()
    with pytest.raises(FileFormatError, match="truncated or broken"):
        read_audio(data[: len(data) // 2], RATE)


def test_any_bytes_end_in_our_error(wav: Path) -> None:
    data = bytearray(wav.read_bytes()[:2000])
    draws = np.random.default_rng(0)
    for _ in range(200):
        broken = data.copy()
        for place in draws.integers(0, 60, 3):
            broken[place] = draws.integers(0, 256)
        with contextlib.suppress(FileFormatError, InvalidArgumentError):
            assert read_audio(bytes(broken), RATE, max_duration_s=10).dtype == np.float32


def test_no_network_when_it_is_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(OfflineError, match="HF_HUB_OFFLINE"):
        read_audio("https://example.org/tone.wav", RATE)


def test_what_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(InvalidArgumentError, match=r"unknown ending '\.aac'"):
        write_audio(tmp_path / "tone.aac", tone(), RATE)
    with pytest.raises(InvalidArgumentError, match="shape"):
        write_audio(tmp_path / "tone.wav", [], RATE)
