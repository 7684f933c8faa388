"""The arrays of many rows say what the lists of each row say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onnxformers.errors import InvalidArgumentError
from onnxformers.tokenizers import AutoTokenizer

MODELS = Path(__file__).parents[2] / "conformance" / "models"
NAMES = ["bert-uncased-sst", "gpt2", "roberta-emotions", "llama3", "bloom"]
TEXTS = st.lists(st.text(max_size=20), min_size=1, max_size=5)


@pytest.fixture(scope="module")
def tokenizers() -> dict[str, Any]:
    return {name: AutoTokenizer.from_pretrained(MODELS / name) for name in NAMES}


@given(TEXTS, st.sampled_from(NAMES), st.booleans(), st.sampled_from(["left", "right"]))
@settings(max_examples=200, deadline=None)
def test_arrays_are_the_padded_lists(
    tokenizers: dict[str, Any], texts: list[str], name: str, has_pairs: bool, side: str
) -> None:
    pairs = texts[::-1] if has_pairs else None
    rows = tokenizers[name].encode_ragged(texts, pairs, with_offsets=True)
    chosen = list(range(len(texts)))[::-1]
    mask = rows.pad(chosen, side=side)[1]
    sequences = rows.pad_sequences(chosen, side=side)
    offsets = rows.pad_offsets(chosen, side=side)
    assert sequences.dtype == offsets.dtype == np.int64
    assert offsets.shape == (*mask.shape, 2)
    for place, row in enumerate(chosen):
        kept = mask[place] == 1
        expected = [-1 if i is None else i for i in rows.sequence_ids(row)]
        assert sequences[place][kept].tolist() == expected
        assert [tuple(pair) for pair in offsets[place][kept].tolist()] == rows.offsets(row)
        assert (sequences[place][~kept] == -1).all()
        assert (offsets[place][~kept] == 0).all()


def test_they_take_what_pad_takes(tokenizers: dict[str, Any]) -> None:
    rows = tokenizers["bert-uncased-sst"].encode_ragged(["a wooden boat", "a"], with_offsets=True)
    assert rows.pad_sequences(length=40).shape == rows.pad(length=40)[0].shape == (2, 40)
    assert rows.pad_offsets([-1], multiple_of=16).shape == (1, 16, 2)
    for method in (rows.pad_sequences, rows.pad_offsets):
        with pytest.raises(InvalidArgumentError, match="there are 2 rows, got row 2"):
            method([2])
        with pytest.raises(InvalidArgumentError, match="side"):
            method(side="top")
        with pytest.raises(InvalidArgumentError):
            method(length=1)


def test_offsets_must_have_been_kept(tokenizers: dict[str, Any]) -> None:
    rows = tokenizers["bert-uncased-sst"].encode_ragged(["a wooden boat"])
    with pytest.raises(InvalidArgumentError, match="with_offsets=True"):
        rows.pad_offsets()
    assert rows.pad_sequences()[0].tolist() == [
        -1 if i is None else i for i in rows.sequence_ids(0)
    ]


@pytest.mark.parametrize(
    ("name", "expected"),
    [("bert-uncased-sst", True), ("gpt2", False), ("llama3", False), ("tokenizer-clip", False)],
)
def test_a_model_says_whether_it_marks_tokens_inside_words(name: str, expected: bool) -> None:
    assert AutoTokenizer.from_pretrained(MODELS / name).native.has_subword_prefix is expected


@pytest.mark.parametrize(
    ("text", "offsets"),
    [
        ("a\x1f\u0300b", [(0, 0), (0, 1), (0, 1), (2, 3), (3, 4), (0, 0)]),
        ("a\x1f\U0001fffb b", [(0, 0), (0, 1), (0, 1), (2, 3), (4, 5), (0, 0)]),
        (
            "a\u200b\u0301\x1f\u0301b",
            [(0, 0), (0, 1), (0, 1), (2, 3), (2, 5), (5, 6), (0, 0)],
        ),
        # Here the reference counts from a beginning that is gone.
        ("\x1f\u0300b", [(0, 0), (0, 1), (0, 1), (1, 2), (0, 0)]),
    ],
)
def test_a_character_that_vanishes_before_one_that_may_combine(
    text: str, offsets: list[tuple[int, int]]
) -> None:
    """As tokenizers 0.23: the two are normalised together, what stands before them is not."""
    tokenizer = AutoTokenizer.from_pretrained(MODELS / "xlm-roberta-mlm")
    assert tokenizer.encode_ragged([text], with_offsets=True).offsets(0) == offsets
