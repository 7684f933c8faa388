from __future__ import annotations

import pickle

import pytest

import onnxformers
from onnxformers import models
from onnxformers.errors import UnsupportedModelError
from onnxformers.models.kinds import KINDS
from onnxformers.models.registry import ARCHITECTURES, AUTO_CLASSES, CLASS_NAMES


def test_every_class_resolves_once_and_can_be_pickled() -> None:
    for name, (row, _) in CLASS_NAMES.items():
        cls = getattr(models, name)
        assert issubclass(cls, models.PreTrainedModel)
        assert (cls.__name__, cls.__module__, cls.model_type) == (
            name,
            "onnxformers.models",
            row.model_type,
        )
        assert getattr(models, name) is cls
        assert pickle.loads(pickle.dumps(cls)) is cls


def test_every_row_names_a_kind_that_exists() -> None:
    for row in ARCHITECTURES.values():
        assert row.kind in KINDS
        assert len(set(row.heads)) == len(row.heads)


@pytest.mark.parametrize("name", sorted(AUTO_CLASSES))
def test_auto_classes_find_their_head(name: str) -> None:
    auto = getattr(onnxformers, name)
    for row in ARCHITECTURES.values():
        wanted = next((row.prefix + head for head in auto.heads if head in row.heads), None)
        if wanted is None:
            with pytest.raises(
                UnsupportedModelError, match=r"has no such head; it has (Model|ForSeq)"
            ):
                auto.class_for(row.model_type)
        else:
            assert auto.class_for(row.model_type) is getattr(models, wanted)


def test_unknown_architecture_names_the_known_ones() -> None:
    with pytest.raises(
        UnsupportedModelError, match=r"unknown model_type 'nope'; known: albert, bart, bert"
    ):
        models.AutoModelForSequenceClassification.class_for("nope")


def test_bare_encoder_of_unknown_architecture_is_said_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert models.AutoModel.class_for("nope") is models.PreTrainedModel
    assert "model_type 'nope' is not in the registry" in caplog.text


def test_auto_classes_are_not_made_directly() -> None:
    with pytest.raises(UnsupportedModelError, match=r"use AutoModel.from_pretrained"):
        models.AutoModel()


def test_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="BertForPoetry"):
        models.BertForPoetry  # noqa: B018


def test_all_names_are_listed() -> None:
    assert {"AutoModel", "BertModel", "PreTrainedModel"} <= set(dir(models))
    assert "pipeline" in dir(onnxformers)
    for name in onnxformers.__all__:
        assert getattr(onnxformers, name) is not None
