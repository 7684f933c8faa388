"""Pre-tokenizers of the core give the pieces of plain ones, and those of the reference."""

from __future__ import annotations

import json
from typing import Any

import pre_tokenizers_twin as slow
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onnxformers import errors
from onnxformers._native.tokenizers import PreTokenizer

BEHAVIORS = ("Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous")
# What the components treat in a way of its own, and neighbours of it.
CHARACTERS = (
    "ab A1٢Ⅷ½² \t\n\r\u00a0\u3000\u2028.,$-_'▁éß漢字かカー。"
    "\u03b1\u0439😀\u200d\u200b\u0301\x00\x85"
)
letters = st.one_of(st.sampled_from(CHARACTERS), st.characters(codec="utf-8"))
texts = st.text(alphabet=letters, max_size=30)
plain_texts = st.text(alphabet="ab 1_.,-é漢😀", max_size=30)


def pre_tokenizer(section: dict[str, Any]) -> PreTokenizer:
    return PreTokenizer(json.dumps(section).encode())


def split(pattern: dict[str, str], behavior: str, invert: bool = False) -> dict[str, Any]:
    return {"type": "Split", "pattern": pattern, "behavior": behavior, "invert": invert}


@pytest.mark.parametrize("behavior", BEHAVIORS)
@pytest.mark.parametrize("invert", [False, True])
@settings(max_examples=40, deadline=None)
@given(text=plain_texts)
def test_split_cuts_as_the_plain_one(behavior: str, invert: bool, text: str) -> None:
    for pattern in ("", "a*", "[ab]+| ", "1|(?<=é)", r"\w+(?=,)"):
        ours = pre_tokenizer(split({"Regex": pattern}, behavior, invert)).split(text)
        spans = list(slow.matches(pattern, text))
        assert ours == slow.split_spans(text, spans, behavior, invert)


@settings(max_examples=100, deadline=None)
@given(text=plain_texts)
def test_character_splits_cut_as_the_plain_ones(text: str) -> None:
    for section, is_delimiter, behavior in (
        ({"type": "WhitespaceSplit"}, str.isspace, "Removed"),
        ({"type": "Punctuation"}, "_.,-".__contains__, "Isolated"),
        ({"type": "Digits", "individual_digits": False}, str.isdigit, "Contiguous"),
        ({"type": "Digits", "individual_digits": True}, str.isdigit, "Isolated"),
        ({"type": "CharDelimiterSplit", "delimiter": "é"}, "é".__eq__, "Removed"),
    ):
        expected = slow.split_at(text, is_delimiter, behavior)
        assert pre_tokenizer(section).split(text) == expected
    words = list(slow.matches(r"\w+|[^\w\s]+", text))
    ours = pre_tokenizer({"type": "Whitespace"}).split(text)
    assert ours == slow.split_spans(text, words, "Removed", invert=True)


@settings(max_examples=100, deadline=None)
@given(
    text=st.text(alphabet="ab _é", max_size=20),
    scheme=st.sampled_from(["always", "first", "never"]),
    cuts=st.booleans(),
)
def test_metaspace_signs_as_the_plain_one(text: str, scheme: str, cuts: bool) -> None:
    section = {"type": "Metaspace", "replacement": "_", "prepend_scheme": scheme, "split": cuts}
    assert pre_tokenizer(section).split(text) == slow.metaspace(text, section)


@pytest.mark.parametrize(
    "section",
    [
        {"type": "FixedLength", "length": 0},
        {"type": "FixedLength", "length": -1},
        {"type": "Split", "pattern": {"Regex": "(a"}, "behavior": "Removed"},
        {"type": "Split", "pattern": {"String": "a"}, "behavior": "removed"},
        {"type": "Metaspace", "replacement": ""},
        {"type": "CharDelimiterSplit"},
    ],
)
def test_broken_sections_are_refused(section: dict[str, Any]) -> None:
    with pytest.raises(errors.FileFormatError, match="pre_tokenizer"):
        pre_tokenizer(section)


METASPACES = [
    {"type": "Metaspace", "replacement": sign, "prepend_scheme": scheme, "split": cuts}
    for sign in "▁_"
    for scheme in ("always", "first", "never")
    for cuts in (True, False)
]
PATTERNS = [{"String": s} for s in (" ", "", "ab", ".")] + [
    {"Regex": s} for s in ("", r"\s+", "x*", "[ab]|", r"\d{1,3}(?=(\d{3})*\b)", "(?<=a)")
]


def sequence(*steps: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Sequence", "pretokenizers": list(steps)}


SECTIONS = [
    *({"type": "Punctuation", "behavior": behavior} for behavior in BEHAVIORS),
    *({"type": "Digits", "individual_digits": each} for each in (False, True)),
    *({"type": name} for name in ("Whitespace", "WhitespaceSplit", "UnicodeScripts")),
    *({"type": "CharDelimiterSplit", "delimiter": delimiter} for delimiter in "aé"),
    *({"type": "FixedLength", "length": length} for length in (1, 2, 5)),
    {"type": "Metaspace", "replacement": "▁", "add_prefix_space": True, "str_rep": "▁"},
    *METASPACES,
    *(sequence({"type": "WhitespaceSplit"}, step) for step in METASPACES),
    *(
        sequence({"type": "Digits", "individual_digits": False}, step, step, METASPACES[3])
        for step in METASPACES
    ),
    *(
        sequence(step, {"type": "Punctuation", "behavior": "MergedWithPrevious"})
        for step in METASPACES
    ),
    *(
        split(pattern, behavior, invert)
        for pattern in PATTERNS
        for behavior in BEHAVIORS
        for invert in (False, True)
    ),
]


@pytest.mark.oracle
@settings(max_examples=100, deadline=None)
@given(sample=st.lists(texts, min_size=5, max_size=5), section=st.sampled_from(SECTIONS))
def test_pieces_are_those_of_the_reference(sample: list[str], section: dict[str, Any]) -> None:
    tokenizers = pytest.importorskip("tokenizers", reason="the reference: pip install tokenizers")
    model = {"type": "WordLevel", "vocab": {"a": 0}, "unk_token": "a"}
    document = {"version": "1.0", "added_tokens": [], "pre_tokenizer": section, "model": model}
    reference = tokenizers.Tokenizer.from_str(json.dumps(document)).pre_tokenizer
    ours = pre_tokenizer(section)
    for text in sample:
        assert ours.split(text) == reference.pre_tokenize_str(text)
