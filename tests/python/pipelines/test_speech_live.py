"""Live transcription: what is heard so far, and for good."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from test_voice_activity import RATE, noise, voice

from onnxformers.errors import InvalidArgumentError, InvalidTypeError
from onnxformers.pipelines.speech_live import LiveTranscriber, at_rate
from onnxformers.pipelines.voice_activity import SileroDetector


def pieces(sound: np.ndarray, size: int = RATE // 10) -> list[np.ndarray]:
    return [sound[i : i + size] for i in range(0, len(sound), size)]


def heard(sound: np.ndarray, **options: Any) -> list[Any]:
    """Results whose text is how many tenths of a second the model heard."""
    live = LiveTranscriber(lambda samples: f"{len(samples) / RATE:.1f}", RATE, **options)
    return list(live.run(pieces(sound)))


def test_an_utterance_is_final_after_a_pause() -> None:
    sound = np.concatenate([noise(1.0), voice(1.5), noise(1.5), voice(0.6), noise(1.2)])
    results = heard(sound, partial_s=0.5)
    final = [result for result in results if result["is_final"]]
    assert len(final) == 2
    assert final[0]["timestamp"][0] == pytest.approx(0.8, abs=0.2)
    assert final[0]["timestamp"][1] == pytest.approx(2.6, abs=0.3)
    assert final[1]["timestamp"][1] == pytest.approx(4.7, abs=0.3)
    partial = [result for result in results if not result["is_final"]]
    assert partial
    assert all(result["timestamp"][0] <= result["timestamp"][1] for result in results)
    assert results.index(partial[0]) < results.index(final[0])


def test_silence_and_noise_never_reach_the_model() -> None:
    def fail(samples: np.ndarray) -> str:
        raise AssertionError(f"heard {len(samples)} samples")

    for sound in (np.zeros(5 * RATE, np.float32), noise(5.0), noise(5.0, 0.3)):
        assert list(LiveTranscriber(fail, RATE).run(pieces(sound))) == []


def test_the_end_of_the_stream_ends_the_utterance() -> None:
    results = heard(np.concatenate([noise(0.5), voice(0.8)]), partial_s=0)
    assert [result["is_final"] for result in results] == [True]


def test_long_utterances_are_cut() -> None:
    results = heard(
        np.concatenate([noise(0.5), voice(5.0)]), partial_s=0, pause_s=0.3, longest_s=2.0
    )
    lengths = [result["timestamp"][1] - result["timestamp"][0] for result in results]
    assert len(results) >= 3
    assert max(lengths) <= 2.0 + 0.11


def test_other_detectors_may_say_where_speech_is() -> None:
    def always(waveform: np.ndarray, rate: int) -> list[tuple[float, float]]:
        return [(0.0, len(waveform) / rate)]

    results = heard(noise(1.0), vad=always, partial_s=0.3)
    assert [result["is_final"] for result in results] == [False, False, False, True]


@pytest.mark.parametrize("options", [{"pause_s": 0}, {"longest_s": 0.5}, {"partial_s": -1}])
def test_times_that_cannot_be_are_refused(options: dict[str, float]) -> None:
    with pytest.raises(InvalidArgumentError, match="pause_s must be above 0"):
        LiveTranscriber(lambda _: "", RATE, **options)


def test_streams_come_at_other_rates_and_as_integers() -> None:
    pytest.importorskip("soxr", reason="resamples: pip install soxr")
    stream = [(voice(0.3) * 20_000).astype(np.int16)] * 4
    converted = np.concatenate(list(at_rate(stream, 48_000, RATE)))
    assert converted.dtype == np.float32
    assert len(converted) == pytest.approx(4 * 0.3 * RATE / 3, abs=20)
    assert 0.1 < np.abs(converted).max() < 1.5
    same = np.concatenate(list(at_rate(stream, None, RATE)))
    assert len(same) == 4 * len(stream[0])


@pytest.mark.parametrize("piece", [np.zeros((2, 3)), np.array(["a"]), np.array([np.nan])])
def test_pieces_that_are_no_sound_are_refused(piece: np.ndarray) -> None:
    with pytest.raises(InvalidArgumentError, match=r"\[live\] a piece of sound"):
        list(at_rate([piece], None, RATE))


def test_small_pieces_give_what_large_ones_give() -> None:
    sound = np.concatenate([noise(1.0), voice(1.5), noise(1.5), voice(0.6), noise(1.2)])
    live = LiveTranscriber(lambda samples: str(len(samples)), RATE, partial_s=0)
    wanted = list(live.run(pieces(sound, RATE // 10)))
    live = LiveTranscriber(lambda samples: str(len(samples)), RATE, partial_s=0)
    found = list(live.run(pieces(sound, RATE // 50)))
    assert found == wanted
    assert len(found) == 2


def test_a_final_result_comes_soon_after_the_pause() -> None:
    taken = 0

    def stream() -> Any:
        nonlocal taken
        for piece in pieces(np.concatenate([noise(0.5), voice(1.0), noise(5.0)]), RATE // 50):
            taken += len(piece)
            yield piece

    live = LiveTranscriber(lambda _: "", RATE, partial_s=0, pause_s=0.7)
    result = next(live.run(stream()))
    # The pause, a tenth of a second that is gathered, and what the detector leaves behind speech.
    assert taken / RATE - 1.5 <= 0.7 + 0.1 + 0.3
    assert result["is_final"]


def test_a_transcriber_goes_on_after_an_error_and_an_early_end() -> None:
    sound = np.concatenate([noise(0.5), voice(1.0), noise(1.2)])
    calls: list[int] = []

    def transcribe(samples: np.ndarray) -> str:
        calls.append(len(samples))
        if len(calls) == 1:
            raise RuntimeError("the model failed")
        return "heard"

    live = LiveTranscriber(transcribe, RATE, partial_s=0)
    with pytest.raises(RuntimeError, match="the model failed"):
        list(live.run(pieces(sound)))
    results = live.run(pieces(sound))
    assert next(results)["text"] == "heard"
    results.close()  # type: ignore[attr-defined]
    assert [result["text"] for result in live.run(pieces(sound))] == ["heard"]


class _Frames:
    """A model of Silero's kind whose probability of speech is a frame's loudness."""

    name_or_path = "frames"

    def __init__(self) -> None:
        self.heard: list[np.ndarray] = []
        self.session = self
        self.inputs = [SimpleNamespace(name=name) for name in ("input", "sr", "state")]
        self.outputs = [SimpleNamespace(name=name) for name in ("output", "stateN")]

    def run(self, feeds: Any, names: Any) -> list[np.ndarray]:
        self.heard.append(feeds["input"][0].copy())
        loud = np.abs(feeds["input"][0, 64:]).mean() > 0.02
        return [np.array([[float(loud)]], np.float32), feeds["state"] + 1]


def test_a_model_hears_each_frame_of_a_stream_once() -> None:
    sound = np.concatenate([noise(1.03), voice(1.5), noise(1.5), voice(0.6), noise(1.2)])
    model = _Frames()
    detector = SileroDetector(model)  # type: ignore[arg-type]
    live = LiveTranscriber(lambda samples: str(len(samples)), RATE, vad=detector, partial_s=0.3)
    results = list(live.run(pieces(sound, 320)))
    assert len(model.heard) == len(sound) // 512
    joined = np.concatenate([frame[64:] for frame in model.heard])
    np.testing.assert_array_equal(joined, sound[: len(joined)])
    np.testing.assert_array_equal(model.heard[5][:64], model.heard[4][-64:])
    final = [result["timestamp"] for result in results if result["is_final"]]
    model.heard.clear()
    wanted = detector(sound, RATE)
    assert len(final) == len(wanted) == 2
    for (_, end), region in zip(final, wanted, strict=True):
        assert end == pytest.approx(region[1], abs=0.07)


@pytest.mark.parametrize("samples", [0, 1, 511, 512, 513, 5000])
def test_a_stream_has_the_probabilities_of_the_whole(samples: int) -> None:
    rng = np.random.default_rng(samples)
    sound = rng.standard_normal(samples).astype(np.float32)
    detector = SileroDetector(_Frames())  # type: ignore[arg-type]
    whole = detector.probabilities(sound, RATE)
    assert len(whole) == -(-samples // 512)
    run = detector.graph.open(RATE)
    found = [score for part in pieces(sound, 77) for score in run.feed(part)] + run.finish()
    np.testing.assert_array_equal(np.array(found, np.float32), whole)


@pytest.mark.parametrize(
    ("stream", "rate", "error"),
    [
        (None, None, InvalidTypeError),
        (np.zeros(5), None, InvalidTypeError),
        ("talk.wav", None, InvalidTypeError),
        ([], 0, InvalidArgumentError),
        ([], "16000", InvalidArgumentError),
        ([], 44_100.0, InvalidArgumentError),
    ],
)
def test_what_is_no_stream_is_refused_at_once(
    stream: Any, rate: Any, error: type[Exception]
) -> None:
    with pytest.raises(error, match="live"):
        at_rate(stream, rate, RATE)
