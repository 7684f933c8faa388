"""Unigram and WordLevel against their definitions, and against Hugging Face tokenizers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from onnxformers._native.tokenizers import Tokenizer
from onnxformers.errors import OnnxformersError

Pieces = list[tuple[str, float]]
Model = dict[str, Any]

# Few letters of one to four bytes, so that pieces overlap; "<u" and "x" make unknown runs.
ALPHABET = "aab\u00e9\u4e2d\U0001f642"
LETTERS = st.text(st.sampled_from(ALPHABET), min_size=0, max_size=4)
SCORES = st.one_of(
    st.sampled_from([-1.0, -2.0, -3.0, -2.5, 0.0]),
    st.floats(-20, 5, allow_nan=False),
    st.floats(0, 50, allow_nan=False),
)
BYTES = [(f"<0x{byte:02X}>", -30.0) for byte in range(256)]


@st.composite
def unigrams(draw: st.DrawFn) -> Model:
    pieces: Pieces = draw(st.lists(st.tuples(LETTERS, SCORES), max_size=14))
    pieces.insert(draw(st.integers(0, len(pieces))), ("<u>", draw(SCORES)))
    fallback = draw(st.sampled_from([None, False, True]))
    if fallback:
        missing = draw(st.sampled_from([None, 0xC3, ord("x")]))
        pieces += [piece for byte, piece in enumerate(BYTES) if byte != missing]
    unk_ids = st.one_of(st.none(), st.integers(0, min(len(pieces), 15) - 1))
    model: Model = {"type": "Unigram", "vocab": pieces, "unk_id": draw(unk_ids)}
    if fallback is not None:
        model["byte_fallback"] = fallback
    return model


TEXTS = st.lists(st.sampled_from([*ALPHABET, "x", "y", "<u>", "aa"]), max_size=16).map("".join)


def document(model: Model) -> str:
    return json.dumps({"version": "1.0", "added_tokens": [], "model": model})


def load(model: Model) -> Tokenizer:
    return Tokenizer.from_json(document(model).encode())


Token = tuple[int, str, tuple[int, int]]


def tokens_of(tokenizer: Tokenizer, text: str) -> list[Token] | None:
    """Nothing where the text cannot be encoded."""
    try:
        rows = tokenizer.encode_batch([text], with_offsets=True)
    except OnnxformersError:
        return None
    ids = rows.ids(0)
    assert tokenizer.encode_batch([text]).ids(0) == ids
    return list(zip(ids, rows.tokens(0), rows.offsets(0), strict=True))


def best_ends(model: Model, text: str) -> list[tuple[int, int, int | None]] | None:
    """The best segmentation by trying every substring, or nothing without an unknown token."""
    ids = {piece: i for i, (piece, _) in enumerate(model["vocab"])}
    unknown = min(score for _, score in model["vocab"]) - 10.0
    best: list[tuple[float, int, int | None] | None] = [(0.0, 0, None)]
    best += [None] * len(text)
    for begin in range(len(text)):
        here = best[begin]
        assert here is not None
        for end in range(begin + 1, len(text) + 1):
            piece = ids.get(text[begin:end])
            if piece is None and end > begin + 1:
                continue
            score = here[0] + (unknown if piece is None else model["vocab"][piece][1])
            there = best[end]
            if there is None or score > there[0]:
                if piece is None and model["unk_id"] is None:
                    return None
                best[end] = (score, begin, piece)
    found: list[tuple[int, int, int | None]] = []
    end = len(text)
    while end > 0:
        cell = best[end]
        assert cell is not None
        found.append((cell[1], end, cell[2]))
        end = cell[1]
    return found[::-1]


def slow_tokens(model: Model, text: str) -> list[Token] | None:
    ends = best_ends(model, text)
    if ends is None:
        return None
    runs: list[tuple[int, int, int | None]] = []
    for begin, end, piece in ends:
        if piece is not None and piece != model["unk_id"]:
            runs.append((begin, end, piece))
        elif runs and runs[-1][2] is None:
            runs[-1] = (runs[-1][0], end, None)
        else:
            runs.append((begin, end, None))
    ids = {piece: i for i, (piece, _) in enumerate(model["vocab"])}
    tokens: list[Token] = []
    for begin, end, _ in runs:
        part = text[begin:end]
        names = [f"<0x{byte:02X}>" for byte in part.encode()]
        if part in ids:
            tokens.append((ids[part], part, (begin, end)))
        elif model.get("byte_fallback") and all(name in ids for name in names):
            tokens += [(ids[name], name, (begin, end)) for name in names]
        else:
            tokens.append((model["unk_id"], part, (begin, end)))
    return tokens


@given(model=unigrams(), text=TEXTS)
@settings(deadline=None)
def test_tokens_are_those_of_the_definition(model: Model, text: str) -> None:
    assert tokens_of(load(model), text) == slow_tokens(model, text)


def test_a_long_word_is_cut_like_a_short_one() -> None:
    pieces: Pieces = [("<u>", -5.0), ("a", -2.0), ("aa", -3.5), ("aab", -4.0), ("ba", -2.25)]
    model: Model = {"type": "Unigram", "vocab": pieces, "unk_id": 0}
    tokenizer = load(model)
    for text in ("aab" * 700, "x" * 2000, "ab" * 600 + "xx<u>x" * 300, "a" * 3000, "xa" * 1000):
        assert tokens_of(tokenizer, text) == slow_tokens(model, text)


@pytest.mark.oracle
@given(model=unigrams(), texts=st.lists(TEXTS, max_size=4))
@example(model={"type": "Unigram", "vocab": [("<u>", 1.0), ("a", 2.0)], "unk_id": 0}, texts=["xa"])
@settings(deadline=None)
def test_unigram_agrees_with_tokenizers(model: Model, texts: list[str]) -> None:
    reference = pytest.importorskip(
        "tokenizers", reason="the reference: pip install tokenizers"
    ).Tokenizer.from_str(document(model))
    tokenizer = load(model)
    for text in texts:
        try:
            encoded = reference.encode(text)
        except Exception:  # the reference raises the base class
            assert tokens_of(tokenizer, text) is None
            continue
        expected = list(zip(encoded.ids, encoded.tokens, encoded.offsets, strict=True))
        assert tokens_of(tokenizer, text) == expected


WORDS = st.sampled_from(["a", "b", "<u>", "caf\u00e9", "", "x"])


@pytest.mark.oracle
@given(words=st.lists(WORDS, unique=True, max_size=5), text=WORDS, unknown=WORDS)
@settings(deadline=None)
def test_wordlevel_agrees_with_tokenizers(words: list[str], text: str, unknown: str) -> None:
    vocab = {word: i for i, word in enumerate(words)}
    model: Model = {"type": "WordLevel", "vocab": vocab, "unk_token": unknown}
    reference = pytest.importorskip(
        "tokenizers", reason="the reference: pip install tokenizers"
    ).Tokenizer.from_str(document(model))
    try:
        encoded = reference.encode(text)
    except Exception:  # the reference raises the base class
        assert tokens_of(load(model), text) is None
        return
    expected = list(zip(encoded.ids, encoded.tokens, encoded.offsets, strict=True))
    assert tokens_of(load(model), text) == expected


def test_a_word_of_wordlevel_is_a_token_or_unknown() -> None:
    vocab = {"<u>": 0, "a": 1}
    tokenizer = load({"type": "WordLevel", "vocab": vocab, "unk_token": "<u>"})
    assert tokens_of(tokenizer, "a") == [(1, "a", (0, 1))]
    assert tokens_of(tokenizer, "\u00e9b") == [(0, "<u>", (0, 2))]
    without = load({"type": "WordLevel", "vocab": {"a": 1}, "unk_token": "<u>"})
    assert tokens_of(without, "a") == [(1, "a", (0, 1))]
    with pytest.raises(OnnxformersError, match='"b" is not in the vocabulary, nor is the unknown'):
        without.encode_batch(["b"])


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ({"type": "WordLevel", "vocab": {"a": 0}}, 'the field "unk_token" is missing'),
        ({"type": "Unigram"}, 'model: the field "vocab" is missing'),
        ({"type": "Unigram", "vocab": {}}, "model.vocab: expected an array"),
        ({"type": "Unigram", "vocab": [["a"]]}, r"vocab\[0\]: expected a piece and its score"),
        ({"type": "Unigram", "vocab": [["a", 1, 2]]}, r"vocab\[0\]: expected a piece"),
        ({"type": "Unigram", "vocab": [["a", "b"]]}, r"vocab\[0\]: expected a piece"),
        ({"type": "Unigram", "vocab": [["a", -1e300]]}, r"vocab\[0\]: the score is beyond"),
        ({"type": "Unigram", "vocab": [["a" * 2000, 0]]}, r"vocab\[0\]: the piece has 2000 bytes"),
        (
            {"type": "Unigram", "vocab": [["a", 0]], "unk_id": 1},
            "model.unk_id: there is no piece 1",
        ),
        (
            {"type": "Unigram", "vocab": [["a", 0]], "unk_id": -1},
            "model.unk_id: expected an integer",
        ),
        ({"type": "Unigram", "vocab": [], "unk_id": 0}, "model.unk_id: there is no piece 0"),
    ],
)
def test_wrong_files_are_refused(model: Model, message: str) -> None:
    with pytest.raises(OnnxformersError, match=message):
        load(model)


@pytest.mark.parametrize("number", ["1e999", "NaN", "Infinity"])
def test_scores_that_are_no_numbers_are_refused(number: str) -> None:
    text = document({"type": "Unigram", "vocab": [["a", 0]]}).replace("0]", number + "]")
    with pytest.raises(OnnxformersError):
        Tokenizer.from_json(text.encode())


def test_the_type_is_inferred() -> None:
    assert load({"vocab": [["a", 0]]}).components["model"] == "Unigram"
    assert load({"vocab": {"a": 0}, "unk_token": "a"}).components["model"] == "WordLevel"
