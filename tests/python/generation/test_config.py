"""GenerationConfig: fields, files and what is refused."""

from __future__ import annotations

import copy
import json
import logging
import pickle
from pathlib import Path
from typing import Any

import pytest

from onnxformers import GenerationConfig
from onnxformers.errors import (
    FileFormatError,
    InvalidArgumentError,
    InvalidTypeError,
    MissingFileError,
    UnknownNameError,
)
from onnxformers.generation.config_fields import FIELDS, OF_FILES

MODELS = Path(__file__).parents[2] / "conformance" / "models"


def test_fields_have_defaults_and_the_mapping_has_those_that_were_set() -> None:
    config = GenerationConfig(max_new_tokens=5, top_k=None)
    assert (config.max_new_tokens, config.max_length, config.top_k) == (5, 20, None)
    assert dict(config) == {"max_new_tokens": 5, "top_k": None}
    config.num_beams = 3
    assert config["num_beams"] == 3
    assert "num_beams" in config
    del config.num_beams
    assert config.num_beams == 1


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"max_new_token": 5}, InvalidArgumentError, "did you mean 'max_new_tokens'"),
        ({"num_beams": 0}, InvalidArgumentError, "num_beams must be an int of at least 1, got 0"),
        ({"num_beams": True}, InvalidTypeError, "num_beams must be an int"),
        ({"max_new_tokens": 2.5}, InvalidArgumentError, "max_new_tokens must be an int"),
        ({"temperature": "hot"}, InvalidArgumentError, "temperature must be a number"),
        ({"do_sample": 1}, InvalidTypeError, "do_sample must be True or False"),
        ({"early_stopping": "maybe"}, InvalidArgumentError, 'True, False or "never"'),
        ({"eos_token_id": [1, "2"]}, InvalidTypeError, "a token id or a list of them"),
        ({"bad_words_ids": [1, 2]}, InvalidTypeError, "a list of lists of token ids"),
        ({"stop_strings": [b"."]}, InvalidTypeError, "a str or a list of them"),
        ({"sequence_bias": {(1,): "a"}}, InvalidTypeError, "tuples of token ids and numbers"),
        ({"exponential_decay_length_penalty": (1.5, 2)}, InvalidTypeError, "a pair"),
    ],
)
def test_values_are_checked(options: dict[str, Any], error: type[Exception], words: str) -> None:
    with pytest.raises(error) as raised:
        GenerationConfig(**options)
    assert words in str(raised.value)
    config = GenerationConfig()
    ((name, value),) = options.items()
    with pytest.raises(error):
        setattr(config, name, value)
    assert not config


def test_an_unknown_field_is_an_attribute_error_when_read() -> None:
    with pytest.raises(UnknownNameError, match="no field 'nonsense'"):
        _ = GenerationConfig().nonsense
    with pytest.raises(UnknownNameError, match="'top_k' is not set"):
        del GenerationConfig().top_k


def test_unknown_fields_of_a_file_are_kept_and_named_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    values = {"of_tomorrow": [1], "task_to_id": {"transcribe": 3}, "max_length": 9}
    (tmp_path / "generation_config.json").write_text(json.dumps(values))
    with caplog.at_level(logging.WARNING, "onnxformers"):
        config = GenerationConfig.from_pretrained(tmp_path)
        GenerationConfig.from_pretrained(tmp_path)
    assert len(caplog.records) == 1
    assert "of_tomorrow" in caplog.text
    assert "task_to_id" not in caplog.text
    assert config.of_tomorrow == [1]
    assert config.task_to_id == {"transcribe": 3}
    config.save_pretrained(tmp_path / "again")
    assert dict(GenerationConfig.from_pretrained(tmp_path / "again")) == values


def test_files_round_trip_and_have_what_differs(tmp_path: Path) -> None:
    config = GenerationConfig(
        top_k=50, num_beams=4, eos_token_id=[1, 2], sequence_bias={(4, 5): -2.5}
    )
    config.save_pretrained(tmp_path)
    saved = json.loads((tmp_path / "generation_config.json").read_text())
    assert saved == {"num_beams": 4, "eos_token_id": [1, 2], "sequence_bias": [[[4, 5], -2.5]]}
    loaded = GenerationConfig.from_pretrained(tmp_path, num_beams=2)
    assert (loaded.num_beams, loaded.eos_token_id) == (2, [1, 2])
    assert config.to_dict().keys() == FIELDS.keys()
    assert config.to_dict()["max_length"] == 20


def test_broken_and_missing_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match=r"generation_config\.json"):
        GenerationConfig.from_pretrained(tmp_path, local_files_only=True)
    (tmp_path / "generation_config.json").write_text('{"num_beams": "many"}')
    with pytest.raises(InvalidArgumentError, match="num_beams must be an int"):
        GenerationConfig.from_pretrained(tmp_path)
    (tmp_path / "generation_config.json").write_text("[")
    with pytest.raises(FileFormatError):
        GenerationConfig.from_pretrained(tmp_path)


def test_a_config_json_says_how_a_model_writes() -> None:
    config = GenerationConfig.from_model_config(
        {
            "model_type": "x",
            "num_beams": 4,
            "output_attentions": True,
            "pad_token_id": None,
            "decoder": {"pad_token_id": 3, "num_beams": 7, "vocab_size": 9},
        }
    )
    assert dict(config) == {"num_beams": 4, "pad_token_id": 3}


def test_copies_pickles_and_equality() -> None:
    config = GenerationConfig.from_dict({"eos_token_id": [1], "later": 2})
    for other in (copy.copy(config), copy.deepcopy(config), pickle.loads(pickle.dumps(config))):
        assert other == config
        assert other.later == 2
    other = copy.deepcopy(config)
    other.eos_token_id.append(3)
    assert config.eos_token_id == [1]
    assert "eos_token_id" in repr(config)


@pytest.mark.oracle
def test_fields_and_defaults_are_those_of_transformers() -> None:
    transformers = pytest.importorskip(
        "transformers", reason="the reference: pip install transformers==4.46.3"
    )
    theirs = transformers.GenerationConfig().to_dict()
    ours = GenerationConfig().to_dict()
    assert theirs.keys() - OF_FILES == ours.keys() - {"top_h"}
    assert {name: ours[name] for name in theirs.keys() - OF_FILES} == {
        name: theirs[name] for name in theirs.keys() - OF_FILES
    }
