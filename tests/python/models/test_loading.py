from __future__ import annotations

from dataclasses import fields

import pytest

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


def test_device_per_file() -> None:
    options = ModelOptions.from_keywords("place", {"device": {"model": "cpu"}})
    assert options.device_for("model") == "cpu"
    assert options.device_for("encoder_model") is None
