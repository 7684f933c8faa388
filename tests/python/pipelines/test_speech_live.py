"""Live transcription: what is heard so far, and for good."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from test_voice_activity import RATE, noise, voice

from onnxformers.errors import InvalidArgumentError
from onnxformers.pipelines.speech_live import LiveTranscriber, at_rate


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
    pytest.importorskip("soxr", reason="pip install soxr")
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
