"""Which files a model is loaded from, and what two models share: on graphs of a few nodes."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tiny_models as tiny

import onnx_builder as ob
from onnxformers import models
from onnxformers.errors import (
    FileFormatError,
    InvalidArgumentError,
    InvalidTypeError,
    MissingFileError,
    ProviderError,
)

CONFIG = {"model_type": "bart", "is_encoder_decoder": True}
STEP = {"input_ids": [[10, 20]], "decoder_input_ids": [[1, 2]]}


def scaled(factor: float) -> bytes:
    """An encoder whose file shows in what it gives."""
    return ob.graph(
        [
            ob.node("Cast", ["input_ids"], ["x"], to=ob.TYPES["float32"]),
            ob.node("Unsqueeze", ["x", "axis_2"], ["x3"]),
            ob.node("Mul", ["x3", "factor"], ["last_hidden_state"]),
        ],
        [ob.value("input_ids", "int64", ["batch", "tokens"])],
        [ob.value("last_hidden_state", "float32", ["batch", "tokens", 1])],
        [*tiny.constants("float32"), ob.tensor("factor", np.array([factor], np.float32))],
    )


def seq2seq(folder: Path, **config: Any) -> Path:
    graphs = {f"encoder_model{suffix}": scaled(i) for i, suffix in enumerate(("", "_q4", "_fp16"))}
    decoder = tiny.decoder(with_past=False, encoder="states", merged=True)
    return tiny.write(folder, {**CONFIG, **config}, decoder_model_merged=decoder, **graphs)


def encoder_of(folder: Path, **options: Any) -> int:
    """Which of the encoder's files was loaded."""
    with models.AutoModelForSeq2SeqLM.from_pretrained(folder, **options) as model:
        total = model(**STEP).logits[0, 0, 0] - 24
    return round(total / (8 * 30))


@pytest.mark.parametrize(
    ("options", "config", "wanted"),
    [
        ({}, {}, 0),
        ({"dtype": {"encoder_model": "q4"}}, {}, 1),
        ({"dtype": {"encoder_model": "fp16", "decoder_model_merged": "fp32"}}, {}, 2),
        ({"dtype": {"decoder_model_merged": "fp32"}}, {}, 0),
        ({}, {"dtype": {"encoder_model": "q4"}}, 1),
        ({"dtype": {"encoder_model": "auto"}}, {"dtype": {"encoder_model": "q4"}}, 1),
        ({"dtype": "fp32"}, {"dtype": {"encoder_model": "q4"}}, 0),
        ({"dtype": {"decoder_model_merged": "fp32"}}, {"dtype": {"encoder_model": "fp16"}}, 2),
        ({"device": {"encoder_model": "cpu"}}, {"device": "webgpu"}, 0),
        ({}, {"device": {"encoder_model": "cpu", "decoder_model_merged": "wasm"}}, 0),
        ({"device": "auto"}, {"device": "cuda"}, 0),
    ],
)
def test_dtype_and_device_of_each_file(
    tmp_path: Path, options: dict[str, Any], config: dict[str, Any], wanted: int
) -> None:
    folder = seq2seq(tmp_path / "m", **{"transformers.js_config": config})
    assert encoder_of(folder, **options) == wanted


@pytest.mark.parametrize(
    ("options", "config", "error", "message"),
    [
        (
            {"dtype": {"encoder": "q4"}},
            {},
            InvalidArgumentError,
            r"\[dtype\] unknown option 'encoder'; did you mean",
        ),
        (
            {"device": {"decoder_model_mergd": "cpu"}},
            {},
            InvalidArgumentError,
            r"\[device\] unknown option .* did you mean 'decoder_model_merged'",
        ),
        ({"dtype": "q4"}, {}, MissingFileError, r"decoder_model_merged_q4.onnx \(dtype 'q4'\)"),
        ({"dtype": {"encoder_model": 4}}, {}, InvalidTypeError, r"\[dtype\]"),
        ({"dtype": "q5"}, {}, InvalidArgumentError, r"\[dtype\] must be 'auto' or one of fp32"),
        ({"dtype": "q4", "quantized": True}, {}, InvalidArgumentError, "not both"),
        ({"session_options": {"threads": 1}}, {}, InvalidArgumentError, "unknown option 'threads'"),
        ({"session_options": 5}, {}, InvalidTypeError, "expected SessionOptions or a mapping"),
        ({"use_external_data_format": "yes"}, {}, InvalidTypeError, "use_external_data_format"),
        ({"use_external_data_format": True}, {}, MissingFileError, "encoder_model.onnx_data"),
        ({"use_external_data_format": {"encoder_model": 2}}, {}, MissingFileError, "onnx_data is"),
        ({}, {"use_external_data_format": True}, MissingFileError, "encoder_model.onnx_data is"),
        ({}, {"use_external_data_format": "yes"}, FileFormatError, "must be true, false, a numb"),
        ({}, {"use_external_data_format": {"x": []}}, FileFormatError, "must be true, false"),
        ({}, {"dtype": "q5"}, FileFormatError, "transformers.js_config.dtype must be 'auto' or"),
        ({}, {"device": 5}, FileFormatError, "device must be a str or an object of them"),
        ({}, {"device": "abacus"}, ProviderError, "abacus"),
        ({"device": {"encoder_model": "abacus"}}, {}, ProviderError, "abacus"),
        ({"subfolder": "../onnx"}, {}, InvalidArgumentError, "subfolder must be a path inside"),
        ({"subfolder": "/onnx"}, {}, InvalidArgumentError, "subfolder must be a path inside"),
        ({"subfolder": "other"}, {}, MissingFileError, "other/encoder_model.onnx"),
        ({"config": 5}, {}, FileFormatError, "must be an object, got int"),
    ],
)
def test_what_cannot_be_loaded(
    tmp_path: Path,
    options: dict[str, Any],
    config: dict[str, Any],
    error: type[Exception],
    message: str,
) -> None:
    folder = seq2seq(tmp_path / "m", **{"transformers.js_config": config})
    with pytest.raises(error, match=message):
        models.AutoModelForSeq2SeqLM.from_pretrained(folder, **options)


@pytest.mark.parametrize(
    "location",
    [
        "../weights",
        "/etc/hostname",
        "sub/../../weights",
        "..\\weights",
        "C:\\weights",
        "C:weights",
        "link",
    ],
)
def test_weights_outside_the_folder_are_refused(tmp_path: Path, location: str) -> None:
    (tmp_path / "weights").write_bytes(bytes(8))
    graph = ob.graph(
        [ob.node("Add", ["x", "w"], ["y"])],
        [ob.value("x", "float32", [2])],
        [ob.value("y", "float32", [2])],
        [ob.external_tensor("w", [2], location)],
    )
    folder = tiny.write(tmp_path / "m", {"model_type": "bert"}, model=graph)
    (folder / "onnx" / "link").symlink_to(tmp_path / "weights")
    with pytest.raises(FileFormatError, match="external data"):
        models.AutoModel.from_pretrained(folder)


def test_weights_beside_the_file_are_read(tmp_path: Path) -> None:
    graph = ob.graph(
        [ob.node("Add", ["x", "w"], ["y"])],
        [ob.value("x", "float32", [2])],
        [ob.value("y", "float32", [2])],
        [ob.external_tensor("w", [2], "model.onnx_data")],
    )
    config = {"model_type": "bert", "transformers.js_config": {"use_external_data_format": True}}
    folder = tiny.write(tmp_path / "m", config, model=graph)
    (folder / "onnx" / "model.onnx_data").write_bytes(np.array([1, 2], np.float32).tobytes())
    for option in (False, True, 1, {"model": True}, {"model.onnx": 1}):
        with models.AutoModel.from_pretrained(folder, use_external_data_format=option) as model:
            assert model(x=[1, 1]).y.tolist() == [2, 3]


def test_the_generation_config_is_read_where_a_model_writes(tmp_path: Path) -> None:
    folder = seq2seq(tmp_path / "m")
    with models.BartForConditionalGeneration.from_pretrained(folder) as model:
        assert dict(model.generation_config) == {}
    (folder / "generation_config.json").write_text(json.dumps({"max_length": 20}))
    with models.BartForConditionalGeneration.from_pretrained(folder) as model:
        assert model.generation_config.max_length == model.generation_config["max_length"] == 20
    (folder / "generation_config.json").write_text("[]")
    with pytest.raises(FileFormatError, match=r"generation_config\.json"):
        models.BartForConditionalGeneration.from_pretrained(folder)
    (folder / "onnx/encoder_model.onnx").rename(folder / "onnx/model.onnx")
    with models.BartForSequenceClassification.from_pretrained(folder) as classifier:
        assert classifier.generation_config is None


def test_a_class_says_when_the_model_is_of_another_type(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tiny.write(tmp_path / "m", {"model_type": "roberta"}, model=scaled(1))
    with models.BertModel.from_pretrained(folder):
        assert "BertModel is for models of type 'bert'" in caplog.text
    caplog.clear()
    with models.RobertaModel.from_pretrained(folder):
        assert caplog.text == ""


def test_two_models_of_one_folder_share_nothing_that_changes(tmp_path: Path) -> None:
    folder = seq2seq(tmp_path / "m", id2label={"0": "NO"})
    (folder / "generation_config.json").write_text(json.dumps({"eos_token_id": [1, 2]}))
    given = models.AutoModelForSeq2SeqLM.from_pretrained(folder).config
    for options in ({}, {"config": given}):
        with (
            models.AutoModelForSeq2SeqLM.from_pretrained(folder, **options) as one,
            models.AutoModelForSeq2SeqLM.from_pretrained(folder, **options) as two,
        ):
            one.config.id2label[1] = "YES"
            one.config.model_type = "other"
            one.generation_config.eos_token_id.append(3)
            assert two.config.id2label == {0: "NO"}
            assert two.config.model_type == given.model_type == "bart"
            assert two.generation_config.eos_token_id == [1, 2]
            assert one.sessions is not two.sessions
            assert not set(map(id, one.sessions.values())) & set(map(id, two.sessions.values()))
            first = one(**STEP).logits
            kept = first.copy()
            first[...] = -1
            for again in (one, two):
                np.testing.assert_array_equal(again(**STEP).logits, kept)


def test_a_pickled_model_is_loaded_again_with_its_options(tmp_path: Path) -> None:
    folder = seq2seq(tmp_path / "m")
    options = {"dtype": {"encoder_model": "q4"}}
    model = models.AutoModelForSeq2SeqLM.from_pretrained(folder, **options)
    with model, pickle.loads(pickle.dumps(model)) as copy:
        assert type(copy) is type(model)
        np.testing.assert_array_equal(copy(**STEP).logits, model(**STEP).logits)
