"""Every family with a fast tokenizer in an installed transformers (4.46.3 is what we hold to)."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from refusals import REFUSED, answer_or_refusal

from onnxformers.tokenizers import AddedToken, AutoTokenizer

transformers = pytest.importorskip(
    "transformers", reason="the reference: pip install transformers==4.46.3"
)

pytestmark = [pytest.mark.oracle, pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

MODELS = Path(__file__).parents[2] / "conformance" / "models"
NAMES = sorted(path.parent.name for path in MODELS.glob("*/tokenizer.json"))
TEXTS = [
    "Hello world, naïve friends of mine!",
    "",
    "  two  spaces ",
    "don't <mask> [MASK] stop </s> now <s>x",
    "中文 text 🙂👨‍👩‍👧 mixed\nline",
    "a",
]
PAIRS = ["Second text here.", "x", "another one", "the", "y z", "b <pad> c"]
OPTIONS: list[dict[str, Any]] = [
    {},
    {"add_special_tokens": False},
    {"return_offsets_mapping": True, "return_special_tokens_mask": True, "return_length": True},
    {
        "truncation": True,
        "max_length": 9,
        "return_overflowing_tokens": True,
        "stride": 1,
        "return_offsets_mapping": True,
    },
    {"return_token_type_ids": True, "truncation": "only_first", "max_length": 12},
    {"split_special_tokens": True},
]
ATTRIBUTES = (
    "model_input_names",
    "special_tokens_map",
    "all_special_tokens",
    "all_special_ids",
    "padding_side",
    "truncation_side",
    "clean_up_tokenization_spaces",
    "pad_token_type_id",
    "vocab_size",
    "bos_token_id",
    "eos_token_id",
    "pad_token_id",
    "unk_token_id",
    "additional_special_tokens_ids",
)


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture(params=NAMES)
def both(request: pytest.FixtureRequest) -> tuple[Any, Any]:
    """Ours and theirs, new for each test."""
    try:
        theirs = transformers.AutoTokenizer.from_pretrained(MODELS / request.param)
    except (ImportError, OSError, TypeError, ValueError):  # slow, and its files are not there
        theirs = None
    if theirs is None or not theirs.is_fast:
        pytest.skip("transformers has no fast tokenizer for these files")
    return AutoTokenizer.from_pretrained(MODELS / request.param, local_files_only=True), theirs


def answer(ask: Callable[[], Any]) -> Any:
    """What was answered as plain lists; "error" when it was refused."""
    value = answer_or_refusal(ask)
    if value is REFUSED:
        return value
    return json.loads(json.dumps(dict(value)))


def flags(tokenizer: Any) -> dict[int, list[Any]]:
    names = ("content", "single_word", "lstrip", "rstrip", "normalized", "special")
    tokens = tokenizer.added_tokens_decoder.items()
    return {index: [getattr(token, name) for name in names] for index, token in tokens}


def test_attributes(both: tuple[Any, Any]) -> None:
    ours, theirs = both
    for name in ATTRIBUTES:
        assert getattr(ours, name) == getattr(theirs, name), name
    assert type(ours).__name__ == type(theirs).__name__.removesuffix("Fast")
    assert len(ours) == len(theirs)
    assert ours.get_vocab() == theirs.get_vocab()
    assert flags(ours) == flags(theirs)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_calls(both: tuple[Any, Any], options: dict[str, Any]) -> None:
    ours, theirs = both
    for text, pair in zip(TEXTS, PAIRS, strict=True):
        calls = [((text,), options), ((text, pair), options)]
        calls.append(((text.split(" "),), {"is_split_into_words": True, **options}))
        for args, given in calls:
            expected = answer(partial(theirs, *args, **given))
            got = answer(partial(ours, *args, return_tensors=None, **given))
            assert got == expected, args


def test_maps(both: tuple[Any, Any]) -> None:
    ours, theirs = both
    mine, other = ours(TEXTS, PAIRS, return_tensors=None), theirs(TEXTS, PAIRS)
    for row, texts in enumerate(zip(TEXTS, PAIRS, strict=True)):
        assert mine.tokens(row) == other.tokens(row)
        assert mine.word_ids(row) == other.word_ids(row)
        assert mine.sequence_ids(row) == other.sequence_ids(row)
        for sequence, text in enumerate(texts):
            for char in range(len(text) + 1):
                token = mine.char_to_token(row, char, sequence)
                assert token == other.char_to_token(row, char, sequence)
                span = mine.word_to_tokens(row, char, sequence)
                assert span == other.word_to_tokens(row, char, sequence)


def test_decoding(both: tuple[Any, Any]) -> None:
    ours, theirs = both
    for text in TEXTS:
        ids = theirs(text)["input_ids"]
        for skip in (True, False):
            for clean in (True, False, None):
                options = {"skip_special_tokens": skip, "clean_up_tokenization_spaces": clean}
                assert ours.decode(ids, **options) == theirs.decode(ids, **options)
        tokens = theirs.convert_ids_to_tokens(ids)
        assert ours.convert_ids_to_tokens(ids) == tokens
        assert ours.tokenize(text) == theirs.tokenize(text)


def test_changes(both: tuple[Any, Any]) -> None:
    ours, theirs = both
    for arguments, special in (
        ((["<new1>", "the", "<new1>", ""],), False),
        (({"content": "<new2>", "lstrip": True, "rstrip": True},), False),
        ((["<new3>"],), True),
        (({"content": "a", "single_word": True},), False),
        (({"content": "<new4>", "normalized": False},), True),
    ):
        token = arguments[0]
        mine = AddedToken(**token) if isinstance(token, dict) else token
        other = transformers.AddedToken(**token) if isinstance(token, dict) else token
        count = theirs.add_tokens(other, special_tokens=special)
        assert ours.add_tokens(mine, special_tokens=special) == count, token
    special_tokens = {"pad_token": "<pad2>", "additional_special_tokens": ["<x1>", "<x2>"]}
    assert ours.add_special_tokens(special_tokens) == theirs.add_special_tokens(special_tokens)
    assert flags(ours) == flags(theirs)
    assert len(ours) == len(theirs)
    for text in ("x <new1> the y", "a <new2> b a<NEW1>", "<new3><new4> a", "<x1>q<pad2>"):
        expected = answer(partial(theirs, text, return_offsets_mapping=True))
        got = answer(partial(ours, text, return_offsets_mapping=True, return_tensors=None))
        assert got == expected, text
    ours.padding_side = theirs.padding_side = "left"
    ours.pad_token = theirs.pad_token = theirs.unk_token or "<pad2>"
    rows = ["a", "a b c"]
    assert dict(ours(rows, padding=True, return_tensors=None)) == dict(theirs(rows, padding=True))
    assert ours.all_special_ids == theirs.all_special_ids
    given = [{"input_ids": [1, 2, 3]}, {"input_ids": [4]}]
    assert dict(ours.pad(given, pad_to_multiple_of=4)) == dict(
        theirs.pad(given, pad_to_multiple_of=4)
    )


def test_saved_and_loaded_there(both: tuple[Any, Any], tmp_path: Path) -> None:
    """What we save, with changes, the reference loads to the same tokenizer."""
    ours, _ = both
    ours.add_tokens([AddedToken("<new1>", lstrip=True), "<new2>"])
    ours.add_special_tokens({"additional_special_tokens": ["<x1>"]})
    ours.padding_side = "left"
    ours.save_pretrained(tmp_path)
    theirs = transformers.AutoTokenizer.from_pretrained(tmp_path)
    again = AutoTokenizer.from_pretrained(tmp_path, local_files_only=True)
    assert flags(again) == flags(ours) == flags(theirs)
    assert theirs.padding_side == again.padding_side == "left"
    for text in (*TEXTS, "a <new1> b<x1> <new2>"):
        expected = theirs(text)["input_ids"]
        assert again.encode(text) == expected
        assert ours.encode(text) == expected
