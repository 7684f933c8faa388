"""Tokens, ids, special tokens and decoding."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from onnxformers.errors import InvalidArgumentError, InvalidTypeError, OnnxformersError
from onnxformers.tokenizers import PreTrainedTokenizer
from onnxformers.tokenizers.decoding import clean_up_tokenization


def test_special_tokens(bert: PreTrainedTokenizer) -> None:
    assert (bert.cls_token, bert.cls_token_id) == ("[CLS]", 2)
    assert (bert.sep_token, bert.sep_token_id) == ("[SEP]", 3)
    assert (bert.pad_token, bert.pad_token_id, bert.pad_token_type_id) == ("[PAD]", 0, 0)
    assert (bert.bos_token, bert.bos_token_id) == (None, None)
    assert bert.special_tokens_map == {
        "unk_token": "[UNK]",
        "sep_token": "[SEP]",
        "pad_token": "[PAD]",
        "cls_token": "[CLS]",
        "mask_token": "[MASK]",
    }
    assert bert.all_special_tokens == ["[UNK]", "[SEP]", "[PAD]", "[CLS]", "[MASK]"]
    assert bert.all_special_ids == [1, 3, 0, 2, 4]
    assert bert.additional_special_tokens == []
    assert bert.num_special_tokens_to_add() == 2
    assert bert.num_special_tokens_to_add(pair=True) == 3


def test_vocabulary(bert: PreTrainedTokenizer) -> None:
    vocab = bert.get_vocab()
    assert vocab["hello"] == 5
    assert len(bert) == len(vocab) == bert.vocab_size == 22
    assert bert.vocab == vocab
    assert bert.get_added_vocab() == {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "[MASK]": 4}
    assert bert.added_tokens_decoder[2].content == "[CLS]"
    assert bert.added_tokens_decoder[2].special is True


def test_conversions(bert: PreTrainedTokenizer) -> None:
    assert bert.convert_tokens_to_ids("hello") == 5
    assert bert.convert_tokens_to_ids(["hello", "nowhere"]) == [5, 1]
    assert bert.convert_ids_to_tokens(5) == "hello"
    assert bert.convert_ids_to_tokens(np.int64(5)) == "hello"
    assert bert.convert_ids_to_tokens([2, 5, 999]) == ["[CLS]", "hello", None]
    assert bert.convert_ids_to_tokens(np.array([2, 5]), skip_special_tokens=True) == ["hello"]
    assert bert.convert_tokens_to_string(["hello", "world", "##s"]) == "hello worlds"


@pytest.mark.parametrize(
    ("ids", "options", "text"),
    [
        ([2, 5, 6, 7, 3], {}, "[CLS] hello worlds [SEP]"),
        ([2, 5, 6, 7, 3], {"skip_special_tokens": True}, "hello worlds"),
        (np.array([2, 5, 6, 3]), {"skip_special_tokens": True}, "hello world"),
        (np.array([2, 5, 6, 3], dtype=np.int32), {"skip_special_tokens": True}, "hello world"),
        ((5, 6), {}, "hello world"),
        (5, {}, "hello"),
        (np.int64(5), {}, "hello"),
        ([], {}, ""),
        ([5, 999, 6], {}, "hello world"),
        # The decoder cleans up some of it; the rest is left to the option.
        ([8, 13, 9, 14], {}, "a, b."),
        ([8, 16, 9], {}, "a ' b"),
        ([8, 16, 9], {"clean_up_tokenization_spaces": True}, "a'b"),
        ([8, 16, 9], {"clean_up_tokenization_spaces": False}, "a ' b"),
    ],
)
def test_decode(bert: PreTrainedTokenizer, ids: Any, options: dict[str, Any], text: str) -> None:
    assert bert.decode(ids, **options) == text


def test_batch_decode(bert: PreTrainedTokenizer) -> None:
    rows = [[2, 5, 3], [2, 6, 3]]
    assert bert.batch_decode(rows, skip_special_tokens=True) == ["hello", "world"]
    assert bert.batch_decode(np.array(rows), skip_special_tokens=True) == ["hello", "world"]
    assert bert.batch_decode([]) == []


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("a . b ? c ! d , e", "a. b? c! d, e"),
        ("it ' s", "it's"),
        ("do n't I 'm he 's we 've you 're", "don't I'm he's we've you're"),
        ("a ' m", "a'm"),
        ("nothing here", "nothing here"),
    ],
)
def test_clean_up(text: str, cleaned: str) -> None:
    assert clean_up_tokenization(text) == cleaned


@pytest.mark.parametrize(
    ("ask", "error", "message"),
    [
        (lambda t: t.decode("hello"), InvalidTypeError, "token ids must be integers, got str"),
        (lambda t: t.decode(None), InvalidTypeError, "token ids must be integers, got NoneType"),
        (lambda t: t.decode([1.5]), InvalidTypeError, "token ids must be integers, got float"),
        (lambda t: t.decode([[1]]), InvalidArgumentError, "must have one dimension; use batch_dec"),
        (lambda t: t.decode(np.ones((1, 2), int)), InvalidArgumentError, "use batch_decode"),
        (lambda t: t.decode([-100]), InvalidArgumentError, "-100 is no token id"),
        (lambda t: t.decode([2**40]), InvalidArgumentError, "is no token id"),
        (lambda t: t.convert_ids_to_tokens(-1), InvalidArgumentError, "-1 is no token id"),
        (lambda t: t.convert_ids_to_tokens("a"), InvalidTypeError, "must be integers, got str"),
        (
            lambda t: t.convert_tokens_to_ids(3),
            InvalidTypeError,
            "must be a str or strings, got in",
        ),
        (
            lambda t: t.convert_tokens_to_ids([3]),
            InvalidTypeError,
            "a token must be a str, got int",
        ),
        (lambda t: t.convert_tokens_to_ids(None), InvalidTypeError, "got NoneType"),
        (lambda t: t.convert_tokens_to_string([3]), InvalidTypeError, "tokens[0] must be a str"),
        (
            lambda t: t.decode([1], no_option=1),
            InvalidArgumentError,
            "decode] unknown option 'no_option'",
        ),
    ],
)
def test_bad_ids_and_tokens(
    bert: PreTrainedTokenizer, ask: Any, error: type[OnnxformersError], message: str
) -> None:
    with pytest.raises(error) as raised:
        ask(bert)
    assert message in str(raised.value)


def test_a_tokenizer_is_true(bert: PreTrainedTokenizer) -> None:
    assert bool(bert)
