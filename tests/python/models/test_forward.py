"""Forward passes of every kind of model, on the models of the conformance cases."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from onnxformers import CancelToken, models
from onnxformers.errors import (
    InvalidArgumentError,
    InvalidTypeError,
    MissingFileError,
    OnnxformersError,
    RunCancelledError,
    RunTimeoutError,
)

FOLDER = Path(__file__).parents[2] / "conformance" / "models"
IDS = np.array([[9, 12, 30, 21, 5], [7, 8, 11, 13, 4]])


def load(auto: str, name: str | Path, **options: Any) -> Any:
    return getattr(models, auto).from_pretrained(FOLDER / name, **options)


@pytest.mark.parametrize("name", ["gpt-neo", "gpt-bigcode", "opt"])
def test_a_cached_step_of_a_decoder_equals_the_whole(name: str) -> None:
    with load("AutoModelForCausalLM", name) as model:
        whole = model(input_ids=IDS)
        first = model(input_ids=IDS[:, :3])
        later = model(input_ids=IDS[:, 3:], past_key_values=first.past_key_values)
    assert isinstance(whole, models.CausalLMOutputWithPast)
    np.testing.assert_allclose(first.logits, whole.logits[:, :3], rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(later.logits, whole.logits[:, 3:], rtol=1e-4, atol=1e-4)
    for layer, other in zip(later.past_key_values, whole.past_key_values, strict=True):
        for array, wanted in zip(layer, other, strict=True):
            np.testing.assert_allclose(array, wanted, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("name", ["gpt-neo", "gpt-bigcode", "opt"])
def test_padding_on_the_left_changes_nothing(name: str) -> None:
    with load("AutoModelForCausalLM", name) as model:
        plain = model(input_ids=IDS[:1, :3]).logits
        padded = model(
            input_ids=[[1, 1, *IDS[0, :3]], [1, *IDS[1, :4]]],
            attention_mask=[[0, 0, 1, 1, 1], [0, 1, 1, 1, 1]],
        ).logits
    np.testing.assert_allclose(padded[:1, 2:], plain, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("name", ["t5", "bart-cnn", "mbart50"])
def test_a_cached_step_of_an_encoder_and_decoder_equals_the_whole(name: str) -> None:
    mask = np.array([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]])
    with load("AutoModelForSeq2SeqLM", name) as model:
        whole = model(input_ids=IDS, attention_mask=mask, decoder_input_ids=IDS)
        first = model(input_ids=IDS, attention_mask=mask, decoder_input_ids=IDS[:, :3])
        later = model(
            encoder_outputs=first.encoder_outputs,
            attention_mask=mask,
            decoder_input_ids=IDS[:, 3:4],
            past_key_values=first.past_key_values,
        )
        last = model(
            encoder_outputs=(first.encoder_last_hidden_state,),
            attention_mask=mask,
            decoder_input_ids=IDS[:, 4:],
            past_key_values=later.past_key_values,
        )
        unmasked = model(input_ids=IDS, decoder_input_ids=IDS).logits
    assert isinstance(whole, models.Seq2SeqLMOutput)
    stepped = np.concatenate([first.logits, later.logits, last.logits], axis=1)
    np.testing.assert_allclose(stepped, whole.logits, rtol=1e-4, atol=1e-4)
    assert np.abs(unmasked[1] - whole.logits[1]).max() > 1e-3
    assert [array.shape[2] for array in last.past_key_values[0]] == [5, 5, 5, 5]


def test_a_model_of_a_text_is_a_mapping_of_inputs() -> None:
    with load("AutoModelForCausalLM", "opt") as model:
        named = model(input_ids=[[5, 6]]).logits
        np.testing.assert_array_equal(model({"input_ids": [[5, 6]]}).logits, named)
        assert model.main_input_name == "input_ids"


@pytest.mark.parametrize(
    ("auto", "name", "inputs", "error", "message"),
    [
        ("AutoModelForCausalLM", "opt", {}, InvalidArgumentError, "'input_ids' is missing"),
        (
            "AutoModelForCausalLM",
            "opt",
            {"inputs_embeds": [[[1.0]]]},
            InvalidArgumentError,
            "no input 'inputs_embeds'; did you mean 'input_ids'",
        ),
        (
            "AutoModelForCausalLM",
            "opt",
            {"input_ids": [5]},
            InvalidArgumentError,
            r"must be of shape \(rows, tokens\), got \(1,\)",
        ),
        (
            "AutoModelForCausalLM",
            "opt",
            {"input_ids": [["a"]]},
            InvalidTypeError,
            "must hold int64 values",
        ),
        (
            "AutoModelForCausalLM",
            "opt",
            {"input_ids": [[5, 6]], "attention_mask": [[1]]},
            InvalidArgumentError,
            r"attention_mask must be of shape \(1, 2\): 2 tokens and 0 in the cache; got \(1, 1\)",
        ),
        (
            "AutoModelForCausalLM",
            "opt",
            {"input_ids": [[5]], "past_key_values": ((1, 2),)},
            InvalidArgumentError,
            "past_key_values must have",
        ),
        (
            "AutoModelForCausalLM",
            "opt",
            {"input_ids": [[5]], "decoder_input_ids": [[5]]},
            InvalidArgumentError,
            "no input 'decoder_input_ids'; did you mean 'input_ids'",
        ),
        (
            "AutoModelForSeq2SeqLM",
            "t5",
            {"input_ids": [[5]]},
            InvalidArgumentError,
            "'decoder_input_ids' is missing: a step of the decoder needs",
        ),
        (
            "AutoModelForSeq2SeqLM",
            "t5",
            {"decoder_input_ids": [[5]]},
            InvalidArgumentError,
            "'input_ids' is missing",
        ),
        (
            "AutoModelForSeq2SeqLM",
            "t5",
            {"input_ids": [[5]], "decoder_input_ids": [[5]], "labels": [[5]]},
            InvalidArgumentError,
            "no input 'labels'",
        ),
        (
            "CLIPVisionModelWithProjection",
            "clip",
            {"input_ids": [[5]]},
            InvalidArgumentError,
            "no input 'input_ids'; this model takes pixel_values",
        ),
        (
            "CLIPVisionModelWithProjection",
            "clip",
            {},
            InvalidArgumentError,
            "'pixel_values' is missing",
        ),
        (
            "AutoModel",
            "clip",
            {"pixel_values": np.zeros((1, 3, 32, 32))},
            InvalidArgumentError,
            "'input_ids' is missing",
        ),
        (
            "AutoModel",
            "clip",
            {"pixel_values": np.zeros((1, 3, 8, 8)), "input_ids": [[5]]},
            OnnxformersError,
            "pixel_values",
        ),
    ],
)
def test_bad_inputs_are_refused_and_the_model_goes_on(
    auto: str, name: str, inputs: dict[str, Any], error: type[Exception], message: str
) -> None:
    good: dict[str, Any] = {"input_ids": [[5]]}
    if auto == "AutoModelForSeq2SeqLM":
        good["decoder_input_ids"] = [[5]]
    if name == "clip":
        good["pixel_values"] = np.zeros((1, 3, 32, 32))
    if auto == "CLIPVisionModelWithProjection":
        del good["input_ids"]
    with load(auto, name) as model:
        with pytest.raises(error, match=message):
            model(**inputs)
        assert len(model(**good)) > 0


def test_prompts_of_an_image_that_was_encoded_before() -> None:
    pixels = np.random.default_rng(0).standard_normal((1, 3, 64, 64))
    points = [[[[12, 30]], [[40, 8]]]]
    with load("SamModel", "sam") as model:
        whole = model(
            pixel_values=pixels, input_points=points, original_sizes=1, reshaped_input_sizes=1
        )
        assert isinstance(whole, models.SamImageSegmentationOutput)
        names = [node.name for node in model.session.outputs]
        image = dict(
            zip(names, model.session.run({"pixel_values": pixels.astype("f")}), strict=True)
        )
        again = model(**image, input_points=points, input_labels=[[[1], [1]]])
        np.testing.assert_array_equal(again.pred_masks, whole.pred_masks)
        background = model(**image, input_points=points, input_labels=[[[1], [0]]])
        assert np.abs(background.iou_scores - whole.iou_scores).max() > 1e-4
        for inputs, message in (
            ({"pixel_values": pixels}, "'input_points' is missing"),
            ({"input_points": points}, "'pixel_values' is missing"),
            ({"pixel_value": pixels}, "no input 'pixel_value'; did you mean 'pixel_values'"),
        ):
            with pytest.raises(InvalidArgumentError, match=message):
                model(**inputs)


def test_a_model_of_several_files_opens_only_its_own() -> None:
    with load("CLIPTextModelWithProjection", "clip") as text:
        assert list(text.sessions) == ["text_model"]
    with load("SiglipVisionModel", "siglip") as vision:
        assert list(vision.sessions) == ["vision_model"]
        assert vision.main_input_name == "input_ids"
    with load("AutoModelForSeq2SeqLM", "t5") as seq2seq:
        assert list(seq2seq.sessions) == ["encoder_model", "decoder_model_merged"]
        assert seq2seq.generation_config is None or seq2seq.generation_config.to_dict()


def test_what_stops_a_call_holds_for_all_its_sessions() -> None:
    inputs = {"input_ids": [[5]], "decoder_input_ids": [[5]]}
    token = CancelToken()
    with load("AutoModelForSeq2SeqLM", "t5") as model:
        assert model(**inputs, timeout_s=60, cancel=token).logits.shape[:2] == (1, 1)
        with pytest.raises(RunTimeoutError):
            model(**inputs, timeout_s=1e-9)
        token.cancel()
        with pytest.raises(RunCancelledError):
            model(**inputs, cancel=token)


def test_model_file_name_is_for_models_of_one_file(tmp_path: Path) -> None:
    shutil.copytree(FOLDER / "gpt-neo", tmp_path / "m")
    (tmp_path / "m/onnx/model.onnx").rename(tmp_path / "m/onnx/other.onnx")
    with load("AutoModelForCausalLM", tmp_path / "m", model_file_name="other") as model:
        assert list(model.sessions) == ["other"]
    with pytest.raises(InvalidArgumentError, match=r"\[model_file_name\] is for models of one fi"):
        load("AutoModelForSeq2SeqLM", "t5", model_file_name="other")
    with pytest.raises(InvalidArgumentError, match=r"inside the model's folder"):
        load("AutoModelForCausalLM", "gpt-neo", model_file_name="../other")


def test_an_older_name_of_a_decoders_file_is_found(tmp_path: Path) -> None:
    shutil.copytree(FOLDER / "gpt-neo", tmp_path / "m")
    onnx = tmp_path / "m" / "onnx"
    (onnx / "model.onnx").rename(onnx / "decoder_model_merged.onnx")
    with load("AutoModelForCausalLM", tmp_path / "m") as model:
        assert list(model.sessions) == ["decoder_model_merged"]
        assert model(input_ids=[[5]]).logits.shape[:2] == (1, 1)
    (onnx / "decoder_model_merged.onnx").unlink()
    with pytest.raises(MissingFileError, match=r"onnx/model.onnx"):
        load("AutoModelForCausalLM", tmp_path / "m")
