"""The quick ways for one text give what the batch gives."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from onnxformers._native.tokenizers import Tokenizer
from onnxformers.errors import InvalidArgumentError, InvalidTypeError
from onnxformers.tokenizers import PreTrainedTokenizer

MODELS = Path(__file__).parents[2] / "conformance" / "models"
FAMILIES = ("bert-uncased-embed", "gpt2", "llama2", "llama3", "bloom", "clip")
TEXTS = (
    "",
    "a",
    "Hello, world! It's the 3rd one.",
    "  <s> caf\u00e9 \U0001f600\n\n\tif x == 'y': return [1234567]  ",
    "word " * 2000,
)


def tokenizer_of(name: str) -> Tokenizer:
    return Tokenizer.from_json((MODELS / name / "tokenizer.json").read_bytes())


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("text", TEXTS)
def test_ids_are_those_of_a_batch(name: str, text: str) -> None:
    tokenizer = tokenizer_of(name)
    assert tokenizer.encode_ids(text) == tokenizer.encode_batch([text]).ids(0)


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("max_length", [0, 8, 5000])
def test_a_row_is_that_of_a_batch(name: str, text: str, max_length: int) -> None:
    tokenizer = tokenizer_of(name)
    options: dict[str, Any] = (
        {"truncation": "longest_first", "max_length": max_length} if max_length else {}
    )
    batch = tokenizer.encode_batch([text], **options)
    *row, is_cut = tokenizer.encode_row(text, max_length)
    for column, expected in zip(row, batch.pad(), strict=True):
        np.testing.assert_array_equal(column, expected, strict=True)
    assert is_cut == batch.truncated[0]


def test_what_is_no_text_is_refused() -> None:
    tokenizer = tokenizer_of("gpt2")
    with pytest.raises(InvalidTypeError, match=r"texts\[0\] must be a str, got int"):
        tokenizer.encode_ids(7)  # type: ignore[arg-type]
    with pytest.raises(InvalidArgumentError, match="lone surrogate"):
        tokenizer.encode_ids("a\ud800")
    assert tokenizer.encode_ids("a") == tokenizer.encode_batch(["a"]).ids(0)


def test_options_of_a_row_are_checked() -> None:
    tokenizer = tokenizer_of("gpt2")
    for wrong in ((), ("a", 0, False, False, 1)):
        with pytest.raises(TypeError, match="a text and up to three options"):
            tokenizer.encode_row(*wrong)
    with pytest.raises(TypeError):
        tokenizer.encode_row("a", "b")  # type: ignore[arg-type]
    for wrong in (-1, 2**40):
        with pytest.raises(InvalidArgumentError, match="max_length must be from 1"):
            tokenizer.encode_row("a", wrong)
    with pytest.raises(InvalidTypeError, match=r"texts\[0\] must be a str, got int"):
        tokenizer.encode_row(7)
    *row, is_cut = tokenizer.encode_row("one two three", 2, True)
    assert (row[0].tolist()[0], is_cut) == (tokenizer.encode_ids("one two three")[-2:], True)


def test_a_finalizer_may_encode_while_ids_are_given_out(bert: PreTrainedTokenizer) -> None:
    expected = bert.encode("a b c")
    seen = []

    class Encodes:
        def __init__(self) -> None:
            self.itself = self

        def __del__(self) -> None:
            seen.append(bert.encode("d"))

    threshold = gc.get_threshold()
    gc.set_threshold(1)
    try:
        for _ in range(200):
            Encodes()
            assert bert.encode("a b c") == expected
    finally:
        gc.set_threshold(*threshold)
    assert len(seen) > 100
