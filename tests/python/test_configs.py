from __future__ import annotations

import copy
import json
import pickle
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onnxformers.configs import AutoConfig, PretrainedConfig, load_config
from onnxformers.errors import (
    FileFormatError,
    InvalidArgumentError,
    MissingFileError,
    OnnxformersError,
    UnknownNameError,
)
from onnxformers.hub import LoadOptions

CONFIG = {
    "model_type": "bert",
    "architectures": ["BertForSequenceClassification"],
    "hidden_size": 768,
    "id2label": {"0": "NEGATIVE", "1": "POSITIVE"},
    "label2id": {"NEGATIVE": 0, "POSITIVE": 1},
    "text_config": {"hidden_size": 3},
    "decoder": {"model_type": "gpt2", "n_embd": 4},
    "task_specific_params": {"summarization": {"prefix": "s: "}},
    "transformers.js_config": {"dtype": "q4f16"},
}


def write(folder: Path, text: str | bytes) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "config.json").write_bytes(text.encode() if isinstance(text, str) else text)
    return folder


def test_loads_from_a_folder(tmp_path: Path) -> None:
    config = AutoConfig.from_pretrained(write(tmp_path, json.dumps(CONFIG)))
    assert isinstance(config, PretrainedConfig)
    assert config.model_type == "bert"
    assert config.hidden_size == config["hidden_size"] == 768
    assert config.get("absent", 5) == 5
    assert list(config) == list(CONFIG)
    assert len(config) == len(CONFIG)
    assert "hidden_size" in config


def test_labels_have_int_keys_in_items_and_attributes() -> None:
    config = PretrainedConfig(CONFIG)
    assert config.id2label == config["id2label"] == {0: "NEGATIVE", 1: "POSITIVE"}
    assert config.label2id == {"NEGATIVE": 0, "POSITIVE": 1}
    assert config.num_labels == 2


@pytest.mark.parametrize(
    ("values", "id2label"),
    [
        ({}, {0: "LABEL_0", 1: "LABEL_1"}),
        ({"num_labels": 1}, {0: "LABEL_0"}),
        ({"label2id": {"b": "1", "a": 0}}, {0: "a", 1: "b"}),
        ({"id2label": {}, "label2id": {}, "num_labels": 1}, {0: "LABEL_0"}),
        ({"id2label": None, "num_labels": 3}, {0: "LABEL_0", 1: "LABEL_1", 2: "LABEL_2"}),
        ({"id2label": {"0": 5, "1": 0.5}}, {0: "5", 1: "0.5"}),
    ],
)
def test_labels_that_the_file_leaves_out(values: dict[str, Any], id2label: dict[int, str]) -> None:
    config = PretrainedConfig(values)
    assert config.id2label == id2label
    assert config.num_labels == len(id2label)
    assert config.label2id == {label: index for index, label in id2label.items()}


def test_defaults_of_absent_fields() -> None:
    config = PretrainedConfig()
    assert config.model_type is None
    assert config.architectures == []
    assert config.is_encoder_decoder is False
    assert config.problem_type is None
    assert config.js_config == {}
    config.architectures.append("changed")
    assert config.architectures == []


def test_configs_inside_are_configs_as_attributes_and_dicts_as_items() -> None:
    config = PretrainedConfig(CONFIG)
    assert config.text_config.hidden_size == 3
    assert config.decoder.n_embd == 4
    assert type(config["text_config"]) is dict
    assert type(config.task_specific_params) is dict
    assert config.js_config == {"dtype": "q4f16"}


def test_fields_can_be_set_and_are_checked() -> None:
    config = PretrainedConfig(CONFIG)
    config.hidden_size = 5
    assert config["hidden_size"] == 5
    config.id2label = {"0": "x"}
    assert config.id2label == {0: "x"}
    assert config.label2id == {"x": 0}
    config.num_labels = 3
    assert config.id2label == {0: "LABEL_0", 1: "LABEL_1", 2: "LABEL_2"}
    config.js_config = {"dtype": "fp16"}
    assert config["transformers.js_config"] == {"dtype": "fp16"}
    with pytest.raises(FileFormatError, match="id2label"):
        config.id2label = [1]
    del config.hidden_size
    with pytest.raises(UnknownNameError, match="no field 'hidden_size'"):
        _ = config.hidden_size
    with pytest.raises(UnknownNameError, match="no field 'hidden_size'"):
        del config.hidden_size


def test_a_config_shares_nothing_with_what_it_was_made_of() -> None:
    values = copy.deepcopy(CONFIG)
    first, second = PretrainedConfig(values), PretrainedConfig(values)
    first.id2label[0] = "changed"
    first["text_config"]["hidden_size"] = 0
    first.to_dict()["architectures"].append("changed")
    assert second == PretrainedConfig(CONFIG)
    assert values == CONFIG
    assert first.architectures == CONFIG["architectures"]


def test_pickles_and_copies() -> None:
    config = PretrainedConfig(CONFIG, place="m/config.json")
    for twin in (pickle.loads(pickle.dumps(config)), copy.copy(config), copy.deepcopy(config)):
        assert twin == config
        assert twin is not config
        with pytest.raises(UnknownNameError, match=r"^\[m/config.json\]"):
            _ = twin.absent


def test_json_of_a_config_makes_the_same_config() -> None:
    config = PretrainedConfig(CONFIG)
    assert PretrainedConfig(json.loads(config.to_json_string())) == config
    assert "hidden_size" in repr(config)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("model_type", 3),
        ("model_type", ["bert"]),
        ("architectures", "BertModel"),
        ("architectures", [1]),
        ("is_encoder_decoder", "yes"),
        ("is_encoder_decoder", 1),
        ("max_position_embeddings", "512"),
        ("max_position_embeddings", True),
        ("problem_type", "other"),
        ("problem_type", ["regression"]),
        ("num_labels", -1),
        ("num_labels", 10**12),
        ("num_labels", True),
        ("num_labels", "2"),
        ("id2label", ["a"]),
        ("id2label", "a"),
        ("id2label", {"x": "a"}),
        ("id2label", {"-1": "a"}),
        ("id2label", {" 1": "a"}),
        ("id2label", {"1_0": "a"}),
        ("id2label", {"\u0661": "a"}),
        ("id2label", {"9" * 5000: "a"}),
        ("id2label", {"1": "a", "01": "b"}),
        ("id2label", {"0": None}),
        ("id2label", {"0": ["a"]}),
        ("id2label", {"0": True}),
        ("label2id", [1]),
        ("label2id", {"a": "x"}),
        ("label2id", {"a": 1.5}),
        ("label2id", {"a": True}),
        ("transformers.js_config", "q8"),
    ],
)
def test_a_field_of_the_wrong_type_is_named(tmp_path: Path, field: str, value: object) -> None:
    folder = write(tmp_path, json.dumps({field: value}))
    with pytest.raises(FileFormatError, match=rf"config.json\] {field}") as caught:
        AutoConfig.from_pretrained(folder)
    assert len(str(caught.value)) < 600


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[1]", "must hold a JSON object, holds an array"),
        ("null", "holds null"),
        ("3", "holds a number"),
        ("", "is not JSON"),
        ('{"a": 1', "is not JSON: .* at line 1, column"),
        (b"\0" * 100, "is not JSON"),
        (b'{"a": "\xff"}', "is not UTF-8 at byte 7"),
        ('{"a": ' * 200_000, "nested deeper than 256|is not JSON"),
        ('{"a": ' + "[" * 300 + "]" * 300 + "}", "nested deeper than 256"),
        ('{"a": ' + "9" * 5000 + "}", "is not usable JSON"),
    ],
)
def test_a_broken_file_is_named(tmp_path: Path, text: str | bytes, words: str) -> None:
    with pytest.raises(FileFormatError, match=words) as caught:
        AutoConfig.from_pretrained(write(tmp_path, text))
    assert str(caught.value).startswith(f"[{tmp_path / 'config.json'}]")


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    config = AutoConfig.from_pretrained(write(tmp_path, b"\xef\xbb\xbf" + b'{"a": 1}'))
    assert config.a == 1


def test_no_file_says_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(MissingFileError, match=r"config\.json is not in .*; there: tokenizer.json"):
        AutoConfig.from_pretrained(tmp_path)


def test_unknown_options_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidArgumentError, match="did you mean 'local_files_only'"):
        AutoConfig.from_pretrained(write(tmp_path, "{}"), local_file_only=True)


def test_options_travel(tmp_path: Path) -> None:
    told: list[dict[str, Any]] = []
    folder = write(tmp_path, "{}")
    load_config(folder, LoadOptions(progress_callback=told.append))
    assert [event["status"] for event in told] == ["initiate", "done"]
    assert {event["file"] for event in told} == {"config.json"}


def test_values_that_are_no_object_are_refused() -> None:
    with pytest.raises(FileFormatError, match="must be an object"):
        PretrainedConfig([1])  # type: ignore[arg-type]
    with pytest.raises(FileFormatError, match="keys must be str"):
        PretrainedConfig({1: 2})  # type: ignore[dict-item]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)
FIELDS = st.sampled_from(
    ["model_type", "architectures", "id2label", "label2id", "num_labels", "problem_type", "items"]
)


@given(values=st.dictionaries(FIELDS | st.text(), JSON))
def test_any_object_gives_a_config_or_an_error_of_ours(values: dict[str, Any]) -> None:
    try:
        config = PretrainedConfig(values)
    except OnnxformersError:
        return
    assert len(config.id2label) == config.num_labels or "label2id" in values
    assert isinstance(config.label2id, dict)
    assert set(config.to_dict()) == set(values)


def test_a_config_is_written_and_read_again(tmp_path: Path) -> None:
    config = PretrainedConfig.from_dict({"model_type": "bert", "id2label": {"0": "NO", "1": "YES"}})
    config.save_pretrained(tmp_path / "new" / "folder")
    file = tmp_path / "new" / "folder" / "config.json"
    assert PretrainedConfig.from_json_file(file) == config
    assert AutoConfig.from_pretrained(file.parent) == config
    assert json.loads(file.read_text("utf-8"))["id2label"] == {"0": "NO", "1": "YES"}
    with pytest.raises(MissingFileError, match=r"there is no file .*other\.json"):
        PretrainedConfig.from_json_file(tmp_path / "other.json")
    file.write_text("[]")
    with pytest.raises(FileFormatError):
        PretrainedConfig.from_json_file(file)


def test_fields_of_the_specification_are_there_when_the_file_has_none() -> None:
    config = PretrainedConfig()
    assert (config.model_type, config.max_position_embeddings) == (None, None)
    assert config.is_encoder_decoder is False
    assert "max_position_embeddings" not in config
