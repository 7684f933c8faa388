"""What holds between characters, words and tokens for every text and family."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onnxformers.tokenizers import AutoTokenizer, BatchEncoding, Encoding, PreTrainedTokenizer

MODELS = Path(__file__).parents[2] / "conformance" / "models"
NAMES = ["bert-uncased-sst", "gpt2", "roberta-emotions", "llama3", "bloom"]
PIECES = [
    "the",
    " old",
    "naïve ",
    "don't",
    "狐",
    "🙂",
    "👨‍👩‍👧",
    "...",
    "  ",
    "\n",
    "e\u0301",
    "1234",
]
TEXTS = st.one_of(st.text(max_size=30), st.lists(st.sampled_from(PIECES), max_size=12).map("".join))


@pytest.fixture(scope="module", params=NAMES)
def tokenizer(request: pytest.FixtureRequest) -> PreTrainedTokenizer:
    return AutoTokenizer.from_pretrained(MODELS / request.param, local_files_only=True)


def plain_char_to_token(row: Encoding, char: int, sequence: int) -> int | None:
    """The first token of the text whose span holds the character."""
    for token, (start, end) in enumerate(row.offsets):
        if row.sequence_ids[token] == sequence and start <= char < end:
            return token
    return None


def check_row(encoded: BatchEncoding, index: int, texts: tuple[str, ...]) -> None:
    row = encoded[index]
    assert len(row.tokens) == len(row.ids) == len(row.offsets) == len(row.word_ids)
    for sequence, text in enumerate(texts):
        tokens = [t for t, owner in enumerate(row.sequence_ids) if owner == sequence]
        words = [row.word_ids[t] for t in tokens]
        assert words == sorted(word for word in words if word is not None)
        for token in tokens:
            start, end = row.offsets[token]
            assert 0 <= start <= end <= len(text)
            assert encoded.token_to_chars(index, token) == (start, end)
            assert encoded.token_to_sequence(index, token) == sequence
        for char in range(len(text)):
            found = encoded.char_to_token(index, char, sequence)
            assert found == plain_char_to_token(row, char, sequence)
            word = encoded.char_to_word(index, char, sequence)
            assert word == (None if found is None else row.word_ids[found])
        for word in set(words):
            assert word is not None
            span = encoded.word_to_tokens(index, word, sequence)
            assert span is not None
            assert {row.word_ids[t] for t in range(*span)} == {word}
            assert [t for t in tokens if row.word_ids[t] == word] == list(range(*span))
    for token, owner in enumerate(row.sequence_ids):
        if owner is None:
            assert row.word_ids[token] is None
            assert encoded.token_to_chars(index, token) is None


@given(text=TEXTS, pair=st.none() | TEXTS)
@settings(deadline=None, max_examples=40)
def test_maps_of_a_call(tokenizer: PreTrainedTokenizer, text: str, pair: str | None) -> None:
    check_row(tokenizer(text, pair), 0, (text,) if pair is None else (text, pair))


@given(text=TEXTS)
@settings(deadline=None, max_examples=40)
def test_what_is_asked_for_does_not_change_the_tokens(
    tokenizer: PreTrainedTokenizer, text: str
) -> None:
    plain = tokenizer(text).input_ids.tolist()
    assert tokenizer(text, return_offsets_mapping=True).input_ids.tolist() == plain
    assert tokenizer.encode(text) == plain[0]
    assert tokenizer.convert_tokens_to_ids(tokenizer.convert_ids_to_tokens(plain[0])) == plain[0]
