"""Moonshine and other models that write behind an encoder of sound, without times."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tiny_models import write

import onnx_builder as ob
from onnxformers import pipeline
from onnxformers.errors import InvalidArgumentError

RATE = 16_000
WORDS = ["<unk>", "<s>", "</s>", *"abcdefghijklmnopqrstuvwxyz"]
FIRST, END = 1, 2


def moonshine(folder: Path) -> Path:
    """Writes one letter after the other, from the one that the loudness of the sound says."""
    encoder = ob.graph(
        [
            ob.node("ReduceMean", ["input_values"], ["mean"], keepdims=1),
            ob.node("Unsqueeze", ["mean", "axis"], ["last_hidden_state"]),
        ],
        [ob.value("input_values", "float32", [1, "samples"])],
        [ob.value("last_hidden_state", "float32", [1, 1, 1])],
        [ob.tensor("axis", np.array([2]))],
    )
    count = len(WORDS)
    steps = np.zeros((count, count), np.float32)
    steps[np.arange(3, count - 1), np.arange(4, count)] = 50.0  # the next letter
    steps[count - 1, END] = 50.0
    begins = np.zeros((count, 1), np.float32)
    begins[FIRST] = 1.0
    letters = np.arange(count, dtype=np.float32)
    decoder = ob.graph(
        [
            ob.node("Gather", ["steps", "input_ids"], ["next"]),
            # Behind the start: the letter whose number is nearest to the loudness.
            ob.node("Sub", ["encoder_hidden_states", "letters"], ["away"]),
            ob.node("Mul", ["away", "away"], ["square"]),
            ob.node("Gather", ["begins", "input_ids"], ["is_first"]),
            ob.node("Mul", ["square", "is_first"], ["far"]),
            ob.node("Sub", ["next", "far"], ["logits"]),
        ],
        [
            ob.value("input_ids", "int64", [1, "tokens"]),
            ob.value("encoder_hidden_states", "float32", [1, 1, 1]),
        ],
        [ob.value("logits", "float32", [1, "tokens", count])],
        [
            ob.tensor("steps", steps),
            ob.tensor("begins", begins),
            ob.tensor("letters", letters),
        ],
    )
    config = {
        "model_type": "moonshine",
        "decoder_start_token_id": FIRST,
        "eos_token_id": END,
        "vocab_size": count,
    }
    write(folder, config, encoder_model=encoder, decoder_model=decoder)
    values = {"feature_extractor_type": "MoonshineFeatureExtractor", "sampling_rate": RATE}
    (folder / "preprocessor_config.json").write_text(json.dumps(values))
    tokens = {
        "version": "1.0",
        "added_tokens": [
            {"id": place, "content": word, "special": True, "single_word": False,
             "lstrip": False, "rstrip": False, "normalized": False}
            for place, word in enumerate(WORDS[:3])
        ],
        "decoder": {"type": "Fuse"},
        "model": {
            "type": "WordLevel",
            "vocab": {word: place for place, word in enumerate(WORDS)},
            "unk_token": "<unk>",
        },
    }  # fmt: skip
    (folder / "tokenizer.json").write_text(json.dumps(tokens))
    names = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}
    config = {"tokenizer_class": "PreTrainedTokenizerFast", **names}
    (folder / "tokenizer_config.json").write_text(json.dumps(config))
    return folder


@pytest.fixture
def transcribe(tmp_path: Path) -> Any:
    with pipeline("automatic-speech-recognition", moonshine(tmp_path / "moonshine")) as pipe:
        yield pipe


def loud(letter: str, seconds: float) -> np.ndarray:
    return np.full(int(seconds * RATE), WORDS.index(letter), np.float32)


def test_a_second_of_sound_gives_six_tokens_at_most(transcribe: Any) -> None:
    assert transcribe(loud("c", 1.4)) == {"text": "cdefgh"}
    assert transcribe(loud("c", 2.0))["text"] == "cdefghijklmn"
    assert transcribe(loud("w", 3.0))["text"] == "wxyz"
    assert transcribe(loud("c", 0.5))["text"] == "cdefgh"
    assert transcribe(loud("c", 1.0), max_new_tokens=2)["text"] == "cd"


def test_texts_may_end_where_a_string_comes(transcribe: Any) -> None:
    assert transcribe(loud("c", 2.0), stop_strings=["f"])["text"] == "cdef"


def test_pieces_are_put_together_where_they_agree(transcribe: Any) -> None:
    sound = np.concatenate([loud("c", 1.0), loud("f", 1.0)])
    heard: list[float] = []
    found = transcribe(
        sound,
        chunk_length_s=1.0,
        stride_length_s=0.0,
        on_progress=lambda done, total: heard.append(done / total),
    )
    assert found["text"] == "cdefghijk"  # cdefgh and fghijk
    assert heard == [0.5, 1.0]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"return_timestamps": True}, "neither times nor languages"),
        ({"return_language": True}, "neither times nor languages"),
        ({"beam_width": 3}, "set num_beams"),
        ({"language": "en"}, "language"),
    ],
)
def test_times_and_languages_are_not_told(transcribe: Any, options: Any, message: str) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        transcribe(loud("c", 1.0), **options)
