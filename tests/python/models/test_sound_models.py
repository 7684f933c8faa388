"""SpeechT5 speaks and MusicGen plays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sound_models import BOOKS, CODES, musicgen, speecht5, vocoder

from onnxformers import AutoModel
from onnxformers.errors import InvalidArgumentError, RunTimeoutError, UnsupportedModelError
from onnxformers.models import MusicgenForConditionalGeneration, SpeechT5ForTextToSpeech
from onnxformers.models.architectures.musicgen import codes_of

VOICE = np.array([[0.5, 0, 0]], np.float32)


@pytest.fixture
def speaker(tmp_path: Path) -> Any:
    return SpeechT5ForTextToSpeech.from_pretrained(speecht5(tmp_path / "speecht5"))


def test_speech_ends_where_any_frame_of_a_step_may_be_the_last(speaker: Any) -> None:
    # Probabilities 0.1, 0.2, ...: the fifth step reaches 0.5.
    found = speaker.generate_speech([[1, 2, 3]], VOICE)
    assert list(found) == ["spectrogram"]
    np.testing.assert_allclose(found.spectrogram, np.full((10, 2), 3.0))
    assert len(speaker.generate_speech([[1, 2, 3]], VOICE, threshold=0.25).spectrogram) == 6


def test_speech_has_a_least_and_a_most_length(speaker: Any) -> None:
    ids = np.ones((1, 6), np.int64)  # three groups of two
    assert len(speaker.generate_speech(ids, VOICE, minlenratio=4.0).spectrogram) == 24
    assert len(speaker.generate_speech(ids, VOICE, maxlenratio=1.0).spectrogram) == 6


def test_a_vocoder_makes_sound_of_it(speaker: Any, tmp_path: Path) -> None:
    hifigan = AutoModel.from_pretrained(vocoder(tmp_path / "vocoder"))
    found = speaker.generate_speech([[1, 2, 3]], VOICE[0], vocoder=hifigan)
    assert found.waveform.shape == (20,)
    np.testing.assert_allclose(found.waveform, 3.0)
    other = AutoModel.from_pretrained(vocoder(tmp_path / "other", inputs=2))
    with pytest.raises(UnsupportedModelError, match="a spectrogram alone"):
        speaker.generate_speech([[1, 2, 3]], VOICE, vocoder=other)


@pytest.mark.parametrize(
    ("ids", "voice", "message"),
    [
        ([[1], [2]], VOICE, "one text at a time"),
        (np.zeros((1, 0), np.int64), VOICE, "one text at a time"),
        ([[1]], np.zeros((2, 3)), "speaker_embeddings must be of shape"),
        ([[1]], np.zeros(0), "speaker_embeddings must be of shape"),
    ],
)
def test_other_texts_and_voices_are_refused(
    speaker: Any, ids: Any, voice: Any, message: str
) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        speaker.generate_speech(ids, voice)


def test_speech_obeys_its_time(speaker: Any) -> None:
    with pytest.raises(RunTimeoutError):
        speaker.generate_speech([[1]], VOICE, threshold=1e9, maxlenratio=1e6, timeout_s=0.05)


@pytest.fixture
def player(tmp_path: Path) -> Any:
    return MusicgenForConditionalGeneration.from_pretrained(musicgen(tmp_path / "musicgen"))


def frames(codes: int) -> np.ndarray:
    """What the codec makes of both codebooks counting from 0."""
    counted = np.arange(codes) % CODES
    return (10 * counted + counted).astype(np.float32)


def test_each_codebook_begins_a_step_behind_the_one_above(player: Any) -> None:
    found = player.generate([[0, 0]], max_new_tokens=9)
    assert found.dtype == np.float32
    assert found.shape == (1, 1, 10 - BOOKS)
    np.testing.assert_allclose(found[0, 0], frames(10 - BOOKS))


def test_rows_of_a_batch_sound_as_they_do_alone(player: Any) -> None:
    texts = np.array([[1, 2], [80, 90]])
    both = player.generate(texts, max_new_tokens=7)
    for row, text in zip(both, texts, strict=True):
        np.testing.assert_array_equal(row, player.generate(text[None], max_new_tokens=7)[0])
    assert not np.array_equal(both[0], both[1])


def test_guidance_leads_to_what_the_text_says(player: Any) -> None:
    # The text speaks for code 4 by 0.6, against 1 for the next code; led by 3 it is 1.8.
    plain = player.generate([[60]], max_new_tokens=6)
    led = player.generate([[60]], max_new_tokens=6, guidance_scale=3.0)
    np.testing.assert_allclose(plain[0, 0], frames(5))
    np.testing.assert_allclose(led[0, 0], 44.0)


def test_several_pieces_of_one_text_are_drawn(player: Any) -> None:
    options: dict[str, Any] = {"max_new_tokens": 12, "do_sample": True, "seed": 1}
    found = player.generate([[3]], num_return_sequences=2, temperature=3.0, **options)
    assert found.shape == (2, 1, 13 - BOOKS)
    assert not np.array_equal(found[0], found[1])
    again = player.generate([[3]], num_return_sequences=2, temperature=3.0, **options)
    np.testing.assert_array_equal(found, again)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"num_beams": 2}, "num_beams=1"),
        ({"max_new_tokens": 1}, "raise max_new_tokens"),
        ({"input_ids": [[1]]}, "are the same"),
        ({"guidance": 3}, "did you mean 'guidance_scale'"),
    ],
)
def test_what_music_cannot_be_is_refused(
    player: Any, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        player.generate([[1, 2]], **options)
    with pytest.raises(InvalidArgumentError, match="input is missing"):
        player.generate()


def test_codes_are_cut_out_of_their_delay() -> None:
    rows = np.array([[9, 1, 2, 3, 4], [9, 9, 11, 12, 13]])
    assert codes_of(rows, 2).tolist() == [[[1, 2, 3], [11, 12, 13]]]
    with pytest.raises(InvalidArgumentError, match="make no sound"):
        codes_of(rows[:, :2], 2)


@pytest.mark.parametrize("name", ["input_values", "audio_values", "decoder_input_ids"])
def test_music_does_not_go_on_from_recordings(player: Any, name: str) -> None:
    with pytest.raises(UnsupportedModelError, match="no encoder of sound"):
        player.generate([[1]], max_new_tokens=6, **{name: np.zeros((1, 1, 9), np.float32)})
