"""Every combination of options against an installed transformers (4.46.3 is what we hold to)."""

from __future__ import annotations

import itertools
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from refusals import REFUSED, answer_or_refusal

from onnxformers.tokenizers import AutoTokenizer

transformers = pytest.importorskip(
    "transformers", reason="the reference: pip install transformers==4.46.3"
)

pytestmark = [
    pytest.mark.oracle,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),
]

MODELS = Path(__file__).parents[2] / "conformance" / "models"
NAMES = ("bert-cased-ner", "distilbert-embed", "mpnet-embed")
LONG = "The children painted the broken window after the storm; isn't it great? "
TEXTS = ["Hello world, naïve friends of mine!", "short", "", LONG * 2]
PAIRS = ["Second text here.", "x", "another one that is longer", ""]
INPUTS: list[tuple[Any, Any]] = [
    (TEXTS[0], None),
    (TEXTS[0], PAIRS[0]),
    (TEXTS, None),
    (TEXTS, PAIRS),
    ([TEXTS[1]], None),
    (TEXTS[3], PAIRS[2]),
]
# "-": not given.
GRID: dict[str, list[Any]] = {
    "padding": ["-", False, True, "max_length"],
    "truncation": ["-", False, True, "only_first", "only_second"],
    "max_length": ["-", 7, 20],
    "return_tensors": [None, "np"],
    "extra": [
        {},
        {"return_overflowing_tokens": True, "stride": 2},
        {
            "return_offsets_mapping": True,
            "return_special_tokens_mask": True,
            "return_length": True,
        },
        {"pad_to_multiple_of": 4, "padding_side": "left"},
        {
            "add_special_tokens": False,
            "return_token_type_ids": True,
            "return_attention_mask": False,
        },
    ],
}


def calls() -> Iterator[tuple[Any, Any, dict[str, Any]]]:
    for (text, pair), values in itertools.product(INPUTS, itertools.product(*GRID.values())):
        options = dict(zip(GRID, values, strict=True))
        extra = options.pop("extra")
        yield text, pair, {**{k: v for k, v in options.items() if v != "-"}, **extra}


def columns(tokenizer: Any, text: Any, pair: Any, options: dict[str, Any]) -> object:
    """What a call returns as plain lists, with the order of names; "error" when it is refused."""
    encoded = answer_or_refusal(lambda: tokenizer(text, pair, **options))
    if encoded is REFUSED:
        return encoded
    found = []
    for name, value in encoded.items():
        if getattr(getattr(value, "dtype", None), "kind", "") == "O":  # rows of different length
            return "error"
        found.append((name, value.tolist() if hasattr(value, "tolist") else value))
    return json.loads(json.dumps(found))


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize("name", NAMES)
def test_calls(name: str) -> None:
    ours = AutoTokenizer.from_pretrained(MODELS / name, local_files_only=True)
    theirs = transformers.AutoTokenizer.from_pretrained(MODELS / name)
    for text, pair, options in calls():
        theirs.deprecation_warnings.clear()
        expected = columns(theirs, text, pair, options)
        assert columns(ours, text, pair, options) == expected, (text, pair, options)


@pytest.mark.parametrize("name", NAMES)
def test_attributes(name: str) -> None:
    ours = AutoTokenizer.from_pretrained(MODELS / name, local_files_only=True)
    theirs = transformers.AutoTokenizer.from_pretrained(MODELS / name)
    for attribute in (
        "model_input_names",
        "special_tokens_map",
        "all_special_tokens",
        "all_special_ids",
        "padding_side",
        "truncation_side",
        "model_max_length",
        "clean_up_tokenization_spaces",
        "pad_token_type_id",
        "vocab_size",
    ):
        assert getattr(ours, attribute) == getattr(theirs, attribute), attribute
    assert len(ours) == len(theirs)
    assert ours.get_vocab() == theirs.get_vocab()


@pytest.mark.parametrize("name", NAMES)
def test_maps(name: str) -> None:
    ours = AutoTokenizer.from_pretrained(MODELS / name, local_files_only=True)
    theirs = transformers.AutoTokenizer.from_pretrained(MODELS / name)
    pad = {"padding": "max_length", "max_length": 60, "padding_side": "left"}
    mine, other = ours(TEXTS, PAIRS, **pad), theirs(TEXTS, PAIRS, **pad)
    for row, texts in enumerate(zip(TEXTS, PAIRS, strict=True)):
        assert mine.tokens(row) == other.tokens(row)
        assert mine.word_ids(row) == other.word_ids(row)
        assert mine.sequence_ids(row) == other.sequence_ids(row)
        for token in range(60):
            assert mine.token_to_chars(row, token) == other.token_to_chars(row, token)
            assert mine.token_to_word(row, token) == other.token_to_word(row, token)
            assert mine.token_to_sequence(row, token) == other.token_to_sequence(row, token)
        for sequence, text in enumerate(texts):
            for char in range(len(text) + 2):
                token = mine.char_to_token(row, char, sequence)
                assert token == other.char_to_token(row, char, sequence)
                span = mine.word_to_tokens(row, char, sequence)
                assert span == other.word_to_tokens(row, char, sequence)
