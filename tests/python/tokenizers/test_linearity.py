"""Time grows with the text, for every family of tokenizers and whatever the text is made of.

The families are small tokenizers read from older files; ONNXFORMERS_DATA names a folder with
published ones, which are measured too, and then a text of 50 MB is encoded.
"""

from __future__ import annotations

import base64
import itertools
import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from onnxformers._native import tokenizers as native_tokenizers
from onnxformers.tokenizers import conversion

OLDER = Path(__file__).parent / "older"
GOLDEN = json.loads((OLDER / "transformers.json").read_text(encoding="utf-8"))
DATA = os.environ.get("ONNXFORMERS_DATA")
PUBLISHED = sorted(Path(DATA, "tokenizers").glob("*/tokenizer.json")) if DATA else []

SHORT = 2_000
TIMES_LONGER = 64
# Twice the work for twice the text gives 64; the rest is for caches that no longer hold the text.
MOST = 96
LENGTHS = itertools.count(0, 2)

PROSE = (
    "The old captain, who hadn't slept for 3 days, went down to the harbour; its lights (what was "
    "left of them) shone like 1,024 stars.\nNobody's boat was there: naïve as ever, he waited... "
)
TEXTS = {
    "prose": PROSE,
    "one letter": "a",
    "spaces": " ",
    "emoji": "🙂👩‍👩‍👧🇫🇷",
    "combining marks": "\u0301\u0323",
    "letters with marks": "e\u0301o\u0323\u0304",
    "Chinese without spaces": "我们在海边等了三天船没有来灯也灭了",
    "digits": "1234567890",
    "punctuation": "!?..-",
    "line ends": "\n",
}


def sentencepiece(name: str, class_name: str) -> bytes:
    files = {"tokenizer.model": (OLDER / f"{name}.model").read_bytes()}
    return conversion.from_sentencepiece(conversion.Source(class_name, {}, files))


def byte_pairs(class_name: str) -> bytes:
    files = {name: GOLDEN[name].encode() for name in ("vocab.json", "merges.txt")}
    return conversion.from_byte_pairs(conversion.Source(class_name, {}, files))


def wordpiece() -> bytes:
    files = {"vocab.txt": GOLDEN["vocab.txt"].encode()}
    return conversion.from_vocab_txt(conversion.Source("BertTokenizer", {}, files))


def tiktoken(encoding: str) -> bytes:
    tokens = [*(bytes([byte]) for byte in range(256)), b"th", b"the", b" t", b" the", b"aa", b"  "]
    lines = [b"%s %d" % (base64.b64encode(token), rank) for rank, token in enumerate(tokens)]
    config = {"tiktoken_encoding": encoding}
    return conversion.from_tiktoken(conversion.Source("", config, {"x": b"\n".join(lines)}))


FAMILIES: dict[str, Callable[[], bytes]] = {
    "wordpiece": wordpiece,
    "sentencepiece BPE": lambda: sentencepiece("small_bpe", "LlamaTokenizer"),
    "sentencepiece BPE, its own way": lambda: sentencepiece("small_bpe", ""),
    "unigram": lambda: sentencepiece("small_unigram", "T5Tokenizer"),
    "unigram, albert": lambda: sentencepiece("small_unigram", "AlbertTokenizer"),
    "gpt2": lambda: byte_pairs("GPT2Tokenizer"),
    "clip": lambda: byte_pairs("CLIPTokenizer"),
    "qwen": lambda: byte_pairs("Qwen2Tokenizer"),
    "cl100k": lambda: tiktoken("cl100k_base"),
    "o200k": lambda: tiktoken("o200k_base"),
}


def load(data: bytes) -> native_tokenizers.Tokenizer:
    return native_tokenizers.Tokenizer.from_json(data)


def seconds(native: native_tokenizers.Tokenizer, text: str, repeat: int) -> float:
    """Of the processor, the least of several: what other work on the machine disturbs least."""
    found = []
    for _ in range(repeat):
        # Each time another length: a text without any seam may lie in a cache as a whole.
        part = text[: len(text) - next(LENGTHS) % 100]
        start = time.thread_time()
        native.encode_batch([part])
        native.encode_batch([part[:-1]], with_offsets=True)
        found.append(time.thread_time() - start)
    return min(found)


def check_linear(native: native_tokenizers.Tokenizer, unit: str) -> None:
    short = (unit * (SHORT // len(unit) + 1))[:SHORT]
    ratio = float("inf")
    for attempt in range(4):
        before = seconds(native, short, 10)
        long = seconds(native, short * TIMES_LONGER, 2 + attempt)
        ratio = min(ratio, long / max(before, seconds(native, short, 10)))
        if ratio <= MOST:
            return
    pytest.fail(f"{TIMES_LONGER} times the text takes {ratio:.0f} times as long")


@pytest.mark.parametrize("family", FAMILIES)
def test_families_take_linear_time(family: str) -> None:
    native = load(FAMILIES[family]())
    for unit in TEXTS.values():
        check_linear(native, unit)


@pytest.mark.slow
@pytest.mark.skipif(
    not PUBLISHED, reason="real tokenizers are not kept in the repository; set ONNXFORMERS_DATA"
)
@pytest.mark.parametrize("path", PUBLISHED, ids=lambda path: path.parent.name)
@pytest.mark.parametrize("text", TEXTS)
def test_published_tokenizers_take_linear_time(path: Path, text: str) -> None:
    check_linear(load(path.read_bytes()), TEXTS[text])


@pytest.mark.slow
@pytest.mark.skipif(
    not PUBLISHED, reason="real tokenizers are not kept in the repository; set ONNXFORMERS_DATA"
)
@pytest.mark.parametrize("path", PUBLISHED, ids=lambda path: path.parent.name)
@pytest.mark.parametrize("text", ["prose", "one letter"])
def test_fifty_megabytes(path: Path, text: str) -> None:
    unit = TEXTS[text]
    rows = load(path.read_bytes()).encode_batch([unit * (50_000_000 // len(unit.encode()))])
    assert rows.lengths[0] > 0


def test_decoding_takes_linear_time() -> None:
    native = load(tiktoken("cl100k_base"))
    ids = [0xE4, 0xB8, 0xAD, 257, 259, 32] * 400
    ratios = []
    for _ in range(4):
        times = []
        for row in (ids, ids * TIMES_LONGER):
            stream = native_tokenizers.DecodeStream(native)
            start = time.thread_time()
            pieces = [stream.add(token_id) for token_id in row]
            native.decode(row)
            times.append(time.thread_time() - start)
            assert "".join(pieces) + stream.finish() == native.decode(row)
        ratios.append(times[1] / times[0])
        if min(ratios) <= MOST:
            return
    pytest.fail(f"{TIMES_LONGER} times the ids take {min(ratios):.0f} times as long")
