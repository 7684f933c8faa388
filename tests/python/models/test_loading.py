from __future__ import annotations

from dataclasses import fields

import pytest

from onnxformers.configs import PretrainedConfig
from onnxformers.errors import InvalidArgumentError, InvalidTypeError
from onnxformers.hub.options import ONLY_FOR_MODELS
from onnxformers.models import ModelOptions


def test_other_auto_classes_know_what_only_models_take() -> None:
    own = {field.name for field in fields(ModelOptions)} - {"files"}
    assert own == ONLY_FOR_MODELS


def test_keywords_are_sorted_into_their_places() -> None:
    options = ModelOptions.from_keywords("place", {"dtype": "q8", "revision": "v1"})
    assert (options.dtype, options.files.revision) == ("q8", "v1")


@pytest.mark.parametrize(
    ("keywords", "error", "message"),
    [
        ({"devic": "cpu"}, InvalidArgumentError, r"\[place\] unknown option 'devic'; did you mean"),
        ({"revision": 7}, InvalidTypeError, "revision must be a str"),
    ],
)
def test_bad_keywords(keywords: dict[str, object], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        ModelOptions.from_keywords("place", keywords)


def test_device_per_file_is_the_callers_else_the_configs() -> None:
    plain = PretrainedConfig({})
    options = ModelOptions.from_keywords("place", {"device": {"model": "cpu"}})
    assert options.device_for("model", plain) == "cpu"
    assert options.device_for("encoder_model", plain) is None
    config = PretrainedConfig({"transformers.js_config": {"device": {"encoder_model": "cuda"}}})
    assert options.device_for("encoder_model", config) == "cuda"
    assert ModelOptions(device="cpu").device_for("encoder_model", config) == "cpu"


def test_a_config_given_is_copied() -> None:
    values = {"model_type": "bert", "id2label": {"0": "NO"}}
    options = ModelOptions.from_keywords("place", {"config": values})
    assert isinstance(options.config, PretrainedConfig)
    config = PretrainedConfig(values)
    copied = ModelOptions.from_keywords("place", {"config": config}).config
    assert copied == config
    assert copied is not config
