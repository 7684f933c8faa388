"""Maps between characters, words and tokens; the mapping itself."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

from onnxformers.errors import InvalidArgumentError
from onnxformers.tokenizers import BatchEncoding, CharSpan, Encoding, PreTrainedTokenizer, TokenSpan

TEXT, PAIR = "Hello worlds", "naïve!"
#             [CLS] hello world ##s [SEP] na ##ive ! [SEP]


@pytest.fixture
def encoded(bert: PreTrainedTokenizer) -> BatchEncoding:
    return bert([TEXT, "a"], [PAIR, "b"], padding=True)


def test_a_row_tells_all_about_its_tokens(encoded: BatchEncoding) -> None:
    row = encoded[0]
    assert row.tokens == ["[CLS]", "hello", "world", "##s", "[SEP]", "na", "##ive", "!", "[SEP]"]
    assert row.ids == encoded["input_ids"][0].tolist()
    assert row.word_ids == [None, 0, 1, 1, None, 0, 0, 1, None]
    assert row.sequence_ids == [None, 0, 0, 0, None, 1, 1, 1, None]
    assert row.type_ids == [0, 0, 0, 0, 0, 1, 1, 1, 1]
    assert row.special_tokens_mask == [1, 0, 0, 0, 1, 0, 0, 0, 1]
    assert row.offsets[1:4] == [(0, 5), (6, 11), (11, 12)]
    assert len(row) == 9
    assert repr(row) == "Encoding(9 tokens)"


def test_padding_is_part_of_a_row(encoded: BatchEncoding) -> None:
    assert encoded.tokens(1)[5:] == ["[PAD]"] * 4
    assert encoded.word_ids(1) == [None, 0, None, 0, *[None] * 5]
    assert encoded.sequence_ids(1) == [None, 0, None, 1, *[None] * 5]
    assert encoded.encodings[1].attention_mask == [1] * 5 + [0] * 4
    assert encoded.encodings[1].special_tokens_mask[5:] == [1] * 4


def test_left_padding_moves_the_tokens(bert: PreTrainedTokenizer) -> None:
    encoded = bert(["a b c", "a"], padding=True, padding_side="left")
    assert encoded.tokens(1) == ["[PAD]", "[PAD]", "[CLS]", "a", "[SEP]"]
    assert encoded.char_to_token(1, 0) == 3


@pytest.mark.parametrize(
    ("method", "args", "expected"),
    [
        ("char_to_token", (0, 0), 1),
        ("char_to_token", (0, 5), None),
        ("char_to_token", (0, 11), 3),
        ("char_to_token", (0, 11, 0), 3),
        ("char_to_token", (0, 2, 1), 6),
        ("char_to_token", (0, 99), None),
        ("char_to_token", (1, 0), 1),
        ("char_to_token", (6,), 2),
        ("char_to_word", (0, 11), 1),
        ("char_to_word", (0, 5), None),
        ("char_to_word", (0, 5, 1), 1),
        ("token_to_chars", (0, 3), CharSpan(11, 12)),
        ("token_to_chars", (0, 6), CharSpan(2, 5)),
        ("token_to_chars", (0, 0), None),
        ("token_to_chars", (0, -1), None),
        ("token_to_word", (0, 3), 1),
        ("token_to_word", (0, 4), None),
        ("token_to_sequence", (0, 3), 0),
        ("token_to_sequence", (0, 5), 1),
        ("token_to_sequence", (0, 4), None),
        ("word_to_tokens", (0, 1), TokenSpan(2, 4)),
        ("word_to_tokens", (0, 0, 1), TokenSpan(5, 7)),
        ("word_to_tokens", (0, 7), None),
        ("word_to_chars", (0, 1), CharSpan(6, 12)),
        ("word_to_chars", (0, 0, 1), CharSpan(0, 5)),
        ("word_to_chars", (0, 7), None),
    ],
)
def test_maps(encoded: BatchEncoding, method: str, args: tuple[int, ...], expected: object) -> None:
    assert getattr(encoded, method)(*args) == expected


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda e: e[2], "no row 2; there are 2"),
        (lambda e: e.tokens(-3), "no row -3; there are 2"),
        (lambda e: e.char_to_token(2, 0), "no row 2; there are 2"),
        (lambda e: e.token_to_chars(0, 9), "no token 9; the row has 9"),
        (lambda e: e.token_to_word(0, -10), "no token -10; the row has 9"),
    ],
)
def test_what_is_not_there_is_named(encoded: BatchEncoding, ask: Any, message: str) -> None:
    with pytest.raises(InvalidArgumentError) as raised:
        ask(encoded)
    assert message in str(raised.value)


def test_the_maps_need_no_offsets_in_the_call(bert: PreTrainedTokenizer) -> None:
    plain, with_offsets = bert(TEXT), bert(TEXT, return_offsets_mapping=True)
    assert "offset_mapping" not in plain
    assert plain.encodings == with_offsets.encodings


def test_overflowing_parts_have_offsets_in_the_whole_text(bert: PreTrainedTokenizer) -> None:
    encoded = bert(
        "a b c", truncation=True, max_length=4, return_overflowing_tokens=True, padding=True
    )
    assert encoded.token_to_chars(1, 1) == CharSpan(4, 5)


def test_it_is_a_dict_whose_values_are_attributes(encoded: BatchEncoding) -> None:
    assert isinstance(encoded, dict)
    assert {**encoded}.keys() == {"input_ids", "token_type_ids", "attention_mask"}
    assert encoded.input_ids is encoded["input_ids"]
    assert encoded.data is encoded
    assert encoded.is_fast
    assert encoded.n_sequences == 2
    encoded["labels"] = 1
    assert encoded.labels == 1
    assert encoded.pop("labels") == 1
    with pytest.raises(AttributeError, match="has no 'labels'; it holds input_ids"):
        _ = encoded.labels
    with pytest.raises(KeyError):
        encoded["labels"]


def test_a_plain_one_knows_nothing_of_characters() -> None:
    plain = BatchEncoding({"input_ids": [[1]]})
    assert plain.input_ids == [[1]]
    assert not plain.is_fast
    assert plain.n_sequences is None
    with pytest.raises(InvalidArgumentError, match="not made by a tokenizer call"):
        plain.tokens()
    assert pickle.loads(pickle.dumps(plain)) == plain


@pytest.mark.parametrize(
    "again", [copy.copy, copy.deepcopy, lambda e: pickle.loads(pickle.dumps(e))]
)
def test_copies_keep_the_maps(encoded: BatchEncoding, again: Any) -> None:
    other = again(encoded)
    assert type(other) is BatchEncoding
    assert other.input_ids.tolist() == encoded.input_ids.tolist()
    assert other.tokens(1) == encoded.tokens(1)
    assert isinstance(other[0], Encoding)


def test_arrays_are_made_on_demand(bert: PreTrainedTokenizer) -> None:
    encoded = bert(["a", "b"], return_tensors=None)
    assert isinstance(encoded["input_ids"], list)
    assert encoded.convert_to_tensors() is encoded
    assert encoded.input_ids.shape == (2, 3)
    assert encoded.words(1) == encoded.word_ids(1)
    made = BatchEncoding({"x": [1, 2]}, tensor_type="np", prepend_batch_axis=True)
    assert made.x.tolist() == [[1, 2]]
    assert BatchEncoding({"x": [1]}).convert_to_tensors(None)["x"] == [1]
    with pytest.raises(InvalidArgumentError, match="rows of x differ in length"):
        BatchEncoding({"x": [[1], [1, 2]]}, tensor_type="np")
    with pytest.raises(InvalidArgumentError, match="tensor_type must be 'np' or None"):
        BatchEncoding({"x": [1]}, tensor_type="pt")  # type: ignore[arg-type]


def test_the_older_names_of_a_call(bert: PreTrainedTokenizer) -> None:
    assert bert.encode_plus("a", "b").input_ids.tolist() == bert("a", "b").input_ids.tolist()
    batch = bert.batch_encode_plus([("a", "b"), ("b", "c")])
    assert batch.input_ids.tolist() == bert(["a", "b"], ["b", "c"]).input_ids.tolist()
