"""automatic-speech-recognition with a CTC model, and what no recording is."""

from __future__ import annotations

import itertools
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from test_voice_activity import silero

from onnxformers import pipeline
from onnxformers.audio import encode_wav
from onnxformers.errors import FileFormatError, InvalidArgumentError, InvalidTypeError

MODELS = Path(__file__).parents[2] / "conformance" / "models"
RATE = 16_000


def sound(seconds: float, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    t = np.arange(int(seconds * RATE)) / RATE
    tone = np.sin(2 * np.pi * 200 * t * (1 + 0.2 * np.sin(3 * t)))
    return (0.3 * tone + 0.05 * rng.standard_normal(len(t))).astype(np.float32)


@pytest.fixture(scope="module")
def transcribe() -> Any:
    with pipeline("automatic-speech-recognition", MODELS / "hubert-ctc") as pipe:
        yield pipe


def test_one_recording_gives_a_dict_and_several_a_list(transcribe: Any) -> None:
    one = transcribe(sound(1.0))
    assert list(one) == ["text"]
    assert transcribe([sound(1.0), sound(0.7, 1)])[0] == one
    assert list(transcribe(iter([sound(1.0)]))) == [one]
    assert transcribe((sound(1.0), RATE)) == one
    assert transcribe({"array": sound(1.0), "sampling_rate": RATE}) == one
    assert transcribe(encode_wav(sound(1.0), RATE)) == one


@pytest.mark.parametrize("kind", ["char", "word"])
def test_times_are_in_order_and_inside_the_recording(transcribe: Any, kind: str) -> None:
    found = transcribe(sound(2.0), return_timestamps=kind)
    spans = [chunk["timestamp"] for chunk in found["chunks"]]
    assert spans
    assert all(begin < end <= 2.0 for begin, end in spans)
    assert all(left[1] <= right[0] for left, right in itertools.pairwise(spans))
    joined = "".join(chunk["text"] for chunk in found["chunks"])
    assert joined.replace(" ", "") == found["text"].replace(" ", "")


def test_pieces_hear_what_the_whole_does_in_their_middles(transcribe: Any) -> None:
    told: list[tuple[float, float]] = []
    found = transcribe(
        sound(6.0),
        chunk_length_s=2.0,
        stride_length_s=0.5,
        return_timestamps="char",
        on_progress=lambda done, total: told.append((done, total)),
    )
    assert told[-1] == (6.0, 6.0)
    assert found["chunks"][-1]["timestamp"][1] <= 6.0
    by_rows = transcribe(
        sound(6.0), chunk_length_s=2.0, stride_length_s=0.5, return_timestamps="char", batch_size=3
    )
    assert by_rows == found


def test_beams_that_are_narrow_hear_about_the_same(transcribe: Any) -> None:
    greedy = transcribe(sound(1.0))["text"]
    beams = transcribe(sound(1.0), beam_width=8)["text"]
    assert isinstance(beams, str)
    assert set(beams) & set(greedy)


def test_silence_and_noise_never_reach_the_model(transcribe: Any) -> None:
    quiet = np.random.default_rng(0).standard_normal(2 * RATE).astype(np.float32) * 0.001
    assert transcribe(quiet, vad=True) == {"text": ""}
    assert transcribe(quiet, vad=True, return_timestamps="word") == {"text": "", "chunks": []}


def test_a_detector_by_name_is_loaded_once_and_closed(tmp_path: Path) -> None:
    silero(tmp_path / "vad").close()
    with pipeline("automatic-speech-recognition", MODELS / "hubert-ctc") as pipe:
        # Its probability is the loudness of a frame.
        quiet = np.zeros(RATE, np.float32)
        assert pipe(quiet, vad=str(tmp_path / "vad")) == {"text": ""}
        (detector,) = pipe._detectors.values()
        assert pipe(quiet, vad=tmp_path / "vad") == {"text": ""}
        assert list(pipe._detectors.values()) == [detector]
    assert detector.model.closed


def test_a_live_stream_ends_with_what_is_final(transcribe: Any) -> None:
    stream = np.concatenate([sound(1.5), np.zeros(RATE, np.float32)])

    def everywhere(waveform: np.ndarray, rate: int) -> list[tuple[float, float]]:
        (loud,) = np.nonzero(np.abs(waveform) > 0.01)
        return [(0.0, loud[-1] / rate)] if len(loud) else []

    results = list(transcribe.live(np.split(stream, 10), vad=everywhere, partial_s=0.5))
    assert [result["is_final"] for result in results][-1]
    assert any(not result["is_final"] for result in results)
    assert results[-1]["text"] == transcribe(stream[: int(1.5 * RATE)])["text"]


@pytest.mark.parametrize("name", ["return_timestamps", "on_progress"])
def test_streams_have_times_of_their_own(transcribe: Any, name: str) -> None:
    with pytest.raises(InvalidArgumentError, match=f"no option '{name}'"):
        transcribe.live([sound(1.0)], **{name: print if name == "on_progress" else "word"})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"return_timestamps": True}, '"char" or "word"'),
        ({"language": "en"}, "only for models that write"),
        ({"return_language": True}, "only Whisper"),
        ({"force_full_sequences": True}, "only Whisper"),
        ({"chunk_length_s": math.nan}, "a number of seconds"),
        ({"chunk_length_s": math.inf}, "a number of seconds"),
        ({"chunk_length_s": 1, "stride_length_s": "1"}, "a pair of them"),
        ({"chunk_length_s": 1, "stride_length_s": (0.1,)}, "a pair of them"),
        ({"chunk_length_s": 1, "stride_length_s": (0.1, math.nan)}, "a pair of them"),
        ({"beam_width": 3, "alpha": "much"}, "alpha must be a number"),
        ({"language_model": "words.arpa"}, "set beam_width"),
        ({"chunk_length_s": 1, "stride_length_s": 0.5}, "stride_length_s on both sides"),
        ({"chunk_length_s": 0.01, "stride_length_s": 0.0}, "too short|no samples|least"),
    ],
)
def test_options_that_ctc_models_have_not_are_refused(
    transcribe: Any, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        transcribe(sound(1.0), **options)


@pytest.mark.parametrize("options", [{"return_timestamps": 1}, {"on_progress": 5}])
def test_options_of_a_wrong_kind_are_refused(transcribe: Any, options: dict[str, Any]) -> None:
    with pytest.raises(InvalidTypeError, match=f"{next(iter(options))} must be"):
        transcribe(sound(1.0), **options)


def test_pieces_of_no_length_are_none(transcribe: Any) -> None:
    wanted = transcribe(sound(1.0))
    assert transcribe(sound(1.0), chunk_length_s=None) == wanted
    assert transcribe(sound(1.0), chunk_length_s=0) == wanted


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        (np.zeros(0, np.float32), InvalidArgumentError, "no samples|empty"),
        (np.array([0.0, np.nan], np.float32), InvalidArgumentError, "NaN|numbers|finite"),
        (np.zeros((40, 100), np.float32), InvalidArgumentError, "channels"),
        (sound(0.002), InvalidArgumentError, "32 samples is too short"),
        (b"no sound at all", FileFormatError, "read_audio"),
        ((sound(1.0), 16_000.5), InvalidArgumentError, "a positive int, got 16000.5"),
        (7, InvalidTypeError, "expected a sound"),
        ([], InvalidArgumentError, "empty"),
    ],
)
def test_what_is_no_recording_is_refused(
    transcribe: Any, given: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        transcribe(given)


def test_other_rates_are_converted_where_they_are_told(transcribe: Any) -> None:
    pytest.importorskip("soxr", reason="resamples: pip install soxr")
    slow = sound(1.0)[::2]
    assert isinstance(transcribe((slow, RATE // 2))["text"], str)
