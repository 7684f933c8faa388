"""Each published normalizer and pre-tokenizer, alone and before a small model, against the
reference."""

# ruff: noqa: RUF001 - characters that look alike are what is tried

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from normalizer_cases import normalized
from published_pipelines import PIPELINES, added_token, document
from same_encodings import assert_same_encoding

from onnxformers._native.tokenizers import PreTokenizer, Tokenizer

# What the patterns name, what stands beside it in Unicode, and what normalizers change.
CHARACTERS = (
    "aAbehklostzZ'’ \t\n\r\x0b\x00\x85\xa0\u3000\u2028\u200b\u2581_-|[].,!?…。，、।۔،()<>/:;~`\"@{}"
    "0159٣²½Ⅷ１µÀ×÷ŉƻǄǅʰʔΣςͅЙ中文一龥龦ࠀ߿가퟿힣ぁ゠ヿ々\u3099がﬁＡ！～‘‟ʼ\u0301\u0323\u0903़्कÅ"
    "\U00010400\U0001d400\U00020000\U0001f642\U0001f1eb\u200d\ufe0f\ufeff\ufffdİıßẞ\u1161\u11a8"
)
WORDS = (
    *("the", " other", "HELLO", "isn't", "IT'S", " we'LL", "12345", "1 2", "中文", "née", "  \n"),
    *("...", "``", "''", "<!dummy-prefix!>", "<|endoftext|>", "<m>", "\r\n", "   ", " 中", "//\n"),
)
TEXTS = st.one_of(
    st.lists(st.sampled_from([*CHARACTERS, *WORDS]), max_size=14).map("".join),
    st.lists(st.sampled_from(CHARACTERS), max_size=20).map("".join),
    st.text(max_size=12),
)
EXAMPLES = settings(deadline=None, max_examples=60)


def reference() -> Any:
    return pytest.importorskip("tokenizers", reason="the reference: pip install tokenizers")


def load(name: str, added: list[dict[str, Any]] | None = None) -> tuple[Tokenizer, Any]:
    """Ours and theirs."""
    written = json.dumps(document(name, added))
    return Tokenizer.from_json(written.encode()), reference().Tokenizer.from_str(written)


@pytest.mark.oracle
@pytest.mark.parametrize("name", [name for name, stages in PIPELINES.items() if stages[0]])
def test_normalizers(name: str) -> None:
    theirs = load(name)[1]
    normalizer = PIPELINES[name][0]
    assert normalizer is not None

    @given(text=TEXTS)
    @EXAMPLES
    def check(text: str) -> None:
        expected = theirs.normalizer.normalize_str(text)
        assert normalized(normalizer, text, expected)[0] == expected

    check()


@pytest.mark.oracle
@pytest.mark.parametrize("name", [name for name, stages in PIPELINES.items() if stages[1]])
def test_pre_tokenizers(name: str) -> None:
    theirs = load(name)[1].pre_tokenizer
    ours = PreTokenizer(json.dumps(PIPELINES[name][1]).encode())

    @given(text=TEXTS)
    @EXAMPLES
    def check(text: str) -> None:
        assert ours.split(text) == theirs.pre_tokenize_str(text)

    check()


@pytest.mark.oracle
@pytest.mark.parametrize("name", PIPELINES)
def test_whole_tokenizers(name: str) -> None:
    bare = load(name)
    size = bare[0].vocab_size
    added = [added_token("<m>", size, special=True), added_token("IT", size + 1, normalized=True)]
    with_added = load(name, added)

    @given(text=TEXTS)
    @EXAMPLES
    def check(text: str) -> None:
        assert_same_encoding(*bare, text)
        assert_same_encoding(*with_added, text)
        # Of the tokens added the reference keeps the normalised text since 0.21, ours the file's.
        ids = bare[1].encode(text).ids
        assert bare[0].decode(ids) == bare[1].decode(ids, skip_special_tokens=False)

    check()
