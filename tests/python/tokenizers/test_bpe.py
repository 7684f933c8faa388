"""The BPE model: every option, against the definition and against Hugging Face tokenizers."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpe_twin import Bpe
from onnxformers._native import tokenizers as _native
from onnxformers.errors import FileFormatError, OnnxformersError

LETTERS = "abcé狐🙂"
WORDS = st.text(alphabet=LETTERS + "xß", min_size=1, max_size=12)
RUNS = st.tuples(st.text(alphabet=LETTERS, min_size=1, max_size=3), st.integers(1, 90)).map(
    lambda run: run[0] * run[1]
)
TEXTS = st.lists(WORDS | RUNS, max_size=4).map("".join)


@st.composite
def models(draw: st.DrawFn) -> Bpe:
    prefix = draw(st.sampled_from(["", "", "##"]))
    suffix = draw(st.sampled_from(["", "", "</w>"]))
    places = {(begin, end) for begin in ("", prefix) for end in ("", suffix)}
    known = draw(st.sets(st.sampled_from(LETTERS), min_size=1))
    tokens = [begin + letter + end for letter in sorted(known) for begin, end in sorted(places)]
    if draw(st.booleans()):
        tokens = draw(st.permutations(tokens))
    merges: list[tuple[str, str]] = []
    for _ in range(draw(st.integers(0, 25))):
        left = draw(st.sampled_from(tokens))
        right = draw(st.sampled_from(tokens))
        if not right.startswith(prefix) or (suffix and left.endswith(suffix)):
            continue
        merged = left + right[len(prefix) :]
        if len(merged) > 40:
            continue
        if merged not in tokens:
            tokens.append(merged)
        merges.append((left, right))
    if draw(st.booleans()):  # not in the order of any training
        merges = draw(st.permutations(merges))
    unk = draw(st.sampled_from([None, "<unk>", "a"]))
    extra = ["<unk>", *(f"<0x{byte:02X}>" for byte in range(draw(st.sampled_from([0, 200, 256]))))]
    vocab = {token: index for index, token in enumerate(dict.fromkeys([*tokens, *extra]))}
    return Bpe(
        vocab,
        merges,
        unk_token=unk if unk in vocab else None,
        continuing_subword_prefix=prefix,
        end_of_word_suffix=suffix,
        fuse_unk=draw(st.booleans()),
        byte_fallback=draw(st.booleans()),
        ignore_merges=draw(st.booleans()),
    )


def load(document: dict[str, Any]) -> _native.Tokenizer:
    return _native.Tokenizer.from_json(json.dumps(document).encode())


def load_model(**model: Any) -> _native.Tokenizer:
    vocab = {"a": 0, "b": 1, "ab": 2}
    return load({"added_tokens": [], "model": {"type": "BPE", "vocab": vocab, **model}})


def ids_of(tokenizer: _native.Tokenizer, text: str) -> list[int]:
    return list(tokenizer.encode_batch([text]).ids(0))


@given(model=models(), texts=st.lists(TEXTS, min_size=1, max_size=4))
@settings(deadline=None, max_examples=150)
def test_ids_are_those_of_the_definition(model: Bpe, texts: list[str]) -> None:
    tokenizer = load(model.document())
    for text in texts:
        expected = model.encode(text)
        rows = tokenizer.encode_batch([text], with_offsets=True)
        assert ids_of(tokenizer, text) == expected
        assert rows.ids(0) == expected
        for begin, end in rows.offsets(0):
            assert 0 <= begin < end <= len(text)


@pytest.mark.oracle
@given(model=models(), texts=st.lists(TEXTS, min_size=1, max_size=6))
@settings(deadline=None, max_examples=300)
def test_ids_and_offsets_are_those_of_the_reference(model: Bpe, texts: list[str]) -> None:
    reference = pytest.importorskip(
        "tokenizers", reason="the reference: pip install tokenizers"
    ).Tokenizer.from_str(json.dumps(model.document()))
    tokenizer = load(model.document())
    added = model.byte_fallback and (model.continuing_subword_prefix or model.end_of_word_suffix)
    for text in texts:
        expected = reference.encode(text)
        rows = tokenizer.encode_batch([text], with_offsets=True)
        assert rows.ids(0) == expected.ids
        assert rows.tokens(0) == expected.tokens
        if not added:  # the bytes of a prefix stand in no text: the reference leaves it
            assert rows.offsets(0) == expected.offsets
            assert rows.word_ids(0) == expected.word_ids


@pytest.mark.parametrize("merges", [["a b"], [["a", "b"]], ["#version: 0.2", "a b"]])
def test_merges_are_strings_or_pairs(merges: list[Any]) -> None:
    assert ids_of(load_model(merges=merges), "abb") == [2, 1]


def test_a_model_without_type_is_recognised_by_its_merges() -> None:
    document = {"added_tokens": [], "model": {"vocab": {"a": 0, "aa": 1}, "merges": ["a a"]}}
    assert ids_of(load(document), "aaa") == [1, 0]


def test_no_dropout_is_accepted() -> None:
    for dropout in (None, 0, 0.0):
        assert ids_of(load_model(merges=["a b"], dropout=dropout), "ab") == [2]


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ({"merges": ["a b b"]}, r"model.merges\[0\]: .*one space between"),
        ({"merges": ["a b", "ab"]}, r"model.merges\[1\]: .*one space between"),
        ({"merges": [["a"]]}, r"model.merges\[0\]: expected a string or a list of two"),
        ({"merges": [["a", 1]]}, r"model.merges\[0\]\[1\]: expected a string"),
        ({"merges": [7]}, r"model.merges\[0\]: expected a string or a list of two"),
        ({"merges": {}}, r"model.merges: expected an array"),
        ({}, r"\"merges\" is missing"),
        ({"merges": ["a x"]}, r"model.merges\[0\]: \"x\" is not in model.vocab"),
        ({"merges": ["b a"]}, r"model.merges\[0\]: \"ba\" is not in model.vocab"),
        ({"merges": [" b"]}, r"model.merges\[0\]: \"\" is not in model.vocab"),
        ({"merges": ["a b"], "continuing_subword_prefix": "##"}, r"model.merges\[0\]: a part is"),
        ({"merges": ["a b"], "dropout": 0.1}, r"model.dropout: .*for training"),
        ({"merges": ["a b"], "unk_token": 3}, r"model.unk_token: expected a string"),
        ({"merges": ["a b"], "vocab": {"a": 2097152}}, r"more than 2097151"),
    ],
)
def test_wrong_files_are_refused(model: dict[str, Any], message: str) -> None:
    with pytest.raises(FileFormatError, match=message):
        load_model(**model)


@pytest.mark.parametrize("length", [70, 5_000_000])
def test_a_merge_longer_than_any_token_is_refused_at_once(length: int) -> None:
    letters = "a" * length
    data = json.dumps({"model": {"type": "BPE", "vocab": {"a": 0}, "merges": [[letters, "a"]]}})
    start = time.thread_time()
    with pytest.raises(FileFormatError, match=r"merges\[0\].*is not in model.vocab"):
        _native.Tokenizer.from_json(data.encode())
    assert time.thread_time() - start < 0.1


def test_an_unknown_token_that_is_missing_fails_only_when_it_is_needed() -> None:
    tokenizer = load_model(merges=["a b"], unk_token="<unk>")
    assert ids_of(tokenizer, "ab") == [2]
    with pytest.raises(OnnxformersError, match='unknown token "<unk>" is not in the vocabulary'):
        ids_of(tokenizer, "abc")


TIMED = ["a", " ", "🙂", "\u0301", "狐", "ab", "the quick brown fox jumps over a lazy dog. "]


@pytest.mark.slow
@pytest.mark.parametrize("ordered", [True, False])
@pytest.mark.parametrize("unit", TIMED)
def test_time_is_linear_in_the_text(unit: str, ordered: bool) -> None:
    tokens = list(dict.fromkeys(unit))
    merges = []
    for index in range(40):
        left, right = tokens[index // 2], tokens[index]
        if left + right not in tokens:
            tokens.append(left + right)
            merges.append([left, right])
        if index + 1 == len(tokens):
            break
    if not ordered:
        merges.reverse()
    vocab = {token: index for index, token in enumerate(tokens)}
    tokenizer = load({"model": {"type": "BPE", "vocab": vocab, "merges": merges}})

    def seconds(length: int, rounds: int) -> float:
        text = (unit * length)[:length]
        times = []
        for _ in range(rounds):
            start = time.thread_time()
            tokenizer.encode_batch([text])
            times.append(time.thread_time() - start)
        return min(times)

    # One heap for everything, n log n, where a merge may make one of a lower rank possible.
    most = 96 if ordered else 150
    # Other programs only make it slower: one round without them is enough.
    assert any(seconds(128_000, 5) / seconds(2_000, 50) <= most for _ in range(5))
