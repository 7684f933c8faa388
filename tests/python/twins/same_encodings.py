"""Whether our tokenizer and the reference's say the same of a text."""

from __future__ import annotations

from typing import Any

from onnxformers._native.tokenizers import Tokenizer


def assert_same_encoding(ours: Tokenizer, theirs: Any, text: str) -> None:
    """Compares ids, with and without offsets, tokens, offsets and words."""
    expected = theirs.encode(text)
    rows = ours.encode_batch([text], with_offsets=True)
    for got, wanted in (
        (rows.ids(0), expected.ids),
        (ours.encode_batch([text]).ids(0), expected.ids),
        (rows.tokens(0), expected.tokens),
        (rows.offsets(0), expected.offsets),
        (rows.word_ids(0), expected.word_ids),
    ):
        assert got == wanted, (text, got, wanted)
