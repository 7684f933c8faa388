"""Special tokens round ids, and rows that are filled up afterwards."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from onnxformers.errors import InvalidArgumentError, InvalidTypeError, OnnxformersError
from onnxformers.tokenizers import PreTrainedTokenizer

CLS, SEP, PAD, A, B, C, D = 2, 3, 0, 8, 9, 10, 11


def test_special_tokens_round_ids(bert: PreTrainedTokenizer) -> None:
    assert bert.build_inputs_with_special_tokens([A, B]) == [CLS, A, B, SEP]
    assert bert.build_inputs_with_special_tokens([A], [B, C]) == [CLS, A, SEP, B, C, SEP]
    assert bert.create_token_type_ids_from_sequences([A], [B, C]) == [0, 0, 0, 1, 1, 1]
    assert bert.get_special_tokens_mask([A], [B, C]) == [1, 0, 1, 0, 0, 1]
    assert bert.get_special_tokens_mask([CLS, A, SEP], already_has_special_tokens=True) == [1, 0, 1]
    with pytest.raises(InvalidArgumentError, match="token_ids_1 must be None"):
        bert.get_special_tokens_mask([A], [B], already_has_special_tokens=True)
    assert bert.max_len_single_sentence == 6
    assert bert.max_len_sentences_pair == 5


@pytest.mark.parametrize(
    ("ids", "pair", "count", "strategy", "stride", "left"),
    [
        ([1, 2, 3], None, 0, "longest_first", 0, ([1, 2, 3], None, [])),
        ([1, 2, 3, 4], None, 2, "longest_first", 1, ([1, 2], None, [2, 3, 4])),
        ([1, 2, 3, 4], [5], 2, "only_first", 0, ([1, 2], [5], [3, 4])),
        ([1], [5, 6, 7], 2, "only_second", 9, ([1], [5], [5, 6, 7])),
        ([1, 2, 3, 4], [5, 6], 3, "longest_first", 0, ([1, 2], [5], [])),
        ([1, 2, 3], None, 2, "do_not_truncate", 0, ([1, 2, 3], None, [])),
    ],
)
def test_truncate_sequences(
    bert: PreTrainedTokenizer,
    ids: list[int],
    pair: list[int] | None,
    count: int,
    strategy: str,
    stride: int,
    left: tuple[Any, ...],
) -> None:
    assert bert.truncate_sequences(ids, pair, count, strategy, stride) == left


def test_truncation_from_the_left(bert: PreTrainedTokenizer) -> None:
    bert.truncation_side = "left"
    assert bert.truncate_sequences([1, 2, 3, 4], None, 2, stride=1) == ([3, 4], None, [1, 2, 3])
    with pytest.raises(InvalidArgumentError, match="cannot take 3 tokens from a text that has 2"):
        bert.truncate_sequences([1, 2], [3], 3, "only_first")


def test_prepare_for_model(bert: PreTrainedTokenizer) -> None:
    assert bert.prepare_for_model([A, B]) == {
        "input_ids": [CLS, A, B, SEP],
        "token_type_ids": [0, 0, 0, 0],
        "attention_mask": [1, 1, 1, 1],
    }
    cut = bert.prepare_for_model(
        [A, B, C, D],
        truncation=True,
        max_length=4,
        stride=1,
        return_overflowing_tokens=True,
        return_length=True,
    )
    assert cut["input_ids"] == [CLS, A, B, SEP]
    assert (cut["overflowing_tokens"], cut["num_truncated_tokens"]) == ([B, C, D], 2)
    assert cut["length"] == 4
    padded = bert.prepare_for_model(
        [A], [B], padding="max_length", max_length=7, return_special_tokens_mask=True
    )
    assert padded["input_ids"] == [CLS, A, SEP, B, SEP, PAD, PAD]
    assert padded["special_tokens_mask"] == [1, 0, 1, 0, 1, 1, 1]
    assert padded["attention_mask"] == [1, 1, 1, 1, 1, 0, 0]
    arrays = bert.prepare_for_model([A], add_special_tokens=False, return_tensors="np")
    assert arrays.input_ids.tolist() == [[A]]
    assert arrays.token_type_ids.tolist() == [[0]]


def test_pad_rows(bert: PreTrainedTokenizer) -> None:
    rows = [bert(text, return_tensors=None) for text in ("a", "a b c")]
    padded = bert.pad(rows)
    assert padded["input_ids"] == [[CLS, A, SEP, PAD, PAD], [CLS, A, B, C, SEP]]
    assert padded["attention_mask"] == [[1, 1, 1, 0, 0], [1, 1, 1, 1, 1]]
    arrays = bert.pad(rows, pad_to_multiple_of=4, padding_side="left", return_tensors="np")
    assert arrays.input_ids.shape == (2, 8)
    assert arrays.input_ids[0].tolist() == [PAD] * 5 + [CLS, A, SEP]
    assert bert.pad({"input_ids": [A]}, padding="max_length", max_length=3) == {
        "input_ids": [A, PAD, PAD],
        "attention_mask": [1, 0, 0],
    }
    assert bert.pad({"input_ids": [[A], [B]]}, padding=False, return_attention_mask=False) == {
        "input_ids": [[A], [B]]
    }
    assert bert.pad({"input_ids": []}) == {"input_ids": [], "attention_mask": []}


def test_pad_keeps_other_columns_and_arrays(bert: PreTrainedTokenizer) -> None:
    rows = [
        {"input_ids": np.array([A, B]), "labels": 1, "special_tokens_mask": [0, 0]},
        {"input_ids": np.array([C]), "labels": 0, "special_tokens_mask": [0]},
    ]
    padded = bert.pad(rows)
    assert padded.input_ids.tolist() == [[A, B], [C, PAD]]
    assert padded.labels.tolist() == [1, 0]
    assert padded.special_tokens_mask.tolist() == [[0, 0], [0, 1]]


@pytest.mark.parametrize(
    ("encoded", "options", "error", "message"),
    [
        (3, {}, InvalidTypeError, "pad takes an encoding or a list of them, got int"),
        ({"ids": [1]}, {}, InvalidArgumentError, "pad needs input_ids, got ids"),
        ([{"input_ids": [1]}, {"x": 1}], {}, InvalidArgumentError, "the same names"),
        ({"input_ids": [[1], [2]], "x": [1]}, {}, InvalidArgumentError, "x has 1 rows and input"),
        (
            {"input_ids": [[1], [2, 3]]},
            {"padding": False, "return_tensors": "np"},
            InvalidArgumentError,
            "differ in length",
        ),
        ({"input_ids": [[1]]}, {"padding": "up"}, InvalidArgumentError, "padding must be one of"),
        ({"input_ids": [[1]], "attention_mask": [1]}, {}, InvalidTypeError, "must hold lists"),
    ],
)
def test_what_cannot_be_padded(
    bert: PreTrainedTokenizer,
    encoded: Any,
    options: dict[str, Any],
    error: type[OnnxformersError],
    message: str,
) -> None:
    with pytest.raises(error, match=message):
        bert.pad(encoded, **options)
