"""Byte-level components and the pass that replaces them, against Hugging Face tokenizers."""

from __future__ import annotations

import functools
import itertools
import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from same_encodings import assert_same_encoding

from onnxformers._native import tokenizers as _native

SPACE = "\u0120"
# By bytes: what stands for each in a vocabulary.
PRINTABLE = [*range(33, 127), *range(161, 173), *range(174, 256)]
OTHERS = [byte for byte in range(256) if byte not in PRINTABLE]
ALPHABET = {byte: chr(byte) for byte in PRINTABLE} | {
    byte: chr(256 + index) for index, byte in enumerate(OTHERS)
}
SPLITS = {
    "llama3": r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    "qwen2": r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    "qwen3.5": r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}"
    r"| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    "o200k": r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+"
    r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    "tekken": r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    "clip": r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+",
}
WORDS = [
    "the ",
    " other",
    "isn't",
    "IT'S",
    "we'll",
    "'\u017f",
    "  \n\n",
    "\r\n",
    " x",
    "12345",
    "//\n",
]
SIGNS = "  \n\t'aeostTDSé中文ー़́ǅʰ²½\u2028\x85\u200b。😀1"
TEXTS = st.lists(
    st.sampled_from(WORDS) | st.text(alphabet=SIGNS, max_size=6) | st.text(max_size=3), max_size=12
).map("".join)


@functools.cache
def model(seed: int) -> dict[str, Any]:
    """A BPE over bytes whose merges are made of what stands side by side in WORDS."""
    generator = random.Random(seed)
    words = [
        [ALPHABET[byte] for byte in word.encode()]
        for word in [*WORDS, " the others", "statement", "中文中文", "éé", "1234", "      "]
    ]
    vocab = dict.fromkeys(ALPHABET.values())
    merges: list[tuple[str, str]] = []
    for _ in range(60):
        pairs = sorted({pair for word in words for pair in itertools.pairwise(word)})
        if not pairs:
            break
        left, right = generator.choice(pairs)
        merges.append((left, right))
        vocab[left + right] = None
        for word in words:
            for i in reversed(range(len(word) - 1)):
                if word[i : i + 2] == [left, right]:
                    word[i : i + 2] = [left + right]
    ids = {token: index for index, token in enumerate(vocab)}
    return {"type": "BPE", "vocab": ids, "merges": [list(pair) for pair in merges]}


def document(seed: int, **parts: Any) -> str:
    return json.dumps(
        {
            "version": "1.0",
            "truncation": None,
            "padding": None,
            "added_tokens": [],
            "normalizer": None,
            "pre_tokenizer": None,
            "post_processor": None,
            "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True},
            "model": model(seed),
            **parts,
        }
    )


def byte_level(*, add_prefix_space: bool = False, use_regex: bool = True) -> dict[str, Any]:
    return {
        "type": "ByteLevel",
        "add_prefix_space": add_prefix_space,
        "trim_offsets": True,
        "use_regex": use_regex,
    }


def sequence(*steps: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Sequence", "pretokenizers": list(steps)}


def split(name: str) -> dict[str, Any]:
    pattern = {"type": "Split", "pattern": {"Regex": SPLITS[name]}, "behavior": "Isolated"}
    if name == "clip":
        return {**pattern, "behavior": "Removed", "invert": True}
    return {**pattern, "invert": False}


PRE_TOKENIZERS = {
    "plain": byte_level(),
    "prefix": byte_level(add_prefix_space=True),
    "no regex": byte_level(use_regex=False),
    "prefix alone": byte_level(add_prefix_space=True, use_regex=False),
    "digits": sequence({"type": "Digits", "individual_digits": True}, byte_level()),
    "falcon": sequence(
        {"type": "Punctuation", "behavior": "Contiguous"},
        byte_level(),
        {"type": "Digits", "individual_digits": False},
    ),
    "prefixes": sequence(
        {"type": "Digits", "individual_digits": False}, byte_level(add_prefix_space=True)
    ),
    **{name: sequence(split(name), byte_level(use_regex=False)) for name in SPLITS},
}


@pytest.mark.parametrize("name", PRE_TOKENIZERS)
def test_the_words_of_a_text_join_to_the_text(name: str) -> None:
    tokenizer = _native.Tokenizer.from_json(
        document(0, pre_tokenizer=PRE_TOKENIZERS[name]).encode()
    )

    @given(text=TEXTS)
    @settings(deadline=None, max_examples=60)
    def check(text: str) -> None:
        rows = tokenizer.encode_batch([text], with_offsets=True)
        ids = rows.ids(0)
        assert tokenizer.encode_batch([text]).ids(0) == ids
        if name == "clip":
            return
        decoded = tokenizer.decode(ids)
        assert (
            decoded == text
            if "prefix" not in name
            else decoded.replace(" ", "") in {text.replace(" ", "")}
        )
        covered = 0
        for begin, end in rows.offsets(0):
            assert begin <= covered <= end
            covered = max(covered, end)
        assert covered == len(text)

    check()


@pytest.mark.oracle
@pytest.mark.parametrize("name", PRE_TOKENIZERS)
def test_tokens_and_offsets_are_those_of_the_reference(name: str) -> None:
    reference = pytest.importorskip("tokenizers", reason="the reference: pip install tokenizers")
    pairs = []
    for seed, trim, added in [(1, None, False), (2, True, True), (3, False, False)]:
        parts: dict[str, Any] = {"pre_tokenizer": PRE_TOKENIZERS[name]}
        if trim is not None:
            parts["post_processor"] = {**byte_level(add_prefix_space=trim), "trim_offsets": True}
        if added:
            tokens = {"<m>": False, "the ": True}
            parts["added_tokens"] = [
                {
                    "id": len(model(seed)["vocab"]) + index,
                    "content": content,
                    "single_word": False,
                    "lstrip": False,
                    "rstrip": False,
                    "normalized": normalized,
                    "special": not normalized,
                }
                for index, (content, normalized) in enumerate(tokens.items())
            ]
        written = document(seed, **parts)
        pairs.append(
            (
                reference.Tokenizer.from_str(written),
                _native.Tokenizer.from_json(written.encode()),
            )
        )

    @given(text=TEXTS)
    @settings(deadline=None, max_examples=100)
    def check(text: str) -> None:
        for theirs, ours in pairs:
            assert_same_encoding(ours, theirs, text)
            ids = theirs.encode(text).ids
            assert ours.decode(ids) == theirs.decode(ids)

    check()


@pytest.mark.oracle
@given(ids=st.lists(st.integers(0, 300), max_size=12))
@settings(deadline=None, max_examples=200)
def test_any_bytes_decode_as_in_the_reference(ids: list[int]) -> None:
    reference = pytest.importorskip("tokenizers", reason="the reference: pip install tokenizers")
    written = document(4, pre_tokenizer=byte_level())
    theirs = reference.Tokenizer.from_str(written)
    assert _native.Tokenizer.from_json(written.encode()).decode(ids) == theirs.decode(ids)
