from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from onnxformers.audio import (
    SpectrogramStream,
    amplitude_to_db,
    mel_filter_bank,
    power_to_db,
    spectrogram,
    window_function,
)
from onnxformers.errors import InvalidArgumentError, InvalidTypeError

SOUND = np.random.default_rng(0).standard_normal(3001).astype(np.float32)


def by_definition(
    sound: np.ndarray,
    window: np.ndarray,
    hop: int,
    *,
    fft_length: int | None = None,
    center: bool = True,
    pad_mode: Any = "reflect",
    preemphasis: float | None = None,
    remove_dc_offset: bool = False,
) -> np.ndarray:
    """The complex spectrum, shape (frames, bins), one frame after the other."""
    length = len(window)
    if center:
        sound = np.pad(sound, length // 2, mode=pad_mode)
    rows = []
    for start in range(0, len(sound) - length + 1, hop):
        frame = sound[start : start + length].astype(np.float64)
        if remove_dc_offset:
            frame = frame - frame.mean()
        if preemphasis is not None:
            frame = np.append(frame[0] * (1 - preemphasis), frame[1:] - preemphasis * frame[:-1])
        rows.append(np.fft.rfft(frame * window, fft_length or length))
    return np.array(rows)


# Lengths with factors 2, 3, 4, 5, other primes, a large prime (61), one too large for radices
# (67, 134), odd lengths, and frames shorter than the transform.
LENGTHS = [
    (400, None),
    (400, 512),
    (1024, None),
    (2048, None),
    (2, None),
    (3, 4),
    (7, None),
    (25, 49),
    (35, 36),
    (66, None),
    (67, None),
    (122, None),
    (134, None),
    (401, None),
]


@pytest.mark.parametrize(("length", "fft_length"), LENGTHS)
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"center": False},
        {"pad_mode": "constant"},
        {"pad_mode": "edge"},
        {"preemphasis": 0.97, "remove_dc_offset": True},
    ],
)
def test_spectra_are_those_of_the_definition(
    length: int, fft_length: int | None, options: dict[str, Any]
) -> None:
    window = window_function(length, "hamming")
    wanted = by_definition(SOUND, window, 37, fft_length=fft_length, **options).T
    size = np.abs(wanted).max()
    got = spectrogram(SOUND, window, length, 37, fft_length=fft_length, power=None, **options)
    assert got.dtype == np.complex64
    assert got.shape == wanted.shape
    assert np.abs(got - wanted).max() < 1e-6 * size
    for power in (1.0, 2.0, 3.0):
        got = spectrogram(SOUND, window, length, 37, fft_length=fft_length, power=power, **options)
        assert got.dtype == np.float32
        assert np.abs(got - np.abs(wanted) ** power).max() < 1e-6 * size**power


def test_both_sides() -> None:
    for length in (8, 9):
        window = window_function(length)
        got = spectrogram(SOUND, window, length, 4, power=None, onesided=False)
        wanted = np.fft.fft(np.lib.stride_tricks.sliding_window_view(SOUND, length)[3] * window)
        at = spectrogram(SOUND[3:], window, length, 4, power=None, onesided=False, center=False)
        assert got.shape[0] == length
        assert np.allclose(at[:, 0], wanted, atol=1e-5)


@pytest.mark.parametrize("log_mel", [None, "log", "log10", "dB"])
@pytest.mark.parametrize("power", [1.0, 2.0])
def test_mel_and_logarithm(log_mel: str | None, power: float) -> None:
    window = window_function(400)
    bank = mel_filter_bank(201, 40, 0.0, 8000.0, 16000, norm="slaney", mel_scale="slaney")
    mel = np.maximum(1e-3, bank.T @ np.abs(by_definition(SOUND, window, 160).T) ** power)
    to_db = amplitude_to_db if power == 1.0 else power_to_db
    wanted = {
        None: mel,
        "log": np.log(mel),
        "log10": np.log10(mel),
        "dB": to_db(mel, 2.0, 0.05, 9.0),
    }[log_mel]
    bounds = {"reference": 2.0, "min_value": 0.05, "db_range": 9.0} if log_mel == "dB" else {}
    options = {"power": power, "mel_filters": bank, "mel_floor": 1e-3, "log_mel": log_mel, **bounds}
    got = spectrogram(SOUND, window, 400, 160, **options)
    assert np.abs(got - wanted).max() < 2e-6 * max(1.0, np.abs(wanted).max())
    turned = spectrogram(SOUND, window, 400, 160, transpose=True, **options)
    assert np.array_equal(turned, got.T)


def test_threads_change_nothing() -> None:
    from onnxformers._native.audio import Spectrogram

    sound = np.random.default_rng(1).standard_normal(16000 * 50).astype(np.float32)
    transform = Spectrogram(window_function(400), hop_length=160, fft_length=400, log_mel="log")
    assert np.array_equal(transform.run(sound, 1), transform.run(sound, 4))


@pytest.mark.parametrize("transpose", [False, True])
def test_a_batch_is_written_in_place(transpose: bool) -> None:
    from onnxformers._native.audio import Spectrogram

    options = {"hop_length": 160, "fft_length": 400, "log_mel": "log10", "whisper_range": True}
    transform = Spectrogram(window_function(400), max_num_frames=20, transpose=transpose, **options)
    sounds = [SOUND, SOUND[:1000], SOUND[::-1].copy()]
    batch = transform.run_batch(sounds)
    for threads in (1, 3):
        assert np.array_equal(transform.run_batch(sounds, threads), batch)
    for sound, features in zip(sounds, batch, strict=True):
        assert np.array_equal(transform.run(sound), features)
    bare = Spectrogram(window_function(400), **options)
    with pytest.raises(InvalidArgumentError, match="differ in their frames"):
        bare.run_batch(sounds)
    with pytest.raises(InvalidArgumentError, match="at least one waveform"):
        bare.run_batch([])
    with pytest.raises(InvalidTypeError, match="all of them float64"):
        transform.run_batch([SOUND, SOUND.astype(np.float64)])


def test_dither_is_seeded_noise() -> None:
    window = window_function(400, "boxcar")
    still = np.zeros(400 * 200, np.float32)
    options = {"power": 2.0, "center": False}
    assert np.all(spectrogram(still, window, 400, 400, dither=0.0, seed=9, **options) == 0)
    got = spectrogram(still, window, 400, 400, dither=0.01, **options)
    assert np.array_equal(got, spectrogram(still, window, 400, 400, dither=0.01, **options))
    other = spectrogram(still, window, 400, 400, dither=0.01, seed=1, **options)
    assert not np.any(other == got)
    # White noise: each bin's power is exponential around the energy of a frame.
    middle = got[1:-1].astype(np.float64) / (400 * 0.01**2)
    assert abs(middle.mean() - 1) < 0.03
    assert abs(middle.std() - 1) < 0.05
    # It is added before the mean is taken away, and to each frame anew.
    flat = spectrogram(still, window, 400, 400, dither=0.01, remove_dc_offset=True, **options)
    assert np.all(flat[0] < 1e-12)
    assert len({column.tobytes() for column in got.T}) == 200


def test_not_a_number_stays_where_it_is() -> None:
    window = window_function(400)
    bank = mel_filter_bank(201, 20, 0.0, 8000.0, 16000)
    for bad in (np.nan, np.inf, -np.inf):
        sound = SOUND.copy()
        sound[1600] = bad
        for options in ({"power": 2.0}, {"power": 2.0, "mel_filters": bank, "log_mel": "log10"}):
            got = spectrogram(sound, window, 400, 160, **options)
            clean = spectrogram(SOUND, window, 400, 160, **options)
            hit = np.abs(np.arange(got.shape[1]) * 160 - 1600) < 200
            assert not np.isfinite(got[:, hit]).any()
            assert np.array_equal(got[:, ~hit], clean[:, ~hit])


def test_any_real_array_is_a_sound() -> None:
    window = window_function(64)
    wanted = spectrogram(SOUND[::2].copy(), window, 64, 16)
    assert np.array_equal(spectrogram(SOUND[::2], window, 64, 16), wanted)
    assert np.array_equal(spectrogram(SOUND[::2].tolist(), window, 64, 16), wanted)
    assert np.array_equal(spectrogram(SOUND[::2].astype(">f4"), window, 64, 16), wanted)
    whole = np.arange(-500, 500, dtype=np.int16)
    wanted = spectrogram(whole.astype(np.float64), window, 64, 16)
    for given in (whole, whole.astype(np.int64), whole.astype(np.float16)):
        assert np.array_equal(spectrogram(given, window, 64, 16), wanted)


def test_silence_is_exact() -> None:
    sound = np.zeros(16000, np.float32)
    window = window_function(400)
    assert np.all(spectrogram(sound, window, 400, 160, power=2.0) == 0)
    sound[8000] = 1.0
    got = spectrogram(sound, window, 400, 160, power=2.0)
    wanted = np.abs(by_definition(sound, window, 160).T) ** 2
    assert np.allclose(got, wanted, atol=1e-7)
    bank = mel_filter_bank(201, 20, 0.0, 8000.0, 16000)
    mel = spectrogram(sound, window, 400, 160, power=2.0, mel_filters=bank, log_mel="log10")
    assert np.all(mel[:, 0] == np.float32(-10))


def test_numbers_of_frames() -> None:
    window = window_function(400)
    whole = spectrogram(SOUND, window, 400, 160)
    assert whole.shape == (201, 19)
    cut = spectrogram(SOUND, window, 400, 160, max_num_frames=5)
    assert np.array_equal(cut, whole[:, :5])
    padded = spectrogram(SOUND, window, 400, 160, max_num_frames=25)
    assert np.array_equal(padded[:, :19], whole)
    assert np.all(padded[:, 19:] == 0)
    assert spectrogram(SOUND, window, 400, 160, max_num_frames=25, do_pad=False).shape == (201, 19)
    short = spectrogram(SOUND[:500], window, 400, 160, center=False, min_num_frames=4)
    filled = np.append(SOUND[:500], np.zeros(380, np.float32))
    assert np.allclose(short, spectrogram(filled, window, 400, 160, center=False), atol=1e-6)


def test_reflection_reaches_beyond_short_sounds() -> None:
    for samples in (1, 2, 5, 130):
        got = spectrogram(SOUND[:samples], window_function(400), 400, 160, power=None)
        wanted = by_definition(SOUND[:samples], window_function(400), 160).T
        assert np.allclose(got, wanted, atol=1e-4)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"center": False},
        {"pad_mode": "edge", "power": None},
        {"pad_mode": "constant", "power": 2.0, "log_mel": "dB", "dither": 0.1, "seed": 7},
        {"remove_dc_offset": True, "preemphasis": 0.97, "fft_length": 512, "onesided": False},
    ],
)
def test_a_stream_gives_the_frames_of_the_whole(options: dict[str, Any], dtype: Any) -> None:
    draws = np.random.default_rng(2)
    for trial in range(60):
        length, hop = int(draws.integers(2, 401)), int(draws.integers(1, 700))
        sound = draws.standard_normal(draws.integers(400, 3000)).astype(dtype)
        window = window_function(length, "hamming")
        whole = spectrogram(sound, window, length, hop, transpose=True, **options)
        stream = SpectrogramStream(window, length, hop, **options)
        cuts = np.sort(draws.integers(0, len(sound), draws.integers(0, 12)))
        frames = [stream.feed(piece) for piece in np.split(sound, cuts)]
        frames.append(stream.finish())
        assert np.array_equal(np.concatenate(frames), whole), trial
        assert len(stream.finish()) == 0


def test_a_stream_gives_frames_as_soon_as_they_are_complete() -> None:
    stream = SpectrogramStream(window_function(400), 400, 160)
    given = [len(stream.feed(SOUND[i : i + 10])) for i in range(0, 3000, 10)]
    complete = [1 + max(0, (10 * (i + 1) - 200)) // 160 for i in range(300)]
    # The first frame mirrors a sample more than it covers.
    assert np.cumsum(given)[20:].tolist() == complete[20:]


def test_a_stream_of_a_short_sound() -> None:
    window = window_function(400)
    stream = SpectrogramStream(window, 400, 160, onesided=False)
    assert stream.feed(SOUND[:100]).shape == (0, 400)
    whole = spectrogram(SOUND[:100], window, 400, 160, onesided=False, transpose=True)
    assert np.allclose(stream.finish(), whole, atol=1e-5)
    with pytest.raises(InvalidArgumentError, match="after finish"):
        stream.feed(SOUND)
    with pytest.raises(InvalidArgumentError, match="db_range needs the whole sound"):
        SpectrogramStream(window, 400, 160, db_range=80.0)


@pytest.mark.parametrize(
    ("options", "part"),
    [
        ({"fft_len": 512}, "did you mean 'fft_length'"),
        ({"fft_length": 256}, "larger than fft_length"),
        ({"pad_mode": "wrap"}, "unknown pad_mode 'wrap'; known: constant, edge, reflect"),
        ({"log_mel": "ln"}, "unknown log_mel 'ln'; known: log, log10, dB"),
        ({"log_mel": "dB", "power": 3.0}, "power of 1.0 or 2.0"),
        ({"power": None, "log_mel": "log"}, "power=2.0"),
        ({"mel_filters": np.ones((3, 4))}, "(201, filters)"),
        ({"mel_filters": np.ones((201, 4)), "onesided": False}, "onesided=True"),
        ({"reference": 0.0}, "above 0"),
        ({"max_num_frames": 0}, "max_num_frames must be a positive int"),
        ({"dither": -0.1}, "dither must be at least 0"),
        ({"dither": float("nan")}, "dither must be at least 0"),
        ({"seed": -1}, "seed must be an int"),
        ({"seed": 1.5}, "seed must be an int"),
    ],
)
def test_wrong_options_are_refused(options: dict[str, Any], part: str) -> None:
    with pytest.raises(InvalidArgumentError) as caught:
        spectrogram(SOUND, window_function(400), 400, 160, **options)
    assert part in str(caught.value)


def test_wrong_sounds_are_refused() -> None:
    window = window_function(400)
    with pytest.raises(InvalidArgumentError, match="samples, a frame 400"):
        spectrogram(SOUND[:399], window, 400, 160, center=False)
    with pytest.raises(InvalidArgumentError, match="at least one sample"):
        spectrogram(SOUND[:0], window, 400, 160)
    with pytest.raises(InvalidArgumentError, match=r"shape \(samples,\)"):
        spectrogram(SOUND[None], window, 400, 160)
    with pytest.raises(InvalidTypeError, match="real numbers"):
        spectrogram(SOUND.astype(complex), window, 400, 160)
    with pytest.raises(InvalidArgumentError, match=r"the shape \(512,\)"):
        spectrogram(SOUND, window, 512, 160)
    with pytest.raises(InvalidArgumentError, match="hop_length"):
        spectrogram(SOUND, window, 400, 0)
