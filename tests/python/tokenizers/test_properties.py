"""What holds for every text."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onnxformers.tokenizers import AutoTokenizer, PreTrainedTokenizer

MODELS = Path(__file__).parents[2] / "conformance" / "models"
WORDS = st.sampled_from(
    ["the", "old", "captain", "naïve", "don't", "狐", "🙂", "...", " ", "unaffable"]
)
TEXTS = st.one_of(st.text(max_size=60), st.lists(WORDS, max_size=20).map(" ".join))
BATCHES = st.lists(TEXTS, min_size=1, max_size=6)


@pytest.fixture(scope="module", params=["bert-uncased-sst", "bert-cased-ner", "mpnet-embed"])
def tokenizer(request: pytest.FixtureRequest) -> PreTrainedTokenizer:
    return AutoTokenizer.from_pretrained(MODELS / request.param, local_files_only=True)


@given(texts=BATCHES, side=st.sampled_from(["left", "right"]), multiple=st.integers(1, 9))
@settings(deadline=None)
def test_a_batch_is_its_texts_filled_up(
    tokenizer: PreTrainedTokenizer, texts: list[str], side: str, multiple: int
) -> None:
    options = {"padding": True, "padding_side": side, "pad_to_multiple_of": multiple}
    encoded = tokenizer(texts, **options, return_special_tokens_mask=True)
    width = encoded.input_ids.shape[1]
    assert width % multiple == 0
    for row, text in enumerate(texts):
        alone = tokenizer(text, return_special_tokens_mask=True, return_tensors=None)
        mask = encoded.attention_mask[row] == 1
        assert encoded.input_ids[row][mask].tolist() == alone["input_ids"]
        assert encoded.special_tokens_mask[row][mask].tolist() == alone["special_tokens_mask"]
        assert set(encoded.input_ids[row][~mask].tolist()) <= {tokenizer.pad_token_id}
        ends = mask[-1] if side == "left" else mask[0]
        assert ends


@given(text=TEXTS, pair=st.none() | TEXTS)
@settings(deadline=None)
def test_offsets_lie_in_the_text_and_agree_with_the_maps(
    tokenizer: PreTrainedTokenizer, text: str, pair: str | None
) -> None:
    encoded = tokenizer(text, pair, return_offsets_mapping=True, return_tensors=None)
    row = encoded[0]
    for token, (start, end) in enumerate(encoded["offset_mapping"]):
        sequence = row.sequence_ids[token]
        assert (sequence is None) == (row.special_tokens_mask[token] == 1)
        if sequence is None:
            assert (start, end) == (0, 0)
            continue
        source = text if sequence == 0 else pair or ""
        assert 0 <= start < end <= len(source)
        covering = row.char_to_token(start, sequence)
        assert covering is not None
        assert row.offsets[covering][0] <= start < row.offsets[covering][1]
        span = row.word_to_chars(row.word_ids[token] or 0, sequence)
        assert span is not None
        assert span.start <= start
        assert end <= span.end


@given(text=TEXTS, max_length=st.integers(3, 12), stride=st.integers(0, 3))
@settings(deadline=None)
def test_overflowing_parts_are_the_whole_text(
    tokenizer: PreTrainedTokenizer, text: str, max_length: int, stride: int
) -> None:
    stride = min(stride, max_length - 3)
    whole = tokenizer.encode(text, add_special_tokens=False)
    rows = tokenizer(
        text,
        truncation=True,
        max_length=max_length,
        stride=stride,
        return_overflowing_tokens=True,
        return_tensors=None,
    )["input_ids"]
    assert all(len(row) <= max_length for row in rows)
    joined = rows[0][1:-1]
    for row in rows[1:]:
        assert row[1 : 1 + stride] == joined[len(joined) - stride :]
        joined += row[1 + stride : -1]
    assert joined == whole


@given(ids=st.lists(st.integers(0, 2**32 - 1) | st.integers(0, 500), max_size=30))
@settings(deadline=None)
def test_any_ids_decode(tokenizer: PreTrainedTokenizer, ids: list[int]) -> None:
    known = [i for i in ids if tokenizer.convert_ids_to_tokens(i) is not None]
    assert tokenizer.decode(ids) == tokenizer.decode(known)
    text = tokenizer.decode(ids, skip_special_tokens=True)
    without = [i for i in known if i not in tokenizer.all_special_ids]
    assert text == tokenizer.decode(without)
