"""Which class and settings the files of a folder give."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from onnxformers.errors import (
    FileFormatError,
    InvalidArgumentError,
    MissingFileError,
    OnnxformersError,
)
from onnxformers.tokenizers import AutoTokenizer, PreTrainedTokenizer

MakeFolder = Callable[..., Path]
MakeDocument = Callable[..., dict[str, Any]]
SECTIONS = (
    "version",
    "truncation",
    "padding",
    "added_tokens",
    "normalizer",
    "pre_tokenizer",
    "post_processor",
    "decoder",
    "model",
)
CONFIG_NAMES = (
    "tokenizer_class",
    "model_max_length",
    "padding_side",
    "truncation_side",
    "model_input_names",
    "clean_up_tokenization_spaces",
    "pad_token_type_id",
    "do_lower_case",
    "strip_accents",
    "cls_token",
    "pad_token",
    "additional_special_tokens",
    "added_tokens_decoder",
)
ODD_VALUES: tuple[Any, ...] = (
    *(None, True, -1, 0, 7, 1e400, float("nan"), "x", "", "\ud800"),
    *([], [[]], [None], ["x"], {}, {"x": {}}, {"7": 3}, {"7": {"content": 3}}),
    *({"7": {"content": "\ud800"}}, {"9" * 5000: {"content": "x"}}, {"content": None}),
    *({"7": {"content": "x", "special": []}}, {"7": {"content": ""}}, {"content": []}),
)
MODEL_FIELDS = (
    "type",
    "unk_token",
    "continuing_subword_prefix",
    "max_input_chars_per_word",
    "vocab",
)


def load(folder: Path, **options: Any) -> PreTrainedTokenizer:
    return AutoTokenizer.from_pretrained(folder, local_files_only=True, **options)


@pytest.mark.parametrize(
    ("config", "model_config", "name"),
    [
        ({"tokenizer_class": "BertTokenizer"}, None, "BertTokenizer"),
        ({"tokenizer_class": "BertTokenizerFast"}, None, "BertTokenizer"),
        ({"tokenizer_class": "DistilBertTokenizer"}, None, "DistilBertTokenizer"),
        ({"tokenizer_class": "PreTrainedTokenizerFast"}, None, "PreTrainedTokenizer"),
        ({"tokenizer_class": "NoSuchTokenizer"}, None, "PreTrainedTokenizer"),
        ({"tokenizer_class": None}, {"model_type": "mpnet"}, "MPNetTokenizer"),
        (None, {"model_type": "bert"}, "BertTokenizer"),
        (None, {"model_type": "bert", "tokenizer_class": "ElectraTokenizer"}, "ElectraTokenizer"),
        (None, {"model_type": "no-such"}, "PreTrainedTokenizer"),
        (None, None, "PreTrainedTokenizer"),
        ({"tokenizer_class": "ElectraTokenizer"}, {"model_type": "bert"}, "ElectraTokenizer"),
    ],
)
def test_class(make_folder: MakeFolder, config: Any, model_config: Any, name: str) -> None:
    tokenizer = load(make_folder(tokenizer_config=config, config=model_config))
    assert type(tokenizer).__name__ == name
    assert tokenizer("hello").input_ids.tolist() == [[2, 5, 3]]


def test_an_unknown_class_is_logged(
    make_folder: MakeFolder, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        load(make_folder(tokenizer_config={"tokenizer_class": "NoSuchTokenizer"}))
    assert "NoSuchTokenizer has no class of its own here" in caplog.text


def test_classes_differ_in_what_a_call_returns(make_folder: MakeFolder) -> None:
    distilbert = load(make_folder(tokenizer_config={"tokenizer_class": "DistilBertTokenizer"}))
    assert list(distilbert("a")) == ["input_ids", "attention_mask"]
    assert list(distilbert("a", return_token_type_ids=True)) == [
        "input_ids",
        "token_type_ids",
        "attention_mask",
    ]


def test_a_class_loads_itself(make_folder: MakeFolder) -> None:
    from onnxformers.tokenizers import ElectraTokenizer

    tokenizer = ElectraTokenizer.from_pretrained(make_folder(), local_files_only=True)
    assert type(tokenizer) is ElectraTokenizer


SETTINGS: list[tuple[dict[str, Any], str, object]] = [
    ({"model_max_length": 512}, "model_max_length", 512),
    ({"model_max_length": 1e30}, "model_max_length", None),
    ({}, "model_max_length", None),
    ({"max_len": 64}, "model_max_length", 64),
    ({"padding_side": "left"}, "padding_side", "left"),
    ({}, "padding_side", "right"),
    ({"truncation_side": "left"}, "truncation_side", "left"),
    ({"clean_up_tokenization_spaces": True}, "clean_up_tokenization_spaces", True),
    ({}, "clean_up_tokenization_spaces", False),
    ({"model_input_names": ["input_ids"]}, "model_input_names", ["input_ids"]),
    ({"pad_token_type_id": 3}, "pad_token_type_id", 3),
    ({"cls_token": "a"}, "cls_token_id", 8),
    ({"cls_token": {"content": "a", "lstrip": False}}, "cls_token", "a"),
    ({"cls_token": None}, "cls_token", None),
    (
        {"additional_special_tokens": ["a", {"content": "b"}]},
        "additional_special_tokens",
        ["a", "b"],
    ),
]


@pytest.mark.parametrize(("config", "name", "value"), SETTINGS)
def test_settings_of_the_config(
    make_folder: MakeFolder, config: dict[str, Any], name: str, value: object
) -> None:
    folder = make_folder(tokenizer_config={"tokenizer_class": "BertTokenizer", **config})
    assert getattr(load(folder), name) == value


@pytest.mark.parametrize(
    ("options", "name", "value"), [row for row in SETTINGS if row[0] and "max_len" not in row[0]]
)
def test_settings_as_arguments_win(
    make_folder: MakeFolder, options: dict[str, Any], name: str, value: object
) -> None:
    assert getattr(load(make_folder(), **options), name) == value


def test_left_truncation(make_folder: MakeFolder) -> None:
    tokenizer = load(make_folder(), truncation_side="left")
    assert tokenizer.encode("a b c", truncation=True, max_length=4) == [2, 9, 10, 3]


def test_settings_saved_in_tokenizer_json_come_last(
    make_folder: MakeFolder, bert_document: MakeDocument
) -> None:
    """And they only set defaults: nothing is padded or cut because a file says so."""
    document = bert_document(
        truncation={"direction": "Left", "max_length": 3, "strategy": "LongestFirst", "stride": 0},
        padding={
            "strategy": {"Fixed": 128},
            "direction": "Left",
            "pad_to_multiple_of": None,
            "pad_id": 3,
            "pad_type_id": 1,
            "pad_token": "[SEP]",
        },
    )
    tokenizer = load(make_folder(tokenizer=document, tokenizer_config=None))
    assert tokenizer.encode("a b c") == [2, 8, 9, 10, 3]
    assert tokenizer.pad_token == "[SEP]"
    assert tokenizer.pad_options == (3, 1, "left")
    assert tokenizer.truncation_side == "left"
    named = {"pad_token": "[PAD]", "padding_side": "right"}
    tokenizer = load(make_folder(tokenizer=document, tokenizer_config=named))
    assert tokenizer.pad_options == (0, 1, "right")


def test_padding_without_a_padding_token_is_refused(make_folder: MakeFolder) -> None:
    folder = make_folder(tokenizer_config=None)
    with pytest.raises(InvalidArgumentError, match="padding needs a padding token"):
        load(folder)("a", padding=True)
    assert load(folder, pad_token="[PAD]")(["a", "a b"], padding=True).input_ids.shape == (2, 4)


def test_no_length_anywhere_means_no_truncation(
    make_folder: MakeFolder, caplog: pytest.LogCaptureFixture
) -> None:
    tokenizer = load(make_folder(tokenizer_config={"tokenizer_class": "BertTokenizer"}))
    with caplog.at_level(logging.WARNING):
        assert tokenizer("a " * 20, truncation=True).input_ids.shape == (1, 22)
        assert tokenizer("a", padding="max_length").input_ids.shape == (1, 3)
    assert "truncation asked for, but no max_length given and none in the files" in caplog.text
    assert "not padded" in caplog.text


def test_special_tokens_map_counts_where_the_config_lists_no_tokens(
    make_folder: MakeFolder,
) -> None:
    special = {"cls_token": {"content": "a"}, "additional_special_tokens": ["b"]}
    config = {"cls_token": "[CLS]", "additional_special_tokens": ["c"]}
    tokenizer = load(make_folder(tokenizer_config=config, special_tokens_map=special))
    assert tokenizer.cls_token == "a"
    assert tokenizer.additional_special_tokens == ["c", "b"]
    config["added_tokens_decoder"] = {}
    tokenizer = load(make_folder(tokenizer_config=config, special_tokens_map=special))
    assert tokenizer.cls_token == "[CLS]"
    assert tokenizer.additional_special_tokens == ["c"]


def test_tokens_that_tokenizer_json_lacks_are_added(make_folder: MakeFolder) -> None:
    """A special token of the vocabulary keeps its id; others get the next free ids."""
    decoder = {"30": {"content": "<x>", "special": False, "normalized": True}}
    config = {
        "tokenizer_class": "BertTokenizer",
        "bos_token": "hello",
        "eos_token": "<end>",
        "added_tokens_decoder": decoder,
    }
    tokenizer = load(make_folder(tokenizer_config=config))
    assert (tokenizer.bos_token_id, tokenizer.eos_token_id) == (5, 23)
    assert tokenizer.convert_tokens_to_ids("<x>") == 22
    assert (len(tokenizer), tokenizer.vocab_size) == (24, 22)
    assert tokenizer.tokenize("a<end>b<X>") == ["a", "<end>", "b", "<x>"]
    ids = tokenizer.encode("a<end>b", add_special_tokens=False)
    assert tokenizer.decode(ids, skip_special_tokens=True) == "a b"


@pytest.mark.parametrize(
    ("config", "text", "tokens"),
    [
        ({"do_lower_case": False}, "Hello", ["[UNK]"]),
        ({"do_lower_case": True}, "Hello", ["hello"]),
        ({}, "Hello", ["hello"]),
        ({"do_lower_case": True, "strip_accents": False}, "naïve", ["[UNK]"]),
        ({"do_lower_case": True, "strip_accents": True}, "naïve", ["na", "##ive"]),
    ],
)
def test_options_of_the_class_overrule_the_normalizer(
    make_folder: MakeFolder,
    bert_document: MakeDocument,
    config: dict[str, Any],
    text: str,
    tokens: list[str],
) -> None:
    document = bert_document()
    document["normalizer"] = {**document["normalizer"], "lowercase": False}
    folder = make_folder(
        tokenizer=document, tokenizer_config={"tokenizer_class": "BertTokenizer", **config}
    )
    assert load(folder).tokenize(text) == tokens
    plain = make_folder(tokenizer=document, tokenizer_config=config)
    assert load(plain).tokenize("Hello") == ["[UNK]"]
    if config:
        assert load(make_folder(tokenizer=document), **config).tokenize(text) == tokens


def test_what_has_no_effect_is_accepted(make_folder: MakeFolder) -> None:
    tokenizer = load(make_folder(), use_fast=True, trust_remote_code=False, subfolder="onnx")
    assert tokenizer("a").input_ids.shape == (1, 3)


def test_a_subfolder(make_folder: MakeFolder) -> None:
    folder = make_folder()
    inner = folder / "tokenizer"
    inner.mkdir()
    for path in folder.glob("*.json"):
        path.rename(inner / path.name)
    assert load(folder, subfolder="tokenizer").cls_token_id == 2


def test_an_added_token_may_have_any_name(
    make_folder: MakeFolder, bert_document: MakeDocument
) -> None:
    """Sections of tokenizer.json are looked up by name; tokens of that name must not hide them."""
    document = bert_document()
    vocab = {
        **document["model"]["vocab"],
        "padding": 22,
        "truncation": 23,
        "normalizer": 24,
        '"padding":{': 25,
    }
    document["model"] = {**document["model"], "vocab": vocab}
    document["added_tokens"] = [
        *document["added_tokens"],
        {**document["added_tokens"][0], "id": 22, "content": "padding"},
    ]
    document["padding"] = {
        "strategy": "BatchLongest",
        "direction": "Right",
        "pad_to_multiple_of": None,
        "pad_id": 22,
        "pad_type_id": 0,
        "pad_token": "padding",
    }
    reordered = dict(reversed(document.items()))
    tokenizer = load(make_folder(tokenizer=reordered, tokenizer_config=None))
    assert tokenizer.pad_token_id == 22


def write(name: str, content: str) -> Any:
    return lambda folder: (folder / name).write_text(content, encoding="utf-8")


def remove(*names: str) -> Any:
    return lambda folder: [(folder / name).unlink() for name in names]


def legacy(*names: str) -> Any:
    def change(folder: Path) -> None:
        (folder / "tokenizer.json").unlink()
        for name in names:
            (folder / name).write_text("x", encoding="utf-8")

    return change


def config(**values: Any) -> Any:
    return write(
        "tokenizer_config.json", json.dumps({"tokenizer_class": "BertTokenizer", **values})
    )


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (remove("tokenizer.json"), MissingFileError, "tokenizer_config.json"),
        (legacy("vocab.json", "merges.txt"), MissingFileError, "in the way of BertTokenizer"),
        (legacy("spiece.model"), MissingFileError, "spiece.model in the way of BertTokenizer"),
        (write("tokenizer.json", ""), FileFormatError, "["),
        (write("tokenizer.json", "{"), FileFormatError, "["),
        (write("tokenizer.json", "[]"), FileFormatError, "["),
        (write("tokenizer.json", "[" * 200_000), FileFormatError, "["),
        (write("tokenizer_config.json", "{"), FileFormatError, "tokenizer_config.json"),
        (config(model_max_length="long"), FileFormatError, "model_max_length must be at least 1"),
        (config(model_max_length=0), FileFormatError, "model_max_length must be at least 1, got 0"),
        (config(padding_side="up"), FileFormatError, "padding_side must be 'right' or 'left'"),
        (config(padding_side=[]), FileFormatError, "padding_side must be 'right' or 'left'"),
        (config(truncation_side=3), FileFormatError, "truncation_side must be"),
        (config(cls_token=3), FileFormatError, "cls_token must be a string or an object"),
        (config(cls_token={"content": 3}), FileFormatError, "cls_token must be a string or an ob"),
        (config(cls_token="\ud800"), FileFormatError, "cls_token has a lone surrogate"),
        (config(additional_special_tokens="a"), FileFormatError, "must be a list, got str"),
        (config(model_input_names="a"), FileFormatError, "model_input_names must be a list of str"),
        (config(pad_token_type_id=-1), FileFormatError, "pad_token_type_id must be a whole number"),
    ],
)
def test_bad_files(
    make_folder: MakeFolder, change: Any, error: type[OnnxformersError], message: str
) -> None:
    folder = make_folder()
    change(folder)
    with pytest.raises(error) as raised:
        load(folder)
    assert message in str(raised.value)


@pytest.mark.parametrize("field", MODEL_FIELDS)
@pytest.mark.parametrize("value", [None, True, -1, "x", [], [[]], {}, {"x": {}}, 1e400])
def test_each_field_of_the_model_wrong(
    make_folder: MakeFolder, bert_document: MakeDocument, field: str, value: object
) -> None:
    """Loaded or refused with an error of ours; never anything else."""
    document = bert_document()
    document["model"] = {**document["model"], field: value}
    try:
        tokenizer = load(make_folder(tokenizer=document))
        message = f"[{tokenizer('Hello worlds')}]"
    except OnnxformersError as error:
        message = str(error)
    assert message.startswith("[")


@pytest.mark.parametrize("field", SECTIONS)
@pytest.mark.parametrize("value", [True, -1, "x", [], [[]], [{}], {}, {"x": {}}, {"type": "No"}])
def test_each_section_wrong(
    make_folder: MakeFolder, bert_document: MakeDocument, field: str, value: object
) -> None:
    """Loaded or refused with an error of ours; never anything else."""
    try:
        tokenizer = load(make_folder(tokenizer=bert_document(**{field: value})))
        message = f"[{tokenizer('Hello worlds')}]"
    except OnnxformersError as error:
        message = str(error)
    assert message.startswith("[")


@pytest.mark.parametrize("file", ["tokenizer_config", "special_tokens_map"])
@pytest.mark.parametrize("name", CONFIG_NAMES)
def test_each_field_of_the_configs_wrong(make_folder: MakeFolder, file: str, name: str) -> None:
    """Loaded or refused with an error of ours; never anything else."""
    for value in ODD_VALUES:
        files = {"tokenizer_config": {"tokenizer_class": "BertTokenizer", "cls_token": "a"}}
        files[file] = {**files.get(file, {}), name: value}
        try:
            message = f"[{load(make_folder(**files))('Hello worlds', padding=True)}]"
        except OnnxformersError as error:
            message = str(error)
        assert message.startswith("["), value


@pytest.mark.parametrize(
    "text",
    [
        '[{"normalizer": {"type": "BertNormalizer", "lowercase": false}}]',
        '{"model": {"normalizer": {"type": "BertNormalizer", "lowercase": false}}}',
        '{"normalizer": {"type": "BertNormalizer", "lowercase": false}',
        '{"x": {"normalizer": {"type": "BertNormalizer", "lowercase": false}}, "normalizer": 3}',
    ],
)
def test_a_normalizer_where_none_should_be(make_folder: MakeFolder, text: str) -> None:
    folder = make_folder()
    (folder / "tokenizer.json").write_text(text, encoding="utf-8")
    with pytest.raises(FileFormatError):
        load(folder)


def test_unknown_options_are_named(make_folder: MakeFolder) -> None:
    with pytest.raises(InvalidArgumentError, match=r"unknown option 'max_len'; did you mean"):
        load(make_folder(), max_len=3)


def test_it_is_not_made_by_calling_it() -> None:
    with pytest.raises(TypeError, match="from_pretrained"):
        AutoTokenizer()
