"""BPE made of SentencePiece models: spaces written as "▁", the whole text one word."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpe_twin import Bpe
from onnxformers._native import tokenizers as _native

DATA = os.environ.get("ONNXFORMERS_DATA")
NAMES = ("chatglm", "llama2", "mistral-v3-instruct", "phi-3-mini", "stories260K")
SIGN = "\u2581"
WORDS = st.sampled_from(
    ["the", "old ", " captain", "naïve", "don't", "狐", "你好", "🙂", "...", " ", "    ", "\n"]
)
TEXTS = st.one_of(st.text(max_size=60), st.lists(WORDS, max_size=20).map("".join))

# A part of Llama 2: merges of "▁" come before those of their parts.
TOKENS = [SIGN, "a", "b", "c", SIGN * 2, SIGN + "a", "ab", SIGN + "ab", "abc", "bc", SIGN * 4]
MERGES = [
    (SIGN, "a"),
    ("a", "b"),
    (SIGN + "a", "b"),
    (SIGN, "ab"),
    (SIGN * 2, SIGN * 2),
    ("b", "c"),
    ("ab", "c"),
    ("a", "bc"),
    (SIGN, SIGN),
]
BYTES = {f"<0x{byte:02X}>": byte + 1 for byte in range(256)}
REPLACE = {"type": "Replace", "pattern": {"String": " "}, "content": SIGN}
PREPEND = {"type": "Prepend", "prepend": SIGN}


def small_model() -> Bpe:
    vocab = {"<unk>": 0, **BYTES, **{token: 257 + i for i, token in enumerate(TOKENS)}}
    return Bpe(vocab, MERGES, unk_token="<unk>", fuse_unk=True, byte_fallback=True)


def load(document: dict[str, Any]) -> _native.Tokenizer:
    return _native.Tokenizer.from_json(json.dumps(document).encode())


@given(text=st.text(alphabet="aaabbbc  é\n🙂" + SIGN, max_size=80))
@settings(deadline=None, max_examples=200)
def test_ids_are_those_of_the_definition(text: str) -> None:
    model = small_model()
    signs = text.replace(" ", SIGN)
    in_front = {**model.document(), "normalizer": {"type": "Sequence", "normalizers": []}}
    in_front["normalizer"] = {"type": "Sequence", "normalizers": [PREPEND, REPLACE]}
    bare = {**model.document(), "normalizer": REPLACE}
    assert load(bare).encode_batch([text]).ids(0) == model.encode(signs)
    assert load(in_front).encode_batch([text]).ids(0) == model.encode(signs and SIGN + signs)


@pytest.fixture(scope="module", params=NAMES)
def folder(request: pytest.FixtureRequest) -> Path:
    if not DATA:
        pytest.skip("real tokenizers are not kept in the repository; set ONNXFORMERS_DATA")
    return Path(DATA, "tokenizers", request.param)


def read(folder: Path) -> _native.Tokenizer:
    return _native.Tokenizer.from_json((folder / "tokenizer.json").read_bytes())


def test_recorded_answers_of_the_reference(folder: Path) -> None:
    tokenizer = read(folder)
    lines = (folder / "vectors.jsonl").read_text(encoding="utf-8").split("\n")
    for vector in (json.loads(line) for line in lines if line):
        if "pair" in vector or "error" in vector:
            continue
        rows = tokenizer.encode_batch([vector["text"]], with_offsets=True)
        assert rows.ids(0) == vector["ids"], vector["text"]
        assert rows.tokens(0) == vector["tokens"], vector["text"]
        assert rows.offsets(0) == [tuple(span) for span in vector["offsets"]], vector["text"]
        assert tokenizer.encode_batch([vector["text"]]).ids(0) == vector["ids"]


@pytest.mark.oracle
@pytest.mark.slow
def test_any_text_is_encoded_as_the_reference_does(folder: Path) -> None:
    tokenizer = read(folder)
    tokenizers = pytest.importorskip("tokenizers", reason="the reference: pip install tokenizers")
    reference = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))

    @given(text=TEXTS)
    @settings(deadline=None, max_examples=300)
    def compare(text: str) -> None:
        expected = reference.encode(text)
        rows = tokenizer.encode_batch([text], with_offsets=True)
        assert rows.ids(0) == expected.ids
        assert rows.offsets(0) == expected.offsets
        assert tokenizer.encode_batch([text]).ids(0) == expected.ids

    compare()


UNITS = ["a", " ", "🙂", "\u0301", "狐", "你好世界", "the quick brown fox jumps over a lazy dog. "]


@pytest.mark.slow
@pytest.mark.parametrize("unit", UNITS)
def test_time_is_linear_in_the_text(folder: Path, unit: str) -> None:
    tokenizer = read(folder)

    def seconds(text: str) -> float:
        start = time.thread_time()
        tokenizer.encode_batch([text])
        return time.thread_time() - start

    long, short = ((unit * length)[:length] for length in (128_000, 2_000))
    # By turns, so that both meet the same moods of the machine.
    times = [(seconds(long), min(seconds(short) for _ in range(4))) for _ in range(12)]
    assert min(t for t, _ in times) / min(t for _, t in times) <= 96
