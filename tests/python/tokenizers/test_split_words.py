"""Texts that are split into words by the caller."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onnxformers.errors import InvalidArgumentError
from onnxformers.tokenizers import AddedToken, AutoTokenizer, PreTrainedTokenizer

MODELS = Path(__file__).parents[2] / "conformance" / "models"

CLS, SEP, PAD, A, B, C = 2, 3, 0, 8, 9, 10


def test_words_of_one_text(bert: PreTrainedTokenizer) -> None:
    encoded = bert(
        ["hellos", "a,b", "", "World"], is_split_into_words=True, return_offsets_mapping=True
    )
    assert encoded.tokens() == ["[CLS]", "hello", "##s", "a", ",", "b", "world", "[SEP]"]
    assert encoded.word_ids() == [None, 0, 0, 1, 1, 1, 3, None]
    assert encoded.offset_mapping[0].tolist() == [
        [0, 0],
        *([0, 5], [5, 6], [0, 1], [1, 2], [2, 3], [0, 5]),
        [0, 0],
    ]
    assert encoded.word_to_tokens(1) == (3, 6)
    assert encoded.token_to_word(6) == 3


def test_batches_and_pairs(bert: PreTrainedTokenizer) -> None:
    texts, pairs = [["a", "b"], ["c"], []], [["a"], ["b", "c"], ["a"]]
    batch = bert(texts, is_split_into_words=True, padding=True)
    assert batch.input_ids.tolist() == [[CLS, A, B, SEP], [CLS, C, SEP, PAD], [CLS, SEP, PAD, PAD]]
    both = bert(texts, pairs, is_split_into_words=True, padding=True)
    assert both.input_ids.tolist() == [
        [CLS, A, B, SEP, A, SEP],
        [CLS, C, SEP, B, C, SEP],
        [CLS, SEP, A, SEP, PAD, PAD],
    ]
    assert both.word_ids(1) == [None, 0, None, 0, 1, None]
    together = bert(list(zip(texts, pairs, strict=True)), is_split_into_words=True, padding=True)
    assert together.input_ids.tolist() == both.input_ids.tolist()


def test_pairs_in_one_list(bert: PreTrainedTokenizer) -> None:
    pairs = [("a", "b"), ("c", "a")]
    assert bert(pairs).input_ids.tolist() == bert(["a", "c"], ["b", "a"]).input_ids.tolist()


def test_one_row(bert: PreTrainedTokenizer) -> None:
    assert bert.encode(["a", "b"], is_split_into_words=True) == [CLS, A, B, SEP]
    assert bert.tokenize(["a", "bs"], is_split_into_words=True) == ["a", "b", "##s"]
    assert bert(["a"], ["b"], is_split_into_words=True, return_tensors=None)["input_ids"] == [
        *(CLS, A, SEP, B, SEP)
    ]
    assert bert([], is_split_into_words=True).input_ids.tolist() == [[CLS, SEP]]


def test_truncation_and_overflow(bert: PreTrainedTokenizer) -> None:
    options: dict[str, Any] = {"is_split_into_words": True, "truncation": True, "max_length": 4}
    cut = bert(["a", "b", "c", "d"], **options)
    assert cut.input_ids.tolist() == [[CLS, A, B, SEP]]
    parts = bert(["a", "b", "c"], **options, return_overflowing_tokens=True, stride=1)
    assert parts.input_ids.tolist() == [[CLS, A, B, SEP], [CLS, B, C, SEP]]
    assert parts.word_ids(1) == [None, 1, 2, None]


def test_added_tokens_in_words(bert: PreTrainedTokenizer) -> None:
    bert.add_tokens(AddedToken("<x>", lstrip=True))
    encoded = bert(["a <x>b", "<x>"], is_split_into_words=True, return_offsets_mapping=True)
    assert encoded.word_ids() == [None, 0, 0, 0, 1, None]
    assert encoded.offset_mapping[0].tolist()[1:-1] == [[0, 1], [1, 5], [5, 6], [0, 3]]


def test_a_class_that_needs_a_space_before_words(make_folder: Any) -> None:
    folder = make_folder(tokenizer_config={"tokenizer_class": "RobertaTokenizer"})
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    with pytest.raises(InvalidArgumentError, match="load this tokenizer with add_prefix_space=Tr"):
        tokenizer(["a"], is_split_into_words=True)
    with_space = AutoTokenizer.from_pretrained(folder, local_files_only=True, add_prefix_space=True)
    assert with_space.add_prefix_space
    assert with_space(["a"], is_split_into_words=True).input_ids.shape[0] == 1


@pytest.fixture(scope="module")
def shared_bert() -> PreTrainedTokenizer:
    return AutoTokenizer.from_pretrained(MODELS / "bert-uncased-sst", local_files_only=True)


WORDS = st.lists(st.text(alphabet="ab c,.é中[SEP]", max_size=8), max_size=6)


@given(words=WORDS)
@settings(deadline=None, max_examples=60)
def test_words_are_encoded_each_for_itself(
    shared_bert: PreTrainedTokenizer, words: list[str]
) -> None:
    """The plain way: encode every word alone and put the tokens one after the other."""
    alone = [
        shared_bert(word, add_special_tokens=False, return_offsets_mapping=True) for word in words
    ]
    together = shared_bert(
        words, is_split_into_words=True, add_special_tokens=False, return_offsets_mapping=True
    )
    assert together.input_ids[0].tolist() == [i for one in alone for i in one.input_ids[0].tolist()]
    spans = [span for one in alone for span in one.offset_mapping[0].tolist()]
    assert together.offset_mapping[0].tolist() == spans
    counts = [one.input_ids.shape[1] for one in alone]
    expected = [index for index, count in enumerate(counts) for _ in range(count)]
    assert together.word_ids() == expected
    plain = shared_bert(words, is_split_into_words=True, add_special_tokens=False)
    assert plain.input_ids.tolist() == together.input_ids.tolist()
