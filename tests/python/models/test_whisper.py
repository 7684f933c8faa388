"""Whisper's generate: what stands before the text, times of words, windows, and second attempts."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from whisper_models import (
    END,
    ENGLISH,
    FRENCH,
    NO_TIMES,
    PREVIOUS,
    SILENCE,
    START,
    TIME_0,
    TOKENS,
    TRANSCRIBE,
    TRANSLATE,
    features,
    table,
    whisper,
)

from onnxformers.errors import InvalidArgumentError, UnsupportedModelError
from onnxformers.generation import BaseStreamer
from onnxformers.models.architectures.whisper_decoding import Decoding
from onnxformers.models.architectures.whisper_options import Settings
from onnxformers.models.architectures.whisper_segments import split
from onnxformers.models.architectures.whisper_text import Text, compression_ratio

#: "0 1 2" and the end, whatever stood before.
COUNTS = {NO_TIMES: 0, TRANSCRIBE: 0, TRANSLATE: 3, 3: END, 0: 1, 1: 2, 2: END}


@pytest.fixture
def counting(tmp_path: Path) -> Any:
    return whisper(tmp_path / "counting", table(COUNTS))


@pytest.mark.parametrize(
    ("options", "prompt"),
    [
        ({"language": "en"}, [START, ENGLISH, TRANSCRIBE, NO_TIMES]),
        ({"language": "French"}, [START, FRENCH, TRANSCRIBE, NO_TIMES]),
        ({"language": "<|fr|>", "task": "transcribe"}, [START, FRENCH, TRANSCRIBE, NO_TIMES]),
        ({"language": "en", "task": "translate"}, [START, ENGLISH, TRANSLATE, NO_TIMES]),
        ({"language": "en", "return_timestamps": True}, [START, ENGLISH, TRANSCRIBE]),
        (
            {"language": "en", "prompt_ids": np.array([PREVIOUS, 7])},
            [PREVIOUS, 7, START, ENGLISH, TRANSCRIBE, NO_TIMES],
        ),
        ({"is_multilingual": False}, [START, NO_TIMES]),
    ],
)
def test_the_text_stands_behind_language_and_task(
    counting: Any, options: dict[str, Any], prompt: list[int]
) -> None:
    (row,) = counting.generate(features(0.1), max_new_tokens=2, **options)
    assert row[: len(prompt)].tolist() == prompt


def test_a_language_that_nobody_names_is_heard(counting: Any) -> None:
    rows = counting.generate(features(1.0, -1.0), max_new_tokens=1)
    assert rows[:, 1].tolist() == [FRENCH, ENGLISH]
    assert counting.detect_language(features(1.0, -1.0)).tolist() == [FRENCH, ENGLISH]


def test_each_row_may_have_a_language_of_its_own(counting: Any) -> None:
    rows = counting.generate(features(0, 0), language=["fr", "en"], max_new_tokens=1)
    assert rows[:, 1].tolist() == [FRENCH, ENGLISH]


def test_older_files_force_what_the_text_begins_with(tmp_path: Path) -> None:
    model = whisper(tmp_path / "m", table(COUNTS), forced_decoder_ids=[[1, None], [2, TRANSLATE]])
    assert model.generate(features(1.0), max_new_tokens=1)[0, :4].tolist() == [
        START, FRENCH, TRANSLATE, NO_TIMES,
    ]  # fmt: skip
    row = model.generate(features(1.0), max_new_tokens=1, language="en")[0]
    assert row[:4].tolist() == [START, ENGLISH, TRANSCRIBE, NO_TIMES]


def test_a_model_of_one_language_has_neither_language_nor_task(tmp_path: Path) -> None:
    scores = table({NO_TIMES: 4, 4: END})
    model = whisper(tmp_path / "m", scores, is_multilingual=False, lang_to_id=None, task_to_id=None)
    assert model.generate(features(1.0))[0].tolist() == [START, NO_TIMES, 4, END]
    for options in ({"language": "en"}, {"task": "translate"}):
        with pytest.raises(InvalidArgumentError, match="English only"):
            model.generate(features(1.0), **options)
    with pytest.raises(InvalidArgumentError, match="one language"):
        model.detect_language(features(1.0))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"language": "klingon"}, "unknown language 'klingon'; this model knows english, french"),
        ({"language": "xx"}, "knows en, fr"),
        ({"language": ["en", "fr", "en"]}, "one for each of the 2 rows"),
        ({"language": "en", "task": "sing"}, "unknown task 'sing'"),
        ({"langauge": "en"}, "did you mean 'language'"),
        ({"prompt_ids": [[1, 2]]}, "shape"),
        ({"prompt_condition_type": "never"}, "first-segment, all-segments"),
        ({"prompt_condition_type": "all-segments"}, "condition_on_prev_tokens=True"),
        ({"temperature": -1}, "at least 0"),
        ({"temperature": []}, "a number or a list"),
        ({"logprob_threshold": "low"}, "must be a number"),
        ({"language": "en", "max_new_tokens": 60}, "positions of the decoder"),
        ({"input_features": features(0.0)}, "are the same"),
    ],
)
def test_what_cannot_be_is_refused(counting: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        counting.generate(features(0.0, 0.0), **options)


@pytest.mark.parametrize("given", [np.zeros((2, 20)), np.zeros((0, 2, 20)), None])
def test_features_of_another_shape_are_refused(counting: Any, given: Any) -> None:
    with pytest.raises(InvalidArgumentError, match=r"input_features"):
        counting.generate(given)


def looking_at(places: dict[int, int]) -> np.ndarray:
    """What the heads look at: around a frame for each token, the first for others."""
    looks = np.full((TOKENS, 10), 0.01)
    for token in range(TOKENS):
        place = places.get(token, 0)
        looks[token, max(0, place - 1) : place + 2] = 1.0  # a median of three leaves it
    return looks


def test_words_get_the_times_at_which_the_heads_look(tmp_path: Path) -> None:
    looks = looking_at({0: 1, 1: 4, 2: 8})
    model = whisper(tmp_path / "m", table(COUNTS), looks)
    found = model.generate(features(0.0), language="en", return_token_timestamps=True)
    assert found["sequences"][0].tolist() == [START, ENGLISH, TRANSCRIBE, NO_TIMES, 0, 1, 2, END]
    times = found["token_timestamps"][0]
    assert times[:4].tolist() == [0, 0, 0, 0]
    assert (np.diff(times) >= 0).all()
    assert times[-1] <= 10 * 0.02
    assert times[4] < times[5] < times[6]


def test_no_word_is_behind_the_sound(tmp_path: Path) -> None:
    looks = looking_at({0: 1, 1: 4, 2: 8})
    model = whisper(tmp_path / "m", table(COUNTS), looks)
    times = model.generate(
        features(0.0), language="en", return_token_timestamps=True, num_frames=8
    )["token_timestamps"]
    assert times.max() < 4 * 0.02


def test_rows_of_a_batch_have_the_times_they_have_alone(tmp_path: Path) -> None:
    scores = table({**COUNTS, TRANSLATE: 3, 3: 1})
    model = whisper(tmp_path / "m", scores, looking_at({0: 1, 1: 4, 2: 8, 3: 6}))
    options: dict[str, Any] = {"return_token_timestamps": True, "language": ["en", "fr"]}
    both = model.generate(features(0.0, 0.0), **options, num_frames=[20, 12])
    for row, frames in enumerate((20, 12)):
        alone = model.generate(
            features(0.0), language="en", return_token_timestamps=True, num_frames=frames
        )
        np.testing.assert_array_equal(alone["token_timestamps"][0], both["token_timestamps"][row])


def test_times_of_words_need_what_the_model_was_exported_with(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedModelError, match="output_attentions=True"):
        whisper(tmp_path / "a", table(COUNTS)).generate(features(0.0), return_token_timestamps=True)
    looks = looking_at({})
    with pytest.raises(InvalidArgumentError, match="alignment_heads in generation_config"):
        whisper(tmp_path / "b", table(COUNTS), looks, alignment_heads=None).generate(
            features(0.0), return_token_timestamps=True
        )
    with pytest.raises(InvalidArgumentError, match=r"cross_attentions\.3"):
        whisper(tmp_path / "c", table(COUNTS), looks, alignment_heads=[[3, 0]]).generate(
            features(0.0), return_token_timestamps=True
        )


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
    counting: Any, tokens: list[int], parts: list[tuple[list[int], float, float]], step: int
) -> None:
    settings = Settings.read(counting, None, {"language": "en"})
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


def test_the_options_of_all_models_go_along(
    counting: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        found = counting.generate(
            features(0.0), language="en", num_beams=2, return_dict_in_generate=True
        )
    assert found["sequences"][0].tolist() == [START, ENGLISH, TRANSCRIBE, NO_TIMES, 0, 1, 2, END]
    assert "sequences_scores" in found
    assert not caplog.records


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


class _Speller:
    """A tokenizer whose tokens are words."""

    eos_token_id = END

    def decode(self, token_ids: list[int], **_: Any) -> str:
        return "".join(f" w{token}" for token in token_ids)


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
