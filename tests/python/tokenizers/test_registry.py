"""Tokenizer classes come from rows."""

from __future__ import annotations

import pickle
import re
from importlib import resources

import pytest

import onnxformers.tokenizers as room
from onnxformers.tokenizers.registry import ROWS, row_by_model_type, row_by_name

STUB = resources.files("onnxformers.tokenizers").joinpath("__init__.pyi")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_row_is_a_real_class(row: room.registry.TokenizerRow) -> None:
    found = getattr(room, row.name)
    assert found.__name__ == row.name
    assert found.row is row
    assert found.__module__ == "onnxformers.tokenizers"
    assert issubclass(found, room.PreTrainedTokenizer)
    assert getattr(room, f"{row.name}Fast") is found
    assert pickle.loads(pickle.dumps(found)) is found
    assert row.name in dir(room)
    assert row_by_name(row.name) is row
    assert all(row_by_model_type(model_type) is row for model_type in row.model_types)


def test_no_model_type_stands_for_two_classes() -> None:
    model_types = [model_type for row in ROWS for model_type in row.model_types]
    assert len(model_types) == len(set(model_types))


def test_what_is_no_class() -> None:
    assert row_by_name("NoSuchTokenizer") is None
    assert row_by_model_type("no-such") is None
    for name in ("NoSuchTokenizer", "nothing", "_Tokenizer"):
        with pytest.raises(AttributeError, match=f"has no attribute '{name}'"):
            getattr(room, name)


def test_the_stub_names_every_class() -> None:
    text = STUB.read_text(encoding="utf-8")
    classes = re.findall(r"^class (\w+)\((?:PreTrainedTokenizer|\w+Methods)\)", text, re.MULTILINE)
    assert classes == sorted(row.name for row in ROWS)
    aliases = re.findall(r"^(\w+)Fast = (\w+)$", text, re.MULTILINE)
    assert aliases == [(name, name) for name in ["PreTrainedTokenizer", *classes]]
