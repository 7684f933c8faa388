"""What a call returns and refuses."""

from __future__ import annotations

import logging
from typing import Any

import numpy as np
import pytest

from onnxformers.errors import InvalidArgumentError, InvalidTypeError, OnnxformersError
from onnxformers.tokenizers import PreTrainedTokenizer, encoder

PAD, UNK, CLS, SEP = 0, 1, 2, 3
HELLO, WORLD, S, A, B, C, D, E = range(5, 13)
HELLO_IDS = [[CLS, HELLO, WORLD, SEP]]


def call(tokenizer: PreTrainedTokenizer, *args: Any, **kwargs: Any) -> dict[str, Any]:
    """The columns of a call as lists."""
    columns = tokenizer(*args, **kwargs)
    return {name: getattr(value, "tolist", lambda v=value: v)() for name, value in columns.items()}


def test_one_text_is_a_batch_of_one(bert: PreTrainedTokenizer) -> None:
    encoded = bert("Hello world")
    assert list(encoded) == ["input_ids", "token_type_ids", "attention_mask"]
    assert encoded.input_ids.tolist() == HELLO_IDS
    assert encoded.token_type_ids.tolist() == [[0, 0, 0, 0]]
    assert encoded.attention_mask.tolist() == [[1, 1, 1, 1]]
    assert {value.dtype for value in encoded.values()} == {np.dtype(np.int64)}


def test_ids_of_one_text_come_as_an_array_where_that_is_asked_for(
    bert: PreTrainedTokenizer,
) -> None:
    ids = bert.encode("Hello world", return_tensors="np")
    assert (ids.tolist(), ids.dtype) == (HELLO_IDS, np.dtype(np.int64))
    assert bert.encode("Hello world", return_tensors=None) == HELLO_IDS[0]


def test_no_padding_said_in_words_leaves_a_length_without_effect(
    bert: PreTrainedTokenizer,
) -> None:
    assert len(bert.encode("a b c d", max_length=4)) == 4
    assert len(bert.encode("a b c d", max_length=4, padding=False)) == 4
    assert len(bert.encode("a b c d", max_length=4, padding="do_not_pad")) == 6


@pytest.mark.parametrize(
    ("options", "ids"),
    [
        ({"padding": True}, [[CLS, A, SEP, PAD], [CLS, A, B, SEP]]),
        ({"padding": "longest"}, [[CLS, A, SEP, PAD], [CLS, A, B, SEP]]),
        ({"padding": "max_length", "max_length": 5}, [[CLS, A, SEP, 0, 0], [CLS, A, B, SEP, 0]]),
        ({"padding": "max_length"}, [[CLS, A, SEP, *[PAD] * 5], [CLS, A, B, SEP, *[PAD] * 4]]),
        ({"padding": True, "padding_side": "left"}, [[PAD, CLS, A, SEP], [CLS, A, B, SEP]]),
        (
            {"padding": True, "pad_to_multiple_of": 3},
            [[CLS, A, SEP, PAD, PAD, PAD], [CLS, A, B, SEP, PAD, PAD]],
        ),
        ({"padding": True, "add_special_tokens": False}, [[A, PAD], [A, B]]),
        ({"return_tensors": None}, [[CLS, A, SEP], [CLS, A, B, SEP]]),
        ({"padding": True, "return_tensors": None}, [[CLS, A, SEP, PAD], [CLS, A, B, SEP]]),
        ({"truncation": True, "max_length": 3}, [[CLS, A, SEP], [CLS, A, SEP]]),
        (
            # Longer than the padding and not cut: kept whole, as lists can be.
            {"padding": "max_length", "max_length": 3, "return_tensors": None},
            [[CLS, A, SEP], [CLS, A, B, SEP]],
        ),
    ],
)
def test_rows_of_a_batch(
    bert: PreTrainedTokenizer, options: dict[str, Any], ids: list[list[int]]
) -> None:
    encoded = call(bert, ["a", "a b"], **options)
    assert encoded["input_ids"] == ids
    assert [[i != PAD for i in row] for row in ids] == encoded["attention_mask"]


def test_padding_fills_every_column(bert: PreTrainedTokenizer) -> None:
    encoded = call(
        bert,
        ["a", "a b"],
        padding=True,
        return_offsets_mapping=True,
        return_special_tokens_mask=True,
        return_length=True,
    )
    assert encoded["special_tokens_mask"] == [[1, 0, 1, 1], [1, 0, 0, 1]]
    assert encoded["offset_mapping"][0] == [[0, 0], [0, 1], [0, 0], [0, 0]]
    assert encoded["length"] == [4, 4]


def test_lists_of_one_text_are_flat(bert: PreTrainedTokenizer) -> None:
    encoded = bert("a b", return_tensors=None, return_offsets_mapping=True, return_length=True)
    assert encoded["input_ids"] == [CLS, A, B, SEP]
    assert encoded["attention_mask"] == [1, 1, 1, 1]
    assert encoded["offset_mapping"] == [(0, 0), (0, 1), (2, 3), (0, 0)]
    assert encoded["length"] == [4]


def test_pairs(bert: PreTrainedTokenizer) -> None:
    encoded = call(bert, "a", "b c")
    assert encoded["input_ids"] == [[CLS, A, SEP, B, C, SEP]]
    assert encoded["token_type_ids"] == [[0, 0, 0, 1, 1, 1]]
    assert call(bert, ["a", "b"], text_pair=["b", "c"])["input_ids"] == [
        [CLS, A, SEP, B, SEP],
        [CLS, B, SEP, C, SEP],
    ]


def test_an_empty_second_text_makes_a_pair(bert: PreTrainedTokenizer) -> None:
    """As the reference tokenizers do; transformers and Transformers.js take it for none."""
    assert call(bert, "a", "")["input_ids"] == [[CLS, A, SEP, SEP]]


def test_an_empty_text_has_its_special_tokens_only(bert: PreTrainedTokenizer) -> None:
    assert call(bert, "")["input_ids"] == [[CLS, SEP]]
    assert bert("", add_special_tokens=False).input_ids.shape == (1, 0)


@pytest.mark.parametrize(
    ("options", "ids"),
    [
        ({"truncation": True, "max_length": 6}, [CLS, A, B, SEP, A, SEP]),
        ({"truncation": "longest_first", "max_length": 6}, [CLS, A, B, SEP, A, SEP]),
        ({"truncation": "only_first", "max_length": 6}, [CLS, A, SEP, A, B, SEP]),
        ({"truncation": "only_second", "max_length": 7}, [CLS, A, B, C, SEP, A, SEP]),
        ({"truncation": True}, [CLS, A, B, C, SEP, A, B, SEP]),
        ({"truncation": False, "max_length": 4}, [CLS, A, B, C, SEP, A, B, SEP]),
        ({"truncation": "do_not_truncate"}, [CLS, A, B, C, SEP, A, B, SEP]),
    ],
)
def test_truncation_of_pairs(
    bert: PreTrainedTokenizer, options: dict[str, Any], ids: list[int]
) -> None:
    assert bert("a b c", "a b", return_tensors=None, **options)["input_ids"] == ids


def test_truncation_uses_the_length_of_the_model(bert: PreTrainedTokenizer) -> None:
    assert bert.model_max_length == 8
    assert bert("a " * 50, truncation=True).input_ids.shape == (1, 8)


def test_max_length_alone_truncates_and_warns_once(
    bert: PreTrainedTokenizer, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        assert call(bert, "a b c", max_length=4)["input_ids"] == [[CLS, A, B, SEP]]
        bert("a b c d", max_length=4)
    assert [record.message for record in caplog.records] == [
        "[BertTokenizer] max_length without truncation: taken as truncation=True"
    ]


def test_a_text_too_long_for_the_model_is_kept_with_a_warning(
    bert: PreTrainedTokenizer, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        assert bert("a " * 9).input_ids.shape == (1, 11)
        assert bert(["a " * 9], padding=True).input_ids.shape == (1, 11)
    assert len(caplog.records) == 1
    assert "11 tokens, more than the 8 this model takes" in caplog.text


def test_verbose_false_warns_of_nothing(
    bert: PreTrainedTokenizer, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        bert("a " * 9, verbose=False)
        bert("a b c", max_length=4, verbose=False)
    assert not caplog.records


def test_overflowing_parts_are_rows(bert: PreTrainedTokenizer) -> None:
    encoded = call(
        bert,
        ["a b c d e", "a"],
        truncation=True,
        max_length=5,
        stride=1,
        padding=True,
        return_overflowing_tokens=True,
    )
    assert encoded["input_ids"] == [
        [CLS, A, B, C, SEP],
        [CLS, C, D, E, SEP],
        [CLS, A, SEP, PAD, PAD],
    ]
    assert encoded["overflow_to_sample_mapping"] == [0, 0, 1]


def test_chosen_columns(bert: PreTrainedTokenizer) -> None:
    encoded = bert("a", return_token_type_ids=False, return_attention_mask=False)
    assert list(encoded) == ["input_ids"]


def test_offsets_are_python_characters(bert: PreTrainedTokenizer) -> None:
    text = "🙂 naïve hello"
    encoded = bert(text, return_offsets_mapping=True)
    spans = [text[start:end] for start, end in encoded.offset_mapping[0].tolist()]
    assert spans == ["", "🙂", "na", "ïve", "hello", ""]


BAD_CALLS: list[tuple[tuple[Any, ...], dict[str, Any], type[OnnxformersError], str]] = [
    ((None,), {}, InvalidTypeError, "text must be a str or a list of str, got NoneType"),
    ((b"a",), {}, InvalidTypeError, "text must be a str or a list of str, got bytes"),
    ((3,), {}, InvalidTypeError, "text must be a str or a list of str, got int"),
    (({"a": 1},), {}, InvalidTypeError, "text must be a str or a list of str, got dict"),
    (([],), {}, InvalidArgumentError, "text is an empty list; give at least one text"),
    ((["a"], []), {}, InvalidArgumentError, "text_pair is an empty list"),
    ((["a", None],), {}, InvalidTypeError, "texts[1] must be a str, got NoneType"),
    ((["a", b"b"],), {}, InvalidTypeError, "texts[1] must be a str, got bytes"),
    ((["a"], [3]), {}, InvalidTypeError, "pairs[0] must be a str, got int"),
    (([["a", "b", "c"]],), {}, InvalidTypeError, "words need is_split_into_words=True"),
    (("a", ["b"]), {}, InvalidTypeError, "text_pair must be a str, like text, got list"),
    ((["a"], "b"), {}, InvalidTypeError, "text_pair must be a list, like text, got str"),
    ((["a", "b"], ["c"]), {}, InvalidArgumentError, "text has 2 items and text_pair 1"),
    (("\ud800",), {}, InvalidArgumentError, "texts[0] has a lone surrogate at position 0"),
    ((["a", "b\udfff"],), {}, InvalidArgumentError, "texts[1] has a lone surrogate at position 1"),
    ((["a", "a b"],), {}, InvalidArgumentError, "differ in length (3 to 4 tokens)"),
    ((["a", "a b"],), {}, InvalidArgumentError, "pass padding=True"),
    (
        (["a", "a b"],),
        {"padding": "max_length", "max_length": 3},
        InvalidArgumentError,
        "pass truncation=True",
    ),
    (
        ("a",),
        {"paddding": True},
        InvalidArgumentError,
        "unknown option 'paddding'; did you mean 'padding'?",
    ),
    (("a",), {"padding": "left"}, InvalidArgumentError, "padding must be one of 'longest', 'max_"),
    (("a",), {"padding": 1}, InvalidArgumentError, "padding must be one of"),
    (("a",), {"truncation": "first"}, InvalidArgumentError, "truncation must be one of 'longest_"),
    (("a",), {"padding_side": "up"}, InvalidArgumentError, "padding_side must be one of 'right'"),
    (("a",), {"padding": ["a"]}, InvalidArgumentError, "padding must be one of"),
    (("a",), {"max_length": 0}, InvalidArgumentError, "max_length must be at least 1, got 0"),
    (("a",), {"max_length": "9"}, InvalidTypeError, "max_length must be a whole number, got str"),
    (("a",), {"max_length": 9.5}, InvalidTypeError, "max_length must be a whole number, got float"),
    (("a",), {"max_length": True}, InvalidTypeError, "max_length must be a whole number, got bool"),
    (("a",), {"stride": -1}, InvalidArgumentError, "stride must be at least 0, got -1"),
    (
        ("a",),
        {"pad_to_multiple_of": 0},
        InvalidArgumentError,
        "pad_to_multiple_of must be at least",
    ),
    (
        ("a",),
        {"padding": True, "truncation": True, "max_length": 7, "pad_to_multiple_of": 4},
        InvalidArgumentError,
        "max_length 7 is not a multiple of pad_to_multiple_of 4",
    ),
    (("a",), {"return_tensors": "pt"}, InvalidArgumentError, "return_tensors must be 'np' or None"),
    (("a",), {"is_split_into_words": True}, InvalidTypeError, "must be a list of words or a list"),
    ((["a", 3],), {"is_split_into_words": True}, InvalidTypeError, "texts[0][1] must be a str"),
    (([["a"], "b"],), {"is_split_into_words": True}, InvalidTypeError, "texts[1] must be a sequ"),
    ((["a"], "b"), {"is_split_into_words": True}, InvalidTypeError, "text_pair must be a list of"),
    (
        ([["a"]], ["b"]),
        {"is_split_into_words": True},
        InvalidTypeError,
        "must be a list, like text",
    ),
]


@pytest.mark.parametrize(("args", "options", "error", "message"), BAD_CALLS)
def test_bad_calls_are_refused_and_leave_the_tokenizer_usable(
    bert: PreTrainedTokenizer,
    args: tuple[Any, ...],
    options: dict[str, Any],
    error: type[OnnxformersError],
    message: str,
) -> None:
    with pytest.raises(error) as raised:
        bert(*args, **options)
    assert message in str(raised.value)
    assert str(raised.value).startswith("[")
    assert bert("hello world").input_ids.tolist() == HELLO_IDS


def test_true_and_1_are_told_apart_after_either(bert: PreTrainedTokenizer) -> None:
    """Options of earlier calls are kept; True == 1 must not make them one."""
    bert("a", padding=True)
    with pytest.raises(InvalidArgumentError):
        bert("a", padding=1)  # type: ignore[arg-type]


def test_too_short_a_max_length_is_refused(bert: PreTrainedTokenizer) -> None:
    with pytest.raises(InvalidArgumentError):
        bert("a b", truncation=True, max_length=1)


def test_encode_and_tokenize(bert: PreTrainedTokenizer) -> None:
    assert bert.encode("Hello worlds") == [CLS, HELLO, WORLD, S, SEP]
    assert bert.encode("a", "b") == [CLS, A, SEP, B, SEP]
    assert bert.encode("a b", add_special_tokens=False) == [A, B]
    assert bert.tokenize("Hello worlds q") == ["hello", "world", "##s", "[UNK]"]
    assert bert.tokenize("a", pair="b", add_special_tokens=True) == [
        "[CLS]",
        "a",
        "[SEP]",
        "b",
        "[SEP]",
    ]


@pytest.mark.parametrize("method", ["encode", "tokenize"])
def test_encode_and_tokenize_take_one_text(bert: PreTrainedTokenizer, method: str) -> None:
    with pytest.raises(InvalidTypeError, match="must be a str"):
        getattr(bert, method)(["a"])


def test_encode_ragged(bert: PreTrainedTokenizer) -> None:
    rows = bert.encode_ragged(["a b c", "a"], truncation=True, max_length=4)
    assert rows.lengths.tolist() == [4, 3]
    assert rows.truncated.tolist() == [True, False]
    ids, mask, _ = rows.pad([1, 0], **bert.pad_options._asdict())
    assert ids.tolist() == [[CLS, A, SEP, PAD], [CLS, A, B, SEP]]
    assert mask.tolist() == [[1, 1, 1, 0], [1, 1, 1, 1]]
    assert bert.encode_ragged(["a"], ["b"]).ids(0) == [CLS, A, SEP, B, SEP]


@pytest.mark.parametrize(
    ("texts", "error"),
    [(None, InvalidTypeError), ("a", InvalidTypeError), ([], InvalidArgumentError)],
)
def test_encode_ragged_takes_a_list(
    bert: PreTrainedTokenizer, texts: Any, error: type[OnnxformersError]
) -> None:
    with pytest.raises(error, match="texts"):
        bert.encode_ragged(texts)


def test_much_text_goes_to_threads_with_the_same_result(
    bert: PreTrainedTokenizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [f"hello {'a ' * (i % 50)} worlds" for i in range(300)]
    expected = bert(texts, padding=True, verbose=False).input_ids.tolist()
    monkeypatch.setattr(encoder, "MIN_CHARACTERS_FOR_THREADS", 1)
    monkeypatch.setattr(encoder, "num_threads", lambda: 4)
    assert bert(texts, padding=True, verbose=False).input_ids.tolist() == expected
    assert bert.encode_ragged(texts).lengths.tolist() == [len(t.split()) + 3 for t in texts]


def test_bad_items_are_named_in_large_batches_too(
    bert: PreTrainedTokenizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encoder, "MIN_CHARACTERS_FOR_THREADS", 1)
    with pytest.raises(InvalidTypeError, match=r"texts\[2\] must be a str, got int"):
        bert(["a", "b", 3], padding=True)


def test_a_long_text_comes_through(bert: PreTrainedTokenizer) -> None:
    assert bert("hello " * 200_000, verbose=False).input_ids.shape == (1, 200_002)
