"""Whisper over recordings of any length: windows, second attempts, and what nobody said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from whisper_models import (
    END,
    NO_TIMES,
    PREVIOUS,
    SILENCE,
    START,
    TIME_0,
    TRANSCRIBE,
    features,
    looking_at,
    table,
    whisper,
)

from onnxformers.errors import InvalidArgumentError, UnsupportedModelError
from onnxformers.generation import BaseStreamer
from onnxformers.models.architectures.whisper_decoding import Decoding
from onnxformers.models.architectures.whisper_options import Settings
from onnxformers.models.architectures.whisper_segments import split
from onnxformers.models.architectures.whisper_text import Text, compression_ratio

#: <0.00> 5 <0.10><0.10> 6 <0.16>: a window whose second part may go on.
PARTS = {
    TRANSCRIBE: TIME_0,
    TIME_0: 5,
    5: TIME_0 + 5,
    TIME_0 + 5: {TIME_0 + 5: 9.0, 6: 8.0},
    6: TIME_0 + 8,
    TIME_0 + 8: END,
}


def test_long_recordings_are_heard_window_by_window(tmp_path: Path) -> None:
    model = whisper(tmp_path / "m", table(PARTS))
    told: list[list[list[int]]] = []
    found = model.generate(
        features(0.0, windows=2),
        language="en",
        return_segments=True,
        monitor_progress=lambda counts: told.append(counts.tolist()),
    )
    segments = found["segments"][0]
    starts = [segment["start"] for segment in segments]
    assert starts == sorted(starts)
    assert all(segment["end"] <= 0.4 + 1e-9 for segment in segments)
    assert segments[0]["tokens"].tolist() == [TIME_0, 5, TIME_0 + 5]
    joined = np.concatenate([segment["tokens"] for segment in segments])
    np.testing.assert_array_equal(found["sequences"][0], joined)
    assert [counts[0][0] for counts in told] == sorted(counts[0][0] for counts in told)
    assert told[-1] == [[40, 40]]


@pytest.mark.parametrize(
    ("tokens", "parts", "step"),
    [
        # Two in a row end a part; what is behind the last pair is heard again.
        ([TIME_0, 5, TIME_0 + 5, TIME_0 + 5, 6], [([TIME_0, 5, TIME_0 + 5], 0.0, 0.1)], 10),
        # A single one at the end: nothing is said behind it.
        (
            [TIME_0, 5, TIME_0 + 5, TIME_0 + 5, 6, TIME_0 + 7],
            [([TIME_0, 5, TIME_0 + 5], 0.0, 0.1), ([TIME_0 + 5, 6, TIME_0 + 7], 0.1, 0.14)],
            20,
        ),
        # No pair: all of it is one part.
        ([TIME_0 + 1, 5, 6], [([TIME_0 + 1, 5, 6], 0.02, 0.2)], 20),
        ([5, 6, TIME_0 + 8], [([5, 6, TIME_0 + 8], 0.0, 0.16)], 20),
        ([5, 6], [([5, 6], 0.0, 0.2)], 20),
        # A part that takes no time, or says nothing, is none; and the sound goes on.
        ([TIME_0, 5, TIME_0, TIME_0, 6], [], 20),
        ([TIME_0, TIME_0 + 2, TIME_0 + 2, 6], [], 4),
        ([], [], 20),
    ],
)
def test_timestamps_part_the_text_of_a_window(
    tmp_path: Path, tokens: list[int], parts: list[tuple[list[int], float, float]], step: int
) -> None:
    settings = Settings.read(whisper(tmp_path / "m", table(PARTS)), None, {"language": "en"})
    found, frames = split(Text(tokens), (), 0, 20, settings)
    assert frames == step
    assert [segment["tokens"].tolist() for segment in found] == [part[0] for part in parts]
    times = [(segment["start"], segment["end"]) for segment in found]
    np.testing.assert_allclose(times, [part[1:] for part in parts] or np.zeros(0))


def test_each_recording_of_a_batch_is_heard_to_its_own_end(tmp_path: Path) -> None:
    model = whisper(tmp_path / "m", table(PARTS))
    both = model.generate(
        features(0.0, 0.0, windows=2), num_frames=[40, 12], language="en", return_segments=True
    )
    assert max(s["end"] for s in both["segments"][1]) <= 12 / 2 * 0.02 + 1e-9
    assert max(s["end"] for s in both["segments"][0]) > 0.2


#: 7 7 7 7 7 7 ... at temperature 0; at higher ones other letters come too.
REPEATS = {NO_TIMES: {7: 4.0, 8: 3.5}, 7: {7: 4.0, 8: 3.5, END: 2.0}, 8: {9: 4.0}, 9: {END: 6.0}}


def test_a_text_that_repeats_itself_is_written_again(tmp_path: Path) -> None:
    model = whisper(tmp_path / "m", table(REPEATS))
    options: dict[str, Any] = {"language": "en", "return_segments": True, "seed": 3}
    plain = model.generate(features(0.0), **options)["segments"][0][0]
    assert plain["tokens"].tolist() == [7] * 36
    again = model.generate(
        features(0.0),
        temperature=(0.0, 0.4, 0.8, 1.0),
        compression_ratio_threshold=1.3,
        **options,
    )["segments"][0][0]
    assert again["temperature"] > 0
    assert again["compression_ratio"] <= 1.3
    assert len(again["tokens"]) < 36


def test_a_guess_is_written_again_until_the_temperatures_are_over(tmp_path: Path) -> None:
    model = whisper(tmp_path / "m", table({NO_TIMES: {7: 0.1}, 7: {END: 0.1}}))
    found = model.generate(
        features(0.0),
        language="en",
        temperature=(0.0, 0.5, 1.0),
        logprob_threshold=-1.0,
        return_segments=True,
        seed=0,
    )["segments"][0][0]
    assert found["temperature"] == 1.0
    assert found["avg_logprob"] < -1.0


def test_silence_has_no_text(tmp_path: Path) -> None:
    scores = table({**REPEATS, START: {SILENCE: 9.0}})
    model = whisper(tmp_path / "m", scores)
    options: dict[str, Any] = {
        "language": "en",
        "no_speech_threshold": 0.6,
        "logprob_threshold": -0.01,
        "return_segments": True,
    }
    quiet = model.generate(features(0.0), **options)
    assert quiet["segments"] == [[]]
    assert quiet["sequences"].shape == (1, 0)
    loud = model.generate(features(10.0), **options)  # its sum speaks against silence
    assert loud["segments"][0][0]["no_speech_prob"] < 0.01


def test_what_was_said_leads_the_next_window(tmp_path: Path) -> None:
    model = whisper(tmp_path / "m", table(PARTS))
    asked: list[list[int]] = []
    own = Decoding.windows

    def spy(self: Any, encoded: Any, before: Any, begin: Any) -> Any:
        asked.append(before[0].tolist())
        return own(self, encoded, before, begin)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Decoding, "windows", spy)
        model.generate(
            features(0.0, windows=2),
            language="en",
            condition_on_prev_tokens=True,
            prompt_ids=[PREVIOUS, 9],
            return_segments=True,
        )
    assert asked[0] == [PREVIOUS, 9]
    assert asked[1][:5] == [PREVIOUS, 9, TIME_0, 5, TIME_0 + 5]


def test_long_recordings_need_timestamps(tmp_path: Path) -> None:
    scores = table({TRANSCRIBE: 4, 4: END})
    model = whisper(tmp_path / "m", scores, no_timestamps_token_id=None)
    with pytest.raises(InvalidArgumentError, match="at most 20 frames"):
        model.generate(features(0.0, windows=2), language="en")
    with pytest.raises(InvalidArgumentError, match="writes no timestamps"):
        model.generate(features(0.0), language="en", return_timestamps=True)


def test_what_repeats_itself_packs_well() -> None:
    rng = np.random.default_rng(0)
    mixed = rng.integers(0, 50_000, 100).tolist()
    assert compression_ratio([7] * 100, 51_865) > 10
    assert compression_ratio(mixed, 51_865) < 2
    assert compression_ratio([], 51_865) == 0


class _Speller:
    """A tokenizer whose tokens are words."""

    eos_token_id = END

    def decode(self, token_ids: list[int], **_: Any) -> str:
        return "".join(f" w{token}" for token in token_ids)


class _Listener(BaseStreamer):
    """A streamer that keeps nothing."""

    def put(self, value: Any) -> None: ...

    def end(self) -> None: ...


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"return_token_timestamps": True},
        {"condition_on_prev_tokens": True, "prompt_ids": [PREVIOUS, 9]},
        {"temperature": (0.0, 0.4, 0.8), "compression_ratio_threshold": 1.1, "seed": 5},
        {"temperature": (0.0, 1.0), "logprob_threshold": -0.1, "seed": 5},
        {"language": ["en", "fr", "en", "fr"]},
        {"num_beams": 2, "logprob_threshold": -5.0},
        {"streamer": _Listener()},
    ],
)
def test_recordings_say_together_what_they_say_alone(
    tmp_path: Path, options: dict[str, Any]
) -> None:
    model = whisper(tmp_path / "m", table({**PARTS, **REPEATS}), looking_at({5: 3, 6: 7}))
    rng = np.random.default_rng(0)
    sounds = rng.standard_normal((4, 2, 80)).astype(np.float32)
    frames = [80, 21, 55, 40]
    shared = {"return_segments": True, **options}
    languages = shared.pop("language", ["en"] * 4)
    together = model.generate(sounds, num_frames=frames, language=languages, **shared)
    for row, sound in enumerate(sounds):
        alone = model.generate(
            sound[None], num_frames=frames[row], language=languages[row], **shared
        )
        wanted = alone["segments"][0]
        assert len(together["segments"][row]) == len(wanted) > 0
        for ours, theirs in zip(together["segments"][row], wanted, strict=True):
            np.testing.assert_equal(ours, theirs)


def test_windows_of_recordings_go_through_the_model_together(tmp_path: Path) -> None:
    model = whisper(tmp_path / "m", table(PARTS))
    rows: list[int] = []
    own = Decoding.encode

    def spy(self: Any, given: Any) -> Any:
        rows.append(len(given))
        return own(self, given)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Decoding, "encode", spy)
        model.generate(features(0.0, 0.0, windows=2), num_frames=[40, 15], language="en")
    assert rows[0] == 2
    assert rows == sorted(rows, reverse=True)
    assert rows[-1] == 1


def test_a_mask_tells_where_a_recording_ends(tmp_path: Path) -> None:
    model = whisper(tmp_path / "m", table(PARTS))
    mask = (np.arange(40) < np.array([[40], [12]])).astype(np.int64)
    both = model.generate(
        features(0.0, 0.0, windows=2), attention_mask=mask, language="en", return_segments=True
    )
    wanted = model.generate(
        features(0.0, 0.0, windows=2), num_frames=[40, 12], language="en", return_segments=True
    )
    np.testing.assert_equal(both["segments"], wanted["segments"])


def test_several_windows_have_one_text(tmp_path: Path) -> None:
    model = whisper(tmp_path / "m", table(PARTS))
    with pytest.raises(InvalidArgumentError, match="num_return_sequences=1"):
        model.generate(
            features(0.0, windows=2), language="en", num_return_sequences=2, do_sample=True
        )


def test_older_files_name_the_token_of_earlier_text_among_those_that_never_come(
    tmp_path: Path,
) -> None:
    model = whisper(
        tmp_path / "m", table(PARTS), prev_sot_token_id=None, suppress_tokens=[PREVIOUS, SILENCE]
    )
    assert Settings.read(model, None, {}).previous_token == PREVIOUS


#: <0.00> 5 5 <0.04>: words that nobody looks for.
ODD = {TRANSCRIBE: TIME_0, TIME_0: 5, 5: {5: 1.0, TIME_0 + 2: 1.1}, TIME_0 + 2: END}


def test_odd_words_between_silence_are_dropped(tmp_path: Path) -> None:
    model = whisper(tmp_path / "m", table(ODD), looking_at({5: 1}))
    options: dict[str, Any] = {"language": "en", "return_segments": True, "tokenizer": _Speller()}
    plain = model.generate(features(0.0, windows=8), **options)["segments"][0]
    assert len(plain) == 8
    judged = model.generate(
        features(0.0, windows=8), hallucination_silence_threshold=0.01, **options
    )
    assert judged["segments"] == [[]]
    assert judged["sequences"].shape == (1, 0)


def test_words_that_were_said_are_kept_with_their_times(tmp_path: Path) -> None:
    scores = table({TRANSCRIBE: TIME_0, TIME_0: 0, 0: 1, 1: 2, 2: TIME_0 + 9, TIME_0 + 9: END})
    scores[NO_TIMES, 0] = 9
    model = whisper(tmp_path / "m", scores, looking_at({NO_TIMES: 0, 0: 3, 1: 6, 2: 9}))
    (segments,) = model.generate(
        features(0.0, windows=2),
        language="en",
        return_segments=True,
        tokenizer=_Speller(),
        hallucination_silence_threshold=10.0,
        time_precision=0.2,  # words of a few hundredths of a second are odd
    )["segments"]
    assert [word["word"] for word in segments[0]["words"]] == [" w0", " w1", " w2"]
    words = [word for segment in segments for word in segment["words"]]
    times = [time for word in words for time in (word["start"], word["end"])]
    assert times == sorted(times)
    assert times[-1] <= 4.0
    assert all(word["probability"] > 0.9 for word in words)
    assert segments[0]["start"] == words[0]["start"]
    both = model.generate(
        features(0.0, 0.0, windows=2),
        num_frames=[25, 40],
        language="en",
        return_segments=True,
        tokenizer=_Speller(),
        hallucination_silence_threshold=10.0,
        time_precision=0.2,
    )["segments"]
    np.testing.assert_equal(both[1], segments)
    assert len(both[0]) < len(segments) or both[0][-1]["end"] <= 2.5


def test_odd_words_need_a_tokenizer_and_heads(tmp_path: Path) -> None:
    model = whisper(tmp_path / "m", table(ODD))
    with pytest.raises(InvalidArgumentError, match="give the tokenizer"):
        model.generate(features(0.0), language="en", hallucination_silence_threshold=2.0)
    with pytest.raises(UnsupportedModelError, match="output_attentions=True"):
        model.generate(
            features(0.0),
            language="en",
            hallucination_silence_threshold=2.0,
            tokenizer=_Speller(),
        )
    with pytest.raises(InvalidArgumentError, match="must be a number"):
        model.generate(features(0.0), hallucination_silence_threshold="long")
