"""Whisper's generate: what stands before the text, and times of words."""

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
    START,
    TRANSCRIBE,
    TRANSLATE,
    features,
    looking_at,
    table,
    whisper,
)

from onnxformers.errors import InvalidArgumentError, InvalidTypeError, UnsupportedModelError

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
        ({"time_precision": 0}, "above 0"),
        ({"logprob_threshold": "low"}, "must be a number"),
        ({"language": "en", "max_new_tokens": 60}, "positions of the decoder"),
        ({"input_features": features(0.0)}, "are the same"),
    ],
)
def test_what_cannot_be_is_refused(counting: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        counting.generate(features(0.0, 0.0), **options)


@pytest.mark.parametrize("name", ["condition_on_prev_tokens", "return_timestamps"])
def test_flags_are_true_or_false(counting: Any, name: str) -> None:
    with pytest.raises(InvalidTypeError, match=f"{name} must be True or False"):
        counting.generate(features(0.0), **{name: "yes"})


@pytest.mark.parametrize("given", [np.zeros((2, 20)), np.zeros((0, 2, 20)), None])
def test_features_of_another_shape_are_refused(counting: Any, given: Any) -> None:
    with pytest.raises(InvalidArgumentError, match=r"input_features"):
        counting.generate(given)


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
