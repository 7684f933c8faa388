"""text-to-audio: voices, vocoders, and one sound for each text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sound_models import musicgen, speecht5, vits, vocoder

from onnxformers import AutoModel, pipeline
from onnxformers.errors import (
    ClosedError,
    FileFormatError,
    InvalidArgumentError,
    InvalidTypeError,
    MissingFileError,
)

VOICE = np.array([0.5, 0, 0], np.float32)
LETTERS = {"<unk>": 0, "a": 1, "b": 2, "c": 3, " ": 4}


def with_tokenizer(folder: Path) -> Path:
    """The folder with a tokenizer of letters."""
    model = {"type": "WordLevel", "vocab": LETTERS, "unk_token": "<unk>"}
    split = {"type": "Split", "pattern": {"Regex": ""}, "behavior": "Isolated", "invert": False}
    values = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [],
        "normalizer": None,
        "pre_tokenizer": split,
        "post_processor": None,
        "decoder": None,
        "model": model,
    }
    (folder / "tokenizer.json").write_text(json.dumps(values))
    config = {"tokenizer_class": "PreTrainedTokenizerFast", "unk_token": "<unk>"}
    (folder / "tokenizer_config.json").write_text(json.dumps(config))
    return folder


@pytest.fixture
def speak(tmp_path: Path) -> Any:
    folder = with_tokenizer(speecht5(tmp_path / "speecht5"))
    hifigan = str(vocoder(tmp_path / "vocoder"))
    with pipeline("text-to-speech", folder, vocoder=hifigan) as pipe:
        yield pipe


def test_speech_comes_with_the_rate_of_its_vocoder(speak: Any) -> None:
    sound = speak("abc", speaker_embeddings=VOICE)
    assert sound["sampling_rate"] == 8000
    assert sound["audio"].shape == (20,)
    np.testing.assert_allclose(sound["audio"], 3.0)  # (1 + 2 + 3) / 2


def test_several_texts_have_one_voice_or_one_each(speak: Any) -> None:
    one, two = speak(["a", "b"], speaker_embeddings=VOICE)
    assert (one["audio"][0], two["audio"][0]) == (0.5, 1.0)
    voices = np.stack([VOICE, 3 * VOICE])
    one, two = speak(["a", "b"], speaker_embeddings=voices)
    assert (one["audio"][0], two["audio"][0]) == (0.5, 3.0)
    assert len(list(speak(iter(["a", "b", "c"]), speaker_embeddings=VOICE))) == 3


def test_a_voice_may_lie_in_a_file(speak: Any, tmp_path: Path) -> None:
    np.save(tmp_path / "voice.npy", VOICE)
    (tmp_path / "voice.bin").write_bytes(VOICE.tobytes())
    wanted = speak("abc", speaker_embeddings=VOICE)["audio"]
    for name in ("voice.npy", "voice.bin"):
        found = speak("abc", speaker_embeddings=str(tmp_path / name))["audio"]
        np.testing.assert_array_equal(found, wanted)
    (tmp_path / "bad.npy").write_bytes(b"\x93NUMPY and nothing more")
    (tmp_path / "odd.bin").write_bytes(b"abc")
    for name in ("bad.npy", "odd.bin"):
        with pytest.raises(FileFormatError, match=name):
            speak("abc", speaker_embeddings=tmp_path / name)
    with pytest.raises(MissingFileError):
        speak("abc", speaker_embeddings=tmp_path / "none.npy")


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({}, InvalidArgumentError, "512 numbers of a voice"),
        ({"speaker_embeddings": np.zeros((3, 3))}, InvalidArgumentError, "each of the 1 texts"),
        ({"speaker_embeddings": [np.nan] * 3}, InvalidArgumentError, "NaN"),
        ({"speaker_embeddings": ["a"]}, InvalidArgumentError, "must be numbers"),
        ({"speaker_embeddings": VOICE, "vocoder": 3}, InvalidTypeError, "vocoder must be"),
        ({"speaker_embeddings": VOICE, "do_sample": True}, InvalidArgumentError, "write tokens"),
        ({"speaker": VOICE}, InvalidArgumentError, "did you mean 'speaker"),
        ({"forward_params": {}}, InvalidArgumentError, "by their names"),
        ({"speaker_embeddings": VOICE, "threshold": "x"}, InvalidArgumentError, "threshold must"),
        ({"speaker_embeddings": VOICE, "maxlenratio": -1}, InvalidArgumentError, "at least 0"),
        ({"speaker_embeddings": VOICE, "speaker_id": 1}, InvalidArgumentError, "is for vits"),
        ({"speaker_embeddings": VOICE, "noise_scale": 0.5}, InvalidArgumentError, "is for vits"),
    ],
)
def test_voices_and_options_that_cannot_be_are_refused(
    speak: Any, options: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        speak("abc", **options)


@pytest.mark.parametrize(("texts", "error"), [("", ValueError), ([], ValueError), ([3], TypeError)])
def test_what_is_no_text_is_refused(speak: Any, texts: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        speak(texts, speaker_embeddings=VOICE)


def test_vocoders_by_name_are_closed_with_the_pipeline(tmp_path: Path) -> None:
    pipe = pipeline("text-to-speech", with_tokenizer(speecht5(tmp_path / "speecht5")))
    own = AutoModel.from_pretrained(vocoder(tmp_path / "vocoder"))
    wanted = pipe("a", speaker_embeddings=VOICE, vocoder=own)["audio"]
    found = pipe("a", speaker_embeddings=VOICE, vocoder=tmp_path / "vocoder")["audio"]
    np.testing.assert_array_equal(found, wanted)
    pipe.close()
    assert not own.closed
    with pytest.raises(ClosedError):
        pipe("a", speaker_embeddings=VOICE, vocoder=tmp_path / "vocoder")


def test_vits_speaks_at_once(tmp_path: Path) -> None:
    with pipeline("text-to-audio", with_tokenizer(vits(tmp_path / "vits"))) as speak:
        sound = speak("cab")
        assert sound["sampling_rate"] == 22_050
        assert sound["audio"].tolist() == [3, 1, 2]
        with pytest.raises(InvalidArgumentError, match="one voice only"):
            speak("cab", speaker_id=1)
        for name, value in {"vocoder": "x", "speaker_embeddings": VOICE, "threshold": 0.2}.items():
            with pytest.raises(InvalidArgumentError, match=f"{name} is for speecht5.*leave it out"):
                speak("cab", **{name: value})
        with pytest.raises(InvalidArgumentError, match="speaking_rate built in"):
            speak("cab", speaking_rate=2.0)
        assert speak("cab", threshold=0.5)["audio"].tolist() == [3, 1, 2]  # as it is anyway


def test_exports_that_take_them_are_told_rate_and_noise(tmp_path: Path) -> None:
    folder = with_tokenizer(vits(tmp_path / "vits", scale="speaking_rate"))
    with pipeline("text-to-audio", folder) as speak:
        assert speak("cab")["audio"].tolist() == [3, 1, 2]
        assert speak("cab", speaking_rate=2)["audio"].tolist() == [6, 2, 4]
        with pytest.raises(InvalidArgumentError, match="noise_scale built in"):
            speak("cab", noise_scale=0.5)


def test_music_is_played(tmp_path: Path) -> None:
    with pipeline("text-to-audio", with_tokenizer(musicgen(tmp_path / "musicgen"))) as play:
        sound = play("a", max_new_tokens=6)
        assert sound["sampling_rate"] == 4000
        assert sound["audio"].tolist() == [0, 11, 22, 33, 44]
